package duckdb

import (
	"encoding/hex"
	"strings"

	"github.com/google/uuid"
	"github.com/zeebo/xxh3"
)

// storedID is an event id as segments hold it: 16 bytes and what they leave
// out. Nearly all ids are GUIDs, which as text are the most costly column.
//
//	GUID in lower case, then anything    the GUID           the rest, mostly ""
//	text, ~ and 32 hex digits            the digits         "~" and the text
//	any other text                       a hash of it       "=" and the text
type storedID struct {
	guid [16]byte
	rest string
}

const (
	guidLength = 36
	hashLength = 33 // a ~ and 32 hex digits
)

// newStoredID expects an id that is UTF-8.
func newStoredID(id string) (s storedID) {
	if cut := len(id) - hashLength; cut >= 0 && id[cut] == '~' && isLowerHex(id[cut+1:]) {
		_, _ = hex.Decode(s.guid[:], []byte(id[cut+1:])) // it is hex
		s.rest = "~" + id[:cut]
		return s
	}
	if len(id) >= guidLength && !strings.HasPrefix(id[guidLength:], "~") && !strings.HasPrefix(id[guidLength:], "=") {
		if guid, ok := parseGUID(id[:guidLength]); ok {
			return storedID{guid, id[guidLength:]}
		}
	}
	return storedID{xxh3.HashString128(id).Bytes(), "=" + id}
}

// String returns the id that s was made of.
func (s storedID) String() string {
	switch {
	case strings.HasPrefix(s.rest, "~"):
		return s.rest[1:] + "~" + hex.EncodeToString(s.guid[:])
	case strings.HasPrefix(s.rest, "="):
		return s.rest[1:]
	}
	return uuid.UUID(s.guid).String() + s.rest
}

// idSQL is String in SQL.
const idSQL = `CASE substr(event_id_rest, 1, 1)
	WHEN '~' THEN substr(event_id_rest, 2) || '~' || replace(event_id::VARCHAR, '-', '')
	WHEN '=' THEN substr(event_id_rest, 2)
	ELSE event_id::VARCHAR || event_id_rest END`

// parseGUID reads a GUID in the one form that uuid.UUID writes.
func parseGUID(s string) (guid [16]byte, ok bool) {
	if len(s) != guidLength || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return guid, false
	}
	for i, at := range [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, low := lowerHex[s[at]], lowerHex[s[at+1]]
		if high|low > 0xf {
			return guid, false
		}
		guid[i] = high<<4 | low
	}
	return guid, true
}

// lowerHex holds the value of each hex digit, 0xff for all other bytes.
var lowerHex = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

func isLowerHex(s string) bool {
	for i := range len(s) {
		if lowerHex[s[i]] > 0xf {
			return false
		}
	}
	return true
}
