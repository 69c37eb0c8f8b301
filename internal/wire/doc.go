// Package wire is how the portal's requests and replies look on the wire: parameters in query and form, tokens in their four places,
// the formats of an answer, the error envelopes, and what must not be shown.
//
//	values, violations := wire.Query(r.URL.RawQuery)
//	format := wire.FormatOf(values, wire.HTML)
//	envelope, err := wire.NewEnvelope(library.Fixtures(), contract.Sharing, problem)
//	contentType, text := format.Encode(body, callback)
//
// It decides nothing: which parameters there may be is the contract's, which error it is the portal's.
package wire
