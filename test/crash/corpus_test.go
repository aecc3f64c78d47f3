package crash

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// sources are the flags of `gumshoe simulate` for the logs that the binary
// reads, a line each; # stands for a number of records.
var sources = []string{
	"--events=#", // CloudTrail
	"--flows=#",
	"--flow-version=5", // says which address is the interface's, whatever else is in a batch
	"--audit-events=#",
	"--findings", // GuardDuty's and Security Hub's
}

// suspect is the user whose key the simulated intruder steals.
const suspect = "arn:aws:iam::444455556666:user/bruno.brandt"

// corpus is logs in one or more parts, each of which has files of every day.
type corpus struct {
	dir   string
	parts []string // folders in dir
}

// newCorpus simulates about small records of each source in files as S3
// delivery makes them and large ones, of another organization, in files of a
// thousand, and deals the files out to parts.
func newCorpus(t *testing.T, small, large, parts int) *corpus {
	t.Helper()
	dir := folder(t)
	c := &corpus{dir: filepath.Join(dir, "logs")}
	for i := range parts {
		c.parts = append(c.parts, filepath.Join(c.dir, fmt.Sprint("part-", i)))
	}
	for i, records := range []int{small, large} {
		if records == 0 {
			continue
		}
		out := filepath.Join(dir, fmt.Sprint("simulated-", i))
		args := []string{"simulate", "--out", out, "--seed", fmt.Sprint(i + 1), "--days", "20",
			"--events-per-file", fmt.Sprint(i * 1000), "--story", simulate.StoryStolenKey}
		for _, flag := range sources {
			args = append(args, strings.ReplaceAll(flag, "#", fmt.Sprint(records)))
		}
		gumshoe(t, args...)
		if err := c.deal(out); err != nil {
			t.Fatalf("deal out %s: %v", out, err)
		}
	}
	return c
}

// deal moves the log files of a simulation into the parts in turn.
func (c *corpus) deal(out string) error {
	n := 0
	return filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		name, rel := filepath.Rel(out, path)
		if err != nil || rel != nil || d.IsDir() || name == simulate.ManifestFile || name == simulate.GeoFile {
			return err
		}
		to := filepath.Join(c.parts[n%len(c.parts)], filepath.Base(out), name)
		n++
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		return os.Rename(path, to)
	})
}

// files returns the paths of the files in a part.
func files(t *testing.T, part string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(part, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files in %s: %v", len(paths), part, err)
	}
	return paths
}
