package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// giantCommand makes one huge file:
//
//	giant FROM TO BYTES DAYS
//
// writes the records of all files below FROM into the one gzipped file TO,
// again and again, with other event ids and DAYS earlier each time, until it
// has at least so many bytes unpacked.
const giantCommand = "giant"

func runGiant(ctx context.Context, args []string) (any, error) {
	n, err := numbers(args[2:]...)
	if err != nil {
		return nil, err
	}
	paths, err := gzipFiles(args[0])
	if err != nil {
		return nil, err
	}
	var all []logRecord
	distinct := map[string]bool{}
	for _, path := range paths {
		records, _, err := readRecords(path)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			distinct[r.eventID()] = true
		}
		all = append(all, records...)
	}
	if len(all) == 0 {
		return nil, errors.New("no records to copy")
	}
	f, err := os.Create(args[1])
	if err != nil {
		return nil, err
	}
	defer f.Close() // twice when all went well, which does no harm
	zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &countingWriter{w: bufio.NewWriterSize(zip, 1<<20)}
	copies, err := writeGiant(ctx, w, all, n[0], int(n[1]))
	if err := errors.Join(err, w.w.Flush(), zip.Close(), f.Close()); err != nil {
		return nil, err
	}
	info, err := os.Stat(args[1])
	if err != nil {
		return nil, err
	}
	return counts{Files: 1, Records: copies * int64(len(all)), Events: copies * int64(len(distinct)), Bytes: w.n, Gzip: info.Size(), Unique: info.Size()}, nil
}

func writeGiant(ctx context.Context, w *countingWriter, all []logRecord, bytes int64, days int) (copies int64, err error) {
	line := []byte(`{"Records":[`)
	for w.n < bytes {
		if err := ctx.Err(); err != nil {
			return copies, err
		}
		for _, r := range all {
			if line, err = r.appendCopy(line, int(copies), int(copies)*days); err != nil {
				return copies, err
			}
			if _, err := w.Write(line); err != nil {
				return copies, err
			}
			line = append(line[:0], ',')
		}
		copies++
	}
	_, err = io.WriteString(w, "]}")
	return copies, err
}

// countingWriter counts the bytes that it hands on.
type countingWriter struct {
	w *bufio.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
