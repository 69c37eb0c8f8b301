package mock_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

// TestMisplacedSecretsAreMasked proves that a secret is not shown either where a client put it by mistake.
func TestMisplacedSecretsAreMasked(t *testing.T) {
	t.Parallel()
	const secret = "canary-1234"
	for name, r := range map[string]request{
		"JSON in place of a form":          post("/sharing/rest/generateToken", `{"username":"admin","password":"`+secret+`"}`, ""),
		"a form that is escaped once more": post("/sharing/rest/generateToken", "username=admin&password="+secret, ""),
		"JSON that is broken":              provision().with("orgEntitlements", `{"maxUsers":1,"token":"`+secret+`",}`),
		"JSON after a blank":               provision().with("stuff", ` {"token":"`+secret+`"}`),
		"a question mark forgotten":        get("/sharing/rest/portals/self&token=" + secret),
		"an address":                       post("/sharing/rest/generateToken", "referer", "https://a/?token="+secret),
		"a content type":                   provision().sending("Content-Type", "text/plain; token="+secret),
	} {
		var log strings.Builder
		p, err := mock.New(mock.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		if err != nil {
			t.Fatal(err)
		}
		p.ServeHTTP(httptest.NewRecorder(), r.to(t, "http://localhost"))
		calls, err := json.Marshal(callsOf(t, p))
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string]string{"the journal": string(calls), "the log": log.String()} {
			if strings.Contains(text, secret) || !strings.Contains(text, http.MethodPost) && !strings.Contains(text, http.MethodGet) {
				t.Errorf("%s: %s has %s", name, where, text)
			}
		}
	}
}

// TestGoodCallsStayReadable proves that nothing is masked in a good call but what the contract calls secret, and the tokens in replies.
func TestGoodCallsStayReadable(t *testing.T) {
	t.Parallel()
	secrets := map[string]bool{"/reply/token": true, "/reply/access_token": true, "/reply/refresh_token": true}
	for _, route := range contract.BuiltIn().Routes() {
		for _, p := range route.Parameters {
			if p.Secret {
				secrets["/params/"+p.Name] = true
			}
		}
	}
	for id, r := range successes() {
		p := portal(t)
		call(t, p, r)
		for _, at := range masksIn(decoded(t, marshalled(t, callsOf(t, p)[0])), "") {
			if !secrets[at] {
				t.Errorf("%s: %s is masked", id, at)
			}
		}
	}
}

// masksIn returns where in a JSON value something is masked, by pointer.
func masksIn(value any, at string) (all []string) {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "***") {
			all = append(all, at)
		}
	case []any:
		for _, inner := range v {
			all = append(all, masksIn(inner, at+"/0")...)
		}
	case map[string]any:
		for name, inner := range v {
			all = append(all, masksIn(name, at+"/"+name)...)
			all = append(all, masksIn(inner, at+"/"+name)...)
		}
	}
	return all
}
