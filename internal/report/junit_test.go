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

func suites() []report.Suite {
	return []report.Suite{
		{
			Name: "mockportal", Time: at, Duration: 1500 * time.Millisecond,
			Properties: []report.Property{{Name: "scenario", Value: "trial"}, {Name: "calls", Value: "3"}},
			Cases: []report.Case{
				{Class: "mockportal.violations", Name: "call 1: provisionOrgEntitlements", Duration: 1234 * time.Microsecond},
				{Class: "mockportal.violations", Name: "call 2: <getFutureLicense> & \"f\"", Failure: &report.Failure{Message: "1 violation", Text: "query f: is not in the contract\n]]> \x00\x1b[31m\xff"}},
				{Class: "mockportal.expectations", Name: "1", Skipped: "calls were dropped\x1b"},
			},
			SystemOut: "out ]]> \x1b[0m", SystemErr: "err\tand\nlines",
		},
		{Name: "nothing was checked"},
		{Name: "both", Cases: []report.Case{{Name: "a failure counts more", Failure: &report.Failure{}, Skipped: "because"}}},
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	golden(t, "junit.xml", written(t, func(out *bytes.Buffer) error { return report.JUnit(out, suites()...) }))
}

// TestJUnitIsAlwaysXML reads back texts with any characters in any place.
func TestJUnitIsAlwaysXML(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := nasty().Draw(t, "text")
		s := report.Suite{
			Name: text, Properties: []report.Property{{Name: text, Value: text}}, SystemOut: text, SystemErr: text,
			Cases: []report.Case{{Class: text, Name: text, Failure: &report.Failure{Message: text, Text: text}}, {Name: text, Skipped: "s" + text}},
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
	for n := range 2 {
		if err := report.JUnit(&failing{after: n, err: want}, suites()...); !errors.Is(err, want) {
			t.Errorf("after %d writes: %v", n, err)
		}
	}
}

// failing is a writer that fails after some writes.
type failing struct {
	after int
	err   error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return len(b), nil
}
