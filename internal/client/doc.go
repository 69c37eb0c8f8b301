// Package client talks to the control API of a running server, for the commands that look at one from outside:
//
//	c := client.Client{ControlURL: "http://127.0.0.1:8080/__admin", Sandbox: "default"}
//	page, err := c.Calls(ctx, journal.Query{Operations: []string{"getFutureLicense"}})
//
// Its errors are for people: who did not answer, and what was refused why.
package client
