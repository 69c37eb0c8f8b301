package tree

import (
	"fmt"
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
	must := fmt.Sprintf("a whole number from %d to %d", least, most)
	if most == math.MaxInt {
		must = fmt.Sprintf("a whole number of at least %d", least)
	}
	return read(f, Number, "a whole number", must, func(text string) (int, bool) {
		n, err := strconv.Atoi(text)
		return n, err == nil && n >= least && n <= most
	})
}

// Seed reads an unsigned integer of 64 bits.
func (f Field) Seed() uint64 {
	must := fmt.Sprintf("a whole number from 0 to %d", uint64(math.MaxUint64))
	return read(f, Number, "a whole number", must, func(text string) (uint64, bool) {
		n, err := strconv.ParseUint(text, 10, 64)
		return n, err == nil
	})
}

// Fraction reads a number above 0 and below 1.
func (f Field) Fraction() float64 {
	return read(f, Number, "a number", "a number above 0 and below 1", func(text string) (float64, bool) {
		n, err := strconv.ParseFloat(text, 64)
		return n, err == nil && n > 0 && n < 1
	})
}

// Time reads an RFC 3339 time and returns it in UTC.
func (f Field) Time() time.Time {
	const must = `an RFC 3339 time such as "2016-07-22T16:48:37Z"`
	return read(f, Text, "an RFC 3339 time in quotes", must, func(text string) (t time.Time, ok bool) {
		err := t.UnmarshalText([]byte(text))
		return t.UTC(), err == nil && Shown(t)
	})
}

// Latest is the last second that RFC 3339 can say.
func Latest() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }

// Shown reports whether RFC 3339 can say a time in UTC, up to the last second.
func Shown(t time.Time) bool { return t.UTC().Year() >= 0 && !t.After(Latest()) }

// Duration reads a duration as [ParseDuration] does.
func (f Field) Duration() time.Duration {
	return read(f, Text, "a duration such as 50ms or 2d", "a duration of 0 or more, such as 50ms, 1m30s or 2d", ParseDuration)
}

// read reads a value that the document writes as one of the kind. It says in mistakes what the value must be.
func read[T any](f Field, kind Kind, what, must string, parse func(text string) (T, bool)) (value T) {
	if !f.wants(kind, what) {
		return value
	}
	read, ok := parse(f.value.Text)
	switch {
	case ok:
		value = read
	case kind == Text:
		f.Mistake("%s must be %s, not %q", f.name, must, f.value.Text)
	default:
		f.Mistake("%s must be %s, not %s", f.name, must, f.value.Text)
	}
	return value
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
