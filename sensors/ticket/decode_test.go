package ticket

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// printed decodes one slip from its beginning and returns its text.
func printed(t *testing.T, o Options, in string) (string, Slip) {
	t.Helper()
	d := newConnection(o)
	slips := append(d.Write([]byte(in)), d.Close()...)
	if len(slips) != 1 {
		t.Fatalf("%q: got %d slips, want 1", in, len(slips))
	}
	return strings.TrimSuffix(slips[0].Text(), "\n"), slips[0]
}

func gb(s string) string {
	out, _ := simplifiedchinese.GB18030.NewEncoder().String(s)
	return out
}

func TestText(t *testing.T) {
	big5, _ := traditionalchinese.Big5.NewEncoder().String("滷肉飯")
	sjis, _ := japanese.ShiftJIS.NewEncoder().String("牛丼ﾗｰﾒﾝ")
	uhc, _ := korean.EUCKR.NewEncoder().String("똠방각하")
	for _, c := range []struct {
		name, encoding, in, want, as string
	}{
		{"GB 18030 is the default", "", gb("宫保鸡丁"), "宫保鸡丁", "gb18030"},
		{"four bytes", "gb18030", "\x81\x39\xEE\x39x", "㐀x", "gb18030"},
		{"a lead without a trail costs one byte", "gb18030", "\xC4(" + gb("热") + ")", "\uFFFD(热)", "gb18030"},
		{"at the end of a line too", "gb18030", "a\xC4\nb", "a\uFFFD\nb", "gb18030"},
		{"Big5", "big5", big5, "滷肉飯", "big5"},
		{"Shift-JIS with half-width katakana", "shift-jis", sjis, "牛丼ﾗｰﾒﾝ", "shift-jis"},
		{"CP949", "cp949", uhc, "똠방각하", "cp949"},
		{"code page 437", "cp437", "caf\x82 \xE1", "café ß", "cp437"},
		{"code page 858 has the euro", "cp858", "5 \xD5", "5 €", "cp858"},
		{"Windows 1252", "cp1252", "\x80 \x96 \xD7", "€ – ×", "cp1252"},
		{"ESC t chooses a page", "cp437", "\x1Bt\x10\xD7 \x1Bt\x11\x80 \x1Bt\x0D\xA6", "× А Ğ", "cp1252"},
		{"Turkish and Maltese", "cp437", "\x1Bt\x0C\xE7\xA7", "Ħğ", "cp853"},
		{"TCVN 3 in capitals", "cp437", "\x1Bt\x1Eb\xB8 \x1Bt\x1Fb\xB8", "bá bÁ", "tcvn3"},
		{"characters that users draw", "gb18030", "\xAA\xA1\xAA\xA2 \xA1\xAA", "\uE000\uE001 —", "gb18030"},
		{"national characters", "cp437", "#1 \x1BR\x03#1 \x1BR\x02[]\x1BR\x00[]", "#1 £1 ÄÜ[]", "cp437"},
		{"the yen of Japan", "shift-jis", "\\1,200", "¥1,200", "shift-jis"},
		{"but not in UTF-8", "shift-jis", "\\1 " + "ラーメン", "\\1 ラーメン", "utf8"},
		{"a page nobody has", "cp437", "\x1Bt\x19\xA1", "\uFFFD", "unknown"},
		{"ESC t waits for the end of double-byte mode", "gb18030", "\x1Bt\x10" + gb("糖") + "\x1C.\xD7", "糖×", "cp1252"},
		{"ESC @ turns double-byte mode on again", "gb18030", "\x1C.\x1B@" + gb("糖"), "糖", "gb18030"},
		{"FS & in a western shop", "cp437", "\x1C&" + gb("糖") + "\x1C.\x82", "糖é", "cp437"},
		{"JIS by FS C 0", "shift-jis", "\x1CC0\x1C&\x46\x7C\x1C.x", "日x", "jis"},
		{"Shift-JIS by FS C 1 in a western shop", "cp437", "\x1CC1\x1C&\x93\xFA\x1C.\x82", "日é", "cp437"},
		{"FS C in a Chinese shop", "gb18030", "\x1CC1" + gb("糖"), "糖", "gb18030"},
		{"Bematech's settings", "cp437", "\x1D\xF9\x20\x31\x1D\xF9\x2D\x01a", "a", "cp437"},
		{"UTF-8 by FS ( C", "gb18030", "\x1C(C\x02\x000\x02抹茶 –", "抹茶 –", "utf8"},
		{"ESC @ ends that", "gb18030", "\x1C(C\x02\x000\x02\x1B@" + gb("抹茶"), "抹茶", "gb18030"},
		{"UTF-8 by the vendor's command", "gb18030", "\x1B##CDTY\x02美团", "美团", "utf8"},
		{"which the bytes may belie", "gb18030", "\x1B##CDTY\x02" + gb("鱼香肉丝饭"), "鱼香肉丝饭", "gb18030"},
		{"UTF-8 that nobody announced", "gb18030", "美团外卖 辣椒小炒肉", "美团外卖 辣椒小炒肉", "utf8"},
		{"in a western shop", "cp437", "café", "café", "utf8"},
		{"in Big5's shop", "big5", "滷肉飯 加滷蛋", "滷肉飯 加滷蛋", "utf8"},
		{"but not where a page was chosen", "cp437", "\x1Bt\x10caf\xC3\xA9", "cafÃ©", "cp1252"},
		{"GB that happens to be UTF-8", "gb18030", gb("联通"), "联通", "gb18030"},
		{"columns by tab", "cp437", "1\tTea\t3.00", "1       Tea     3.00", "cp437"},
		{"columns by tab stops", "cp437", "\x1BD\x04\x14\x00x\tTea\t3", "x   Tea             3", "cp437"},
		{"a tab counts Chinese twice", "gb18030", gb("米饭") + "\tx1", "米饭    x1", "gb18030"},
		{"columns by dots", "cp437", "Tea\x1B$\x78\x003.00", "Tea       3.00", "cp437"},
		{"a column is apart", "cp437", "Cheeseburger\x1B$\x18\x003.00", "Cheeseburger 3.00", "cp437"},
		{"the first column is where it is", "cp437", "\x1B$\x18\x00Tea", "  Tea", "cp437"},
		{"dots from here", "cp437", "a\x1B\\\x24\x00b", "a   b", "cp437"},
		{"dots of double width", "cp437", "\x1D!\x10a\x1B$\x78\x00b", "a    b", "cp437"},
		{"CR before LF", "cp437", "a\r\nb\r\n", "a\nb", "cp437"},
		{"LF before CR", "cp437", "a\n\rb\n\r", "a\nb", "cp437"},
		{"CR alone", "cp437", "a\rb\rc\r\n\n", "a\nb\nc", "cp437"},
		{"one CR alone among lines", "cp437", "a\nb\rc\nd\n", "a\nbc\nd", "cp437"},
		{"ESC d ends a line", "cp437", "a\x1Bd\x02b", "a\n\nb", "cp437"},
		{"ESC J ends a line without an empty one", "cp437", "a\x1BJ\x30\x1BJ\x30b", "a\nb", "cp437"},
		{"FF ends a line", "cp437", "a\x0Cb", "a\nb", "cp437"},
		{"a style within a line", "cp437", "a\x1BE\x01b\x1BE\x00c", "abc", "cp437"},
		{"NUL and DEL print nothing", "cp437", "a\x00b\x7Fc", "abc", "cp437"},
		{"a no-break space is a space", "cp437", "a\xFFb", "a b", "cp437"},
		{"a barcode's data is no text", "cp437", "a\x1DkE\x03ABC\nb", "a\nb", "cp437"},
		{"a clone's QR data neither", "cp437", "a\x1BZ\x00\x03\x06\x02\x00XY\nb", "a\nb", "cp437"},
		{"page mode in order of arrival", "cp437", "\x1BL\x1D$\x20\x00one\x1D$\x40\x00two\x0C", "one\ntwo", "cp437"},
		{"Star ends lines by CR", "cp437", "\x1B@\x1B\x1Da\x01a\rb\r\nc", "a\nb\nc", "cp437"},
		{"Star's pages", "cp437", "\x1B@\x1B\x1Dt\x20\xD7", "×", "cp1252"},
	} {
		got, slip := printed(t, Options{Encoding: c.encoding}, c.in)
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if slip.Encoding != c.as {
			t.Errorf("%s: read as %s, want %s", c.name, slip.Encoding, c.as)
		}
	}
}

