package uplink

import (
	"errors"
	"net"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// The classes of causes, by what has to be done about them.
const (
	CauseDial     = "dial"     // nobody answers at the address
	CauseTLS      = "tls"      // TLS failed: certificates, names, clocks
	CausePassword = "password" // ours cannot be had
	CauseRefused  = "refused"  // the broker answered no to CONNECT, or its web server to us
	CauseLost     = "lost"     // the connection broke, or never got as far as an answer
	CauseMute     = "mute"     // the broker acknowledged nothing for 10 s
	CauseTwin     = "twin"     // see [ErrTwin]
	CauseGoodbye  = "goodbye"  // we ended it
)

// Causes are all classes.
var Causes = []string{CauseDial, CauseTLS, CausePassword, CauseRefused, CauseLost, CauseMute, CauseTwin, CauseGoodbye}

// What an error says it is, to be told apart without reading its words.
var (
	errTLS      = errors.New("TLS")
	errPassword = errors.New("password")

	errNoWebsocket = errors.New("the web server refused a websocket")
)

// refusals are the answers that are no.
var refusals = []error{
	packets.ErrorRefusedBadProtocolVersion, packets.ErrorRefusedIDRejected, packets.ErrorRefusedServerUnavailable,
	packets.ErrorRefusedBadUsernameOrPassword, packets.ErrorRefusedNotAuthorised,
	errNoWebsocket,
}

// Cause returns the class of a cause that OnState was told: few words, fit for a
// label. Where several brokers were tried it is that of the one that came the
// furthest; of nil it is empty.
func Cause(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrTwin):
		return CauseTwin
	case errors.Is(err, errNoAck), errors.Is(err, errSlowStop):
		return CauseMute
	case errors.Is(err, errGoodbye), errors.Is(err, errReturn):
		return CauseGoodbye
	}
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return CauseRefused
		}
	}
	var op *net.OpError
	switch {
	case errors.Is(err, errTLS):
		return CauseTLS
	case errors.Is(err, errPassword):
		return CausePassword
	case errors.As(err, &op) && op.Op == "dial":
		return CauseDial
	}
	return CauseLost
}
