package scenario_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryMessageIsTested finds every message in the sources and looks for it in the golden mistakes and the tests.
func TestEveryMessageIsTested(t *testing.T) {
	t.Parallel()
	var tested strings.Builder
	for _, a := range archives(t) {
		tested.WriteString(a.golden)
	}
	for _, name := range []string{"mistakes_test.go", "library_test.go", "parts_test.go"} {
		tested.Write(readFile(t, name))
	}
	formats := messages(t)
	if len(formats) < 60 {
		t.Fatalf("found %d messages only", len(formats))
	}
	verb := regexp.MustCompile(`%[+]?[a-z]`)
	for format, at := range formats {
		parts := verb.Split(format, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		if !regexp.MustCompile(strings.Join(parts, ".*")).MatchString(tested.String()) {
			t.Errorf("%s: no test has the message %q", at, format)
		}
	}
}

// messages returns the position of each message in the sources: the literal arguments of the functions that record a mistake, and
// the literal values of Message.
func messages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, path := range sources(t) {
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, path, readFile(t, path), 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			for _, literal := range literals(n) {
				if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(text, " ") {
					found[text] = files.Position(literal.Pos()).String()
				}
			}
			return true
		})
	}
	return found
}

// sources returns the paths of the Go files that are not tests.
func sources(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.go", "../tree/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, paths...)
	}
	return slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
}

// literals returns the strings of a node that may be messages. Calls inside the node are nodes of their own.
func literals(n ast.Node) []*ast.BasicLit {
	var found []*ast.BasicLit
	for _, candidate := range candidates(n) {
		ast.Inspect(candidate, func(inner ast.Node) bool {
			if _, call := inner.(*ast.CallExpr); call {
				return false
			}
			if literal, ok := inner.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				found = append(found, literal)
			}
			return true
		})
	}
	return found
}

// candidates returns the expressions of a node that may be a message.
func candidates(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		switch nameOf(n.Fun) {
		case "Mistake", "MistakeAt", "mistake", "Sprintf", "wants", "New", "Errorf":
			return n.Args
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
			return []ast.Expr{n.Value}
		}
	case *ast.AssignStmt:
		if strings.EqualFold(nameOf(n.Lhs[0]), "message") {
			return n.Rhs
		}
	case *ast.ValueSpec:
		return n.Values
	}
	return nil
}

// nameOf returns the name of a function or a variable, or "".
func nameOf(named ast.Expr) string {
	switch named := named.(type) {
	case *ast.SelectorExpr:
		return named.Sel.Name
	case *ast.Ident:
		return named.Name
	}
	return ""
}
