package push

import (
	"crypto/sha256"
	"errors"
	"io"
	"sync"
)

var (
	// ErrFull says that there is no room for more now; there is later.
	ErrFull = errors.New("as many pushed bytes are in hand as there is room for")
	// ErrTooLarge says that a body is longer than it may be.
	ErrTooLarge = errors.New("the pushed body is too large")
)

// Room bounds the memory of all bodies together, those that are still coming
// included. It is safe for concurrent use.
type Room struct {
	mu   sync.Mutex
	free int64 // bytes
}

// NewRoom returns a Room for so many bytes.
func NewRoom(bytes int64) *Room { return &Room{free: bytes} }

// Free is how many bytes there is room for.
func (r *Room) Free() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.free
}

func (r *Room) take(n int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.free {
		return ErrFull
	}
	r.free -= n
	return nil
}

func (r *Room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free += n
}

// Body is bytes that were pushed. Its owner must Release it; who puts it into
// an Inbox gives it away.
type Body struct {
	data []byte
	sum  [sha256.Size]byte
	room *Room
	held int64 // bytes of room
}

// Bytes are the content, which nobody may change.
func (b *Body) Bytes() []byte { return b.data }

// Move takes the body's bytes to another room. The error is ErrFull; the body
// is where it was then.
func (b *Body) Move(to *Room) error {
	if err := to.take(b.held); err != nil {
		return err
	}
	b.room.give(b.held)
	b.room = to
	return nil
}

// Release gives the room back. It may be called again.
func (b *Body) Release() {
	b.room.give(b.held)
	b.data, b.held = nil, 0
}

// Hold makes a body of data, which becomes the body's. The error is ErrFull.
func (r *Room) Hold(data []byte) (*Body, error) {
	n := int64(cap(data))
	if err := r.take(n); err != nil {
		return nil, err
	}
	return &Body{data: data, sum: sha256.Sum256(data), room: r, held: n}, nil
}

// firstBlock is the room that a body takes to begin with, in bytes: most
// pushes are of a few events.
const firstBlock = 4 << 10

// Read reads a body of up to most bytes. Room is taken as the bytes come, so
// that a sender who promises much and sends little takes little. The error is
// ErrFull, ErrTooLarge or the reader's.
func (r *Room) Read(src io.Reader, most int64) (_ *Body, err error) {
	limit := most + 1 // one byte more shows that there is more
	var buf []byte
	defer func() {
		if err != nil {
			r.give(int64(cap(buf)))
		}
	}()
	for {
		if len(buf) == cap(buf) {
			size := min(max(firstBlock, 2*int64(cap(buf))), limit)
			if err := r.take(size - int64(cap(buf))); err != nil {
				return nil, err
			}
			grown := make([]byte, len(buf), size)
			copy(grown, buf)
			buf = grown
		}
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > most:
			return nil, ErrTooLarge
		case errors.Is(err, io.EOF):
			return &Body{data: buf, sum: sha256.Sum256(buf), room: r, held: int64(cap(buf))}, nil
		case err != nil:
			return nil, err
		}
	}
}
