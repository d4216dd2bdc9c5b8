package ticket

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const tableHead = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

// seenTable is what tesseract 5.3.0 with chi_sim wrote of a slip, enlarged twice, with
// a price that stands in a line of its own.
const seenTable = tableHead +
	"1\t1\t0\t0\t0\t0\t0\t0\t1248\t996\t-1\t\n" +
	"4\t1\t1\t1\t1\t0\t192\t90\t216\t80\t-1\t\n" +
	"5\t1\t1\t1\t1\t1\t192\t90\t60\t80\t93.6\t#23\n" +
	"4\t1\t1\t1\t2\t0\t48\t200\t500\t44\t-1\t\n" +
	"5\t1\t1\t1\t2\t1\t48\t200\t44\t44\t91\t宫\n" +
	"5\t1\t1\t1\t2\t2\t96\t200\t44\t44\t92\t保鸡丁\n" +
	"5\t1\t1\t1\t2\t3\t648\t202\t40\t40\t0\tXI\n" +
	"5\t1\t1\t1\t2\t4\t700\t202\t4\t40\t3\t|\n" +
	"4\t1\t2\t1\t1\t0\t840\t204\t130\t40\t-1\t\n" +
	"5\t1\t2\t1\t1\t1\t840\t204\t60\t40\t91\t18.\n" +
	"5\t1\t2\t1\t1\t2\t916\t204\t40\t40\t91\t00\n" +
	"4\t1\t3\t1\t1\t0\t48\t300\t500\t44\t-1\t\n" +
	"5\t1\t3\t1\t1\t1\t48\t300\t500\t44\t88\tI38OO13BO00\n" +
	"4\t1\t3\t1\t2\t0\t48\t400\t500\t44\t-1\t\n" +
	"5\t1\t3\t1\t2\t1\t48\t400\t500\t44\t95\t \n"

// TestTable: words stand in their lines and columns, columns of one line are one line,
// large ones are known, specks go, and numbers in which letters were seen are mended.
func TestTable(t *testing.T) {
	got, err := parseTSV([]byte(seenTable), 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{
		{Text: "      #23", Width: 2, Height: 2},
		{Text: "宫保鸡丁" + strings.Repeat(" ", 21) + "x1      18.00", Width: 1, Height: 1},
		{Text: "13800138000", Width: 1, Height: 1},
	}
	if diff := cmp.Diff(want, got.slip.Lines); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if got.confidence != 0.79 {
		t.Errorf("the confidence is %v, want the mean over characters, 0.79", got.confidence)
	}
	if lines := got.slip.Redacted(Options{}); strings.Contains(strings.Join(lines, ""), "138") {
		t.Errorf("a telephone number in which letters were seen is shown: %q", lines)
	}
}

func TestMended(t *testing.T) {
	for word, want := range map[string]string{
		"x1": "x1", "XI": "x1", "xl": "x1", "X2": "X2", "138OO13B000": "13800138000", "l2:3O": "l2:3O", "A117": "A117",
		"11:42:O5": "11:42:05", "Coke": "Coke", "B1": "B1", "IllOSB": "IllOSB", "500ml": "500ml", "GF5Z39O1": "GF5Z39O1",
	} {
		if got := mended(word); got != want {
			t.Errorf("%q is mended to %q, want %q", word, got, want)
		}
	}
}

func TestTableWrong(t *testing.T) {
	for name, table := range map[string]string{
		"nothing":      "",
		"another":      "hello\nworld\n",
		"no line":      tableHead + "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\tx\n",
		"a far place":  tableHead + "4\t1\t1\t1\t1\t0\t999999\t0\t9\t9\t-1\t\n",
		"no place":     tableHead + "4\t1\t1\t1\t1\t0\tx\t0\t9\t9\t-1\t\n",
		"no sureness":  tableHead + "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\tNaN\t\n",
		"too many":     tableHead + strings.Repeat("4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n", mostWords+1),
		"below naught": tableHead + "4\t1\t1\t1\t1\t0\t-1\t0\t9\t9\t-1\t\n",
	} {
		if got, err := parseTSV([]byte(table), 1); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	if got, err := parseTSV([]byte(tableHead), 1); err != nil || len(got.slip.Lines) != 0 || got.confidence != 0 {
		t.Errorf("an empty page gave %+v, %v", got, err)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte(seenTable), 2)
	f.Add([]byte(tableHead+"4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n5\t1\t1\t1\t1\t1\t0\t0\t0\t0\t0\t\n"), 1)
	f.Fuzz(func(t *testing.T, table []byte, scale int) {
		scale = 1 + scale&1
		got, err := parseTSV(table, scale)
		if err != nil {
			return
		}
		if got.confidence < 0 || got.confidence > 1 {
			t.Errorf("the confidence is %v", got.confidence)
		}
		for _, l := range got.slip.Lines {
			if strings.ContainsAny(l.Text, "\n\r\t\x1B") || len(l.Text) > len(table)+mostWords*maxWide/dotsA {
				t.Errorf("a line is %q", l.Text)
			}
		}
		Parse(got.slip, Options{})
	})
}

// FuzzPicture: whatever comes, what is drawn is within its bounds, and does not depend
// on how it is chunked.
func FuzzPicture(f *testing.F) {
	img := drawn(f, "#42\n")
	for _, way := range ways {
		f.Add([]byte(way(img)))
	}
	f.Add([]byte("\x1B@\x1B*\x21\x02\x00abcdef\x1B$\xFF\xFF\x1B*\x00\x01\x00x\x1B\\\x00\x80\x1D/\x03\n"))
	f.Add([]byte("^XA^FO99999999999,9^GFA,9,9,1,!:,GzF^XZ"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		all, one := played(stream, whole, seeing()), played(stream, bytewise, seeing())
		if len(all) != len(one) {
			t.Fatalf("%d slips whole, %d by bytes", len(all), len(one))
		}
		for i, s := range all {
			p, q := s.Picture, one[i].Picture
			switch {
			case (p == nil) != (q == nil):
				t.Fatalf("a picture depends on the chunks")
			case p == nil:
			case p.wide > maxWide || p.high > maxHigh || len(p.rows) < p.high*stride:
				t.Fatalf("a picture is %d by %d with %d bytes", p.wide, p.high, len(p.rows))
			case p.print() != q.print():
				t.Fatalf("a picture's dots depend on the chunks")
			}
		}
	})
}
