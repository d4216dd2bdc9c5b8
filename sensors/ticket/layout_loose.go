package ticket

import (
	"slices"
	"strings"
)

var (
	giftMarkRE = lazily(`^[\[(](?:赠|赠品|赠送)[\])]\s*`)
	voidRowRE  = lazily(`^\s*(?:[\[(*]*(void|voided|cancel|cancelled|canceled|delete|deleted|remove|removed)[\])*]*[: -]+|[\[(](?:退|退菜|退单)[\])]\s*)`)
	countedRE  = lazily(`^\s*(?:\p{Han}{0,6}(?:合计|总计|共计|小计)|共|总数|数量)\s*(?:数量)?:?\s*(?:\d+ ?(?:项|种|款) ?)?\d+\s*(?:件|份|个|道|杯)\s*$`)
	mixedRE    = lazily(`^\s*(?:\d+[a-f][0-9a-f]*|[a-f]+\d[0-9a-f]*|[a-z]{1,4}-?\d{2,6})\s*$`)
	numberedRE = lazily(`^# ?([a-z]?\d{1,6}) +(.+)$`)
	voidMarkRE = lazily(`^(?:[\[(](?:退|退菜|催|加|加菜|叫起|即起)[\])]|[\[(*]+(?:void|voided|cancelled|canceled|deleted)[\])*]*[: -]*|(?:void|voided|cancelled|canceled|deleted)(?:[*:]+| - ))\s*`)
	// tailListRE is a list in round brackets: 宫保鸡丁饭(大份/微辣).
	tailListRE = lazily(`\s*\(([^()]+[,/;][^()]+)\)$`)
	tailBoxRE  = lazily(`\s*(\[[^\[\]]+\])$`)
	// dueRE is a time behind the person an order is for.
	dueRE  = lazily(`^\W*(?:pick[ -]?up|collection|collect|delivery|deliver|abholung|lieferung) (?:for|by|fur)\s.*?(` + whenExpr + `)\W*$`)
	fireRE = lazily(`^\s*(?:also at|station|course|fire|seat|expo|hold)\b`)
)

// words notes what words a head line has: a promise, a pre-order, kitchen routing.
func (r *reader) words(p phrase) bool {
	known := false
	r.cook = r.cook || has(p.fold, cookWords)
	if has(p.fold, preorderWords) {
		r.t.Preorder, known = true, true
		r.due(p)
	}
	if has(p.fold, asapWords) {
		r.asap, known = true, true
	}
	if m := beforeRE.FindStringSubmatchIndex(p.fold); m != nil {
		r.due(p.slice(m[2], m[3]))
		known = true
	}
	if m := dueRE.FindStringSubmatchIndex(p.fold); m != nil {
		r.due(p.slice(m[2], m[3]))
		known = true
	}
	if fireRE.MatchString(p.fold) {
		r.routed, known = true, true
	}
	return known || knownWords(p.fold) || has(p.fold, paidWords) || titleWords(p.fold)
}

// due takes the first time in p as the promise, if there is one and no promise yet.
func (r *reader) due(p phrase) {
	if v, ok := p.when(); ok && r.t.Promised == "" {
		r.t.Promised = v.words()
	}
}

// titleWords says that a whole line is a word that tells the kind of slip.
func titleWords(s string) bool {
	s = strings.Trim(s, marks+" ")
	for _, k := range kindWords {
		for _, w := range k.alone {
			if s == w {
				return true
			}
		}
	}
	return false
}

// loose reads a line that no stronger rule knows.
func (r *reader) loose(p page, i int, w row, afterPlatform bool) role {
	known := r.words(w.phrase)
	alone := slices.ContainsFunc(platforms, func(c platform) bool { return bySelf(w.fold, c.channel) })
	known = known || alone
	r.afterApp = alone || has(w.fold, platformWords)
	r.named = r.named || r.afterApp
	if m := onlyWhenRE.FindStringSubmatchIndex(w.fold); m != nil {
		if r.t.Ordered == "" {
			r.t.Ordered = w.slice(m[2], m[3]).words()
		}
		return roleHead
	}
	if r.zone == zoneHead || w.tail || known {
		rest, found := w.phrase, false
		if !w.tail || known {
			rest, found = r.unlabelled(w)
		}
		if partRE.MatchString(rest.fold) && !whenRE.MatchString(rest.fold) {
			found = r.part(rest.fold) || found
		}
		if found {
			if it, ok := readItem(rest, nil); ok && it.sure && !known {
				r.addItem(it, w)
			}
			return roleHead
		}
	}
	mixed := (r.named || w.size > 1) && r.zone == zoneHead && len(r.numbers.all) == 0 && mixedRE.MatchString(w.fold)
	if (afterPlatform || mixed) && r.bareCode(w, 1) {
		return roleHead
	}
	if known {
		return roleHead
	}
	if partRE.MatchString(w.fold) && columns(strings.TrimSpace(w.fold)) <= 10 {
		r.part(w.fold)
		return roleHead
	}
	if w.tail || r.zone == zoneDone {
		return roleTail
	}
	return r.continued(p, i, w)
}

