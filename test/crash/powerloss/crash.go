package powerloss

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// Files are the contents of files by their slash-separated path; a folder has
// nil.
type Files map[string][]byte

// Write makes the files in dir, which is made when it is missing. Files get
// mode 0600, folders 0700.
func (f Files) Write(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(f)) { // folders before what is in them
		path := filepath.Join(dir, name)
		var err error
		if f[name] == nil {
			err = os.MkdirAll(path, 0o700)
		} else {
			err = os.WriteFile(path, f[name], 0o600)
		}
		if err != nil {
			return fmt.Errorf("write what survived: %w", err)
		}
	}
	return nil
}

// Crash returns what the disk may hold after a power failure now; r chooses
// among the possibilities.
func (d *Disk) Crash(r *rand.Rand) Files {
	c := crash{disk: d, r: r, contents: map[*node][]byte{}, block: []int{512, 4096}[r.IntN(2)]}
	var seqs []int
	for _, dir := range d.dirs {
		for _, n := range dir.renaming {
			seqs = append(seqs, n.seq)
		}
	}
	slices.Sort(seqs)
	c.until = -1
	if n := c.some(len(seqs)); n > 0 {
		c.until = seqs[n-1]
	}
	return d.files(c.namesOf, c.contentOf)
}

// Now returns the files as the running machine sees them.
func (d *Disk) Now() Files {
	return d.files(func(n *node) map[string]*node { return n.names }, func(n *node) []byte {
		b := slices.Clone(n.durable)
		for _, p := range n.pending {
			b = p.op.on(b)
		}
		return b
	})
}

// files walks the tree that names makes.
func (d *Disk) files(names func(*node) map[string]*node, content func(*node) []byte) Files {
	f := Files{}
	var walk func(n *node, at string)
	walk = func(n *node, at string) {
		if n.names == nil {
			f[at] = append([]byte{}, content(n)...)
			return
		}
		f[at] = nil
		children := names(n)
		for _, name := range slices.Sorted(maps.Keys(children)) { // or choices would depend on the map's order
			walk(children[name], path.Join(at, name))
		}
	}
	walk(d.root, ".")
	return f
}

// crash chooses one outcome.
type crash struct {
	disk     *Disk
	r        *rand.Rand
	contents map[*node][]byte // of files that were chosen: a file may have two names
	block    int              // bytes that the disk writes at once
	until    int              // last op whose change of names survives, in a journal
}

// some returns a number from 0 to n, each end as often as all between.
func (c *crash) some(n int) int {
	switch c.r.IntN(3) {
	case 0:
		return 0
	case 1:
		return n
	}
	return c.r.IntN(n + 1)
}

// namesOf returns the names that survive in a folder.
func (c *crash) namesOf(n *node) map[string]*node {
	names := make(map[string]*node, len(n.safe))
	for name, child := range n.safe {
		names[name] = child
	}
	first := c.some(len(n.renaming))
	for i, change := range n.renaming {
		if c.disk.rules == Strict && i < first || c.disk.rules == Journaled && change.seq <= c.until {
			change.to(names)
		}
	}
	return names
}

// contentOf returns what survives of a file.
func (c *crash) contentOf(n *node) []byte {
	if b, ok := c.contents[n]; ok {
		return b
	}
	b := slices.Clone(n.durable)
	whole := c.some(len(n.pending)) // that survive as if they had been written in order
	disorder := c.r.IntN(2) == 0
	for i, p := range n.pending {
		switch {
		case i < whole:
			b = p.op.on(b)
		case i == whole || disorder:
			b = c.partly(b, p.op)
		}
	}
	c.contents[n] = b
	return b
}

// partly does an op wholly, not at all or, if it is a write, to some of the
// blocks that it touches: up to one, or any of them.
func (c *crash) partly(b []byte, o Op) []byte {
	fate := c.r.IntN(4)
	if fate == 0 {
		return b
	}
	if fate == 1 || o.Kind != Write {
		return o.on(b)
	}
	end := o.Offset + int64(len(o.Data))
	for at := o.Offset; at < end; {
		next := min(end, (at/int64(c.block)+1)*int64(c.block))
		if c.r.IntN(2) == 0 {
			b = Op{Kind: Write, Offset: at, Data: o.Data[at-o.Offset : next-o.Offset]}.on(b)
		} else if fate == 2 {
			return b
		}
		at = next
	}
	return b
}
