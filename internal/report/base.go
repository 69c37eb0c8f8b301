package report

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
)

// addressOf returns the call's URL without the query.
func addressOf(root string, call *journal.Call) string {
	path := (&url.URL{Path: call.Path}).EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return root + path
}

// mask is what the journal shows in place of a secret.
const mask = "***"

// in returns what a call sent in one place, in its order.
func in(call *journal.Call, place string) []journal.ParamIn {
	params := slices.DeleteFunc(slices.Clone(call.ParamsIn), func(p journal.ParamIn) bool { return p.In != place })
	for i, p := range params {
		if p.Bytes != nil {
			params[i].Value = string(p.Bytes)
		}
	}
	return params
}

// encode writes parameters as a query or an urlencoded form, in their order.
func encode(params []journal.ParamIn) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(pairs, "&")
}
