package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; look at it, then run with -update (-want +got):\n%s", file, diff)
	}
}

func TestGoldensAreAllUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.*") // a failed property leaves a folder there
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"testdata/calls.har", "testdata/curl.txt", "testdata/junit.xml"}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// written returns what a writer wrote, twice the same.
func written(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var once, again bytes.Buffer
	for _, out := range []*bytes.Buffer{&once, &again} {
		if err := write(out); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(once.String(), again.String()); diff != "" {
		t.Errorf("the same input gave other bytes (-first +second):\n%s", diff)
	}
	return once.Bytes()
}

const (
	root          = "http://127.0.0.1:8080"
	item          = "6489da7f08f045ac8c0a5b1de37d56fe"
	provisionPath = "/portal/sharing/rest/content/listings/" + item + "/provisionOrgEntitlements"
	licensePath   = "/portal/portaladmin/license/getFutureLicense"
)

// at is when the first call of the examples came.
var at = time.Date(2026, 3, 1, 9, 30, 0, 4_000_000, time.FixedZone("", 3600))

// provision is the documented request, as the journal has it.
func provision() journal.Call {
	return journal.Call{
		Number: 1, Sandbox: "default", Scenario: "trial", Operation: "provisionOrgEntitlements", Kind: openapi.Licensing,
		Method: "POST", Path: provisionPath, Member: "admin",
		ParamsIn: append(values("path", "itemId", item), values("form",
			"f", "json", "orgEntitlements", `{"maxUsers": 10, "entitlements": {"standard": {"num": 8}}}`,
			"purchaserOrgId", "sWwd06TnJR4lHopc", "token", "***")...),
		Outcome: journal.OK, Status: 200, Evidence: openapi.Documented, Reply: map[string]any{"success": true, "text": "<&>"},
		Time: at, PortalTime: at, DurationMicros: 1234,
	}
}

// license is the other one; its token came in a header.
func license() journal.Call {
	return journal.Call{
		Number: 2, Sandbox: "s1", Scenario: "trial", Operation: "getFutureLicense", Kind: openapi.Licensing,
		Method: "GET", Path: "/sandboxes/s1" + licensePath, Member: "admin",
		ParamsIn: append(values("query", "f", "json"), values("header", "Authorization", "Bearer ***")...),
		Outcome:  journal.OK, Status: 200, Evidence: openapi.Documented, Reply: map[string]any{"userTypes": []any{}},
		Time: at.Add(time.Second), DurationMicros: 80,
	}
}

// values are what was sent in one place, a name before each value.
func values(in string, pairs ...string) []journal.ParamIn {
	var all []journal.ParamIn
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, journal.ParamIn{In: in, Name: pair[0], Value: pair[1]})
	}
	return all
}

// with returns a call with something changed.
func with(call journal.Call, change func(*journal.Call)) journal.Call {
	change(&call)
	return call
}
