package scenario_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
)

var update = flag.Bool("update", false, "write the golden parts of testdata/mistakes")

func mistakesOf(t *testing.T, err error) tree.Mistakes {
	t.Helper()
	var mistakes tree.Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("want mistakes, got %v", err)
	}
	return mistakes
}

// TestMistakes compares the mistakes of each archive with its golden part. Each file that is not listed as good must have one.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, a := range archives(t) {
		t.Run(filepath.Base(a.path), func(t *testing.T) {
			t.Parallel()
			_, err := scenario.Open(scenario.Pack{FS: a.fs()})
			got := mistakesOf(t, err).Error() + "\n"
			checkGolden(t, a, got)
			checkGood(t, a, got)
		})
	}
}

// checkGolden compares the mistakes with the golden part of the archive, or writes it.
func checkGolden(t *testing.T, a archive, got string) {
	t.Helper()
	if *update {
		if err := a.write(got); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(a.golden, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// checkGood checks that every file of the archive has a mistake, except those listed as good.
func checkGood(t *testing.T, a archive, got string) {
	t.Helper()
	good := a.listed("good")
	for _, name := range a.names {
		if mistaken := strings.Contains(got, name+":"); mistaken == good[name] {
			t.Errorf("%s: listed as good %t, has mistakes %t", name, good[name], mistaken)
		}
	}
}

// TestMistakesAreStable opens each archive several times. The mistakes are the same each time.
func TestMistakesAreStable(t *testing.T) {
	t.Parallel()
	for _, a := range archives(t) {
		_, first := scenario.Open(scenario.Pack{FS: a.fs()})
		for range 5 {
			_, again := scenario.Open(scenario.Pack{FS: a.fs()})
			if diff := cmp.Diff(first.Error(), again.Error()); diff != "" {
				t.Fatalf("%s (-first +again):\n%s", a.path, diff)
			}
		}
	}
}

// TestGeneratedMistakes covers documents that are too large or too odd for an archive.
func TestGeneratedMistakes(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 102) + strings.Repeat("]", 102)
	bomb := "a: &a [x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", c, c, c-1, c-1)
	}
	rules := "rules:\n"
	for i := range 1001 {
		rules += fmt.Sprintf("  - { when: { params: { token: t%d } }, delay: 1s }\n", i)
	}
	for _, test := range []struct{ name, source, want string }{
		{"too large", strings.Repeat("#", tree.MaxBytes+1), "doc: larger than 1048576 bytes"},
		{"not UTF-8", "format: \xff", "doc: not UTF-8"},
		{"UTF-16", "\xff\xfef\x00", "doc: not UTF-8"},
		{"control character", "format: \"\x00\"", "doc:1:10: not YAML: control characters are not allowed (value: 0)"},
		{"nested YAML", "a: " + deep, "doc:1:104: nested deeper than 100 levels"},
		{"nested JSON", `{"a":` + deep + "}", "doc:1:106: nested deeper than 100 levels"},
		{"alias bomb", bomb, "doc:1:4: anchors and aliases are not supported: write the value out, or quote the text"},
		{"too many rules", "format: 1\nextends: trial\n" + rules, "doc:4:3: at most 1000 rules, not 1001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := scenario.BuiltIn().Decode("doc", []byte(test.source))
			if got := mistakesOf(t, err); !strings.Contains("\n"+got.Error()+"\n", "\n"+test.want+"\n") {
				t.Errorf("got %.300s, want %s", got, test.want)
			}
		})
	}
}

// TestSecretsAreNotInMistakes writes a secret in several broken notations. No mistake may quote it.
func TestSecretsAreNotInMistakes(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"0x5ec12e7", "*5ec12e7", "&5ec12e7 x", "!5ec12e7 x", "5_ec12e7: a: b", "{5ec12e7", "[5ec12e7, 1]"} {
		for _, key := range []string{"password", "token", "secret"} {
			source := fmt.Sprintf("format: 1\nextends: trial\nworld: {members: {admin: {%s: %s}}, apps: {app: {%[1]s: %[2]s}}}", key, value)
			_, err := scenario.BuiltIn().Decode("doc", []byte(source))
			if text := mistakesOf(t, err).Error(); strings.Contains(text, "5ec12e7") || strings.Contains(text, "ec12e7: a") {
				t.Errorf("%s: %s\n%s", key, value, text)
			}
		}
	}
	same := "format: 1\nextends: trial\nworld: {members: {admin: {token: 5ec12e7}, viewer: {token: 5ec12e7}}}"
	_, err := scenario.BuiltIn().Decode("doc", []byte(same))
	if text := mistakesOf(t, err).Error(); bytes.Contains([]byte(text), []byte("5ec12e7")) {
		t.Error(text)
	}
}
