package parquetfile

import (
	"strings"
	"testing"
)

func TestCheckRuns(t *testing.T) {
	f := func(name, in string, width uint, limit int64, want bool) {
		t.Helper()
		if err := checkRuns([]byte(in), width, limit); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	f("nothing", "", 1, 10, true)
	f("a run", "\x14\x01", 1, 10, true)
	f("a run of two bytes each", "\x14\x01\x02", 9, 10, true)
	f("a run without its value", "\x14", 1, 10, false)
	f("a packed group", "\x03\xff", 1, 8, true)
	f("a packed group, cut", "\x05\xff", 1, 16, false)
	f("packed groups as DuckDB pads them", "\x41"+strings.Repeat("\xff", 32), 1, 10, true)
	f("no bits", "\x14\x14", 0, 20, true)
	f("no bits, but many", strings.Repeat("\x14", 1000), 0, 20, false)
	f("a billion", "\x80\x80\x80\x80\x08\x01", 1, 10, false)
	f("a billion groups without bits", "\x81\x80\x80\x80\x08", 0, 10, false)
	f("a number without an end", "\xff\xff", 1, 10, false)
	f("an overflow", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01", 1, 10, false)
	f("33 bits", "\x14\x01\x01\x01\x01\x01", 33, 10, false)
}

// FuzzThrift: nothing panics, and what has a size has it at any length of
// what follows.
func FuzzThrift(f *testing.F) {
	f.Add([]byte("\x15\x04\x19\x2c\x00\x00\x18\x02ab\x1b\x01\x88\x01a\x01b\x17\x00\x00\x00\x00\x00\x00\x00\x00\x11\x12\x13\x01\x00"))
	f.Add([]byte(strings.Repeat("\x1c", 40)))
	f.Add([]byte("\x19\xfc\xff\xff\xff\xff\x07"))
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := thriftSize(in)
		if err != nil {
			return
		}
		for _, more := range []string{"", "x", "\x00\x00"} {
			if again, err := thriftSize(append(in[:n:n], more...)); again != n || err != nil {
				t.Fatalf("%x: %d bytes, then %d, %v", in, n, again, err)
			}
		}
		if n > 0 {
			if again, err := thriftSize(in[:n-1]); err == nil {
				t.Fatalf("%x: %d bytes, but also %d", in, n, again)
			}
		}
	})
}
