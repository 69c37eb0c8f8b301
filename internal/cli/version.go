package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when an image or an archive is built.
var version string

type versionCmd struct{}

// Run prints the version of the program and of Go.
func (versionCmd) Run(std streams) error {
	_, err := fmt.Fprintf(std.out, "mockportal %s (%s, %s/%s)\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
