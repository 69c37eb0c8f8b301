package exchange_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

// TestMemoryIsCounted proves that a journal and a world keep alive only what the journal counts, by whichever way a text comes in: a part
// of a request line, of a header or of a body would keep all of it.
//
//nolint:paralleltest // it measures the heap
func TestMemoryIsCounted(t *testing.T) {
	const calls, size = 12, 1 << 20
	pad := strings.Repeat(" ", size)
	long := strings.Repeat("x", size)
	entitled := url.QueryEscape(`{"maxUsers":1,"entitlements":{"standard":{"num":1}}}`)
	const form = "f=json&token=admin-token&purchaserOrgId=sWwd06TnJR4lHopc&orgEntitlements="
	for _, tt := range []struct{ name, raw string }{
		{"a header with a token", raw("GET", licensePath+"?f=json", "Authorization: Bearer "+pad+"admin-token", "")},
		{"a header that is not read", raw("GET", licensePath+"?f=json&token=none", "X-Long: "+long, "")},
		{"a cookie", raw("GET", licensePath+"?f=json", "Cookie: long="+long+"; agwtoken=admin-token", "")},
		{"a query, its value kept", raw("GET", licensePath+"?f=json&tokn="+long, "X: y", "")},
		{"a query, its name kept", raw("GET", licensePath+"?f=json&"+long+"=1", "X: y", "")},
		{"a query that cannot be read", raw("GET", licensePath+"?f=json&a=%zz"+long, "X: y", "")},
		{"a query of separators", raw("GET", licensePath+"?f=json"+strings.Repeat("&", size), "X: y", "")},
		{"a method", raw(strings.Repeat("M", size), licensePath+"?f=json&token=admin-token", "X: y", "")},
		{"a path", raw("GET", "/sharing/rest/"+long+"?f=json", "X: y", "")},
		{"a form", raw("POST", provisionPath, urlencoded, form+entitled+strings.Repeat("&", size*9/10))},
		{"an unknown name of a form", raw("POST", provisionPath, urlencoded, form+entitled+"&"+long[:size/2]+"=1")},
		{"JSON with blanks", raw("POST", provisionPath, urlencoded, form+strings.Repeat("+", size*9/10)+entitled)},
		{"JSON of many names", raw("POST", provisionPath, urlencoded, form+names(size/32))},
		{"a part of multipart", raw("POST", provisionPath, "Content-Type: multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=f\r\nX-Long: "+long[:size/2]+"\r\n\r\njson\r\n--b--\r\n")},
		{"a type of content", raw("POST", provisionPath, "Content-Type: "+long, form+entitled)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, box := start(t, "", 1<<30, nil)
			before := heap()
			for range calls {
				r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(tt.raw)))
				if err != nil {
					t.Fatal(err)
				}
				r.RemoteAddr = "127.0.0.1:1"
				x.ServeHTTP(httptest.NewRecorder(), r)
			}
			grown := heap() - before
			held, counted := box.Journal.Size()
			if most := counted + counted/4 + 3*size; held != calls || grown > most {
				t.Errorf("%d calls count as %d bytes, and the heap has grown by %d", held, counted, grown)
			}
			runtime.KeepAlive(x)
		})
	}
}

const urlencoded = "Content-Type: application/x-www-form-urlencoded"

// raw is a request as it comes over the wire.
func raw(method, target, header, body string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: %d\r\n\r\n%s", method, target, header, len(body), body)
}

// names is the JSON of an order with many entitlements, escaped for a form.
func names(n int) string {
	pairs := make([]string, n)
	for i := range pairs {
		pairs[i] = fmt.Sprintf(`"n%d":{"num":1}`, i)
	}
	return url.QueryEscape(`{"maxUsers":1,"entitlements":{` + strings.Join(pairs, ",") + `}}`)
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestManyMistakes proves that a request with a hundred thousand mistakes is neither answered nor journaled nor logged with all of them.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	var unknown, wrong []string
	for i := range 20_000 {
		unknown = append(unknown, fmt.Sprintf("n%d=", i))
		wrong = append(wrong, fmt.Sprintf(`"n%d":{"num":"x"}`, i))
	}
	malformed := "orgEntitlements=" + url.QueryEscape(`{"maxUsers":1,"entitlements":{`+strings.Join(wrong, ",")+`}}`)
	for _, tt := range []struct{ name, body, last string }{
		{"unknown names", strings.Join(unknown, "&"), "form *: and 902 more violations"}, // a thousand names are read
		{"malformed values", malformed, "form *: and 19902 more violations"},
		{"a long name", strings.Repeat("x", 1<<19) + "=1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			x, box := start(t, "", 0, nil)
			x.Log = slog.New(slog.NewTextHandler(&log, nil))
			r := httptest.NewRequest(http.MethodPost, provisionPath, strings.NewReader("f=json&token=admin-token&"+tt.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			x.ServeHTTP(w, r)
			if w.Body.Len() > 20_000 || log.Len() > 20_000 {
				t.Errorf("the answer has %d bytes, and the log %d", w.Body.Len(), log.Len())
			}
			violations := firstCall(t, box).Violations
			if last := violations[len(violations)-1].String(); tt.last != "" && (last != tt.last || len(violations) > 100) {
				t.Errorf("%d violations, the last one %q", len(violations), last)
			}
		})
	}
}
