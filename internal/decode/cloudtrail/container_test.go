package cloudtrail

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// Wherever a compressed file is cut, its records up to there are decoded and
// one rejection stands for the rest.
func TestCutGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(delivery(200)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	u := decode.NewReader(&bytes.Buffer{}, decode.Limits{})
	defer u.Close()
	d := NewDecoder(u, Options{})
	records := 0
	for cut := 2; cut <= packed.Len(); cut += 501 {
		u.Reset(bytes.NewReader(packed.Bytes()[:cut]))
		d.Reset(u)
		results, rejections, err := decodeAll(d)
		if err != nil || len(rejections) != 1 || rejections[0].Reason != decode.ReasonTruncated {
			t.Fatalf("cut to %d of %d bytes: %v, %v", cut, packed.Len(), rejections, err)
		}
		if len(results)-1 < records {
			t.Fatalf("cut to %d bytes: %d records, fewer than when cut before", cut, len(results)-1)
		}
		records = len(results) - 1
	}
	if records < 150 {
		t.Errorf("%d records of a nearly whole file of 200", records)
	}
}
