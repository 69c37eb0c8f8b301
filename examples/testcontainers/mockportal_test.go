package mockportal_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	mockportal "github.com/mockportal/mockportal/examples/testcontainers"
)

// image is the image of `docker build -t mockportal .`, unless the environment names another one.
var image = cmp.Or(os.Getenv("MOCKPORTAL_IMAGE"), "mockportal")

// noContainers says why no container can run here; "" if one can.
var noContainers string

// The examples need an engine and an image, and cannot skip themselves.
func TestMain(m *testing.M) {
	flag.Parse()
	if noContainers = whyNoContainers(context.Background()); noContainers != "" {
		fmt.Fprintf(os.Stderr, "SKIPPED: all that runs a container, because %s\n", noContainers)
		if err := flag.Set("test.skip", "^Example"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func whyNoContainers(ctx context.Context) (why string) {
	defer func() {
		// Without an engine testcontainers panics instead of returning an error.
		if r := recover(); r != nil {
			why = fmt.Sprintf("no container engine is reached: %v", r)
		}
	}()
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		return fmt.Sprintf("no container engine is reached: %v", err)
	}
	defer provider.Close()
	if err := provider.Health(ctx); err != nil {
		return fmt.Sprintf("the container engine is not well: %v", err)
	}
	if _, err := provider.Client().ImageInspect(ctx, image); err != nil {
		return fmt.Sprintf("there is no image %s (docker build -t mockportal . makes one): %v", image, err)
	}
	return ""
}

// run starts a portal for the length of a test.
func run(t *testing.T, opts ...testcontainers.ContainerCustomizer) *mockportal.Container {
	t.Helper()
	if noContainers != "" {
		t.Skip(noContainers)
	}
	portal, err := mockportal.Run(t.Context(), image, opts...)
	testcontainers.CleanupContainer(t, portal)
	if err != nil {
		t.Fatal(err)
	}
	return portal
}

// get returns the reply to a GET, decoded.
func get(t *testing.T, address string) map[string]any {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return decode(t, resp.Body)
}

// provision calls provisionOrgEntitlements as admin, with an unknown parameter, which only a strict portal refuses.
func provision(t *testing.T, portal *mockportal.Container, purchaser string) map[string]any {
	t.Helper()
	sharingURL := must(t)(portal.SharingURL(t.Context()))
	resp, err := http.PostForm(sharingURL+"/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements", url.Values{
		"f": {"json"}, "token": {must(t)(portal.Token(t.Context(), "admin"))}, "purchaserOrgId": {purchaser},
		"orgEntitlements": {`{"maxUsers":1,"entitlements":{}}`}, "note": {"no such parameter"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return decode(t, resp.Body)
}

func decode(t *testing.T, body io.Reader) (reply map[string]any) {
	t.Helper()
	if err := json.NewDecoder(body).Decode(&reply); err != nil {
		t.Fatal(err)
	}
	return reply
}

// must returns a function that returns text or fails the test with an error.
func must(t *testing.T) func(string, error) string {
	return func(text string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	portal := run(t)
	root := must(t)(portal.URL(t.Context()))
	for name, test := range map[string]struct {
		url  func(context.Context) (string, error)
		path string
	}{
		"SharingURL":     {portal.SharingURL, "/portals/self?f=json"},
		"PortalAdminURL": {portal.PortalAdminURL, "/healthCheck?f=json"},
		"ControlURL":     {portal.ControlURL, "/sandboxes/default"},
	} {
		address := must(t)(test.url(t.Context()))
		if !strings.HasPrefix(address, root+"/") {
			t.Errorf("%s: want an address under %s, got %s", name, root, address)
		}
		if reply := get(t, address+test.path); reply["error"] != nil || reply["title"] != nil {
			t.Errorf("%s: GET %s%s answered %v", name, address, test.path, reply)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	portal := run(t)
	if got := must(t)(portal.Token(t.Context(), "viewer")); got != "viewer-token" {
		t.Errorf("want viewer-token, got %q", got)
	}
	if _, err := portal.Token(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("want an error that names the member, got %v", err)
	}
}

func TestWithScenarioFile(t *testing.T) {
	t.Parallel()
	portal := run(t, mockportal.WithScenarioFile("testdata/other-token.yaml"))
	if got := must(t)(portal.Token(t.Context(), "admin")); got != "another-token" {
		t.Errorf("want another-token, got %q", got)
	}
}

func TestWithPack(t *testing.T) {
	t.Parallel()
	portal := run(t, mockportal.WithPack("testdata/pack"), mockportal.WithScenario("acme"))
	if reply := provision(t, portal, "sWwd06TnJR4lHopc"); reply["purchaserUsername"] != "acme" {
		t.Errorf("want the provision of acme, got %v", reply)
	}
	refused, _ := provision(t, portal, "anotherOrg")["error"].(map[string]any)
	if got := fmt.Sprint(refused["details"]); got != "[The customer has not requested this item.]" {
		t.Errorf("want the pack's own error, got %v", refused)
	}
}

func TestWithStrict(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opts    []testcontainers.ContainerCustomizer
		refused bool
	}{
		"strict":  {[]testcontainers.ContainerCustomizer{mockportal.WithStrict()}, true},
		"default": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if reply := provision(t, run(t, test.opts...), "sWwd06TnJR4lHopc"); (reply["error"] != nil) != test.refused {
				t.Errorf("want it refused: %t, got %v", test.refused, reply)
			}
		})
	}
}

func TestWithClock(t *testing.T) {
	t.Parallel()
	const at = "2016-08-01T00:00:00Z"
	portal := run(t, mockportal.WithClock(at))
	clock := get(t, must(t)(portal.ControlURL(t.Context()))+"/sandboxes/default/clock")
	if clock["now"] != at {
		t.Errorf("want %s, got %v", at, clock)
	}
}

// A container that fails to start still exists, so its log can be read and it can be removed.
func TestRunFails(t *testing.T) {
	t.Parallel()
	if noContainers != "" {
		t.Skip(noContainers)
	}
	portal, err := mockportal.Run(t.Context(), image, mockportal.WithScenario("trail"))
	testcontainers.CleanupContainer(t, portal)
	if err == nil || !strings.HasPrefix(err.Error(), "run mockportal: ") {
		t.Fatalf("want an error that begins with run mockportal, got %v", err)
	}
	if portal == nil {
		t.Fatalf("want a container beside the error %v", err)
	}
	logs, err := portal.Logs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	if text, err := io.ReadAll(logs); err != nil || !strings.Contains(string(text), `did you mean "trial"?`) {
		t.Errorf("want a log that says what was meant, got %q, %v", text, err)
	}
}

func TestWrongFiles(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]testcontainers.CustomizeRequestOption{
		"no such pack":   mockportal.WithPack("testdata/no-such-pack"),
		"not a scenario": mockportal.WithScenarioFile("testdata/scenario.json"),
	} {
		portal, err := mockportal.Run(t.Context(), image, option)
		testcontainers.CleanupContainer(t, portal)
		if err == nil || !strings.HasPrefix(err.Error(), "run mockportal: ") || portal != nil {
			t.Errorf("%s: want an error and no container, got %v, %v", name, portal, err)
		}
	}
}
