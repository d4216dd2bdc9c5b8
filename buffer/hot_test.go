package buffer

import (
	"fmt"
	"testing"

	"go.etcd.io/bbolt"
)

// rooted returns how many hot records the log has, and whether all buckets that
// should be small lie on the root's page.
func rooted(t *testing.T, s *store) (records int, ok bool) {
	t.Helper()
	err := s.view(func(tx *bbolt.Tx) error {
		root := tx.Cursor().Bucket().Stats()
		ok = root.BranchPageN+root.LeafPageN > 0
		for _, b := range hots(tx) {
			st := b.Stats()
			records += st.KeyN
			ok = ok && st.InlineBucketN == 1
		}
		p, err := tx.Page(int(tx.Cursor().Bucket().Root()))
		ok = ok && err == nil && p.Type == "leaf" && p.OverflowCount == 0
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return records, ok
}

// A commit of a press writes the root's page and no tree, a dozen times in a row.
func TestHotRecordsLieInTheRoot(t *testing.T) {
	for _, size := range []int{100, 200, 700, 950, 3000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			h := run(t, options(logPath(t)))
			most := 0
			for range 100 {
				h.append(t, sized(size))
				n, ok := rooted(t, h.store)
				if !ok {
					t.Fatalf("with %d records, the hot buckets do not lie in the root's page", n)
				}
				most = max(most, n)
			}
			if want := map[int]int{100: 16, 200: 12, 700: 4, 950: 3}[size]; most < want {
				t.Errorf("at most %d records are hot, want %d", most, want)
			}
			h.end(t)
			gapless(t, 1, dump(t, h.path))
		})
	}
}

// Many damaged ranges leave less room on the root's page, and no tree on it.
func TestHotRecordsBesideGaps(t *testing.T) {
	h := run(t, options(logPath(t)))
	for i := range 40 {
		gaps := []span{{uint64(1000 + 2*i), uint64(1000 + 2*i)}}
		if err := h.store.commit(change{gaps: gaps}); err != nil {
			t.Fatal(err)
		}
		for range 13 {
			h.append(t, sized(150))
		}
		if n, ok := rooted(t, h.store); !ok {
			t.Fatalf("with %d gaps and %d records, the hot buckets do not lie in the root's page", i+1, n)
		}
	}
}

func TestPlacesKeepOrder(t *testing.T) {
	rec := func(n int) record { return record{make([]byte, keySize), make([]byte, n-keySize-elementSize)} }
	for _, c := range []struct {
		name  string
		has   hotSizes
		sizes []int
		room  int
		want  string
	}{
		{"empty", hotSizes{}, []int{300, 300}, 4000, "[0 0]"},
		{"the next bucket", hotSizes{900}, []int{300}, 4000, "[1]"},
		{"never back", hotSizes{900, 100}, []int{50}, 4000, "[1]"},
		{"over several", hotSizes{}, []int{600, 600, 300, 600}, 4000, "[0 1 1 2]"},
		{"no bucket left", hotSizes{1, 1, 1, 900}, []int{300}, 4000, "[]"},
		{"no room on the page", hotSizes{900, 900}, []int{300}, 2000, "[]"},
		{"too large for any", hotSizes{}, []int{1009}, 4000, "[]"},
	} {
		var records []record
		for _, n := range c.sizes {
			records = append(records, rec(n))
		}
		if got := fmt.Sprint(c.has.place(records, c.room)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
