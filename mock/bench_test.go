package mock_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// The benchmarks hold each operation against a bare net/http handler that writes the same bytes and does nothing else, in one run and in
// turns, since these numbers mean something only as a ratio: rate/bare is 1 when checking, computing, proving and journaling cost
// nothing.

const (
	benchItem    = "6489da7f08f045ac8c0a5b1de37d56fe"
	benchClients = 16
	benchBatch   = 512 // requests made in advance, outside of what is timed
	benchBlock   = 64  // requests of one client before the other server has its turn
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

// bare answers every request with the bytes that the portal gave to the first one.
func bare(b *testing.B, portal http.Handler, first *http.Request) http.Handler {
	b.Helper()
	recorder := httptest.NewRecorder()
	portal.ServeHTTP(recorder, first)
	body := recorder.Body.Bytes()
	if strings.Contains(string(body), `"error"`) {
		b.Fatalf("the workload is refused: %s", body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
	return mux
}

// BenchmarkSocket sends requests over sixteen loopback connections.
func BenchmarkSocket(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			portal := newPortal(b)
			ours, theirs := dialAll(b, portal), dialAll(b, bare(b, portal, w.request(0)))
			var took, bareTook time.Duration
			n := 0
			for b.Loop() {
				requests := render(b, w.request, &n)
				took += ours.send(b, requests)
				bareTook += theirs.send(b, requests)
			}
			b.ReportMetric(bareTook.Seconds()/took.Seconds(), "rate/bare")
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N*benchClients*benchBlock), "ns/request")
		})
	}
}

// render writes the next block of requests as they go over the wire, outside of what is timed.
func render(b *testing.B, request workload, n *int) [][]byte {
	b.Helper()
	requests := [][]byte{}
	for range benchClients * benchBlock {
		*n++
		var text strings.Builder
		if err := request(*n).Write(&text); err != nil {
			b.Fatal(err)
		}
		requests = append(requests, []byte(text.String()))
	}
	return requests
}

type clients []*client

type client struct {
	conn net.Conn
	r    *bufio.Reader
}

func dialAll(b *testing.B, handler http.Handler) clients {
	b.Helper()
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	var all clients
	for range benchClients {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		all = append(all, &client{conn, bufio.NewReaderSize(conn, 8192)})
	}
	return all
}

// send shares the requests out among the clients and returns how long they took.
func (all clients) send(b *testing.B, requests [][]byte) time.Duration {
	b.Helper()
	var wg sync.WaitGroup
	began := time.Now()
	for i, c := range all {
		wg.Go(func() {
			for _, request := range requests[i*benchBlock : (i+1)*benchBlock] {
				if err := c.exchange(request); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// exchange sends one request and reads its answer, with as little work of its own as will do.
func (c *client) exchange(request []byte) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	length := -1
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
	_, err := c.r.Discard(length)
	return err
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

// BenchmarkEmbed makes a server, calls it once and closes it, as a test does.
func BenchmarkEmbed(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		t := &embedded{}
		portal := mock.NewServer(t)
		response, err := portal.Client().Get(portal.PortalAdminURL("license/getFutureLicense") + "?f=json&token=admin-token")
		if err != nil {
			b.Fatal(err)
		}
		_ = response.Body.Close()
		for _, clean := range t.cleanups {
			clean()
		}
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
