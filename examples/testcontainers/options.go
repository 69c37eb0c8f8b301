package mockportal

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/testcontainers/testcontainers-go"
)

// packFolder is the folder of the image that a pack is read from.
const packFolder = "/pack"

// WithScenario plays the scenario of this name, built in or of a pack. The default is trial.
func WithScenario(name string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_SCENARIO": name})
}

// WithScenarioFile copies a scenario file into the container and plays it. Its name is that of the file, which ends in .yaml.
func WithScenarioFile(file string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		name, ok := strings.CutSuffix(filepath.Base(file), ".yaml")
		if !ok {
			return fmt.Errorf("scenario file %q: the name must end in .yaml", file)
		}
		if err := testcontainers.WithFiles(packFile(file, path.Join("scenarios", name+".yaml")))(req); err != nil {
			return err
		}
		return WithScenario(name)(req)
	}
}

// WithPack copies a pack, a folder with scenarios/ and fixtures/, into the container. Of files of the same name in several packs the last is taken.
func WithPack(dir string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		// File by file: a folder that testcontainers copies keeps its own name, and gives its mode to the files in it.
		return filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return fmt.Errorf("pack: %w", err)
			}
			if entry.IsDir() {
				return nil
			}
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return fmt.Errorf("pack: %w", err)
			}
			return testcontainers.WithFiles(packFile(file, filepath.ToSlash(name)))(req)
		})
	}
}

// packFile is a file of this machine by its name in the pack, where everybody may read it: the portal is not root.
func packFile(file, name string) testcontainers.ContainerFile {
	return testcontainers.ContainerFile{HostFilePath: file, ContainerFilePath: path.Join(packFolder, name), FileMode: 0o644}
}

// WithStrict refuses unknown and repeated parameters with the portal's 400, which are answered and journaled as violations otherwise.
func WithStrict() testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_STRICT": "true"})
}

// WithClock sets the clock: "frozen", "running", "wall", or a time such as "2016-07-22T16:48:37Z" at which it stands still.
func WithClock(clock string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_CLOCK": clock})
}
