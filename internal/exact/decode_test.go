package exact_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/exact"
)

// FuzzDecode holds Decode against encoding/json: the same texts are refused, and the others become the same values.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		``, ` `, `null`, ` true `, `false`, `0`, `-0`, `1.50e+10`, `-1E-2`, `01`, `1.`, `"a"`,
		`"é\u00e9\ud83d\ude00\ud800"`, "\"\xff\"", `"\"\\\/\b"`,
		`{}`, `[]`, ` { } `, ` [ ] `, `[1 , 2,[3]]`, `{"a":1, "b" : {"c":[null,true,{"d":"e"}]}}`, `{"a":1,"a":2}`, `{"a\"b":1,"é":2,"":3}`,
		`{"a":{"b":1},"a":{"c":2}}`, `[1,]`, `{"a":1,}`, `{"a"}`, `[1] 2`, `nul`, `"`, "\"\n\"", "\t[\r\n1]\n", "\u00a0[]", "[1\x0c]",
		strings.Repeat("[", 10001) + strings.Repeat("]", 10001), strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, refused := exact.Decode(text)
		if (refused == nil) != json.Valid([]byte(text)) {
			t.Fatalf("Decode: %v", refused)
		}
		var want any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		err := decoder.Decode(&want)
		if refused == nil && (err != nil || !reflect.DeepEqual(want, got)) {
			t.Errorf("encoding/json: %#v\nDecode: %#v", want, got)
		}
	})
}
