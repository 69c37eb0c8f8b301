package docs

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(root + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSecurityNamesTests proves that each test that SECURITY.md links exists in the file of the link, and that each row of its tables of
// guards and limits has one.
func TestSecurityNamesTests(t *testing.T) {
	t.Parallel()
	text := readFile(t, "SECURITY.md")
	link := regexp.MustCompile(`\[(Test\w+)\]\(([^)]+)\)`)
	for _, found := range link.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(readFile(t, found[2]), "\nfunc "+found[1]+"(") {
			t.Errorf("SECURITY.md names %s, and %s does not have it", found[1], found[2])
		}
	}
	rows := regexp.MustCompile(`(?m)^\| .*`).FindAllString(text, -1)
	if len(rows) < 20 {
		t.Errorf("SECURITY.md has only %d rows", len(rows))
	}
	for _, row := range rows {
		if !link.MatchString(row) && !strings.HasSuffix(row, "| test |") {
			t.Errorf("SECURITY.md names no test: %s", row)
		}
	}
}

// TestDependenciesHaveReasons proves that CONTRIBUTING.md says of every direct dependency why it is there, and of no other module.
func TestDependenciesHaveReasons(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{if not (or .Indirect .Main)}}{{.Path}}{{end}}", "all")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(readFile(t, "CONTRIBUTING.md"), "\n## Why each dependency is there\n")
	first := regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(section, -1)
	named := map[string]bool{}
	for _, row := range first {
		for _, name := range strings.Split(row[1], ", ") {
			named[strings.Trim(name, "`")] = true
		}
	}
	for _, module := range strings.Fields(string(out)) {
		name := regexp.MustCompile(`/v\d+$`).ReplaceAllString(strings.TrimPrefix(module, "github.com/"), "")
		if strings.HasPrefix(module, "go.yaml.in/") {
			name = module
		}
		if !named[name] {
			t.Errorf("CONTRIBUTING.md has no reason for %s (as %s)", module, name)
		}
		delete(named, name)
	}
	for name := range named {
		t.Errorf("CONTRIBUTING.md has a reason for %s, which go.mod does not require", name)
	}
}
