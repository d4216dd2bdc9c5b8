package ticket

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// TestScore reads the whole collection as `readyshelf ticket decode` does, and prints
// how well: the text and the fields of the layouts, the adversarial streams, and the
// published ones beside what a peer, escpos-tools, makes of them.
func TestScore(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	scoreLayouts(t, w)
	scoreAdversarial(t, w)
	scoreReal(t, w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", table.String())
}

// tally counts what was right of what was expected.
type tally struct{ right, all int }

func (c *tally) add(right bool) {
	c.all++
	if right {
		c.right++
	}
}

func (c tally) share() float64 { return float64(c.right) / float64(max(c.all, 1)) }

// String is for the table: "12/14 0.857".
func (c tally) String() string { return fmt.Sprintf("%d/%d\t%.3f", c.right, c.all, c.share()) }

// scoreLayouts holds the layouts to exact text and 97 of 100 expected values.
func scoreLayouts(t *testing.T, w *tabwriter.Writer) {
	var text tally
	fields := map[string]*tally{}
	for _, s := range streams(t, shared+"/layouts") {
		o := Options{Encoding: s.Layout, Key: []byte("key")}
		slips := decoded(t, s.Bytes, o)
		text.add(tidy(s.Text) == tidy(onPaper(slips)))
		var file struct{ Tickets []wanted }
		if err := json.Unmarshal(read(t, shared+"/layouts/"+s.Name+".json"), &file); err != nil {
			t.Fatal(err)
		}
		for i, want := range file.Tickets {
			var got ticketJSON
			if i < len(slips) {
				tk := Parse(slips[i], o)
				noPII(t, tk, want.PII)
				got = asJSON(t, slips[i], o)
			}
			if wrong := got.compare(want, fields); len(wrong) > 0 {
				t.Logf("%s, slip %d: %s", s.Name, i+1, strings.Join(wrong, "; "))
			}
		}
	}
	var all tally
	fmt.Fprintf(w, "layouts, text exact\t%v\n", text)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := *fields[name]
		all.right, all.all = all.right+f.right, all.all+f.all
		fmt.Fprintf(w, "  %s\t%v\n", name, f)
	}
	fmt.Fprintf(w, "layouts, fields\t%v\n", all)
	if text.right < text.all {
		t.Errorf("the text of %d of %d layouts is not exact", text.all-text.right, text.all)
	}
	if all.share() < 0.97 {
		t.Errorf("%.3f of the fields are right, want 0.97", all.share())
	}
}

// decoded are the slips of a stream, as the verb reads them.
func decoded(t *testing.T, b []byte, o Options) []Slip {
	t.Helper()
	slips, err := Decode(strings.NewReader(string(b)), o)
	if err != nil {
		t.Fatal(err)
	}
	return slips
}

// onPaper is the text of slips, with labels told apart as the collection does.
func onPaper(slips []Slip) string {
	var b strings.Builder
	for _, s := range slips {
		b.WriteString(s.Text())
		if s.Ending == EndLabel {
			b.WriteString("--label--\n")
		}
	}
	return b.String()
}

// asJSON is the ticket of a slip as `ticket decode --json` prints it.
func asJSON(t *testing.T, s Slip, o Options) (j ticketJSON) {
	t.Helper()
	line, err := MarshalTicket(Parse(s, o))
	if err == nil {
		err = json.Unmarshal(line, &j)
	}
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// compare counts every expected value, and returns those that are not so.
func (j ticketJSON) compare(want wanted, fields map[string]*tally) (wrong []string) {
	check := func(name string, got, want any) {
		if fields[name] == nil {
			fields[name] = &tally{}
		}
		right := fmt.Sprintf("%q", got) == fmt.Sprintf("%q", want)
		fields[name].add(right)
		if !right {
			wrong = append(wrong, fmt.Sprintf("%s: got %q, want %q", name, got, want))
		}
	}
	kind := want.Kind
	if copies[kind] {
		kind = "order"
	}
	check("kind", string(j.Kind), kind)
	for _, f := range []struct {
		name      string
		got, want *string
	}{
		{"channel", j.Channel, want.Channel},
		{"seq", j.Seq, cmp.Or(want.Seq, want.OrderNo)},
		{"table", j.Table, want.Table},
		{"promised", j.Promised, cmp.Or(want.Promised, want.PickupAt)},
		{"notes", j.Notes, want.Notes},
	} {
		if f.want == nil {
			continue // the collection does not say
		}
		got := ""
		if f.got != nil {
			got = *f.got
		}
		check(f.name, got, *f.want)
	}
	for i, it := range want.Items {
		var got itemJSON
		if i < len(j.Items) {
			got = j.Items[i]
		}
		check("qty", fmt.Sprint(got.Qty), fmt.Sprint(it.Qty))
		check("name", got.Name, it.Name)
		check("mods", append([]string{}, got.Mods...), append([]string{}, it.Mods...))
	}
	if n := len(j.Items) - len(want.Items); n > 0 && len(want.Items) > 0 {
		check("items too many", fmt.Sprint(n), "0")
	}
	return wrong
}

// scoreAdversarial counts the streams of which every rule is held, whole and in bytes.
func scoreAdversarial(t *testing.T, w *tabwriter.Writer) {
	var held tally
	for _, s := range streams(t, shared+"/adversarial") {
		held.add(t.Run(s.Name, func(t *testing.T) {
			for how, next := range chunkings() {
				checkAdversarial(t, s, how, play(s, next))
			}
		}))
	}
	fmt.Fprintf(w, "adversarial, rules held\t%v\n", held)
}

// scoreReal compares with what a research decoder made of published streams.
func scoreReal(t *testing.T, w *tabwriter.Writer) {
	files, _ := filepath.Glob(shared + "/real/*.bin")
	if len(files) == 0 {
		t.Skipf("no streams in %s/real: the collection is not beside this checkout", shared)
	}
	ours, peers := 0.0, 0.0
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".bin")
		o := Options{Encoding: cp437Name}
		if strings.HasPrefix(name, "SnailDev") {
			o.Encoding = gbName
		}
		got := onPaper(decoded(t, read(t, f), o))
		want := strings.ReplaceAll(string(read(t, shared+"/expected/"+name+".txt")), "--cut--", "")
		if tidy(want) == "" && tidy(got) != "" {
			t.Errorf("%s is a picture and was read as text", name)
		}
		our := similarity(squeeze(got), squeeze(want))
		peer := 0.0
		if b, err := os.ReadFile(shared + "/expected/" + name + ".escpos-tools.txt"); err == nil {
			peer = similarity(squeeze(string(b)), squeeze(want))
		}
		ours, peers = ours+our, peers+peer
		fmt.Fprintf(w, "  %s\t\t%.4f\tescpos-tools %.4f\n", name, our, peer)
	}
	n := float64(len(files))
	fmt.Fprintf(w, "real, mean similarity of %d\t\t%.4f\tescpos-tools %.4f\n", len(files), ours/n, peers/n)
	if ours/n < 0.97 {
		t.Errorf("mean similarity %.4f, want at least 0.97", ours/n)
	}
}

func squeeze(s string) []rune { return []rune(strings.Join(strings.Fields(s), " ")) }

// similarity is 1 less the Levenshtein distance over the longer length.
func similarity(a, b []rune) float64 {
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return 1 - float64(row[len(b)])/float64(max(len(a), len(b)))
}
