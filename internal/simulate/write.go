package simulate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Write simulates cfg's days and writes them below dir, which it makes:
//
//	dir/manifest.json   what was written, and a story's ground truth
//	dir/geo.csv         where the simulation's addresses are
//	dir/AWSLogs/…       CloudTrail files, named and laid out as in S3; on
//	                    request digests, VPC flow logs, GuardDuty's findings
//	dir/securityhub/…   Security Hub's findings, as EventBridge hands them on
//	dir/eks/…           Kubernetes audit events, as CloudWatch Logs does
//	dir/shapes/…        other shapes of the same
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
	for _, folder := range []string{LogFolder, SecurityHubFolder, AuditFolder, ShapesFolder} {
		switch entries, err := os.ReadDir(filepath.Join(dir, folder)); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case len(entries) > 0:
			return fmt.Errorf("there are logs already in %s", folder)
		}
	}
	return nil
}

// deliver generates on one goroutine and renders, compresses and stores files
// on others; it waits for all.
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
	out := &outbox{send: func(p parcel) error {
		select {
		case parcels <- p:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}
	d := newDelivery(cfg.EventsPerFile, derive(uint64(cfg.Seed), "delivery"), out)
	group.Go(func() error {
		defer close(parcels)
		return generate(ctx, cfg, org, plot, d)
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
		for s := range out.tallies {
			out.tallies[s].plainBytes += p.plainBytes[s]
			out.tallies[s].packedBytes += p.packedBytes[s]
		}
	}
	out.tallies[cloudTrail].duplicates = d.duplicates
	return d, nil
}

// generate makes all files: CloudTrail's, and after each of its hours those
// of the other sources.
func generate(ctx context.Context, cfg Config, org *organization, plot *story, d *delivery) error {
	launches := launchFleets(cfg, org)
	g := newGenerator(cfg, org, len(plot.events)+len(launches))
	feeds, err := newFeeds(ctx, cfg, org, plot, d)
	if err != nil {
		return err
	}
	hourDone := func(end int64) error {
		if err := d.hourDone(end); err != nil {
			return err
		}
		for _, f := range feeds {
			if err := f.hour(g.now); err != nil {
				return err
			}
		}
		return nil
	}
	if err := g.run(ctx, append(launches, plot.events...), d.add, hourDone); err != nil {
		return err
	}
	if err := d.finish(); err != nil {
		return err
	}
	for _, f := range feeds {
		if err := f.finish(); err != nil {
			return err
		}
	}
	return nil
}

// newFeeds returns the sources besides CloudTrail that cfg asks for.
func newFeeds(ctx context.Context, cfg Config, org *organization, plot *story, d *delivery) ([]feed, error) {
	var feeds []feed
	if cfg.Flows > 0 {
		feeds = append(feeds, newFlowFeed(cfg, org, plot, d.out))
	}
	if cfg.AuditEvents > 0 {
		feeds = append(feeds, newAuditFeed(cfg, org, plot, d.out))
	}
	if cfg.Findings {
		feeds = append(feeds, newFindingFeed(cfg, org, plot, d.out))
	}
	if cfg.Digests {
		feeds = append(feeds, newDigestFeed(ctx, cfg, d))
	}
	if cfg.Shapes {
		return feeds, postShapes(cfg, org, d.out)
	}
	return feeds, nil
}
