package ticket

import (
	"os"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("testdata/layouts/01-meituan-merchant-58.txt")
	if err != nil {
		b.Fatal(err)
	}
	s := slipOf(string(text))
	for b.Loop() {
		Parse(s, Options{})
	}
}