// platformWords are all the names of platforms.
var platformWords = func() []string {
	var all []string
	for _, p := range platforms {
		all = append(all, p.any...)
	}
	return all
}()

// bySelf says that a line is the channel's name and nothing besides: GRAB, which in a
// dish is another word.
func bySelf(s, channel string) bool { return strings.Trim(s, marks+" ") == channel && channel != "own" }

// bareCode reads a code by itself below the platform's name, as Uber's 7A3F2.
func (r *reader) bareCode(w row, rank int) bool {
	m := bareRE.FindStringSubmatchIndex(w.fold)
	if m == nil || !strings.ContainsAny(w.fold, "0123456789") && (w.print != strings.ToUpper(w.print) || len(strings.TrimSpace(w.fold)) > 5) {
		return false
	}
	r.numbers.add(w.slice(m[2], m[3]), w.size, rank)
	return true
}

// loneLabel reads the label of a number that stands on the next line.
func (r *reader) loneLabel(w row) bool {
	s := strings.Trim(w.fold, marks+" ")
	if f, ok := numberLabel(s); ok && f != fieldLong {
		r.wants = f
		return true
	}
	return countRE.MatchString(s) && hasWord(s)
}

// hasWord says that s is more than a number.
func hasWord(s string) bool { return strings.ContainsFunc(s, isLetter) }

// continued reads a line that goes on with what stood above it: a note, a dish,
// or that begins a name wrapped before its quantity.
func (r *reader) continued(p page, i int, w row) role {
	switch {
	case r.noteTitle:
		r.note(cleanNote(w.phrase), false)
		r.noteOpen = true
		return roleNote
	case r.noteOpen && r.noteGoesOn(p, i, w):
		r.note(cleanNote(w.phrase), false)
		return roleNote
	case r.cur >= 0 && (tasteLike(w.phrase) || alertRE.MatchString(w.fold)):
		r.addMods(w.phrase)
		return roleItem
	case r.cur >= 0 && r.tornName(w):
		it := &r.t.Items[r.cur]
		it.Name = scrub(it.Name + w.words())
		r.last.gap = 99
		return roleItem
	case r.uncounted && r.uncountedDish(w):
		return roleItem
	case r.zone == zoneGoods || r.zone == zoneHead && i > 0 && (isRule(p.rows[i-1].fold) || w.size > 1):
		r.pending = i + 1
	}
	r.lone, r.cur = i+1, -1
	return roleNone
}

// noteGoesOn says that a line continues the note above it: the note has not yet
// begun, or its line was full, or this one is indented. A name is never part of it.
func (r *reader) noteGoesOn(p page, i int, w row) bool {
	if nameLikeRE.MatchString(strings.TrimSpace(w.print)) {
		return false
	}
	above := p.rows[i-1]
	return r.roles[i-1] == roleNote && (w.indent > above.indent || columns(above.fold)*above.width >= 28 || strings.HasSuffix(above.fold, ":"))
}

// nameLikeRE is two or three capitalised words and nothing else, over printed text.
var nameLikeRE = lazily(`^\p{Lu}[\p{L}'.-]*(?: \p{Lu}[\p{L}'.-]*){1,2}$`)

// tornName says that a short line below a dish ends its name: the name filled
// its column.
func (r *reader) tornName(w row) bool {
	return r.pending == 0 && !r.last.leading && r.last.gap <= 2 && columns(r.last.name.fold) >= 14 && hasHan(w.fold) && columns(w.fold) <= 12
}

// note adds a note.
func (r *reader) note(p phrase, allergy bool) {
	s := p.words()
	switch strings.Trim(p.fold, marks+" ,;") {
	case "", "无", "无备注", "none", "n/a", "na", "no", "nil", "no notes", "没有", "暂无":
		if !allergy {
			return
		}
	}
	if r.noteOpen && len(r.notes) > 0 && !allergy {
		sep := " "
		if hasHan(s) {
			sep = ""
		}
		r.notes[len(r.notes)-1] += sep + s
		return
	}
	r.notes = append(r.notes, s)
}
