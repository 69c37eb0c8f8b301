package scenarios_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/scenarios"
)

// TestEveryMessageIsHeld finds every fault text in the sources and looks for it in the golden faults, or in the generated ones.
func TestEveryMessageIsHeld(t *testing.T) {
	t.Parallel()
	var held strings.Builder
	for _, a := range archives(t) {
		held.WriteString(a.golden)
	}
	for _, name := range []string{"faults_test.go", "library_test.go"} {
		held.Write(readFile(t, name))
	}
	formats := messages(t)
	delete(formats, scenarios.ErrUnknown.Error()) // a sentinel that nobody sees
	if len(formats) < 60 {
		t.Fatalf("found %d messages only", len(formats))
	}
	verb := regexp.MustCompile(`%[a-z]`)
	for format, at := range formats {
		parts := verb.Split(format, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		if !regexp.MustCompile(strings.Join(parts, ".*")).MatchString(held.String()) {
			t.Errorf("%s: no test holds %q", at, format)
		}
	}
}

// messages returns the literal first arguments of everything that makes a fault, and the Message of every literal one.
func messages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := filepath.Glob("internal/tree/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, path := range append(paths, inner...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(files, path, source, 0)
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

func literals(n ast.Node) []*ast.BasicLit {
	var candidates []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch called := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = called.Sel.Name
		case *ast.Ident:
			name = called.Name
		}
		switch name {
		case "Fault", "FaultAt", "fault", "Sprintf", "wants", "New", "Errorf":
			candidates = n.Args
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
			candidates = []ast.Expr{n.Value}
		}
	case *ast.AssignStmt:
		if target, ok := n.Lhs[0].(*ast.SelectorExpr); ok && target.Sel.Name == "Message" {
			candidates = n.Rhs
		}
	case *ast.ValueSpec:
		candidates = n.Values
	}
	var found []*ast.BasicLit
	for _, candidate := range candidates {
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
