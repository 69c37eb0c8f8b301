package mock_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
)

// place puts a value into a request: in each of the forms in which it is masked there.
type place struct {
	where string
	put   []func(tb testing.TB, r request, value string) *http.Request
}

// places are where a client can put a text in a call.
func places() []place {
	all := []place{
		text("the query", func(r request, text string) request { return r.at(r.path + "?" + url.Values{"stuff": {text}}.Encode()) }),
		text("the form", func(r request, text string) request { return r.with("stuff", text) }),
		text("a name", func(r request, text string) request { return r.with(text, "1") }),
		text("a name that comes twice", func(r request, text string) request {
			return r.at(r.path + "?" + url.QueryEscape(text) + "&" + url.QueryEscape(text))
		}),
		text("a value that comes twice", func(r request, text string) request {
			return r.at(r.path + "?" + url.Values{"f": {"json", text}}.Encode())
		}),
		text("text that is longer", func(r request, text string) request {
			return r.with("stuff", "https://u:"+text+"@a/"+text+"?a="+text+"#"+text)
		}),
		text("broken JSON", func(r request, text string) request {
			return r.with("orgEntitlements", `{"maxUsers":1,"note":"`+text+`",}`)
		}),
		text("a redirect", func(r request, text string) request { return r.with("redirect", "/portaladmin/"+text) }),
		raw("the path", func(r request, text string) request { return r.at(r.path + "/" + text) }),
		raw("a segment of the path", func(r request, text string) request { return r.at(strings.Replace(r.path, item, text, 1)) }),
		raw("an unknown path", func(r request, text string) request { return r.at("/" + text + r.path) }),
		raw("a forgotten question mark", func(r request, text string) request { return r.at(r.path + "&f=json&token=" + text) }),
		raw("the id of a sandbox", func(r request, text string) request { return r.at("/sandboxes/" + text + r.path) }),
		inJSON("a member", `{"maxUsers":1,"entitlements":{},"note":%s}`),
		inJSON("a key", `{"maxUsers":1,"entitlements":{%[1]s:{"num":"1"}},%[1]s:1}`),
		inJSON("an entitlement", `{"maxUsers":1,"entitlements":{%s:{"num":1}}}`),
		inJSON("a list", `[[%s]]`),
		changed("the host", func(hr *http.Request, text string) { hr.Host = text + ".example.com" }),
		changed("the method", func(hr *http.Request, text string) { hr.Method = text }),
		changed("a body of text", func(hr *http.Request, text string) {
			hr.Body, hr.ContentLength = io.NopCloser(strings.NewReader(text)), -1
			hr.Header.Set("Content-Type", "text/plain; a="+text)
		}),
		inJSONBody(),
		changed("a body in gzip", func(hr *http.Request, text string) {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, _ = io.WriteString(w, "stuff="+url.QueryEscape(text))
			_ = w.Close()
			hr.Body, hr.ContentLength = io.NopCloser(&b), -1
			hr.Header.Set("Content-Encoding", "gzip")
		}),
		changed("a broken multipart", func(hr *http.Request, text string) {
			hr.Body, hr.ContentLength = io.NopCloser(strings.NewReader("--b\r\nContent-Disposition: form-data; name=\""+text+"\"\r\n\r\n"+text)), -1
			hr.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		}),
		changed("a part", func(hr *http.Request, text string) {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			name := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
			disposition := `form-data; name="` + name + `"; filename="` + name + `"`
			if p, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}}); err == nil {
				_, _ = io.WriteString(p, text)
			}
			_ = w.Close()
			hr.Body, hr.ContentLength = io.NopCloser(&b), -1
			hr.Header.Set("Content-Type", w.FormDataContentType())
		}),
	}
	for _, name := range []string{
		"f", "callback", "username", "referer", "client_id", "itemId", "purchaserOrgId", "orgEntitlements", "grant_type",
	} {
		all = append(all, text("the parameter "+name, func(r request, text string) request { return r.with(name, text) }))
	}
	for _, name := range []string{
		"Authorization", "X-Esri-Authorization", "Cookie", "Referer", "User-Agent", "Origin", "Accept", "Content-Type",
		"X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id",
	} {
		all = append(all, text("the header "+name, func(r request, text string) request { return r.sending(name, text) }))
	}
	return all
}

// forms are how a value is written in a text.
func forms() []func(value string) string {
	return []func(string) string{func(value string) string { return value }, url.QueryEscape, hexed, jsonEscaped, fullyEscaped}
}

// text is a place in which the text arrives as it is written.
func text(where string, put func(r request, text string) request) place {
	p := place{where: where}
	for _, form := range forms() {
		p.add(func(tb testing.TB, r request, value string) *http.Request {
			tb.Helper()
			return put(r, form(value)).to(tb, canaryHost)
		})
	}
	return p
}

// raw is a place in a path, which is recorded as it was sent: with percent escapes.
func raw(where string, put func(r request, text string) request) place {
	p := place{where: where}
	for _, form := range []func(string) string{url.PathEscape, hexed} {
		p.add(func(tb testing.TB, r request, value string) *http.Request {
			tb.Helper()
			return put(r, form(value)).to(tb, canaryHost)
		})
	}
	return p
}

// inJSON is a place in JSON, in a parameter that the contract knows and in one that it does not know.
func inJSON(where, template string) place {
	p := place{where: where + " in JSON"}
	for _, form := range jsonForms() {
		p.add(func(tb testing.TB, r request, value string) *http.Request {
			tb.Helper()
			text := fmt.Sprintf(template, form(value))
			return r.with("orgEntitlements", text).with("stuff", text).to(tb, canaryHost)
		})
	}
	return p
}

// inJSONBody is a place in a body that a portal does not read.
func inJSONBody() place {
	p := place{where: "a body of JSON"}
	for _, form := range jsonForms() {
		p.add(func(tb testing.TB, r request, value string) *http.Request {
			tb.Helper()
			hr := r.sending("Content-Type", "application/json").to(tb, canaryHost)
			hr.Body, hr.ContentLength = io.NopCloser(strings.NewReader(fmt.Sprintf(`{"stuff":[%[1]s,{%[1]s:1}]}`, form(value)))), -1
			return hr
		})
	}
	return p
}

// jsonForms are how a value is written as JSON.
func jsonForms() []func(value string) string {
	return []func(string) string{
		quoted,
		func(value string) string { return `"` + fullyEscaped(value) + `"` },
		func(value string) string { return `"` + hexed(value) + `"` },
	}
}

// changed is a place that a table of requests cannot write.
func changed(where string, change func(hr *http.Request, text string)) place {
	p := place{where: where}
	for _, form := range forms() {
		p.add(func(tb testing.TB, r request, value string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			change(hr, form(value))
			return hr
		})
	}
	return p
}

func (p *place) add(put func(tb testing.TB, r request, value string) *http.Request) {
	p.put = append(p.put, put)
}

// hexed writes every byte of a text with a percent sign.
func hexed(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02x", text[i])
	}
	return b.String()
}

// jsonEscaped writes a text as it stands in a JSON string.
func jsonEscaped(text string) string {
	q := quoted(text)
	return q[1 : len(q)-1]
}

// fullyEscaped does so with an escape for every character.
func fullyEscaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}
