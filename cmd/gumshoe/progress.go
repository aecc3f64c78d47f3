package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// progress shows on a terminal how far an ingest has come, on one line that is
// drawn again and again. Where there is no terminal it does nothing. It is
// safe for concurrent use.
type progress struct {
	w       io.Writer
	columns int // of the terminal, 0 for none
	now     func() time.Time

	mu                 sync.Mutex
	began, drawn       time.Time // drawn is zero until something was
	objects, allKnown  int64     // accounted for; listed
	bytes, allBytes    int64     // read, of the listed ones
	records, rejection int64
}

// redraw is the least time between two lines.
const redraw = 200 * time.Millisecond

func (inv *invocation) progress() *progress {
	return &progress{w: inv.stderr, columns: inv.columns, now: time.Now, began: time.Now()}
}

// watch lists the sources, so that it is known how much there is, and returns
// what hands out the same objects and is watched.
func (p *progress) watch(ctx context.Context, sources []source.Source) ([]source.Source, error) {
	if p.columns == 0 {
		return sources, nil
	}
	watched := make([]source.Source, len(sources))
	for i, src := range sources {
		var list []source.Object
		for o, err := range src.Objects(ctx) {
			if err != nil {
				return nil, err
			}
			list = append(list, o)
			p.change(func() { p.allKnown, p.allBytes = p.allKnown+1, p.allBytes+o.Size })
		}
		watched[i] = &watchedSource{batchSource{Source: src, objects: list}, p}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began = p.now() // the time that listing took tells nothing of the rate
	return watched, nil
}

// batch takes a commit in.
func (p *progress) batch(b ingest.BatchReport) {
	var t warehouse.Totals
	for _, k := range b.Kinds {
		t.Add(k.Totals)
	}
	p.change(func() { p.records, p.rejection = p.records+t.Seen, p.rejection+t.Rejected })
}

// object takes an object in. Those that are in a batch were counted with it.
func (p *progress) object(o ingest.ObjectSummary) {
	p.change(func() {
		p.objects++
		if o.Unchanged {
			p.records, p.rejection = p.records+o.Totals.Seen, p.rejection+o.Totals.Rejected
		}
	})
}

// change changes the state by f and draws it if it is time.
func (p *progress) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	now := p.now()
	if p.columns == 0 || !p.drawn.IsZero() && now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	line := p.line(now.Sub(p.began))
	fmt.Fprintf(p.w, "\r\033[K%s", line[:max(0, min(len(line), p.columns-1))]) // in the last column some would wrap
}

// line tells the state in ASCII, the most important first.
func (p *progress) line(took time.Duration) string {
	line := fmt.Sprintf("%d of %s, %s, %d rejected", p.objects, count(p.allKnown, "object"), count(p.records, "record"), p.rejection)
	if took < time.Second || p.bytes == 0 {
		return line
	}
	rate := float64(p.bytes) / took.Seconds()
	line += fmt.Sprintf(", %.1f MB/s", rate/1e6)
	if left := max(0, float64(p.allBytes-p.bytes)) / rate; left < (1000 * time.Hour).Seconds() {
		line += fmt.Sprintf(", %v left", time.Duration(left*float64(time.Second)).Round(time.Second))
	}
	return line
}

// end wipes the line. It may be called again.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\033[K")
	}
	p.drawn, p.columns = time.Time{}, 0
}

// watchedSource tells a progress what is read.
type watchedSource struct {
	batchSource
	progress *progress
}

// Open implements source.Source.
func (s *watchedSource) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	c, err := s.Source.Open(ctx, o)
	if err != nil {
		s.read(o.Size)
		return nil, err
	}
	r := &watchedReader{source: s, content: c, left: o.Size}
	return source.NewContent(r, c.SHA256, c.Size, r.close), nil
}

func (s *watchedSource) read(n int64) { s.progress.change(func() { s.progress.bytes += n }) }

// watchedReader counts an object's bytes up to the size that was listed: all of
// them in the end, so that what is known already, or breaks off, counts too.
type watchedReader struct {
	source  *watchedSource
	content *source.Content
	left    int64
}

// Read implements io.Reader.
func (r *watchedReader) Read(b []byte) (int, error) {
	n, err := r.content.Read(b)
	r.source.read(min(int64(n), r.left))
	r.left -= min(int64(n), r.left)
	return n, err
}

func (r *watchedReader) close() error {
	r.source.read(r.left)
	r.left = 0
	return r.content.Close()
}

// terminalColumns returns the width of a terminal, 0 when f is none.
func terminalColumns(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	switch {
	case err != nil:
		return 0
	case size.Col == 0:
		return 80 // it does not know
	}
	return int(size.Col)
}
