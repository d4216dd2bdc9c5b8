package board

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// drawn is what the pages are made of, ready to be sent.
type drawn struct {
	files   map[string]*file // by the path that a page loads them from
	pages   map[string]*file // by name
	edition string           // another one whenever any of it is
}

// page is the one of a name; one that could not be drawn says so.
func (d *drawn) page(name string) http.Handler {
	if f := d.pages[name]; f != nil {
		return f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this page could not be drawn; the daemon's log says why", http.StatusInternalServerError)
	})
}

// draw reads the files and fills in the pages.
func (s *Server) draw(store, language string) (*drawn, error) {
	d := &drawn{files: map[string]*file{}, pages: map[string]*file{}}
	made := sha256.New()
	fmt.Fprintln(made, store, known(language), s.pace(), s.Stations)
	err := fs.WalkDir(web, "web", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := web.ReadFile(name)
		if err != nil {
			return err
		}
		made.Write(body)
		if served := strings.TrimPrefix(name, "web"); path.Ext(name) != ".html" && path.Dir(served) != "/words" {
			d.files[served] = newFile(name, body)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of the pages: %w", err)
	}
	for _, at := range slices.Sorted(maps.Keys(s.Theme.files())) {
		d.files[at] = s.Theme.files()[at]
		made.Write(d.files[at].plain)
	}
	d.edition = hex.EncodeToString(made.Sum(nil)[:8])
	for _, p := range pages {
		if d.pages[p.name], err = s.fill(p, d.edition, store, language); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// fill fills in a page.
func (s *Server) fill(p page, edition, store, language string) (*file, error) {
	words, err := dictionary(web, known(language))
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(web, "web/base.html", "web/"+p.name+".html")
	if err != nil {
		return nil, fmt.Errorf("parse the page %s: %w", p.name, err)
	}
	var out bytes.Buffer
	err = t.ExecuteTemplate(&out, "base.html", map[string]any{
		"Store": store, "Words": words, "Edition": edition, "Pace": s.pace(), "Name": p.name,
		"Pages": places(words), "Bare": p.role == Nobody, "Theme": s.Theme,
		"Stations": s.Stations,
	})
	if err != nil {
		return nil, fmt.Errorf("fill in the page %s: %w", p.name, err)
	}
	return newFile(p.name+".html", out.Bytes()), nil
}

// place is a page as the others name it.
type place struct{ Name, Path, Title, Role string }

// places are those of the pages that have a name in the words.
func places(words map[string]string) (all []place) {
	for _, p := range pages {
		if title := words["page."+p.name]; title != "" {
			all = append(all, place{p.name, p.at(), title, p.role.String()})
		}
	}
	return all
}

// file is a body that never changes while the daemon runs. The browser asks each time
// and is mostly told that it has it already.
type file struct {
	name, kind, etag string
	plain, zipped    []byte
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // whatever the machine's own table says
	case ".js", ".mjs":
		kind = "text/javascript; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	}
	f := &file{name: name, kind: kind, etag: hex.EncodeToString(sum[:8]), plain: body}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // a level that there is
	_, _ = z.Write(body)                                    // into memory
	_ = z.Close()
	if out.Len() < len(body) {
		f.zipped = out.Bytes()
	}
	return f
}

func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, etag := f.plain, f.etag
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" {
		body, etag = f.zipped, f.etag+"-gzip"
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("ETag", `"`+etag+`"`)
	w.Header().Set("Vary", "Accept-Encoding")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(body))
}
