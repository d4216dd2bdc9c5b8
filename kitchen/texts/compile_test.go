package texts

import (
	"strings"
	"testing"
	"text/template"

	"readyshelf/kitchen"
)

// FuzzLikeTemplate: a template that is taken says what text/template makes of it, for all
// facts.
func FuzzLikeTemplate(f *testing.F) {
	all, err := shipped()
	if err != nil {
		f.Fatal(err)
	}
	for _, language := range all {
		for _, p := range language {
			f.Add(p.courier.source)
			f.Add(p.customer.source)
		}
	}
	for _, source := range []string{
		`{{if and (or .Order .Table) (not .Slot)}}{{or .Order .Table}}{{else if .Promised -}} {{.Promised}} {{- else}}x{{end}}y`,
		`{{if eq .Reason "late" "predicted" .Order}}a{{end}}{{if ne .P50 .P85}}b{{end}}{{if and .Minutes (le .Minutes 2)}}{{.Minutes}} {{plural .Minutes "x" "y"}}{{end}}.`,
		`{{if lt .Order "b"}}a{{end}}{{if gt .Minutes 1}}b{{end}}{{if ge .Minutes 2}}c{{end}}{{/* c */}}d`,
		"{{if eq true (not .Order)}}a{{end}}{{`b`}}{{\"\\u4e00\"}}{{5}}",
	} {
		f.Add(source)
	}
	k, _ := kindOf(kitchen.OrderLate)
	words := template.FuncMap{"plural": func(n int, one, many string) string {
		if n == 1 {
			return one
		}
		return many
	}}
	f.Fuzz(func(t *testing.T, source string) {
		s, refused := newSentence(k, source)
		if refused != nil {
			return
		}
		like, err := template.New(root).Funcs(words).Parse(source)
		if err != nil {
			t.Fatalf("%q: taken, and text/template says %v", source, err)
		}
		k.samples(s.fields(), func(facts Slots) *Error {
			var want strings.Builder
			err := like.Execute(&want, facts)
			if got, _ := s.say(&facts); err != nil || got != strings.TrimSpace(want.String()) {
				t.Errorf("%q of %+v says %q, text/template %q, %v", source, facts, got, want.String(), err)
			}
			return nil
		})
	})
}

// fields are all facts that a template may speak of.
func (s *sentence) fields() (names []string) {
	for name := range facts {
		if strings.Contains(s.source, "."+name) {
			names = append(names, name)
		}
	}
	return names
}
