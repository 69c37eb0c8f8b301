package control_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// TestHosts proves which Host opens the control API on a listener, whatever its address: a page that has rebound its name in DNS to the
// address of a container reaches nothing.
func TestHosts(t *testing.T) {
	t.Parallel()
	p, err := mock.New(mock.WithControlHosts("portal.gis.test", "mock.test"))
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1:8080": 200, "172.17.0.2": 200, "172.17.0.2:8080": 200, "[::1]:8080": 200,
		"[fe80::1]": 200, "mockportal": 200, "mockportal:8080": 200, "portal.gis.test": 200, "Mock.test:8080": 200,
		"rebound.evil.example": 403, "rebound.evil.example:8080": 403, "gis.test": 403, "a.mock.test": 403, "localhost.evil.example": 403,
		"172.17.0.2.evil.example": 403, "": 403,
	} {
		for _, listener := range []string{"127.0.0.1", "172.17.0.2"} {
			w := askAs(t, p, host, listener)
			diff(t, host+" on "+listener, want, w.Code)
			if hint := "--control-host"; want == 403 && !strings.Contains(w.Body.String(), hint) {
				t.Errorf("%s: no %s in %s", host, hint, w.Body)
			}
		}
	}
}

// askAs asks for the scenarios under a Host, over a connection that came in at an address; name and value are those of a header.
func askAs(t *testing.T, p http.Handler, host, address string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	local := &net.TCPAddr{IP: net.ParseIP(address), Port: 8080}
	r := httptest.NewRequest(http.MethodGet, "/__admin/scenarios", http.NoBody)
	r = r.WithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(local)))
	r.Host = host
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// TestFetchSite proves that a browser's request on behalf of another site is refused, also one without an Origin.
func TestFetchSite(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	for site, want := range map[string]int{"cross-site": 403, "same-origin": 200, "same-site": 200, "none": 200} {
		diff(t, site, want, askAs(t, p, "localhost", "127.0.0.1", "Sec-Fetch-Site", site).Code)
	}
}
