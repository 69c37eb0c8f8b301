package tree

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Text reads a text. An empty text is a mistake.
func (f Field) Text() string {
	if !f.wants(Text, "text") {
		return ""
	}
	if f.value.Text == "" {
		f.Mistake("%s is empty", f.name)
	}
	return f.value.Text
}

// Word reads one of the allowed words.
func (f Field) Word(allowed ...string) string {
	list := strings.Join(allowed, ", ")
	if !f.wants(Text, "one of "+list) {
		return ""
	}
	if !slices.Contains(allowed, f.value.Text) {
		f.Mistake("%s must be one of %s, not %q%s", f.name, list, f.value.Text, nearest.Suggest(f.value.Text, allowed))
		return ""
	}
	return f.value.Text
}

// Option reads one of the allowed words, or returns the first of them if the value is absent.
func (f Field) Option(allowed ...string) string {
	if !f.Present() {
		return allowed[0]
	}
	return f.Word(allowed...)
}

// Bool reads true or false.
func (f Field) Bool() bool {
	return f.wants(Bool, "true or false") && f.value.Text == "true"
}

// Whole reads an integer from least to most.
func (f Field) Whole(least, most int) int {
	if !f.wants(Number, "a whole number") {
		return 0
	}
	n, err := strconv.Atoi(f.value.Text)
	if err == nil && n >= least && n <= most {
		return n
	}
	if most == math.MaxInt {
		f.Mistake("%s must be a whole number of at least %d, not %s", f.name, least, f.value.Text)
	} else {
		f.Mistake("%s must be a whole number from %d to %d, not %s", f.name, least, most, f.value.Text)
	}
	return 0
}

// Seed reads an unsigned integer of 64 bits.
func (f Field) Seed() uint64 {
	if !f.wants(Number, "a whole number") {
		return 0
	}
	n, err := strconv.ParseUint(f.value.Text, 10, 64)
	if err != nil {
		f.Mistake("%s must be a whole number from 0 to %d, not %s", f.name, uint64(math.MaxUint64), f.value.Text)
	}
	return n
}

// Fraction reads a number above 0 and below 1.
func (f Field) Fraction() float64 {
	if !f.wants(Number, "a number") {
		return 0
	}
	n, err := strconv.ParseFloat(f.value.Text, 64)
	if err != nil || n <= 0 || n >= 1 {
		f.Mistake("%s must be a number above 0 and below 1, not %s", f.name, f.value.Text)
		return 0
	}
	return n
}

// Time reads an RFC 3339 time and returns it in UTC.
func (f Field) Time() time.Time {
	if !f.wants(Text, "an RFC 3339 time in quotes") {
		return time.Time{}
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(f.value.Text)); err != nil {
		f.Mistake("%s must be an RFC 3339 time such as \"2016-07-22T16:48:37Z\", not %q", f.name, f.value.Text)
		return time.Time{}
	}
	return t.UTC()
}

// Duration reads a duration as [ParseDuration] does.
func (f Field) Duration() time.Duration {
	if !f.wants(Text, "a duration such as 50ms or 2d") {
		return 0
	}
	d, ok := ParseDuration(f.value.Text)
	if !ok {
		f.Mistake("%s must be a duration such as 50ms, 1m30s or 2d, not %q", f.name, f.value.Text)
	}
	return d
}

var leadingDays = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,5})d(.*)$`) })

// ParseDuration reads a duration in Go's notation, which may begin with days: "2d", "1d12h". It returns false for a negative one.
func ParseDuration(s string) (time.Duration, bool) {
	var days time.Duration
	if parts := leadingDays().FindStringSubmatch(s); parts != nil {
		n, _ := strconv.Atoi(parts[1])
		days, s = time.Duration(n)*24*time.Hour, parts[2]
		if s == "" {
			s = "0s"
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil || s[0] == '+' || s[0] == '-' || days > math.MaxInt64-rest {
		return 0, false
	}
	return days + rest, true
}
