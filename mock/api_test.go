package mock_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// functions returns the functions and methods of the package by their names, such as Sandbox.Token.
func functions(t *testing.T) map[string]*ast.FuncDecl {
	t.Helper()
	found := map[string]*ast.FuncDecl{}
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				found[nameOf(f)] = f
			}
		}
	}
	return found
}

func nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	if pointer, ok := receiver.(*ast.StarExpr); ok {
		receiver = pointer.X
	}
	return receiver.(*ast.Ident).Name + "." + f.Name.Name
}

// mayFail reduces functions to those that fail a test, by themselves or by calling another one of them. Those of a Portal never do, and
// the cleanups that watch adds have no caller to show.
func mayFail(all map[string]*ast.FuncDecl) map[string]*ast.FuncDecl {
	found := map[string]*ast.FuncDecl{}
	failing := []string{"Errorf", "Fatalf"}
	for before := -1; before < len(found); {
		before = len(found)
		for name, f := range all {
			isFailing := func(called string) bool { return slices.Contains(failing, called) }
			if found[name] == nil && slices.ContainsFunc(calledBy(f), isFailing) && !strings.HasPrefix(name, "Portal.") && name != "Sandbox.watch" {
				found[name], failing = f, append(failing, f.Name.Name)
			}
		}
	}
	return found
}

// calledBy returns the names of the functions and methods that a function calls, in order.
func calledBy(f *ast.FuncDecl) (names []string) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if selector, ok := call.Fun.(*ast.SelectorExpr); ok && !isFmt(selector.X) {
				names = append(names, selector.Sel.Name)
			}
		}
		return true
	})
	return names
}

// isFmt reports whether an expression is the package fmt, whose Errorf fails no test.
func isFmt(x ast.Expr) bool {
	ident, ok := x.(*ast.Ident)
	return ok && ident.Name == "fmt"
}

// TestHelpers proves that every function which may fail a test begins with Helper(), so that the failure shows the line of the test, and
// that TestFailuresShowTheCaller calls every exported one of them.
func TestHelpers(t *testing.T) {
	t.Parallel()
	var exported []string
	for name, f := range mayFail(functions(t)) {
		if calls := calledBy(&ast.FuncDecl{Body: &ast.BlockStmt{List: f.Body.List[:1]}}); len(calls) == 0 || calls[len(calls)-1] != "Helper" {
			t.Errorf("%s may fail a test, and does not begin with Helper()", name)
		}
		if f.Name.IsExported() {
			exported = append(exported, name)
		}
	}
	var proven []string
	for name := range failingCalls() {
		proven = append(proven, name)
	}
	slices.Sort(exported)
	slices.Sort(proven)
	diff(t, "exported functions that may fail a test", proven, exported)
}

// failingCalls calls each exported function that may fail a test, so that it does.
func failingCalls() map[string]func(tb mock.TB, s *mock.Server) {
	return map[string]func(tb mock.TB, s *mock.Server){
		"NewServer":         func(tb mock.TB, _ *mock.Server) { mock.NewServer(tb, mock.WithScenario("trail")) },
		"Server.Sandbox":    func(tb mock.TB, s *mock.Server) { s.Sandbox(tb, "trail") },
		"Sandbox.Token":     func(_ mock.TB, s *mock.Server) { s.Token("nobody") },
		"Sandbox.Password":  func(_ mock.TB, s *mock.Server) { s.Password("nobody") },
		"Sandbox.Calls":     func(_ mock.TB, s *mock.Server) { s.Calls("nothing") },
		"Sandbox.Await":     func(_ mock.TB, s *mock.Server) { s.Await(nil, "nothing", 1) }, //nolint:staticcheck // it does not come to waiting
		"Sandbox.AddRules":  func(_ mock.TB, s *mock.Server) { s.AddRules("{}") },
		"Sandbox.Play":      func(_ mock.TB, s *mock.Server) { s.Play("trail") },
		"Sandbox.Reset":     nil, // what could be begun can be begun again
		"Sandbox.Verify":    func(tb mock.TB, s *mock.Server) { s.Verify(tb, mock.Expect("").Exactly(1)) },
		"Sandbox.VerifyAll": func(tb mock.TB, s *mock.Server) { s.VerifyAll(tb, mock.Expectations{}) },
		"Clock.Advance":     func(_ mock.TB, s *mock.Server) { s.Clock().Advance(-1) },
		"Clock.AdvanceTo":   func(_ mock.TB, s *mock.Server) { s.Clock().AdvanceTo(time.Time{}) },
		"Clock.SetMode":     func(_ mock.TB, s *mock.Server) { s.Clock().SetMode("frosen") },
	}
}

// locating is a test that notes where it failed, as testing.T does: outside of the functions that have called Helper.
type locating struct {
	tester

	helpers []string
	place   string
}

// callers returns the frames of whoever calls Helper, Errorf or Fatalf, the innermost first.
func callers() *runtime.Frames {
	pc := make([]uintptr, 20)
	return runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
}

func (l *locating) Helper() {
	frame, _ := callers().Next()
	l.helpers = append(l.helpers, frame.Function)
}

func (l *locating) Errorf(string, ...any) { l.locate(callers()) }
func (l *locating) Fatalf(string, ...any) { l.locate(callers()) }

func (l *locating) locate(frames *runtime.Frames) {
	for frame, more := frames.Next(); ; frame, more = frames.Next() {
		if !slices.Contains(l.helpers, frame.Function) || !more {
			l.place = filepath.Base(frame.File)
			return
		}
	}
}

// TestFailuresShowTheCaller proves that whatever fails a test is reported at the line of the test that called it.
func TestFailuresShowTheCaller(t *testing.T) {
	t.Parallel()
	for name, fail := range failingCalls() {
		if fail == nil {
			continue
		}
		test := &locating{}
		s := mock.NewServer(test)
		fail(test, s)
		diff(t, name, "api_test.go", test.place)
		test.end()
	}
}
