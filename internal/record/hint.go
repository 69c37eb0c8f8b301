package record

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/mock/journal"
)

// hintAt says in words what probably happened to a call where it differs from what is expected; "" if nothing is known.
// See [scenario.Report].
func hintAt(c *journal.Call, path []string, want, got any, beside map[string]any) string {
	switch path[0] {
	case "operation", "violations":
		switch {
		case len(c.Violations) > 0 && (c.Operation == "" || path[0] == "violations"):
			return c.Violations[0].String()
		case c.Operation == "":
			return fmt.Sprintf("no operation has the path %s", tree.Printable(c.Path))
		}
		return ""
	case "member", "outcome", "errorCode":
		if path[0] == "member" && c.Member != "" {
			return ""
		}
		return "the call came, and " + ending(c)
	}
	name := path[len(path)-1]
	if beside != nil {
		return missingHint(name, want, beside)
	}
	wanted, isText := want.(string)
	if sent, ok := got.(string); ok && isText {
		return textHint(name, wanted, sent)
	}
	return ""
}

// ending continues "the call came, and" and "call 1, which" with how it ended.
func ending(c *journal.Call) string {
	switch {
	case c.Outcome == journal.Fault:
		return "met the fault " + c.Fault
	case c.Outcome == journal.OK:
		return "was done"
	case c.Rule != "":
		return fmt.Sprintf("was answered with %d by the rule %q", c.ErrorCode, c.Rule)
	}
	return fmt.Sprintf("was refused with %d%s", c.ErrorCode, refusal(c.Reply))
}

// refusal returns the message of an error envelope, of either API.
func refusal(reply any) string {
	object, _ := reply.(map[string]any)
	if inner, ok := object["error"].(map[string]any); ok {
		object = inner
	}
	text, _ := object["message"].(string)
	if messages, ok := object["messages"].([]any); ok && len(messages) > 0 {
		text, _ = messages[0].(string)
	}
	if text == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", text)
}

// missingHint finds what a name that is missing was sent as, or under which name its value came.
func missingHint(name string, want any, beside map[string]any) string {
	others := slices.Sorted(maps.Keys(beside))
	if other, ok := nearest.Name(name, others); ok {
		return fmt.Sprintf("%s was sent as %s", name, other)
	}
	if want == (scenario.Anything{}) {
		return ""
	}
	for _, other := range others {
		if jsonText(beside[other]) == jsonText(want) {
			return fmt.Sprintf("the value of %s was sent as %s", name, other)
		}
	}
	return ""
}

// textHint says how two texts are alike that are not the same.
func textHint(name, want, got string) string {
	decoded, err := url.QueryUnescape(got)
	switch {
	case err == nil && decoded == want:
		return name + " was encoded twice"
	case strings.TrimSpace(got) == want:
		return name + " was sent with white space around it"
	case strings.EqualFold(want, got):
		return name + " differs in letter case only"
	}
	return ""
}
