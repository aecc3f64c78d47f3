//go:build unix

package source

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkFolderListing is one listing of a watched folder of 100,000 files
// in 200 folders, all of which were read: a short while ago, and long ago.
func BenchmarkFolderListing(b *testing.B) {
	const folders, files = 200, 500
	dir := b.TempDir()
	for i := range folders {
		day := filepath.Join(dir, "AWSLogs/111122223333/CloudTrail/us-east-1", fmt.Sprintf("2024/%02d/%02d", i/28+1, i%28+1))
		if err := os.MkdirAll(day, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range files {
			name := fmt.Sprintf("111122223333_CloudTrail_us-east-1_2024%02d%02dT%02d%02dZ_%016x.json.gz", i/28+1, i%28+1, j/60, j%60, j)
			if err := os.WriteFile(filepath.Join(day, name), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	f := NewFolder(dir, "*.gz")
	read := func() (n int) {
		for o, err := range f.Objects(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			if err := f.Acknowledge(b.Context(), o); err != nil {
				b.Fatal(err)
			}
			n++
		}
		return n
	}
	if first, second := read(), read(); first != 0 || second != folders*files {
		b.Fatalf("%d and then %d files; want %d the second time", first, second, folders*files)
	}
	measure := func(b *testing.B) {
		b.ReportAllocs()
		before := cpuTime(b)
		for b.Loop() {
			if n := read(); n != 0 {
				b.Fatalf("%d files", n)
			}
		}
		b.ReportMetric(float64((cpuTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
	}
	b.Run("fresh", measure)
	f.listings += calmListings
	b.Run("calm", measure)
}

// cpuTime is what this process has used, by itself and by the system for it.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
