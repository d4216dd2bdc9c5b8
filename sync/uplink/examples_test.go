package uplink_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"readyshelf/sync/uplink"
)

// examples are the alerts among the examples of the contract, as they were sent.
func examples(t testing.TB) (bodies [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "mqtt", "examples", "event.*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, text); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		bodies = append(bodies, b.Bytes())
	}
	return bodies
}

// Decode reads every example whole: what it read, written, is the example.
func TestDecodeExamples(t *testing.T) {
	for _, body := range examples(t) {
		v, err := uplink.Decode(body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		again, err := json.Marshal(v)
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("read and written: %s, %v\nwant %s", again, err, body)
		}
	}
}
