package mock_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// http1 is a client of a server that knows no HTTP/2.
func http1(s *mock.Server) *http.Client {
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2 = false
	transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
	return &http.Client{Transport: transport}
}

// TestProtocols proves that over TLS a client which knows HTTP/2 is answered by it, and one that does not by HTTP/1.1, both alike.
func TestProtocols(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithTLS(), mock.WithScenario("signature-required"))
	older := http1(s)
	defer older.CloseIdleConnections()
	for major, client := range map[int]*http.Client{2: s.Client(), 1: older} {
		resp, err := client.Do(provision().to(t, s.URL))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		diff(t, "version of HTTP", major, resp.ProtoMajor)
		diff(t, "body", documentedReply(t), string(body))
		diff(t, "error", nil, err)
	}
	diff(t, "calls", 2, len(s.Calls()))
}

// TestFaultsSpareOtherStreams proves that over HTTP/2 a fault ends its own call only: those beside it on the connection go on.
func TestFaultsSpareOtherStreams(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"reset", "empty", "truncate"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			calls := make(arrivals, 10)
			s := mock.NewServer(t, mock.WithTLS(), calls.option())
			s.AddRules(
				"[{ when: { operation: provisionOrgEntitlements }, fault: { kind: hang } }, { when: { operation: " +
					"getFutureLicense }, times: 1, fault: { kind: " + kind + " } }]",
			)
			conns := make(chan net.Conn, 10)
			traced := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { conns <- i.Conn }})
			hanging := make(chan received, 1)
			r := provision().to(t, s.URL).WithContext(traced)
			go func() { hanging <- meet(t, s.Client(), r) }()
			calls.await(t)
			first := <-conns
			broken := meet(t, s.Client(), license().to(t, s.URL).WithContext(traced))
			if broken.err == nil || !strings.Contains(broken.err.Error(), "stream error") {
				t.Errorf("the error is %v, not that of a stream", broken.err)
			}
			diff(t, "status of the next call", 200, meet(t, s.Client(), license().to(t, s.URL).WithContext(traced)).status)
			diff(t, "the other two calls came on the same connection", []bool{true, true}, []bool{<-conns == first, <-conns == first})
			diff(t, "ends of the call that hangs", 0, len(hanging))
			s.Reset()
			if ended := await(t, "the end of the call", hanging); ended.err == nil {
				t.Errorf("the call that hung was answered: %v", ended.answer)
			}
		})
	}
}

// TestFaultsOverHTTP2ByCurl proves what curl makes of each fault over HTTP/2.
func TestFaultsOverHTTP2ByCurl(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	version, _ := exec.CommandContext(t.Context(), "curl", "--version").Output()
	if err != nil || !strings.Contains(string(version), " HTTP2 ") {
		t.Skip("THERE IS NO curl WITH HTTP/2 HERE: what it makes of faults is not proven")
	}
	const notClosedCleanly = 92
	for _, row := range faultRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, mock.WithTLS())
			s.AddRules(row.rule())
			authority := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(authority, []byte(ask(t, s, get("/__admin/ca.pem")).body), 0o600); err != nil {
				t.Fatal(err)
			}
			r := provision()
			out, err := exec.CommandContext(t.Context(), curl, "-sS", "-q", "--noproxy", "*", "--max-time", "20",
				"--cacert", authority, "--http2", "-d", r.form.Encode(),
				"-w", "\n%{http_version}", s.URL+r.path).Output()
			var exit *exec.ExitError
			code := 0
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			}
			want := 0
			if row.curl != 0 {
				want = notClosedCleanly
			}
			diff(t, "exit code", want, code)
			// curl says 0 where no answer has begun.
			version := map[bool]string{true: "2", false: "0"}[row.status != 0]
			diff(t, "body and version of HTTP", row.body(documentedReply(t))+"\n"+version, string(out))
			row.checkJournal(t, s)
		})
	}
}

// proxied are the headers of a proxy that ends TLS.
func (r request) proxied() request {
	return r.sending("X-Forwarded-Proto", "https, http").sending("X-Forwarded-Host", "gis.example.com, inner")
}

// TestTrustProxy proves that what a proxy says counts for the signature rule, for the portal's own addresses and for its cookie where the
// proxy is trusted, and changes nothing where it is not.
func TestTrustProxy(t *testing.T) {
	t.Parallel()
	signIn := post("/portal/portaladmin/login", "username", "admin", "password", "admin-password", "f", "json")
	for _, row := range []struct {
		name            string
		request         request
		direct, proxied string // part of the answer
	}{
		{"a signature", provision(), `"message":"SSL Required"`, `"provisionedItemId"`},
		{
			"sharing info", get("/portal/sharing/rest/info", "f", "json"),
			`"owningSystemUrl":"http://portal.example.com/portal"`,
			`"owningSystemUrl":"https://gis.example.com/portal"`,
		},
		{
			"server info", get("/arcgis/rest/info", "f", "json"),
			`"tokenServicesUrl":"http://portal.example.com/arcgis/sharing/`,
			`"tokenServicesUrl":"https://gis.example.com/arcgis/sharing/`,
		},
		{
			"the organisation", get("/sharing/rest/portals/self", "f", "json"),
			`"portalHostname":"portal.example.com"`, `"portalHostname":"gis.example.com"`,
		},
		{"SSL", get("/sharing/rest/portals/self", "f", "json"), `"allSSL":false`, `"allSSL":true`},
		{"a token", successes()["generateToken"], `"ssl":false`, `"ssl":true`},
		{
			"a cookie", signIn, "Path=/portal/portaladmin; HttpOnly; SameSite=Strict\n",
			"Path=/portal/portaladmin; HttpOnly; Secure; SameSite=Strict\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			scenario := mock.WithScenario("signature-required")
			trusting, plain := portal(t, scenario, mock.WithTrustProxy()), portal(t, scenario)
			contains(t, wholeAnswer(row.request, call(t, trusting, row.request.proxied())), row.proxied)
			contains(t, wholeAnswer(row.request, call(t, trusting, row.request)), row.direct)
			contains(t, wholeAnswer(row.request, call(t, plain, row.request.proxied())), row.direct)
		})
	}
}
