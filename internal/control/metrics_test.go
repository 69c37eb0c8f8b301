package control_test

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

var update = flag.Bool("update", false, "write the golden file")

// answers gives a portal requests, each a method and a path, and perhaps a body.
func answers(p *mock.Portal, requests ...string) {
	for _, request := range requests {
		part := strings.SplitN(request, " ", 3)
		r := httptest.NewRequest(part[0], part[1], strings.NewReader(strings.Join(part[2:], "")))
		if !strings.HasPrefix(part[1], "/__admin") {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		func() {
			defer func() { _ = recover() }() // a fault breaks off so
			p.ServeHTTP(httptest.NewRecorder(), r)
		}()
	}
}

// scraped returns the metrics of a portal.
func scraped(p *mock.Portal) string {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	return w.Body.String()
}

// TestMetrics holds the whole answer against a golden file, after calls with every outcome and every kind of violation. The time is
// virtual, so durations are exact: a rule delays one call for 2 seconds, and another call is broken off after 100 ms.
func TestMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, err := mock.New(mock.WithJournal(8, 0))
		if err != nil {
			t.Fatal(err)
		}
		const license = licensePath + "?f=json&token=admin-token"
		answers(
			p, "GET "+license, "GET "+license+"&verbose=1&f=json", "GET "+licensePath+"?f=json&token=wrong",
			"POST "+provisionPath+" f=json&token=admin-token&orgEntitlements={", "POST "+provisionPath+" f=json&token=admin-token",
			"GET /nowhere?f=json", "OPTIONS "+licensePath,
			`POST /__admin/sandboxes {"scenario":"trial","id":"mine"}`,
			`POST /__admin/sandboxes/mine/rules [{"when":{"operation":"getFutureLicense"},"times":1,"delay":"2s"},`+
				`{"when":{"operation":"getFutureLicense"},"times":1,"delay":"100ms","fault":{"kind":"reset"}}]`,
			"GET /sandboxes/mine"+license, "GET /sandboxes/mine"+license,
			"GET "+license, "GET "+license, "GET "+license, "GET "+license,
		)
		bytes := regexp.MustCompile(`(?m)^(mockportal_journal_bytes|mockportal_memory_used_bytes) [1-9]\d{3,}$`)
		got := bytes.ReplaceAllString(scraped(p), "$1 N")
		const golden = "testdata/metrics.txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "the metrics", string(want), got)
		answers(p, "DELETE /__admin/sandboxes/mine", "DELETE /__admin/sandboxes/default/calls")
		has(t, p, "mockportal_sandboxes 1", "mockportal_journal_calls 0", "mockportal_journal_bytes 0", "mockportal_journal_dropped_calls 0")
		has(t, p, `mockportal_calls_total{operation="getFutureLicense",outcome="ok"} 7`, "mockportal_call_duration_seconds_count 13")
	})
}

func has(t *testing.T, p *mock.Portal, samples ...string) {
	t.Helper()
	lines := strings.Split(scraped(p), "\n")
	for _, sample := range samples {
		if !slices.Contains(lines, sample) {
			t.Errorf("no %q in %s", sample, strings.Join(lines, "\n"))
		}
	}
}

// TestMetricsOfHeldRequests proves that requests count as waiters and streams exactly as long as they last.
func TestMetricsOfHeldRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, err := mock.New()
		if err != nil {
			t.Fatal(err)
		}
		has(t, p, "mockportal_waiters 0", "mockportal_streams 0")
		ctx, leave := context.WithCancel(t.Context())
		for _, r := range []*http.Request{
			httptest.NewRequest(http.MethodGet, callsPath+"?wait=10s", http.NoBody),
			httptest.NewRequest(http.MethodPost, verifyPath, strings.NewReader(`{"expect":[{"when":{},"atLeast":1}],"within":"20s"}`)),
			httptest.NewRequest(http.MethodGet, eventsPath, http.NoBody).WithContext(ctx),
		} {
			go p.ServeHTTP(httptest.NewRecorder(), r)
		}
		synctest.Wait()
		has(t, p, "mockportal_waiters 2", "mockportal_streams 1")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		has(t, p, "mockportal_waiters 1", "mockportal_streams 1")
		leave()
		synctest.Wait()
		has(t, p, "mockportal_waiters 1", "mockportal_streams 0")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		has(t, p, "mockportal_waiters 0", "mockportal_streams 0")
	})
}

// TestMetricsAreBounded proves that no request adds a time series, whatever text it has in whatever place.
func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	series := func() []string { return regexp.MustCompile(`(?m)^\S+`).FindAllString(scraped(p), -1) }
	before := series()
	answers(
		p, "GET /odd?odd=odd", "ODD /odd", "ODD "+licensePath+"?odd=odd", "GET "+licensePath+"?f=odd&token=odd&odd=odd",
		"POST "+provisionPath+" odd=odd", "GET /sandboxes/odd"+licensePath, "GET /odd"+licensePath, "OPTIONS "+licensePath,
		`POST /__admin/sandboxes {"scenario":{"format":1,"summary":"odd","extends":"trial","seed":1},"id":"odd"}`,
		`POST /__admin/sandboxes/odd/rules {"name":"odd","when":{"operation":"getFutureLicense"},`+
			`"reply":{"status":503,"body":"odd","offSpec":true}}`,
		"GET /sandboxes/odd"+licensePath+"?f=json&token=admin-token",
	)
	has(t, p, "mockportal_sandboxes 2", `mockportal_calls_total{operation="getFutureLicense",outcome="ok"} 0`)
	diff(t, "the time series", before, series())
}
