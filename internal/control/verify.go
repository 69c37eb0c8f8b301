package control

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// verifyCalls holds the answer back until it is decided, or the time of within is over.
func (a *API) verifyCalls(r request, box *sandbox.Sandbox) (response, *Problem) {
	expectations, err := a.expectationsOf(r, box.Scenario())
	if err != nil {
		return response{}, refused(err)
	}
	verdict := box.Journal.Verify(r.Context(), expectations)
	if verdict.Met() {
		return response{value: verdict}, nil
	}
	p := problem(http.StatusUnprocessableEntity, "%s", verdict)
	p.Verdict = &verdict
	return response{}, p
}

var errSecret = errors.New("an expectation holds a token or a password: the journal masks it, and nothing there equals it")

// expectationsOf reads what is to be verified: the document that was sent, or the scenario's own expectations when that has none; what else it
// says then takes the place of the scenario's.
func (a *API) expectationsOf(r request, played *scenario.Scenario) (scenario.Expectations, error) {
	own := played.Expectations
	wish := struct {
		Expect  json.RawMessage `json:"expect"`
		InOrder *bool           `json:"inOrder"`
		Within  string          `json:"within"`
	}{InOrder: &own.InOrder}
	if err := json.Unmarshal(r.body, &wish); err != nil {
		return own, err
	}
	if wish.Within != "" {
		within, err := parseWait("within", wish.Within)
		if err != nil {
			return own, err
		}
		own.Within = within
	}
	if wish.Expect == nil {
		return own, nil
	}
	expectations, err := a.Library.Expectations(played, "document", r.body)
	if err == nil && a.masks().Hide(string(r.body)) != string(r.body) {
		// One of the scenario itself was told with its place. These are of another sandbox, were issued, or are the control token.
		err = errSecret
	}
	return expectations, err
}
