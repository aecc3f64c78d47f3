package jsonstream

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// A record of these tests is an object with an id; one with a negative id is
// no good, one without is of another kind.
func parseID(s *jsonscan.Scanner) error {
	var id string
	s.BeginObject()
	for s.NextMember() {
		switch string(s.Name()) {
		case "id", "eventVersion":
			text, _ := s.Text()
			id = string(text)
		case "Records":
			if s.Kind() == jsonscan.Array && id == "" {
				s.BeginArray()
				return ErrList
			}
			s.Skip()
		default:
			s.Skip()
		}
	}
	switch {
	case s.Err() != nil:
		return s.Err()
	case id == "":
		return &decode.Rejection{Reason: "other", Foreign: true}
	case id[0] == '-':
		return &decode.Rejection{Reason: "bad-id"}
	}
	return nil
}

var options = Options{IsList: func(name []byte) bool { return string(name) == "Records" }, First: "eventVersion", Foreign: "other"}

// outcome is what a stream comes to, in one line: records as written,
// rejections as <reason*count@offset>, the final error unless it is io.EOF.
func outcome(d *Reader) (line string, decoded, rejected int64) {
	var out []string
	for {
		raw, err := d.Next(parseID)
		var r *decode.Rejection
		switch {
		case err == nil:
			out = append(out, string(raw))
			decoded++
		case errors.As(err, &r):
			if r.Record != decoded+rejected {
				out = append(out, fmt.Sprintf("BUG: ordinal %d", r.Record))
			}
			rejected += r.Records
			out = append(out, fmt.Sprintf("<%s*%d@%d>", r.Reason, r.Records, r.Offset))
		default:
			if err != io.EOF {
				out = append(out, err.Error())
			}
			return strings.Join(out, " "), decoded, rejected
		}
	}
}

