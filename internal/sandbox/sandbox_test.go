package sandbox_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// start is clock.at of the scenario trial.
var start = time.Date(2016, 7, 22, 16, 48, 37, 0, time.UTC)

// hand is a wall clock that the test sets.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) set(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = at
}

func builtIn(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.BuiltIn().Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func written(t *testing.T, source string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.BuiltIn().Decode("written", []byte("format: 1\nextends: trial\n"+source))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// box makes a sandbox. By default its scenario is trial and its wall clock stands in 2030.
func box(t *testing.T, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if o.ID == "" {
		o.ID = "default"
	}
	if o.Scenario == nil {
		o.Scenario = builtIn(t, "trial")
	}
	if o.Wall == nil {
		o.Wall = (&hand{at: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}).now
	}
	b, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// addRules adds rules, which a sandbox must take, and returns their ids.
func addRules(t reporter, b *sandbox.Sandbox, rules []scenario.Rule) []string {
	ids, err := b.AddRules(rules)
	if err != nil {
		t.Errorf("the rules are refused: %v", err)
	}
	return ids
}

// turn runs f in a turn and returns its result.
func turn[T any](b *sandbox.Sandbox, f func(*sandbox.Turn) T) T {
	var seen T
	b.Turn(func(t *sandbox.Turn) { seen = f(t) })
	return seen
}

func TestBuiltInScenariosStart(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		s := builtIn(t, name)
		if view := box(t, sandbox.Options{Scenario: s}).View(); view.Scenario != name || len(view.World.Members) == 0 {
			t.Errorf("%s: the view is %+v", name, view)
		}
	}
}

func TestBecome(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{})
	issued := func(w portal.World) uint64 {
		return w.View(start).Tokens.Issued
	}
	b.Turn(func(turn *sandbox.Turn) {
		w, _, problem := turn.World().GenerateToken(turn.Now, portal.SignInRequest{Username: "admin", Password: "admin-password"})
		if problem != nil {
			t.Error(problem)
		}
		if issued(turn.World()) != 0 {
			t.Error("the world has changed before it was replaced")
		}
		turn.Become(w)
		if issued(turn.World()) != 1 {
			t.Error("the world has not been replaced")
		}
	})
	if got := issued(turn(b, (*sandbox.Turn).World)); got != 1 {
		t.Errorf("in the next turn %d tokens are issued", got)
	}
	if got := issued(b.World()); got != 1 {
		t.Errorf("outside of a turn %d tokens are issued", got)
	}
}

// TestTurnsAreOneAtATime runs many turns concurrently, for the race detector. No turn's change is lost.
func TestTurnsAreOneAtATime(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				b.Turn(func(turn *sandbox.Turn) {
					w, _, _ := turn.World().GenerateToken(turn.Now, portal.SignInRequest{Username: "admin", Password: "admin-password"})
					turn.Become(w)
				})
				b.View()
			}
		})
	}
	group.Wait()
	view := b.View()
	if view.World.Tokens.Issued != 400 {
		t.Errorf("of 400 tokens %d are counted", view.World.Tokens.Issued)
	}
}

// TestSandboxesAreIsolated: a call to one sandbox does not change another sandbox of the same scenario.
func TestSandboxesAreIsolated(t *testing.T) {
	t.Parallel()
	s := builtIn(t, "trial")
	one, two := box(t, sandbox.Options{ID: "one", Scenario: s}), box(t, sandbox.Options{ID: "two", Scenario: s})
	untouched := two.World()
	one.Turn(func(turn *sandbox.Turn) {
		who, _ := turn.World().Identify("admin-token", "", turn.Now)
		w, _, problem := turn.World().Provision(
			turn.Now, who,
			portal.ProvisionRequest{ItemID: "6489da7f08f045ac8c0a5b1de37d56fe", PurchaserOrgID: "sWwd06TnJR4lHopc"},
		)
		if problem != nil {
			t.Error(problem)
		}
		turn.Become(w)
		turn.Keep("getFutureLicense", sandbox.Kept{Body: "one"})
	})
	one.Journal.Append(&record.Record{})
	if diff := cmp.Diff(untouched, turn(two, (*sandbox.Turn).World), cmp.Comparer(sameWorld(t))); diff != "" {
		t.Errorf("the other world has changed (-start +now):\n%s", diff)
	}
	if turn(two, func(turn *sandbox.Turn) bool { _, ok := turn.Kept("getFutureLicense"); return ok }) {
		t.Error("the other sandbox has the reply")
	}
	if total := two.Journal.Find(journal.Query{}).Total; total != 0 {
		t.Errorf("the other journal has %d calls", total)
	}
}

