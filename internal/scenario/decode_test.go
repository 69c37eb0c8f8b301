package scenario_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func decode(t *testing.T, source string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.BuiltIn().Decode("doc", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ignoreDocument makes cmp ignore the document of a scenario.
func ignoreDocument() cmp.Option {
	return cmpopts.IgnoreUnexported(scenario.Scenario{}, scenario.Param{})
}

// ignoreGiven leaves the text of rules out; internal/control proves it.
func ignoreGiven() cmp.Option { return cmpopts.IgnoreFields(scenario.Rule{}, "Given") }

const everything = `
format: 1
summary: All there is.
seed: 18446744073709551615
clock: { at: "2016-07-22T18:48:37.5+02:00", mode: wall }
world:
  members:
    admin: { orgId: HwhoSWTiJyaB0VDi, role: org_admin, token: a, tokenExpires: "2016-07-23T00:00:00Z" }
    guest: { orgId: HwhoSWTiJyaB0VDi, role: org_user, password: b, privileges: ["portal:admin:manageLicenses"] }
  apps: { app: { secret: s, member: guest }, nobody: { secret: s } }
  listings: { 00000000000000000000000000000001: { orgId: HwhoSWTiJyaB0VDi } }
  portal: { methods: lenient, errors: status }
rules:
  - { name: slow, when: { member: guest, present: [f], absent: [callback] }, after: 2, times: 3, delay: 1d12h }
  - when: { operation: getFutureLicense, params: { f: json } }
    delay: { min: 10ms, max: 90ms }
    reply: { status: 429, headers: { Retry-After: "2" }, body: [1, "x", null], offSpec: true }
  - { when: { operation: getFutureLicense, member: admin }, reply: { error: errors/portaladmin/internal } }
  - { when: { operation: getFutureLicense, member: guest }, reply: { fixture: licenses/no-future } }
  - { when: { operation: portalSelf }, fault: { kind: truncate } }
  - { when: { operation: user }, fault: { kind: drip } }
  - { when: { operation: sharingInfo }, fault: { kind: html } }
expect:
  - { when: { outcome: error, errorCode: 498, violations: none }, exactly: 2 }
  - { when: {}, atLeast: 1 }
  - { when: {}, atMost: 0 }
inOrder: true
within: 2s
`

// TestEverything decodes every part of a scenario that needs no fixture, with the defaults.
func TestEverything(t *testing.T) {
	t.Parallel()
	got := decode(t, everything)
	internal, noFuture := fixtureOf(t, "errors/portaladmin/internal"), fixtureOf(t, "licenses/no-future")
	want := &scenario.Scenario{
		Name: "doc", Summary: "All there is.", Seed: 18446744073709551615,
		Clock: scenario.Clock{At: time.Date(2016, 7, 22, 16, 48, 37, 5e8, time.UTC), Mode: scenario.Wall},
		World: scenario.World{
			Members: map[string]scenario.Member{
				"admin": {
					Username: "admin", Token: "a", TokenExpires: time.Date(2016, 7, 23, 0, 0, 0, 0, time.UTC),
					OrgID: "HwhoSWTiJyaB0VDi", Role: "org_admin",
					Privileges: find(t, scenario.BuiltIn(), "trial").World.Members["admin"].Privileges,
				},
				"guest": {
					Username: "guest", Password: "b", OrgID: "HwhoSWTiJyaB0VDi", Role: "org_user",
					Privileges: []string{"portal:admin:manageLicenses"},
				},
			},
			Apps: map[string]scenario.App{"app": {ClientID: "app", Secret: "s", Member: "guest"}, "nobody": {ClientID: "nobody", Secret: "s"}},
			Listings: map[string]scenario.Listing{"00000000000000000000000000000001": {
				ItemID: "00000000000000000000000000000001", OrgID: "HwhoSWTiJyaB0VDi", LicenseBy: "user", Provisions: map[string]scenario.Document{},
			}},
			Portal: scenario.PortalOptions{Methods: "lenient", Errors: "status", ContentTypes: "documented", CORS: "portal"},
		},
		Rules: []scenario.Rule{
			{
				Name: "slow", When: scenario.Matcher{Member: "guest", Present: []string{"f"}, Absent: []string{"callback"}},
				After: 2, Times: 3, Delay: scenario.Delay{Min: 36 * time.Hour, Max: 36 * time.Hour},
			},
			{
				When: scenario.Matcher{
					Operation: "getFutureLicense",
					Params:    map[string]scenario.Param{"f": scenario.NewParam(json.RawMessage(`"json"`))},
				},
				Delay: scenario.Delay{Min: 10 * time.Millisecond, Max: 90 * time.Millisecond},
				Reply: &scenario.Reply{
					Status: 429, Headers: map[string]string{"Retry-After": "2"}, OffSpec: true,
					Document: scenario.Document{Body: json.RawMessage(`[1,"x",null]`), Evidence: openapi.Assumed},
				},
			},
			{
				When:  scenario.Matcher{Operation: "getFutureLicense", Member: "admin"},
				Reply: &scenario.Reply{Document: internal},
			},
			{
				When:  scenario.Matcher{Operation: "getFutureLicense", Member: "guest"},
				Reply: &scenario.Reply{Document: noFuture},
			},
			{When: scenario.Matcher{Operation: "portalSelf"}, Fault: &scenario.ConnectionFault{Kind: scenario.TruncateFault, Fraction: 0.5}},
			{When: scenario.Matcher{Operation: "user"}, Fault: &scenario.ConnectionFault{Kind: scenario.DripFault, BytesPerSecond: 100}},
			{When: scenario.Matcher{Operation: "sharingInfo"}, Fault: &scenario.ConnectionFault{Kind: scenario.HTMLFault, Status: 502}},
		},
		Expectations: scenario.Expectations{
			Expect: []scenario.Expectation{
				{
					When:    scenario.Matcher{Outcome: journal.Error, ErrorCode: 498, Violations: scenario.WithoutViolations},
					AtLeast: 2, AtMost: 2, Exact: true,
				},
				{AtLeast: 1, AtMost: scenario.NoLimit},
				{AtMost: 0},
			},
			InOrder: true, Within: 2 * time.Second,
		},
	}
	if diff := cmp.Diff(want, got, ignoreDocument(), ignoreGiven()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// fixtureOf returns a fixture as a document without changes.
func fixtureOf(t *testing.T, id string) scenario.Document {
	t.Helper()
	f, ok := fixture.BuiltIn().Get(id)
	if !ok {
		t.Fatalf("no fixture %s", id)
	}
	return scenario.Document{Fixture: id, Body: compact(t, f.Body), Evidence: f.Evidence.Level}
}

func compact(t *testing.T, body json.RawMessage) json.RawMessage {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDocument checks the merged document: its content, the order of its keys, and that it has no `extends`.
func TestDocument(t *testing.T) {
	t.Parallel()
	s := decode(t, `
extends: missing-privilege
seed: 3
format: 1
world:
  members: { viewer: null, publisher: null, licensing: null, new: { role: org_user, orgId: HwhoSWTiJyaB0VDi } }
  apps: null
  listings: null
  license: null
`)
	const want = `{"format":1,"summary":"The member admin is no administrator and has no privilege, so that both operations refuse.",` +
		`"clock":{"at":"2016-07-22T16:48:37Z"},"world":{"members":{"admin":{"password":"admin-password","token":"admin-token",` +
		`"refreshToken":"admin-refresh-token",` +
		`"orgId":"HwhoSWTiJyaB0VDi","role":"org_user","privileges":[]},"new":{"role":"org_user","orgId":"HwhoSWTiJyaB0VDi"}}},"seed":3}`
	if diff := cmp.Diff(want, string(s.Document())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.World.License.Body != nil || len(s.World.Listings) > 0 || s.World.Apps == nil {
		t.Errorf("left: %v", s.World)
	}
}

// TestProvisionIDs checks which keys the ids of a provision come from.
func TestProvisionIDs(t *testing.T) {
	t.Parallel()
	s := decode(t, `
format: 1
extends: trial
world:
  listings:
    0123456789abcdef0123456789abcdef:
      orgId: aaaaaaaaaaaaaaaa
      provisions:
        bbbbbbbbbbbbbbbb: { fixture: provisions/trial }
        cccccccccccccccc:
          fixture: provisions/trial
          with:
            accountId: dddddddddddddddd
            provisionedItemId: fedcba9876543210fedcba9876543210
            purchaserEmail: ""
            itemId: 0123456789abcdef0123456789abcdef
`)
	provisions := s.World.Listings["0123456789abcdef0123456789abcdef"].Provisions
	for org, want := range map[string]string{
		"bbbbbbbbbbbbbbbb": `{"itemId":"0123456789abcdef0123456789abcdef","provisionedItemId":"0123456789abcdef0123456789abcdef",` +
			`"accountId":"aaaaaaaaaaaaaaaa","purchaserOrgId":"bbbbbbbbbbbbbbbb","purchaserUsername":`,
		"cccccccccccccccc": `{"itemId":"0123456789abcdef0123456789abcdef","provisionedItemId":"fedcba9876543210fedcba9876543210",` +
			`"accountId":"dddddddddddddddd","purchaserOrgId":"cccccccccccccccc","purchaserUsername":`,
	} {
		if got := string(provisions[org].Body); !strings.HasPrefix(got, want) {
			t.Errorf("%s:\ngot  %s\nwant %s…", org, got, want)
		}
	}
	one, other := provisions["bbbbbbbbbbbbbbbb"].Evidence, provisions["cccccccccccccccc"].Evidence
	if one != openapi.Documented || other != openapi.Assumed {
		t.Errorf("evidence %s without and %s with changes", one, other)
	}
}

func TestExpiration(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, license, want string }{
		{"of the entries", "{ fixture: licenses/future }", "2020-10-20T20:23:14Z"},
		{"said again", `{ fixture: licenses/future, expiration: "2020-10-20T22:23:14+02:00" }`, "2020-10-20T20:23:14Z"},
		{"required", `{ fixture: licenses/future, with: { appBundles: [], apps: [], extensions: [],
			userTypes: [{ id: creatorUT, maximumRegisteredMembers: 25, startDate: 0 }] },
			expiration: "2021-01-01T00:00:00Z" }`, "2021-01-01T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := decode(
				t,
				"format: 1\nclock: { at: \"2016-07-22T16:48:37Z\" }\nworld:\n  license: "+strings.ReplaceAll(test.license, "\t", " ")+"\n",
			)
			if got := s.World.License.Expiration.Format(time.RFC3339); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// again decodes a scenario's document, and compares the result with the scenario.
func again(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, library *scenario.Library, s *scenario.Scenario,
) {
	t.Helper()
	back, err := library.Decode(s.Name, s.Document())
	if err != nil {
		t.Fatalf("its document: %v\n%s", err, s.Document())
	}
	origin := cmpopts.IgnoreFields(scenario.Scenario{}, "Pack")
	if diff := cmp.Diff(s, back, ignoreDocument(), origin, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("(-first +again):\n%s", diff)
	}
	if diff := cmp.Diff(string(s.Document()), string(back.Document())); diff != "" {
		t.Fatalf("document (-first +again):\n%s", diff)
	}
}

func TestDocumentsDecodeAgain(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		again(t, scenario.BuiltIn(), find(t, scenario.BuiltIn(), name))
	}
	again(t, scenario.BuiltIn(), decode(t, everything))
}

// TestTextsSurvive writes a random text into a scenario and reads it back.
func TestTextsSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 50, -1).Draw(t, "text")
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.BuiltIn().Decode("doc", []byte(`{"format": 1, "extends": "trial", "summary": `+string(quoted)+`}`))
		if err != nil {
			t.Fatal(err)
		}
		if s.Summary != text {
			t.Fatalf("got %q, want %q", s.Summary, text)
		}
		again(t, scenario.BuiltIn(), s)
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(everything))
	for _, name := range scenario.BuiltIn().Names() {
		s, err := scenario.BuiltIn().Scenario(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(s.Document()))
	}
	for _, source := range []string{
		"", "{", "a: &a [*a]", "format: 1\nextends: trial\n", "format: 1\nextends: trial\nworld: { license: { with: { apps: null } } }\n",
		`{"format":1,"extends":"trial","summary":"\ud83d\ude00\u0000"}`, "format: 1\nextends: trial\nrules:\n- {when: {}, delay: 1s}\n",
	} {
		f.Add([]byte(source))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := scenario.BuiltIn().Decode("doc", source)
		if err == nil {
			again(t, scenario.BuiltIn(), s)
			return
		}
		for _, mistake := range mistakesOf(t, err) {
			if mistake.File == "" || mistake.Message == "" || mistake.Line < 0 || (mistake.Line == 0) != (mistake.Column == 0) {
				t.Errorf("a mistake without a position: %#v", mistake)
			}
		}
	})
}
