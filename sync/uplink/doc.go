// Package uplink ships the alerts of the log to an MQTT broker: in order, at
// least once, under ids that never change.
//
// # The log is the only memory
//
// paho is given nothing to remember: no session, no store, no reconnect of its
// own, and one client for one connection. With any of those on, it completes
// tokens without error when it resends after a lost connection, before any
// PUBACK came (20 of 20 measured with a broker that never acknowledged). With
// them off, a token without error means PUBACK, and the cursor may move.
//
// # Session
//
// A session is the life of one connection. It publishes state/board first, so
// that the cloud knows the truth in one message, then status and state/health,
// then what the log has past the cursor. A window of messages is in flight, and
// one goroutine waits for the oldest of them only (MQTT 3.1.1 [4.6.0]: PUBACKs
// come in the order of the PUBLISHes), so the cursor is contiguous by
// construction. An error at any token, a head that nobody acknowledges for 10 s,
// or a lost connection ends the whole session; the next one begins behind the
// cursor. Copies may repeat, first sightings stay in order.
//
// # Speed
//
// A lone alert goes out at once; alerts that wait go out in few packets, and their
// PUBACKs are read in few. With [Config].Dial it is for the caller to see that TCP
// neither waits: a broker that runs Nagle's algorithm, as mosquitto does unless told
// otherwise, holds back all PUBACKs but the first of a burst until our kernel's
// delayed ACK, 40 ms. TCP_QUICKACK, armed again before each read, ends that.
//
// # Commands
//
// What the cloud asks for on cmd/{name} comes at QoS 0 and is done by one goroutine;
// its reply goes out ahead of the log. Alerts that the cloud wants again go out beside
// what is new, and have a cursor of their own.
//
// # Brokers
//
// They are tried in order. A later one is left again for the first. A message at which
// sessions end is set aside, loudly, when nothing else can be at fault.
//
// # Identity
//
// An alert's id is device, log id and seq, as the log's commit gave them: no
// clock in it. A body is frozen when it is first sent, and a later session sends
// the same bytes. [Envelope] is the message; docs/ holds its schema.
//
// # Fakes
//
// Package uplinktest is a broker for tests, for use inside a synctest bubble.
package uplink
