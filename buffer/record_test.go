package buffer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

func sample() kitchen.Event {
	e := kitchen.Stamp{Boot: 7, Up: 90 * time.Second, At: epoch, Clock: kitchen.Synced}.Fact("button/A1")
	e.Seq, e.Press = 258, &kitchen.Press{Slot: "A1", Gesture: kitchen.Hold}
	return e
}

// The bytes are a contract: logs outlive programs.
func TestRecordBytes(t *testing.T) {
	r, err := encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	wantKey := "0000000000000102"
	wantHeader := "01" + "43" + "01e0" + // version, synced and of staff, +480 minutes
		"########" + // CRC
		"00000007" + "00000014f46b0400" + // boot 7, 90 s
		"000000006b0268c0" + "00000000"
	wantBody := `{"source":"button/A1","press":{"slot":"A1","gesture":"hold"}}`
	header := hex.EncodeToString(r.value[:headerSize])
	header = header[:8] + "########" + header[16:]
	if got := hex.EncodeToString(r.key); got != wantKey {
		t.Errorf("key is %s, want %s", got, wantKey)
	}
	if header != wantHeader {
		t.Errorf("header is\n%s, want\n%s", header, wantHeader)
	}
	if got := string(r.value[headerSize:]); got != wantBody {
		t.Errorf("body is %s, want %s", got, wantBody)
	}
	const wantCRC = "bb7e2a29" // reckoned bit by bit, with another program
	if got := hex.EncodeToString(r.value[4:8]); got != wantCRC {
		t.Errorf("CRC-32C is %s, want %s", got, wantCRC)
	}
	got, err := decode(r.key, r.value)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("(-encoded +decoded):\n%s", diff)
	}
}

// Any bit that flips, in key or value, is noticed.
func TestRecordNoticesEveryBit(t *testing.T) {
	r, err := encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	whole := append(bytes.Clone(r.key), r.value...)
	for i := range 8 * len(whole) {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		if _, err := decode(b[:keySize], b[keySize:]); err == nil {
			t.Errorf("bit %d flipped and nobody noticed", i)
		}
	}
}

func TestRecordErrors(t *testing.T) {
	r, err := encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Clone(r.value)
	newer[0] = 2
	for _, c := range []struct {
		name       string
		key, value []byte
		want       error
	}{
		{"no key", nil, r.value, errShort},
		{"long key", append(key(1), 0), r.value, errShort},
		{"nothing", r.key, nil, errShort},
		{"half a header", r.key, r.value[:20], errShort},
		{"no body", r.key, r.value[:headerSize], errCRC},
		{"of another event", key(259), r.value, errCRC},
		{"newer", r.key, newer, errVersion},
	} {
		if _, err := decode(c.key, c.value); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// Every fact that kitchen knows survives; none has a name that hides a stamp's.
func TestRecordKeepsEveryFact(t *testing.T) {
	at := epoch
	for _, fact := range []kitchen.Event{
		{Ticket: &kitchen.Ticket{Kind: kitchen.SlipOrder, Number: "12", Print: 1<<64 - 1, Items: []kitchen.Item{{Qty: -1, Name: "宫保鸡丁", Mods: []string{"少辣"}}}}},
		{Press: &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}},
		{Weight: &kitchen.Weight{Slot: "A1", Grams: 1200, Delta: -3}},
		{Fault: &kitchen.Fault{Device: "scale/a1", Text: "silent"}},
		{Recovered: &kitchen.Recovered{Device: "scale/a1"}},
		{ClockSet: &kitchen.ClockSet{Offset: time.Hour}},
		{Started: &kitchen.Started{Version: "1"}},
		{Change: &kitchen.Change{ID: "a", Urged: true}},
		{Alert: &kitchen.Alert{Type: kitchen.OrderReady, Sequence: 9, P50: &at, Probability: 0.85}},
		{Gap: &kitchen.Gap{From: 1, To: 2, Reason: "damaged"}},
	} {
		fact.Seq, fact.Stamp, fact.Source = 1, sample().Stamp, "x"
		r, err := encode(fact)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(r.key, r.value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fact, got); diff != "" {
			t.Errorf("(-encoded +decoded):\n%s", diff)
		}
		for _, word := range []string{`"seq":`, `"boot":`, `"up":`, `"at":`, `"clock":`} {
			if strings.Contains(string(r.value), word) {
				t.Errorf("%s is in the body too: %s", word, r.value[headerSize:])
			}
		}
	}
}

func FuzzRecord(f *testing.F) {
	r, err := encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.key, r.value)
	f.Add([]byte{}, []byte{})
	f.Add(r.key, r.value[:headerSize])
	f.Fuzz(func(t *testing.T, key, value []byte) {
		// As found, and with the checksum put right so that what lies behind it is reached.
		for range 2 {
			if e, err := decode(key, value); err == nil {
				again, err := encode(e)
				if err != nil {
					return // a body larger than ours would be
				}
				back, err := decode(again.key, again.value)
				if err != nil {
					t.Fatalf("own record does not decode: %v", err)
				}
				if diff := cmp.Diff(e, back); diff != "" {
					t.Fatalf("(-decoded +again):\n%s", diff)
				}
			}
			if len(key) != keySize || len(value) < headerSize {
				return
			}
			value = bytes.Clone(value)
			crc := checksum(key, value)
			value[4], value[5], value[6], value[7] = byte(crc>>24), byte(crc>>16), byte(crc>>8), byte(crc)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	for _, r := range (&checkpoint{seq: 5, snapshot: bytes.Repeat([]byte("state"), 300)}).encode(1) {
		f.Add(r.key, r.value)
	}
	f.Add([]byte{0, 0, 0, 0}, []byte{checkpointVersion})
	f.Fuzz(func(t *testing.T, key, value []byte) {
		c, err := decodeChunk(key, value)
		if err != nil {
			if !errors.Is(err, errCheckpoint) {
				t.Fatalf("got %v, want errCheckpoint", err)
			}
			return
		}
		if whole := join([]chunk{c}); whole != nil && !bytes.Equal(whole.snapshot, c.data) {
			t.Fatal("a checkpoint of one chunk is not what the chunk says")
		}
	})
}
