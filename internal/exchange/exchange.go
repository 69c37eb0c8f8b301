package exchange

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
)

// DefaultMaxBody is how large a request body may be, in bytes, unless the options say otherwise.
const DefaultMaxBody = 1 << 20

// Options says what an exchange serves.
type Options struct {
	Sandboxes  *sandbox.Set
	Library    *scenario.Library                 // has the contract, and the texts of errors
	Contexts   []string                          // in addition to those of the contract, each such as "/gis"
	Strict     bool                              // refuses unknown and repeated names
	TrustProxy bool                              // X-Forwarded-Proto and -Host say how the client came
	MaxBody    int64                             // bytes; 0: DefaultMaxBody
	Log        *slog.Logger                      // nil discards the log
	OffSpec    func(operation string, err error) // is told when a reply was held back; nil logs it
	Wall       func() time.Time                  // the wall clock
	Coverage   *record.Coverage                  // counts what calls exercise; nil: one of its own
	Secret     string                            // the control token, which nothing may show; empty: none
}

// Exchange answers the portal's own paths. It is an http.Handler, safe for concurrent use.
type Exchange struct {
	Options

	contract *contract.Contract
	router   *contract.Router
	secrets  *secret.Known // nil: none
}

// New returns an exchange. It fails if a context is not valid.
func New(o Options) (*Exchange, error) {
	if err := CheckContexts(o.Contexts); err != nil {
		return nil, err
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Coverage == nil {
		o.Coverage = record.NewCoverage()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OffSpec == nil {
		o.OffSpec = func(operation string, err error) {
			o.Log.Error("an off-spec reply was held back", "operation", operation, "error", err)
		}
	}
	c := o.Library.Contract()
	x := &Exchange{Options: o, contract: c, router: c.Router(o.Contexts...)}
	if o.Secret != "" {
		x.secrets = secret.NewKnown(o.Secret)
	}
	return x, nil
}

// reserved are paths that are not the portal's, or that hide the portal's own as contexts.
var reserved = []string{"/__admin", "/livez", "/readyz", "/metrics", "/sandboxes", "/sharing", "/portaladmin", "/rest"}

var contextRule = regexp.MustCompile(`^/[A-Za-z0-9._~-]+$`)

// CheckContexts says which of the contexts is not valid.
func CheckContexts(contexts []string) error {
	for _, c := range contexts {
		if !contextRule.MatchString(c) || slices.Contains(reserved, c) {
			return fmt.Errorf("context %q: must be one segment such as /portal, of letters, digits and . _ ~ -, and none of %s",
				c, strings.Join(reserved, ", "))
		}
	}
	return nil
}

// calls are calls that have been answered. Nothing holds one after that, so the next takes its place, without garbage.
var calls = sync.Pool{New: func() any { return new(call) }}

// ServeHTTP answers one request.
func (x *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, _ := calls.Get().(*call)
	*c = call{x: x, request: r, began: x.Wall()}
	c.values = c.room[:0]
	defer x.Coverage.Took(c.began) // a fault may break off by a panic
	c.decide()
	c.log() // before a fault breaks off the answer
	c.write(w)
	*c = call{}
	calls.Put(c)
}

// lineful is how many bytes of a text the log shows.
const lineful = 1 << 10

// log tells the operator of a server about the call. It shows no parameter, because a parameter could be a secret.
func (c *call) log() {
	level := slog.LevelDebug
	switch {
	case len(c.violations) > 0:
		level = slog.LevelWarn
	case c.note != "":
		level = slog.LevelInfo
	}
	if !c.x.Log.Enabled(context.Background(), level) {
		return
	}
	violations := make([]string, len(c.violations))
	for i, v := range c.violations {
		violations[i] = wire.Shorten(v.String(), lineful)
	}
	attrs := []slog.Attr{
		slog.Int("number", c.number), slog.String("method", wire.Shorten(c.masks.Hide(c.request.Method), lineful)),
		slog.String("path", wire.Shorten(c.masks.Hide(c.path), lineful)),
		slog.String("member", c.caller.Name()), slog.Int("status", c.status), slog.Int("error", c.errorCode),
		slog.Any("violations", violations),
	}
	if c.note != "" {
		attrs = append(attrs, slog.String("note", c.note))
	}
	c.x.Log.LogAttrs(context.Background(), level, "call", attrs...)
}
