// Package docs runs what README.md and the pages in docs/ tell a reader to do: go test ./.ci/docs
//
// A page is written so:
//
//   - Each sh block runs. The blocks of a page run in order, in one shell session, in a fresh copy of the checkout.
//   - A text or json block directly after an sh block is its output. "…" stands for what the page leaves out:
//     in a line, as a line of its own, and in JSON as a value, as the last item of a list or as a member "…": "…".
//   - A block in another language is a file that the page asks the reader to write, if the line before it ends with
//     the file's name in backquotes and a colon.
//   - A Go block that is no file is compiled and run as a test, in package mock's module.
//
// A comment on the line before a block says what differs:
//
//	<!-- server -->          the block's last command serves; Ctrl-C ends it before the next server, and at the end of the page
//	<!-- exit 1 -->          the block ends with this exit code
//	<!-- not run: REASON --> the block is not run; the reason is printed
//	<!-- sample -->          a text, json or yaml block that is neither output nor a file
package docs

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A block is one fenced block of a page.
type block struct {
	page     string
	line     int // of the fence
	language string
	text     string
	marker   string // the comment before it
	before   string // the last line of prose before it
	follows  bool   // nothing but blank lines and a comment stand between it and the block before
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

var (
	fence     = regexp.MustCompile("^```([a-z]*)$")
	comment   = regexp.MustCompile(`^<!-- (.*) -->$`)
	named     = regexp.MustCompile("`([A-Za-z0-9_][A-Za-z0-9_./-]*)`:$")
	backquote = regexp.MustCompile("`([^`]+)`")
	command   = regexp.MustCompile(`^(bash|curl|docker|git|go|mockportal|npm|podman) [^…]`)
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// file returns the name of the file that the block is, or "".
func (b block) file() string {
	match := named.FindStringSubmatch(b.before)
	if match == nil || b.language == "sh" || b.follows || strings.Contains(match[1], "..") {
		return ""
	}
	return match[1]
}

// A page is one Markdown file, in parts.
type page struct {
	name     string
	blocks   []block
	commands []string // written between backquotes in the prose
	links    []string
	anchors  map[string]bool
	lines    int
}

// readPage reads a page; an indented or unfinished block is a mistake, because nobody would run it.
func readPage(root, name string) (*page, error) {
	data, err := os.ReadFile(root + "/" + name)
	if err != nil {
		return nil, err
	}
	p := &page{name: name, anchors: map[string]bool{}}
	var open *block
	var marker, before string
	follows := false
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	p.lines = len(lines)
	for i, line := range lines {
		switch match := fence.FindStringSubmatch(line); {
		case open != nil && line == "```":
			p.blocks = append(p.blocks, *open)
			open, marker, follows = nil, "", true
		case open != nil:
			open.text += line + "\n"
		case match != nil:
			open = &block{page: name, line: i + 1, language: match[1], marker: marker, before: before, follows: follows}
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			return nil, fmt.Errorf("%s:%d: a block must begin in the first column and name its language", name, i+1)
		case comment.MatchString(line):
			marker = comment.FindStringSubmatch(line)[1]
		case strings.TrimSpace(line) != "":
			marker, before, follows = "", line, false
			p.readProse(line)
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s: the block has no end", open)
	}
	return p, nil
}

func (p *page) readProse(line string) {
	if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
		slug := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(title[1:]), "")
		p.anchors[strings.ReplaceAll(slug, " ", "-")] = true
	}
	for _, match := range backquote.FindAllStringSubmatch(line, -1) {
		if command.MatchString(match[1]) {
			p.commands = append(p.commands, match[1])
		}
	}
	for _, match := range link.FindAllStringSubmatch(line, -1) {
		p.links = append(p.links, match[1])
	}
}
