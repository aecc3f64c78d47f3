package powerloss

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
)

// Journal is what was done to the files below a folder, in order.
type Journal struct {
	Root string // absolute
	Ops  []Op
}

// position is where a descriptor's next write goes.
type position struct {
	offset int64
	end    bool // it always writes at the end
}

// reader turns the calls of one process into ops.
type reader struct {
	*Journal
	parser parser
	at     map[int64]position // by descriptor
	sizes  map[string]int64   // of files, bytes
	over   []int              // number of ops before each line
}

// Read appends what the process traced in trace did. It fails on a call that
// changes a file below the root in a way that a journal cannot hold.
func (j *Journal) Read(trace io.Reader) error {
	r := reader{Journal: j, at: map[int64]position{}, sizes: map[string]int64{}}
	for _, o := range j.Ops {
		r.resize(o)
	}
	lines := bufio.NewReaderSize(trace, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read trace: %w", err)
		}
		r.over = append(r.over, len(j.Ops))
		c, ok, err := r.parser.next(strings.TrimSuffix(line, "\n"))
		if err == nil && ok {
			err = r.add(c)
		}
		if err != nil {
			return fmt.Errorf("read trace: %w", err)
		}
	}
}

// name returns path relative to the root; ok is whether it lies below it.
func (j *Journal) name(path string) (string, bool) {
	if path == j.Root {
		return ".", true
	}
	return strings.CutPrefix(path, j.Root+"/")
}

// named resolves a path argument against its folder's descriptor, which is
// empty for the calls that have none.
func (j *Journal) named(dir, arg string) (string, bool, error) {
	b, err := unquote(arg)
	if err != nil {
		return "", false, err
	}
	path := string(b)
	if !filepath.IsAbs(path) {
		if dir == "" {
			return "", false, fmt.Errorf("relative path %q", path)
		}
		_, base, _, err := descriptor(dir)
		if err != nil {
			return "", false, err
		}
		path = filepath.Join(base, path)
	}
	name, ok := j.name(filepath.Clean(path))
	return name, ok, nil
}

// emit appends an op and keeps track of the sizes that appending writes need.
func (r *reader) emit(c call, o Op) {
	o.At = c.at
	r.Ops = append(r.Ops, o)
	r.resize(o)
}

func (r *reader) resize(o Op) {
	switch o.Kind {
	case Write:
		r.sizes[o.Path] = max(r.sizes[o.Path], o.Offset+int64(len(o.Data)))
	case Resize:
		r.sizes[o.Path] = o.Size
	case Reserve:
		r.sizes[o.Path] = max(r.sizes[o.Path], o.Size)
	case Rename:
		r.sizes[o.To] = r.sizes[o.Path]
		delete(r.sizes, o.Path)
	case Link:
		r.sizes[o.To] = r.sizes[o.Path]
	case Remove:
		delete(r.sizes, o.Path)
	}
}

// add appends what the call did.
func (r *reader) add(c call) error {
	if c.value < 0 {
		return nil
	}
	switch c.name {
	case "open", "creat":
		return r.open(c, "", 0)
	case "openat":
		return r.open(c, c.arg(0), 1)
	case "lseek":
		fd, _, _, err := descriptor(c.arg(0))
		p := r.at[fd]
		p.offset = c.value
		r.at[fd] = p
		return err
	case "write", "pwrite64", "writev", "pwritev", "pwritev2":
		return r.write(c)
	case "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "syncfs":
		return r.onFile(c)
	case "truncate":
		name, ours, err := r.named("", c.arg(0))
		size, err2 := c.number(1)
		if ours && err == nil && err2 == nil {
			r.emit(c, Op{Kind: Resize, Path: name, Size: size})
		}
		return firstError(err, err2)
	case "mkdir", "rmdir", "unlink":
		return r.onName(c, "", 0)
	case "mkdirat", "unlinkat":
		return r.onName(c, c.arg(0), 1)
	case "rename", "link":
		return r.onNames(c, "", c.arg(0), "", c.arg(1))
	case "renameat", "renameat2", "linkat":
		if c.name == "renameat2" && strings.Contains(c.arg(4), "RENAME_EXCHANGE") {
			return r.unless(c, c.arg(0), "exchange of names")
		}
		return r.onNames(c, c.arg(0), c.arg(1), c.arg(2), c.arg(3))
	case "sync":
		r.emit(c, Op{Kind: SyncAll, Since: r.over[c.since]})
		return nil
	case "mmap":
		// The index of a write-ahead log of SQLite is shared memory that
		// happens to have a name: it is made anew after a crash.
		if strings.Contains(c.arg(3), "MAP_SHARED") && strings.Contains(c.arg(2), "PROT_WRITE") {
			if _, path, _, err := descriptor(c.arg(4)); err != nil || strings.HasSuffix(path, "-shm") {
				return err
			}
			return r.unless(c, c.arg(4), "shared mapping")
		}
		return nil
	case "copy_file_range", "splice":
		return r.unless(c, c.arg(2), "copy in the kernel")
	case "sendfile":
		return r.unless(c, c.arg(0), "copy in the kernel")
	case "symlink", "symlinkat", "io_uring_setup", "openat2":
		return fmt.Errorf("%s cannot be recorded", c.name)
	}
	return fmt.Errorf("unexpected call %s", c.name)
}

