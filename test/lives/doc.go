// Package lives has tests of how orders live: whiles in a kitchen, in the bytes that
// printers get, and what stands on the board after them.
package lives