func TestCodePageOverride(t *testing.T) {
	o := Options{Encoding: "cp437", CodePages: map[int]string{6: "cp1251", 16: "cp866"}}
	got, _ := printed(t, o, "\x1Bt\x06\xC0 \x1Bt\x10\x80 \x1Bt\x02\xD5")
	if want := "А А ı"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUndecoded(t *testing.T) {
	_, slip := printed(t, Options{Encoding: "gb18030"}, "a\xC4\nb\xFF\n\x1B\x01\x1B\x02")
	if slip.Undecoded != 2 || slip.Unknown != 2 {
		t.Errorf("got %d bytes undecoded and %d commands unknown, want 2 and 2", slip.Undecoded, slip.Unknown)
	}
}

func TestStyles(t *testing.T) {
	in := "\x1B@\x1Ba\x01\x1D!\x11#12\x1D!\x00 " + gb("美团") + "\n" + // centred, double
		"\x1Ba\x02\x1B!\x18tall\n" + // right, bold and double height
		"\x1Ba\x00\x1B!\x00\x1C!\x0C" + gb("大") + "\n" + // FS ! doubles Chinese alone
		"\x1CW\x00\x1BG\x01a\x1BG\x00b\n" +
		"\x1D!\x22  \x1D!\x00x\n" + // spaces have no size
		"\x1BE\x01\x1B@plain\n"
	d := newConnection(Options{})
	var lines []Line
	for _, s := range append(d.Write([]byte(in)), d.Close()...) {
		lines = append(lines, s.Lines...)
	}
	want := []Line{
		{Text: "#12 美团", Width: 2, Height: 2, Align: Centre},
		{Text: "tall", Width: 1, Height: 2, Bold: true, Align: Right},
		{Text: "大", Width: 2, Height: 2},
		{Text: "ab", Width: 1, Height: 1, Bold: true},
		{Text: "  x", Width: 1, Height: 1},
		{Text: "plain", Width: 1, Height: 1},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// TestEndings is how slips end, as "text/ending" each.
func TestEndings(t *testing.T) {
	mark := gb("********#18完********")
	for _, c := range []struct{ name, in, want string }{
		{"cut", "a\n\x1DV0b\n\x1DVB\x00", "a/cut b/cut"},
		{"short cuts", "a\n\x1Bib\n\x1Bm", "a/cut b/cut"},
		{"two cuts are two slips", "a\n\x1Bi\x1B@a\n\x1Bi", "a/cut a/cut"},
		{"close", "a\n", "a/close"},
		{"ESC @ with text pending", "a\x1B@b\n", "a/init b/close"},
		{"ESC @ twice and ESC p are nothing", "\x1B@\x1B@a\n\x1DV0\x1B@\x1Bp\x00\x19\xFA\x1BB\x02\x02", "a/cut"},
		{"NUL and spaces are nothing", "\x1B@\x00\x00  \n\n\x1DV0", ""},
		{"FF in page mode", "\x1BLa\n\x0C\x1BS\x1DV0", "a/cut"},
		{"an end mark and empty lines", mark + "\n\n\n\n" + "next\n", "********#18完********/mark next/close"},
		{"not without them", mark + "\nfooter\n", "********#18完********\nfooter/close"},
		{"not with a cut", mark + "\n\n\n\n\n\x1DV0next\n", "********#18完********/cut next/close"},
		{"a cut without its n", "a\n\x1DVA\x1B@b\n\x1DV0", "a/cut b/cut"},
		{"a TSPL label", "SIZE 40 mm,30 mm\r\nCLS\r\nTEXT 1,1,\"f\",0,1,1,\"a,\\[\"]b\"\r\nPRINT 1,2\r\n", "a,\"b/label"},
		{"a label cleared", "CLS\r\nTEXT 1,1,\"f\",0,1,1,\"old\"\r\nCLS\r\nTEXT 1,1,\"f\",0,1,1,\"new\"\r\nPRINT 1\r\n", "new/label"},
		{"a block on a label", "CLS\r\nBLOCK 1,1,300,60,\"f\",0,1,1,\"two, lines\"\r\nPRINT 1\r\n", "two, lines/label"},
		{"a label in UTF-8", "SIZE 1\r\nCODEPAGE UTF-8\r\nTEXT 1,1,\"f\",0,1,1,\"茶\"\r\nPRINT 1\r\n", "茶/label"},
		{"TSPL, then ESC/POS", "SIZE 1\r\nTEXT 1,1,\"f\",0,1,1,\"a\"\r\nPRINT 1\r\n\x1B@b\n\x1DV0", "a/label b/cut"},
		{"TSPL's own question", "SIZE 1\r\n\x1B!?TEXT 1,1,\"f\",0,1,1,\"a\"\r\nPRINT 1\r\n", "a/label"},
		{"a stored picture", "DOWNLOAD \"A.PCX\",5,\r\n\x1B@\nSIZE 1\r\nTEXT 1,1,\"f\",0,1,1,\"a\"\r\nPRINT 1\r\n", "a/label"},
		{"a ZPL label", "^XA^CI28^FO1,1^A0N,48,48^FD#7 茶^FS^FO1,9^BQN,2,5^FDsecret^FS^FD少冰^FS^XZ", "#7 茶\n少冰/label"},
		{"ZPL with hex digits", "^XA^CI28^FH^FDCaf_C3_A9^FS^XZ", "Café/label"},
		{"ZPL with a picture", "^XA^GFB,4,4,2,^XZ!^FDa^FS^XZ", "a/label"},
		{"two ZPL labels", "^XA^FDa^FS^XZ\r\n^XA^FDb^FS^XZ\r\n", "a/label b/label"},
		{"ZPL in GBK, with ^ in a character", "^XA^FD" + "\x81^" + gb("茶") + "^FS^XZ", "乛茶/label"},
		{"a CPCL label", "! 0 200 200 240 1\r\nTEXT 4 0 1 1 #3\r\nCONCAT 0 0\r\n4 0 1 a\r\n4 0 1 b\r\nENDCONCAT\r\nPRINT\r\n", "#3\na b/label"},
		{"CPCL's QR codes and text blocks", "! 0 200 200 240 1\r\nB QR 1 1 M 2 U 6\r\nMA,secret\r\nENDQR\r\nML 20\r\nTEXT 4 0 1 1\r\none\r\ntwo\r\nENDML\r\nPRINT\r\n", "one\ntwo/label"},
		{"a ticket that begins like a label", "SIZE LARGE\nTEXT ME\nCLSD\n", "SIZE LARGE\nTEXT ME\nCLSD/close"},
		{"a request with a body", "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello\x1B@a\n", "a/close"},
		{"PJL around a job", "\x1B%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=ESCPOS\r\n\x1B@a\n\x1B%-12345X@PJL EOJ\r\n", "a/close"},
		{"a PostScript job", "%!PS-Adobe-3.0\n(Hello) show\nshowpage\n", ""},
		{"a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03abcdefgh\n1234\n", ""},
	} {
		for how, next := range chunkings() {
			d := newConnection(Options{})
			var got []string
			for _, s := range append(inChunks(d, []byte(c.in), next), d.Close()...) {
				got = append(got, strings.TrimSpace(s.Text())+"/"+string(s.Ending))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s, %s: want -, got +\n%s", c.name, how, diff)
			}
		}
	}
}

func TestIdle(t *testing.T) {
	d := newConnection(Options{})
	if d.Pending() || d.Idle() != nil {
		t.Error("something is pending at the start")
	}
	d.Write([]byte("\x1B@a\n"))
	if !d.Pending() {
		t.Error("a line is not pending")
	}
	slips := d.Idle()
	if len(slips) != 1 || slips[0].Ending != EndIdle || slips[0].Partial {
		t.Errorf("got %+v, want one slip that silence ended", slips)
	}
	if d.Pending() {
		t.Error("something is pending after the slip")
	}
}

// TestIdleInPicture: a pause in the middle of a picture is the paper's; a longer
// one is a broken job, and the next is read.
func TestIdleInPicture(t *testing.T) {
	d := newConnection(Options{})
	d.Write([]byte("\x1B@a\n\x1Dv0\x00\x08\x00\x08\x00xx"))
	if slips := d.Idle(); slips != nil {
		t.Fatalf("a pause ended the slip: %+v", slips)
	}
	d.Write([]byte("xxxx"))
	if slips := d.Idle(); slips != nil {
		t.Fatalf("a second pause ended the slip: %+v", slips)
	}
	if slips := d.Idle(); len(slips) != 1 {
		t.Fatalf("got %d slips after a long pause, want 1", len(slips))
	}
	if slips := d.Write([]byte("\x1B@b\n\x1DV0")); len(slips) != 1 || slips[0].Text() != "b\n" {
		t.Errorf("got %+v, want the next slip", slips)
	}
}

func TestPartial(t *testing.T) {
	for _, c := range []struct {
		name string
		d    *Decoder
		in   string
		want bool
	}{
		{"entered in text", NewDecoder(Options{}), "s x2\nc\n", true},
		{"entered at a command", NewDecoder(Options{}), "\x1B@a\n", false},
		{"a connection begins at its beginning", newConnection(Options{}), "a\n", false},
		{"lost in between", newConnection(Options{}), "a\n\x1Dv0\x00\xFF\xFF\xFF\xFF\nb\n", true},
	} {
		slips := append(c.d.Write([]byte(c.in)), c.d.Close()...)
		if len(slips) != 1 || slips[0].Partial != c.want {
			t.Errorf("%s: got %+v, want partial %v", c.name, slips, c.want)
		}
	}
}

// TestEndless: a stream that never ends a slip costs no memory without bound.
func TestEndless(t *testing.T) {
	for name, line := range map[string]string{
		"text": strings.Repeat("x", 1000), "styles": "\x1BE\x01a\x1BE\x00b", "lines": "a\n", "feeds": "a\x1Bd\xFF",
		"empty lines": "\n", "columns": "\x1B$\xFF\xFF", "tabs": "\x1BD\x10\x00\t",
	} {
		d := newConnection(Options{Encoding: "cp437"})
		lines, slips := 0, 0
		for range min(2*maxText/len(line), 2*maxOps+2) {
			for _, s := range d.Write([]byte(line)) {
				lines, slips = max(lines, len(s.Lines)), slips+1
			}
			if slips > 2 {
				break
			}
			if cap(d.paper.text) > 4*maxText || cap(d.paper.ops) > 4*maxOps || len(d.paper.tabs) > maxOps+1 {
				t.Fatalf("%s: the paper holds %d bytes and %d ops", name, cap(d.paper.text), cap(d.paper.ops))
			}
		}
		if lines > maxLines+256 {
			t.Errorf("%s: a slip has %d lines", name, lines)
		}
	}
}

func TestDecodeError(t *testing.T) {
	broken := errors.New("broken")
	slips, err := Decode(iotest.DataErrReader(iotest.ErrReader(broken)), Options{})
	if !errors.Is(err, broken) || slips != nil {
		t.Errorf("got %v, %v; want nothing and the reader's error", slips, err)
	}
	slips, err = Decode(iotest.OneByteReader(strings.NewReader("a\n\x1DV0b")), Options{})
	if err != nil || len(slips) != 2 {
		t.Errorf("got %v, %v; want two slips", slips, err)
	}
}

func TestEncodings(t *testing.T) {
	all := Encodings()
	for _, name := range []string{"gb18030", "big5", "shift-jis", "cp949", "cp437", "cp858", "cp1252", "utf8"} {
		if err := ValidEncoding(name); err != nil || !slices.Contains(all, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	slips := newConnection(Options{Encoding: "UTF8"}).Write([]byte("汤\n\x1DV0"))
	if err := ValidEncoding("GB18030"); err != nil || len(slips) != 1 || slips[0].Text() != "汤\n" {
		t.Errorf("names in capitals: %v, %+v", err, slips)
	}
	if err := ValidEncoding("gb2312x"); err == nil || !strings.Contains(err.Error(), "gb18030") {
		t.Errorf("got %v, want an error that names those there are", err)
	}
	for _, pages := range []map[int]string{epsonPages, starPages} {
		for n, name := range pages {
			if charsets[name] == nil {
				t.Errorf("page %d is %s, which is missing", n, name)
			}
		}
	}
	for name, half := range upperHalves {
		if n := len([]rune(half)); n != 128 {
			t.Errorf("%s has %d characters, want 128", name, n)
		}
	}
}

// slipText is what a slip says, for comparison.
func slipText(slips []Slip) string {
	var b strings.Builder
	for _, s := range slips {
		fmt.Fprintf(&b, "%+v\n", s)
	}
	return b.String()
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	names := Encodings()
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		o := Options{Encoding: names[seed%uint64(len(names))]}
		one := NewDecoder(o)
		want := slipText(append(one.Write(b), one.Close()...))
		rnd := rand.New(rand.NewPCG(seed, 4))
		two := NewDecoder(o)
		slips := inChunks(two, bytes.Clone(b), func() int { return 1 + rnd.IntN(50) })
		if diff := cmp.Diff(want, slipText(append(slips, two.Close()...))); diff != "" {
			t.Errorf("whole -, in chunks +\n%s", diff)
		}
		// Silence at any place loses nothing that comes after the next ESC @.
		three := NewDecoder(o)
		three.Write(b)
		three.Idle()
		three.Idle()
		three.tokens.off = false
		after := three.Write([]byte("\x1B@ok\n\x1DV0"))
		if len(after) != 1 || after[0].Text() != "ok\n" {
			t.Errorf("after silence: %+v", after)
		}
	})
}
