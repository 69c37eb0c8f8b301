// Package wire is how the portal's requests and replies look on the wire: parameters in query and form, tokens in their four places,
// the formats of an answer, the error envelopes, and the masks of secrets.
//
//	values, violations := wire.Query(nil, r.URL.RawQuery)
//	format := wire.FormatOf(values, wire.HTML)
//	envelope, err := wire.NewEnvelope(library.Fixtures(), contract.Sharing, problem)
//	contentType, text := format.Encode(body, callback)
//
// It decides nothing: the contract says which parameters a request may have, and the portal says which error it answers.
package wire
