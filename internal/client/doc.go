// Package client is a client of a running server's control API, for the commands verify and calls:
//
//	c := client.Client{ControlURL: "http://127.0.0.1:8080/__admin", Sandbox: "default"}
//	page, err := c.Calls(ctx, url.Values{"operation": {"getFutureLicense"}})
//
// Its errors are for people. They say which server did not answer, or what it refused and why. None contains the token.
package client
