package mock_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
		calls, err := json.Marshal(p.Calls())
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
