package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// load compiles a document. The error lists where the document violates OpenAPI 3.0, or else what this package does not
// support, one mistake per line.
func load(document []byte) (*Contract, error) {
	reader := openapi3.NewLoader()
	reader.IncludeOrigin = true // for the order of the fields of forms, which maps lose
	spec, err := reader.LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if !spec.IsOpenAPI30() {
		return nil, fmt.Errorf("openapi must be 3.0.x, got %q", spec.OpenAPI)
	}
	err = spec.Validate(context.Background(), openapi3.EnableMultiError(), openapi3.DisableExamplesValidation())
	if err != nil {
		return nil, err
	}
	l := &loader{contract: &Contract{
		document: document, spec: spec, judges: map[string]judge{}, fixtures: map[string]string{},
	}}
	l.at = "the document"
	l.extension(spec.Extensions, "x-aliases", &l.contract.aliases)
	l.extension(spec.Extensions, "x-lenient-paths", &l.contract.lenientPaths)
	l.extension(spec.Extensions, "x-probes", &l.contract.probes)
	l.schemas()
	l.routes()
	if len(l.mistakes) > 0 {
		return nil, errors.Join(l.mistakes...)
	}
	c := l.contract
	c.router = sync.OnceValue(func() *Router { return c.newRouter(c.Servers()) })
	return c, nil
}

// loader compiles a valid document and collects what this package does not support.
type loader struct {
	contract *Contract
	at       string // what is being compiled, for mistakes
	mistakes []error
}

func (l *loader) mistake(format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Errorf(l.at+": "+format, args...))
}

// extension decodes an x- member. An absent member leaves into as it is.
func (l *loader) extension(members map[string]any, name string, into any) {
	raw, ok := members[name]
	if !ok {
		return
	}
	text, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		l.mistake("%s: %w", name, err)
	}
}

// schemas compiles the component schemas.
func (l *loader) schemas() {
	if l.contract.spec.Components == nil {
		return
	}
	for _, name := range keys(l.contract.spec.Components.Schemas) {
		l.at = "schema " + name
		schema := l.contract.spec.Components.Schemas[name].Value
		l.contract.judges[name] = newJudge(schema)
		folder := ""
		l.extension(schema.Extensions, "x-fixtures", &folder)
		switch other, taken := l.contract.fixtures[folder]; {
		case folder == "":
		case taken:
			l.mistake("x-fixtures: schema %s describes the fixtures of %q already", other, folder)
		default:
			l.contract.fixtures[folder] = name
		}
	}
}

// routes compiles the paths. A route with x-same-as shares the operation that it names.
func (l *loader) routes() {
	for _, path := range l.contract.spec.Paths.InMatchingOrder() {
		item := l.contract.spec.Paths.Value(path)
		for _, method := range keys(item.Operations()) {
			op := item.GetOperation(method)
			l.at = strings.TrimSuffix(fmt.Sprintf("%s %s (%s)", method, path, op.OperationID), " ()")
			r := l.route(method, path, item, op)
			l.contract.routes = append(l.contract.routes, r)
			l.extension(op.Extensions, "x-same-as", &r.sameAs)
			if r.sameAs != "" {
				continue
			}
			r.Operation = l.operation(r, op)
			l.contract.operations = append(l.contract.operations, r.Operation)
		}
	}
	slices.SortStableFunc(l.contract.operations, func(a, b *Operation) int {
		return strings.Compare(string(a.Kind)+a.ID, string(b.Kind)+b.ID)
	})
	for _, r := range l.contract.routes {
		if r.sameAs == "" {
			continue
		}
		l.at = r.Method + " " + r.Path
		if op, ok := l.contract.Operation(r.sameAs); ok {
			r.Operation, op.Routes = op, append(op.Routes, r)
		} else {
			l.mistake("x-same-as: no operation %q", r.sameAs)
		}
	}
}
