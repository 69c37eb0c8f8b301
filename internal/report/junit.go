package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Suite is a group of test cases: one <testsuite>.
type Suite struct {
	Name     string
	Time     time.Time // when it began
	Duration time.Duration
	Cases    []Case
}

// Case is one thing that was checked. It passed if it has neither a failure nor a reason to be skipped.
type Case struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`      // groups cases, with dots for levels: "mockportal.sandbox.default"
	Time    string   `xml:"time,attr,omitempty"` // from [Seconds]
	Failure *Failure `xml:"failure"`
	Skipped *Skipped `xml:"skipped"`
}

// Failure says what was wrong.
type Failure struct {
	Message string `xml:"message,attr"` // one line
	Text    string `xml:",chardata"`    // everything there is to say, in lines; may be empty
}

// Skipped says why a case was not checked.
type Skipped struct {
	Message string `xml:"message,attr"`
}

// counts are the attributes that <testsuites> and <testsuite> have in common.
type counts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Time     string `xml:"time,attr"`
}

// JUnit writes a suite as JUnit XML by the schema that Jenkins has for it (junit-10.xsd). Characters that XML cannot hold, such as ESC,
// are written as U+FFFD. The only errors are those of w.
func JUnit(w io.Writer, s Suite) error {
	count := counts{Tests: len(s.Cases), Time: Seconds(s.Duration)}
	skipped := 0
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			count.Failures++
		case c.Skipped != nil:
			skipped++
		}
	}
	type suite struct {
		Name string `xml:"name,attr"`
		counts
		Skipped   int    `xml:"skipped,attr"`
		Timestamp string `xml:"timestamp,attr"`
		Cases     []Case `xml:"testcase"`
	}
	document := struct {
		XMLName struct{} `xml:"testsuites"`
		counts
		Suite suite `xml:"testsuite"`
	}{
		counts: count,
		// Readers that check the timestamp allow no zone.
		Suite: suite{s.Name, count, skipped, s.Time.UTC().Format("2006-01-02T15:04:05"), s.Cases},
	}
	text, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

// Seconds writes a duration with the three digits that Surefire's schema allows.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
