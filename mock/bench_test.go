package mock_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// These benchmarks show what a call allocates, how long the handler takes without a connection, and what a server costs in a test. They say
// nothing of how fast a server is: client and server share a process here, so that a client's cost flatters every ratio. bench/ measures
// that from outside.

const (
	benchItem  = "6489da7f08f045ac8c0a5b1de37d56fe"
	benchBatch = 512 // requests made in advance, outside of what is timed
)

// workload makes the n-th request of an operation. No two are equal.
type workload func(n int) *http.Request

func licenseWorkload(n int) *http.Request {
	contexts := [...]string{"/portal", "/arcgis", ""}
	r := httptest.NewRequest(http.MethodGet, contexts[n%3]+"/portaladmin/license/getFutureLicense?f=json&token=admin-token", nil)
	r.Header.Set("X-Request-Id", strconv.Itoa(n))
	return r
}

func provisionWorkload(n int) *http.Request {
	form := url.Values{
		"f": {"json"}, "token": {"admin-token"}, "purchaserOrgId": {"sWwd06TnJR4lHopc"}, "purchaserSubscriptionId": {strconv.Itoa(n)},
		"orgEntitlements": {
			fmt.Sprintf(`{"maxUsers":%d,"entitlements":{"standard":{"num":%d},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}`, 10+n, 8+n%3),
		},
	}
	r := httptest.NewRequest(
		http.MethodPost, "/sharing/rest/content/listings/"+benchItem+"/provisionOrgEntitlements",
		strings.NewReader(form.Encode()),
	)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

var workloads = []struct {
	name    string
	request workload
}{
	{mock.GetFutureLicense, licenseWorkload},
	{mock.ProvisionOrgEntitlements, provisionWorkload},
}

func newPortal(b *testing.B) *mock.Portal {
	b.Helper()
	portal, err := mock.New(mock.WithScenario("no-future-entitlements"))
	if err != nil {
		b.Fatal(err)
	}
	return portal
}

// BenchmarkHandler calls the handler itself, without a connection.
func BenchmarkHandler(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			portal := newPortal(b)
			b.ReportAllocs()
			var requests []*http.Request
			for i := 0; b.Loop(); i++ {
				if i%benchBatch == 0 {
					b.StopTimer()
					requests = requests[:0]
					for n := range benchBatch {
						requests = append(requests, w.request(i+n))
					}
					b.StartTimer()
				}
				portal.ServeHTTP(discard{http.Header{}}, requests[i%benchBatch])
			}
		})
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// WriteString is what a server's own writer has, so that a text need not be copied to be written.
func (d discard) WriteString(s string) (int, error) { return len(s), nil }

// BenchmarkEmbed makes a server, calls it once and closes it, as a test does, in turns with a bare server of net/http/httptest.
func BenchmarkEmbed(b *testing.B) {
	b.ReportAllocs()
	var took, bareTook time.Duration
	for b.Loop() {
		began := time.Now()
		t := &embedded{}
		portal := mock.NewServer(t)
		askOnce(b, portal.Client(), portal.PortalAdminURL("license/getFutureLicense")+"?f=json&token=admin-token")
		for _, clean := range t.cleanups {
			clean()
		}
		between := time.Now()
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
		askOnce(b, bare.Client(), bare.URL)
		bare.Close()
		took, bareTook = took+between.Sub(began), bareTook+time.Since(between)
	}
	b.ReportMetric(took.Seconds()/bareTook.Seconds(), "of-bare")
}

func askOnce(b *testing.B, client *http.Client, address string) {
	b.Helper()
	response, err := client.Get(address)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || bytes.HasPrefix(body, []byte(`{"error"`)) { // the portal reports errors with status 200
		b.Fatal(err, string(body))
	}
}

// embedded is a test that ends when the benchmark says so.
type embedded struct {
	testing.TB

	cleanups []func()
}

func (*embedded) Helper()            {}
func (*embedded) Failed() bool       { return false }
func (e *embedded) Cleanup(f func()) { e.cleanups = append([]func(){f}, e.cleanups...) }

// BenchmarkSandbox makes a sandbox on a server, asks it once and ends it, as a test does that shares a server.
func BenchmarkSandbox(b *testing.B) {
	b.ReportAllocs()
	server := &embedded{}
	portal := mock.NewServer(server)
	for b.Loop() {
		t := &embedded{}
		box := portal.Sandbox(t, "trial")
		r := httptest.NewRequest(http.MethodGet, "/portal/portaladmin/license/getFutureLicense?f=json&token="+box.Token("admin"), nil)
		portal.ServeHTTP(discard{http.Header{}}, r)
		for _, clean := range t.cleanups {
			clean()
		}
	}
	for _, clean := range server.cleanups {
		clean()
	}
}
