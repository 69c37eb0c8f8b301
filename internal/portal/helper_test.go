package portal_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

const (
	item      = "6489da7f08f045ac8c0a5b1de37d56fe"
	purchaser = "sWwd06TnJR4lHopc"
	seller    = "HwhoSWTiJyaB0VDi"
)

// tb is the part of testing.TB that the helpers need. A rapid.T has it too.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// played returns a built-in scenario, its world, and the time at its start.
func played(t tb, name string) (*scenario.Scenario, portal.World, time.Time) {
	t.Helper()
	s, err := scenario.BuiltIn().Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return s, worldOf(t, s, 0), s.Clock.At
}

// written returns the world of a scenario that extends trial, and the time at its start.
func written(t tb, world string) (portal.World, time.Time) {
	t.Helper()
	s, err := scenario.BuiltIn().Decode("written", []byte("format: 1\nextends: trial\nworld:\n"+world))
	if err != nil {
		t.Fatal(err)
	}
	return worldOf(t, s, 0), s.Clock.At
}

func worldOf(t tb, s *scenario.Scenario, shift time.Duration) portal.World {
	t.Helper()
	w, err := portal.NewWorld(s, shift)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// caller returns the caller that a token of the scenario belongs to.
func caller(t tb, w portal.World, token string, now time.Time) portal.Caller {
	t.Helper()
	c, ok := w.Identify(token, "", now)
	if !ok {
		t.Fatalf("nobody has the token %q", token)
	}
	return c
}

// text returns a value as JSON.
func text(t tb, value any) string {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// object reads a JSON object, with numbers as json.Number.
func object(t tb, body string) map[string]any {
	t.Helper()
	var value map[string]any
	d := json.NewDecoder(bytes.NewBufferString(body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return value
}

// seen returns the view of a world as JSON.
func seen(t tb, w portal.World, now time.Time) string {
	t.Helper()
	return text(t, w.View(now))
}

// documented returns an example of the documentation.
func documented(t tb, name string) string {
	t.Helper()
	body, err := os.ReadFile("../contract/testdata/documented/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func diffObjects(t *testing.T, what, want, got string) {
	t.Helper()
	if diff := cmp.Diff(object(t, want), object(t, got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// refusal returns a problem as one line: its id and its lines.
func refusal(p *portal.Problem) string {
	if p == nil {
		return ""
	}
	line := p.ID
	for _, l := range p.Lines {
		line += " " + l.ID + ":" + l.Name
	}
	return line
}
