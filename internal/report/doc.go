// Package report writes what a run of mockportal has seen in the formats of other tools: JUnit XML for a CI's test
// page, HAR for a browser's network panel, and a shell command with curl that repeats one call.
//
//	page := portal.Journal(journal.Query{})
//	err := report.JUnit(file, report.Suite{Name: "mockportal", Cases: []report.Case{{
//		Class: "mockportal.sandbox.default", Name: "expectation 1: exactly 1 call of provisionOrgEntitlements",
//		Failure: &report.Failure{Message: "seen 2 times", Text: unmet.String()},
//	}}})
//	err = report.HAR(file, page, portal.URL, "1.2.3")
//	command, err := report.Curl(page.Calls[0], portal.URL)
//
// The same input gives the same bytes. The calls of a journal come masked, and so they leave: no report holds a token
// or a password.
//
// Not modelled: what the journal does not keep. It has the values of a request in their order and place, and no other
// headers than that of the token, so a HAR shows them encoded anew, and a command sends a multipart form urlencoded.
package report
