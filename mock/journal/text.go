package journal

import (
	"fmt"
	"strings"
)

// String explains what is unmet, the same text wherever a verdict is read: in a test's log, in an answer over HTTP, on a terminal. Each unmet
// expectation comes with the nearest calls and in what they differ.
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
	if !v.Complete {
		fmt.Fprintf(&b, " (not complete: %s no longer held)", callsAre(v.Dropped))
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

// String is the call in a line: its number, what was asked, by whom, and how it ended.
func (c Call) String() string {
	by := c.Member
	if by == "" {
		by = "nobody"
	}
	return fmt.Sprintf("%d: %s %s by %s, %s", c.Number, c.Method, c.Path, by, c.ended())
}

// ended is how a call ended, in a word or two.
func (c *Call) ended() string {
	switch c.Outcome {
	case Error:
		return fmt.Sprintf("error %d", c.ErrorCode)
	case Fault:
		return "fault " + c.Fault
	}
	return string(c.Outcome)
}
