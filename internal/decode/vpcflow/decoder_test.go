package vpcflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const headerLine = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"

// mixed has 8 records, rejected ones included.
const mixed = "# one\n# two\n" + headerLine + line14 + "\nbad\n" + line14 + " more\n\n" + line14 + "\n2 3\n2 123456789012 eni-0a1b 192.0.2.1"

// Skip leaves out exactly the first n records, whatever they are.
func TestSkip(t *testing.T) {
	d := NewDecoder(strings.NewReader(mixed), Options{})
	ordinals := func() (all []int64, reasons []decode.Reason) {
		var rec Record
		next := d.ordinal
		for {
			err := d.Next(&rec)
			if err == io.EOF {
				return all, reasons
			}
			var r *Rejection
			n := int64(1)
			if errors.As(err, &r) {
				next, n = r.Record, r.Records
			} else if next < d.skip {
				next = d.skip
			}
			for range n {
				all, reasons = append(all, next), append(reasons, reasonOf(err))
				next++
			}
		}
	}
	whole, reasons := ordinals()
	if len(whole) != 8 {
		t.Fatalf("%d records, %v", len(whole), reasons)
	}
	for n := range whole {
		d.Reset(strings.NewReader(mixed))
		d.Skip(int64(n))
		got, gotReasons := ordinals()
		if want := fmt.Sprint(whole[n:], reasons[n:]); fmt.Sprint(got, gotReasons) != want {
			t.Errorf("skip %d: %v %v; want %s", n, got, gotReasons, want)
		}
	}
	// Skipping goes on from where the decoder is.
	d.Reset(strings.NewReader(strings.Repeat(line14+"\n", 10)))
	var rec Record
	for _, n := range []int64{2, 3} {
		d.Skip(n)
		if err := d.Next(&rec); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := ordinals(); len(got) != 3 {
		t.Errorf("%d records of 10 after skipping 2 and 3 and reading 2", len(got))
	}
}

// What was read before an object breaks is sound; one rejection stands for
// the rest.
func TestBrokenContainer(t *testing.T) {
	packed := gz(t, delivery(200, false))
	u := decode.NewReader(&bytes.Buffer{}, decode.Limits{})
	defer u.Close()
	d := NewDecoder(u, Options{})
	before := 0
	for cut := 2; cut < len(packed); cut += 101 {
		u.Reset(bytes.NewReader(packed[:cut]))
		d.Reset(u)
		got := outcome(d.Next)
		records := strings.Count(got, "\nv2 ") + strings.Count(got[:1], "v")
		if strings.Count(got, "<") != 1 || !strings.Contains(got, "<truncated ") || !strings.HasSuffix(got, "EOF") || records < before {
			t.Fatalf("cut to %d of %d bytes: %d records, before %d\n%s", cut, len(packed), records, before, got)
		}
		before = records
	}
	if before < 150 {
		t.Errorf("%d records of a nearly whole file of 200", before)
	}
}

// A source that fails is not a broken object: its error is final, and a text
// of which only a part was seen is not called foreign.
func TestSourceFails(t *testing.T) {
	failure := errors.New("disk on fire")
	for name, c := range map[string]struct {
		in   string
		want string
	}{
		"at once":       {"", "disk on fire"},
		"in a line":     {line14 + "\n" + line14[:20], brief14 + "\ndisk on fire"},
		"after a line":  {line14 + "\n", brief14 + "\ndisk on fire"},
		"in some prose": {"Call me\nIshmael.\n", "disk on fire"},
	} {
		d := NewDecoder(io.MultiReader(strings.NewReader(c.in), iotest.ErrReader(failure)), Options{})
		if got := outcome(d.Next); got != c.want {
			t.Errorf("%s: %s; want %s", name, got, c.want)
		}
		if err := d.Next(new(Record)); err != failure {
			t.Errorf("%s, then: %v", name, err)
		}
	}
	d := NewDecoder(iotest.DataErrReader(strings.NewReader(line14)), Options{})
	if got := outcome(d.Next); got != brief14+"\nEOF" {
		t.Errorf("end with the last bytes: %s", got)
	}
	d.Reset(emptyReads{})
	if err := d.Next(new(Record)); err != io.ErrNoProgress {
		t.Errorf("a source without progress: %v", err)
	}
}

const brief14 = "v2 123456789012 eni-0a1b 192.0.2.10:49152>198.51.100.20:443/6 10p 8400b 1700000000-1700000059 ACCEPT OK"

type emptyReads struct{}

func (emptyReads) Read([]byte) (int, error) { return 0, nil }

// The limit is exact, whatever the line break and the buffer.
func TestMaxLine(t *testing.T) {
	for extra := range 4 {
		for _, lineBreak := range []string{"\n", "\r\n", ""} {
			for _, before := range []string{"", strings.Repeat(line14+"\n", 3*block/len(line14))} {
				d := NewDecoder(strings.NewReader(before+line14+" "+strings.Repeat("x", extra+1)+lineBreak), Options{MaxLine: len(line14) + 3})
				var rec Record
				var last error
				for {
					err := d.Next(&rec)
					if err == io.EOF {
						break
					}
					last = err
				}
				if want := map[bool]decode.Reason{true: decode.ReasonTooLarge}[extra > 1]; reasonOf(last) != want {
					t.Errorf("%d bytes too many, line break %q, %d bytes before: %v", extra-1, lineBreak, len(before), last)
				}
			}
		}
	}
}

// repeat is a stream of n copies of s.
type repeat struct {
	s    []byte
	n    int
	rest []byte
}

func (r *repeat) Read(p []byte) (total int, err error) {
	for len(p) > 0 {
		if len(r.rest) == 0 {
			if r.n == 0 {
				break
			}
			r.rest = r.s
			r.n--
		}
		n := copy(p, r.rest)
		p, r.rest, total = p[n:], r.rest[n:], total+n
	}
	if total == 0 {
		return 0, io.EOF
	}
	return total, nil
}

// A line of 1 GB is one rejection and takes no memory; so do a million
// headers and lines that are no records.
func TestMemory(t *testing.T) {
	f := func(name, before, s string, n int, after, want string) {
		t.Helper()
		in := func() io.Reader {
			return io.MultiReader(strings.NewReader(before), &repeat{s: bytes.Repeat([]byte(s), 1+1<<16/len(s)), n: n / (1 + 1<<16/len(s))}, strings.NewReader(after))
		}
		d := NewDecoder(in(), Options{})
		var start, end runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&start)
		got := outcome(d.Next)
		runtime.ReadMemStats(&end)
		if got != want {
			t.Errorf("%s: %.300s; want %s", name, got, want)
		}
		if used := end.TotalAlloc - start.TotalAlloc; used > 8<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
		if cap(d.in.data) > block {
			t.Errorf("%s: the buffer grew to %d bytes", name, cap(d.in.data))
		}
	}
	f("long line", line14+"\n", "0123456789", 1e9/10, "\n"+line14+"\n", brief14+"\n<too-large 1*1@101> a line of more than 65536 bytes\n"+brief14+"\nEOF")
	f("long first line", "", "0123456789", 1e8/10, "\n"+line14+"\n", "<too-large 0*1@0> a line of more than 65536 bytes\n"+brief14+"\nEOF")
	f("endless line", line14+"\n", "01234 6789 ", 1e8/10, "", brief14+"\n<too-large 1*1@101> a line of more than 65536 bytes\nEOF")
	f("one line of JSON", "", `{"a":1},`, 1e8/8, "", "<not-vpcflow foreign 0*1@0> looks like JSON\nEOF")
	f("blank lines", line14+"\n", "\n", 1e6, line14, brief14+"\n"+brief14+"\nEOF")
	f("headers", line14+"\n", headerLine, 1e5, line14, brief14+"\n"+brief14+"\nEOF")
}

