package powerloss

import (
	"errors"
	"fmt"
	"path"
	"slices"
)

// Rules say what a sync makes durable.
type Rules uint8

const (
	// Strict is what POSIX promises: the sync of a file makes its content
	// durable, that of a folder the names in it. Names that were not synced
	// survive in each folder up to some point, each folder for itself.
	Strict Rules = iota
	// Journaled is what ext4 and XFS do besides: changes of names go through
	// one log in their order, and any sync writes the log.
	Journaled
)

// String returns the rules' name.
func (r Rules) String() string {
	if r == Strict {
		return "strict"
	}
	return "journaled"
}

// Disk is the files of a journal's root as a running machine sees them, with
// what of them is durable.
type Disk struct {
	rules Rules
	root  *node
	dirs  []*node // all that ever were
	seq   int     // of ops applied
}

// node is a file or a folder.
type node struct {
	durable []byte   // content of a file for certain
	pending []change // and what was done since, in order

	names    map[string]*node // nil for a file
	safe     map[string]*node // durable names
	renaming []naming         // and what was done since, in order
}

// change is an op on a file's content.
type change struct {
	seq int
	op  Op
}

// naming is a change of a folder's names.
type naming struct {
	seq  int
	name string
	node *node  // nil: the name goes
	old  string // that goes at the same time; empty if none
}

// NewDisk returns a disk on which the root is empty and durable.
func NewDisk(rules Rules) *Disk {
	d := &Disk{rules: rules}
	d.root = d.newDir()
	return d
}

func (d *Disk) newDir() *node {
	n := &node{names: map[string]*node{}, safe: map[string]*node{}}
	d.dirs = append(d.dirs, n)
	return n
}

// find returns what name stands for, nil if nothing.
func (d *Disk) find(name string) *node {
	n := d.root
	for _, part := range split(name) {
		if n == nil || n.names == nil {
			return nil
		}
		n = n.names[part]
	}
	return n
}

func split(name string) []string {
	if name == "." {
		return nil
	}
	dir, base := path.Split(name)
	return append(split(path.Clean(dir)), base)
}

// Apply does the next op.
func (d *Disk) Apply(o Op) error {
	if err := d.apply(o); err != nil {
		return fmt.Errorf("op %d, %s %s: %w", d.seq, o.Kind, o.Path, err)
	}
	d.seq++
	return nil
}

var errNoFile = errors.New("there is no such file")

func (d *Disk) apply(o Op) error {
	n := d.find(o.Path)
	switch o.Kind {
	case Create:
		if n != nil {
			return nil
		}
		return d.rename(o.Path, &node{}, "")
	case MakeDir:
		return d.rename(o.Path, d.newDir(), "")
	case Remove:
		if n == nil {
			return nil // sockets come and go unseen
		}
		return d.rename(o.Path, nil, "")
	case Rename, Link:
		switch {
		case n == nil:
			return errNoFile
		case o.Kind == Link:
			return d.rename(o.To, n, "")
		case path.Dir(o.Path) != path.Dir(o.To):
			return errors.New("a move to another folder is not modelled")
		}
		return d.rename(o.To, n, path.Base(o.Path))
	case Write, Resize, Reserve:
		if n == nil || n.names != nil {
			return errNoFile
		}
		n.pending = append(n.pending, change{d.seq, o})
	case Sync:
		if n == nil {
			return errNoFile
		}
		d.sync(n, o.Since)
	case SyncAll:
		seen := map[*node]bool{}
		for _, dir := range d.dirs {
			d.sync(dir, o.Since)
			for _, n := range dir.names {
				if !seen[n] {
					seen[n] = true
					d.sync(n, o.Since)
				}
			}
		}
	}
	return nil
}

// rename makes name stand for n and old, in the same folder, for nothing.
func (d *Disk) rename(name string, n *node, old string) error {
	dir := d.find(path.Dir(name))
	if dir == nil || dir.names == nil {
		return errors.New("there is no such folder")
	}
	c := naming{d.seq, path.Base(name), n, old}
	c.to(dir.names)
	dir.renaming = append(dir.renaming, c)
	return nil
}

// to applies c to the names of a folder.
func (c naming) to(names map[string]*node) {
	if c.old != "" {
		delete(names, c.old)
	}
	if c.node == nil {
		delete(names, c.name)
	} else {
		names[c.name] = c.node
	}
}

// sync makes durable what was done to n before op since.
func (d *Disk) sync(n *node, since int) {
	n.pending = slices.DeleteFunc(n.pending, func(c change) bool {
		if c.seq >= since {
			return false
		}
		n.durable = c.op.on(n.durable)
		return true
	})
	for _, dir := range d.dirs {
		if dir != n && d.rules == Strict {
			continue
		}
		dir.renaming = slices.DeleteFunc(dir.renaming, func(c naming) bool {
			if c.seq >= since {
				return false
			}
			c.to(dir.safe)
			return true
		})
	}
}

// on returns content with a Write, Resize or Reserve done to it.
func (o Op) on(content []byte) []byte {
	end := o.Size
	if o.Kind == Write {
		end = o.Offset + int64(len(o.Data))
	}
	if more := end - int64(len(content)); more > 0 {
		content = append(content, make([]byte, more)...)
	}
	switch o.Kind {
	case Write:
		copy(content[o.Offset:], o.Data)
	case Resize:
		content = content[:end]
	}
	return content
}
