package jsonstream

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
)

// Whatever the input: the ordinals add up, the result does not depend on how
// the source cuts it, the buffer stays within its limit, every record
// yielded is valid JSON, there are not more rejections than bytes, and a
// stream of valid JSON is never called broken.
func FuzzReader(f *testing.F) {
	for _, c := range streams {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		o := options
		o.MaxRecord = 1 << 10
		d := NewReader(bytes.NewReader(in), o)
		var records []string
		for {
			raw, err := d.Next(parseID)
			if err == io.EOF {
				break
			}
			if err == nil {
				if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
					t.Fatalf("%q: record %q is invalid", in, raw)
				}
				if !bytes.Contains(in, raw) {
					t.Fatalf("%q: record %q is not in it", in, raw)
				}
				records = append(records, string(raw))
			}
		}
		d.Reset(bytes.NewReader(in))
		whole, decoded, rejected := outcome(d)
		if strings.Contains(whole, "BUG") {
			t.Fatalf("%q: %s", in, whole)
		}
		if int64(len(records)) != decoded || decoded+rejected > int64(len(in)) {
			t.Fatalf("%q: %d records, then %d; %d rejected", in, len(records), decoded, rejected)
		}
		if cap(d.in.data) > minBuffer {
			t.Fatalf("%q: buffer of %d bytes", in, cap(d.in.data))
		}
		d.Reset(iotest.OneByteReader(bytes.NewReader(in)))
		if cut, _, _ := outcome(d); cut != whole {
			t.Fatalf("%q:\nat once       %s\nbyte by byte  %s", in, whole, cut)
		}
		broken := strings.Contains(whole, "<malformed") || strings.Contains(whole, "<truncated") || strings.Contains(whole, "<not-json")
		if broken && validStream(in) {
			t.Fatalf("%q is valid, but: %s", in, whole)
		}
	})
}

// validStream reports whether in is objects and lists in valid JSON that are
// not nested too deeply.
func validStream(in []byte) bool {
	if bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > maxFrames-2 {
		return false
	}
	dec := jsontext.NewDecoder(bytes.NewReader(in), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		v, err := dec.ReadValue()
		if err != nil {
			return err == io.EOF
		}
		if v.Kind() != '{' && v.Kind() != '[' {
			return false
		}
	}
}
