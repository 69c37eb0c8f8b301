package tree

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Folder is a folder of documents.
type Folder struct {
	FS    fs.FS
	Root  string // the path in FS
	Shown string // the path as the user would write it, for mistakes
}

// Name returns a name in the form in which names of scenarios and fixtures are compared: Unicode NFC. macOS writes file names in
// NFD, which looks the same. What has such names keeps them in this form, and looks them up in it.
func Name(name string) string { return norm.NFC.String(name) }

// OneName returns the mistake of two texts that have the same [Name]. It escapes them, because they look the same.
func OneName(a, b string) string {
	return fmt.Sprintf("%+q and %+q are one name: names are compared in Unicode NFC", a, b)
}

// Each calls read for each file whose path in the folder ends in ext, at any depth: with the [Name] of the path without ext, and the
// position of the file. It calls refuse for each other file. What refuse returns is a mistake in that file, unless it is empty. An
// ending in other letters, or .yml for .yaml, is a mistake too, and so are two files of one name, what is no regular file, and a link to a
// folder. Each skips hidden files; a folder that does not exist has no files.
func (f Folder) Each(ext string, read func(name string, file Position, source []byte), refuse func(name string) string) Mistakes {
	var mistakes Mistakes
	files := map[string]string{} // by Name
	_ = fs.WalkDir(f.FS, f.Root, func(full string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(strings.TrimPrefix(full, f.Root), "/")
		message := ""
		switch hidden := name != "" && strings.HasPrefix(path.Base(name), "."); {
		case name == "" && errors.Is(err, fs.ErrNotExist):
		case err != nil:
			message = readable(err).Error()
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
		case name == "":
			message = "must be a folder"
		case f.regular(name) != nil:
			message = f.regular(name).Error()
		case !strings.HasSuffix(name, ext):
			message = cmp.Or(Misnamed(name, ext), refuse(name))
		case files[Name(name)] != "":
			message = OneName(files[Name(name)], name)
		default:
			files[Name(name)] = name
			if source, err := f.Read(name); err != nil {
				message = err.Error()
			} else {
				read(Name(strings.TrimSuffix(name, ext)), f.At(name), source)
			}
		}
		if message != "" {
			mistakes = append(mistakes, f.At(name).Mistake(message))
		}
		return nil
	})
	return mistakes
}

// Misnamed returns the mistake in the name of a file that should end in ext and only almost does; "" for any other name.
func Misnamed(name, ext string) string {
	ending := path.Ext(name)
	if ending == ext || !strings.EqualFold(ending, ext) && (ext != ".yaml" || !strings.EqualFold(ending, ".yml")) {
		return ""
	}
	return fmt.Sprintf("the name must end in %s, not %s", ext, Printable(ending))
}

// regular returns an error for something that is no regular file, or a link to it. It opens nothing: opening a pipe would wait for its
// other end.
func (f Folder) regular(name string) error {
	info, err := fs.Stat(f.FS, path.Join(f.Root, name))
	if err != nil {
		return readable(err)
	}
	kind := "a special file"
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return errors.New("is a link to a folder, which is not read: copy the folder, or link to its files")
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	}
	return fmt.Errorf("is %s; a pack has regular files only", kind)
}

// Read returns the content of a regular file, which must not be larger than [MaxBytes].
func (f Folder) Read(name string) ([]byte, error) {
	if err := f.regular(name); err != nil {
		return nil, err
	}
	file, err := f.FS.Open(path.Join(f.Root, name))
	if err != nil {
		return nil, readable(err)
	}
	defer func() { _ = file.Close() }()
	source, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if len(source) > MaxBytes {
		return nil, fmt.Errorf("larger than %d bytes", MaxBytes)
	}
	return source, readable(err)
}

// At returns the position of a mistake in a whole file.
func (f Folder) At(name string) Position { return Position{File: path.Join(f.Shown, name)} }

// readable leaves the path out of a file system's error, because mistakes show the path that the user wrote.
func readable(err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		return fmt.Errorf("cannot be read: %w", cause.Err)
	}
	return err
}
