package docs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// A misuse makes a mistake of the second table.
type misuse struct {
	files    map[string]string
	inGo     func(t *reader, folder string)
	to, body string // to the control API of the sandbox: verify or rules
	commands []string
}

const (
	misspelt = `{"operation": "provisionOrgEntitlements", "params": {"orgEntitlements": {"maxUsrs": 1}}}`
	expected = `"expect": [{"when": ` + misspelt + `, "exactly": 0}]`
	ruled    = `{"when": ` + misspelt + `, "times": 1, "fault": {"kind": "reset"}}`
	good     = "format: 1\nextends: trial\n"
	check    = "mockportal check pack"
	serve    = "mockportal serve --addr 127.0.0.1:0 --pack pack"
)

func misuses() map[string]misuse {
	other := func(text string) string { return strings.ReplaceAll(text, "maxUsrs", "colour") }
	return map[string]misuse{
		"`maxUsrs` in the `params` of an expectation": {
			files: map[string]string{"e.yaml": expected, "pack/scenarios/a.yaml": good + expected},
			inGo: func(t *reader, _ string) {
				expectation := mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", map[string]any{"maxUsrs": 1})
				mock.NewServer(t).Verify(t, expectation.Exactly(0))
			},
			to: "verify", body: "{" + expected + "}", commands: []string{"mockportal verify e.yaml", check},
		},
		"`maxUsrs` in the `params` of a rule": {
			files: map[string]string{"pack/scenarios/a.yaml": good + "rules: [" + ruled + "]"},
			inGo:  func(t *reader, _ string) { mock.NewServer(t).AddRules(ruled) },
			to:    "rules", body: ruled, commands: []string{check},
		},
		"`colour` there, which is near nothing": {
			files: map[string]string{"pack/scenarios/a.yaml": good + other(expected)},
			inGo:  checkPacks("pack"),
			to:    "verify", body: "{" + other(expected) + "}", commands: []string{check},
		},
		"`verify` or `mock.CheckExpectations` without any expectation": {
			inGo: func(t *reader, _ string) { mock.NewServer(t, mock.CheckExpectations()) },
			to:   "verify", body: "{}", commands: []string{"mockportal verify"},
		},
		"`check` inside a pack, without its name": {
			files:    map[string]string{"pack/scenarios/a.yaml": good},
			commands: []string{"cd pack; mockportal check"},
		},
		"a suite that never calls the portal; with `--require-calls` the code is 1": {commands: []string{"mockportal run -- true"}},
		"a folder `fixture/` in a pack":                                             broken("fixture/errors/a.json", "{}"),
		"a folder `Scenarios/` in a pack":                                           broken("Scenarios/a.yaml", good),
		"a scenario in `scenarios/x.json`":                                          broken("scenarios/x.json", "{}"),
		"a pack that does not exist":                                                broken("", ""),
		"two packs with a scenario of the same name": {
			files:    map[string]string{"pack/scenarios/a.yaml": good, "two/scenarios/a.yaml": good},
			inGo:     checkPacks("pack", "two"),
			commands: []string{"mockportal check pack two", "mockportal list scenarios --pack pack --pack two"},
		},
	}
}

// broken is a pack with one file, which is wrong; or no pack at all.
func broken(file, content string) misuse {
	m := misuse{commands: []string{check, serve}}
	if file != "" {
		m.files = map[string]string{"pack/" + file: content}
	}
	m.inGo = func(t *reader, folder string) { mock.NewServer(t, mock.WithPack(os.DirFS(folder+"/pack"))) }
	return m
}

func checkPacks(names ...string) func(t *reader, folder string) {
	return func(t *reader, folder string) {
		var packs []fs.FS
		for _, name := range names {
			packs = append(packs, os.DirFS(folder+"/"+name))
		}
		notes, err := mock.Check(packs...)
		if err != nil {
			t.Errorf("%v", err)
		}
		t.Logf("%v", notes)
	}
}

// TestMistakesInTests makes each mistake of the second table in Go, over HTTP and with commands.
func TestMistakesInTests(t *testing.T) {
	bin := program(t)
	all := misuses()
	for _, row := range rows(t, "mistakes in tests and packs", len(all)) {
		t.Run(row[0], func(t *testing.T) {
			m, ok := all[row[0]]
			if !ok {
				t.Fatal("nobody makes this mistake")
			}
			folder, told := m.write(t), quoted(row[1])
			var log bytes.Buffer
			portal := mock.NewServer(t, mock.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			got := []string{row[0], row[1], none, none, none, none}
			if m.inGo != nil {
				got[2] = seenInGo(m, folder, told)
			}
			if m.to != "" {
				got[3] = seenOverHTTP(t, portal.URL+"/__admin/sandboxes/default/"+m.to, m.body, told)
			}
			got[4] = m.seenInCommands(t, bin, "export MOCKPORTAL_URL="+portal.URL+"; cd "+folder+"; ", told)
			if log.Len() > 0 {
				got[5] = log.String()
			}
			same(t, row, got)
		})
	}
}

// write writes the files of a mistake into a folder.
func (m misuse) write(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range m.files {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

var subcommand = regexp.MustCompile(`mockportal (\w+)`)

func (m misuse) seenInCommands(t *testing.T, bin, before string, told *regexp.Regexp) string {
	t.Helper()
	var seen []string
	for _, line := range m.commands {
		if out, code := shell(t, bin, before+line); told.MatchString(out) {
			seen = append(seen, fmt.Sprintf("`%s` %d", subcommand.FindStringSubmatch(line)[1], code))
		}
	}
	return strings.Join(seen, ", ")
}

func seenInGo(m misuse, folder string, told *regexp.Regexp) string {
	test := &reader{}
	done := make(chan struct{})
	go func() { // Fatalf ends the goroutine
		defer close(done)
		m.inGo(test, folder)
	}()
	<-done
	return test.end(told)
}

func seenOverHTTP(t *testing.T, url, body string, told *regexp.Regexp) string {
	t.Helper()
	resp, err := http.Post(url, "application/yaml", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= http.StatusBadRequest && !told.MatchString(strings.ReplaceAll(string(answer), `\"`, `"`)) {
		t.Errorf("the answer does not say it: %s", answer)
	}
	return strconv.Itoa(resp.StatusCode)
}
