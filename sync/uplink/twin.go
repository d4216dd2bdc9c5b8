package uplink

import mqtt "github.com/eclipse/paho.mqtt.golang"

// Two boxes of one name throw each other out. Who the other is stands in the
// state/health that it has left at the broker. It is asked for after a suspicion
// only, and by one session: some brokers hang up on who reads what it may not.

// lookForTwin asks for the retained state/health, ahead of our own. Nothing waits for
// an answer.
func (s *session) lookForTwin() {
	if !s.wary || s.Twin == nil {
		return
	}
	s.client.Subscribe(s.root+"/state/health", 0, func(_ mqtt.Client, m mqtt.Message) { s.Twin(m.Payload()) })
}
