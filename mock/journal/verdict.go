package journal

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Verdict says which expectations the calls of a journal meet.
type Verdict struct {
	Expectations int     `json:"expectations"` // how many there were
	Complete     bool    `json:"complete"`     // nothing was dropped
	Dropped      int     `json:"dropped"`      // how many calls are no longer held
	Unmet        []Unmet `json:"unmet"`
}

// Unmet is an expectation that the calls do not meet, and what came instead.
type Unmet struct {
	Expectation int    `json:"expectation"` // its place, from 1
	Message     string `json:"message"`     // what was expected, and what came
	Seen        int    `json:"seen"`        // how many of the calls that are held it counts
	AtLeast     int    `json:"atLeast"`
	AtMost      int    `json:"atMost"`         // -1: no limit
	Hint        string `json:"hint,omitempty"` // where there is no call to point at
	Nearest     []Near `json:"nearest"`        // the closest calls, best first, or the ones too many; of the first 20 unmet only
}

// Near is a call that is not what an expectation asks for, or one too many.
type Near struct {
	Call        Call         `json:"call"`        // long values are cut, also in the differences
	Differences []Difference `json:"differences"` // by pointer
	Hint        string       `json:"hint"`        // what probably happened, in words; often empty
}

// Difference is one part of a call that is not what an expectation names.
type Difference struct {
	Pointer  string          `json:"pointer"`            // from the call down, such as /params/orgEntitlements/maxUsers
	Expected json.RawMessage `json:"expected,omitempty"` // nil: nothing should be there, or whatever value
	Got      json.RawMessage `json:"got,omitempty"`      // nil: there is nothing
	Message  string          `json:"message"`            // the same in words; long values are cut
}

// Met reports whether every expectation is met.
func (v Verdict) Met() bool { return len(v.Unmet) == 0 }

// String explains what is unmet, with the nearest calls and how they differ. The text is the same in a test's log, in
// an answer over HTTP and on a terminal.
func (v Verdict) String() string {
	var b strings.Builder
	switch {
	case v.Expectations == 0:
		b.WriteString("nothing is expected")
	case v.Met() && v.Expectations == 1:
		b.WriteString("the expectation is met")
	case v.Met():
		fmt.Fprintf(&b, "all %d expectations are met", v.Expectations)
	case v.Expectations == 1:
		b.WriteString("the expectation is unmet")
	default:
		fmt.Fprintf(&b, "%d of %d expectations are unmet", len(v.Unmet), v.Expectations)
	}
	switch {
	case v.Dropped == 1:
		b.WriteString(" (not complete: 1 call is no longer held)")
	case !v.Complete:
		fmt.Fprintf(&b, " (not complete: %d calls are no longer held)", v.Dropped)
	}
	for _, u := range v.Unmet {
		fmt.Fprintf(&b, "\nexpectation %d: %s", u.Expectation, u)
	}
	return b.String()
}

// String is the message, and a line or more for each of the nearest calls.
func (u Unmet) String() string {
	var b strings.Builder
	b.WriteString(u.Message)
	if u.Hint != "" {
		fmt.Fprintf(&b, "\n    %s", u.Hint)
	}
	for _, near := range u.Nearest {
		fmt.Fprintf(&b, "\n    call %s", near.Call)
		for _, d := range near.Differences {
			fmt.Fprintf(&b, "\n        %s", d)
		}
		if near.Hint != "" {
			fmt.Fprintf(&b, "\n        %s", near.Hint)
		}
	}
	return b.String()
}

// String returns the difference in a line.
func (d Difference) String() string { return d.Pointer + ": " + d.Message }
