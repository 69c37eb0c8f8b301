package mock

import (
	"net/http"

	"github.com/mockportal/mockportal/mock/journal"
)

// ServeHTTP calls a server without the network, for tests that send what no client would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.portal.ServeHTTP(w, r) }

// Clock returns the clock of a portal that does not listen, for tests in a bubble.
func (p *Portal) Clock(tb TB) Clock { return Clock{&common{portal: p, tb: tb}} }

// Journal returns the journal of a portal that does not listen.
func (p *Portal) Journal(q journal.Query) journal.Page { return p.box.Journal.Find(q) }
