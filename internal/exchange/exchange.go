package exchange

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/mock/journal"
)

// DefaultMaxBody is how large a request body may be, in bytes, unless the options say otherwise.
const DefaultMaxBody = 1 << 20

// Options says what an exchange serves.
type Options struct {
	Sandboxes  *sandbox.Set
	Library    *scenario.Library                 // the contract, and the texts of errors
	Contexts   []string                          // beside those of the contract, each such as "/gis"
	Strict     bool                              // unknown and repeated names are refused
	TrustProxy bool                              // X-Forwarded-Proto and -Host say how the client came
	MaxBody    int64                             // bytes; 0: DefaultMaxBody
	Log        *slog.Logger                      // nil: nothing is logged
	OffSpec    func(operation string, err error) // told when a reply was held back; nil: it is logged
	Wall       func() time.Time                  // the wall clock
	Coverage   *journal.Coverage                 // counts what calls exercise; nil: nobody asks
	Secret     string                            // what must not be shown beside what the sandboxes know: the control token; empty: nothing
}

// Exchange answers the portal's own paths. It is an http.Handler, safe for concurrent use.
type Exchange struct {
	Options

	contract *contract.Contract
	router   *router
	secrets  *secret.Known // nil: none
}

// New returns an exchange. The error is a context that is none.
func New(o Options) (*Exchange, error) {
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Coverage == nil {
		o.Coverage = journal.NewCoverage()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	x := &Exchange{Options: o, contract: o.Library.Contract()}
	if o.Secret != "" {
		x.secrets = secret.NewKnown(o.Secret)
	}
	if x.OffSpec == nil {
		x.OffSpec = func(operation string, err error) {
			x.Log.Error("an off-spec reply was held back", "operation", operation, "error", err)
		}
	}
	var err error
	x.router, err = routerFor(x.contract, o.Contexts)
	return x, err
}

// ServeHTTP answers one request.
func (x *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{x: x, request: r, began: x.Wall()}
	c.decide()
	c.log() // before a fault breaks off the answer
	c.write(w)
}
