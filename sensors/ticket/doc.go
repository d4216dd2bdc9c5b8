// Package ticket turns what a receipt printer hears into tickets.
//
// A printer speaks ESC/POS: printable bytes, a few control bytes (LF ends a
// line), and commands that begin with ESC, FS, GS or DLE and carry parameters of
// a known length. Nothing marks where a command ends but the table of lengths, so
// one wrong length turns a picture into text. The package works in three steps,
// each of which knows only its own:
//
//   - The tokeniser (escpos.go, star.go) cuts a stream into text, control bytes
//     and commands. It sees any chunking alike, allocates nothing, and bounds every
//     skip. Until it is sure where commands begin, no skip crosses an ESC @.
//   - The [Decoder] keeps the state of the paper: character set, size, alignment,
//     columns. What is torn off is a [Slip]: lines of text, and whether there was a
//     picture. Label printers (TSPL, ZPL, CPCL) have their own files; one label is
//     one slip.
//   - [Parse] reads a slip: which order, which items, what is promised. Personal
//     data is dropped there, before anything leaves the package.
//
// The text is decoded last, for a whole slip at once: only then can it be told
// whether the shop prints in its own encoding or in UTF-8, and whether CR alone
// ends a line.
//
// Three things own a port: a [Printer] is one more printer on TCP that answers its
// host as a plain Epson TM-T88 would, a [Tap] listens on a serial line and never says
// a word, and a [Proxy] hands on what tills and their printer say to each other, and
// reads it behind them.
//
// The command lengths are those of the Epson ESC/POS and Star Line Mode manuals
// and of the tables of github.com/kunif/EscPosUtils.
package ticket
