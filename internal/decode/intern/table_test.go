package intern

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

func TestTable(t *testing.T) {
	var table Table
	f := func(text string, shared bool) {
		t.Helper()
		b := []byte(text)
		first, second := table.String(b), table.String([]byte(text))
		if first != text || second != text {
			t.Fatalf("%q became %q and %q", text, first, second)
		}
		if same := unsafe.StringData(first) == unsafe.StringData(second); same != shared {
			t.Errorf("%.20q: shared is %v; want %v", text, same, shared)
		}
		if len(b) > 0 {
			b[0] ^= 1
			if first != text {
				t.Errorf("%.20q is not the caller's to keep", text)
			}
		}
	}
	f("us-east-1", true)
	f(strings.Repeat("x", longest), true)
	f(strings.Repeat("x", longest+1), false)
	if got := table.String(nil); got != "" {
		t.Errorf("nothing became %q", got)
	}
	// However many strings go through it, each comes out right and the table
	// stays as it is.
	for i := range 10 * slots {
		if want := fmt.Sprint("name-", i); table.String([]byte(want)) != want {
			t.Fatalf("%s came out wrong", want)
		}
	}
	if len(table.slots) != slots {
		t.Errorf("%d slots", len(table.slots))
	}
}
