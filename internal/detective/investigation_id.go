package detective

import (
	"fmt"
	"strconv"
	"time"
)

// Investigation ids are 21 digits (MODEL): the milliseconds since 1970 in
// 13, then a counter in 8. They grow, also when the clock does not.
const (
	idMillisDigits  = 13
	idCounterDigits = 8
	idCounterLimit  = 100_000_000
)

// nextInvestigationID returns the id that follows last, the greatest one in
// use ("" for none), at the given time.
func nextInvestigationID(last string, now time.Time) (string, error) {
	millis, counter := max(now.UnixMilli(), 0), int64(0)
	if last != "" {
		if len(last) != idMillisDigits+idCounterDigits {
			return "", fmt.Errorf("investigation id %q does not have 21 digits", last)
		}
		m, err := strconv.ParseUint(last[:idMillisDigits], 10, 63)
		if err != nil {
			return "", fmt.Errorf("investigation id %q: %w", last, err)
		}
		n, err := strconv.ParseUint(last[idMillisDigits:], 10, 63)
		if err != nil {
			return "", fmt.Errorf("investigation id %q: %w", last, err)
		}
		if int64(m) >= millis {
			millis, counter = int64(m), int64(n)+1
		}
	}
	if counter == idCounterLimit {
		millis, counter = millis+1, 0
	}
	id := fmt.Sprintf("%0*d%0*d", idMillisDigits, millis, idCounterDigits, counter)
	if len(id) != idMillisDigits+idCounterDigits {
		return "", fmt.Errorf("the time %d ms does not fit an investigation id", millis)
	}
	return id, nil
}
