package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// corpus is a folder of logs.
type corpus struct {
	counts
	logs   string // the folder to read
	made   string // how, in Markdown
	sha256 string // of names and contents, in order of the names
}

// counts is what lies in the files of a corpus.
type counts struct {
	Files   int
	Records int64
	Events  int64 // records without the copies of others
	Bytes   int64 // unpacked
	Gzip    int64 // as the files are
	Unique  int64 // as the files would be without the copies
}

// simulated writes logs by gumshoe simulate.
func (b *bench) simulated(ctx context.Context, dir string, flags ...string) (*corpus, *simulate.Manifest, error) {
	flags = append([]string{"--seed", strconv.FormatInt(b.seed, 10), "--story", simulate.StoryNone}, flags...)
	var m simulate.Manifest
	args := append([]string{"simulate", "--out", dir, "-o", "json"}, flags...)
	if _, err := measure(ctx, &m, b.gumshoe, args...); err != nil {
		return nil, nil, err
	}
	c := &corpus{logs: filepath.Join(dir, simulate.LogFolder), counts: countsOf(&m),
		made: fmt.Sprintf("`gumshoe simulate %s`, generator version %s", strings.Join(flags, " "), m.Version)}
	return c, &m, nil
}

// countsOf counts CloudTrail's logs. Less than one in a hundred records is a
// copy, so that their share of the gzip bytes is taken to be that of the
// records.
func countsOf(m *simulate.Manifest) counts {
	c := counts{Files: m.Files, Records: int64(m.Events + m.Duplicates), Events: int64(m.Events), Bytes: m.Bytes, Gzip: m.CompressedBytes}
	if c.Records > 0 {
		c.Unique = int64(float64(c.Gzip) * float64(c.Events) / float64(c.Records))
	}
	return c
}

// errNoRealLogs says that there is nothing to copy.
var errNoRealLogs = errors.New("there are no real logs in the folder of -realdata")

// copied writes copies of the real logs, each with ids and days of its own.
func (b *bench) copied(ctx context.Context, dir string) (*corpus, error) {
	from := filepath.Join(b.real, "cloudtrail", "env-sans504-s3-2021")
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoRealLogs
	}
	copies, files := 10, 0
	if b.quick {
		copies, files = 2, 200
	}
	c := &corpus{logs: dir, made: fmt.Sprintf("%d copies of the SANS 504 lab's logs (30,477 records in 3,872 files, of 2021), "+
		"each with event ids and days of its own", copies)}
	if files > 0 {
		c.made += fmt.Sprintf(", the first %d files", files)
	}
	_, err := measure(ctx, &c.counts, b.self, copiesCommand, from, dir, strconv.Itoa(copies), strconv.Itoa(files))
	return c, err
}

// hash identifies the logs, and reads every file into the page cache. It
// fails when the files are not those that were counted.
func (c *corpus) hash() error {
	h := sha256.New()
	files, bytes := 0, int64(0)
	err := filepath.WalkDir(c.logs, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, filepath.ToSlash(strings.TrimPrefix(path, c.logs)))
		n, err := io.Copy(h, f)
		files++
		bytes += n
		return err
	})
	if err != nil {
		return fmt.Errorf("read the logs: %w", err)
	}
	if files != c.Files || bytes != c.Gzip {
		return fmt.Errorf("%d files of %d bytes, want %d of %d", files, bytes, c.Files, c.Gzip)
	}
	c.sha256 = fmt.Sprintf("%x", h.Sum(nil))
	return nil
}

// describe says what the corpus is, in one paragraph.
func (c *corpus) describe(unit string) string {
	return fmt.Sprintf("%s: %d %s, %d of them copies of others, in %d files (%.1f a file); %.1f MB, gzipped %.1f MB; "+
		"SHA-256 of names and contents `%s`.", c.made, c.Records, unit, c.Records-c.Events, c.Files,
		float64(c.Records)/float64(c.Files), float64(c.Bytes)/million, float64(c.Gzip)/million, c.sha256)
}
