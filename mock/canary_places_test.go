package mock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/secret"
)

// plant puts a text somewhere into a request to an operation; nil where there is no such place.
type plant struct {
	where string
	put   func(testing.TB, request, string) *http.Request
}

const canaryHost = "http://portal.example.com"

// inRequest is a plant that only changes what a table of requests can write.
func inRequest(where string, put func(r request, text string) request) plant {
	return plant{where, func(tb testing.TB, r request, text string) *http.Request {
		tb.Helper()
		return put(r, text).to(tb, canaryHost)
	}}
}

// plantsOf returns every place where a client can put a text in a call of a route.
func plantsOf(route *contract.Route) []plant {
	var all []plant
	names := []string{"stuff", "f", "callback", "username", "referer", "redirect"}
	for i := range route.Parameters {
		if p := &route.Parameters[i]; p.In != "path" {
			names = append(names, p.Name, p.Name+"s", strings.ToUpper(p.Name), "my."+p.Name)
		}
	}
	for _, name := range names {
		all = append(all, inValue(name)...)
	}
	for i := range route.Parameters {
		switch p := &route.Parameters[i]; {
		case p.In == "path":
			all = append(all, inRequest("the path's "+p.Name, func(r request, text string) request {
				return r.at(filled(route, p.Name, url.PathEscape(text)))
			}), inRequest("the path's "+p.Name+", all of it escaped", func(r request, text string) request {
				return r.at(filled(route, p.Name, hexed(text)))
			}))
		case p.JSON:
			all = append(all, inJSON(p.Name)...)
		}
	}
	all = append(all, inJSON("stuff")...)
	all = append(all, plantsInPaths()...)
	all = append(all, plantsInNames()...)
	all = append(all, plantsInHeaders()...)
	return append(all, plantsInBodies()...)
}

// inValue plants values of a name: alone, beside a good one, in a larger text.
func inValue(name string) []plant {
	return []plant{
		inRequest("the query's "+name, func(r request, text string) request {
			return r.with(name, "").at(r.path + "?" + url.Values{name: {text}}.Encode())
		}),
		inRequest("the form's "+name, func(r request, text string) request { return r.with(name, text) }),
		inRequest(name+" sent twice", func(r request, text string) request {
			return r.at(r.path + "?" + url.Values{name: {"1", text}}.Encode())
		}),
		inRequest("an address as "+name, func(r request, text string) request {
			return r.with(name, "https://u:"+url.QueryEscape(text)+"@example.com/"+url.PathEscape(text)+"?a="+url.QueryEscape(text)+"#"+url.PathEscape(text))
		}),
	}
}

// inJSON plants texts in JSON that is the value of a name.
func inJSON(name string) []plant {
	var all []plant
	for where, template := range map[string]string{
		"a member":            `{"maxUsers":1,"entitlements":{},"note":%s}`,
		"a key":               `{"maxUsers":1,"entitlements":{},%s:1}`,
		"a name that is kept": `{"maxUsers":1,"entitlements":{%s:{"num":1}}}`,
		"a key of the wrong":  `{"maxUsers":1,"entitlements":{%s:{"num":"1"}}}`,
		"a key twice":         `{"maxUsers":1,"entitlements":{},%[1]s:1,%[1]s:2}`,
		"a count":             `{"maxUsers":%s,"entitlements":{"a":{"num":%[1]s}}}`,
		"a list":              `[[%s]]`,
		"a text":              `%s`,
		"what is broken":      `{"maxUsers":1,"note":%s,}`,
		"single quotes":       `{'maxUsers':1,'note':%s}`,
		"a comment":           `{"maxUsers":1} // %s`,
	} {
		all = append(all, inRequest(where+" in "+name, func(r request, text string) request {
			return r.with(name, fmt.Sprintf(template, quoted(text)))
		}), inRequest(where+" in JSON in "+name, func(r request, text string) request {
			return r.with(name, `{"a":`+quoted(fmt.Sprintf(template, quoted(text)))+`}`)
		}))
	}
	return all
}

