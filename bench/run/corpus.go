package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// plan says which logs to make and what DESIGN.md's budgets want of them.
type plan struct {
	name       string
	flags      []string // of gumshoe simulate
	diskBudget float64  // data folder : the source's gzip bytes
}

func (b *bench) plans() []plan {
	large := []string{"--events", "200000", "--events-per-file", "1000"}
	// The generator's natural volume: fewer events over more days would make
	// files smaller than those of S3.
	small := []string{"--events", "55000", "--days", "10"}
	if b.quick {
		large[1] = "6000"
		small = []string{"--events", "1500", "--days", "1"}
	}
	return []plan{
		{name: "large files, of up to 1,000 events", flags: large, diskBudget: 1.2},
		{name: "tiny files, as S3 delivers them", flags: small, diskBudget: 0.75},
	}
}

// corpus is a folder of logs.
type corpus struct {
	plan
	dir      string
	manifest *simulate.Manifest
	sha256   string // of names and contents, in order of the names
}

// logs is the folder to read.
func (c *corpus) logs() string { return filepath.Join(c.dir, simulate.LogFolder) }

// records counts what lies in the files, copies included.
func (c *corpus) records() int64 { return int64(c.manifest.Events + c.manifest.Duplicates) }

// makeCorpus writes the logs, by a process of its own: the memory of this
// one counts as its children's, see [measure].
func (b *bench) makeCorpus(ctx context.Context, p plan) (*corpus, error) {
	dir, err := os.MkdirTemp(b.work, "corpus-")
	if err != nil {
		return nil, err
	}
	p.flags = append([]string{"--seed", strconv.FormatInt(b.seed, 10), "--story", simulate.StoryNone}, p.flags...)
	args := append([]string{"simulate", "--out", dir, "-o", "json"}, p.flags...)
	var m simulate.Manifest
	if _, err := measure(ctx, &m, b.gumshoe, args...); err != nil {
		return nil, err
	}
	c := &corpus{plan: p, dir: dir, manifest: &m}
	c.sha256, err = c.hash()
	return c, err
}

// hash identifies the logs, and reads every file into the page cache.
func (c *corpus) hash() (string, error) {
	h := sha256.New()
	files, bytes := 0, int64(0)
	err := filepath.WalkDir(c.logs(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, filepath.ToSlash(strings.TrimPrefix(path, c.dir)))
		n, err := io.Copy(h, f)
		files++
		bytes += n
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the logs: %w", err)
	}
	if files != c.manifest.Files || bytes != c.manifest.CompressedBytes {
		return "", fmt.Errorf("%d files of %d bytes, the manifest says %d of %d", files, bytes, c.manifest.Files, c.manifest.CompressedBytes)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
