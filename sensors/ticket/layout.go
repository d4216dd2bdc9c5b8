package ticket

import "readyshelf/kitchen"

// parse reads what a slip says. The key hashes the platform's long order id.
func parse(s Slip, _ []byte) kitchen.Ticket {
	return kitchen.Ticket{
		Kind: kitchen.SlipUnknown, Raster: s.Raster, Text: len(s.Lines) > 0,
		Partial: s.Partial, Encoding: s.Encoding, Unparsed: len(s.Lines),
	}
}