func sameWorld(t *testing.T) func(a, b portal.World) bool {
	t.Helper()
	look := func(w portal.World) string {
		text, err := json.Marshal(w.View(start))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return func(a, b portal.World) bool { return look(a) == look(b) }
}

func TestKept(t *testing.T) {
	t.Parallel()
	wall := &hand{at: time.Date(2020, 6, 20, 12, 0, 0, 0, time.UTC)}
	b := box(t, sandbox.Options{Scenario: builtIn(t, "future-entitlements"), Clock: scenario.Clock{Mode: scenario.Wall}, Wall: wall.now})
	kept := func(operation string) string {
		return turn(b, func(turn *sandbox.Turn) string {
			k, ok := turn.Kept(operation)
			if !ok {
				return "nothing"
			}
			return k.Body + " " + string(k.Reply.Evidence)
		})
	}
	if got := kept("getFutureLicense"); got != "nothing" {
		t.Errorf("before anything is kept there is %q", got)
	}
	keep := func(body string) {
		b.Turn(func(turn *sandbox.Turn) {
			turn.Keep("getFutureLicense", sandbox.Kept{Body: body, Reply: portal.Reply{Evidence: openapi.Assumed}})
		})
	}
	keep("first")
	effect := time.UnixMilli(1593561600000)
	for _, tt := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"at once", wall.at, "first assumed"},
		{"a nanosecond before the boundary", effect.Add(-1), "first assumed"},
		{"at the boundary", effect, "nothing"},
		{"after it", effect.Add(time.Hour), "nothing"},
	} {
		wall.set(tt.at)
		if got := kept("getFutureLicense"); got != tt.want {
			t.Errorf("%s there is %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := kept("portalSelf"); got != "nothing" {
		t.Errorf("of another operation there is %q", got)
	}
	keep("second")
	wall.set(effect.AddDate(1000, 0, 0))
	if got := kept("getFutureLicense"); got != "second assumed" {
		t.Errorf("with no boundary to come there is %q", got)
	}
}

func TestSeed(t *testing.T) {
	t.Parallel()
	s := written(t, "seed: 7\n")
	seed := uint64(9)
	for _, tt := range []struct {
		name string
		seed *uint64
		want uint64
	}{{"the scenario's", nil, 7}, {"overridden", &seed, 9}, {"overridden with 0", new(uint64), 0}} {
		b := box(t, sandbox.Options{Scenario: s, Seed: tt.seed})
		view := b.View()
		if view.Seed != tt.want || b.Scenario().Seed != tt.want {
			t.Errorf("%s: the seed is %d and %d, want %d", tt.name, view.Seed, b.Scenario().Seed, tt.want)
		}
	}
	if s.Seed != 7 {
		t.Errorf("the scenario's own seed is now %d", s.Seed)
	}
	token := func(seed uint64) string {
		return signIn(t, box(t, sandbox.Options{Scenario: s, Seed: &seed}))
	}
	nine, again, ten := token(9), token(9), token(10)
	if nine != again || nine == ten {
		t.Error("tokens do not follow from the seed")
	}
}

func TestJournalBounds(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{MaxCalls: 2})
	small := box(t, sandbox.Options{MaxBytes: 1})
	for range 3 {
		b.Journal.Append(&record.Record{})
		small.Journal.Append(&record.Record{})
	}
	if page := b.Journal.Find(journal.Query{}); page.Total != 2 || page.Dropped != 1 {
		t.Errorf("by calls: %d held, %d dropped", page.Total, page.Dropped)
	}
	if page := small.Journal.Find(journal.Query{}); page.Total != 1 || page.Dropped != 2 {
		t.Errorf("by bytes: %d held, %d dropped", page.Total, page.Dropped)
	}
}

// TestViewFitsTheContract checks the view of every built-in scenario against the contract, and searches it for secrets.
func TestViewFitsTheContract(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		s := builtIn(t, name)
		b := box(t, sandbox.Options{ID: "s1", Scenario: s})
		secrets := append(secretsOf(s), signIn(t, b))
		view := b.View()
		body, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		if err := contract.Control().ProveSchema("Sandbox", string(body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(body), secret) {
				t.Errorf("%s shows %q", name, secret)
			}
		}
	}
}

// signIn issues a token to admin and returns it.
func signIn(t *testing.T, b *sandbox.Sandbox) string {
	t.Helper()
	return turn(b, func(turn *sandbox.Turn) string {
		w, reply, problem := turn.World().GenerateToken(turn.Now, portal.SignInRequest{Username: "admin", Password: "admin-password"})
		if problem != nil {
			t.Fatal(problem)
		}
		turn.Become(w)
		return reply.Value.(portal.Token).Token
	})
}

func secretsOf(s *scenario.Scenario) []string {
	var all []string
	for _, m := range s.World.Members {
		for _, secret := range []string{m.Password, m.Token, m.RefreshToken} {
			if secret != "" {
				all = append(all, secret)
			}
		}
	}
	for _, a := range s.World.Apps {
		all = append(all, a.Secret)
	}
	return all
}

func TestView(t *testing.T) {
	t.Parallel()
	view := box(t, sandbox.Options{ID: "s7"}).View()
	view.World = portal.View{}
	want := sandbox.View{
		Sandbox: "s7", Scenario: "trial", Seed: builtIn(t, "trial").Seed,
		Clock: sandbox.Clock{Now: start, EpochMs: 1469206117000, Mode: scenario.Frozen},
	}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
