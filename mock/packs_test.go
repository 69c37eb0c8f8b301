package mock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mockportal/mockportal/mock"
)

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

const (
	sslRequired = `{"error":{"code":403,"messageCode":"GWM_0021","message":"This listing is provisioned over HTTPS.","details":[]}}`
	malformed   = `{"error":{"code":400,"message":"Invalid request","details":["{name}: expected {allowed}, {unknown}"]}}`
	teamsTrial  = `
format: 1
summary: The team's listing, for a purchaser of its own.
extends: trial
world:
  members:
    seller:
      password: seller-password
      token: seller-token
      orgId: HwhoSWTiJyaB0VDi
      role: org_user
      privileges: ["marketplace:admin:purchase"]
  listings:
    6489da7f08f045ac8c0a5b1de37d56fe:
      provisions:
        0123456789abcdef: { fixture: provisions/team, with: { purchaserUsername: somebody } }
`
	teamsProvision = `{
  "itemId": "6489da7f08f045ac8c0a5b1de37d56fe", "provisionedItemId": "6489da7f08f045ac8c0a5b1de37d56fe", "accountId": "HwhoSWTiJyaB0VDi",
  "purchaserOrgId": "0123456789abcdef", "purchaserUsername": "x", "purchaserFullName": "x",
  "purchaserEmail": "x@example.com", "purchaserPhone": "1", "startDate": 1400000000000, "endDate": -1,
  "purchased": true, "trial": false, "interested": false, "created": 1400000000000, "modified": 1400000000000
}`
)

// TestPackReplacesText proves that a team can replace an assumed error text by the one that it observed, and that the answer says so.
func TestPackReplacesText(t *testing.T) {
	t.Parallel()
	pack := folder(map[string]string{
		"fixtures/errors/sharing/ssl-required.json": sslRequired,
		"fixtures/evidence.yaml":                    "errors/sharing/ssl-required: { level: observed, source: our log of last week }\n",
	})
	for _, row := range []struct {
		name     string
		options  []mock.Option
		message  string
		evidence string
	}{
		{"without a pack", nil, "SSL Required", "assumed"},
		{"with the pack", []mock.Option{mock.WithPack(pack)}, "This listing is provisioned over HTTPS.", "observed"},
		{"with an empty pack", []mock.Option{mock.WithPack(fstest.MapFS{})}, "SSL Required", "assumed"},
		{"a later pack wins", []mock.Option{mock.WithPack(pack), mock.WithPack(folder(map[string]string{
			"fixtures/errors/sharing/ssl-required.json": strings.Replace(sslRequired, "This listing", "The later pack's listing", 1),
		}))}, "The later pack's listing is provisioned over HTTPS.", "assumed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := call(t, portal(t, append(row.options, mock.WithScenario("signature-required"))...), provision())
			diff(t, "message", row.message, errorOf(t, a).Message)
			diff(t, "evidence", row.evidence, a.header.Get("Mockportal-Evidence"))
		})
	}
}

// TestPackSubstitution proves that {name} and {allowed} are all that is replaced in a text.
func TestPackSubstitution(t *testing.T) {
	t.Parallel()
	pack := folder(map[string]string{"fixtures/errors/portaladmin/parameter-malformed.json": malformed})
	a := call(t, portal(t, mock.WithPack(pack)), license().with("f", "xml"))
	diff(t, "details", []string{"f: expected html, json or pjson, {unknown}"}, errorOf(t, a).Details)
}

// TestPackScenario proves that a team's scenario can extend a built-in one and play the team's own fixtures, and that the built-in
// ones stay as they are.
func TestPackScenario(t *testing.T) {
	t.Parallel()
	stories := mock.WithPack(folder(map[string]string{"scenarios/team/trial.yaml": teamsTrial}))
	documents := mock.WithPack(folder(map[string]string{"fixtures/provisions/team.json": teamsProvision}))
	s := mock.NewServer(t, stories, documents, mock.WithScenario("team/trial"))
	diff(t, "scenario", "team/trial", s.Scenario())
	diff(t, "members", []string{"admin", "licensing", "publisher", "seller", "viewer"}, s.Members())
	asked := provision().with("token", s.Token("seller"))
	for org, username := range map[string]string{"0123456789abcdef": "somebody", purchaser: "jsmith"} {
		a := ask(t, s, asked.with("purchaserOrgId", org))
		diff(t, "username of "+org, any(username), decoded(t, a.body).(map[string]any)["purchaserUsername"])
	}
	diff(t, "error of the built-in scenario", wireError{Code: 400, Message: "item not provisioned", Details: []string{}},
		errorOf(t, call(t, portal(t, stories, documents), provision().with("purchaserOrgId", "0123456789abcdef"))))
}

