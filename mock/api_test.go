package mock_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// sources returns the files of the package.
func sources(t *testing.T) (files *token.FileSet, parsed []*ast.File) {
	t.Helper()
	files = token.NewFileSet()
	names, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution|parser.ParseComments)
		must(t, err)
		parsed = append(parsed, file)
	}
	return files, parsed
}

// listedBelow returns what go doc lists under each type: its methods, and the fields of a struct.
func listedBelow(t *testing.T) map[string][]string {
	t.Helper()
	files, parsed := sources(t)
	listed, err := doc.NewFromFiles(files, parsed, "github.com/mockportal/mockportal/mock")
	must(t, err)
	found := map[string][]string{}
	for _, typed := range listed.Types {
		for _, method := range typed.Methods {
			found[typed.Name] = append(found[typed.Name], method.Name)
		}
		structure, ok := typed.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range structure.Fields.List {
			for _, name := range field.Names {
				found[typed.Name] = append(found[typed.Name], name.Name)
			}
		}
	}
	return found
}

// usable returns the exported methods and fields of a type, those of embedded types too.
func usable(typed reflect.Type) (names []string) {
	for method := range reflect.PointerTo(typed).NumMethod() {
		names = append(names, reflect.PointerTo(typed).Method(method).Name)
	}
	for _, field := range reflect.VisibleFields(typed) {
		names = append(names, field.Name)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !token.IsExported(name) })
}

// TestGoDocFindsEverything proves that go doc lists every method and field that a user can call or read under the type that he holds.
func TestGoDocFindsEverything(t *testing.T) {
	t.Parallel()
	found := listedBelow(t)
	inTests := []string{"Server.ServeHTTP", "Portal.Clock", "Portal.Journal"} // of export_test.go
	for _, typed := range []reflect.Type{
		reflect.TypeFor[mock.Server](), reflect.TypeFor[mock.Sandbox](), reflect.TypeFor[mock.Portal](), reflect.TypeFor[mock.Clock](),
		reflect.TypeFor[mock.Coverage](), reflect.TypeFor[mock.Expectation](), reflect.TypeFor[mock.Expectations](),
		reflect.TypeFor[mock.Rule](), reflect.TypeFor[mock.When](), reflect.TypeFor[mock.Reply](), reflect.TypeFor[mock.Fault](),
	} {
		for _, name := range usable(typed) {
			full := typed.Name() + "." + name
			if !slices.Contains(found[typed.Name()], name) && !slices.Contains(inTests, full) {
				t.Errorf("go doc ./mock %s finds nothing", full)
			}
		}
	}
}