func plantsInPaths() []plant {
	return []plant{
		inRequest("a segment behind the path", func(r request, text string) request { return r.at(r.path + "/" + url.PathEscape(text)) }),
		inRequest("a segment before the path", func(r request, text string) request { return r.at("/" + hexed(text) + r.path) }),
		inRequest("a forgotten question mark", func(r request, text string) request { return r.at(r.path + "&f=json&token=" + url.PathEscape(text)) }),
		inRequest("the id of a sandbox", func(r request, text string) request { return r.at("/sandboxes/" + url.PathEscape(text) + r.path) }),
		inRequest("a path in the directory", func(r request, text string) request {
			return r.at("/portaladmin/license/"+url.PathEscape(text)).with("redirect", "/portaladmin/"+url.PathEscape(text))
		}),
		inRequest("the redirect", func(r request, text string) request { return r.with("redirect", "/portaladmin/"+url.PathEscape(text)) }),
		{"the user info", func(tb testing.TB, r request, text string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			hr.URL.User = url.UserPassword(text, text)
			return hr
		}},
		{"the host", func(tb testing.TB, r request, text string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			hr.Host = hexed(text) + "." + text + ".example.com"
			return hr
		}},
		{"the host, on loopback", func(tb testing.TB, r request, text string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			hr.Host = text + ".example.com"
			return hr.WithContext(context.WithValue(tb.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
		}},
		{"the method", func(tb testing.TB, r request, text string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			hr.Method = text
			return hr
		}},
	}
}

func plantsInNames() []plant {
	return []plant{
		inRequest("a name", func(r request, text string) request { return r.with(text, "1") }),
		inRequest("a name in brackets", func(r request, text string) request { return r.with("a["+text+"]", "1") }),
		inRequest("a name in the query", func(r request, text string) request { return r.at(r.path + "?" + url.QueryEscape(text)) }),
		inRequest("a name beside a bad escape", func(r request, text string) request {
			return r.at(r.path + "?" + url.QueryEscape(text) + "%zz=1&f=json")
		}),
		inRequest("a name twice", func(r request, text string) request {
			return r.at(r.path + "?" + url.QueryEscape(text) + "&" + url.QueryEscape(text))
		}),
		inRequest("JSON as a name", func(r request, text string) request {
			return r.with(`{"username":"admin","note":`+quoted(text)+`}`, "1")
		}),
	}
}

func plantsInHeaders() []plant {
	var all []plant
	for _, name := range []string{
		"Authorization", "X-Esri-Authorization", "Cookie", "Referer", "User-Agent", "Origin", "Accept", "Accept-Language", "Content-Type", "Content-Encoding", "Expect",
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "If-None-Match", "Range", "Forwarded", "Upgrade", "Connection", "X-Http-Method-Override", "Trailer",
	} {
		values := []string{"%s", "https://example.com/%[1]s?a=%[1]s"}
		switch name {
		case "Authorization", "X-Esri-Authorization":
			values = []string{"%s", "Bearer %s", "Basic %s"}
		case "Cookie":
			values = []string{"%s", "portaladmin_token=%s"}
		case "Content-Type":
			values = []string{"%s", "text/plain; token=%s", "text/plain; a=%s", "text/" + strings.Repeat("x", 90) + "%s"}
		}
		for _, value := range values {
			all = append(all, inRequest("the header "+name+": "+value, func(r request, text string) request { return r.sending(name, fmt.Sprintf(value, text)) }))
		}
	}
	all = append(all, inRequest("a header's name", func(r request, text string) request { return r.sending(text, "1") }))
	return append(all, plant{"Basic", func(tb testing.TB, r request, text string) *http.Request {
		tb.Helper()
		hr := r.to(tb, canaryHost)
		hr.SetBasicAuth("admin", text)
		return hr
	}})
}

// plantsInBodies send a body of their own by POST.
func plantsInBodies() []plant {
	body := func(kind, text string) func(tb testing.TB, r request, canary string) *http.Request {
		return func(tb testing.TB, r request, canary string) *http.Request {
			tb.Helper()
			hr := r.sending("Content-Type", kind).by(http.MethodPost).to(tb, canaryHost)
			if kind == "application/x-www-form-urlencoded" {
				canary = hexed(canary)
			}
			hr.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(text, "CANARY", canary)))
			hr.ContentLength = -1
			return hr
		}
	}
	part := func(disposition string) func(tb testing.TB, r request, canary string) *http.Request {
		return func(tb testing.TB, r request, canary string) *http.Request {
			tb.Helper()
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			for name, list := range r.form {
				_ = w.WriteField(name, list[0])
			}
			escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(canary)
			p, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {strings.ReplaceAll(disposition, "CANARY", escaped)}})
			if err != nil {
				tb.Fatal(err)
			}
			_, _ = io.WriteString(p, canary)
			_ = w.Close()
			return body(w.FormDataContentType(), b.String())(tb, r, canary)
		}
	}
	return []plant{
		{"a body of text", body("text/plain", "CANARY")},
		{"a body of JSON", body("application/json", `{"token":"CANARY","CANARY":1}`)},
		{"JSON as a form", body("application/x-www-form-urlencoded", `{"username":"admin","password":"CANARY","CANARY":{}}`)},
		{"a broken multipart", body("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"CANARY\"\r\n\r\nCANARY")},
		{"a part", part(`form-data; name="stuff"`)},
		{"a part of a good name", part(`form-data; name="purchaserOrgId"`)},
		{"a part's name", part(`form-data; name="CANARY"`)},
		{"a file's name", part(`form-data; name="stuff"; filename="CANARY"`)},
	}
}

