package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/report"
)

func suite() report.Suite {
	return report.Suite{
		Name: "mockportal", Time: at, Duration: 1500 * time.Millisecond,
		Cases: []report.Case{
			{Class: "mockportal.command", Name: "npm", Time: report.Seconds(1234 * time.Microsecond)},
			{Class: "mockportal.contract", Name: "<all> calls & \"f\"", Failure: &report.Failure{
				Message: "1 violation", Text: "query f: is not in the contract\n]]> \x00\x1b[31m\xff",
			}},
			{Class: "mockportal.expectations", Name: "1", Skipped: &report.Skipped{Message: "calls were dropped\x1b"}},
		},
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	golden(t, "junit.xml", written(t, func(out *bytes.Buffer) error { return report.JUnit(out, suite()) }))
}

// TestJUnitIsAlwaysXML reads back texts with any characters in any place.
func TestJUnitIsAlwaysXML(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := nasty().Draw(t, "text")
		s := report.Suite{
			Name: text,
			Cases: []report.Case{
				{Class: text, Name: text, Failure: &report.Failure{Message: text, Text: text}},
				{Name: text, Skipped: &report.Skipped{Message: text}},
			},
		}
		var out bytes.Buffer
		if err := report.JUnit(&out, s); err != nil {
			t.Fatal(err)
		}
		if n := elements(t, &out, "testcase"); n != 2 {
			t.Errorf("%d of 2 cases read back", n)
		}
	})
}

// elements counts the elements of a name in a document, all of which must be XML.
func elements(t *rapid.T, document io.Reader, name string) (n int) {
	for decoder := xml.NewDecoder(document); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			n++
		}
	}
}

func TestJUnitTellsWhatTheWriterSays(t *testing.T) {
	t.Parallel()
	want := errors.New("full")
	if err := report.JUnit(&failing{want}, suite()); !errors.Is(err, want) {
		t.Error(err)
	}
}

// failing is a writer that fails.
type failing struct{ err error }

func (f *failing) Write([]byte) (int, error) { return 0, f.err }
