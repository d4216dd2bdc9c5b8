package scale

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaults(t *testing.T) {
	never := func(byte) string { return "" }
	for _, test := range []struct {
		name    string
		dialect Dialect
		talk    func(b *bench)
		want    string
		after   time.Duration // at most
		ups     int
	}{
		{"asked, silent", toledo8217, func(b *bench) { b.answer(never) },
			"does not answer: check cable, power, protocol and baud rate (now toledo8217, 9600 7E1)", 6 * time.Second, 0},
		{"asked, does not even listen", toledo8217, func(b *bench) {},
			"does not answer", 6 * time.Second, 0},
		{"stream, silent", xk3190TF0, func(b *bench) { b.stream(20, tenHz, tf0(100)) },
			"sends nothing", 8 * time.Second, 1},
		{"stream that may be silent, but has never been", stGs, func(b *bench) { b.stream(150, tenHz, us(100)) },
			"has stopped sending", 50 * time.Second, 1},
		{"other protocol", stGs, func(b *bench) { b.stream(50, 300*time.Millisecond, tf0(100)) },
			"talks, but not st-gs: check protocol and mode (now 9600 8N1)", 11 * time.Second, 0},
		{"garbage, fast", toledo8217, func(b *bench) { b.stream(300, time.Millisecond, "\x02zzzzzzzzzzzzzzz") },
			"talks, but not toledo8217", time.Second, 0},
		{"garbage with control characters", berkel, func(b *bench) { b.stream(300, 10*time.Millisecond, "zz\x00\x15zzzzzzz") },
			"talks, but not berkel", 5 * time.Second, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := connect(t, &Scale{Name: "a", Dialect: test.dialect})
				start := time.Now()
				talked := make(chan bool)
				go func() { test.talk(b); close(talked) }()
				err := <-b.ended
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want ...%s", err, test.want)
				}
				if took := time.Since(start); took > test.after {
					t.Errorf("it took %v, want %v at most", took, test.after)
				}
				if b.ups != test.ups {
					t.Errorf("up was called %d times, want %d", b.ups, test.ups)
				}
				b.wire.Close()
				<-talked
			})
		})
	}
}

// TestNoFaults has scales that are allowed to be as they are.
func TestNoFaults(t *testing.T) {
	for _, test := range []struct {
		name    string
		dialect Dialect
		talk    func(b *bench)
	}{
		{"never said a word", dahuaACS, func(b *bench) {}},
		{"asked, and may be silent", adam, func(b *bench) { b.answer(func(byte) string { return "" }) }},
		{"a spark on the line", stGs, func(b *bench) { b.stream(1, 0, "\xFF\x00\xFE") }},
		{"half of it is damaged", stGs, func(b *bench) {
			for range 600 {
				b.stream(1, tenHz, st(100))
				b.stream(2, tenHz, "ST,GS,+   0.1\x00\x01kg\r\n")
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := connect(t, &Scale{Name: "a", Dialect: test.dialect})
				test.talk(b)
				time.Sleep(25 * time.Second)
				select {
				case err := <-b.ended:
					t.Fatalf("ended with %v", err)
				default:
				}
				if err := b.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestDroppedIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "a", Dialect: xk3190TF0})
		b.stream(3, tenHz, tf0(100))
		b.stream(4, tenHz, "\x02+00200021C\x03")
		b.stream(3, tenHz, tf0(100))
		if got := b.Dropped(); got != 4 {
			t.Errorf("dropped %d frames, want 4", got)
		}
		b.stop()
	})
}
