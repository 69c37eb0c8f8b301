// Package exchange takes one request through the portal, from the first line read to the last byte written.
//
// The file call.go lists the stages in their order: path, read, sandbox, route, identify, rules, authenticate, authorise, check, operate,
// render, prove, journal, write. Each stage has the file of its name, but identify, authenticate and authorise are in access.go and journal
// is in record.go. A stage fills in the call, or returns a problem, which ends the way to the operation. Only write sees the
// ResponseWriter. From identify to journal a call holds its sandbox, so a client that has its answer always finds its call in the journal.
//
//	x, err := exchange.New(exchange.Options{Sandboxes: set, Library: library, Wall: time.Now})
//	http.ListenAndServe("127.0.0.1:8080", x)
//
// The package has no rules of the domain and no texts of errors. Paths and parameters come from the contract.
package exchange
