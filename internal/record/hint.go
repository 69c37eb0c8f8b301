package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// hintAt says in words what probably happened to a call where it differs from what is expected; "" if nothing is known.
// See [scenario.Report].
func hintAt(c *journal.Call, path []string, want, got any, beside map[string]any) string {
	switch path[0] {
	case "operation":
		return strayedHint(c)
	case "member":
		return memberHint(c)
	case "outcome", "errorCode":
		return "the call came, and " + ending(c)
	case "violations":
		if len(c.Violations) == 0 {
			return "the call kept to the contract"
		}
		return c.Violations[0].String()
	}
	name := path[len(path)-1]
	if beside != nil {
		return missingHint(name, want, beside)
	}
	return valueHint(name, want, got)
}

// asked is the operation, or method and path of a call that reached none.
func asked(c *journal.Call) string { return cmp.Or(c.Operation, c.Method+" "+c.Path) }

// strayedHint says where a call went that reached no operation, or another.
func strayedHint(c *journal.Call) string {
	switch {
	case c.Operation == "" && len(c.Violations) > 0:
		return c.Violations[0].String()
	case c.Operation == "":
		return fmt.Sprintf("no operation has the path %s", c.Path)
	}
	return ""
}

func memberHint(c *journal.Call) string {
	switch {
	case c.Member != "":
		return ""
	case c.ErrorCode == 499:
		hint := "the call came without a token"
		if other, ok := nearest.Name("token", slices.Sorted(maps.Keys(c.Params))); ok {
			hint += ", which was sent as " + other
		}
		return hint
	case c.ErrorCode == 498:
		return "the token of the call was refused with 498"
	}
	return "the call came from nobody"
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

// valueHint says how two values are alike that are not the same.
func valueHint(name string, want, got any) string {
	wanted, isText := want.(string)
	sent, sentText := got.(string)
	switch {
	case isText && sentText:
		return textHint(name, wanted, sent)
	case sentText && sent == plain(want):
		return fmt.Sprintf("%s was sent as the text %q, not as %s", name, sent, kindOf(want))
	case isText && wanted == plain(got):
		return fmt.Sprintf("%s was sent as %s, not as a text", name, kindOf(got))
	case sentText && kindOf(want) == "an object":
		return fmt.Sprintf("%s was sent as a text that is no JSON object", name)
	}
	return ""
}

func textHint(name, want, got string) string {
	if decoded, err := url.QueryUnescape(got); err == nil && decoded == want {
		return name + " was encoded twice"
	}
	switch {
	case strings.TrimSpace(got) == want:
		return name + " was sent with white space around it"
	case strings.EqualFold(want, got):
		return name + " differs in letter case only"
	case len(want) < 8 || len(want) > longest || len(got) > longest:
		return "" // short ones are alike by chance, and long ones would take long to compare
	}
	switch far := nearest.Distance(want, got); {
	case far == 1:
		return name + " differs in one letter"
	case far <= 3:
		return fmt.Sprintf("%s differs in %d letters", name, far)
	}
	return ""
}

// plain writes a number or a literal as a text would have it; nothing of all else.
func plain(value any) string {
	switch value.(type) {
	case json.Number, float64, bool:
		return jsonText(value)
	}
	return ""
}

func kindOf(value any) string {
	switch value.(type) {
	case bool:
		return "a literal"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	return "a number"
}
