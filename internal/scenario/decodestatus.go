package scenario

import (
	"net/http"
	"path"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario/tree"
	"github.com/mockportal/mockportal/openapi"
)

func statusReply(k replyFields, reply *Reply, operation *contract.Operation) {
	reply.Kind = StatusReply
	reply.Status = k.status.Whole(200, 599)
	reply.Document.Evidence = openapi.Assumed
	if k.body.Present() {
		reply.Document.Body = k.body.Value().JSON()
	}
	switch {
	case operation == nil || reply.Status == 0:
	case reply.Status != http.StatusOK:
		k.status.Mistake("off-spec: the portal answers every call with status 200, not %d%s", reply.Status, meant)
	case !k.body.Present():
		k.status.Mistake("off-spec: %s never answers without a body%s", operation.ID, meant)
	default:
		if err := proveEither(operation, k.body.Value()); err != nil {
			proof{field: k.body, body: k.body.Value(), what: "this body of " + operation.ID, advice: meant}.report(err)
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
