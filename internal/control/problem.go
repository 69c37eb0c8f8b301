package control

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Problem is an error as RFC 9457 writes it.
type Problem struct {
	Type       string              `json:"type"`
	Title      string              `json:"title"`
	Status     int                 `json:"status"`
	Detail     string              `json:"detail"`
	Violations []openapi.Violation `json:"violations,omitempty"`

	*journal.Verdict // of a verification that failed; nil otherwise
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// problemOf returns an error as a problem. It lists all mistakes of a document.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = problem(statusOf(err), "%s", err)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		for _, m := range mistakes {
			p.Violations = append(p.Violations, openapi.Violation{Kind: openapi.Malformed, In: "body", Name: "*", Message: m.Error()})
		}
	}
	return p
}

func statusOf(err error) int {
	for status, sentinels := range map[int][]error{
		http.StatusConflict:        {sandbox.ErrTaken, sandbox.ErrProtected, sandbox.ErrClock},
		http.StatusTooManyRequests: {sandbox.ErrFull, sandbox.ErrRules, record.ErrSpent},
		http.StatusNotFound:        {sandbox.ErrUnknown, sandbox.ErrExpired, scenario.ErrUnknown},
	} {
		if slices.ContainsFunc(sentinels, func(sentinel error) bool { return errors.Is(err, sentinel) }) {
			return status
		}
	}
	return http.StatusBadRequest
}

// violated returns the problem of a request that does not fit the contract; nil when there is no violation.
func (a *API) violated(violations []openapi.Violation) error {
	if len(violations) == 0 {
		return nil
	}
	a.masks().Violations(violations) // before a pointer's escapes hide a secret in the detail
	p := problem(http.StatusBadRequest, "%s", violations[0])
	p.Violations = violations
	return p
}

func (a *API) unknownPath(path string) *Problem {
	var paths []string
	for _, route := range a.contract.Routes() {
		paths = append(paths, route.Path)
	}
	slices.Sort(paths)
	return problem(http.StatusNotFound, "no operation has the path %q; there are %s", path, strings.Join(slices.Compact(paths), ", "))
}

// masked takes the known secrets out of a problem.
func (a *API) masked(p *Problem) *Problem {
	masks := a.masks()
	if p.Verdict == nil { // a verdict comes from the journal, which masks; it writes names of parameters before a colon
		p.Detail = masks.Hide(p.Detail)
	}
	masks.Violations(p.Violations)
	return p
}

// cut leaves out what nobody reads, so that an answer does not repeat a huge name or a thousand mistakes: of texts the middle, because
// the end says what is allowed. A failed verification is told whole.
func (p *Problem) cut() {
	shorten := func(text *string, most int) {
		if half := most / 2; len(*text) > most {
			*text = strings.ToValidUTF8((*text)[:half], "") + " … " + strings.ToValidUTF8((*text)[len(*text)-half:], "")
		}
	}
	if p.Verdict == nil {
		shorten(&p.Detail, 16<<10)
	}
	p.Violations = wire.Most(p.Violations)
	for i := range p.Violations {
		v := &p.Violations[i]
		for _, text := range []*string{&v.Name, &v.Pointer, &v.Message} {
			shorten(text, 1<<10)
		}
	}
}

func (p *Problem) response(h http.Header) response {
	p.cut()
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110, 15.5.2, wants it with every 401
	}
	return response{status: p.Status, contentType: "application/problem+json", body: encode(p)}
}
