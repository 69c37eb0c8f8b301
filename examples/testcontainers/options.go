package mockportal

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/testcontainers/testcontainers-go"
)

// packFolder is the folder in the image for packs.
const packFolder = "/pack"

// WithScenario plays a built-in scenario or one of a pack, by its name. The default is trial.
func WithScenario(name string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_SCENARIO": name})
}

// WithScenarioFile copies a scenario file into the container and plays it. The name of the file must end in .yaml.
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

// WithPack copies a pack, a folder with scenarios/ and fixtures/, into the container. Later packs overwrite files.
func WithPack(dir string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		// File by file: testcontainers would keep the name of the folder and give its mode to the files.
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

// packFile is a local file with its name in the pack. Everybody may read it, because the portal is not root.
func packFile(file, name string) testcontainers.ContainerFile {
	return testcontainers.ContainerFile{HostFilePath: file, ContainerFilePath: path.Join(packFolder, name), FileMode: 0o644}
}

// WithStrict refuses unknown and repeated parameters with error 400. Otherwise they are only journaled as violations.
func WithStrict() testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_STRICT": "true"})
}

// WithClock sets the clock: "frozen", "running", "wall", or a time such as "2016-07-22T16:48:37Z" at which it is frozen.
func WithClock(clock string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"MOCKPORTAL_CLOCK": clock})
}
