package mock_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// full is a portal whose journal is full of calls of both operations, and how many bytes of heap a call takes.
func full(b *testing.B) (p *mock.Portal, perCall float64) {
	b.Helper()
	p, err := mock.New()
	must(b, err)
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	const calls = 10_000
	for n := range calls {
		r := licenseWorkload(n)
		if n%2 == 0 {
			r = provisionWorkload(n)
		}
		p.ServeHTTP(httptest.NewRecorder(), r)
	}
	return p, (heap() - before) / calls
}

// twenty expects calls with so many users, and with 2, 4 … more.
func twenty(users int) mock.Expectations {
	var all mock.Expectations
	for n := range 20 {
		wanted := map[string]any{"maxUsers": users + 2*n}
		all.Expect = append(all.Expect, mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", wanted).AtLeast(1))
	}
	return all
}

// BenchmarkJournal reads a full journal: 20 expectations on parameters that are met, and 20 that are not, and a page of 100 calls over
// HTTP.
func BenchmarkJournal(b *testing.B) {
	p, perCall := full(b)
	for name, expectations := range map[string]mock.Expectations{"met": twenty(10), "unmet": twenty(1_000_001)} {
		b.Run("verify "+name, func(b *testing.B) {
			for b.Loop() {
				verdict, err := p.Verify(b.Context(), expectations)
				must(b, err)
				if verdict.Met() != (name == "met") {
					b.Fatal(verdict)
				}
			}
			b.ReportMetric(perCall, "heap-bytes/call")
		})
	}
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/__admin/sandboxes/default/calls?limit=100", nil))
			if w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
	})
}