// functions returns the functions and methods of the package by their names, such as common.Token.
func functions(t *testing.T) map[string]*ast.FuncDecl {
	t.Helper()
	found := map[string]*ast.FuncDecl{}
	_, parsed := sources(t)
	for _, file := range parsed {
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

// reporting reduces functions to those that fail a test or log to it, by themselves or through another one of them. Those of a Portal never
// do.
func reporting(all map[string]*ast.FuncDecl) map[string]*ast.FuncDecl {
	found := map[string]*ast.FuncDecl{}
	names := []string{"Errorf", "Fatalf", "Logf"}
	for before := -1; before < len(found); {
		before = len(found)
		for name, f := range all {
			reports := func(used string) bool { return slices.Contains(names, used) }
			if found[name] == nil && slices.ContainsFunc(usedBy(f.Body), reports) && !strings.HasPrefix(name, "Portal.") {
				found[name], names = f, append(names, f.Name.Name)
			}
		}
	}
	return found
}

// usedBy returns the names of the functions and methods that are called or handed on in a node, in order.
func usedBy(node ast.Node) (names []string) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.SelectorExpr:
			if !isFmt(x.X) {
				names = append(names, x.Sel.Name)
			}
		case *ast.CallExpr:
			if ident, ok := x.Fun.(*ast.Ident); ok {
				names = append(names, ident.Name)
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

// TestHelpers proves that every function which may report to a test begins with Helper(), so that the report shows the line of the test,
// and that TestFailuresShowTheCaller calls every exported one of them.
func TestHelpers(t *testing.T) {
	t.Parallel()
	var exported []string
	for name, f := range reporting(functions(t)) {
		if used := usedBy(f.Body.List[0]); len(used) == 0 || used[0] != "Helper" {
			t.Errorf("%s may report to a test, and does not begin with Helper()", name)
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
		"NewServer":        func(tb mock.TB, _ *mock.Server) { mock.NewServer(tb, mock.WithScenario("trail")) },
		"Server.Sandbox":   func(tb mock.TB, s *mock.Server) { s.Sandbox(tb, "trail") },
		"common.Token":     func(_ mock.TB, s *mock.Server) { s.Token("nobody") },
		"common.Password":  func(_ mock.TB, s *mock.Server) { s.Password("nobody") },
		"common.Calls":     func(_ mock.TB, s *mock.Server) { s.Calls("nothing") },
		"common.Await":     func(_ mock.TB, s *mock.Server) { s.Await(nil, "nothing", 1) }, //nolint:staticcheck // it does not come to waiting
		"common.AddRule":   func(_ mock.TB, s *mock.Server) { s.AddRule(mock.Rule{}) },
		"common.AddRules":  func(_ mock.TB, s *mock.Server) { s.AddRules("{}") },
		"common.Play":      func(_ mock.TB, s *mock.Server) { s.Play("trail") },
		"common.Reset":     nil, // what could be begun can be begun again
		"common.Verify":    func(tb mock.TB, s *mock.Server) { s.Verify(tb, mock.Expect("").Exactly(1)) },
		"common.VerifyAll": func(tb mock.TB, s *mock.Server) { s.VerifyAll(tb, mock.Expectations{}) },
		"Clock.Advance":    func(_ mock.TB, s *mock.Server) { s.Clock().Advance(-1) },
		"Clock.AdvanceTo":  func(_ mock.TB, s *mock.Server) { s.Clock().AdvanceTo(time.Time{}) },
		"Clock.SetMode":    func(_ mock.TB, s *mock.Server) { s.Clock().SetMode("frosen") },
	}
}

// locating is a test that notes where it was reported to, as testing.T does: outside of the functions that have called Helper, and where
// a cleanup was added if the cleanup reports.
type locating struct {
	tester

	helpers []string
	adding  *runtime.Frames // of the cleanup that runs
	places  []string
}

// callers returns the frames of whoever calls Helper, Errorf, Fatalf, Logf or Cleanup, the innermost first.
func callers() *runtime.Frames {
	pc := make([]uintptr, 20)
	return runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
}

func (l *locating) Helper() {
	frame, _ := callers().Next()
	l.helpers = append(l.helpers, frame.Function)
}

func (l *locating) Errorf(format string, args ...any) {
	l.locate(callers())
	l.tester.Errorf(format, args...)
}

func (l *locating) Fatalf(string, ...any) { l.locate(callers()) }
func (l *locating) Logf(string, ...any)   { l.locate(callers()) }

func (l *locating) Cleanup(f func()) {
	adding := callers()
	l.tester.Cleanup(func() {
		l.adding = adding
		f()
	})
}

func (l *locating) locate(frames *runtime.Frames) {
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		switch {
		case strings.Contains(frame.Function, "(*locating).Cleanup"):
			frames = l.adding
		case !slices.Contains(l.helpers, frame.Function):
			l.places = append(l.places, filepath.Base(frame.File))
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
		diff(t, name, []string{"api_test.go"}, test.places)
		test.end()
	}
}

// TestTheEndShowsTheMaker proves that what the end of a test finds out is reported at the line that made the server or the sandbox: first
// unmet expectations and violations, then the journal.
func TestTheEndShowsTheMaker(t *testing.T) {
	t.Parallel()
	test := &locating{}
	s := mock.NewServer(test, expecting, mock.CheckExpectations())
	s.Sandbox(test, "", expecting, mock.CheckExpectations())
	ask(t, s, license().with("verbose", "1"))
	ask(t, s, license())
	diff(t, "failures", 3, len(test.end()))
	diff(t, "places", slices.Repeat([]string{"api_test.go"}, 5), test.places)
}
