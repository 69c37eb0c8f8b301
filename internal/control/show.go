package control

import (
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

func (a *API) health(request) (any, error) {
	return map[string]string{"status": "ok"}, nil
}

func yaml(c *contract.Contract) response {
	return response{contentType: "application/yaml", body: c.Document()}
}

func (a *API) authority(request) (any, error) {
	if a.TLS == nil {
		return nil, problem(http.StatusNotFound, "this server has no certificate of its own: it was not started with TLS")
	}
	authority := a.TLS.PEM()
	if authority == nil {
		return nil, problem(http.StatusNotFound, "this server was given its certificate without the self-signed authority at the end of "+
			"its chain: take that from whoever issued it, or add it to the certificate's file")
	}
	return response{contentType: "application/x-pem-file", body: authority}, nil
}

// scenarioView is a scenario in the list of those that a sandbox can play.
type scenarioView struct {
	Name     string        `json:"name"`
	Summary  string        `json:"summary"`
	Pack     string        `json:"pack"`
	Evidence openapi.Level `json:"evidence"`
}

func (a *API) listScenarios(request) (any, error) {
	list := []scenarioView{}
	for _, name := range a.Library.Names() {
		s, err := a.Library.Scenario(name)
		if err != nil {
			return nil, problem(http.StatusInternalServerError, "%s", err)
		}
		list = append(list, scenarioView{s.Name, s.Summary, s.Pack, s.Evidence()})
	}
	return map[string]any{"scenarios": list}, nil
}

func (a *API) getCoverage(request) (any, error) {
	return a.Coverage.Report(a.Library.Contract(), a.Library.Names()), nil
}

func (a *API) getScenario(r request) (any, error) {
	s, err := a.Library.Scenario(r.params.Text("name"))
	switch {
	case errors.Is(err, scenario.ErrUnknown):
		return nil, err
	case err != nil:
		return nil, problem(http.StatusInternalServerError, "%s", err)
	}
	return response{contentType: "application/json", body: s.Document()}, nil
}

func (a *API) getWorld(r request) (any, error) { return r.box.View(), nil }
