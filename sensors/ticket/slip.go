package ticket

// Align is where a line stands on the paper.
type Align uint8

// The alignments of ESC a.
const (
	Left Align = iota
	Centre
	Right
)

// Line is one line of paper.
type Line struct {
	// Text is what is printed, with columns as spaces, without trailing spaces.
	Text string
	// Width and Height are the largest character size on the line, 1 to 8.
	Width, Height int
	Bold          bool
	Align         Align
	// Hidden says that something personal stood there; Text is empty then.
	Hidden bool
}

// Ending says how a slip ended.
type Ending string

// The endings, in order of trust.
const (
	EndCut   Ending = "cut"   // a cut command, or FF in page mode
	EndLabel Ending = "label" // PRINT, ^XZ: a label job
	EndClose Ending = "close" // the connection closed
	EndInit  Ending = "init"  // ESC @ with text pending
	EndMark  Ending = "mark"  // the platform's own end mark, "#18完"
	EndIdle  Ending = "idle"  // nothing came for a while
)

// Slip is one piece of paper, before anybody has understood it. It may hold
// personal data and never leaves this package but for [Slip.Text] and [Slip.Anonymous].
type Slip struct {
	Lines []Line
	// Raster says that there was a picture, Codes how many barcodes and QR codes;
	// what they say is dropped.
	Raster bool
	Codes  int
	// Picture is what it shows, where it has no text and pictures are read. It is kept
	// nowhere.
	Picture *Picture `json:"-"`
	// Encoding is how the text was decoded: "gb18030", "cp437", "utf8", …
	Encoding string
	Ending   Ending
	// Partial says that the beginning was missed.
	Partial bool
	// Missed counts the lines with text that a slip of more than 2,000 lines or
	// 256 KiB has besides.
	Missed int
	// Undecoded counts bytes that are no character in Encoding, Unknown the
	// commands that are in no table.
	Undecoded, Unknown int
	// Garbled says that it is more noise than text: a stranger's bytes, or the wrong
	// speed of a serial line.
	Garbled bool
}
