package record

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
)

// Compact copies the texts of a request, which are parts of longer ones, so that the record keeps alive only what it
// counts: the longer text is a request line, a header or a body, of any size. It packs the values, and sets Bytes.
func (r *Record) Compact() {
	r.Call.Violations = slices.Clone(r.Call.Violations)
	piece := make([]byte, 0, 1024) // one allocation for all of them
	r.eachText(func(text *string) { piece = append(piece, *text...) })
	piece = pack(piece, r.Sent.Values)
	rest := string(piece)
	r.eachText(func(text *string) { *text, rest = rest[:len(*text)], rest[len(*text):] })
	r.Sent.Values, r.Sent.packed = nil, rest
	if r.Call.ReplyTruncated {
		r.Reply = strings.Clone(r.Reply)
	}
	r.Bytes = len(piece) + len(r.Reply) + len(r.Call.Violations)*violationBytes
	for _, v := range r.Call.Violations {
		r.Bytes += len(v.Pointer) + len(v.Message) + len(v.Hint) + len(v.Allowed)
	}
}

// violationBytes is what an openapi.Violation takes beside its texts.
const violationBytes = 120

// eachText visits the texts that may be parts of the request, but for its values.
func (r *Record) eachText(visit func(text *string)) {
	visit(&r.Call.Method)
	visit(&r.Call.Path)
	for i := range r.Call.Violations {
		visit(&r.Call.Violations[i].Name)
	}
}

// places are where values come from; a packed value has the index.
var places = []string{"path", "query", "form", "header", "cookie", wire.InBody}

// pack appends values as a text: their number, then of each the place, the name and the text. As values they take twice the memory, and
// the garbage collector looks at each.
func pack(b []byte, values []contract.Value) []byte {
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, v := range values {
		b = append(b, byte(slices.Index(places, v.In))) //nolint:gosec // it is one of six
		b = append(binary.AppendUvarint(b, uint64(len(v.Name))), v.Name...)
		b = append(binary.AppendUvarint(b, uint64(len(v.Text))), v.Text...)
	}
	return b
}

// unpacked returns what was sent with its values.
func (s Sent) unpacked() Sent {
	if s.packed == "" {
		return s
	}
	rest := s.packed
	number := func() (n int) {
		for shift := 0; ; shift += 7 {
			b := rest[0]
			n, rest = n|int(b&0x7f)<<shift, rest[1:]
			if b < 0x80 {
				return n
			}
		}
	}
	text := func() (text string) {
		n := number()
		text, rest = rest[:n], rest[n:]
		return text
	}
	s.Values = make([]contract.Value, number())
	for i := range s.Values {
		place := places[rest[0]]
		rest = rest[1:]
		s.Values[i] = contract.Value{In: place, Name: text(), Text: text()}
	}
	return s
}
