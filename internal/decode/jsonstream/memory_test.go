package jsonstream

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// repeat is a stream of n copies of s.
type repeat struct {
	s    string
	n    int
	rest string
}

func (r *repeat) Read(p []byte) (int, error) {
	total := 0
	for len(p) > 0 {
		if r.rest == "" {
			if r.n == 0 {
				if total == 0 {
					return 0, io.EOF
				}
				return total, nil
			}
			r.rest = r.s
			r.n--
		}
		n := copy(p, r.rest)
		p, r.rest, total = p[n:], r.rest[n:], total+n
	}
	return total, nil
}

func TestTooLarge(t *testing.T) {
	const limit = 64 << 10
	f := func(name, before string, s string, n int, after, want string) {
		t.Helper()
		o := options
		o.MaxRecord = limit
		d := NewReader(io.MultiReader(strings.NewReader(before), &repeat{s: s, n: n}, strings.NewReader(after)), o)
		got, _, _ := outcome(d)
		if got != want {
			t.Errorf("%s: got %s; want %s", name, got, want)
		}
		if cap(d.in.data) > limit+1 {
			t.Errorf("%s: the buffer grew to %d bytes", name, cap(d.in.data))
		}
	}
	f("long string", `[{"id":1},{"id":2,"a":"`, "0123456789", 1<<20, `"},{"id":3}]`, `{"id":1} <too-large*1@10> {"id":3}`)
	f("long list", `[{"id":1},{"a":[0`, `,"]}"`, 1<<20, `]},{"id":3}]`, `{"id":1} <too-large*1@10> {"id":3}`)
	f("nested records", `{"id":1,"a":[0`, `,{"eventVersion":1}`, 1<<16, `]}{"id":3}`, `<too-large*1@0> {"id":3}`)
	f("long value", `[{"id":1},"`, "0123456789", 1<<20, `",{"id":3}]`, `{"id":1} <too-large*1@10> {"id":3}`)
	f("long member", `{"Records":[{"id":1}],"a":["`, "0123456789", 1<<20, `"]}{"id":3}`, `{"id":1} <too-large*1@21> {"id":3}`)
	f("endless string", `{"id":1,"a":"`, "0123456789", 1<<20, ``, `<too-large*1@0>`)
	f("endless nesting", `{"id":1}`, "[", 1<<20, ``, `{"id":1} <malformed-json*1@24>`)
	f("endless garbage", `{"id":1}`, "x", 1<<20, ``, `{"id":1} <malformed-json*1@8>`)
	f("endless white space", `{"id":1}`, "    ", 1<<20, `{"id":2}`, `{"id":1} {"id":2}`)
}

// The limit is exact, whatever happens to be in the buffer.
func TestLimit(t *testing.T) {
	for limit := 30; limit <= 34; limit++ {
		o := options
		o.MaxRecord = limit
		record := fmt.Sprintf(`{"id":1,"a":"%s"}`, strings.Repeat("x", 32-len(`{"id":1,"a":""}`)))
		got, _, _ := outcome(NewReader(strings.NewReader(record), o))
		want := record
		if limit < len(record) {
			want = "<too-large*1@0>"
		}
		if got != want {
			t.Errorf("%d bytes with limit %d: got %s", len(record), limit, got)
		}
	}
}

// Records that straddle blocks are whole.
func TestBlocks(t *testing.T) {
	for size := 100; size < 110; size++ {
		record := fmt.Sprintf(`{"id":1,"a":"%s"}`, strings.Repeat("x", size))
		n := 3 * block / size
		d := NewReader(&repeat{s: record, n: n}, options)
		for i := range n {
			raw, err := d.Next(parseID)
			if err != nil || string(raw) != record {
				t.Fatalf("record %d of %d bytes: %q, %v", i, size, raw, err)
			}
		}
		if _, err := d.Next(parseID); err != io.EOF {
			t.Fatalf("after all records: %v", err)
		}
	}
}
