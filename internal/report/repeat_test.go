package report_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestCurlRepeatsTheCall sends requests to a portal, has curl itself repeat them from their journal entries, as they
// are and as a client of the control API reads them, and compares what the portal saw.
func TestCurlRepeatsTheCall(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	portal := mock.NewServer(t, mock.AllowViolations())
	token := portal.Token("admin")
	rapid.Check(t, func(t *rapid.T) {
		request, distant := drawRequest(t, portal.URL, token)
		sent := send(t, portal, request)
		if distant {
			sent = trip(t, sent)
		}
		command, err := report.Curl(sent, portal.URL)
		if err != nil {
			t.Fatal(err)
		}
		shell := exec.Command("sh", "-eu")
		shell.Env = []string{"PATH=" + os.Getenv("PATH"), "MOCKPORTAL_TOKEN=" + token}
		shell.Stdin = strings.NewReader(command)
		if out, err := shell.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, command)
		}
		calls := callsAfter(portal, sent.Number)
		if len(calls) != 1 {
			t.Fatalf("%d calls came\n%s", len(calls), command)
		}
		again := calls[0]
		if distant {
			again = trip(t, again)
		}
		if diff := cmp.Diff(alike(sent), alike(again)); diff != "" {
			t.Errorf("(-sent +repeated):\n%s\n%s", diff, command)
		}
	})
}

// drawRequest makes a request of any method, on a path that the portal has or not, with the token in any place. For a
// journal that is read from afar it sticks to what JSON can carry.
func drawRequest(t *rapid.T, root, token string) (request *http.Request, distant bool) {
	distant = rapid.Bool().Draw(t, "distant")
	text := nasty()
	if distant {
		text = nastyText()
	}
	path := rapid.OneOf(
		rapid.SampledFrom([]string{
			provisionPath, licensePath, "/portal/sharing/rest/community/users/o'neil", "/arcgis/server/rest/info", "/sharing/rest/portals/self/",
		}),
		rapid.Map(text, func(s string) string { return "/portal/sharing/rest/x" + s }),
	).Draw(t, "path")
	known := rapid.SampledFrom([]string{"purchaserOrgId", "orgEntitlements", "f", "itemId", "username"})
	values := rapid.OneOf(text, rapid.SampledFrom([]string{
		`{"maxUsers": 10, "entitlements":{}}`, `{"b":[1,"<"],"a":null}`, `["x"]`, `"{}"`, "null", "1.50", "json",
	}))
	draw := func(label string) url.Values {
		return rapid.MapOfN(rapid.OneOf(known, text), rapid.SliceOfN(values, 1, 3), 0, 4).Draw(t, label)
	}
	method := rapid.SampledFrom([]string{"GET", "POST", "HEAD", "DELETE"}).Draw(t, "method")
	query, form := draw("query"), url.Values{}
	if method == http.MethodPost {
		form = draw("form")
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch rapid.SampledFrom([]string{"header", "Esri header", "cookie", "nowhere", "form", "query"}).Draw(t, "token") {
	case "Esri header":
		header.Set("X-Esri-Authorization", "Bearer "+token)
	case "cookie":
		header.Set("Cookie", wire.Cookie+"="+token)
	case "query":
		query.Set("token", token)
	case "form":
		form.Set("token", token)
	case "header":
		header.Set("Authorization", "Bearer "+token)
	}
	u := root + (&url.URL{Path: path, RawQuery: query.Encode()}).String()
	request, err := http.NewRequestWithContext(context.Background(), method, u, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	return request, distant
}

// send makes the request and returns its journal entry.
func send(t *rapid.T, portal *mock.Server, request *http.Request) journal.Call {
	response, err := portal.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(response.Header.Get("Mockportal-Call"))
	if err != nil {
		t.Fatal(err)
	}
	return callsAfter(portal, number-1)[0]
}

func callsAfter(portal *mock.Server, number int) []journal.Call {
	return portal.Journal(journal.Query{After: number}).Calls
}

// alike returns the call without what differs from one call to the next.
func alike(call journal.Call) journal.Call {
	call.Number, call.Time, call.PortalTime, call.DurationMicros, call.Reply = 0, at, at, 0, nil
	return call
}
