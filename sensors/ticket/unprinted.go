package ticket

import (
	"encoding/json"
	"hash/fnv"
	"strings"

	"readyshelf/kitchen"
)

// Unprinted returns an order that came in fields, and not on paper, as a slip of it
// would be read: with the channel's name, the numbers as staff call them, the hash
// of the platform's long id, and a fingerprint, within the same bounds and without
// persons. What it does not trust to be no person is left out, so a Number that
// staff cannot call is empty afterwards.
//
// OrderKey is taken as the hash of an id, and id as the id itself; id may be empty.
func Unprinted(t kitchen.Ticket, id string, key []byte) kitchen.Ticket {
	out := kitchen.Ticket{
		Kind: kitchen.SlipOrder, Text: true,
		Channel: Channel(t.Channel), Table: tableNamed(t.Table),
		Promised: t.Promised, Preorder: t.Preorder, Value: t.Value, Notes: cleanNotes(t.Notes),
	}
	if out.Channel == "" && out.Table != "" {
		out.Channel = "dine-in"
	}
	long := orderDigits(newPhrase(id).fold)
	for _, n := range append([]string{t.Number}, t.Numbers...) {
		n, digits := callable(n)
		switch {
		case digits != "" && long == "":
			long = digits
		case n == "":
		case out.Number == "":
			out.Number = n
		default:
			out.Numbers = append(out.Numbers, n)
		}
	}
	if out.OrderKey = keyed(t.OrderKey); out.OrderKey == "" {
		out.OrderKey = hashOrder(key, long)
	}
	for _, it := range t.Items[:min(len(t.Items), mostItems)] {
		if it = cleanItem(it); it.Name != "" {
			out.Items = append(out.Items, it)
		}
	}
	bound(&out, len(t.Items)-len(out.Items))
	out.Print = fingerprintOf(out)
	return out
}

var keyRE = lazily(`^[0-9a-f]{32}$`)

// keyed is s if it is a hash as hashOrder makes them.
func keyed(s string) string {
	if s = strings.ToLower(s); keyRE.MatchString(s) {
		return s
	}
	return ""
}

// groupedRE is an id as one word, or digits in groups.
var groupedRE = lazily(`^(?:[0-9a-z-]+|[0-9 -]+)$`)

// Callable says whether s can be the number of a [kitchen.Order], as slips give it.
func Callable(s string) bool {
	p := newPhrase(s).trim("# ")
	return isCode(p) && len(p.fold) <= longestHead && countDigits(p.fold) <= mostDigits
}

// loneRE is a code without a digit, over printed text, as Uber has them.
var loneRE = lazily(`^[A-Z]{2,5}$`)

// isCode says that p is a short number and nothing besides.
func isCode(p phrase) bool {
	m := codeRE.FindStringIndex(p.fold)
	return m != nil && m[1] == len(p.fold) || loneRE.MatchString(p.print) && !givenName(p.fold)
}

// callable is a number as staff call it, or the digits of one so long that it is a
// platform's id.
func callable(s string) (number, long string) {
	p := newPhrase(s).trim("# ")
	if digits := orderDigits(p.fold); groupedRE.MatchString(p.fold) && isLong(digits) {
		return "", digits
	}
	if !isCode(p) {
		return "", ""
	}
	var n numbers
	n.add(p, 0, 0)
	number, _ = n.pick()
	return number, ""
}

// plainChannel is a channel that is not in the tables.
var plainChannel = lazily(`^[a-z][a-z-]{0,23}$`)

// Channel is the channel that s names, as the tickets of its slips have it: "美团" is
// meituan. It is empty where s can be no channel.
func Channel(s string) string {
	fold := newPhrase(s).trim("").fold
	for _, p := range platforms {
		if p.channel == fold || has(fold, p.any) {
			return p.channel
		}
	}
	for _, m := range modes {
		if m.channel == fold || has(fold, m.any) {
			return m.channel
		}
	}
	if plainChannel.MatchString(fold) && !givenName(fold) {
		return fold
	}
	return ""
}

// tableNamed is the table's number in s.
func tableNamed(s string) string {
	p := newPhrase(s)
	m := tableRE.FindStringSubmatchIndex(p.fold)
	if m == nil || personalClause(p) {
		return ""
	}
	return p.slice(m[2], m[3]).words()
}

// cleanNotes cleans notes line by line.
func cleanNotes(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if c := cleanNote(newPhrase(line)).words(); c != "" {
			kept = append(kept, c)
		}
	}
	return strings.Join(kept, "; ")
}

// cleanItem is a dish without persons; one that may be a person has no name.
func cleanItem(it kitchen.Item) kitchen.Item {
	p := newPhrase(it.Name).unbracketed()
	out := kitchen.Item{Qty: it.Qty, Name: scrub(p.words())}
	if strictHanRE.MatchString(p.fold) || streetRE.MatchString(p.fold) || nameLine(p.fold) || hasPrivateLabel(p) {
		out.Name = ""
	}
	for _, mod := range it.Mods[:min(len(it.Mods), mostMods)] {
		if mod = scrub(cleanNotes(mod)); mod != "" {
			out.Mods = append(out.Mods, mod)
		}
	}
	return out
}

// fingerprintOf is what a reprint has in common with its slip, of an order that was
// never printed: all that it says.
func fingerprintOf(t kitchen.Ticket) uint64 {
	b, err := json.Marshal(t)
	if err != nil {
		return 0 // cannot happen to a ticket of strings and numbers
	}
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}
