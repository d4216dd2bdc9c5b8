// Package buffer keeps the event log: the daemon's one source of truth, in one
// bbolt file on the card.
//
// # Concepts
//
// A fact goes in by [Log.Append], which returns once it is on the medium. One
// goroutine writes, in [Log.Run]. It takes every Append that waits into one
// transaction, so a lone fact never waits for a timer and a crowd shares the
// cost of a commit. Before it writes, it asks the [Decider] what follows from
// each fact, and commits cause and effect together: a crash loses neither half.
//
// A follower reads by [Log.Follow], in order, past a named cursor that it moves
// itself by acknowledging. Cursors ride along with the next commit. After a
// crash a follower sees again what it had acknowledged since: at least once,
// under the same ids.
//
// An event's identity is (log id, seq). Seq is given inside the transaction,
// without gaps, from 1, and goes on counting when all events are gone. The log
// id is random and made with the file, so two files never share identities.
//
// The checkpoint is the Decider's state at one seq. A start restores it and
// applies what follows, so history can be trimmed while state stays. Trimming
// takes the oldest events first, and never one that a follower still needs. Where
// that is not enough, a full log drops events of spare classes, sent or not, and
// tells of each time with a Gap.
//
// # The file
//
//	meta        format, log, boot, boot_id
//	hot0 … hot3 seq → record: the newest few; the sequence of hot0 is the head
//	events      seq → record: the history; its sequence is the last trimmed seq
//	lean, bare  seq → record: its older parts, without some classes; see tiers.go
//	cursors     follower → seq
//	checkpoint  chunk → bytes
//	gaps        from → to: ranges known to be damaged, each told once as a Gap
//
// A seq key is 8 bytes, big-endian. A record is a 32-byte header with a CRC-32C
// and the event as JSON; see record.go. Beside the file lies its sidecar,
// "<path>.id", which holds the log id: by it an emptied or damaged file is told
// from a first start; see sidecar.go.
//
// The hot buckets save the card: they are small enough to lie in the root's own
// page, so a commit rewrites that page and a meta page, and not the history's tree.
// When they are full they move to the history at once; see hot.go.
//
// # Damage
//
// bbolt keeps no list of free pages in the file and looks for them when it opens it: a
// damaged page can end the process there. So a file is probed in a child first
// ([Probe]). What is broken is read page by page without bbolt, and what is left of
// it begins a new log, under an id of its own and with the state of the old one; the
// old events follow in it under their first identity. See salvage.go.
package buffer
