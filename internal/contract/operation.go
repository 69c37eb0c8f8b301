package contract

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// API is the part of the portal that an operation belongs to; the parts answer errors in different shapes.
type API string

// The APIs of a portal.
const (
	Sharing     API = "sharing"
	PortalAdmin API = "portaladmin"
)

// TokenUse says what an operation does with a token.
type TokenUse string

// What an operation does with a token.
const (
	TokenRequired TokenUse = "required" // without one it answers 499
	TokenOptional TokenUse = "optional" // without one it answers nobody, with a bad one 498
	TokenUnused   TokenUse = "none"     // it is not looked at
)

// Access says who may call an operation.
type Access struct {
	Token      TokenUse
	Privileges []string // one of them, or the role org_admin; empty when every member may
}

// Operation is what the contract calls by an operationId. It is safe for concurrent use and must not be changed.
type Operation struct {
	ID          string
	Kind        openapi.Kind
	API         API
	Access      Access
	Errors      []string // the outcomes beside success: fixture ids under errors/{API}
	Evidence    openapi.Evidence
	Summary     string
	Description string
	Routes      []*Route // its methods and paths; the first is the one that has the operationId
	Status      int      // the HTTP status of a success

	success judge
	failure judge
}

func newOperation(r *Route) *Operation {
	o := &Operation{
		ID: r.spec.OperationID, Summary: r.spec.Summary, Description: strings.TrimSpace(r.spec.Description),
		Routes: []*Route{r}, Status: http.StatusOK,
	}
	if r.spec.Responses.Value("201") != nil {
		o.Status = http.StatusCreated
	}
	var access struct {
		Token      TokenUse `json:"token"`
		Privileges []string `json:"privileges"`
	}
	r.extension("x-kind", &o.Kind)
	r.extension("x-api", &o.API)
	r.extension("x-access", &access)
	r.extension("x-errors", &o.Errors)
	r.extension("x-evidence", &o.Evidence)
	o.Access = Access(access)
	success, failure := replySchemas(r.spec)
	o.success, o.failure = newJudge(success), newJudge(failure)
	return o
}

// replySchemas returns the schemas of a success and of an error; either may be nil. Under HTTP 200 the portal answers both.
func replySchemas(op *openapi3.Operation) (success, failure *openapi3.Schema) {
	for _, status := range []string{"200", "201"} {
		if schema := jsonSchema(op.Responses.Value(status)); schema != nil {
			success = schema
			break
		}
	}
	if success != nil && len(success.OneOf) == 2 {
		return success.OneOf[0].Value, success.OneOf[1].Value
	}
	return success, jsonSchema(op.Responses.Default())
}

func jsonSchema(response *openapi3.ResponseRef) *openapi3.Schema {
	if response == nil || response.Value == nil {
		return nil
	}
	for _, kind := range []string{"application/json", "application/problem+json"} {
		if media := response.Value.Content.Get(kind); media != nil && media.Schema != nil {
			return media.Schema.Value
		}
	}
	return nil
}

// Prove checks the JSON text of a success against the contract. The error lists every departure with its JSON pointer.
func (o *Operation) Prove(body string) error { return o.success.prove(body) }

// ProveError checks the JSON text of an error against the contract.
func (o *Operation) ProveError(body string) error { return o.failure.prove(body) }

// ParameterNames returns the names of all parameters, the path's and those of every method, without doubles.
func (o *Operation) ParameterNames() []string {
	var names []string
	for _, r := range o.Routes {
		for _, p := range r.Parameters {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// extension decodes one x- member of the operation; a member that is not there leaves into as it is.
func (r *Route) extension(name string, into any) {
	if raw, ok := r.spec.Extensions[name]; ok {
		text, err := json.Marshal(raw)
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			panic("openapi: " + r.spec.OperationID + ": " + name + ": " + err.Error())
		}
	}
}
