package scenario_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

const (
	item      = "6489da7f08f045ac8c0a5b1de37d56fe"
	purchaser = "sWwd06TnJR4lHopc"
)

// pack makes a pack called "pack" from pairs of a file name and its content.
func pack(files ...string) scenario.Pack {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return scenario.Pack{Name: "pack", FS: fsys}
}

func open(t *testing.T, packs ...scenario.Pack) *scenario.Library {
	t.Helper()
	library, err := scenario.Open(packs...)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func find(t *testing.T, library *scenario.Library, name string) *scenario.Scenario {
	t.Helper()
	s, err := library.Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBuiltIn checks what all built-in scenarios have in common at their start.
func TestBuiltIn(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	trial := find(t, library, "trial")
	for _, name := range library.Names() {
		s := find(t, library, name)
		if s.Name != name || s.Pack != "built-in" || s.Summary == "" {
			t.Errorf("%s: is called %q, pack %q, summary %q", name, s.Name, s.Pack, s.Summary)
		}
		if name != "trial" && s.Summary == trial.Summary {
			t.Errorf("%s: has the summary of trial", name)
		}
		if len(s.Expect) > 0 || s.Clock.Mode != scenario.Frozen {
			t.Errorf("%s: has expectations or a clock that moves", name)
		}
		if unreliable := strings.HasSuffix(name, "-portal") || strings.HasPrefix(name, "portal-"); unreliable != (len(s.Rules) > 0) {
			t.Errorf("%s: has %d rules; only those of the portal itself have some", name, len(s.Rules))
		}
		checkMembers(t, trial, s)
		checkLicensed(t, s)
	}
}

// checkMembers checks that a built-in scenario has the members of trial, with the same credentials.
func checkMembers(t *testing.T, trial, s *scenario.Scenario) {
	t.Helper()
	if diff := cmp.Diff(sortedKeys(trial.World.Members), sortedKeys(s.World.Members)); diff != "" {
		t.Errorf("%s: other members than trial (-trial +got):\n%s", s.Name, diff)
	}
	for username, member := range s.World.Members {
		if want := trial.World.Members[username]; member.Password != want.Password || member.Token != want.Token || member.OrgID != want.OrgID {
			t.Errorf("%s: %s has another password, token or organisation than in trial", s.Name, username)
		}
	}
}

// checkLicensed checks that a built-in scenario has a provision, and a licence that has not expired.
func checkLicensed(t *testing.T, s *scenario.Scenario) {
	t.Helper()
	if s.World.License.Body == nil || s.World.Listings[item].Provisions[purchaser].Body == nil {
		t.Errorf("%s: lacks the licence or the provision", s.Name)
	}
	if !s.Clock.At.Before(s.World.License.Expiration) {
		t.Errorf("%s: the licence has expired", s.Name)
	}
}

// TestBuiltInDiffer checks how each built-in scenario differs from trial.
func TestBuiltInDiffer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		reason  string
		matches func(s *scenario.Scenario, provision string) bool
	}{
		{"trial", "on trial", func(_ *scenario.Scenario, p string) bool { return strings.Contains(p, `"trial":true`) }},
		{"purchased", "bought", func(_ *scenario.Scenario, p string) bool { return strings.Contains(p, `"purchased":true`) }},
		{"interested", "no more", func(_ *scenario.Scenario, p string) bool { return strings.Contains(p, `"interested":true`) }},
		{
			"trial-expired", "ended 2016-06-22",
			func(_ *scenario.Scenario, p string) bool { return strings.Contains(p, `"endDate":1466614116000`) },
		},
		{"purchase-ending", "in seven days", func(s *scenario.Scenario, p string) bool {
			return strings.Contains(p, `"endDate":1469810917000`) && s.Clock.At.Add(7*24*time.Hour).UnixMilli() == 1469810917000
		}},
		{"no-future-entitlements", "a purchase without end", func(s *scenario.Scenario, p string) bool {
			return strings.Contains(p, `"endDate":-1,"purchased":true`) && s.World.License.Fixture == "licenses/no-future"
		}},
		{"future-entitlements", "before 1 July 2020", func(s *scenario.Scenario, p string) bool {
			return strings.Contains(p, `"endDate":-1,"purchased":true`) && s.World.License.Fixture == "licenses/future" &&
				s.Clock.At.UnixMilli() < 1593561600000
		}},
		{"missing-privilege", "neither role nor privilege", func(s *scenario.Scenario, _ string) bool {
			return s.World.Members["admin"].Role == "org_user" && len(s.World.Members["admin"].Privileges) == 0
		}},
		{"signature-required", "HTTPS only", func(s *scenario.Scenario, _ string) bool { return s.World.Listings[item].SignatureRequired }},
		{"licensed-by-organization", "without entitlements", func(s *scenario.Scenario, p string) bool {
			return s.World.Listings[item].LicenseBy == "organization" && !strings.Contains(p, "orgEntitlements")
		}},
		{"token-expired", "before the clock", func(s *scenario.Scenario, _ string) bool {
			return s.World.Members["admin"].TokenExpires.Before(s.Clock.At) && s.World.Members["viewer"].TokenExpires.IsZero()
		}},
	} {
		s := find(t, scenario.BuiltIn(), test.name)
		if !test.matches(s, string(s.World.Listings[item].Provisions[purchaser].Body)) {
			t.Errorf("%s: is not %s", test.name, test.reason)
		}
	}
}

