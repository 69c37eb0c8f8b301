package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Suite is a group of test cases: one <testsuite>.
type Suite struct {
	Name       string
	Time       time.Time // when it began; the zero time is left out
	Duration   time.Duration
	Properties []Property
	Cases      []Case
	SystemOut  string // what was printed; "" is left out
	SystemErr  string
}

// Property is something to know of a suite, such as the scenario that was played.
type Property struct {
	Name  string
	Value string
}

// Case is one thing that was checked.
type Case struct {
	Class    string // groups cases, with dots for levels: "mockportal.violations"
	Name     string
	Duration time.Duration
	Failure  *Failure // nil: it passed, or was skipped
	Skipped  string   // why it was not checked; "": it was
}

// Failure says what was wrong.
type Failure struct {
	Message string // one line
	Text    string // everything there is to say, in lines; may be empty
}

// JUnit writes suites as JUnit XML by the schema that Jenkins has for it (junit-10.xsd). Surefire's own is narrower: in
// it a suite has neither a timestamp nor output. Characters that XML cannot hold, such as ESC, are written as U+FFFD. A
// case with a failure and a reason to be skipped has failed. The only errors are those of w.
func JUnit(w io.Writer, suites ...Suite) error {
	var root testsuites
	var duration time.Duration
	for i := range suites {
		s := newTestsuite(&suites[i])
		root.Tests += s.Tests
		root.Failures += s.Failures
		root.Suites = append(root.Suites, s)
		duration += suites[i].Duration
	}
	root.Time = seconds(duration)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(root); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The document as the schemas want it. Libraries write attributes that Surefire's does not have (id), leave out those
// that it asks for (skipped) and put texts into CDATA sections, where control characters break the file.
type testsuites struct {
	XMLName  struct{}    `xml:"testsuites"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Suites   []testsuite `xml:"testsuite"`
}

type testsuite struct {
	Name       string      `xml:"name,attr"`
	Tests      int         `xml:"tests,attr"`
	Failures   int         `xml:"failures,attr"`
	Errors     int         `xml:"errors,attr"`
	Skipped    int         `xml:"skipped,attr"`
	Time       string      `xml:"time,attr"`
	Timestamp  string      `xml:"timestamp,attr,omitempty"`
	Properties *properties `xml:"properties"`
	Cases      []testcase  `xml:"testcase"`
	SystemOut  string      `xml:"system-out,omitempty"`
	SystemErr  string      `xml:"system-err,omitempty"`
}

type properties struct {
	Properties []property `xml:"property"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name    string  `xml:"name,attr"`
	Class   string  `xml:"classname,attr"`
	Time    string  `xml:"time,attr"`
	Failure *result `xml:"failure"`
	Skipped *result `xml:"skipped"`
}

type result struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func newTestsuite(s *Suite) testsuite {
	suite := testsuite{Name: s.Name, Tests: len(s.Cases), Time: seconds(s.Duration), SystemOut: s.SystemOut, SystemErr: s.SystemErr}
	if !s.Time.IsZero() {
		suite.Timestamp = s.Time.UTC().Format("2006-01-02T15:04:05") // readers that check it allow no zone
	}
	if len(s.Properties) > 0 {
		suite.Properties = &properties{}
		for _, p := range s.Properties {
			suite.Properties.Properties = append(suite.Properties.Properties, property(p))
		}
	}
	for i := range s.Cases {
		c := newTestcase(&s.Cases[i])
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Skipped != nil:
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

func newTestcase(c *Case) testcase {
	written := testcase{Name: c.Name, Class: c.Class, Time: seconds(c.Duration)}
	switch {
	case c.Failure != nil:
		written.Failure = &result{Message: c.Failure.Message, Type: "failure", Text: c.Failure.Text}
	case c.Skipped != "":
		written.Skipped = &result{Message: c.Skipped}
	}
	return written
}

// seconds writes a duration with the three digits that Surefire's schema allows.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