var streams = []struct{ name, in, want string }{
	{"nothing", ``, ``},
	{"white space", " \r\n\t", ``},
	{"no records", `{"Records":[]}`, ``},
	{"empty list", `[]`, ``},
	{"delivered file", `{"Records":[{"id":1},{"id":2}]}`, `{"id":1} {"id":2}`},
	{"list", ` [ {"id":1} , {"id":2} ] `, `{"id":1} {"id":2}`},
	{"lines", "{\"id\":1}\n{\"id\":2}\r\n", `{"id":1} {"id":2}`},
	{"one after another", `{"id":1}{"id":2}`, `{"id":1} {"id":2}`},
	{"pretty", "{\n  \"id\": 1\n}\n", "{\n  \"id\": 1\n}"},
	{"byte order mark", "\xef\xbb\xbf{\"id\":1}\n\xef\xbb\xbf{\"id\":2}", `{"id":1} {"id":2}`},
	{"lines of files", "{\"Records\":[{\"id\":1}]}\n{\"Records\":[{\"id\":2},{\"id\":3}]}", `{"id":1} {"id":2} {"id":3}`},
	{"other members", `{"a":{"Records":[1]},"Records":[{"id":1}],"b":[{"id":9}],"c":null}`, `{"id":1}`},
	{"two lists in an object", `{"Records":[{"id":1}],"x":1,"Records":[{"id":2}]}`, `{"id":1} {"id":2}`},
	{"lists in lists", `[[{"id":1}],[[{"id":2}]]]`, `{"id":1} {"id":2}`},
	{"half-wrapped", `[{"Records":[{"id":1}]},{"id":2},{"Records":[]}]`, `{"id":1} {"id":2}`},
	{"list member of a record", `{"id":1,"Records":[{"id":2}]}`, `{"id":1,"Records":[{"id":2}]}`},

	{"missing comma", `[{"id":1} {"id":2}]`, `{"id":1} {"id":2}`},
	{"doubled commas", `[,{"id":1},,{"id":2},]`, `{"id":1} {"id":2}`},
	{"lines with commas", "{\"id\":1},\n{\"id\":2},\n", `{"id":1} {"id":2}`},

	{"bad record", `[{"id":1},{"id":-2},{"id":3}]`, `{"id":1} <bad-id*1@10> {"id":3}`},
	{"no object", `[{"id":1},7,"x",null,true,{"id":2}]`, `{"id":1} <other*1@10> <other*1@12> <other*1@16> <other*1@21> {"id":2}`},
	{"unquoted name", `[{"id":1},{id:2},{"id":3}]`, `{"id":1} <malformed-json*1@10> {"id":3}`},
	{"broken in the middle", `[{"id":1,"a":{"b":"}]"},x},{"id":3}]`, `<malformed-json*1@1> {"id":3}`},
	{"missing brace, last", `[{"id":1},{"id":2,"a":{}]`, `{"id":1} <malformed-json*1@10>`},
	{"missing brace, line", "{\"id\":1,\"a\":{\n{\"id\":2}\n", `<malformed-json*1@0> {"id":2}`},
	{"missing quote, line", "{\"id\":1,\"a\":\"b}\n{\"id\":2}\n", `<malformed-json*1@0> {"id":2}`},
	{"missing brace, first name", `[{"id":1,"a":{"x":1},{"eventVersion":2}]`, `<malformed-json*1@1> {"eventVersion":2}`},
	{"missing quote, first name", `[{"id":1,"a":"b},{ "eventVersion":2}]`, `<malformed-json*1@1> { "eventVersion":2}`},
	{"first name in a string", `[{"id":1,"a":"{\"eventVersion\":1}",x},{"id":2}]`, `<malformed-json*1@1> {"id":2}`},
	{"too many braces", "{\"id\":1}}\n{\"id\":2}", `{"id":1} <malformed-json*1@8> {"id":2}`},
	{"noise between", "{\"id\":1}\nERROR out of disk\n{\"id\":2}\n", `{"id":1} <malformed-json*1@9> {"id":2}`},
	{"zeros at the end", "{\"id\":1}\n\x00\x00\x00\x00", `{"id":1} <malformed-json*1@9>`},
	{"list closed by a brace", `{"Records":[{"id":1}}{"id":2}`, `{"id":1} <malformed-json*1@20> {"id":2}`},
	{"broken member behind", `{"Records":[{"id":1}],"b":{c}}{"id":2}`, `{"id":1} <malformed-json*1@21> {"id":2}`},
	{"list without its object", `[{"id":1}]]{"id":2}`, `{"id":1} <malformed-json*1@10> {"id":2}`},

	{"cut in a record", `{"Records":[{"id":1},{"id":2,"a`, `{"id":1} <truncated*1@21>`},
	{"cut in a list", `{"Records":[{"id":1},`, `{"id":1} <truncated*1@21>`},
	{"cut in an object", `{"Records":[{"id":1}]`, `{"id":1} <truncated*1@21>`},
	{"cut in a member", `{"Records":[{"id":1}],"a":[`, `{"id":1} <truncated*1@21>`},
	{"cut in a value", `[{"id":1},nul`, `{"id":1} <truncated*1@10>`},
	{"cut at once", `{`, `<truncated*1@0>`},
	{"cut and broken", `[{"id":1},{x`, `{"id":1} <malformed-json*1@10>`},

	{"text", "2 123456789012 eni-1 10.0.0.1\nmore\n{\"id\":1}", `<not-json*1@0>`},
	{"text in brackets", "[INFO] start\n[INFO] end", `<not-json*1@1>`},
	{"dates in brackets", "[2024-01-02] start\n[2024-01-02] end", `<not-json*1@13>`},
	{"csv", "Event Type,Event Name\nA,B\n", `<not-json*1@0>`},
	{"picture", "\x89PNG\r\n\x1a\n", `<not-json*1@0>`},
	{"utf-16", "\xff\xfe{\x00", `<not-json*1@0>`},
	{"one foreign object", `{"a":1}`, `<other*1@0>`},
	{"foreign lines", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", `<other*1@0>`},
	{"foreign list", `[1,2,{}]`, `<other*1@1>`},
	{"foreign lines, cut", "{\"a\":1}\n{\"a\":2}\n{\"a\":", `<other*1@0> <truncated*1@16>`},
	{"foreign records", `{"Records":[{"a":1},{"a":2}]}`, `<other*1@12> <other*1@20>`},
	{"foreign before", "{\"a\":1}\n{\"a\":2}\n{\"id\":1}\n{\"a\":3}\n", `<other*2@0> {"id":1} <other*1@25>`},
	{"foreign before a bad one", `{"a":1}{"a":2}{"id":-1}`, `<other*2@0> <bad-id*1@14>`},
}

func TestReader(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			d := NewReader(strings.NewReader(c.in), options)
			got, decoded, rejected := outcome(d)
			if got != c.want {
				t.Errorf("%q:\ngot  %s\nwant %s", c.in, got, c.want)
			}
			for cut, r := range map[string]io.Reader{
				"byte by byte":      iotest.OneByteReader(strings.NewReader(c.in)),
				"data with the end": iotest.DataErrReader(strings.NewReader(c.in)),
			} {
				d.Reset(r)
				if got, _, _ := outcome(d); got != c.want {
					t.Errorf("%q %s:\ngot  %s\nwant %s", c.in, cut, got, c.want)
				}
			}
			for n := range decoded + rejected + 1 {
				d.Reset(strings.NewReader(c.in))
				d.Skip(n)
				if more := remaining(d); more != decoded+rejected-n {
					t.Errorf("%q: %d records after skipping %d of %d", c.in, more, n, decoded+rejected)
				}
			}
		})
	}
}

