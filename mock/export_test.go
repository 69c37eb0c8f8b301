package mock

import "net/http"

// ServeHTTP calls a server without the network, for tests that send what no client would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.portal.ServeHTTP(w, r) }
