// Package guests makes up kitchen slips that guests stand on, and knows of each what
// must never leave the box and what must.
//
// A [Tongue] is a language: its names, phone numbers, addresses, dishes and the words
// of its slips, in lists of its own. A [Slip] is drawn from one of them: an order with
// dishes, modifiers and a note, and with everything about a guest that slips print, at
// a place and in a form chosen at random. Nothing here is taken from the rules that
// are to find it: the words come from what people are called and where they live.
package guests

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A Slip is one made-up slip.
type Slip struct {
	Tongue *Tongue
	// Lines are what is printed. Codes are what is printed as QR codes below them.
	Lines, Codes []string
	// Number is what staff call.
	Number string
	// Secrets must not be in anything that leaves the box.
	Secrets []string
	// Dishes must be on the ticket, as they are here.
	Dishes []Dish
	// Tastes must be in its notes: what the guest wrote that cooks need.
	Tastes []string
}

// A Dish is one line of an order.
type Dish struct {
	Qty  int
	Name string
	Mods []string
}

// A Tongue is a language as slips print it.
type Tongue struct {
	Name string
	// Encoding is the store's, as the configuration names it.
	Encoding string

	channels []string // titles of slips
	number   []string // formats of the order's number
	ordered  []string // formats of the time, hour and minute
	dishes   []string
	mods     []string
	tastes   []string // what cooks need of a note
	note     []string // its labels
	total    []string // formats of a sum of money
	items    []string // formats of a dish: %[1]d its quantity, %[2]s its name
	modLines []string // formats of a modifier

	guest func(*rand.Rand) guest
	// labelled are formats that say who: of the name, the phone, the address.
	labelled [][3]string
	joined   []string // formats of a line with name and phone
	asides   []string // formats of what a guest writes into a note: %[1]s name, %[2]s phone, %[3]s address
	others   []func(*rand.Rand) (line, secret string)
}

// A guest is who ordered.
type guest struct {
	name, phone string
	address     []string // its lines
	secrets     []string
}

// Make draws a slip.
func Make(r *rand.Rand) Slip {
	return pick(r, Tongues).Slip(r)
}

// Slip draws a slip in this language.
func (t *Tongue) Slip(r *rand.Rand) Slip {
	g := t.guest(r)
	s := Slip{Tongue: t, Number: fmt.Sprint(1 + r.IntN(999)), Secrets: g.secrets}
	block := t.block(r, g)
	where := r.IntN(3) // the guest stands in the head, below the dishes, or at both
	s.say("%s", pick(r, t.channels))
	s.say(pick(r, t.number), s.Number)
	s.say(pick(r, t.ordered), 9+r.IntN(13), r.IntN(60))
	if where != 1 {
		s.Lines = append(s.Lines, block...)
	}
	noteFirst := r.IntN(2) == 0
	if noteFirst {
		t.remark(r, &s, g)
	}
	rule := strings.Repeat(pick(r, []string{"-", "=", "*"}), pick(r, []int{32, 42, 48}))
	s.say("%s", rule)
	t.order(r, &s)
	s.say("%s", rule)
	if !noteFirst {
		t.remark(r, &s, g)
	}
	if r.IntN(4) > 0 {
		s.say(pick(r, t.total), 10+r.IntN(200), r.IntN(100))
	}
	if where != 0 {
		s.Lines = append(s.Lines, block...)
	}
	for range r.IntN(3) {
		line, secret := pick(r, t.others)(r)
		s.say("%s", line)
		s.Secrets = append(s.Secrets, secret)
	}
	if r.IntN(3) == 0 {
		s.code(r, g)
	}
	return s
}

func (s *Slip) say(format string, args ...any) {
	s.Lines = append(s.Lines, fmt.Sprintf(format, args...))
}

// code prints a QR code that names the guest or leads to the order.
func (s *Slip) code(r *rand.Rand, g guest) {
	id := letters(r, 22)
	s.Codes = append(s.Codes, pick(r, []string{
		"https://o.example/t/" + id, "geo:31.2" + digits(r, 5) + ",121.4" + digits(r, 5) + "?q=" + id, "MECARD:N:" + g.name + ";TEL:" + g.phone + ";NOTE:" + id + ";",
	}))
	s.Secrets = append(s.Secrets, id)
}

// order prints the dishes, all in one form.
func (t *Tongue) order(r *rand.Rand, s *Slip) {
	form, under := pick(r, t.items), pick(r, t.modLines)
	for _, i := range r.Perm(len(t.dishes))[:1+r.IntN(4)] {
		d := Dish{Qty: 1 + r.IntN(4), Name: t.dishes[i]}
		s.say(form, d.Qty, d.Name, 3+r.IntN(60), r.IntN(100))
		for _, j := range r.Perm(len(t.mods))[:r.IntN(3)] {
			d.Mods = append(d.Mods, t.mods[j])
			s.say(under, t.mods[j])
		}
		s.Dishes = append(s.Dishes, d)
	}
}

// block are the lines that say who ordered: each with its label, or as they are.
func (t *Tongue) block(r *rand.Rand, g guest) []string {
	switch r.IntN(4) {
	case 0:
		return append([]string{fmt.Sprintf(pick(r, t.joined), g.name, g.phone)}, g.address...)
	case 1:
		return append(append([]string{}, g.address...), g.name, g.phone)
	}
	l := pick(r, t.labelled)
	first := fmt.Sprintf(l[2], g.address[0])
	lines := []string{fmt.Sprintf(l[0], g.name), fmt.Sprintf(l[1], g.phone), first}
	return append(lines, g.address[1:]...)
}

// remark prints a note: tastes, and often more than cooks should know.
func (t *Tongue) remark(r *rand.Rand, s *Slip, g guest) {
	if r.IntN(4) == 0 {
		return
	}
	taste := pick(r, t.tastes)
	s.Tastes = append(s.Tastes, taste)
	text := taste
	if r.IntN(3) > 0 {
		aside := fmt.Sprintf(pick(r, t.asides), g.name, g.phone, strings.Join(g.address, " "))
		if r.IntN(2) == 0 {
			text = taste + t.stop() + aside
		} else {
			text = aside + t.stop() + taste
		}
	}
	s.say(pick(r, t.note), text)
}

// stop ends a sentence in a note.
func (t *Tongue) stop() string {
	if t.Name == "zh" || t.Name == "ja" {
		return "，"
	}
	return ", "
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// digits are n digits that do not begin with 0.
func digits(r *rand.Rand, n int) string { return fill(r, n, "0123456789") }

func letters(r *rand.Rand, n int) string {
	return fill(r, n, "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
}

func fill(r *rand.Rand, n int, from string) string {
	var b strings.Builder
	for i := range n {
		c := from[r.IntN(len(from))]
		for i == 0 && c == '0' {
			c = from[r.IntN(len(from))]
		}
		b.WriteByte(c)
	}
	return b.String()
}

func words(s string) []string { return strings.Fields(s) }

func list(s string) []string {
	all := strings.Split(s, ";")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
