package cli_test

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/mockportal/mockportal/internal/cli"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	want := execute(t, nil, "version")
	if want.code != 0 || want.out == "" || want.err != "" {
		t.Errorf("version: %+v", want)
	}
	for _, flag := range []string{"--version", "-v"} {
		if got := execute(t, nil, flag); got != want {
			t.Errorf("%s: %+v, want %+v", flag, got, want)
		}
	}
}

func TestVersionOf(t *testing.T) {
	t.Parallel()
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-11-27T05:12:00Z"}}
	suffix := runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	for name, row := range map[string]struct {
		set      string
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		"nothing known":          {"", "", nil, "(devel) (commit unknown, "},
		"go build without .git":  {"", "(devel)", nil, "(devel) (commit unknown, "},
		"go build in a checkout": {"", "v0.0.0-20261127", commit, "v0.0.0-20261127 (commit 0123456789ab of 2026-11-27T05:12:00Z, "},
		"a modified checkout": {
			"", "v0.1.0+dirty", append(commit[:2:2], debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
			"v0.1.0+dirty (commit 0123456789ab of 2026-11-27T05:12:00Z, modified, ",
		},
		"a commit without a time": {"", "v0.1.0", commit[:1], "v0.1.0 (commit 0123456789ab of an unknown time, "},
		"go install of a version": {"", "v1.2.3", nil, "v1.2.3 ("},
		"an image":                {"v1.2.3-ci", "(devel)", nil, "v1.2.3-ci ("},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: row.version}, Settings: row.settings}
		if got := cli.VersionOf(row.set, info); got != row.want+suffix {
			t.Errorf("%s: %s", name, got)
		}
	}
}
