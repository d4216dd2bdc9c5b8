package guests_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"readyshelf/sensors/ticket"
	"readyshelf/test/guests"
)

// numbered is a secret with a number that staff could call, or that is a street's: on a
// slip in unknown words it looks like a dish.
var numbered = regexp.MustCompile(`(?:^|\D)\d{1,4}(?:\D|$)`)

// TestNobodyKept puts what slips say of guests on a slip in words that nobody knows, bare
// and behind a label. What is kept of it to teach it names nobody, and has its dishes.
func TestNobodyKept(t *testing.T) {
	n := 200
	if testing.Short() || raced {
		n = 20
	}
	r := rand.New(rand.NewPCG(2026, 13))
	forms := []string{"%s", "qwrt: %s", "qwrt %s", "Qwrt %s"}
	held := 0
	for range n {
		s := guests.Make(r)
		for _, secret := range s.Secrets {
			code := slices.ContainsFunc(s.Codes, func(c string) bool { return strings.Contains(c, secret) })
			if code || numbered.MatchString(secret) {
				continue // nobody prints a code as text
			}
			slip := ticket.Slip{Encoding: "utf8", Ending: ticket.EndCut}
			for _, form := range forms {
				lines := []string{"zzq wux", "plo 12", fmt.Sprintf(form, secret), "=====", "kix @2", "miw @1", "=====", "hatz"}
				slip.Lines = nil
				for _, l := range lines {
					slip.Lines = append(slip.Lines, ticket.Line{Text: l, Width: 1, Height: 1})
				}
				got := sealed(t, slip, ticket.Options{})
				if named(got, []string{secret}) != "" {
					t.Errorf("%s: kept is\n%s", s.Tongue.Name, got)
				}
				if strings.Contains(got, "kix @2\nmiw @1\n") {
					held++
				}
			}
		}
	}
	if held == 0 {
		t.Error("no dish was kept")
	}
	t.Logf("%d slips kept their dishes", held)
}
