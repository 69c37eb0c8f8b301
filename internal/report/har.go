package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// HAROptions say what a journal does not know.
type HAROptions struct {
	BaseURL string // the server's root; the calls' paths are put behind it
	Version string // of mockportal
}

// HAR writes the calls of a page as an HTTP archive of version 1.2, one entry a call in their order. What the journal
// does not keep is empty or -1, as the format wants it; parameters are encoded anew. A call that ended in a fault has
// status 0, as in a browser. What mockportal knows beyond the format stands in each entry's comment and in its member
// _mockportal. The errors are those of w, and a base URL that is not absolute.
func HAR(w io.Writer, page journal.Page, o HAROptions) error {
	root, err := rootURL(o.BaseURL)
	if err != nil {
		return err
	}
	log := harLog{
		Version: "1.2", Creator: harCreator{Name: "mockportal", Version: o.Version},
		Pages: []struct{}{}, Entries: []harEntry{}, Comment: harComment(page),
	}
	for i := range page.Calls {
		log.Entries = append(log.Entries, newEntry(&page.Calls[i], root))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]harLog{"log": log})
}

// harComment says which calls are not here.
func harComment(page journal.Page) string {
	var missing []string
	if !page.Complete || page.Dropped > 0 {
		missing = append(missing, fmt.Sprintf("%d calls were dropped before they could be written: the journal is bounded", page.Dropped))
	}
	if page.Next > 0 {
		missing = append(missing, fmt.Sprintf("calls after number %d are not in this file", page.Next))
	}
	return strings.Join(missing, "; ")
}

// The archive; its members are those of the specification, none is left out that readers ask for.
type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Pages   []struct{} `json:"pages"`
	Entries []harEntry `json:"entries"`
	Comment string     `json:"comment,omitempty"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // milliseconds
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment"`
	Resource string      `json:"_resourceType"` // where a browser's network panel lists it
	Own      harOwn      `json:"_mockportal"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harPair    `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	Query       []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Comment     string     `json:"comment,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harOwn struct {
	Number     int                 `json:"number"`
	Sandbox    string              `json:"sandbox"`
	Operation  string              `json:"operation"`
	Outcome    journal.Outcome     `json:"outcome"`
	ErrorCode  int                 `json:"errorCode"`
	Violations []openapi.Violation `json:"violations"`
}

// harTime is RFC 3339 with the milliseconds that HAR wants.
const harTime = "2006-01-02T15:04:05.000Z07:00"

// unknownVersion stands for the version of HTTP, as browsers write it where they do not know.
const unknownVersion = "unknown"

const urlencoded = "application/x-www-form-urlencoded"

func newEntry(call *journal.Call, root string) harEntry {
	took := float64(max(0, call.DurationMicros)) / float64(time.Millisecond/time.Microsecond)
	return harEntry{
		Started: call.Time.UTC().Format(harTime), Time: took, Timings: harTimings{Wait: took},
		Request: newRequest(call, root), Response: newResponse(call), Comment: entryComment(call), Resource: "fetch",
		Own: harOwn{
			Number: call.Number, Sandbox: call.Sandbox, Operation: call.Operation, Outcome: call.Outcome, ErrorCode: call.ErrorCode,
			Violations: append([]openapi.Violation{}, call.Violations...),
		},
	}
}

func newRequest(call *journal.Call, root string) harRequest {
	query, form := in(call, "query"), in(call, "form")
	request := harRequest{
		Method: call.Method, URL: addressOf(root, call), HTTPVersion: unknownVersion, Cookies: harPairs(in(call, "cookie")),
		Headers: harPairs(in(call, "header")), Query: harPairs(query), HeadersSize: -1, BodySize: 0,
	}
	if len(query) > 0 {
		request.URL += "?" + encode(query)
	}
	if call.Method == http.MethodPost {
		request.BodySize = -1 // values are masked
	}
	if len(form) > 0 {
		request.Headers = append(request.Headers, harPair{"Content-Type", urlencoded})
		request.PostData = &harPostData{MimeType: urlencoded, Params: harPairs(form), Text: encode(form)}
	}
	return request
}

func harPairs(params []journal.ParamIn) []harPair {
	pairs := make([]harPair, len(params))
	for i, p := range params {
		pairs[i] = harPair{p.Name, p.Value}
	}
	return pairs
}

func compact(value any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil { // not a value that JSON was decoded to
		return nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func newResponse(call *journal.Call) harResponse {
	response := harResponse{
		Status: call.Status, StatusText: http.StatusText(call.Status), HTTPVersion: unknownVersion,
		Cookies: []harPair{}, Headers: []harPair{}, Content: newContent(call), HeadersSize: -1, BodySize: -1,
	}
	if call.Outcome == journal.Fault {
		response.Status, response.StatusText = 0, ""
		response.Comment = fmt.Sprintf("the fault %q came in place of this answer, whose status was to be %d", call.Fault, call.Status)
	}
	return response
}

func newContent(call *journal.Call) harContent {
	content := harContent{MimeType: "application/json"}
	switch reply := call.Reply.(type) {
	case nil:
		content.MimeType = "x-unknown"
	case string:
		content.Text = reply
		if !call.ReplyTruncated {
			content.MimeType = "text/plain"
		}
	default:
		content.Text = string(compact(reply))
	}
	content.Size = len(content.Text)
	if call.ReplyTruncated {
		content.Comment = "truncated: the journal keeps only the beginning of so long a reply"
	}
	return content
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
	return strings.Join(words, "; ")
}
