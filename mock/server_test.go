package mock_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// TestManyServers proves that servers share nothing that a call changes: each has its own world and its own journal.
func TestManyServers(t *testing.T) {
	t.Parallel()
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, mock.WithSeed(uint64(i)))
			for range 2 {
				a := ask(t, s, provision().with("orgEntitlements", fmt.Sprintf(`{"maxUsers":%d,"entitlements":{"n%d":{"num":%d}}}`, i, i, i)))
				want := fmt.Sprintf(`"maxUsers":%d,"entitlementsModified":1469206117000,"entitlements":{"n%d":{"num":%d}}`, i, i, i)
				if !strings.Contains(a.body, want) {
					t.Errorf("no %s in %s", want, a.body)
				}
			}
			diff(t, "code", 0, errorOf(t, ask(t, s, license())).Code)
			var numbers []int
			for _, c := range s.Calls() {
				numbers = append(numbers, c.Number)
			}
			diff(t, "journal", []int{1, 2, 3}, numbers)
			world := ask(t, s, get("/__admin/sandboxes/default/world")).body
			if want := fmt.Sprintf(`"entitlements":{"n%d":{"num":%d}}`, i, i); !strings.Contains(world, want) {
				t.Errorf("no %s in %s", want, world)
			}
		})
	}
}

// TestTLS proves that the client of a server trusts it and others do not, and that a listing which needs a signature is provisioned over
// HTTPS only.
func TestTLS(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithTLS("portal.example.com"), mock.WithScenario("signature-required"))
	if !strings.HasPrefix(s.URL, "https://127.0.0.1:") {
		t.Errorf("the URL is %s", s.URL)
	}
	diff(t, "code over HTTPS", 0, errorOf(t, ask(t, s, provision())).Code)
	token := ask(t, s, successes()["generateToken"])
	diff(t, "ssl", any(true), decoded(t, token.body).(map[string]any)["ssl"])
	info := ask(t, s, get("/portal/sharing/rest/info", "f", "json"))
	diff(t, "owningSystemUrl", any(s.URL+"/portal"), decoded(t, info.body).(map[string]any)["owningSystemUrl"])
	stranger := &http.Client{Transport: &http.Transport{}}
	if resp, err := stranger.Do(provision().to(t, s.URL)); err == nil {
		_ = resp.Body.Close()
		t.Error("a client that does not know the authority trusts the server")
	}
	diff(t, "authority", ask(t, s, get("/__admin/ca.pem")).body, string(s.AuthorityPEM()))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.AuthorityPEM())
	for _, host := range []string{"portal.example.com", "localhost"} {
		trusting := &tls.Config{RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12}
		conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), trusting)
		must(t, err)
		must(t, conn.Close())
	}
	plain := mock.NewServer(t, mock.WithScenario("signature-required"))
	diff(t, "message over HTTP", "SSL Required", errorOf(t, ask(t, plain, provision())).Message)
	if plain.AuthorityPEM() != nil {
		t.Error("a portal without WithTLS has a certificate")
	}
}

// TestURLs proves how the addresses are put together.
func TestURLs(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	diff(t, "sharing", s.URL+"/portal/sharing/rest/content/listings/a b/x", s.SharingURL("content/listings", "a b", "x"))
	diff(t, "sharing root", s.URL+"/portal/sharing/rest", s.SharingURL())
	diff(t, "portaladmin", s.URL+"/portal/portaladmin/license/getFutureLicense", s.PortalAdminURL("license/getFutureLicense"))
}

// TestClose proves that a closed server answers nobody, that closing it again does no harm, and that its journal can still be read.
func TestClose(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	ask(t, s, license())
	s.Close()
	s.Close()
	if resp, err := s.Client().Do(license().to(t, s.URL)); err == nil {
		_ = resp.Body.Close()
		t.Error("a closed server answers")
	}
	diff(t, "calls", 1, len(s.Calls()))
}

// TestCloseWaits proves that Close lets a call that is being answered end: the form arrives while the server is being closed.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	reading := make(chan struct{})
	trace := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	body, form := io.Pipe()
	r, err := http.NewRequestWithContext(trace, http.MethodPost, s.URL+provisionPath, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Expect": {"100-continue"}}
	closed := make(chan struct{})
	go func() {
		<-reading // the portal reads the form, which is not there yet
		go func() { defer close(closed); s.Close() }()
		for { // until nobody can connect any more: it is being closed
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")) //nolint:noctx // it is refused at once, or answered
			if err != nil {
				break
			}
			_ = conn.Close()
		}
		_, _ = io.WriteString(form, provision().form.Encode())
		_ = form.Close()
	}()
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	diff(t, "code", 0, errorOf(t, fetch(t, client, r)).Code)
	<-closed
	diff(t, "calls", 1, len(s.Calls()))
}

// TestCloseLeaksNothing proves that no goroutine outlives a server. The goroutines of this test carry its label, so that those of tests
// beside it do not count; what is being closed may take a few turns of the scheduler to be gone.
func TestCloseLeaksNothing(t *testing.T) {
	t.Parallel()
	const label = "closing"
	pprof.Do(t.Context(), pprof.Labels(label, label), func(context.Context) {
		for range 10 {
			test := &tester{}
			s := mock.NewServer(test, mock.WithTLS())
			ask(t, s, provision())
			ask(t, s, license())
			if labelled(t, label) < 2 {
				t.Error("the label does not find the goroutines of a server")
			}
			test.end()
		}
		deadline := time.Now().Add(10 * time.Second)
		for labelled(t, label) > 1 {
			if time.Now().After(deadline) {
				t.Fatalf("%d goroutines are left beside that of the test", labelled(t, label)-1)
			}
			runtime.Gosched()
		}
	})
}

// labelled counts the goroutines that carry a label.
func labelled(tb testing.TB, label string) int {
	tb.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		tb.Fatal(err)
	}
	count := 0
	for entry := range strings.SplitSeq(b.String(), "\n\n") {
		if !strings.Contains(entry, `"`+label+`":"`+label+`"`) {
			continue
		}
		// An entry begins with the number of goroutines that stand where it says; before the first one there is a line for all.
		head, _, _ := strings.Cut(entry, " @")
		var n int
		if _, err := fmt.Sscan(head[strings.LastIndex(head, "\n")+1:], &n); err != nil {
			tb.Fatalf("%v in %q", err, entry)
		}
		count += n
	}
	return count
}

// TestNoGoroutines proves that a portal without a server starts none that wait: the bubble could not end otherwise.
func TestNoGoroutines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(t)
		for _, r := range successes() {
			call(t, p, r)
		}
		diff(t, "calls", len(successes()), len(callsOf(t, p)))
	})
}

// TestWhatMockLinks proves that a program which embeds a portal links neither the command line nor the helpers of tests, the flags of
// which it would get.
func TestWhatMockLinks(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 50 {
		t.Errorf("go list -deps names only %d packages", len(packages))
	}
	for _, name := range packages {
		for _, refused := range []string{
			"testing", "net/http/httptest", "github.com/alecthomas/kong", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
			"pgregory.net/rapid", "github.com/google/go-containerregistry", "oras.land/oras-go", "github.com/opencontainers", "os/exec",
			"github.com/mockportal/mockportal/internal/cli", "github.com/mockportal/mockportal/internal/client",
			"github.com/mockportal/mockportal/internal/report",
		} {
			if name == refused || strings.HasPrefix(name, refused+"/") {
				t.Errorf("package mock links %s", name)
			}
		}
	}
}
