package ticket

import (
	"fmt"
	"strings"

	"readyshelf/kitchen"
)

// A writer writes a layout file.
type writer struct{ strings.Builder }

// quoted is a TOML string: as it stands where that can be.
func quoted(s string) string {
	if !strings.ContainsAny(s, "'\n") {
		return "'" + s + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func (w *writer) table(name string) { fmt.Fprintf(w, "\n[%s]\n", name) }

// text writes a key, unless it is empty.
func (w *writer) text(key, value string) {
	if value != "" {
		fmt.Fprintf(w, "%s = %s\n", key, quoted(value))
	}
}

func (w *writer) number(key string, n int) { fmt.Fprintf(w, "%s = %d\n", key, n) }

// list writes a list, unless it is empty.
func (w *writer) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = quoted(v)
	}
	fmt.Fprintf(w, "%s = [%s]\n", key, strings.Join(all, ", "))
}

// sample writes a slip without persons, and what is read from it. It stays on the disk: so
// it also lacks what could be a name and is nothing that anybody understands.
func (w *writer) sample(p page, roles []role, t kitchen.Ticket) {
	w.WriteString("\n[[sample]]\ntext = '''\n")
	var large []string
	for i, r := range p.rows {
		if roles[i] == roleNone && (mayName(r) || couldName(r.trim(""), false)) {
			r.gone = true
		}
		if at := nameBehind(r.phrase); at > 0 && roles[i] != roleItem {
			r.phrase = r.slice(0, at)
		}
		if !r.gone {
			w.WriteString(strings.ReplaceAll(strings.TrimRight(r.print, " "), "'''", "' ' '"))
		}
		w.WriteByte('\n')
		if r.size > 1 && !r.empty() {
			large = append(large, fmt.Sprint(i+1))
		}
	}
	w.WriteString("'''\n")
	if len(large) > 0 {
		fmt.Fprintf(w, "large = [%s]\n", strings.Join(large, ", "))
	}
	w.text("kind", string(t.Kind))
	w.text("channel", t.Channel)
	w.text("number", t.Number)
	w.text("table", t.Table)
	w.text("ordered", t.Ordered)
	w.text("promised", t.Promised)
	w.text("notes", t.Notes)
	if len(t.Items) > 0 {
		w.WriteString("items = [\n")
		for _, it := range t.Items {
			fmt.Fprintf(w, "  %s,\n", quoted(itemText(it)))
		}
		w.WriteString("]\n")
	}
}
