package control

import (
	"net/http"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

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
			return nil, err
		}
		list = append(list, scenarioView{s.Name, s.Summary, s.Pack, s.Evidence()})
	}
	return map[string]any{"scenarios": list}, nil
}

func (a *API) getScenario(r request) (any, error) {
	s, err := a.Library.Scenario(r.params.Text("name"))
	if err != nil {
		return nil, err
	}
	return response{contentType: "application/json", body: s.Document()}, nil
}
