package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// mask is what the journal shows in place of a secret.
const mask = "***"

// field is one name and value of a request, outside its path.
type field struct {
	name  string
	value string
	query bool // it goes into the query; else into the form
}

func (f field) masked() bool { return f.value == mask }

// partlyMasked reports whether a secret stood within the value or the name.
func (f field) partlyMasked() bool {
	return !f.masked() && strings.Contains(f.value, mask) || strings.Contains(f.name, mask)
}

// fieldsOf returns what the call sent in query and form: names in the order of the contract, those that it does not have behind them, and
// the values of one name in the order in which they came.
func fieldsOf(call *journal.Call) []field {
	route := routeOf(call)
	var fields []field
	for _, name := range namesOf(call, route) {
		p := parameter(route, name)
		texts := textsOf(call, name, p)
		if p != nil && p.In == "path" {
			texts = texts[min(1, len(texts)):] // the path's own value stands before those of the query
			p = nil
		}
		queried := len(texts)
		if call.Method == http.MethodPost {
			queried = inQuery(call, name, p)
		}
		for i, text := range texts {
			fields = append(fields, field{name: name, value: text, query: i < queried})
		}
	}
	return fields
}

// routeOf returns the route that the call took, nil when its path is not one of the contract's.
func routeOf(call *journal.Call) *contract.Route {
	if call.Kind == journal.KindUnknown {
		return nil
	}
	var best *contract.Route
	longest := 0
	for _, route := range contract.BuiltIn().Routes() {
		if call.Operation != "" && call.Operation != route.Operation.ID {
			continue
		}
		// The longest one explains most of the path: /a/rest/info ends as /rest/info does.
		if n := matched(route, call); n > longest || n > 0 && n == longest && route.Method == method(call) {
			best, longest = route, n
		}
	}
	return best
}

// method is the method that chose the route; HEAD answers as GET.
func method(call *journal.Call) string {
	if call.Method == http.MethodHead {
		return http.MethodGet
	}
	return call.Method
}

// matched returns how much of the call's path the route's is, under any context and with the call's own parameters in it; 0 when it is not.
func matched(route *contract.Route, call *journal.Call) int {
	path := route.Path
	for i := range route.Parameters {
		if p := &route.Parameters[i]; p.In == "path" {
			text, _ := first(call.Params[p.Name]).(string)
			path = strings.Replace(path, "{"+p.Name+"}", text, 1)
		}
	}
	if !strings.HasSuffix(strings.TrimSuffix(call.Path, "/"), path) {
		return 0
	}
	return len(path)
}

// first returns the value that counted.
func first(value any) any {
	values, isList := value.([]any) // after a trip over HTTP
	if repeated, ok := value.(journal.Repeated); ok {
		values, isList = repeated, true
	}
	if isList && len(values) > 0 {
		return values[0]
	}
	return value
}

func parameter(route *contract.Route, name string) *contract.Parameter {
	if route == nil {
		return nil
	}
	if i := slices.IndexFunc(route.Parameters, func(p contract.Parameter) bool { return p.Name == name }); i >= 0 {
		return &route.Parameters[i]
	}
	return nil
}

func namesOf(call *journal.Call, route *contract.Route) []string {
	names := slices.Sorted(maps.Keys(call.Params))
	if route == nil {
		return names
	}
	order := func(name string) int {
		if i := slices.IndexFunc(route.Parameters, func(p contract.Parameter) bool { return p.Name == name }); i >= 0 {
			return i
		}
		return len(route.Parameters)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(order(a), order(b)) })
	return names
}

// textsOf returns the values of a name as texts.
func textsOf(call *journal.Call, name string, p *contract.Parameter) []string {
	values := []any{call.Params[name]}
	switch list := call.Params[name].(type) {
	case journal.Repeated:
		values = list
	case []any:
		if isRepeated(call, name, p) {
			values = list
		}
	}
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = textOf(value, p)
	}
	return texts
}

// isRepeated tells the values of a repeated name from one JSON list, which look alike once a call has been JSON itself. A parameter that is no
// JSON has no lists; of the others the violations know: one Repeated, or for a name that the contract does not have one Unknown a value.
func isRepeated(call *journal.Call, name string, p *contract.Parameter) bool {
	if p != nil && !p.JSON {
		return true
	}
	unknown := 0
	for _, v := range call.Violations {
		switch {
		case v.Name != name:
		case v.Kind == openapi.Repeated:
			return true
		case v.Kind == openapi.Unknown:
			unknown++
		}
	}
	return unknown > 1
}

// textOf writes a value as it may have been sent: text as it is, JSON compact. A string in a JSON parameter is a text that was no JSON, unless
// it is JSON: then it stood in quotes, or it would have been decoded.
func textOf(value any, p *contract.Parameter) string {
	text, isText := value.(string)
	if isText && (p == nil || !p.JSON || !json.Valid([]byte(text))) {
		return text
	}
	return string(compact(value))
}

func compact(value any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil { // not a value that JSON was decoded to
		return nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// inQuery returns how many values of a name a POST had in its query, as far as violations tell; they stand before those of the form.
// A name that the contract has is told of where it is repeated and where it departs, one that it does not have for each value.
func inQuery(call *journal.Call, name string, p *contract.Parameter) int {
	departs, again, unknown := false, 0, 0
	for _, v := range call.Violations {
		if v.Name != name || v.In != "query" {
			continue
		}
		departs = true
		switch v.Kind {
		case openapi.Repeated:
			again++
		case openapi.Unknown:
			unknown++
		}
	}
	switch {
	case p == nil:
		return unknown
	case departs:
		return again + 1
	}
	return 0
}
