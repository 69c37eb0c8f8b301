package report

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Curl returns a command for a POSIX shell that repeats the call: comments, then curl with one argument a line. What
// the journal masks it takes from variables of the environment, which the first comment names: MOCKPORTAL_TOKEN, and
// others after their parameter, as MOCKPORTAL_PASSWORD; root is that of the server. It fails if a value is too long for a
// command line.
func Curl(call journal.Call, root string) (string, error) {
	c := command{dotted: hasDots(call.Path)}
	query, data := in(&call, "query"), in(&call, "form")
	if call.Method != http.MethodPost && !c.dotted {
		query, data = nil, query
	}
	c.method(&call, len(data) > 0)
	c.address(addressOf(root, &call), query)
	c.token(&call)
	for _, p := range data {
		c.data(p)
	}
	c.remark(&call)
	for _, arg := range c.args {
		if len(arg) > maxArgument {
			const what = "call %d cannot be a command: a value has %d bytes, a command line takes about %d"
			return "", fmt.Errorf(what, call.Number, len(arg), maxArgument)
		}
	}
	return strings.Join(c.comments, "") + strings.Join(c.args, " \\\n  ") + "\n", nil
}

// maxArgument is a little less than Linux lets one argument have, quotes and all.
const maxArgument = 128<<10 - 64

// command is a curl command in the making.
type command struct {
	dotted    bool // curl would shorten the path, with --get even if told not to (curl 7.88)
	variables []string
	comments  []string
	args      []string // quoted for the shell
}

// method says GET, POST and HEAD in curl's own words: --request HEAD would wait for a body. Without data a POST needs
// an empty body; all other methods send the data as the query.
func (c *command) method(call *journal.Call, data bool) {
	// Brackets in an address are no pattern.
	words := "curl --globoff"
	switch call.Method {
	case http.MethodGet:
	case http.MethodHead:
		words += " --head"
	case http.MethodPost:
		if !data {
			words += " --data ''"
		}
	default:
		words += " --request " + quote(call.Method)
	}
	if data && call.Method != http.MethodPost {
		words += " --get"
	}
	if c.dotted {
		words += " --path-as-is"
	}
	c.args = append(c.args, words)
}

// hasDots reports whether a path has segments that clients take out of it.
func hasDots(path string) bool {
	path += "/"
	return strings.Contains(path, "/./") || strings.Contains(path, "/../")
}

// address writes the URL.
func (c *command) address(literal string, query []journal.ParamIn) {
	arg, separator := "", "?"
	for _, p := range query {
		literal += separator + url.QueryEscape(p.Name) + "="
		separator = "&"
		if p.Value != mask {
			literal += url.QueryEscape(p.Value)
			continue
		}
		variable := c.variable(p.Name)
		arg, literal = arg+quote(literal)+`"$`+variable+`"`, ""
		c.comment("%s stands in the address as it is: escape in it what is not a letter, a digit or one of -._~", variable)
	}
	if literal != "" {
		arg += quote(literal)
	}
	c.args = append(c.args, arg)
}

// token sends the token in a header or a cookie where the call did.
func (c *command) token(call *journal.Call) {
	for _, p := range in(call, "header") {
		c.args = append(c.args, `--header "`+p.Name+`: Bearer $`+c.variable("token")+`"`)
	}
	for _, p := range in(call, "cookie") {
		c.args = append(c.args, `--cookie "`+p.Name+`=$`+c.variable("token")+`"`)
	}
}

// data sends a parameter. curl escapes what stands behind the first "=", the name must be escaped already.
// Three things it is not given so: an empty name, a zero byte, which no argument can hold, and what no terminal shows.
func (c *command) data(p journal.ParamIn) {
	name := url.QueryEscape(p.Name) + "="
	option := "--data-urlencode "
	if p.Name == "" {
		option = "--data-raw "
	}
	switch {
	case p.Value == mask:
		option += `"` + name + "$" + c.variable(p.Name) + `"`
	case p.Name == "" || strings.ContainsRune(p.Value, 0) || p.Bytes != nil:
		option = "--data-raw " + quote(name+url.QueryEscape(p.Value))
	default:
		option += quote(name + p.Value)
	}
	c.args = append(c.args, option)
}

// remark puts comments before the command: first which variables it reads, then in what it differs from the call.
func (c *command) remark(call *journal.Call) {
	if len(c.variables) > 0 {
		slices.Sort(c.variables)
		set := "# Set " + strings.Join(c.variables, ", ") + " first: the journal does not have secrets.\n"
		c.comments = append([]string{set}, c.comments...)
	}
	for _, p := range slices.Concat(in(call, "query"), in(call, "form")) {
		if p.Value != mask && strings.Contains(p.Value, mask) || strings.Contains(p.Name, mask) {
			c.comment("%q holds *** where the journal masks a secret; put it back by hand.", p.Name)
		}
	}
	if strings.Contains(call.Path, mask) {
		c.comment("The path holds *** where the journal masks a secret; put it back by hand.")
	}
	if call.Status == http.StatusRequestEntityTooLarge {
		c.comment("The body was larger than the portal reads, so the journal does not have it and it is not sent.")
	}
	for _, v := range call.Violations {
		_, known := call.Params[v.Name]
		switch {
		case v.Kind != openapi.Malformed || known:
		case v.In == "header" && strings.HasPrefix(v.Name, "Content-"):
			c.comment("The portal does not read such a body, so it is not sent. The journal has it in paramsIn.")
		case v.In == "header":
		case v.In == "body":
			c.comment("The portal could not read the body, so the journal does not have it and it is not sent.")
		default:
			c.comment("The portal could not read the value of %q, so the journal does not have it and it is not sent.", v.Name)
		}
	}
}

// comment adds a comment; texts in it must be formatted by %q, so that they stay on its line.
func (c *command) comment(format string, args ...any) {
	if line := "# " + fmt.Sprintf(format, args...) + "\n"; !slices.Contains(c.comments, line) {
		c.comments = append(c.comments, line)
	}
}

// variable returns the variable that stands for a masked parameter, and notes that it must be set.
func (c *command) variable(parameter string) string {
	name := "MOCKPORTAL_TOKEN"
	if !isToken(parameter) {
		name = "MOCKPORTAL_" + upperSnake(parameter)
	}
	if !slices.Contains(c.variables, name) {
		c.variables = append(c.variables, name)
	}
	return name
}

// isToken reports whether a masked parameter is the caller's own token. Without a name it can be nothing else.
func isToken(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return slices.Contains([]string{"", "token", "authtoken", "accesstoken"}, plain)
}

// upperSnake writes clientSecret and client_secret as CLIENT_SECRET; what no variable's name can have becomes a "_".
func upperSnake(name string) string {
	var out strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case lower && unicode.IsUpper(r):
			out.WriteByte('_')
		}
		lower = unicode.IsLower(r)
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

// quote writes a text so that a POSIX shell reads it back byte by byte.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
