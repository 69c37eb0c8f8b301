package wire_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/mockportal/mockportal/internal/wire"
)

// TestUnreadTextIsLetGo proves that what is kept of a text that was not read to its end is no part of it: a journal that keeps a value of a
// byte must not keep a body of a megabyte.
func TestUnreadTextIsLetGo(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"a bad escape":        "a=1&b=%zz" + strings.Repeat("x", 1000),
		"too many parameters": strings.Repeat("a=1&", 1001),
	} {
		values, violations := wire.Query(nil, raw)
		kept := []string{values[0].Name, values[0].Text, violations[0].Name}
		for _, text := range kept {
			if within(text, raw) {
				t.Errorf("%s: %q is a part of what was sent", name, text)
			}
		}
	}
}

func within(part, whole string) bool {
	start, at := uintptr(unsafe.Pointer(unsafe.StringData(whole))), uintptr(unsafe.Pointer(unsafe.StringData(part)))
	return at >= start && at < start+uintptr(len(whole))
}
