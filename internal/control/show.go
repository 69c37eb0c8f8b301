package control

import (
	"errors"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

func (a *API) health(request) (response, *Problem) {
	return response{value: map[string]string{"status": "ok"}}, nil
}

func yamlOf(c *contract.Contract) response {
	return response{contentType: "application/yaml", raw: c.Document()}
}

func (a *API) authority(request) (response, *Problem) {
	if a.TLS == nil {
		return response{}, problem(http.StatusNotFound, "this server has no certificate of its own: it was not started with TLS")
	}
	authority := a.TLS.PEM()
	if authority == nil {
		return response{}, problem(http.StatusNotFound,
			"this server was given its certificate without the self-signed authority at the end of its chain: take that from whoever issued it, or add it to the certificate's file")
	}
	return response{contentType: "application/x-pem-file", raw: authority}, nil
}

// scenarioView is a scenario in the list of what can be played.
type scenarioView struct {
	Name     string        `json:"name"`
	Summary  string        `json:"summary"`
	Pack     string        `json:"pack"`
	Evidence openapi.Level `json:"evidence"`
}

func (a *API) listScenarios(request) (response, *Problem) {
	list := []scenarioView{}
	for _, name := range a.Library.Names() {
		s, err := a.Library.Scenario(name)
		if err != nil {
			return response{}, problem(http.StatusInternalServerError, "%s", err)
		}
		list = append(list, scenarioView{s.Name, s.Summary, s.Pack, s.Evidence()})
	}
	return response{value: map[string]any{"scenarios": list}}, nil
}

func (a *API) getCoverage(request) (response, *Problem) {
	return response{value: a.Coverage.Report(a.Library.Contract(), a.Library.Names())}, nil
}

func (a *API) getScenario(r request) (response, *Problem) {
	s, err := a.Library.Scenario(r.params.Text("name"))
	if errors.Is(err, scenario.ErrUnknown) {
		return response{}, refused(err)
	}
	if err != nil {
		return response{}, problem(http.StatusInternalServerError, "%s", err)
	}
	return response{contentType: "application/json", raw: s.Document()}, nil
}

// box returns the sandbox that a request names, or 404 with a word on what became of it.
func (a *API) box(r request) (*sandbox.Sandbox, *Problem) {
	box, err := a.Sandboxes.Get(r.params.Text("id"))
	if err != nil {
		return nil, problem(http.StatusNotFound, "%s; there are %s", err, strings.Join(a.Sandboxes.IDs(), ", "))
	}
	return box, nil
}

// inSandbox finds the sandbox that a request names before the operation is done.
func inSandbox(do func(*API, request, *sandbox.Sandbox) (response, *Problem)) func(*API, request) (response, *Problem) {
	return func(a *API, r request) (response, *Problem) {
		box, missing := a.box(r)
		if missing != nil {
			return response{}, missing
		}
		return do(a, r, box)
	}
}

func (a *API) getWorld(_ request, box *sandbox.Sandbox) (response, *Problem) {
	view, err := box.View()
	if err != nil {
		return response{}, problem(http.StatusInternalServerError, "%s", err)
	}
	return response{value: view}, nil
}