// Many different headers do not fill the memory either.
func TestFormatsAreBounded(t *testing.T) {
	var in strings.Builder
	for i := range 10 * maxFormats {
		fmt.Fprintf(&in, "start srcaddr x-%d\n1700000000 192.0.2.1 y\n", i)
	}
	d := NewDecoder(strings.NewReader(in.String()), Options{})
	if got := outcome(d.Next); strings.Count(got, "\n") != 10*maxFormats || strings.Contains(got, "<") {
		t.Errorf("%.300s", got)
	}
	if n := len(d.parser.formats); n > maxFormats {
		t.Errorf("%d formats", n)
	}
}

// Records of one header share their format, in all files of a decoder.
func TestFormatIsShared(t *testing.T) {
	d := NewDecoder(strings.NewReader(headerLine+line14), Options{})
	var first, second Record
	err := d.Next(&first)
	d.Reset(strings.NewReader(headerLine + line14))
	if err = errors.Join(err, d.Next(&second)); err != nil || first.Format != second.Format {
		t.Errorf("%v: %p, %p", err, first.Format, second.Format)
	}
}

// Decoding takes no memory but for names that are new.
func TestAllocations(t *testing.T) {
	const records = 1000
	for name, in := range map[string]string{"v2": string(delivery(records, false)), "v5": string(delivery(records, true))} {
		r := strings.NewReader("")
		d := NewDecoder(r, Options{})
		var rec Record
		all := func() {
			r.Reset(in)
			d.Reset(r)
			for d.Next(&rec) == nil {
				continue
			}
		}
		all()
		if allocs := testing.AllocsPerRun(5, all); allocs > records/50 {
			t.Errorf("%s: %.0f allocations for %d records", name, allocs, records)
		}
	}
}

