package scenario_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// archive is a pack of testdata/mistakes in the txtar format: a comment, then each file after a line with its name.
// The last file holds the mistakes that Open finds in the pack.
type archive struct {
	path    string
	comment string
	names   []string
	files   map[string]string
	golden  string
}

const goldenName = "mistakes"

func archives(t *testing.T) []archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives in testdata/mistakes: %v", err)
	}
	var all []archive
	for _, path := range paths {
		all = append(all, readArchive(t, path))
	}
	return all
}

func readArchive(t *testing.T, path string) archive {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heads := regexp.MustCompile(`(?m)^-- (\S+) --\n`).FindAllSubmatchIndex(source, -1)
	a := archive{path: path, comment: string(source[:heads[0][0]]), files: map[string]string{}}
	for i, head := range heads {
		end := len(source)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		name, content := string(source[head[2]:head[3]]), string(source[head[1]:end])
		if name == goldenName {
			a.golden = content
			continue
		}
		a.names, a.files[name] = append(a.names, name), content
	}
	return a
}

// write replaces the mistakes in the archive's file.
func (a archive) write(golden string) error {
	var b bytes.Buffer
	b.WriteString(a.comment)
	for _, name := range a.names {
		b.WriteString("-- " + name + " --\n" + a.files[name])
	}
	b.WriteString("-- " + goldenName + " --\n" + golden)
	return os.WriteFile(a.path, b.Bytes(), 0o600)
}

func (a archive) fs() fs.FS {
	files := fstest.MapFS{}
	for name, content := range a.files {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return files
}

// listed returns the words after a heading of the comment, such as "good: a b".
func (a archive) listed(heading string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(a.comment) {
		if words, ok := strings.CutPrefix(strings.TrimSpace(line), heading+": "); ok {
			for name := range strings.FieldsSeq(words) {
				names[name] = true
			}
		}
	}
	return names
}
