package exchange_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock/journal"
)

// TestUnreadBodyIsOneViolation proves that a body which is not read is one violation, that the portal's answer misses the parameters all
// the same, and that the journal keeps what was sent, masked.
func TestUnreadBodyIsOneViolation(t *testing.T) {
	t.Parallel()
	const (
		form     = "token=admin-token&password=nobody-knows-it&purchaserOrgId=sWwd06TnJR4lHopc"
		document = ` {"token":"admin-token","password":"nobody-knows-it","purchaserOrgId":"sWwd06TnJR4lHopc"}`
		kind     = `header Content-Type: the portal does not read a body of type "%s" ` +
			`(send application/x-www-form-urlencoded or multipart/form-data)`
		coding = `header Content-Encoding: the portal does not read a body in the coding "%s" (send the body as it is)`
	)
	fields := []journal.ParamIn{
		{In: "body", Name: "token", Value: "***"},
		{In: "body", Name: "password", Value: "***"},
		{In: "body", Name: "purchaserOrgId", Value: "sWwd06TnJR4lHopc"},
	}
	inJSON := []journal.ParamIn{{In: "body", Value: `{"password":"***","purchaserOrgId":"sWwd06TnJR4lHopc","token":"***"}`}}
	for _, tt := range []struct {
		name, contentType, coding, body string
		violation                       string
		want                            []journal.ParamIn
	}{
		{"JSON", "application/json", "", document, fmt.Sprintf(kind, "application/json"), inJSON},
		{"a form as text", "text/plain", "", form, fmt.Sprintf(kind, "text/plain"), fields},
		{"text", "text/plain", "", "with admin-token", fmt.Sprintf(kind, "text/plain"), []journal.ParamIn{{In: "body", Value: "with ***"}}},
		{"a form without its type", "", "", form, "header Content-Type: the portal does not read a body without Content-Type " +
			"(send application/x-www-form-urlencoded or multipart/form-data)", fields},
		{"JSON with the type of a form", "application/x-www-form-urlencoded", "", document, "body: is JSON, and the portal reads a form " +
			"(send pairs of a name and a value, such as f=json&token=…)", inJSON},
		{"a form in gzip", "application/x-www-form-urlencoded", "gzip", form, fmt.Sprintf(coding, "gzip"), fields},
		{"JSON in gzip", "application/json", "gzip", document, fmt.Sprintf(coding, "gzip"), inJSON},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "", 0, nil)
			var body bytes.Buffer
			body.WriteString(tt.body)
			if tt.coding == "gzip" {
				body.Reset()
				w := gzip.NewWriter(&body)
				_, _ = w.Write([]byte(tt.body))
				_ = w.Close()
			}
			r := httptest.NewRequest(http.MethodPost, provisionPath+"?f=json", &body)
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("Content-Encoding", tt.coding)
			r.Header.Set("X-Esri-Authorization", "Bearer admin-token")
			w := httptest.NewRecorder()
			x.ServeHTTP(w, r)
			for _, line := range []string{"'purchaserOrgId' must be specified.", "'orgEntitlements' must be specified."} {
				if !strings.Contains(w.Body.String(), line) {
					t.Errorf("the answer has no line %q: %s", line, w.Body)
				}
			}
			call := firstCall(t, box)
			diff(t, "number of violations", "1", w.Header().Get("Mockportal-Violations"))
			diff(t, "violation", tt.violation, call.Violations[0].String())
			diff(t, "sent", tt.want, call.ParamsIn[2:len(call.ParamsIn)-1]) // between itemId and f, and the header with the token
			diff(t, "params", map[string]any{"itemId": "6489da7f08f045ac8c0a5b1de37d56fe", "f": "json"}, call.Params)
		})
	}
}

// TestUnreadValueIsOneViolation proves the same of a single value that cannot be read, and that other mistakes are told beside it.
func TestUnreadValueIsOneViolation(t *testing.T) {
	t.Parallel()
	const urlencoded = "application/x-www-form-urlencoded"
	const entitlements = "&orgEntitlements=%7B%22maxUsers%22%3A1%2C%22entitlements%22%3A%7B%7D%7D"
	for _, tt := range []struct {
		name, body, contentType, authorization string
		want                                   []string
	}{
		{"a broken escape", "purchaserOrgId=%zz" + entitlements, urlencoded, "Bearer admin-token", []string{"purchaserOrgId"}},
		{
			"a broken escape, and a missing parameter", "purchaserOrgId=%zz", urlencoded, "Bearer admin-token",
			[]string{"purchaserOrgId", "orgEntitlements"},
		},
		{"a broken multipart", "--x", "multipart/form-data; boundary=x", "Bearer admin-token", []string{"*"}},
		{"a header without a scheme", "f=json" + entitlements, urlencoded, "admin-token", []string{
			"X-Esri-Authorization", "purchaserOrgId",
		}},
		{"JSON, and a header without a scheme", "{}", "application/json", "admin-token", []string{"Content-Type", "X-Esri-Authorization"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "", 0, nil)
			r := httptest.NewRequest(http.MethodPost, provisionPath, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("X-Esri-Authorization", tt.authorization)
			x.ServeHTTP(httptest.NewRecorder(), r)
			var names []string
			for _, v := range firstCall(t, box).Violations {
				names = append(names, v.Name)
			}
			diff(t, "violations", tt.want, names)
		})
	}
}

// TestUnreadBodyIsBounded proves that a body which is not read counts towards the bytes that the journal holds.
func TestUnreadBodyIsBounded(t *testing.T) {
	t.Parallel()
	x, box := start(t, "", 50000, nil)
	for range 2 {
		r := httptest.NewRequest(http.MethodPost, provisionPath, strings.NewReader(strings.Repeat("x", 30000)))
		r.Header.Set("Content-Type", "text/plain")
		x.ServeHTTP(httptest.NewRecorder(), r)
	}
	diff(t, "dropped", 1, box.Journal.Find(journal.Query{}).Dropped)
}
