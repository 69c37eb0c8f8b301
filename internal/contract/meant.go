package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/openapi"
)

// Meant returns the method and the path that a request for an unknown path was probably meant for, such as
// "GET /portaladmin/license/getFutureLicense", and "" if it finds no operation. A path is meant for the operation from whose path it
// differs in one misspelt segment or in a missing last one, else for the operation whose name it ends in: the last segment of its path.
// The name of a licensing operation counts anywhere in the path, also misspelt or with more text behind it. x-probes spares the paths that
// clients ask for by themselves. A path that is too long for Find is meant for no operation.
func (r *Router) Meant(method, path string) string {
	context := r.contextOf(path)
	if len(path) > longestPath || slices.Contains(r.contract.compiled.Probes, strings.TrimPrefix(path, context)) {
		return ""
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	meant := cmp.Or(r.similar(segments), r.named(segments))
	if meant == nil {
		return ""
	}
	if route := (Match{Routes: r.routes[meant.Path]}).Route(method); route != nil {
		meant = route
	}
	return meant.Method + " " + context + meant.Path
}

// named returns the route whose name the segments have; of several the one that shares most of the last segments.
func (r *Router) named(segments []string) *Route {
	var best *Route
	most := 0
	for _, route := range r.contract.Routes() {
		template := strings.Split(route.Path[1:], "/")
		common := commonEnd(segments, template)
		if common == 0 && route.Operation.Kind == openapi.Licensing && isNamed(segments, template[len(template)-1]) {
			common = 1
		}
		if common > most {
			best, most = route, common
		}
	}
	return best
}

// commonEnd counts the last segments that are the same in any letter case.
func commonEnd(segments, template []string) int {
	n := 0
	for n < len(segments) && n < len(template) && strings.EqualFold(segments[len(segments)-1-n], template[len(template)-1-n]) {
		n++
	}
	return n
}

// isNamed reports whether a segment is a name, or begins with it, or is a misspelling of it.
func isNamed(segments []string, name string) bool {
	return slices.ContainsFunc(segments, func(segment string) bool {
		_, near := nearest.Name(segment, []string{name})
		return near || len(segment) > len(name) && strings.EqualFold(segment[:len(name)], name)
	})
}

// similar returns the route whose path is the same but for one misspelt segment, or for the last segment that is missing after a
// parameter. It compares from the first segment of the template on, so that a context before it does not count.
func (r *Router) similar(segments []string) *Route {
	i := slices.IndexFunc(r.contract.Routes(), func(route *Route) bool {
		template := strings.Split(route.Path[1:], "/")
		start := slices.Index(segments, template[0])
		return start >= 0 && len(template) >= 3 && isSimilar(segments[start:], template)
	})
	if i < 0 {
		return nil
	}
	return r.contract.Routes()[i]
}

func isSimilar(segments, template []string) bool {
	wrong := len(template) - len(segments)
	if wrong != 0 && wrong != 1 {
		return false
	}
	for i, segment := range segments {
		if strings.HasPrefix(template[i], "{") || segment == template[i] {
			continue
		}
		if _, near := nearest.Name(segment, template[i:i+1]); !near {
			return false
		}
		wrong++
	}
	return wrong == 1 && (len(segments) == len(template) || strings.Contains(template[len(template)-2], "{"))
}

// contextOf returns the context that a path begins with; "" for none.
func (r *Router) contextOf(path string) string {
	i := slices.IndexFunc(r.contexts, func(context string) bool { return context != "" && strings.HasPrefix(path, context+"/") })
	if i < 0 {
		return ""
	}
	return r.contexts[i]
}
