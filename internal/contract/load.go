package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	l := &loader{
		spec: spec, compiled: compiled{Schemas: map[string]judged{}, Folders: map[string]string{}}, parametersAt: map[string]int{},
		at: "the document",
	}
	for _, s := range spec.Servers {
		l.compiled.Servers = append(l.compiled.Servers, strings.TrimSuffix(s.URL, "/"))
	}
	l.extension(spec.Extensions, "x-aliases", &l.compiled.Aliases)
	l.extension(spec.Extensions, "x-lenient-paths", &l.compiled.LenientPaths)
	l.extension(spec.Extensions, "x-probes", &l.compiled.Probes)
	l.schemas()
	l.routes()
	c := newContract(func() []byte { return document }, l.compiled)
	for _, r := range c.Routes() {
		if r.Operation == nil {
			l.at = r.Method + " " + r.Path
			l.mistake("x-same-as: no operation %q", r.OperationID)
		}
	}
	if len(l.mistakes) > 0 {
		return nil, errors.Join(l.mistakes...)
	}
	return c, nil
}

// loader compiles a valid document and collects what this package does not support.
type loader struct {
	spec         *openapi3.T
	compiled     compiled
	schemasAt    []*openapi3.Schema // those of the judges
	parametersAt map[string]int     // by their JSON
	at           string             // what is being compiled, for mistakes
	mistakes     []error
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
	if l.spec.Components == nil {
		return
	}
	for _, name := range keys(l.spec.Components.Schemas) {
		l.at = "schema " + name
		schema := l.spec.Components.Schemas[name].Value
		l.compiled.Schemas[name] = l.judge(schema)
		folder := ""
		l.extension(schema.Extensions, "x-fixtures", &folder)
		switch other, taken := l.compiled.Folders[folder]; {
		case folder == "":
		case taken:
			l.mistake("x-fixtures: schema %s describes the fixtures of %q already", other, folder)
		default:
			l.compiled.Folders[folder] = name
		}
	}
}

// routes compiles the paths. A route with x-same-as shares the operation that it names.
func (l *loader) routes() {
	for _, path := range l.spec.Paths.InMatchingOrder() {
		item := l.spec.Paths.Value(path)
		for _, method := range keys(item.Operations()) {
			op := item.GetOperation(method)
			l.at = strings.TrimSuffix(fmt.Sprintf("%s %s (%s)", method, path, op.OperationID), " ()")
			r := l.route(method, path, item, op)
			l.compiled.Routes = append(l.compiled.Routes, r)
			l.extension(op.Extensions, "x-same-as", &r.OperationID)
			if r.OperationID != "" {
				r.Joins = true
				continue
			}
			r.OperationID = op.OperationID
			l.compiled.Operations = append(l.compiled.Operations, l.operation(op))
		}
	}
	slices.SortStableFunc(l.compiled.Operations, func(a, b *Operation) int {
		return strings.Compare(string(a.Kind)+a.ID, string(b.Kind)+b.ID)
	})
}