// TestMembers checks the roles and privileges of trial, which the other built-in scenarios share unless their names say otherwise.
func TestMembers(t *testing.T) {
	t.Parallel()
	members := find(t, scenario.BuiltIn(), "trial").World.Members
	got := map[string]string{}
	for username, m := range members {
		got[username] = m.Role
		for _, privilege := range []string{"marketplace:admin:purchase", "portal:admin:manageLicenses"} {
			if slices.Contains(m.Privileges, privilege) {
				got[username] += " " + privilege
			}
		}
	}
	want := map[string]string{
		"admin":     "org_admin marketplace:admin:purchase portal:admin:manageLicenses",
		"viewer":    "org_user",
		"publisher": "org_publisher marketplace:admin:purchase",
		"licensing": "org_user portal:admin:manageLicenses",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDecodeExtends: a document may extend any scenario of the library. An unknown scenario is a mistake.
func TestDecodeExtends(t *testing.T) {
	t.Parallel()
	library := open(t, pack("scenarios/ours.yaml", "format: 1\nextends: purchased\nseed: 9\n"))
	s, err := library.Decode("mine", []byte("format: 1\nextends: ours\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Seed != 9 || s.Name != "mine" || s.Pack != "" {
		t.Errorf("got %q of %q with the seed %d", s.Name, s.Pack, s.Seed)
	}
	_, err = library.Decode("mine", []byte("format: 1\nextends: our\n"))
	if want := `mine:2:10: no scenario "our" to extend (did you mean "ours"?)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUnknownScenario(t *testing.T) {
	t.Parallel()
	_, err := scenario.BuiltIn().Scenario("trail")
	if !errors.Is(err, scenario.ErrUnknown) || err.Error() != `no scenario "trail" (did you mean "trial"?)` {
		t.Errorf("got %v", err)
	}
}

func TestPacks(t *testing.T) {
	t.Parallel()
	first := pack(
		"scenarios/trial.yaml", "format: 1\nextends: trial\nsummary: ours\nseed: 7\n",
		"scenarios/team/checkout.yaml", "format: 1\nextends: trial\nsummary: checkout\n",
		"scenarios/README.md", "# ours\n",
	)
	second := pack("scenarios/team/checkout.yaml", "format: 1\nextends: trial\nsummary: later\n")
	library := open(t, first, scenario.Pack{Name: "empty", FS: fstest.MapFS{}}, second)

	if s := find(t, library, "trial"); s.Summary != "ours" || s.Pack != "pack" || s.Seed != 7 {
		t.Errorf("trial is %q of %q", s.Summary, s.Pack)
	}
	if s := find(t, library, "team/checkout"); s.Summary != "later" || s.Seed != 0 {
		t.Errorf("team/checkout is %q with the seed %d: the second pack extends the built-in trial", s.Summary, s.Seed)
	}
	if s := find(t, library, "purchased"); s.Seed != 0 {
		t.Error("a built-in scenario extends a scenario of a pack")
	}
	if s := find(t, open(t, first), "team/checkout"); s.Seed != 7 {
		t.Error("a scenario extends the built-in trial though its own pack has one")
	}
	want := append(scenario.BuiltIn().Names(), "team/checkout")
	if diff := cmp.Diff(sortedKeys(set(want)), library.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func set(names []string) map[string]bool {
	in := map[string]bool{}
	for _, name := range names {
		in[name] = true
	}
	return in
}

// TestPackFixtures replaces a built-in fixture. The built-in scenarios use the new one too.
func TestPackFixtures(t *testing.T) {
	t.Parallel()
	built, _ := fixture.BuiltIn().Get("provisions/trial")
	library := open(t, pack(
		"fixtures/provisions/trial.json", strings.Replace(string(built.Body), "jsmith@email.com", "team@example.com", 1),
		"fixtures/evidence.yaml", "provisions/trial: { level: observed, source: our portal }\n",
	))
	provision := find(t, library, "trial").World.Listings[item].Provisions[purchaser]
	if !strings.Contains(string(provision.Body), "team@example.com") || provision.Evidence != openapi.Observed {
		t.Errorf("got %s, %s", provision.Evidence, provision.Body)
	}
	if _, ok := library.Fixtures().Get("provisions/trial"); !ok {
		t.Error("the library has no fixtures")
	}
	if own := find(
		t, scenario.BuiltIn(), "trial",
	).World.Listings[item].Provisions[purchaser]; strings.Contains(string(own.Body), "team@example.com") {
		t.Error("the built-in library has the pack's fixture")
	}
}

// broken is a file system that can list folders but cannot open scenario files.
type broken struct{ fs.FS }

func (b broken) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".yaml") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	bad := pack("scenarios/a.yaml", "", "fixtures/evidence.yaml", "")
	bad.FS = broken{bad.FS}
	_, err := scenario.Open(bad)
	const denied = ": cannot be read: permission denied"
	if want := "pack/fixtures/evidence.yaml" + denied + "\npack/scenarios/a.yaml" + denied; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestReadmeExamples loads every example of the format reference, and compares the table of built-in scenarios in the guide.
func TestReadmeExamples(t *testing.T) {
	t.Parallel()
	for line, source := range examples(t) {
		if _, err := scenario.BuiltIn().Decode("docs/scenario-format.md", []byte(source)); err != nil {
			t.Errorf("the example in line %d: %v", line, err)
		}
	}
	listed := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([^|]+) \\|$").FindAllStringSubmatch(
		string(readFile(t, "../../docs/scenarios.md")), -1,
	) {
		listed[row[1]] = row[2]
	}
	summaries := map[string]string{}
	for _, name := range scenario.BuiltIn().Names() {
		summaries[name] = find(t, scenario.BuiltIn(), name).Summary
	}
	if diff := cmp.Diff(summaries, listed); diff != "" {
		t.Errorf("built-in scenarios (-library +guide):\n%s", diff)
	}
}

// TestProvisionsAndLicensesAreProven checks every body of every built-in scenario against its schema.
func TestProvisionsAndLicensesAreProven(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		s := find(t, scenario.BuiltIn(), name)
		if err := contract.BuiltIn().ProveSchema("FutureLicense", string(s.World.License.Body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for id, listing := range s.World.Listings {
			for org, provision := range listing.Provisions {
				if err := contract.BuiltIn().ProveSchema("Provision", string(provision.Body)); err != nil {
					t.Errorf("%s: %s %s: %v", name, id, org, err)
				}
			}
		}
	}
}

func TestFolderThatIsNotAPack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"empty":             {fstest.MapFS{}, ""},
		"hidden files only": {fstest.MapFS{".gitkeep": {}}, ""},
		"scenarios only":    {fstest.MapFS{"scenarios/README.md": {}, "../../scenarios/README.md": {}}, ""},
		"something else": {
			fstest.MapFS{"trial.yaml": {}}, "somewhere: not a pack: it has neither scenarios/ nor fixtures/ and is not empty",
		},
		"a file of that name": {
			fstest.MapFS{"scenarios": {}},
			"somewhere: not a pack: it has neither scenarios/ nor fixtures/ and is not empty\nsomewhere/scenarios: must be a folder",
		},
		"a folder in a folder": {
			fstest.MapFS{"pack/scenarios/x.yaml": {}},
			"somewhere: not a pack: it has neither scenarios/ nor fixtures/ and is not empty",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scenario.Open(scenario.Pack{Name: "somewhere", FS: row.files})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinkedFolder opens a pack as a Kubernetes volume mounts it: its folders are symbolic links to other folders in it.
func TestLinkedFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "..data", "scenarios"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "..data", "scenarios", "mine.yaml"), []byte("format: 1\nextends: trial\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..data", "scenarios"), filepath.Join(dir, "scenarios")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	library, err := scenario.Open(scenario.Pack{Name: "linked", FS: root.FS()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := library.Scenario("mine"); err != nil {
		t.Error(err)
	}
}

// TestIrregularFile: what is no regular file is a mistake in a pack, whatever its name, and no document beside it. Nothing opens it.
func TestIrregularFile(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"scenarios/a.yaml":         "pack/scenarios/a.yaml: is %s; a pack has regular files only",
		"scenarios/deep/a":         "pack/scenarios/deep/a: is %s; a pack has regular files only",
		"fixtures/licenses/a.json": "pack/fixtures/licenses/a.json: is %s; a pack has regular files only",
		"fixtures/evidence.yaml":   "pack/fixtures/evidence.yaml: is %s; a pack has regular files only",
		"a.yaml":                   "pack: not a pack: it has neither scenarios/ nor fixtures/ and is not empty",
	} {
		for mode, kind := range map[fs.FileMode]string{
			fs.ModeNamedPipe: "a pipe", fs.ModeSocket: "a socket", fs.ModeDevice: "a device",
			fs.ModeDevice | fs.ModeCharDevice: "a device", fs.ModeIrregular: "a special file",
		} {
			special := &fstest.MapFile{Mode: mode, Data: []byte("format: 1\nextends: trial\n")}
			_, err := scenario.Open(scenario.Pack{Name: "pack", FS: unopened{fstest.MapFS{file: special}, file}})
			if want := strings.ReplaceAll(want, "%s", kind); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	}
}

// TestLinks: a link to a folder is a mistake, because its files are not read, and so is a link that leads nowhere.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := func(target string) *fstest.MapFile {
		return &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte(target)}
	}
	_, err := scenario.Open(scenario.Pack{Name: "pack", FS: fstest.MapFS{
		"other/a.yaml": {Data: []byte("format: 1\nextends: trial\n")}, "scenarios/team": link("../other"), "scenarios/gone": link("missing"),
		"scenarios/mine.yaml": link("../other/a.yaml"), "fixtures/team": link("../other"),
	}})
	const want = `pack/fixtures/team: is a link to a folder, which is not read: copy the folder, or link to its files
pack/scenarios/gone: cannot be read: file does not exist
pack/scenarios/team: is a link to a folder, which is not read: copy the folder, or link to its files`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// unopened is a file system with a file that nobody may open.
type unopened struct {
	fstest.MapFS

	file string
}

func (u unopened) Open(name string) (fs.File, error) {
	if name == u.file {
		panic("somebody opens " + name)
	}
	return u.MapFS.Open(name)
}

// The same name in two normal forms.
const (
	nfc = "caf\u00e9"
	nfd = "cafe\u0301"
)

// TestNamesInNormalForms finds a scenario, its base and its fixture by names in the other normal form than that of the files.
func TestNamesInNormalForms(t *testing.T) {
	t.Parallel()
	const busy = `{"error":{"code":503,"message":"Busy.","details":[]}}`
	for _, test := range []struct{ reason, file, name string }{
		{"macOS wrote the files", nfd, nfc},
		{"a person on macOS typed the names", nfc, nfd},
	} {
		library := open(t, pack(
			"scenarios/"+test.file+"/base.yaml", "format: 1\nextends: trial\nsummary: The base.\n",
			"scenarios/top.yaml", "format: 1\nextends: "+test.name+"/base\nsummary: The top.\n"+
				"rules: [{ when: { operation: getFutureLicense }, reply: { error: errors/portaladmin/"+test.name+" } }]\n",
			"fixtures/errors/portaladmin/"+test.file+".json", busy,
			"fixtures/evidence.yaml", "errors/portaladmin/"+test.name+": { level: observed, source: a log }\n",
		))
		if s := find(t, library, test.name+"/base"); s.Name != nfc+"/base" || s.Summary != "The base." {
			t.Errorf("%s: found %+q, %q", test.reason, s.Name, s.Summary)
		}
		if got := string(find(t, library, "top").Rules[0].Reply.Document.Body); got != busy {
			t.Errorf("%s: the rule answers %s", test.reason, got)
		}
		f, ok := library.Fixtures().Get("errors/portaladmin/" + test.name)
		if want := "pack/fixtures/errors/portaladmin/" + test.file + ".json"; !ok || f.File != want || f.Evidence.Source != "a log" {
			t.Errorf("%s: found %t, file %+q, evidence %v", test.reason, ok, f.File, f.Evidence)
		}
		if _, err := library.Decode("document", []byte("format: 1\nextends: "+test.name+"/base\n")); err != nil {
			t.Errorf("%s: a document: %v", test.reason, err)
		}
	}
}

// TestOneNameInTwoPacks overlays packs whose files have one name in two normal forms: the later pack wins.
func TestOneNameInTwoPacks(t *testing.T) {
	t.Parallel()
	library := open(
		t, pack("scenarios/"+nfc+".yaml", "format: 1\nextends: trial\nsummary: First.\n"),
		pack("scenarios/"+nfd+".yaml", "format: 1\nextends: trial\nsummary: Second.\n"),
	)
	if s := find(t, library, nfc); s.Summary != "Second." || len(library.Names()) != len(scenario.BuiltIn().Names())+1 {
		t.Errorf("found %q among %q", s.Summary, library.Names())
	}
}

// TestStrays proves that Open refuses a folder that is called almost like a part of a pack and has documents, and says how it is called;
// and that PartOf sees it.
func TestStrays(t *testing.T) {
	t.Parallel()
	const mine, fixture = "format: 1\nextends: trial\n", "{}"
	stray := func(name, meant string) string {
		return fmt.Sprintf("pack/%s: looks like a part of a pack and is not read (did you mean %q?)", name, meant)
	}
	const notPack = "pack: not a pack: it has neither scenarios/ nor fixtures/ and is not empty"
	for _, row := range []struct {
		reason string
		files  []string
		part   string
		want   string
	}{
		{"empty", nil, "", ""},
		{"a pack", []string{"scenarios/mine.yaml", mine}, "scenarios", ""},
		{"in other letters", []string{"Scenarios/mine.yaml", mine}, "Scenarios", stray("Scenarios", "scenarios")},
		{"singular", []string{"scenario/deep/mine.yml", mine}, "scenario", stray("scenario", "scenarios")},
		{"beside the right one", []string{"fixture/x.JSON", fixture, "scenarios/mine.yaml", mine}, "fixture", stray("fixture", "fixtures")},
		{"without a document", []string{"scenarios/mine.yaml", mine, "features/a.feature", ""}, "scenarios", ""},
		{"hidden", []string{".scenarios/mine.yaml", mine}, "", ""},
		{"a scenario beside the folders", []string{"mine.yml", mine}, "mine.yml", stray("mine.yml", "scenarios/mine.yaml")},
		{"evidence beside the folders", []string{"evidence.yml", "{}"}, "evidence.yml", stray("evidence.yml", "fixtures/evidence.yaml")},
		{"no scenario", []string{"compose.yaml", "services: {}\n"}, "", notPack},
		{"not a document", []string{"format.yaml", "format: [1\n"}, "", notPack},
	} {
		folder := pack(row.files...)
		if got := scenario.PartOf(folder.FS); got != row.part {
			t.Errorf("%s: the part is %q, not %q", row.reason, got, row.part)
		}
		_, err := scenario.Open(folder)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.reason, diff)
		}
	}
}

// TestPartOfPack proves that the folder of a pack's scenarios or fixtures is not taken for the pack.
func TestPartOfPack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"acme/scenarios": "acme/scenarios: not a pack but the scenarios/ of one: name the folder around it",
		"fixtures":       "fixtures: not a pack but the fixtures/ of one: name the folder around it",
		"acme":           `acme/mine.yaml: looks like a part of a pack and is not read (did you mean "scenarios/mine.yaml"?)`,
	} {
		folder := pack("mine.yaml", "format: 1\nextends: trial\n")
		folder.Name = name
		if _, err := scenario.Open(folder); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for _, good := range []scenario.Pack{pack(), pack("scenarios/mine.yaml", "format: 1\nextends: trial\n")} {
		good.Name = "scenarios"
		open(t, good)
	}
}

// TestMissingPack proves that a folder that does not exist is no empty pack.
func TestMissingPack(t *testing.T) {
	t.Parallel()
	_, err := scenario.Open(scenario.Pack{Name: "pack", FS: os.DirFS(filepath.Join(t.TempDir(), "missing"))})
	const want = "pack: must be a folder with scenarios/ and fixtures/: no such file or directory"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestNotes proves what a library notes: scenarios that hide others, and names that the contract tolerates. A scenario that extends one
// with such a name brings no second note.
func TestNotes(t *testing.T) {
	t.Parallel()
	const extra = "format: 1\nextends: trial\nexpect:\n" +
		"  - { when: { params: { orgEntitlements: { notes: x, entitlements: { maxUser: { number: 1 } } } } }, exactly: 0 }\n"
	first := pack("scenarios/mine.yaml", extra, "scenarios/other.yaml", "format: 1\nextends: mine\n")
	const secret = "format: 1\nextends: trial\nworld: { members: { admin: { password: open-sesame } } }\n" +
		"rules: [{ when: { params: { orgEntitlements: { open-sesame: 1 } } }, delay: 1s }]\n"
	const plain, ssl = "format: 1\nextends: trial\n", `{"error":{"code":403,"message":"x","details":[]}}`
	second := pack("scenarios/mine.yaml", plain, "scenarios/secret.yaml", secret, "scenarios/trial.yaml", plain)
	third := pack("scenarios/mine.yaml", plain, "fixtures/errors/sharing/ssl-required.json", ssl)
	first.Name, second.Name, third.Name = "first", "second", "third"
	library := open(t, first, second, third)
	const of, names = " is not in the contract of orgEntitlements", ", which names entitlements, maxUsers and tolerates others"
	want := []string{
		`first/scenarios/mine.yaml:4:44: "notes"` + of + names,
		`first/scenarios/mine.yaml:4:81: "number"` + of + ".entitlements.maxUser, which names num and tolerates others",
		`second/scenarios/mine.yaml: hides the scenario "mine" of first`,
		`second/scenarios/secret.yaml:4:48: "***"` + of + names,
		`second/scenarios/trial.yaml: hides the scenario "trial" of built-in`,
		`third/scenarios/mine.yaml: hides the scenario "mine" of first, second`,
	}
	if diff := cmp.Diff(want, library.Notes()); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	counts := []scenario.Counted{
		{Pack: "built-in", Scenarios: 14, Fixtures: len(fixture.BuiltIn().IDs())},
		{Pack: "first", Scenarios: 2},
		{Pack: "second", Scenarios: 3},
		{Pack: "third", Scenarios: 1, Fixtures: 1},
	}
	if diff := cmp.Diff(counts, library.Packs()); diff != "" {
		t.Errorf("packs (-want +got):\n%s", diff)
	}
}
