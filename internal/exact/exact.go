// Package exact reads JSON and compares its numbers without losing a digit.
package exact

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Unmarshal is [json.Unmarshal], with numbers as [json.Number] where into leaves the type open. It may change into even
// if it fails.
func Unmarshal(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("text after the JSON value")
	}
	return nil
}

// Equal reports whether two numbers have the same value: 10, 10.0 and 1e1 do. Numbers whose exponents have more than 18
// digits are equal if their texts are.
func Equal(a, b json.Number) bool {
	if a == b {
		return true
	}
	if plain(a) && plain(b) { // as nearly all are: an integer has one text
		return false
	}
	x, okX := parse(string(a))
	y, okY := parse(string(b))
	return okX && okY && x == y
}

// plain reports whether a number is an integer without an exponent, and not -0.
func plain(n json.Number) bool {
	for i := range len(n) {
		if b := n[i]; b == '.' || b|0x20 == 'e' {
			return false
		}
	}
	return n != "-0"
}

// IsWhole reports whether a number has no fraction, however it is written: 1.0 and 10e-1 have none.
func IsWhole(n json.Number) bool {
	d, ok := parse(string(n))
	return ok && d.exponent >= 0
}

// IsNumber reports whether a text is a number as JSON writes it.
func IsNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	last := text[len(text)-1]
	return last >= '0' && last <= '9' && json.Valid([]byte(text))
}

// decimal is a number in the one form that its value has: digits × 10^exponent, where the digits neither begin nor end
// with 0. Zero has no digits.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

// parse takes a number of JSON apart. It returns false if the exponent is too long.
func parse(number string) (decimal, bool) {
	number, negative := strings.CutPrefix(number, "-")
	exponent := int64(0)
	if at := strings.IndexAny(number, "eE"); at >= 0 {
		n, err := strconv.ParseInt(number[at+1:], 10, 64)
		if err != nil || n > 1e18 || n < -1e18 {
			return decimal{}, false
		}
		number, exponent = number[:at], n
	}
	whole, fraction, _ := strings.Cut(number, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return decimal{}, true
	}
	short := strings.TrimRight(digits, "0")
	return decimal{negative, short, exponent - int64(len(fraction)) + int64(len(digits)-len(short))}, true
}
