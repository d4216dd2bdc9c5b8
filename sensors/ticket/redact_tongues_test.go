package ticket

import (
	"strings"
	"testing"
)

// TestForeignNotes: a note loses who and where, and keeps what cooks need.
func TestForeignNotes(t *testing.T) {
	for _, c := range []struct{ note, secret, keep string }{
		{"Hi its Marjorie, extra spicy", "Marjorie", "extra spicy"},
		{"room 1204 Hilton, no onion", "1204", "no onion"},
		{"corner of Elm and Third, no salt", "Elm", "no salt"},
		{"ask for Mukherjee, Oluwaseun, no salt", "Oluwaseun", "no salt"},
		{"leave at 86 Juniper Hill Road Portland, extra spicy", "Juniper", "extra spicy"},
		{"instagram @marisol_b, no salt", "marisol_b", "no salt"},
		{"Zu Händen Frau Lindqvist, ohne Zwiebeln", "Lindqvist", "ohne Zwiebeln"},
		{"mein Name ist Detlef, ohne Salz", "Detlef", "ohne Salz"},
		{"für Jürgen Zimmermann, Nussallergie", "Zimmermann", "Nussallergie"},
		{"Schillerstraße 5, ohne Salz", "Schiller", "ohne Salz"},
		{"mon numéro 06 12 34 56 78, sans oignons", "06 12", "sans oignons"},
		{"mi nombre es Leocadia, sin sal", "Leocadia", "sin sal"},
		{"alérgico al marisco, dejar en C/ Mayor 8", "Mayor", "alérgico al marisco"},
		{"deixar em Avenida Paulista, 41, ap. 11, alergia a amendoim", "41", "alergia a amendoim"},
		{"citofono Bianchi, senza cipolla", "Bianchi", "senza cipolla"},
		{"水谷 ひなた 様宛、わさび抜き", "水谷", "わさび抜き"},
		{"私は水谷です、わさび抜き", "水谷", "わさび抜き"},
		{"김민준 앞으로, 덜맵게", "김민준", "덜맵게"},
		{"공동현관 2580#, 땅콩알레르기", "2580", "땅콩알레르기"},
		{"甄芷若收，不吃葱姜蒜", "甄芷若", "不吃葱姜蒜"},
		{"到凤起路和环城北路路口,少辣", "凤起路", "少辣"},
	} {
		got := cleanNote(newPhrase(c.note)).print
		if strings.Contains(got, c.secret) || !strings.Contains(got, c.keep) {
			t.Errorf("cleanNote(%q) = %q, want %q and nobody", c.note, got, c.keep)
		}
	}
}

// TestNotNames: words of dishes and tastes that look like names, months or streets.
func TestNotNames(t *testing.T) {
	got := Parse(slipOf("Order #7\n----\n2 St. Louis Ribs\n1 Marinara\n3 7 Layer Dip\n1 Court Street Fries\n----\nNote: half salt 50%, 500ml cup\n"), Options{})
	if len(got.Items) != 4 || got.Notes != "half salt 50%, 500ml cup" {
		t.Errorf("got %+v, %q", got.Items, got.Notes)
	}
}
