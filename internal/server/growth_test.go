package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// BenchmarkGrowth does each of some work at a size and at four times of it, and prints the ratio of the times: about 4 where the cost grows
// as its input, 16 where it grows with its square.
func BenchmarkGrowth(b *testing.B) {
	const times = 4
	for name, work := range map[string]func(b *testing.B, size int) time.Duration{
		"members":  withMembers,
		"extends":  withChain,
		"readers":  withReaders,
		"mistakes": withMistakes,
	} {
		b.Run(name, func(b *testing.B) {
			var small, large time.Duration
			for b.Loop() {
				small += work(b, 1)
				large += work(b, times)
			}
			b.ReportMetric(float64(large)/float64(small), "ratio")
		})
	}
}

func took(began time.Time) time.Duration { return time.Since(began) }

// withMembers plays a scenario with many members, and calls it.
func withMembers(b *testing.B, size int) time.Duration {
	var members strings.Builder
	for i := range 1950 * size {
		fmt.Fprintf(&members, `,"m%d":{"orgId":"HwhoSWTiJyaB0VDi","role":"org_admin","password":"password-%d","token":"token-%d"}`, i, i, i)
	}
	p := portal(b, scenario.BuiltIn(), "trial", nil)
	body := `{"scenario":{"format":1,"extends":"trial","summary":"x","world":{"members":{` + members.String()[1:] + `}}},"id":"x"}`
	began := time.Now()
	if w := serve(b, p, http.MethodPost, "/__admin/sandboxes", body); w.Code != http.StatusCreated {
		b.Fatal(w.Body)
	}
	serve(b, p, http.MethodGet, "/sandboxes/x"+licensePath, "")
	return took(began)
}

// withChain loads scenarios each of which extends the one before.
func withChain(b *testing.B, size int) time.Duration {
	documents := map[string]string{"s0": "format: 1\nsummary: x\nextends: trial\n"}
	for i := range 500*size - 1 {
		documents[fmt.Sprintf("s%d", i+1)] = fmt.Sprintf("format: 1\nsummary: x\nextends: s%d\n", i)
	}
	began := time.Now()
	open(b, documents)
	return took(began)
}

// withReaders has readers follow the journal while large calls come.
func withReaders(b *testing.B, size int) time.Duration {
	p := portal(b, scenario.BuiltIn(), "trial", nil)
	s := httptest.NewServer(p)
	defer s.Close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	const calls = 4
	var all, ready sync.WaitGroup
	for range 8 * size {
		ready.Add(1)
		all.Go(func() { follow(ctx, b, s.URL, calls, ready.Done) })
	}
	ready.Wait()
	began := time.Now()
	form := url.Values{"f": {"json"}, "orgEntitlements": {`{"a":"` + strings.Repeat("x", 500_000) + `"}`}}
	for range calls {
		resp, err := http.PostForm(s.URL+"/sharing/rest/content/listings/x/provisionOrgEntitlements", form)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	all.Wait()
	return took(began)
}

// follow reads the stream of calls until so many have come.
func follow(ctx context.Context, b *testing.B, root string, calls int, ready func()) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, root+"/__admin/sandboxes/default/events?after=0", nil)
	if err != nil {
		b.Error(err)
		return
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	ready()
	buffer, seen := make([]byte, 64<<10), 0
	for seen < calls {
		n, err := resp.Body.Read(buffer)
		seen += strings.Count(string(buffer[:n]), "event: call")
		if err != nil {
			b.Error(err)
			return
		}
	}
}

// withMistakes sends a scenario with many mistakes.
func withMistakes(b *testing.B, size int) time.Duration {
	var members strings.Builder
	for i := range 2000 * size {
		fmt.Fprintf(&members, `,"m%d":{"orgIdd":1}`, i)
	}
	p := portal(b, scenario.BuiltIn(), "trial", func(*server.Options) {})
	body := `{"scenario":{"format":1,"extends":"trial","summary":"x","world":{"members":{` + members.String()[1:] + `}}},"id":"x"}`
	began := time.Now()
	if w := serve(b, p, http.MethodPost, "/__admin/sandboxes", body); w.Code != http.StatusBadRequest {
		b.Fatal(w.Body)
	}
	return took(began)
}

// TestVeryManyMistakes proves that a document with very many mistakes is refused with the first ones, and that there are more is said.
func TestVeryManyMistakes(t *testing.T) {
	t.Parallel()
	_, err := scenario.BuiltIn().Decode("x", []byte("format: 1\nextends: trial\nworlds: {}\n"))
	if err == nil || strings.Contains(err.Error(), "more mistakes") {
		t.Errorf("few mistakes are told as %v", err)
	}
	var keys strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&keys, "key%d: 1\n", i)
	}
	_, err = scenario.BuiltIn().Decode("x", []byte("format: 1\nextends: trial\n"+keys.String()))
	lines := strings.Split(fmt.Sprint(err), "\n")
	if len(lines) != 1001 || !strings.HasSuffix(lines[1000], ": there are more mistakes: mend these first") {
		t.Errorf("%d mistakes, the last one %q", len(lines), lines[len(lines)-1])
	}
}