// remaining counts the records that are left in d, rejected ones included.
func remaining(d *Reader) (n int64) {
	for {
		_, err := d.Next(parseID)
		var r *decode.Rejection
		switch {
		case err == nil:
			n++
		case errors.As(err, &r):
			n += r.Records
		default:
			return n
		}
	}
}

// Skipping into the middle of a rejection that stands for several records
// leaves its rest.
func TestSkipIntoRejection(t *testing.T) {
	d := NewReader(strings.NewReader(`{"a":1}{"a":2}{"a":3}{"id":1}`), options)
	d.Skip(2)
	_, err := d.Next(parseID)
	want := &decode.Rejection{Record: 2, Records: 1, Reason: "other", Foreign: true}
	var got *decode.Rejection
	if !errors.As(err, &got) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDepth(t *testing.T) {
	deep := `{"id":1,"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}"
	got, _, _ := outcome(NewReader(strings.NewReader("["+deep+`,{"id":2}]`), options))
	if want := `<malformed-json*1@1> {"id":2}`; got != want {
		t.Errorf("deep record: got %s; want %s", got, want)
	}
	got, _, _ = outcome(NewReader(strings.NewReader(`{"id":0}`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`{"id":1}`), options))
	if want := `{"id":0} <malformed-json*1@24> {"id":1}`; got != want {
		t.Errorf("deep lists: got %s; want %s", got, want)
	}
	got, _, _ = outcome(NewReader(strings.NewReader(strings.Repeat(`{"Records":[`, 100)), options))
	if want := `<malformed-json*1@96>`; got != want {
		t.Errorf("deep objects: got %s; want %s", got, want)
	}
}

// The source's own error is not the object's fault: no rejection, and final.
func TestSourceError(t *testing.T) {
	failure := errors.New("disk on fire")
	d := NewReader(io.MultiReader(strings.NewReader(`{"a":1}[{"id":1},{"id":`), iotest.ErrReader(failure)), options)
	if got, _, _ := outcome(d); got != `<other*1@0> {"id":1} disk on fire` {
		t.Errorf("got %s", got)
	}
	if _, err := d.Next(parseID); err != failure {
		t.Errorf("then %v; want the same error", err)
	}
}

// An object that cannot be unpacked any further keeps what came before.
func TestContainerError(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		broken := &decode.ContainerError{Reason: decode.ReasonBadGzip, Err: errors.New("checksum")}
		d := NewReader(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), options)
		if got, _, _ := outcome(d); got != want {
			t.Errorf("%s: got %s; want %s", in, got, want)
		}
		if _, err := d.Next(parseID); err != io.EOF {
			t.Errorf("%s: then %v; want io.EOF", in, err)
		}
	}
	f(``, `<bad-gzip*1@0>`)
	f(`{"Records":[{"id":1},{"id":2},`, `{"id":1} {"id":2} <bad-gzip*1@30>`)
	f(`{"Records":[{"id":1},{"id":2`, `{"id":1} <bad-gzip*1@21>`)
	f(`{"id":1}`, `{"id":1} <bad-gzip*1@8>`)
	f(`{"a":1}{"a":2}`, `<other*1@0> <bad-gzip*1@14>`)
}