// TestBroken proves that everything which is wrong with the options is told at once, by New and as the failure of a test.
func TestBroken(t *testing.T) {
	t.Parallel()
	broken := folder(map[string]string{
		"scenarios/a.yaml": "format: 1\nsummary: A scenario.\nextends: tria\nworlds: {}\n",
		"scenarios/b.yaml": "format: 1\nsummary: Another.\nextends: trial\n" +
			"world: { license: { fixture: licenses/futur } }\n",
		"fixtures/provisions/c.json":                   `{"itemId": 5}`,
		"fixtures/errors/sharing/token-requiered.json": `{"error":{"code":499,"message":"x","details":[]}`,
		"fixtures/elsewhere/d.json":                    `{}`,
		"fixtures/provisions/e.txt":                    "x",
	})
	rows := []struct {
		name    string
		options []mock.Option
	}{
		{"broken-pack", []mock.Option{mock.WithPack(broken), mock.WithClock("frosen")}},
		{
			"broken-second-pack",
			[]mock.Option{mock.WithPack(fstest.MapFS{}), mock.WithPack(folder(map[string]string{"scenarios/a.yaml": "format: 1"}))},
		},
		{"unknown-scenario", []mock.Option{mock.WithScenario("trail")}},
		{"unknown-clock", []mock.Option{mock.WithClock("frosen")}},
		{"date-without-time", []mock.Option{mock.WithClock("2016-07-22")}},
		{"bounds-below-nothing", []mock.Option{mock.WithJournal(-1, 0), mock.WithMaxBody(-1)}},
		{"unknown-scenario-and-hosts", []mock.Option{mock.WithScenario("trail"), mock.WithTLS("*.test", "a b")}},
		{"context-of-two-segments", []mock.Option{mock.WithContexts("/a/b")}},
		{"context-without-a-slash", []mock.Option{mock.WithContexts("gis")}},
		{
			"document-with-faults",
			[]mock.Option{mock.WithScenarioDocument([]byte("format: 2\nsummry: x\nworld:\n  members: { a: { role: org_admn } }\n"))},
		},
		{
			"document-with-broken-rules",
			[]mock.Option{
				mock.WithScenarioDocument(
					[]byte(
						"format: 1\nsummary: Slow.\nextends: trial\nrules:\n" +
							"  - { when: { operation: getFutureLicence }, delay: 1s }\n  - { when: {}, fault: { kind: rest } }\n",
					),
				),
			},
		},
		{"two-unknown", []mock.Option{mock.WithScenario("trail"), mock.WithClock("frosen")}},
	}
	names := map[string]bool{}
	for _, row := range rows {
		names[row.name] = true
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, err := mock.New(row.options...)
			if err == nil || p != nil {
				t.Fatalf("a portal %v and the error %v", p, err)
			}
			golden(t, "broken", row.name, err.Error()+"\n")
			test := &tester{}
			if s := mock.NewServer(test, row.options...); s != nil {
				t.Error("there is a server")
			}
			diff(t, "fatal failures", []string{"mock: " + err.Error()}, test.fatals)
			diff(t, "failures at the end", []string(nil), test.end())
		})
	}
	onlyGolden(t, "broken", names)
}

// TestScenarioDocument proves that a whole document can be played, in YAML and in JSON, over the scenarios of a pack too.
func TestScenarioDocument(t *testing.T) {
	t.Parallel()
	pack := mock.WithPack(
		folder(map[string]string{"scenarios/team.yaml": strings.Replace(teamsTrial, "provisions/team", "provisions/purchased", 1)}),
	)
	for _, row := range []struct {
		name     string
		document string
		request  request
		message  string
	}{
		{
			"YAML", "format: 1\nsummary: x\nextends: trial\nworld:\n  members: { admin: { role: org_user } }\n",
			provision(), "You do not have permissions to access this resource or perform this operation.",
		},
		{
			"JSON", `{"format":1,"summary":"x","extends":"trial","world":{"members":{"admin":{"role":"org_user"}}}}`,
			license(), "You are not authorized to access this resource",
		},
		{"over a pack", `{"format":1,"summary":"x","extends":"team"}`, provision().with("token", "seller-token"), ""},
		{
			"a member removed",
			`{"format":1,"summary":"x","extends":"trial","world":{"apps":null,"members":{"admin":null}}}`, license(),
			"Invalid Token.",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, pack, mock.WithScenarioDocument([]byte(row.document)))
			diff(t, "message", row.message, errorOf(t, ask(t, s, row.request)).Message)
			diff(t, "scenario", "document", s.Scenario())
		})
	}
}

// TestMissingPack proves that a folder that does not exist is refused like one of --pack, and that an empty one is a pack.
func TestMissingPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := os.DirFS(filepath.Join(dir, "missing"))
	const want = "pack 2: must be a folder with scenarios/ and fixtures/: no such file or directory"
	if _, err := mock.New(mock.WithPack(os.DirFS(dir)), mock.WithPack(missing)); err == nil || err.Error() != want {
		t.Errorf("New: %v", err)
	}
	if _, err := mock.Check(os.DirFS(dir), missing); err == nil || err.Error() != want {
		t.Errorf("Check: %v", err)
	}
	test := &tester{}
	mock.NewServer(test, mock.WithPack(os.DirFS(dir)), mock.WithPack(missing))
	diff(t, "NewServer", []string{"mock: " + want}, test.fatals)
	portal(t, mock.WithPack(os.DirFS(dir)))
}
