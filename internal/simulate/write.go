package simulate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// Write simulates cfg's days and writes them below dir, which it makes:
//
//	dir/manifest.json   what was written, and a story's ground truth
//	dir/geo.csv         where the simulation's addresses are
//	dir/AWSLogs/…       CloudTrail files, named and laid out as in S3
//
// A dir that already has logs is an error: two simulations in one folder
// would contradict both manifests. The manifest is written last; a folder
// without one is incomplete. Write uses one goroutine per processor for
// compression; the bytes do not depend on how many there are.
func Write(ctx context.Context, dir string, cfg Config) (*Manifest, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	m, err := write(ctx, dir, cfg)
	if err != nil {
		return nil, fmt.Errorf("simulate into %s: %w", dir, err)
	}
	return m, nil
}

func write(ctx context.Context, dir string, cfg Config) (*Manifest, error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	org, err := newOrganization(cfg)
	if err != nil {
		return nil, err
	}
	plot, err := newStory(cfg, org)
	if err != nil {
		return nil, err
	}
	if err := org.places.writeGeo(dir); err != nil {
		return nil, err
	}
	d, err := deliver(ctx, dir, cfg, org, plot)
	if err != nil {
		return nil, err
	}
	m := newManifest(cfg, org, plot, d)
	return m, m.write(dir)
}

// prepare makes dir and refuses one that has logs.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	switch entries, err := os.ReadDir(filepath.Join(dir, LogFolder)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("there are logs already in %s", LogFolder)
	}
	return nil
}

// deliver generates on the calling goroutine and renders, compresses and
// stores files on others, which it waits for.
func deliver(ctx context.Context, dir string, cfg Config, org *organization, plot *story) (*delivery, error) {
	packers := make([]*packer, runtime.GOMAXPROCS(0))
	for i := range packers {
		p, err := newPacker(dir, org)
		if err != nil {
			return nil, err
		}
		packers[i] = p
	}
	group, ctx := errgroup.WithContext(ctx)
	parcels := make(chan parcel, 64)
	d := newDelivery(cfg.EventsPerFile, derive(uint64(cfg.Seed), "delivery"), func(p parcel) error {
		select {
		case parcels <- p:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	group.Go(func() error {
		defer close(parcels)
		g := newGenerator(cfg, org, len(plot.events))
		if err := g.run(ctx, plot.events, d.add, d.hourDone); err != nil {
			return err
		}
		return d.finish()
	})
	for _, p := range packers {
		group.Go(func() error {
			for parcel := range parcels {
				if err := p.store(parcel); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, p := range packers {
		d.plainBytes += p.plainBytes
		d.packedBytes += p.packedBytes
	}
	return d, nil
}

// packer writes files.
type packer struct {
	dir  string
	made map[string]bool // folders
	renderer
	plain []byte
	gz    *gzip.Writer
	out   bytes.Buffer
	// Of all files stored.
	plainBytes, packedBytes int64
}

func newPacker(dir string, org *organization) (*packer, error) {
	gz, err := gzip.NewWriterLevel(io.Discard, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	return &packer{dir: dir, made: map[string]bool{}, renderer: renderer{org}, gz: gz}, nil
}

// flushBytes is how much JSON is collected before it is compressed.
const flushBytes = 256 << 10

func (p *packer) store(parcel parcel) error {
	path := filepath.Join(p.dir, filepath.FromSlash(parcel.path))
	if folder := filepath.Dir(path); !p.made[folder] {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		p.made[folder] = true
	}
	p.out.Reset()
	p.gz.Reset(&p.out)
	p.gz.ModTime = time.Unix(0, 0) // "no time" in the header
	p.plain = append(p.plain[:0], `{"Records":[`...)
	for i := range parcel.events {
		if i > 0 {
			p.plain = append(p.plain, ',')
		}
		p.plain = p.appendRecord(p.plain, &parcel.events[i])
		if len(p.plain) > flushBytes {
			if err := p.flush(); err != nil {
				return fmt.Errorf("compress %s: %w", parcel.path, err)
			}
		}
	}
	p.plain = append(p.plain, `]}`...)
	if err := errors.Join(p.flush(), p.gz.Close()); err != nil {
		return fmt.Errorf("compress %s: %w", parcel.path, err)
	}
	p.packedBytes += int64(p.out.Len())
	return os.WriteFile(path, p.out.Bytes(), 0o644)
}

func (p *packer) flush() error {
	_, err := p.gz.Write(p.plain)
	p.plainBytes += int64(len(p.plain))
	p.plain = p.plain[:0]
	return err
}
