package buffer

import "readyshelf/kitchen"

// tail is the newest commit, as a follower reads it. It was decoded while the medium
// was flushing, so that a follower who waits needs neither a transaction nor JSON
// between the commit and what it does. Nobody changes it.
type tail []kitchen.Event

// maxTail bounds a tail: a burst at the shelf. Who gets more is not waited for.
const maxTail = 16

// after returns the batch past seq, where the tail has all of it.
func (t tail) after(seq uint64) (batch, bool) {
	if len(t) == 0 || seq+1 < t[0].Seq || seq >= t[len(t)-1].Seq {
		return batch{}, false
	}
	return batch{events: t[seq+1-t[0].Seq:], next: t[len(t)-1].Seq}, true
}

// readAhead begins to decode records, if a follower waits for them, and returns a
// func that joins that.
func (l *Log) readAhead(records []record) func() tail {
	l.mu.Lock()
	wanted := l.waiting > 0 && len(records) <= maxTail
	l.mu.Unlock()
	if !wanted {
		return func() tail { return nil }
	}
	decoded := make(chan tail, 1)
	go func() {
		var t tail
		for _, r := range records {
			e, err := decode(r.key, r.value)
			if err != nil { // the reader will say so
				decoded <- nil
				return
			}
			t = append(t, e)
		}
		decoded <- t
	}()
	return func() tail { return <-decoded }
}

// next returns the events past a seq: from the newest commit, else from the file.
func (l *Log) next(at uint64) (batch, error) {
	l.mu.Lock()
	head, newest := l.head, l.tail
	l.mu.Unlock()
	if head <= at { // a look into the file would find nothing
		return batch{next: at}, nil
	}
	if b, ok := newest.after(at); ok && b.next <= head {
		return b, nil
	}
	return l.read(at)
}
