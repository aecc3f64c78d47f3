package cloudtrail

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// decodeAll reads everything that d yields, in order, records copied.
func decodeAll(d *Decoder) (results []result, rejections []*Rejection, err error) {
	var rec Record
	for {
		err := d.Next(&rec)
		var r *Rejection
		switch {
		case err == nil:
			results = append(results, result{Record: clone(&rec)})
		case errors.As(err, &r):
			rejections = append(rejections, r)
			for range r.Records {
				results = append(results, result{Reason: r.Reason})
			}
		case err == io.EOF:
			return results, rejections, nil
		default:
			return results, rejections, err
		}
	}
}

// clone copies what is valid until the next call only.
func clone(rec *Record) *Record {
	c := *rec
	c.Resources = append([]Resource(nil), rec.Resources...)
	c.RequestParameters = bytes.Clone(rec.RequestParameters)
	c.ResponseElements = bytes.Clone(rec.ResponseElements)
	c.AdditionalEventData = bytes.Clone(rec.AdditionalEventData)
	c.Raw = bytes.Clone(rec.Raw)
	return &c
}

var sameResults = cmp.Options{cmpopts.EquateEmpty(), cmp.AllowUnexported(result{}),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".held" }, cmp.Ignore())}

func FuzzDecoder(f *testing.F) {
	for _, c := range quirks {
		f.Add([]byte(c.in))
	}
	for _, c := range rejected {
		f.Add([]byte(c.in))
	}
	f.Add([]byte(`{"Records":[` + plain + `,` + plain + `]}`))
	f.Add([]byte(`[` + plain + `,{"a":1},` + plain))
	f.Fuzz(func(t *testing.T, in []byte) {
		d := NewDecoder(bytes.NewReader(in), Options{})
		got, rejections, err := decodeAll(d)
		if err != nil {
			t.Fatal(err)
		}
		d.Reset(iotest.OneByteReader(bytes.NewReader(in)))
		cut, cutRejections, err := decodeAll(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, cut, sameResults) + cmp.Diff(rejections, cutRejections); diff != "" {
			t.Fatalf("byte by byte is different:\n%s", diff)
		}
		var seen int64
		for _, r := range rejections {
			if r.Records < 1 || r.Record < seen || r.Record+r.Records > int64(len(got)) {
				t.Fatalf("%d results, but %+v", len(got), r)
			}
			seen = r.Record + r.Records
		}
		if bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > 14 {
			return // perhaps nested too deeply
		}
		if want, ok := reference(in); ok {
			if diff := cmp.Diff(want, got, sameResults); diff != "" {
				t.Fatalf("the reference says otherwise (-) of %q:\n%s", in, diff)
			}
		}
	})
}
