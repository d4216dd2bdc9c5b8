package ticket_test

import (
	"fmt"
	"strings"

	"readyshelf/sensors/ticket"
)

// Two slips in one stream, the second in another size and with a barcode.
func ExampleDecode() {
	stream := "\x1B@Table 4\n 2x Soup\n\x1DV0" +
		"\x1B@\x1D!\x11Order #7\n\x1D!\x00 1x Tea\n\x1DkE\x03ABC\x1Bi"
	slips, err := ticket.Decode(strings.NewReader(stream), ticket.Options{Encoding: "cp437"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range slips {
		fmt.Printf("%d lines, size %d, %d codes, ended by %s\n", len(s.Lines), s.Lines[0].Width, s.Codes, s.Ending)
		fmt.Print(s.Text())
	}
	// Output:
	// 2 lines, size 1, 0 codes, ended by cut
	// Table 4
	//  2x Soup
	// 2 lines, size 2, 1 codes, ended by cut
	// Order #7
	//  1x Tea
}
