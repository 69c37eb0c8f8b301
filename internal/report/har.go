package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// HAR writes the calls of a page as an HTTP archive of version 1.2, one entry a call in their order; root is that of the server, version
// that of mockportal. What the journal does not keep is empty or -1, as the format wants it; parameters are encoded anew. A call that
// ended in a fault has status 0, as in a browser. What mockportal knows beyond the format stands in each entry's comment and in its
// member _mockportal. The only errors are those of w.
func HAR(w io.Writer, page journal.Page, root, version string) error {
	entries := []object{}
	for i := range page.Calls {
		entries = append(entries, newEntry(&page.Calls[i], root))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(object{"log": object{
		"version": "1.2", "creator": object{"name": "mockportal", "version": version},
		"pages": []object{}, "entries": entries, "comment": harComment(page),
	}})
}

// object is a JSON object of the archive, which has all members that readers ask for.
type object = map[string]any

// rebuilt says what in an archive did not come over the wire like that.
const rebuilt = "rebuilt from mockportal's journal: query and form are encoded anew from the parameters, in the order in which they " +
	"were sent; secrets are ***; replies of JSON are written anew, members by name; headers are missing, apart from the one with the token"

// harComment says what was rebuilt, and which calls are not here.
func harComment(page journal.Page) string {
	if page.Complete {
		return rebuilt
	}
	return fmt.Sprintf("%d calls were dropped before they could be written: the journal is bounded; the others are %s", page.Dropped, rebuilt)
}

// harTime is RFC 3339 with the milliseconds that HAR wants.
const harTime = "2006-01-02T15:04:05.000Z07:00"

// unknownVersion stands for the version of HTTP, as browsers write it where they do not know.
const unknownVersion = "unknown"

const urlencoded = "application/x-www-form-urlencoded"

func newEntry(call *journal.Call, root string) object {
	milliseconds := float64(max(0, call.DurationMicros)) / 1000
	return object{
		"startedDateTime": call.Time.UTC().Format(harTime), "time": milliseconds,
		"timings": object{"send": 0, "wait": milliseconds, "receive": 0},
		"request": newRequest(call, root), "response": newResponse(call), "cache": object{}, "comment": entryComment(call),
		"_resourceType": "fetch", // where a browser's network panel lists it
		"_mockportal": object{
			"number": call.Number, "sandbox": call.Sandbox, "operation": call.Operation, "outcome": call.Outcome,
			"errorCode": call.ErrorCode, "violations": append([]openapi.Violation{}, call.Violations...),
		},
	}
}

func newRequest(call *journal.Call, root string) object {
	query, form, headers := in(call, "query"), in(call, "form"), harPairs(in(call, "header"))
	request := object{
		"method": call.Method, "url": addressOf(root, call), "httpVersion": unknownVersion, "cookies": harPairs(in(call, "cookie")),
		"queryString": harPairs(query), "headersSize": -1, "bodySize": -1, // values are masked
	}
	if len(query) > 0 {
		request["url"] = addressOf(root, call) + "?" + encode(query)
	}
	if len(form) > 0 {
		headers = append(headers, object{"name": "Content-Type", "value": urlencoded})
		request["postData"] = object{
			"mimeType": urlencoded, "params": harPairs(form), "text": encode(form),
			"comment": "rebuilt from the parameters: the body may have been multipart/form-data",
		}
	}
	if body := in(call, "body"); len(body) > 0 {
		post := object{"mimeType": "x-unknown", "params": harPairs(body), "text": encode(body)}
		if body[0].Name == "" { // the whole of it
			post["params"], post["text"] = []object{}, body[0].Value
		}
		request["postData"] = post
	}
	request["headers"] = headers
	return request
}

func harPairs(params []journal.ParamIn) []object {
	pairs := make([]object, len(params))
	for i, p := range params {
		pairs[i] = object{"name": p.Name, "value": p.Value}
	}
	return pairs
}

func newResponse(call *journal.Call) object {
	response := object{
		"status": call.Status, "statusText": http.StatusText(call.Status), "httpVersion": unknownVersion, "cookies": []object{},
		"headers": []object{}, "content": newContent(call), "redirectURL": "", "headersSize": -1, "bodySize": -1,
	}
	if call.Outcome == journal.Fault {
		response["status"], response["statusText"] = 0, ""
		response["comment"] = fmt.Sprintf("the fault %q came in place of this answer, whose status was to be %d", call.Fault, call.Status)
	}
	return response
}

func newContent(call *journal.Call) object {
	mime, text := "application/json", ""
	switch reply := call.Reply.(type) {
	case nil:
		mime = "x-unknown"
	case string:
		text = reply
		if !call.ReplyTruncated {
			mime = "text/plain"
		}
	default:
		text = compact(reply)
	}
	content := object{"size": len(text), "mimeType": mime, "text": text}
	switch {
	case call.ReplyTruncated:
		content["comment"] = "truncated: the journal keeps only the beginning of so long a reply"
	case mime == "application/json":
		content["comment"] = "rebuilt from the decoded reply: members by name; the portal may have sent it as html or with white space"
	}
	return content
}

func compact(value any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // cannot fail: it was decoded from JSON
	return strings.TrimSuffix(out.String(), "\n")
}

// entryComment is a line for people: who asked what of whom, and what mockportal had to say about it.
func entryComment(call *journal.Call) string {
	words := []string{"no operation", "nobody"}
	if call.Operation != "" {
		words[0] = call.Operation
	}
	if call.Member != "" {
		words[1] = "member " + call.Member
	}
	if call.Rule != "" {
		words = append(words, "rule "+call.Rule)
	}
	if call.Fault != "" {
		words = append(words, "fault "+call.Fault)
	}
	words = append(words, "sandbox "+call.Sandbox, "scenario "+call.Scenario)
	for i := range call.Violations {
		words = append(words, "violation: "+call.Violations[i].String())
	}
	if call.Note != "" {
		words = append(words, "note: "+call.Note)
	}
	return strings.Join(words, "; ")
}
