// Package control is the API for tests and tools, under /__admin: sandboxes and their clocks and rules, what can be played, what a world looks
// like, which calls came. An answer can be held back until calls have come or expectations are decided, and calls can be followed as
// server-sent events.
//
// Its contract is openapi/control.yaml; a request is checked against it like the portal's own:
//
//	api := control.New(control.Options{Sandboxes: set, Library: library, New: options})
//	http.Handle("/__admin/", api)
//
// What it shows holds no token and no password, scenario documents and the answer to who makes a sandbox excepted. Not modelled:
// accounts and rights (one control token opens everything), and keeping anything beyond the life of the server.
package control
