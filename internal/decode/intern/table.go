package intern

import "hash/maphash"

const (
	// slots is how many strings are kept: 4096 pairs.
	slots = 8192
	// longest is the longest string kept, in bytes. With all slots full of
	// such strings the table holds 4 MiB.
	longest = 512
)

// Table keeps strings that were seen lately, so that the thousand records of
// one role share its ARN. It is a table of pairs: a string goes to one of two
// slots by its hash and drives out the older one, so it needs no clearing and
// cannot grow. The hash is seeded: an attacker who chooses names cannot make
// them collide. The zero value is empty. A Table is not safe for concurrent
// use.
type Table struct {
	seed  maphash.Seed
	slots []string
}

// String returns b as a string, which does not alias b.
func (t *Table) String(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > longest {
		return string(b)
	}
	if t.slots == nil {
		t.seed = maphash.MakeSeed()
		t.slots = make([]string, slots)
	}
	i := maphash.Bytes(t.seed, b) % (slots / 2) * 2
	pair := t.slots[i : i+2 : i+2]
	if pair[0] == string(b) {
		return pair[0]
	}
	if pair[1] == string(b) {
		pair[0], pair[1] = pair[1], pair[0]
		return pair[0]
	}
	pair[1], pair[0] = pair[0], string(b)
	return pair[0]
}