// secretNames returns every name that says that it is a secret: those of the contract and others, misspelt by a letter, and as words of longer ones.
func secretNames() []string {
	all := secret.Names()
	for _, contract := range []*contract.Contract{contract.BuiltIn(), contract.Control()} {
		for _, route := range contract.Routes() {
			for _, p := range route.Parameters {
				if p.Secret {
					all = append(all, p.Name)
				}
			}
		}
	}
	for _, name := range all {
		capital := strings.ToUpper(name[:1]) + name[1:]
		all = append(all, strings.ToUpper(name), capital, name+"[]", "user["+name+"]", "user."+name, "user"+capital, "x-"+name, "X-User-"+capital, "user_"+name, "USER_"+strings.ToUpper(name))
		if middle := len(name) / 2; len(name) > 3 {
			all = append(all, name[:middle]+name[middle+1:], name[:middle]+name[middle:middle+1]+name[middle:], name[:middle-1]+name[middle:middle+1]+name[middle-1:middle]+name[middle+1:], name+"s")
		}
	}
	return all
}

// underNames plants a text under every name that says that it is a secret, all in one request.
func underNames() []plant {
	names := secretNames()
	form := url.Values{}
	members, path := map[string]any{}, ""
	for _, name := range names {
		form.Set(name, "CANARY")
		members[name] = "CANARY"
		path += "/" + url.PathEscape(name) + "/CANARY"
	}
	deep, _ := json.Marshal(map[string]any{"maxUsers": 1, "entitlements": map[string]any{}, "a": []any{members}})
	texts, _ := json.Marshal(map[string]any{"a": string(deep), "b": form.Encode(), "c": url.QueryEscape(string(deep))})
	in := func(r request, name, value string, text string) request {
		return r.with(name, strings.ReplaceAll(value, "CANARY", text))
	}
	return []plant{
		inRequest("the query, under secret names", func(r request, text string) request {
			return r.at(r.path + "?" + strings.ReplaceAll(form.Encode(), "CANARY", text))
		}),
		inRequest("the form, under secret names", func(r request, text string) request {
			for name := range form {
				r = r.with(name, text)
			}
			return r
		}),
		inRequest("orgEntitlements, under secret names", func(r request, text string) request { return in(r, "orgEntitlements", string(deep), text) }),
		inRequest("JSON, under secret names", func(r request, text string) request { return in(r, "stuff", string(deep), text) }),
		inRequest("broken JSON, under secret names", func(r request, text string) request { return in(r, "orgEntitlements", string(deep)+",", text) }),
		inRequest("JSON and forms in JSON, under secret names", func(r request, text string) request { return in(r, "stuff", string(texts), text) }),
		inRequest("a form escaped once more, under secret names", func(r request, text string) request { return in(r, "stuff", form.Encode(), text) }),
		inRequest("JSON as a name, under secret names", func(r request, text string) request {
			return r.with(strings.ReplaceAll(string(deep), "CANARY", text), "1")
		}),
		inRequest("the path, under secret names", func(r request, text string) request { return r.at(r.path + strings.ReplaceAll(path, "CANARY", text)) }),
		inRequest("an unknown path, under secret names", func(r request, text string) request {
			return r.at("/nowhere" + strings.ReplaceAll(path, "CANARY", text))
		}),
		inRequest("a referer, under secret names", func(r request, text string) request {
			return in(r, "referer", "https://a/"+path+"?"+form.Encode()+"#"+form.Encode(), text)
		}),
		inRequest("Authorization", func(r request, text string) request { return r.sending("Authorization", "Bearer "+text) }),
		inRequest("X-Esri-Authorization", func(r request, text string) request { return r.sending("X-Esri-Authorization", "Bearer "+text) }),
		inRequest("Cookie", func(r request, text string) request {
			return r.sending("Cookie", "portaladmin_token="+text+"; agwtoken="+text)
		}),
		inRequest("Basic and Bearer in a value", func(r request, text string) request { return r.with("stuff", "Authorization: Bearer "+text) }),
		{"Basic", plantsInHeaders()[len(plantsInHeaders())-1].put},
	}
}

// filled is a route's path with one parameter replaced.
func filled(route *contract.Route, name, value string) string {
	return strings.NewReplacer("{"+name+"}", value, "{itemId}", item, "{username}", "viewer", "{resource}", "any/thing", "{id}", "default", "{name}", "trial", "{rule}", "rule-1", "{number}", "1").Replace(route.Path)
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// hexed writes every byte of a text with a percent sign.
func hexed(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02x", text[i])
	}
	return b.String()
}
