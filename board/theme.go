package board

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Theme is what a shop adds to the page for couriers and guests: a logo and a style sheet.
// The zero Theme is none. Both are served as they are; the policy of all pages holds for
// them too, so that they load nothing from elsewhere.
type Theme struct {
	style *file // theme.css
	logo  *file // logo.svg or logo.png
}

// maxTheme is the longest file of a theme, in bytes: an old tablet reads it over Wi-Fi.
const maxTheme = 256 << 10

// ReadTheme reads a folder with theme.css, and logo.svg or logo.png. What is missing is
// left out. What cannot be used is in the error, and the rest is in the theme.
func ReadTheme(folder fs.FS) (Theme, error) {
	var t Theme
	if _, err := fs.ReadDir(folder, "."); err != nil {
		return t, fmt.Errorf("read the theme: %w", err)
	}
	style, err := readThemed(folder, "theme.css")
	t.style = style
	found := []error{err}
	for _, name := range []string{"logo.svg", "logo.png"} {
		logo, err := readThemed(folder, name)
		found = append(found, err)
		if t.logo == nil {
			t.logo = logo
		}
	}
	return t, errors.Join(found...)
}

// readThemed reads one file of a theme; nil where there is none.
func readThemed(folder fs.FS, name string) (*file, error) {
	info, err := fs.Stat(folder, name) // first: to open a pipe can take for ever
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read the theme: %s is no regular file", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read the theme: %w", err)
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the theme: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxTheme+1))
	switch png := []byte("\x89PNG\r\n\x1a\n"); {
	case err != nil:
		return nil, fmt.Errorf("read the theme: %w", err)
	case len(body) > maxTheme:
		return nil, fmt.Errorf("read the theme: %s is longer than %d kB: make it smaller", name, maxTheme>>10)
	case path.Ext(name) == ".png" && !bytes.HasPrefix(body, png):
		return nil, fmt.Errorf("read the theme: %s is no PNG", name)
	}
	return newFile(name, body), nil
}

// files are those of the theme, by where they are served.
func (t Theme) files() map[string]*file {
	all := map[string]*file{}
	for _, f := range []*file{t.style, t.logo} {
		if f != nil {
			all["/theme/"+f.name] = f
		}
	}
	return all
}

// Style and Logo are where the page finds them; empty where there is none.
func (t Theme) Style() string { return themed(t.style) }

// Logo is as Style.
func (t Theme) Logo() string { return themed(t.logo) }

func themed(f *file) string {
	if f == nil {
		return ""
	}
	return "/theme/" + f.name + "?" + f.etag
}
