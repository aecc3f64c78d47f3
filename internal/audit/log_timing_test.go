package audit

import (
	"testing"
	"time"
)

// BenchmarkRecord has rotation, packing and fsync in it: a file every 2 MiB.
func BenchmarkRecord(b *testing.B) {
	f := func(b *testing.B, run func(l *Log)) {
		l, err := Open(b.TempDir(), Options{KeepBytes: 64 << 20})
		if err != nil {
			b.Fatal(err)
		}
		line, err := encode(call("6d3d0a4e-6c9e-4c6b-8f0e-0c8f3f1d2a11"))
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(line)))
		b.ReportAllocs()
		b.ResetTimer()
		start := time.Now()
		run(l)
		b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "records/s")
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("one", func(b *testing.B) {
		f(b, func(l *Log) {
			for range b.N {
				if err := l.Record(call("6d3d0a4e-6c9e-4c6b-8f0e-0c8f3f1d2a11")); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("many", func(b *testing.B) {
		f(b, func(l *Log) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := l.Record(call("6d3d0a4e-6c9e-4c6b-8f0e-0c8f3f1d2a11")); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	})
}
