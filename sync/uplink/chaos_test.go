package uplink_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// Whatever a broker does, and whatever the cloud asks for meanwhile: nothing is lost,
// first sightings are in order, and a stop is soon over.
func TestChaos(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) { chaos(t, s, seed) })
		})
	}
}

func chaos(t *testing.T, s *shop, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	resend := make(chan uplink.Range, 1)
	s.Resend, s.Read, s.Window = resend, s.log.Read, 1+r.IntN(20)
	s.Command = func(_ context.Context, _ string, body []byte) []byte {
		time.Sleep(time.Second)
		return body
	}
	s.log.onAck = nil // it looks at all there was, each time
	answers := rand.New(rand.NewPCG(seed, 2))
	bad := answers.IntN(100)
	s.broker.Answer = func(uplinktest.Message) uplinktest.Reply {
		replies := []uplinktest.Reply{uplinktest.Withhold, uplinktest.HangUp, uplinktest.Lose}
		if answers.IntN(1000) < bad {
			return replies[answers.IntN(len(replies))]
		}
		return uplinktest.Acknowledge
	}
	s.start()
	alerts := 0
	for range 60 {
		for range r.IntN(40) {
			s.log.add(s.press(), s.alert())
			alerts++
		}
		switch on := r.IntN(2) == 0; r.IntN(8) {
		case 0:
			s.broker.Cut()
		case 1:
			s.broker.SetMute(on)
		case 2:
			s.broker.SetDeaf(on)
		case 3:
			s.broker.SetDown(on)
		case 4:
			select {
			case resend <- uplink.Range{From: 1 + s.log.acked()/2, To: s.log.acked()}:
			default:
			}
		case 5:
			s.ask("ping", "1")
		case 6:
			s.stop()
			began := time.Now()
			if err := <-s.done; err != nil || time.Since(began) > 6*time.Second {
				t.Errorf("the stop took %v and ended with %v", time.Since(began), err)
			}
			s.start()
		}
		time.Sleep(time.Duration(r.Int64N(int64(20 * time.Second))))
	}
	s.broker.SetMute(false)
	s.broker.SetDeaf(false)
	s.broker.SetDown(false)
	s.broker.SetAnswer(nil)
	time.Sleep(10 * time.Minute)
	if got := s.log.acked(); got != uint64(2*alerts) {
		t.Errorf("the cursor is at %d, want %d", got, 2*alerts)
	}
	first := map[string]bool{}
	for _, e := range s.events() { // a stop forgets what bodies said: copies may differ
		if !first[e.ID] {
			first[e.ID] = true
			if want := fmt.Sprintf("%020d", len(first)); e.Envelope.Sequence != want {
				t.Fatalf("first sighting of sequence %s, want %s", e.Envelope.Sequence, want)
			}
		}
	}
	if len(first) != alerts {
		t.Errorf("the broker saw %d alerts, want %d", len(first), alerts)
	}
}
