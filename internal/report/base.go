package report

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
)

// rootURL returns the address that paths are put behind.
func rootURL(base string) (string, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", fmt.Errorf("base URL %q: must be absolute, such as http://127.0.0.1:8080", base)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("base URL %q: must have no credentials, query or fragment", u.Redacted())
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// addressOf returns the call's URL without the query.
func addressOf(root string, call *journal.Call) string {
	path := (&url.URL{Path: call.Path}).EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return root + path
}

// encode writes fields as a query or an urlencoded form, in their order.
func encode(fields []field) string {
	var out strings.Builder
	for i, f := range fields {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(f.name) + "=" + url.QueryEscape(f.value))
	}
	return out.String()
}

// split returns the fields of the query and those of the form.
func split(fields []field) (query, form []field) {
	for _, f := range fields {
		if f.query {
			query = append(query, f)
		} else {
			form = append(form, f)
		}
	}
	return query, form
}
