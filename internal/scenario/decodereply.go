package scenario

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/openapi"
)

// replyFields are the keys of a reply.
type replyFields struct {
	failure, fixture, with, status, headers, body, offSpec tree.Field
}

// meant is the end of each message about a reply that the contract does not allow.
func (k replyFields) meant() string {
	return "; write " + k.offSpec.Name() + ": true if that is intended"
}

func (d *decoder) reply(f tree.Field, when Matcher) *Reply {
	o := f.Object()
	k := replyFields{
		failure: o.Key("error"), fixture: o.Key("fixture"), with: o.Key("with").Object().Field, status: o.Key("status"),
		headers: o.Key("headers"), body: o.Key("body"), offSpec: o.Key("offSpec"),
	}
	o.Close()
	headers := readHeaders(k.headers)
	if !f.Is(tree.Object) {
		return nil
	}
	reply := &Reply{OffSpec: k.offSpec.Bool(), Headers: headers}
	if !k.oneKind(f) {
		return reply
	}
	var operation *contract.Operation
	if !reply.OffSpec {
		operation = d.provable(f, when)
	}
	switch {
	case k.failure.Present():
		d.errorReply(k, reply, operation)
	case k.fixture.Present():
		d.fixtureReply(k, reply, operation)
	default:
		statusReply(k, reply, operation)
	}
	return reply
}

// oneKind checks that the keys present belong together.
func (k replyFields) oneKind(f tree.Field) bool {
	kinds := 0
	for _, kind := range []tree.Field{k.failure, k.fixture, k.status} {
		if kind.Present() {
			kinds++
		}
	}
	if kinds != 1 {
		f.Mistake("%s must have exactly one of %s, %s and %s, not %d",
			f.Name(), k.failure.Name(), k.fixture.Name(), k.status.Name(), kinds)
		return false
	}
	if k.with.Present() && !k.fixture.Present() {
		k.with.Mistake("%s is allowed only beside %s", k.with.Name(), k.fixture.Name())
	}
	for _, part := range []tree.Field{k.headers, k.body} {
		if part.Present() && !k.status.Present() {
			part.Mistake("%s is allowed only beside %s", part.Name(), k.status.Name())
		}
	}
	return true
}

// provable returns the operation that the reply is checked against, or nil, with a mistake recorded, if when names none.
func (d *decoder) provable(f tree.Field, when Matcher) *contract.Operation {
	operation, ok := d.contract.Operation(when.Operation)
	if !ok {
		f.Mistake("the reply cannot be checked without an operation: name one in %s, or write %s: true",
			f.KeyName("when"), f.KeyName("offSpec"))
	}
	return operation
}

func (d *decoder) errorReply(k replyFields, reply *Reply, operation *contract.Operation) {
	found, ok := d.template(k.failure)
	if !ok {
		return
	}
	reply.Document, _ = found.document(k.with)
	if !strings.HasPrefix(found.ID, "errors/") {
		k.failure.Mistake("the fixture %q is not an error: write %s instead of %s", found.ID, k.fixture.Name(), k.failure.Name())
		return
	}
	if operation == nil {
		return
	}
	if folder := "errors/" + string(operation.API); path.Dir(found.ID) != folder {
		k.failure.Mistake("off-spec: %s returns errors of %s, not %q%s%s",
			operation.ID, folder, found.ID, d.fixtures.Nearest(folder+"/"+path.Base(found.ID)), k.meant())
	} else if err := operation.ProveError(string(reply.Document.Body)); err != nil {
		proof{field: k.failure, what: "this error of " + operation.ID, advice: k.meant()}.report(err)
	}
}

func (d *decoder) fixtureReply(k replyFields, reply *Reply, operation *contract.Operation) {
	found, ok := d.template(k.fixture)
	if !ok {
		return
	}
	if strings.HasPrefix(found.ID, "errors/") {
		k.fixture.Mistake("the fixture %q is an error: write %s instead of %s", found.ID, k.failure.Name(), k.fixture.Name())
		return
	}
	var body *tree.Value
	reply.Document, body = found.document(k.with)
	if operation == nil {
		return
	}
	if folders := d.folders(operation); len(folders) > 0 && !slices.Contains(folders, path.Dir(found.ID)) {
		k.fixture.Mistake("off-spec: %s returns fixtures of %s, not %q%s",
			operation.ID, strings.Join(folders, ", "), found.ID, k.meant())
	} else if err := operation.Prove(string(reply.Document.Body)); err != nil {
		proof{field: k.fixture, body: body, file: found.File, what: "this reply of " + operation.ID, advice: k.meant()}.report(err)
	}
}

func statusReply(k replyFields, reply *Reply, operation *contract.Operation) {
	reply.Status = k.status.Whole(200, 599)
	reply.Document.Evidence = openapi.Assumed
	if k.body.Present() {
		reply.Document.Body = k.body.Value().JSON()
	}
	switch {
	case operation == nil || reply.Status == 0:
	case reply.Status != http.StatusOK:
		k.status.Mistake("off-spec: the portal answers every call with status 200, not %d%s", reply.Status, k.meant())
	case !k.body.Present():
		k.status.Mistake("off-spec: %s never answers without a body%s", operation.ID, k.meant())
	default:
		if err := proveEither(operation, k.body.Value()); err != nil {
			proof{field: k.body, body: k.body.Value(), what: "this body of " + operation.ID, advice: k.meant()}.report(err)
		}
	}
}

// proveEither checks a body with an "error" against the operation's errors, and any other body against its success.
func proveEither(operation *contract.Operation, body *tree.Value) error {
	if body.Get("error") != nil {
		return operation.ProveError(string(body.JSON()))
	}
	return operation.Prove(string(body.JSON()))
}

// folders returns the folders that hold a valid reply of the operation.
func (s surroundings) folders(operation *contract.Operation) []string {
	var folders []string
	for _, id := range s.fixtures.IDs() {
		folder := path.Dir(id)
		if strings.HasPrefix(id, "errors/") || len(folders) > 0 && folders[len(folders)-1] == folder {
			continue
		}
		if found, ok := s.fixtures.Get(id); ok && operation.Prove(string(found.Body)) == nil {
			folders = append(folders, folder)
		}
	}
	return folders
}

// readHeaders reads the headers of a reply. The server sets those that frame the message.
func readHeaders(f tree.Field) map[string]string {
	var headers map[string]string
	f.Each(func(name string, at tree.Position, value tree.Field) {
		text := value.Text()
		switch {
		case strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			value.MistakeAt(at, "a header's name must consist of letters, digits, - and _, not %q", name)
		case framing(name):
			value.MistakeAt(at, "the server sets the header %s itself: leave it out", name)
		case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
			value.Mistake("the header %s contains a control character", name)
		}
		if headers == nil {
			headers = map[string]string{}
		}
		headers[name] = text
	})
	return headers
}

func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade":
		return true
	}
	return false
}
