package vpcflow

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// delivery is a log file with n records of about 115 bytes, or of about 250
// with all columns of version 5: few interfaces, many peers, as in a real one.
func delivery(n int, v5 bool) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	columns := defaultColumns
	if v5 {
		columns = int(fieldTrafficPath) + 1
	}
	b := []byte(strings.Join(documented[:columns], " ") + "\n")
	for i := range n {
		src := fmt.Sprintf("%d.%d.%d.%d", 1+random.IntN(223), random.IntN(256), random.IntN(256), random.IntN(256))
		dst := fmt.Sprintf("10.0.%d.%d", random.IntN(4), random.IntN(256))
		if i%20 == 0 {
			src, dst = fmt.Sprintf("2001:db8::%x:%x", random.IntN(1<<16), 1+random.IntN(1<<16-1)), "2001:db8:1::17"
		}
		start := 1700000000 + i/10
		b = fmt.Appendf(b, "2 123456789012 eni-%017x %s %s %d %d %d %d %d %d %d %s OK", 0xabc000+random.IntN(300), src, dst,
			1024+random.IntN(64000), []int{22, 80, 443, 53, 3306}[random.IntN(5)], []int{6, 6, 6, 17}[random.IntN(4)],
			1+random.IntN(40), 40+random.IntN(60000), start, start+random.IntN(60), []string{"ACCEPT", "REJECT"}[random.IntN(2)])
		if v5 {
			b = fmt.Appendf(b, " vpc-0abc0123456789abc subnet-%017x i-%017x %d IPv4 %s %s us-east-1 use1-az%d - - %s - %s %d", random.IntN(6), random.IntN(300),
				[]int{2, 3, 18, 19}[random.IntN(4)], src, dst, 1+random.IntN(4), []string{"-", "S3", "AMAZON"}[random.IntN(3)], []string{"ingress", "egress"}[random.IntN(2)], 1+random.IntN(8))
		}
		b = append(b, '\n')
	}
	return b
}

const deliveryRecords = 50_000

func BenchmarkDecoder(b *testing.B) {
	for name, in := range map[string][]byte{"v2": delivery(deliveryRecords, false), "v5": delivery(deliveryRecords, true)} {
		d := NewDecoder(strings.NewReader(""), Options{})
		b.Run(name, func(b *testing.B) {
			run(b, in, func() int { d.Reset(bytes.NewReader(in)); return drain(b, d.Next) })
		})
		packed := gz(b, in)
		u := decode.NewReader(strings.NewReader(""), decode.Limits{})
		defer u.Close()
		b.Run(name+"-gzip", func(b *testing.B) {
			run(b, in, func() int {
				u.Reset(bytes.NewReader(packed))
				d.Reset(u)
				return drain(b, d.Next)
			})
		})
		_, body, _ := bytes.Cut(in, []byte{'\n'})
		b.Run(name+"-no-header", func(b *testing.B) {
			run(b, body, func() int { d.Reset(bytes.NewReader(body)); return drain(b, d.Next) })
		})
	}
}

// BenchmarkReference does the same work the plain way.
func BenchmarkReference(b *testing.B) {
	in := delivery(deliveryRecords, false)
	f := DefaultFormat()
	run(b, in, func() (n int) {
		for line := range strings.Lines(string(in[bytes.IndexByte(in, '\n')+1:])) {
			if _, reason := reference(strings.TrimSuffix(line, "\n"), f); reason != "" {
				b.Fatal(reason)
			}
			n++
		}
		return n
	})
}

// BenchmarkTinyFiles is files of 5 records, with a header each.
func BenchmarkTinyFiles(b *testing.B) {
	in := delivery(5, false)
	d := NewDecoder(strings.NewReader(""), Options{})
	run(b, in, func() int { d.Reset(bytes.NewReader(in)); return drain(b, d.Next) })
}

func gz(t testing.TB, in []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(in); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func run(b *testing.B, in []byte, once func() int) {
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += once()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
}

func drain(b *testing.B, next func(*Record) error) (n int) {
	var rec Record
	for {
		switch err := next(&rec); err {
		case nil:
			n++
		case io.EOF:
			return n
		default:
			b.Fatal(err)
		}
	}
}
