package ticket

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Bounds of layouts: far above what one needs, and low enough for a small board.
const (
	largestLayout = 64 << 10 // bytes of a file
	mostLayouts   = 200      // files of a folder
	mostSamples   = 20       // of a layout
	mostExprs     = 60       // of a layout
)

// A LayoutError says why a layout is refused.
type LayoutError struct {
	File         string // its path, as it was given
	Line, Column int    // from 1; 0 where it is the whole file
	Reason       string
}

func (e *LayoutError) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

var layoutName = lazily(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// ParseLayout reads a layout file: TOML, and no key but those of [Layout]. Its error
// is a [LayoutError]. Whether it reads its samples is for [Layouts.Add] to find out.
func ParseLayout(file string, text []byte) (*Layout, error) {
	refuse := func(line, column int, format string, args ...any) (*Layout, error) {
		return nil, &LayoutError{file, line, column, fmt.Sprintf(format, args...)}
	}
	l := &Layout{Name: strings.TrimSuffix(path.Base(file), ".toml")}
	switch {
	case !layoutName.MatchString(l.Name):
		return refuse(0, 0, "a layout's name has small letters, digits, - and _, and ends in .toml")
	case len(text) > largestLayout:
		return refuse(0, 0, "a layout has at most %d KiB", largestLayout>>10)
	case !utf8.Valid(text):
		return refuse(0, 0, "this is no UTF-8 text: save the file as UTF-8")
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(l); err != nil {
		return refuse(whyNot(err))
	}
	if line, why := l.lacking(text); why != "" {
		return refuse(line, 0, "%s", why)
	}
	l.guides = slices.Clone(l.Has)
	for _, w := range []*Place{l.Number, l.Table, l.Ordered, l.Promised, l.Notes} {
		if w != nil && w.Below != nil {
			l.guides = append(l.guides, *w.Below)
		}
	}
	for _, e := range l.Channels {
		l.guides = append(l.guides, e)
	}
	if l.Items != nil {
		for _, e := range []*Expr{l.Items.From, l.Items.To} {
			if e != nil {
				l.guides = append(l.guides, *e)
			}
		}
	}
	return l, nil
}

// whyNot is where and why TOML did not become a layout.
func whyNot(err error) (line, column int, format string, reason any) {
	var strict *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		first := strict.Errors[0]
		line, column = first.Position()
		return line, column, "there is no key %s", strings.Join(first.Key(), ".")
	case errors.As(err, &bad):
		line, column = bad.Position()
		return line, column, "%s", strings.TrimPrefix(bad.Error(), "toml: ")
	}
	return 0, 0, "%s", strings.TrimPrefix(err.Error(), "toml: ")
}

// lacking says what a layout has too little or too much of, and where.
func (l *Layout) lacking(text []byte) (line int, why string) {
	if len(l.Has) == 0 {
		return 1, `it is not said how to recognise the slip: add has = ['words that stand on every such slip']`
	}
	for _, p := range []struct {
		table string
		place *Place
	}{{"number", l.Number}, {"table", l.Table}, {"ordered", l.Ordered}, {"promised", l.Promised}, {"notes", l.Notes}} {
		if p.place != nil && p.place.Line.re == nil {
			return lineOf(text, "["+p.table+"]", 0), p.table + " has no line = '…'"
		}
		if p.place != nil && !sized(p.place.Size) {
			return lineOf(text, "["+p.table+"]", 0), p.table + wrongSize
		}
	}
	if l.Items != nil && len(l.Items.Lines) == 0 {
		return lineOf(text, "[items]", 0), "items has no lines = ['…']"
	}
	if l.Items != nil && !sized(l.Items.Size) {
		return lineOf(text, "[items]", 0), "items" + wrongSize
	}
	if l.exprs() > mostExprs {
		return 0, fmt.Sprintf("a layout has at most %d expressions", mostExprs)
	}
	if len(l.Samples) > mostSamples {
		return 0, fmt.Sprintf("a layout has at most %d samples", mostSamples)
	}
	for i := range l.Samples {
		s := &l.Samples[i]
		s.line = lineOf(text, "[[sample]]", i)
		if why := s.lacking(); why != "" {
			return s.line, why
		}
	}
	return 0, ""
}

// sized says that paper has a size; zero is any.
func sized(n int) bool { return n >= 0 && n <= 64 }

const wrongSize = ": a size is 1 to 64; the usual is 1, double height 2, double width and height 4"

func (l *Layout) exprs() int {
	n := len(l.Has) + len(l.Lacks) + len(l.Private) + len(l.Ignore) + len(l.Channels)
	if l.Items != nil {
		n += len(l.Items.Lines) + len(l.Items.Modifiers)
	}
	return n
}

// lineOf is the line, from 1, of the header of the nth table of a name; 0 if it has none.
func lineOf(text []byte, header string, n int) int {
	for i, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), header) {
			continue
		}
		if n == 0 {
			return i + 1
		}
		n--
	}
	return 0
}

