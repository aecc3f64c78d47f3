package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
)

// recover makes the folder what it is after a Close.
func (l *Log) recover() error {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	names, err := list(l.dir)
	if err != nil {
		return err
	}
	// Half-written copies; what they were made from is still there.
	for _, name := range names.aside {
		if err := os.Remove(filepath.Join(l.dir, name)); err != nil {
			return err
		}
	}
	// An empty file is removed like one that holds nothing but a torn record.
	if names.current {
		if err := os.Rename(filepath.Join(l.dir, currentName), filepath.Join(l.dir, pendingName(l.options.Now()))); err != nil {
			return err
		}
	}
	return l.finish()
}

// finish packs all files that were set aside, then removes the oldest
// finished ones. A file that cannot be packed does not hinder the others.
func (l *Log) finish() error {
	l.finishing.Lock()
	defer l.finishing.Unlock()
	names, err := list(l.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, pending := range names.pending {
		f := finisher{dir: l.dir, pending: pending}
		for _, step := range f.steps() {
			if err := step(); err != nil {
				errs = append(errs, fmt.Errorf("finish %s: %w", pending, err))
				break
			}
		}
	}
	return errors.Join(errors.Join(errs...), l.prune())
}

// finisher turns a file that was set aside into a finished one.
type finisher struct {
	dir, pending string
	records      int
}

// steps are what a crash can come between. The final name follows from the
// pending one: an attempt that is repeated replaces what the first has made
// with the same and cannot make a second copy.
func (f *finisher) steps() []func() error {
	return []func() error{f.pack, f.publish, f.remove}
}

func (f *finisher) path(name string) string { return filepath.Join(f.dir, name) }

// pack writes the records aside.
func (f *finisher) pack() (err error) {
	in, err := os.Open(f.path(f.pending))
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(f.path(asideName(f.pending)), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	f.records, err = pack(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// publish gives the packed file its final name, for good.
func (f *finisher) publish() error {
	if f.records == 0 {
		return os.Remove(f.path(asideName(f.pending)))
	}
	if err := os.Rename(f.path(asideName(f.pending)), f.path(finalName(f.pending))); err != nil {
		return err
	}
	return syncDir(f.dir)
}

// remove removes the file that was packed.
func (f *finisher) remove() error {
	if err := os.Remove(f.path(f.pending)); err != nil {
		return err
	}
	// Before anything can happen to the finished file: with the pending one
	// back after power loss and the finished one moved away, the records
	// would come twice.
	return syncDir(f.dir)
}

// pack writes the lines of r as a CloudTrail log file to w and returns how
// many records it has. A line that is no JSON object is what a crash or a
// full disk has left of a record; it is dropped.
func pack(w io.Writer, r io.Reader) (records int, err error) {
	z := gzip.NewWriter(w)
	defer func() { err = errors.Join(err, z.Close()) }()
	lines := bufio.NewReaderSize(r, maxRecord+16)
	before := `{"Records":[`
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = skipLine(lines)
			line = nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return records, err
		}
		if line = bytes.TrimSuffix(line, []byte("\n")); len(line) > 0 && line[0] == '{' && json.Valid(line) {
			if _, err := io.WriteString(z, before); err != nil {
				return records, err
			}
			if _, err := z.Write(line); err != nil {
				return records, err
			}
			before = ","
			records++
		}
		if err != nil {
			break
		}
	}
	if records > 0 {
		_, err = io.WriteString(z, "]}")
	}
	return records, err
}

// skipLine reads on behind the next line end.
func skipLine(r *bufio.Reader) error {
	for {
		_, err := r.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
