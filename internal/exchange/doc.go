// Package exchange is one request's way through the portal, from the first line read to the last byte written.
//
// The stages stand in call.go, in their order: path, read, sandbox, route, identify, rules, authenticate, authorise, check, operate, render,
// prove, journal, write. Each takes the call and returns a problem or nothing; only write sees the ResponseWriter. From identify to journal a call
// holds its sandbox, so a client that has its answer always finds its call in the journal.
//
//	x, err := exchange.New(exchange.Options{Sandboxes: set, Library: library, Wall: time.Now})
//	http.ListenAndServe("127.0.0.1:8080", x)
//
// The package knows no rule of the domain and no text of an error; paths and parameters are the contract's.
package exchange
