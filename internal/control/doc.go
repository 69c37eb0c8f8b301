// Package control is the API for tests and tools, under /__admin: what can be played, what a sandbox's world looks like, which calls came.
//
// Its contract is openapi/control.yaml; a request is checked against it like the portal's own:
//
//	api := control.New(control.Options{Sandbox: box, Library: library})
//	http.Handle("/__admin/", api)
//
// It changes nothing yet; what it shows holds no token and no password, scenario documents excepted.
package control
