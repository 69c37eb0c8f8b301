package record

import (
	"slices"
	"strings"
)

// Compact copies the texts of a request, which are parts of longer ones, so that the record keeps alive only what it
// counts: the longer text is a request line, a header or a body, of any size. It sets Bytes.
func (r *Record) Compact() {
	r.Call.Violations, r.Sent.Values = slices.Clone(r.Call.Violations), slices.Clone(r.Sent.Values)
	size := 0
	r.eachText(func(text *string) { size += len(*text) })
	var piece strings.Builder // one allocation for all of them
	piece.Grow(size)
	r.eachText(func(text *string) { piece.WriteString(*text) })
	rest := piece.String()
	r.eachText(func(text *string) { *text, rest = rest[:len(*text)], rest[len(*text):] })
	if r.Call.ReplyTruncated {
		r.Reply = strings.Clone(r.Reply)
	}
	r.Bytes = size + len(r.Reply) + len(r.Sent.Values)*valueBytes + len(r.Call.Violations)*violationBytes
	for _, v := range r.Call.Violations {
		r.Bytes += len(v.Pointer) + len(v.Message) + len(v.Hint) + len(v.Allowed)
	}
}

// What a contract.Value and an openapi.Violation take beside their texts.
const (
	valueBytes     = 48
	violationBytes = 120
)

// eachText visits the texts that may be parts of the request. The names of the contract are its own.
func (r *Record) eachText(visit func(text *string)) {
	visit(&r.Call.Method)
	visit(&r.Call.Path)
	for i := range r.Sent.Values {
		v := &r.Sent.Values[i]
		if p := r.Sent.Parameter(v.Name); p != nil {
			v.Name = p.Name
		} else {
			visit(&v.Name)
		}
		visit(&v.Text)
	}
	for i := range r.Call.Violations {
		visit(&r.Call.Violations[i].Name)
	}
}
