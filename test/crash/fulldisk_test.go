package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk reads logs onto a file system that is too small for them, in
// steps from one that cannot hold an empty graph to one that holds all.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	c := newCorpus(t, 500, 1000, 1)
	want, _, _ := undisturbed(t, c)
	step := count(1800, 64)
	errs := map[string]int{}
	for kib := count(256, 64); ; kib += step {
		disk := mount(t, kib)
		data := filepath.Join(disk, "d")
		out, err := attempt(t, "ingest", "--data", data, "--enroll", c.dir)
		if err == nil {
			t.Logf("%d KiB are enough; errors before: %v", kib, errs)
			if len(errs) == 0 {
				t.Error("the disk was never full")
			}
			return
		}
		text := strings.ToLower(err.Error())
		if !strings.Contains(text, "no space left on device") && !strings.Contains(text, "disk is full") {
			t.Errorf("on a disk of %d KiB: the error does not name the disk: %v\n%s", kib, err, out)
		}
		errs[stage(text)]++
		resize(t, disk, 64<<10)
		checkLeft(t, data)
		ingest(t, data, c.dir)
		checkState(t, data, want)
		if t.Failed() {
			t.Fatalf("on a disk of %d KiB", kib)
		}
	}
}

// stage tells apart what the disk was too small for.
func stage(text string) string {
	for _, s := range []string{"write segment", "write duplicate keys", "append to", "create graph", "open graph", "close graph", "commit", "open data folder"} {
		if strings.Contains(text, s) {
			return s
		}
	}
	return text
}

// mount makes a file system of some KiB in memory, as long as the test runs.
func mount(t *testing.T, kib int) string {
	t.Helper()
	dir := filepath.Join(folder(t), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("gumshoe-crash", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
		t.Skipf("only root may make a small file system: mount tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// resize gives a file system another size.
func resize(t *testing.T, dir string, kib int) {
	t.Helper()
	if err := syscall.Mount("gumshoe-crash", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%dk", kib)); err != nil {
		t.Fatalf("make room on %s: %v", dir, err)
	}
}
