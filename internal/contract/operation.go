package contract

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// API is the part of the portal that an operation belongs to. Each part has its own shape of errors.
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
	TokenRequired TokenUse = "required" // a missing token is error 499
	TokenOptional TokenUse = "optional" // without a token the caller is nobody; a bad token is error 498
	TokenUnused   TokenUse = "none"     // the token is ignored
)

// Access says who may call an operation.
type Access struct {
	Token      TokenUse `json:"token"`
	Privileges []string `json:"privileges"` // the caller needs one of them, or the role org_admin; empty: none is needed
}

// Operation is what the contract calls by an operationId. It is safe for concurrent use and must not be changed.
type Operation struct {
	ID           string
	Kind         openapi.Kind
	API          API
	Access       Access
	Errors       []string // the outcomes beside success: fixture ids under errors/{API}
	Evidence     openapi.Evidence
	Page         string // the kind of page that shows its answer: directory, sign-in, oauth-sign-in, oauth-approval; "": the usual one
	ObservedType string // the content type that a portal was seen to give its JSON; "": no other than the documented one
	Summary      string
	Description  string
	Routes       []*Route `json:"-"` // its methods and paths; the first is the one that has the operationId
	Status       int      // the HTTP status of a success

	Success judged
	Failure judged
}

// operation compiles an operation without its routes.
func (l *loader) operation(op *openapi3.Operation) *Operation {
	o := &Operation{
		ID: op.OperationID, Summary: op.Summary, Description: strings.TrimSpace(op.Description), Status: http.StatusOK,
	}
	for _, status := range []int{http.StatusFound, http.StatusCreated, http.StatusOK} {
		if op.Responses.Status(status) != nil {
			o.Status = status
		}
	}
	if o.ID == "" {
		l.mistake("the operation has no operationId")
	}
	l.extension(op.Extensions, "x-kind", &o.Kind)
	l.extension(op.Extensions, "x-api", &o.API)
	l.extension(op.Extensions, "x-access", &o.Access)
	l.extension(op.Extensions, "x-errors", &o.Errors)
	l.extension(op.Extensions, "x-evidence", &o.Evidence)
	l.extension(op.Extensions, "x-page", &o.Page)
	l.extension(op.Extensions, "x-observed-type", &o.ObservedType)
	word(l, "x-kind", o.Kind, openapi.Licensing, openapi.Support)
	word(l, "x-api", o.API, Sharing, PortalAdmin)
	word(l, "x-access.token", o.Access.Token, TokenRequired, TokenOptional, TokenUnused)
	word(l, "x-page", o.Page, "", "directory", "sign-in", "oauth-sign-in", "oauth-approval")
	word(l, "x-evidence.level", o.Evidence.Level, openapi.Documented, openapi.Observed, openapi.Assumed)
	success, failure := replySchemas(op)
	o.Success, o.Failure = l.judge(success), l.judge(failure)
	return o
}

// word reports a word that is not among the allowed ones. It may be absent: only operations of the portal have these.
func word[T ~string](l *loader, name string, got T, allowed ...T) {
	if got != "" && !slices.Contains(allowed, got) {
		l.mistake("%s must be one of %q, got %q", name, allowed, got)
	}
}

// replySchemas returns the schemas of a success and of an error; either may be nil. The portal answers both with HTTP
// 200, so two alternatives there are the success and the error.
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

// Prove checks the JSON text of a success against the contract. The error is an [OffSpecError].
func (o *Operation) Prove(body string) error { return o.Success.prove(body) }

// ProveError checks the JSON text of an error against the contract. The error is an [OffSpecError].
func (o *Operation) ProveError(body string) error { return o.Failure.prove(body) }

// ParameterNames returns the names of the parameters of all routes, each once.
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
