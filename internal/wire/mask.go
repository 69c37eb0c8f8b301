package wire

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/openapi"
)

// Mask is what is shown in place of a secret.
const Mask = secret.Mask

// Hider masks what it knows to be secret in a text.
type Hider interface{ Hide(text string) string }

// Masks takes secrets out of what is shown. They are found in two ways: by the name that they stand under, and by their text where it is
// known. The zero Masks goes by names alone.
type Masks struct {
	World  Hider  // the secrets of a sandbox, or of all; nil: none
	Server Hider  // those of the server; nil: none
	Token  string // of the caller; a short one, or a word of the contract, is left to its name
}

// Hide masks the secrets that are known, and nothing else.
func (m Masks) Hide(text string) string {
	if m.World != nil {
		text = m.World.Hide(text)
	}
	if m.Server != nil {
		text = m.Server.Hide(text)
	}
	if m.mayHold(text) {
		text = secret.NewKnown(m.Token).Hide(text)
	}
	return text
}

// mayHold reports whether the caller's token may stand in a text; nearly always it cannot, and that is quickly said.
func (m Masks) mayHold(text string) bool {
	return len(m.Token) >= secret.MinLength && len(text) >= len(m.Token) &&
		(strings.Contains(text, m.Token) || secret.MayBeEscaped(text)) && !contractWords()[m.Token]
}

// Text masks the secrets that are known, and what the text itself gives to a secret's name: by an assignment, or in a path as the segment
// behind it.
func (m Masks) Text(text string) string { return maskSegments(secret.InText(m.Hide(text))) }

// maskSegments masks the segment behind one that is a secret's name, unless the contract has that segment too.
func maskSegments(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	segments := strings.Split(text, "/")
	for i := 1; i < len(segments); i++ {
		name := segments[i-1]
		if is, _ := secret.IsName(name[strings.LastIndexAny(name, " \"'=")+1:]); !is {
			continue
		}
		end := strings.IndexAny(segments[i], " ?#&;,\"'\\")
		if end < 0 {
			end = len(segments[i])
		}
		if segment := segments[i][:end]; segment != "" && !contractWords()[segment] {
			segments[i] = Mask + segments[i][end:]
		}
	}
	return strings.Join(segments, "/")
}

// contractWords are the names of both contracts.
var contractWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, contract := range []*contract.Contract{contract.BuiltIn(), contract.Control()} {
		for _, word := range contract.Words() {
			words[word] = true
		}
	}
	return words
})

// JSON masks the known values in a JSON text. Where it masks any, it masks what stands under secret names too, as Value does.
func (m Masks) JSON(text string) string {
	hidden := m.Hide(text)
	var value any
	if hidden == text || json.Unmarshal([]byte(text), &value) != nil {
		return hidden
	}
	masked, _ := json.Marshal(m.Value(value)) // what was JSON is JSON
	return string(masked)
}

// Value returns a copy of a decoded JSON value in which secrets are masked. Booleans and null tell nothing and stay.
func (m Masks) Value(value any) any {
	switch v := value.(type) {
	case string:
		return m.Text(v)
	case float64:
		if text := strconv.FormatFloat(v, 'f', -1, 64); m.Hide(text) == Mask {
			return Mask
		}
	case []any:
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = m.Value(inner)
		}
		return masked
	case map[string]any:
		masked := make(map[string]any, len(v))
		for name, inner := range v {
			masked[m.Text(name)] = m.Under(name, inner)
		}
		return masked
	}
	return value
}

// small is what a number under a secret's name is that tells nothing, such as how many there are.
const small = 1000

// Under returns Value for a value that stands under a name. Under a name that is only close to a secret's, objects and numbers stay, and
// objects are looked into.
func (m Masks) Under(name string, value any) any {
	is, exact := secret.IsName(name)
	if !is {
		return m.Value(value)
	}
	switch v := value.(type) {
	case string:
		if v != "" {
			return Mask
		}
	case float64:
		if (v >= small || v <= -small) && secret.IsNumber(name) {
			return Mask
		}
	case map[string]any:
		if exact {
			return Mask
		}
	case []any:
		if exact {
			return Mask
		}
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = m.Under(name, inner)
		}
		return masked
	}
	return m.Value(value)
}

// SecretsIn returns the texts that stand under a secret's name anywhere in a JSON text; nothing when it is none.
func SecretsIn(body []byte) []string {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil
	}
	return secretsIn(value, false)
}

func secretsIn(value any, under bool) (all []string) {
	switch v := value.(type) {
	case string:
		if under && !contractWords()[v] {
			all = append(all, v)
		}
	case []any:
		for _, inner := range v {
			all = append(all, secretsIn(inner, under)...)
		}
	case map[string]any:
		for name, inner := range v {
			is, _ := secret.IsName(name)
			all = append(all, secretsIn(inner, under || is)...)
		}
	}
	return all
}

// Violations masks violations in place: they quote names, and a name may be anything.
func (m Masks) Violations(violations []openapi.Violation) {
	for i := range violations {
		v := &violations[i]
		for _, text := range []*string{&v.Name, &v.Pointer, &v.Message, &v.Hint, &v.Allowed} {
			*text = m.Text(*text)
		}
	}
}
