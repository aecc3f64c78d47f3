package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// copiesCommand makes a large corpus of a small real one:
//
//	copies FROM TO COPIES FILES
//
// writes copies of the files below FROM to the same places below TO, or of
// the first FILES of them. Every copy has event ids of its own, lies
// copyDays before the one before and is named accordingly.
const copiesCommand = "copies"

// copyDays is more than the real logs' five days.
const copyDays = 6

// Where a path says the day: in its folders and in the file's name.
var (
	folderDay = regexp.MustCompile(`\d{4}/\d{2}/\d{2}`)
	nameDay   = regexp.MustCompile(`_\d{8}T`)
)

// copier counts what it writes.
type copier struct {
	counts
	seen   map[string]bool // event ids of the originals
	packed bytes.Buffer
	zip    *gzip.Writer
}

func runCopies(ctx context.Context, args []string) (any, error) {
	n, err := numbers(args[2:]...)
	if err != nil {
		return nil, err
	}
	from, to, copies, most := args[0], args[1], int(n[0]), int(n[1])
	paths, err := gzipFiles(from)
	if err != nil {
		return nil, err
	}
	if most > 0 && most < len(paths) {
		paths = paths[:most]
	}
	c := &copier{seen: map[string]bool{}}
	if c.zip, err = gzip.NewWriterLevel(nil, gzip.DefaultCompression); err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return nil, err
		}
		if err := c.copyFile(path, filepath.ToSlash(name), to, copies); err != nil {
			return nil, err
		}
	}
	return c.counts, nil
}

// gzipFiles returns the gzipped files below a folder, in order.
func gzipFiles(dir string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".gz") {
			paths = append(paths, path)
		}
		return err
	})
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no gzipped files in %s", dir)
	}
	return paths, err
}

// copyFile writes all copies of a file.
func (c *copier) copyFile(path, name, to string, copies int) error {
	records, _, err := readRecords(path)
	if err != nil {
		return err
	}
	var first []logRecord // those that no file before has
	for _, r := range records {
		if id := r.eventID(); !c.seen[id] {
			c.seen[id] = true
			first = append(first, r)
		}
	}
	for n := range copies {
		text, err := fileOf(records, n)
		if err != nil {
			return err
		}
		packed, err := c.pack(text)
		if err != nil {
			return err
		}
		target, err := nameOf(name, n*copyDays)
		if err != nil {
			return err
		}
		target = filepath.Join(to, filepath.FromSlash(target))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, packed, 0o644); err != nil {
			return err
		}
		c.Files++
		c.Records += int64(len(records))
		c.Events += int64(len(first))
		c.Bytes += int64(len(text))
		c.Gzip += int64(len(packed))
		switch len(first) {
		case 0:
		case len(records):
			c.Unique += int64(len(packed))
		default:
			if text, err = fileOf(first, n); err != nil {
				return err
			}
			if packed, err = c.pack(text); err != nil {
				return err
			}
			c.Unique += int64(len(packed))
		}
	}
	return nil
}

// fileOf returns a copy of records as CloudTrail writes a file.
func fileOf(records []logRecord, copied int) (text []byte, err error) {
	text = append(text, `{"Records":[`...)
	for i, r := range records {
		if i > 0 {
			text = append(text, ',')
		}
		if text, err = r.appendCopy(text, copied, copied*copyDays); err != nil {
			return nil, err
		}
	}
	return append(text, "]}"...), nil
}

// pack returns the text gzipped, valid until the next call.
func (c *copier) pack(text []byte) ([]byte, error) {
	c.packed.Reset()
	c.zip.Reset(&c.packed)
	_, err := c.zip.Write(text)
	err = errors.Join(err, c.zip.Close())
	return c.packed.Bytes(), err
}

// nameOf moves the days in a path back.
func nameOf(name string, days int) (string, error) {
	var failed error
	move := func(layout string) func(string) string {
		return func(day string) string {
			moved, err := earlier(day, layout, days)
			failed = errors.Join(failed, err)
			return moved
		}
	}
	name = folderDay.ReplaceAllStringFunc(name, move("2006/01/02"))
	name = nameDay.ReplaceAllStringFunc(name, move("_20060102T"))
	return name, failed
}
