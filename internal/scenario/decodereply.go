package scenario

import (
	"path"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// meant is what every fault about a reply that the contract does not allow ends with.
const meant = "; say offSpec: true if that is meant"

// replyFields are the keys of a reply as they stand there.
type replyFields struct {
	failure, fixture, with, status, headers, body, offSpec tree.Field
}

func (d *decoder) reply(f tree.Field, when Matcher) *Reply {
	o := f.Object()
	k := replyFields{
		failure: o.Key("error"), fixture: o.Key("fixture"), with: o.Key("with"), status: o.Key("status"),
		headers: o.Key("headers"), body: o.Key("body"), offSpec: o.Key("offSpec"),
	}
	o.Close()
	k.with.Each(func(string, tree.Position, tree.Field) {})
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

// oneKind checks which keys stand together.
func (k replyFields) oneKind(f tree.Field) bool {
	kinds := 0
	for _, kind := range []tree.Field{k.failure, k.fixture, k.status} {
		if kind.Present() {
			kinds++
		}
	}
	if kinds != 1 {
		f.Mistake("reply needs exactly one of error, fixture and status")
		return false
	}
	if k.with.Present() && !k.fixture.Present() {
		k.with.Mistake("with belongs to fixture")
	}
	for _, part := range []tree.Field{k.headers, k.body} {
		if part.Present() && !k.status.Present() {
			part.Mistake("%s belongs to status", part.Name())
		}
	}
	return true
}

// provable returns the operation that the reply is checked against, nil with a fault when none is named.
func (d *decoder) provable(f tree.Field, when Matcher) *contract.Operation {
	operation, ok := d.contract.Operation(when.Operation)
	if !ok {
		f.Mistake("a reply can be checked only against an operation: name one in when, or say offSpec: true")
	}
	return operation
}

func (d *decoder) errorReply(k replyFields, reply *Reply, operation *contract.Operation) {
	reply.Kind = ErrorReply
	fixture, ok := d.fixture(k.failure)
	if !ok {
		return
	}
	body, _ := tree.Parse(fixture.File, fixture.Body)
	if body == nil {
		return // a fault of the fixture, reported with it
	}
	reply.Document = Document{Fixture: fixture.ID, Body: body.JSON(), Evidence: fixture.Evidence.Level}
	if !strings.HasPrefix(fixture.ID, "errors/") {
		k.failure.Mistake("the fixture %q is not an error: name it as fixture", fixture.ID)
		return
	}
	if operation == nil {
		return
	}
	if folder := "errors/" + string(operation.API); path.Dir(fixture.ID) != folder {
		k.failure.Mistake("off-spec: %s answers errors of %s, not %q%s%s",
			operation.ID, folder, fixture.ID, d.fixtures.Nearest(folder+"/"+path.Base(fixture.ID)), meant)
	} else if err := operation.ProveError(string(fixture.Body)); err != nil {
		proof{field: k.failure, what: "this error of " + operation.ID, advice: meant}.report(err)
	}
}

func (d *decoder) fixtureReply(k replyFields, reply *Reply, operation *contract.Operation) {
	reply.Kind = FixtureReply
	fixture, ok := d.fixture(k.fixture)
	if !ok {
		return
	}
	if strings.HasPrefix(fixture.ID, "errors/") {
		k.fixture.Mistake("the fixture %q is an error: name it as error", fixture.ID)
		return
	}
	body, _ := tree.Parse(fixture.File, fixture.Body)
	if body == nil {
		return // a fault of the fixture, reported with it
	}
	if k.with.Is(tree.Object) {
		body = tree.Merge(body, k.with.Value())
	}
	reply.Document = Document{Fixture: fixture.ID, Body: body.JSON(), Evidence: evidence(fixture, k.with)}
	if operation == nil {
		return
	}
	if folders := d.folders(operation); len(folders) > 0 && !slices.Contains(folders, path.Dir(fixture.ID)) {
		k.fixture.Mistake("off-spec: %s answers fixtures of %s, not %q%s",
			operation.ID, strings.Join(folders, ", "), fixture.ID, meant)
	} else if err := operation.Prove(string(reply.Document.Body)); err != nil {
		proof{field: k.fixture, body: body, file: fixture.File, what: "this answer of " + operation.ID, advice: meant}.report(err)
	}
}
