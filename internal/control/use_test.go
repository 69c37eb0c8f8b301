package control_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// within asks a portal whose sandboxes live a minute.
type within struct {
	*mock.Portal

	t *testing.T
}

func inMinute(t *testing.T) within {
	t.Helper()
	p, err := mock.New(mock.WithSandboxes(0, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	p2 := within{p, t}
	p2.ask(http.MethodPost, "", `{"scenario":"trial","id":"mine"}`)
	return p2
}

func (p within) ask(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(p.t.Context(), method, "http://localhost/__admin/sandboxes"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// TestRequestsAreUse proves that a request to the control API, a wait, a verification that waits, and an open stream keep a sandbox alive.
func TestRequestsAreUse(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(within){
		"a request that reads no clock": func(p within) {
			for range 4 {
				time.Sleep(45 * time.Second)
				p.ask(http.MethodGet, "/mine/rules", "")
			}
		},
		"finding it": func(p within) {
			for range 4 {
				time.Sleep(45 * time.Second)
				if a := p.ask(http.MethodPut, "/mine", `{"scenario":"trial"}`); a.Code != http.StatusOK {
					p.t.Errorf("it was made anew: %d %s", a.Code, a.Body)
				}
			}
		},
		"a wait": func(p within) { p.ask(http.MethodGet, "/mine/calls?wait=3m", "") },
		"a verification": func(p within) {
			p.ask(http.MethodPost, "/mine/verify", `{"expect":[{"when":{},"exactly":1}],"within":"3m"}`)
		},
		"a stream": func(p within) {
			go p.ask(http.MethodGet, "/mine/events", "")
			time.Sleep(3 * time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := inMinute(t)
				began := time.Now()
				use(p)
				diff(t, "it took", 3*time.Minute, time.Since(began))
				diff(t, "the sandbox", http.StatusOK, p.ask(http.MethodGet, "/mine", "").Code)
				p.ask(http.MethodDelete, "/mine", "")
			})
		})
	}
}

// TestWaitSaysThatItsSandboxWent proves that a wait which ends because its sandbox was deleted says so, and not that its time was over.
func TestWaitSaysThatItsSandboxWent(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ method, path, body, want string }{
		"wait":   {http.MethodGet, "/mine/calls?wait=10m", "", `"ended":true`},
		"verify": {http.MethodPost, "/mine/verify", `{"expect":[{"when":{},"exactly":1}],"within":"10m"}`, "the sandbox has ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := inMinute(t)
				time.AfterFunc(time.Second, func() { p.ask(http.MethodDelete, "/mine", "") })
				body := p.ask(row.method, row.path, row.body).Body.String()
				if !strings.Contains(body, row.want) || strings.Contains(body, "timedOut") {
					t.Errorf("it says %s", body)
				}
			})
		})
	}
}
