package wire

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/openapi"
)

// Envelope is the portal's error. It has the members of both APIs, in their order.
type Envelope struct {
	Error    EnvelopeError `json:"error"`
	Evidence openapi.Level `json:"-"` // the weakest of the fixtures in it
}

// EnvelopeError is the content of an envelope.
type EnvelopeError struct {
	Code             int      `json:"code"`
	MessageCode      string   `json:"messageCode,omitempty"`
	OAuthError       string   `json:"error,omitempty"`
	OAuthDescription string   `json:"error_description,omitempty"`
	Message          string   `json:"message"`
	Details          []string `json:"details"` // null in some answers of the Portal Administrator API
}

// NewEnvelope returns the envelope of a problem, in the words of an API's fixtures. It replaces {name} and {allowed} literally, and nothing
// else. It fails only if the set lacks a fixture that this program needs.
func NewEnvelope(set *fixture.Set, api contract.API, p *portal.Problem) (Envelope, error) {
	e, err := readEnvelope(set, api, p.ID)
	if err != nil {
		return Envelope{}, err
	}
	replace(&e, "", p.Allowed)
	if len(p.Lines) == 0 {
		return e, nil
	}
	e.Error.Details = make([]string, 0, len(p.Lines))
	for _, line := range p.Lines {
		words, err := readEnvelope(set, api, line.ID)
		if err != nil {
			return Envelope{}, err
		}
		replace(&words, line.Name, line.Allowed)
		e.Error.Details = append(e.Error.Details, words.Error.Details...)
		e.Evidence = e.Evidence.Weaker(words.Evidence)
	}
	return e, nil
}

func readEnvelope(set *fixture.Set, api contract.API, id string) (Envelope, error) {
	id = "errors/" + string(api) + "/" + id
	fixture, ok := set.Get(id)
	if !ok {
		return Envelope{}, fmt.Errorf("no fixture %q", id)
	}
	e := Envelope{Evidence: fixture.Evidence.Level}
	if err := json.Unmarshal(fixture.Body, &e); err != nil {
		return Envelope{}, fmt.Errorf("fixture %q: %w", id, err)
	}
	return e, nil
}

func replace(e *Envelope, name, allowed string) {
	r := strings.NewReplacer("{name}", name, "{allowed}", allowed)
	e.Error.Message = r.Replace(e.Error.Message)
	for i, line := range e.Error.Details {
		e.Error.Details[i] = r.Replace(line)
	}
}
