package sqlite

import (
	"errors"
	"time"
)

// errNotATime cannot happen: the tables are STRICT.
var errNotATime = errors.New("a time column holds something else than an integer")

// micros is the stored form of a time. The zero time has a place on this
// scale too and comes back as the zero time.
func micros(t time.Time) int64 { return t.UnixMicro() }

// stamp scans a stored time.
type stamp struct{ to *time.Time }

// Scan implements sql.Scanner.
func (s stamp) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return errNotATime
	}
	*s.to = time.UnixMicro(n).UTC()
	return nil
}
