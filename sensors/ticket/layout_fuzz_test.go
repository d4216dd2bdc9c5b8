package ticket

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"
)

// slipSeeds are the slips of testdata.
func slipSeeds(f *testing.F, add func(text string)) {
	for _, pattern := range []string{"testdata/layouts/*.txt", "testdata/families/*.txt"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range paths {
			add(string(read(f, p)))
		}
	}
}

// FuzzParse: whatever is printed, the ticket is valid JSON without a number as
// long as a phone number's.
func FuzzParse(f *testing.F) {
	slipSeeds(f, func(text string) { f.Add(text, false) })
	f.Add("#M15 1/3\n大杯·古早味鲜奶\n去冰/七分甜\n", true)
	f.Add("13800000000\n1 13800000000\n备注:13800000000\nTable 13800000000 #13800000000", false)
	phone := regexp.MustCompile(`\d{11}`)
	f.Fuzz(func(t *testing.T, text string, label bool) {
		s := slipOf(text)
		if label {
			s.Ending = EndLabel
		}
		got := Parse(s, Options{Key: []byte("key")})
		got.OrderKey, got.Print = "", 0 // hashes may look like anything
		out, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if phone.Match(out) {
			t.Errorf("%q: %s", text, out)
		}
		if _, err := MarshalTicket(got); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzRedact: whatever is printed, what is shown of a slip that was not understood
// holds no number as long as a phone number's.
func FuzzRedact(f *testing.F) {
	slipSeeds(f, func(text string) { f.Add(text) })
	phone := regexp.MustCompile(`\d{11}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range slipOf(text).Redacted(Options{}) {
			if phone.MatchString(line) {
				t.Errorf("%q: %s", text, line)
			}
		}
	})
}
