// Package control is the API for tests and tools, under /__admin, and /metrics for Prometheus. It has the sandboxes with their clocks,
// rules, worlds and calls, and the scenarios that they can play. A client can wait until calls have come or expectations are decided, and
// can follow calls as server-sent events.
//
// Its contract is openapi/control.yaml. It checks requests against the contract, as the portal does:
//
//	api := control.New(control.Options{Sandboxes: set, Library: library, New: options})
//	http.Handle("/__admin/", api)
//
// Its answers hold no tokens and no passwords, except scenario documents and the answer to the client that makes a sandbox. Not modelled:
// accounts and rights (one control token is good for everything), and state that outlives the server.
package control