// unless fails if fd is a file below the root.
func (r *reader) unless(c call, fd, what string) error {
	_, path, _, err := descriptor(fd)
	if _, ours := r.name(path); ours && err == nil {
		return fmt.Errorf("%s (%s) of %s cannot be recorded", what, c.name, path)
	}
	return err
}

func (r *reader) open(c call, dir string, i int) error {
	flags := c.arg(i + 1)
	if c.name == "creat" {
		flags = "O_CREAT|O_TRUNC|O_WRONLY"
	}
	r.at[c.value] = position{end: strings.Contains(flags, "O_APPEND")}
	name, ours, err := r.named(dir, c.arg(i))
	if err != nil || !ours {
		return err
	}
	for _, f := range []string{"O_SYNC", "O_DSYNC", "O_TMPFILE"} {
		if strings.Contains(flags, f) {
			return fmt.Errorf("%s of %s cannot be recorded", f, name)
		}
	}
	if strings.Contains(flags, "O_CREAT") {
		r.emit(c, Op{Kind: Create, Path: name})
	}
	if strings.Contains(flags, "O_TRUNC") {
		r.emit(c, Op{Kind: Resize, Path: name})
	}
	return nil
}

var vectorPart = regexp.MustCompile(`iov_base=("[^"]*"(?:\.\.\.)?)`)

func (r *reader) write(c call) error {
	fd, path, gone, err := descriptor(c.arg(0))
	if err != nil {
		return err
	}
	name, ours := r.name(path)
	if !ours || gone {
		return nil
	}
	var data []byte
	if strings.Contains(c.name, "v") {
		for _, m := range vectorPart.FindAllStringSubmatch(c.arg(1), -1) {
			b, err := unquote(m[1])
			if err != nil {
				return err
			}
			data = append(data, b...)
		}
	} else if data, err = unquote(c.arg(1)); err != nil {
		return err
	}
	if int64(len(data)) < c.value {
		return fmt.Errorf("%d of %d bytes written to %s are in the trace", len(data), c.value, name)
	}
	o := Op{Kind: Write, Path: name, Data: bytes.Clone(data[:c.value])}
	if strings.HasPrefix(c.name, "p") {
		if o.Offset, err = c.number(3); err != nil {
			return err
		}
	} else {
		p := r.at[fd]
		if p.end {
			p.offset = r.sizes[name]
		}
		o.Offset = p.offset
		p.offset += c.value
		r.at[fd] = p
	}
	r.emit(c, o)
	return nil
}

// onFile adds the calls on a descriptor that write nothing.
func (r *reader) onFile(c call) error {
	_, path, gone, err := descriptor(c.arg(0))
	if err != nil {
		return err
	}
	name, ours := r.name(path)
	if !ours || gone {
		return nil
	}
	switch c.name {
	case "ftruncate":
		size, err := c.number(1)
		if err == nil {
			r.emit(c, Op{Kind: Resize, Path: name, Size: size})
		}
		return err
	case "fallocate":
		offset, err := c.number(2)
		size, err2 := c.number(3)
		switch mode := c.arg(1); {
		case err != nil || err2 != nil:
			return firstError(err, err2)
		case mode == "0":
			r.emit(c, Op{Kind: Reserve, Path: name, Size: offset + size})
		case mode != "FALLOC_FL_KEEP_SIZE":
			return fmt.Errorf("fallocate %s of %s cannot be recorded", mode, name)
		}
	case "fsync", "fdatasync":
		r.emit(c, Op{Kind: Sync, Path: name, Since: r.over[c.since]})
	case "syncfs":
		r.emit(c, Op{Kind: SyncAll, Since: r.over[c.since]})
	}
	return nil // sync_file_range promises nothing about sizes and names
}

// onName adds the calls on one name.
func (r *reader) onName(c call, dir string, i int) error {
	name, ours, err := r.named(dir, c.arg(i))
	if err != nil || !ours {
		return err
	}
	kind := Remove
	if strings.HasPrefix(c.name, "mkdir") {
		kind = MakeDir
	}
	r.emit(c, Op{Kind: kind, Path: name})
	return nil
}

// onNames adds the calls on two names.
func (r *reader) onNames(c call, fromDir, from, toDir, to string) error {
	a, ours, err := r.named(fromDir, from)
	b, ours2, err2 := r.named(toDir, to)
	if err != nil || err2 != nil || !ours && !ours2 {
		return firstError(err, err2)
	}
	if !ours || !ours2 {
		return fmt.Errorf("%s from %s to %s crosses the root", c.name, from, to)
	}
	kind := Rename
	if strings.HasPrefix(c.name, "link") {
		kind = Link
	}
	r.emit(c, Op{Kind: kind, Path: a, To: b})
	return nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
