package guests_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
	"readyshelf/test/guests"
)

// Of the made-up slips so many are read; every dish, modifier and taste counts.
const (
	slips    = 10_000
	survival = 0.995
)

// raced says that the race detector is on.
var raced bool

// score is what became of the slips of one language.
type score struct {
	slips, leaks, redacted      int
	dishes, dishesKept          int
	mods, modsKept              int
	tastes, tastesKept, numbers int
}

func (s *score) add(o *score) {
	s.slips += o.slips
	s.leaks += o.leaks
	s.redacted += o.redacted
	s.dishes += o.dishes
	s.dishesKept += o.dishesKept
	s.mods += o.mods
	s.modsKept += o.modsKept
	s.tastes += o.tastes
	s.tastesKept += o.tastesKept
	s.numbers += o.numbers
}

// TestNobodyLeaves reads 10,000 made-up slips. Nothing of a guest may be on a ticket
// or among the lines that redaction leaves, and what cooks need must be.
func TestNobodyLeaves(t *testing.T) {
	n := slips
	switch {
	case raced: // nothing is shared here
		n /= 200
	case testing.Short():
		n /= 20
	}
	scores := map[string]*score{}
	r := rand.New(rand.NewPCG(2026, 11))
	shown := map[string]int{}
	for i := range n {
		s := guests.Make(r)
		sc := scores[s.Tongue.Name]
		if sc == nil {
			sc = &score{}
			scores[s.Tongue.Name] = sc
		}
		for _, what := range judge(t, s, sc) {
			kind, _, _ := strings.Cut(what, ":")
			if key := s.Tongue.Name + kind; shown[key] < most() {
				shown[key]++
				t.Logf("%s slip %d: %s\n%s", s.Tongue.Name, i, what, strings.Join(s.Lines, "\n"))
			}
		}
	}
	all := &score{}
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		all.add(scores[name])
		t.Log(row(name, scores[name]))
	}
	t.Log(row("all", all))
	if all.leaks > 0 || all.redacted > 0 {
		t.Errorf("%d tickets and %d redacted slips name a guest", all.leaks, all.redacted)
	}
	for what, share := range map[string]float64{
		"dishes": part(all.dishesKept, all.dishes), "modifiers": part(all.modsKept, all.mods), "tastes": part(all.tastesKept, all.tastes), "numbers": part(all.numbers, all.slips),
	} {
		if share < survival {
			t.Errorf("%.2f %% of the %s survived, want %.1f %%", 100*share, what, 100*survival)
		}
	}
}

// most is how many slips of one kind of failure are shown.
func most() int {
	if os.Getenv("SHOW") != "" {
		return 6
	}
	return 1
}

func part(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

func row(name string, s *score) string {
	return fmt.Sprintf("%-4s %5d slips  %3d leaks  %3d in redacted text  dishes %7.3f %%  modifiers %7.3f %%  tastes %7.3f %%  numbers %7.3f %%",
		name, s.slips, s.leaks, s.redacted, 100*part(s.dishesKept, s.dishes), 100*part(s.modsKept, s.mods), 100*part(s.tastesKept, s.tastes), 100*part(s.numbers, s.slips))
}

// judge reads one slip and counts; it says what went wrong.
func judge(t *testing.T, s guests.Slip, sc *score) (wrong []string) {
	job, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	o := ticket.Options{Encoding: s.Tongue.Encoding, Key: []byte("key"), Layouts: ticket.Shipped()}
	papers, err := ticket.Decode(bytes.NewReader(job), o)
	if err != nil || len(papers) != 1 {
		t.Fatalf("%d slips, %v", len(papers), err)
	}
	got := ticket.Parse(papers[0], o)
	got.Print, got.OrderKey = 0, "" // hashes may hold any digits
	out, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	sc.slips++
	if what := named(string(out), s.Secrets); what != "" {
		sc.leaks++
		wrong = append(wrong, fmt.Sprintf("leak: %q in %s", what, out))
	}
	if what := named(strings.Join(papers[0].Redacted(o), "\n"), s.Secrets); what != "" {
		sc.redacted++
		wrong = append(wrong, fmt.Sprintf("redacted: %q", what))
	}
	if what := named(sealed(t, papers[0], o), s.Secrets); what != "" {
		sc.redacted++
		wrong = append(wrong, fmt.Sprintf("kept: %q", what))
	}
	if got.Number == s.Number {
		sc.numbers++
	} else {
		wrong = append(wrong, fmt.Sprintf("number: %q, want %q", got.Number, s.Number))
	}
	return append(wrong, kept(s, got, sc)...)
}

func named(text string, secrets []string) string {
	for _, s := range secrets {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

// kept counts what survived.
func kept(s guests.Slip, got kitchen.Ticket, sc *score) (wrong []string) {
	for _, d := range s.Dishes {
		sc.dishes++
		sc.mods += len(d.Mods)
		i := slices.IndexFunc(got.Items, func(it kitchen.Item) bool { return it.Name == d.Name && it.Qty == d.Qty })
		if i < 0 {
			wrong = append(wrong, fmt.Sprintf("dish: %d %s is not among %+v", d.Qty, d.Name, got.Items))
			continue
		}
		sc.dishesKept++
		for _, m := range d.Mods {
			if slices.Contains(got.Items[i].Mods, m) {
				sc.modsKept++
			} else {
				wrong = append(wrong, fmt.Sprintf("mod: %s is not among %q", m, got.Items[i].Mods))
			}
		}
	}
	for _, taste := range s.Tastes {
		sc.tastes++
		if strings.Contains(got.Notes, taste) {
			sc.tastesKept++
		} else {
			wrong = append(wrong, fmt.Sprintf("taste: %s is not in %q", taste, got.Notes))
		}
	}
	return wrong
}

// sealed is the text of the slip as it would be kept to teach it: sealed, and opened again.
func sealed(t *testing.T, s ticket.Slip, o ticket.Options) string {
	key := make([]byte, ticket.KeySize)
	file, err := ticket.Unread{Slip: s.Anonymous(o)}.Seal(key)
	if err != nil {
		t.Fatal(err)
	}
	u, err := ticket.OpenUnread(file, key)
	if err != nil {
		t.Fatal(err)
	}
	return u.Slip.Text()
}
