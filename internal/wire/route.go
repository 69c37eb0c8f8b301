package wire

import (
	"regexp"

	"github.com/mockportal/mockportal/internal/contract"
)

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// Template writes a path of a contract as gorilla/mux takes it: a parameter is one segment, or several where the contract says so.
func Template(route *contract.Route) string {
	return pathParameter.ReplaceAllStringFunc(route.Path, func(variable string) string {
		name := variable[1 : len(variable)-1]
		for i := range route.Parameters {
			if p := &route.Parameters[i]; p.Name == name && p.MultiPart {
				return "{" + name + ":.+}"
			}
		}
		return "{" + name + ":[^/]+}"
	})
}
