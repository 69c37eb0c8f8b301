package control_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

const controlToken = "Authorization: Bearer control-secret"

// TestGuards proves who is kept out of what is under /__admin and of /metrics, that this changes nothing, and that health is open to all.
func TestGuards(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		headers []string // HOST is the server's own, with the port; PORT is that with its colon
		want    int      // 0: let in
	}{
		{"nothing", nil, 401},
		{"the token", []string{controlToken}, 0},
		{"the token, in another letter case of Bearer", []string{"Authorization: bearer control-secret"}, 0},
		{"another token", []string{"Authorization: Bearer control-secret2"}, 401},
		{"a part of the token", []string{"Authorization: Bearer control"}, 401},
		{"an empty token", []string{"Authorization: Bearer "}, 401},
		{"the token as Basic", []string{"Authorization: Basic control-secret"}, 401},
		{"a portal token", []string{"Authorization: Bearer admin-token"}, 401},
		{"a foreign origin", []string{controlToken, "Origin: https://evil.example"}, 403},
		{"a null origin", []string{controlToken, "Origin: null"}, 403},
		{"the own origin", []string{controlToken, "Origin: https://HOST"}, 0},
		{"the own origin with another port", []string{controlToken, "Origin: https://127.0.0.1:1"}, 403},
		{"a foreign host", []string{controlToken, "Host: evil.example"}, 403},
		{"a foreign host with the port", []string{controlToken, "Host: evil.examplePORT"}, 403},
		{"a host that only begins well", []string{controlToken, "Host: localhost.evil.example"}, 403},
		{"a foreign host and its own origin", []string{controlToken, "Host: evil.example", "Origin: https://evil.example"}, 403},
		{"localhost", []string{controlToken, "Host: LocalHostPORT"}, 0},
		{"::1", []string{controlToken, "Host: [::1]PORT"}, 0},
		{"a host of the certificate", []string{controlToken, "Host: mock.example.com"}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := guarded(t)
			before := everything(t, s)
			for _, o := range contract.Control().Operations() {
				guards(t, s, o, ownHeaders(s, row.headers), row.want)
			}
			if row.want != 0 {
				diff(t, "what there is", before, everything(t, s))
			}
		})
	}
}

// guarded returns a server with a control token and a sandbox mine, which has a rule and a call.
func guarded(t *testing.T) *mock.Server {
	s := mock.NewServer(t, mock.WithControlToken("control-secret"), mock.WithTLS("Mock.example.com"))
	a := ask(t, s, "createSandbox", "/__admin/sandboxes", `{"scenario":"trial","id":"mine","rules":[`+delayRule+`]}`, controlToken)
	diff(t, "status", http.StatusCreated, a.status)
	send(t, s.Client(), http.MethodGet, s.URL+"/sandboxes/mine"+licensePath+"?f=json&token=admin-token")
	return s
}

const delayRule = `{"when":{"operation":"getFutureLicense"},"times":1,"delay":"1ms"}`

// ownHeaders writes the server's address into headers.
func ownHeaders(s *mock.Server, headers []string) []string {
	host := strings.TrimPrefix(s.URL, "https://")
	port := host[strings.LastIndex(host, ":"):]
	var own []string
	for _, header := range headers {
		own = append(own, strings.NewReplacer("HOST", host, "PORT", port).Replace(header))
	}
	return own
}

func guards(t *testing.T, s *mock.Server, o *contract.Operation, headers []string, want int) {
	t.Helper()
	row := requests()[o.ID]
	a := ask(t, s, o.ID, row.path, row.body, headers...)
	kept := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
	switch open := o.ID == "livez" || o.ID == "readyz"; {
	case open:
		diff(t, o.ID+": status", http.StatusOK, a.status)
	case want == 0:
		diff(t, o.ID+": kept out", false, kept)
	default:
		diff(t, o.ID+": status", want, a.status)
	}
	if asks := a.header.Get("WWW-Authenticate") == "Bearer"; asks != (a.status == http.StatusUnauthorized) {
		t.Errorf("%s: status %d with WWW-Authenticate %q", o.ID, a.status, a.header.Get("WWW-Authenticate"))
	}
	if origin := a.header.Get("Access-Control-Allow-Origin"); origin != "" {
		t.Errorf("%s: Access-Control-Allow-Origin is %q", o.ID, origin)
	}
}

// everything is what the control API shows of all sandboxes.
func everything(t *testing.T, s *mock.Server) map[string]string {
	t.Helper()
	all := map[string]string{}
	for operation, path := range map[string]string{
		"listSandboxes": "", "getSandbox": "/mine", "getWorld": "/mine/world", "listRules": "/mine/rules",
		"listCalls": "/mine/calls",
	} {
		all[operation] = ask(t, s, operation, "/__admin/sandboxes"+path, "", controlToken).body
	}
	return all
}

// TestGuardedBeforeAll proves that who is kept out does not learn what there is.
func TestGuardedBeforeAll(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithControlToken("control-secret"))
	for _, path := range []string{
		"/__admin", "/__admin/", "/__admin/nowhere", "/__admin/scenarios?x=1", "/__admin/sandboxes/s1/world",
		"/__admin/sandboxes", "/metrics",
	} {
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost} {
			t.Run(method+" "+path, func(t *testing.T) {
				t.Parallel()
				diff(t, "status", http.StatusUnauthorized, sendBody(t, s.Client(), method, s.URL+path, "{").status)
			})
		}
	}
}

// TestHostBehindNoLoopback proves that only a connection on loopback has its Host looked at: elsewhere the name is the network's.
func TestHostBehindNoLoopback(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://mockportal/__admin/scenarios", http.NoBody))
	diff(t, "status", http.StatusOK, w.Code)
	w = httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://mockportal/__admin/scenarios", http.NoBody)
	r.Header.Set("Origin", "http://evil.example")
	p.ServeHTTP(w, r)
	diff(t, "status for a foreign origin", http.StatusForbidden, w.Code)
}
