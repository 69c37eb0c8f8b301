package cli

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set by the build of the image, which has no .git; otherwise the build info has the version.
var version string

type versionCmd struct{}

// Run prints the version and the commit of the program, and the version of Go.
func (versionCmd) Run(p Process) error {
	p.say("mockportal " + versionOf(version, buildInfo()))
	return nil
}

// programVersion is the version alone.
func programVersion() string { return cmp.Or(version, buildInfo().Main.Version, "(devel)") }

func buildInfo() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return &debug.BuildInfo{}
}

// versionOf writes a version such as "v1.2.3 (commit 0a1b2c3d4e5f of 2026-11-27T05:12:00Z, modified, go1.26.8, linux/amd64)".
func versionOf(set string, info *debug.BuildInfo) string {
	vcs := map[string]string{}
	for _, s := range info.Settings {
		vcs[s.Key] = s.Value
	}
	var details []string
	switch commit := vcs["vcs.revision"]; {
	case commit != "":
		details = append(details, "commit "+commit[:min(12, len(commit))]+" of "+cmp.Or(vcs["vcs.time"], "an unknown time"))
		if vcs["vcs.modified"] == "true" {
			details = append(details, "modified")
		}
	case set == "" && cmp.Or(info.Main.Version, "(devel)") == "(devel)":
		details = append(details, "commit unknown")
	}
	details = append(details, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return cmp.Or(set, info.Main.Version, "(devel)") + " (" + strings.Join(details, ", ") + ")"
}
