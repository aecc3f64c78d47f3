package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The usual sizes and ages.
const (
	DefaultMaxFileBytes = 2 << 20 // bytes of records, unpacked: packing takes some 20 ms
	DefaultMaxFileAge   = time.Hour
	DefaultKeepBytes    = 10 << 30 // bytes of finished files, packed
)

// Options configure a Log.
type Options struct {
	// MaxFileBytes is how many bytes of records, unpacked, a file holds; it
	// holds at least one record. 0 for DefaultMaxFileBytes.
	MaxFileBytes int64
	// MaxFileAge is how old a file may be when another record is written to
	// it; 0 for DefaultMaxFileAge. Where no calls come, nothing looks at the
	// clock: call Rotate.
	MaxFileAge time.Duration
	// KeepBytes is how many bytes of finished files, packed, are kept. When
	// there are more the oldest are removed, the newest never. 0 keeps all.
	KeepBytes int64
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

var (
	// ErrUnfinished is wrapped by errors of a record that was written: what
	// failed is to finish a file that was full or old. The file is kept, and
	// finished with the next one.
	ErrUnfinished = errors.New("audit file not finished")

	// ErrClosed is returned for records after Close.
	ErrClosed = errors.New("audit log is closed")
)

// Log is a folder of records of calls. It is safe for concurrent use; one
// process at a time may have the folder open.
type Log struct {
	dir     string
	options Options

	mu      sync.Mutex
	file    *os.File // current.jsonl; nil while it has not been opened
	size    int64    // bytes in current.jsonl
	started time.Time
	torn    bool // current.jsonl may end in a part of a line
	closed  bool

	finishing sync.Mutex // one finisher at a time; never taken while holding mu
}

// Open opens the log in the folder dir, which it makes with mode 0700 when it
// does not exist, and finishes files that a crash has left behind. The caller
// must Close the log.
func Open(dir string, o Options) (*Log, error) {
	if o.MaxFileBytes == 0 {
		o.MaxFileBytes = DefaultMaxFileBytes
	}
	if o.MaxFileAge == 0 {
		o.MaxFileAge = DefaultMaxFileAge
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxFileBytes < 0 || o.MaxFileAge < 0 || o.KeepBytes < 0 {
		return nil, errors.New("open audit log: a size or an age is negative")
	}
	l := &Log{dir: dir, options: o}
	if err := l.recover(); err != nil {
		return nil, fmt.Errorf("open audit log %s: %w", dir, err)
	}
	return l, nil
}

// Record writes the record of a call with one write(2): once Record has
// returned, the record survives the end of this process, however that comes,
// though not power loss within the next seconds.
//
// The record is in the log when the error is nil or wraps ErrUnfinished, and
// may not be after any other. A call that fills the file also packs it, which
// takes about a tenth of a second; other calls do not wait for that.
func (l *Log) Record(c Call) error {
	line, err := encode(c)
	if err != nil {
		return fmt.Errorf("record call %q in audit log: %w", c.EventID, err)
	}
	rotated, rotation, err := l.write(line)
	if err != nil {
		return fmt.Errorf("record call %q in audit log %s: %w", c.EventID, l.dir, err)
	}
	if rotated {
		rotation = l.finish()
	}
	if rotation != nil {
		return fmt.Errorf("%w in %s: %w", ErrUnfinished, l.dir, rotation)
	}
	return nil
}

// write appends a line, to a new file when the current one is full or old.
// rotation is why that could not be set aside; the line is in it then.
func (l *Log) write(line []byte) (rotated bool, rotation, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false, nil, ErrClosed
	}
	now := l.options.Now()
	full := l.size+int64(len(line)) > l.options.MaxFileBytes
	if l.size > 0 && (full || now.Sub(l.started) >= l.options.MaxFileAge) {
		rotated, rotation = l.setAside()
	}
	if l.file == nil {
		if l.file, err = openCurrent(l.dir); err != nil {
			return rotated, rotation, err
		}
	}
	if l.size == 0 {
		l.started = now
	}
	if l.torn {
		// Ends what is left of a record that was not written whole; finish
		// drops it.
		line = append([]byte{'\n'}, line...)
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	l.torn = n < len(line) && (l.torn || n > 0)
	return rotated, rotation, err
}

// Rotate finishes the current file now. It does nothing when no record was
// written since the last file was finished, except to finish files that could
// not be finished before. A server calls it now and then, so that the last
// calls before a quiet time become readable too.
func (l *Log) Rotate() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	_, err := l.setAside()
	l.mu.Unlock()
	if err = errors.Join(err, l.finish()); err != nil {
		return fmt.Errorf("rotate audit log %s: %w", l.dir, err)
	}
	return nil
}

// Close finishes the current file and closes the log. Closing it again does
// nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	_, err := l.setAside()
	l.mu.Unlock()
	if err = errors.Join(err, l.finish()); err != nil {
		return fmt.Errorf("close audit log %s: %w", l.dir, err)
	}
	return nil
}

// setAside renames the current file, so that the next record begins a new
// one. When that fails the file goes on to be the current one. l.mu is held.
func (l *Log) setAside() (done bool, err error) {
	if l.file != nil {
		// What the system says of the file's writes it has said to them.
		_ = l.file.Close()
		l.file = nil
	}
	if l.size == 0 {
		return false, nil
	}
	if err := os.Rename(filepath.Join(l.dir, currentName), filepath.Join(l.dir, pendingName(l.options.Now()))); err != nil {
		return false, err
	}
	l.size, l.torn = 0, false
	return true, nil
}
