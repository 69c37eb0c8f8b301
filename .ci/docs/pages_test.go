package docs

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root           = "../.."
	maxReadmeLines = 120
)

// names returns README.md and the pages of docs/.
func names(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(root + "/docs/*.md")
	if err != nil || len(files) < 2 {
		t.Fatal("no pages in docs/", err)
	}
	list := []string{"README.md"}
	for _, file := range files {
		list = append(list, "docs/"+filepath.Base(file))
	}
	return list
}

func pages(t *testing.T) []*page {
	t.Helper()
	var all []*page
	for _, name := range names(t) {
		p, err := readPage(root, name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// TestPages does what each page says. The pages use port 8080, one after the other.
func TestPages(t *testing.T) {
	bin := program(t)
	writeCurlrc(t, bin)
	for _, p := range pages(t) {
		t.Run(strings.TrimSuffix(p.name, ".md"), func(t *testing.T) {
			s := newSession(t, bin)
			var snippets []block
			for i, b := range p.blocks {
				if s.block(b, p.blocks[i+1:]) {
					snippets = append(snippets, b)
				}
			}
			s.stop()
			s.snippets(snippets)
		})
	}
}

// writeCurlrc lets curl do without options in the pages. In the folder strict, a status of 400 or above is its exit code 22.
func writeCurlrc(t *testing.T, bin string) {
	t.Helper()
	settings := "silent\nshow-error\nmax-time = 10\nnoproxy = \"*\"\n"
	err := errors.Join(os.Mkdir(bin+"/strict", 0o755),
		os.WriteFile(bin+"/.curlrc", []byte(settings), 0o644),
		os.WriteFile(bin+"/strict/.curlrc", []byte("fail-with-body\n"+settings), 0o644))
	if err != nil {
		t.Fatal(err)
	}
}

func newSession(t *testing.T, bin string) *session {
	t.Helper()
	folder := t.TempDir()
	s := &session{t: t, checkout: folder + "/mockportal", state: folder + "/session", bin: bin}
	if err := errors.Join(os.Mkdir(s.state, 0o755), copyTree(root, s.checkout)); err != nil {
		t.Fatal(err)
	}
	s.env = append(environment(), "LC_ALL=C", "GOBIN="+bin, "PATH="+bin+":"+os.Getenv("PATH"), "GIT_CEILING_DIRECTORIES="+folder)
	if taken, err := net.Dial("tcp", "127.0.0.1:8080"); err == nil {
		_ = taken.Close()
		t.Fatal("port 8080 of 127.0.0.1, which the pages use, is taken on this machine")
	}
	t.Cleanup(s.stop)
	return s
}

// environment is that of the test without settings for the program and for Go.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "MOCKPORTAL_") || strings.HasPrefix(variable, "GOFLAGS=")
	})
}

// block does what a block says, and compares its output with the answer that follows. It reports whether the block is a Go
// snippet, which runs at the end of the page.
func (s *session) block(b block, rest []block) (snippet bool) {
	s.t.Helper()
	if reason, ok := strings.CutPrefix(b.marker, "not run: "); ok {
		s.t.Logf("\n!!! NOT RUN: %s, because %s:\n%s", b, reason, b.text)
		return false
	}
	switch {
	case b.language == "sh":
		s.shell(b, rest)
	case b.file() != "":
		s.write(b)
	case b.language == "go":
		return true
	case b.marker == "sample", b.follows && (b.language == "text" || b.language == "json"):
	default:
		s.t.Errorf("%s: nobody runs, writes or compares this block (%s)", b, b.language)
	}
	return false
}

func (s *session) shell(b block, rest []block) {
	s.t.Helper()
	answered := len(rest) > 0 && rest[0].follows && rest[0].marker != "sample" && (rest[0].language == "text" || rest[0].language == "json")
	var out string
	if b.marker == "server" {
		out = s.serve(b)
	} else {
		out = s.run(b, answered)
	}
	if !answered {
		return
	}
	if err := compare(rest[0].language, rest[0].text, out); err != nil {
		s.t.Errorf("%s: %v", rest[0], err)
	}
}

func (s *session) snippets(blocks []block) {
	s.t.Helper()
	if len(blocks) == 0 {
		return
	}
	folder := s.checkout + "/snippets"
	source := testFile(blocks)
	if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(folder+"/snippets_test.go", []byte(source), 0o644)); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-count=1", "./snippets")
	cmd.Dir, cmd.Env = s.checkout, s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Errorf("the Go snippets:\n%s", out)
	}
}

// placeholder is what a reader replaces, and all after it.
var placeholder = regexp.MustCompile(` (-- )?\[?[A-Z]{4,}.*`)

// TestCommandsInProse proves that each command between backquotes is also part of a block, so that it runs. COMMAND and other words
// in capitals stand for what the reader chooses.
func TestCommandsInProse(t *testing.T) {
	all := pages(t)
	var blocks strings.Builder
	for _, p := range all {
		for _, b := range p.blocks {
			if b.language == "sh" {
				blocks.WriteString(b.text)
			}
		}
	}
	for _, p := range all {
		for _, command := range p.commands {
			command = placeholder.ReplaceAllString(command, "")
			if !strings.Contains(blocks.String(), command) {
				t.Errorf("%s: no block runs the command `%s`", p.name, command)
			}
		}
	}
}

// TestLinks proves that each link to a file or a heading of this repository leads there.
func TestLinks(t *testing.T) {
	list := names(t)
	for _, pattern := range []string{"/*.md", "/examples/*/README.md", "/scenarios/README.md"} {
		files, _ := filepath.Glob(root + pattern)
		for _, file := range files {
			if name, _ := filepath.Rel(root, file); !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	links := 0
	for _, name := range list {
		p, err := readPage(root, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range p.links {
			if !strings.Contains(target, "://") {
				checkLink(t, p, target)
				links++
			}
		}
	}
	t.Logf("%d links in %d pages", links, len(list))
}

func checkLink(t *testing.T, p *page, target string) {
	t.Helper()
	file, anchor, _ := strings.Cut(target, "#")
	name := p.name
	if file != "" {
		name = path.Join(path.Dir(p.name), file)
	}
	if _, err := os.Stat(root + "/" + name); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: the link %s leads nowhere", p.name, target)
		return
	}
	if anchor == "" {
		return
	}
	other, err := readPage(root, name)
	if err != nil || !other.anchors[anchor] {
		t.Errorf("%s: %s has no heading #%s (%v)", p.name, name, anchor, err)
	}
}

// TestIndex proves that the index names each page and each example, and that the README fits on a screen.
func TestIndex(t *testing.T) {
	index, err := readPage(root, "docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t)[1:] {
		if file := path.Base(name); file != "README.md" && !slices.Contains(index.links, file) {
			t.Errorf("docs/README.md does not link %s", file)
		}
	}
	examples, err := filepath.Glob(root + "/examples/*/README.md")
	if err != nil || len(examples) == 0 {
		t.Fatal("no examples", err)
	}
	for _, example := range examples {
		if name := path.Join("..", strings.TrimPrefix(filepath.ToSlash(example), root)); !slices.Contains(index.links, name) {
			t.Errorf("docs/README.md does not link %s", name)
		}
	}
	readme, err := readPage(root, "README.md")
	if err != nil {
		t.Fatal(err)
	}
	if readme.lines > maxReadmeLines {
		t.Errorf("README.md has %d lines, more than %d", readme.lines, maxReadmeLines)
	}
}
