package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/mockportal/mockportal/internal/scenario"
)

// verifyCalls answers when the expectations are decided, or when the time of within is over.
func (a *API) verifyCalls(r request) (any, error) {
	expectations, err := a.expectationsOf(r, r.box.Scenario())
	if err != nil {
		return nil, err
	}
	release, err := a.hold(&a.waiters)
	if err != nil {
		return nil, err
	}
	defer release()
	verdict := r.box.Journal.Verify(r.Context(), expectations)
	if verdict.Met() {
		return verdict, nil
	}
	p := problem(http.StatusUnprocessableEntity, "%s", verdict)
	if _, err := a.Sandboxes.Get(r.box.ID); err != nil {
		p.Detail += "\nthe sandbox has ended, and with it the wait: " + err.Error()
	}
	p.Verdict = &verdict
	return nil, p
}

// expectationsOf reads the expectations of the document in the body. Without any it returns the scenario's, with inOrder and within of the
// document if it has those.
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
	switch {
	case wish.Expect == nil && len(own.Expect) == 0:
		const format = "nothing to check: name expectations (in expect, or a file), since the scenario %q has none of its own"
		return own, fmt.Errorf(format, played.Name)
	case wish.Expect == nil:
		return own, nil
	}
	expectations, err := a.Library.Expectations(played, "document", r.body)
	if err == nil && a.masks().Hide(string(r.body)) != string(r.body) {
		// The library has reported the secrets of the scenario itself, with their position. This one is a secret of another sandbox, an
		// issued token, or the control token.
		err = errors.New("an expectation holds a token or a password: the journal masks it, and nothing there equals it")
	}
	return expectations, err
}
