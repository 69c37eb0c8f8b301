package exact_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/exact"
)

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, same := range [][]json.Number{
		{"10", "10.0", "1e1", "1E+1", "100e-1", "0.1e2", "1e01", "10.000"},
		{"0", "-0", "0.0", "0e9", "0e-400", "-0.0E+1"},
		{"9007199254740993", "9007199254740993.0", "9.007199254740993e15"},
		{"9007199254740992"},
		{"9007199254740993.5"},
		{"1e-400"},
		{"1e-401", "0.1e-400"},
		{"1e400", "10e399"},
		{"-1e400"},
		{"1e999999999999999999999"},
		{"1e-999999999999999999999"},
		{"-10", "-1e1"},
		{"0.5", "5e-1", "0.50"},
		{"1"},
	} {
		for _, a := range same {
			unlike := func(b json.Number) bool { return !exact.Equal(a, b) }
			if i := slices.IndexFunc(same, unlike); i >= 0 {
				t.Errorf("%s is not %s", a, same[i])
			}
		}
	}
	for _, p := range [][2]json.Number{
		{"9007199254740993", "9007199254740992"},
		{"1e-400", "0"},
		{"1e400", "1e401"},
		{"10", "-10"},
		{"10", "1"},
		{"1e999999999999999999999", "1e999999999999999999998"},
		{"0.1", "0.10000000000000000001"},
		{"101", "1001"},
	} {
		if exact.Equal(p[0], p[1]) {
			t.Errorf("%s is %s", p[0], p[1])
		}
	}
}

// Rational numbers say which numbers are equal.
func TestEqualIsThatOfRationals(t *testing.T) {
	t.Parallel()
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?([eE][+-]?[0-2]?[0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if got, want := exact.Equal(json.Number(a), json.Number(b)), x.Cmp(y) == 0; got != want {
			t.Fatalf("%s is %s: %v, and as rationals %v", a, b, got, want)
		}
		if got, want := exact.IsWhole(json.Number(a)), x.IsInt(); got != want {
			t.Fatalf("%s is whole: %v, and as a rational %v", a, got, want)
		}
		if !exact.IsNumber(a) {
			t.Fatalf("%s is no number", a)
		}
	})
}

// The effort grows as the text: with its square, this test would not end soon.
func TestEqualOfLongNumbers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 1<<20)
	for _, n := range []string{long, "1e" + long, "0." + long, "1e-" + long} {
		if !exact.Equal(json.Number(n), json.Number(n)) || exact.Equal(json.Number(n), json.Number(n+"1")) {
			t.Error("a number of a megabyte is not itself")
		}
	}
}

func TestIsNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "-", "abc", "0x10", "+1", "01", " 1", "1 ", "1.", ".5", "1e", "null", `"1"`, "1,2", "٣"} {
		if exact.IsNumber(text) {
			t.Errorf("%q is a number", text)
		}
	}
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	var got any
	if err := exact.Unmarshal([]byte(` {"n": [9007199254740993, 1e-400], "t": "x"} `), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"n": []any{json.Number("9007199254740993"), json.Number("1e-400")}, "t": "x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	for _, text := range []string{"", "{", "1 2", "{}]", "abc"} {
		if exact.Unmarshal([]byte(text), &got) == nil {
			t.Errorf("%q is JSON", text)
		}
	}
}