//go:embed layouts/*.toml
var shippedFiles embed.FS

// ShippedLayouts are the files that the program brings along, as a folder.
func ShippedLayouts() iofs.FS {
	sub, err := iofs.Sub(shippedFiles, "layouts")
	if err != nil {
		panic(err) // cannot happen: the name is right
	}
	return sub
}

// Shipped are the layouts that the program brings along.
func Shipped() *Layouts {
	s := &Layouts{}
	for _, f := range files(ShippedLayouts()) {
		if l, err := s.read(ShippedLayouts(), f); err == nil { // a test reads them all
			s.shipped = append(s.shipped, l)
		}
	}
	return s
}

// LoadLayouts adds the layouts of a folder, given by the path to name in errors, to the
// shipped ones. One that is refused is left out, and its LayoutError says why; where old
// is not nil, the file of that name there is taken instead. A folder that is not there
// has none.
func LoadLayouts(dir string, folder, old iofs.FS) (*Layouts, []*LayoutError) {
	s := Shipped()
	var refused []*LayoutError
	for _, f := range files(folder) {
		l, err := s.read(folder, f)
		if err == nil {
			err = s.Add(l)
		}
		if err == nil {
			continue
		}
		var why *LayoutError
		if !errors.As(err, &why) {
			why = &LayoutError{Reason: err.Error()}
		}
		why.File = path.Join(dir, f)
		refused = append(refused, why)
		if old == nil {
			continue
		}
		if l, err := s.read(old, f); err == nil && s.Add(l) == nil {
			why.Reason += "; the one that was there before stays"
		}
	}
	return s, refused
}

// files are the names of the layout files of a folder, sorted.
func files(folder iofs.FS) []string {
	names, err := iofs.Glob(folder, "*.toml")
	if err != nil {
		return nil // cannot happen: the pattern is right
	}
	slices.Sort(names)
	return names[:min(len(names), mostLayouts)]
}

// read reads a file of a folder.
func (*Layouts) read(folder iofs.FS, name string) (*Layout, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open layout: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, &LayoutError{File: name, Reason: "this is no regular file"}
	}
	text, err := io.ReadAll(io.LimitReader(f, largestLayout+1))
	if err != nil {
		return nil, fmt.Errorf("read layout: %w", err)
	}
	return ParseLayout(name, text)
}

// With are the layouts of s and l, which takes the place of one of its name, if every
// sample of all layouts is read as it says. Otherwise the error is a [LayoutError].
func (s *Layouts) With(l *Layout) (*Layouts, error) {
	own, shipped := s.both()
	next := &Layouts{shipped: shipped}
	next.own = slices.DeleteFunc(slices.Clone(own), func(o *Layout) bool { return o.Name == l.Name })
	next.own = append(next.own, l)
	slices.SortStableFunc(next.own, func(a, b *Layout) int { return strings.Compare(a.Name, b.Name) })
	if err := next.prove(l); err != nil {
		return nil, err
	}
	return next, nil
}

// Add is [Layouts.With] in place; an error changes nothing.
func (s *Layouts) Add(l *Layout) error {
	next, err := s.With(l)
	if err == nil {
		s.Become(next)
	}
	return err
}