// FuzzDecoder: whatever the input, the ordinals add up, the result does not
// depend on how the source cuts it, every line stands for itself, and what is
// canonical is rebuilt.
func FuzzDecoder(f *testing.F) {
	f.Add(mixed, "")
	f.Add(strings.Join(seedLines, "\n"), "")
	f.Add(headerLine+strings.Join(seedLines, "\r\n"), "")
	f.Add("1700000000 192.0.2.1 x\nno\n", "start srcaddr")
	f.Add(bom+headerLine+bom+line14, "")
	f.Add("end start\n1 2\n2\n3 4 5", "")
	f.Fuzz(func(t *testing.T, in, format string) {
		o := Options{Format: format, MaxLine: 200}
		d := NewDecoder(strings.NewReader(in), o)
		var rec Record
		var ordinal, records int64
		for {
			err := d.Next(&rec)
			if err == io.EOF {
				break
			}
			if err == nil {
				ordinal++
				records++
				if !strings.Contains(in, string(rec.Raw)) {
					t.Fatalf("%q is not in %q", rec.Raw, in)
				}
				if rebuilt := AppendLine(nil, &rec); rec.Canonical != bytes.Equal(rebuilt, rec.Raw) {
					t.Fatalf("%q is rebuilt as %q", rec.Raw, rebuilt)
				}
				if rec.Time() < 0 || rec.Time() > maxTime {
					t.Fatalf("%q: time %d", rec.Raw, rec.Time())
				}
				continue
			}
			r, ok := err.(*Rejection)
			if !ok || r.Record != ordinal || r.Records < 1 || r.Offset > int64(len(in)) || len(r.Detail) > 300 {
				t.Fatalf("%q: after %d records: %v", in, ordinal, err)
			}
			ordinal += r.Records
		}
		if most := int64(strings.Count(in, "\n") + 1); ordinal > most {
			t.Fatalf("%q: %d records in %d lines", in, ordinal, most)
		}
		d.Reset(strings.NewReader(in))
		whole := outcome(d.Next)
		d.Reset(iotest.OneByteReader(strings.NewReader(in)))
		if cut := outcome(d.Next); cut != whole {
			t.Fatalf("%q:\nat once       %s\nbyte by byte  %s", in, whole, cut)
		}
	})
}
