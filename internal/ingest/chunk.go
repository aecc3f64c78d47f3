package ingest

import (
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// chunk is what a worker hands to the batcher: some events of one or more
// objects, in their order, with all the memory that they need. After the
// commit it goes back to the workers.
type chunk struct {
	parts    []part
	events   []event
	flows    []flow
	digests  []warehouse.Digest
	entities []warehouse.Entity
	volumes  []warehouse.PartVolume // those of one part after those of the other
	rawBytes int

	blocks [][]byte // hold the raw records; each is full but for the last
	used   int      // blocks that hold something
}

// weight is how many bytes a chunk holds that records can make many: their own
// and those of the entities in them.
func (c *chunk) weight() int {
	n := c.rawBytes
	for i := range c.entities {
		e := &c.entities[i]
		n += len(e.Key) + len(e.Label) + len(e.Alias)
	}
	return n
}

// chunks is a free list of chunks. Unlike a sync.Pool it keeps them over
// garbage collections: making their blocks anew costs a page fault for every
// 4 KiB.
type chunks chan *chunk

// get returns an empty chunk.
func (f chunks) get() *chunk {
	select {
	case c := <-f:
		return c
	default:
		return new(chunk)
	}
}

// put takes back a chunk whose events nobody holds any more.
func (f chunks) put(c *chunk) {
	clear(c.parts)
	clear(c.events) // their strings are others'
	clear(c.flows)
	clear(c.digests)
	clear(c.entities)
	clear(c.volumes)
	for i := range c.blocks {
		c.blocks[i] = c.blocks[i][:0]
	}
	*c = chunk{parts: c.parts[:0], events: c.events[:0], flows: c.flows[:0], digests: c.digests[:0], entities: c.entities[:0], volumes: c.volumes[:0], blocks: c.blocks}
	select {
	case f <- c:
	default:
	}
}

// fewRows is how many rows a chunk has room for at first: a push has few.
const fewRows = 64

// roomFor returns rows with room for one more. Those that are not few get room
// for all that a chunk may have at once: to double it leaves as much garbage.
func roomFor[R any](rows []R, all int) []R {
	switch n := len(rows); {
	case n < cap(rows):
		return rows
	case n < fewRows:
		return slices.Grow(rows, fewRows)
	default:
		return slices.Grow(rows, max(all-n, n))
	}
}

// rawBlock is the size in bytes of the blocks that hold raw records.
const rawBlock = 512 << 10

// keep copies a raw record, which the decoder will overwrite. A large record
// does not go into a block.
func (c *chunk) keep(raw []byte) []byte {
	c.rawBytes += len(raw)
	if len(raw) > rawBlock/4 {
		return append([]byte(nil), raw...)
	}
	if c.used == 0 || cap(c.blocks[c.used-1])-len(c.blocks[c.used-1]) < len(raw) {
		if c.used == len(c.blocks) {
			c.blocks = append(c.blocks, make([]byte, 0, rawBlock))
		}
		c.used++
	}
	b := &c.blocks[c.used-1]
	at := len(*b)
	*b = append(*b, raw...)
	return (*b)[at:len(*b):len(*b)]
}
