package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// step is something that is timed.
type step string

const (
	ingestStep step = "gumshoe ingest"
	loadStep   step = "engine, load and checkpoint"
	scanStep   step = "engine, typed scan"
	againStep  step = "gumshoe ingest, again"
)

var steps = []step{ingestStep, loadStep, scanStep, againStep}

// result is what the rounds over a corpus gave.
type result struct {
	corpus *corpus
	took   map[step][]usage
	loads  []float64 // load average before each round
	last   round
}

// round is one run of every contender.
type round struct {
	took           map[step]usage
	data, database int64        // bytes of gumshoe's data folder and of the engine's database
	loaded, graph  engineAnswer // the rows of the engine's database and of gumshoe's
}

// measureCorpus runs the rounds, the first of which does not count.
func (b *bench) measureCorpus(ctx context.Context, c *corpus) (*result, error) {
	r := &result{corpus: c, took: map[step][]usage{}}
	for n := range b.rounds + 1 {
		average := loadAverage()
		fmt.Fprintf(b.log, "%s: round %d of %d, load average %.2f\n", c.name, n, b.rounds, average)
		one, err := b.round(ctx, c, n%2 == 1)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", n, err)
		}
		if n == 0 {
			continue
		}
		for _, s := range steps {
			r.took[s] = append(r.took[s], one.took[s])
		}
		r.loads = append(r.loads, average)
		r.last = *one
	}
	return r, nil
}

func (b *bench) round(ctx context.Context, c *corpus, backwards bool) (_ *round, err error) {
	dir, err := os.MkdirTemp(b.work, "round-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := &round{took: map[step]usage{}}
	contenders := []func() error{
		func() error { return b.runIngest(ctx, c, r, filepath.Join(dir, "data")) },
		func() error { return b.runLoad(ctx, c, r, filepath.Join(dir, "ct.duckdb")) },
		func() error { return b.runScan(ctx, c, r) },
	}
	if backwards {
		slices.Reverse(contenders)
	}
	for _, run := range contenders {
		if err := run(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// runIngest reads the logs into a fresh data folder, and once more.
func (b *bench) runIngest(ctx context.Context, c *corpus, r *round, data string) (err error) {
	var first, second struct{ Totals warehouse.Totals }
	args := []string{"ingest", "--data", data, "--enroll", "-o", "json", c.logs()}
	if r.took[ingestStep], err = measure(ctx, &first, b.gumshoe, args...); err != nil {
		return err
	}
	want := warehouse.Totals{Seen: c.records(), Stored: int64(c.manifest.Events), Duplicate: int64(c.manifest.Duplicates)}
	if first.Totals != want {
		return fmt.Errorf("gumshoe ingest: got %+v, the manifest says %+v", first.Totals, want)
	}
	if r.data, err = folderBytes(data); err != nil {
		return err
	}
	graphs, err := fs.Glob(os.DirFS(data), "graphs/*/graph.duckdb")
	if err != nil {
		return err
	}
	if len(graphs) != 1 {
		return fmt.Errorf("gumshoe ingest: %d graphs in the data folder, want 1", len(graphs))
	}
	if _, err = measure(ctx, &r.graph, b.self, engineCommand, "count", filepath.Join(data, graphs[0])); err != nil {
		return err
	}
	if r.took[againStep], err = measure(ctx, &second, b.gumshoe, args...); err != nil {
		return err
	}
	if want = (warehouse.Totals{Seen: want.Seen, Duplicate: want.Seen}); second.Totals != want {
		return fmt.Errorf("gumshoe ingest, again: got %+v, want %+v", second.Totals, want)
	}
	return nil
}

func (b *bench) runLoad(ctx context.Context, c *corpus, r *round, file string) (err error) {
	var nothing engineAnswer
	if r.took[loadStep], err = measure(ctx, &nothing, b.self, engineCommand, "load", file, c.logs()); err != nil {
		return err
	}
	if _, err = measure(ctx, &r.loaded, b.self, engineCommand, "count", file); err != nil {
		return err
	}
	if n := r.loaded.Rows[loadedTable]; n != c.records() {
		return fmt.Errorf("the engine loaded %d rows, the manifest says %d", n, c.records())
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	r.database = info.Size()
	return nil
}

func (b *bench) runScan(ctx context.Context, c *corpus, r *round) (err error) {
	var a engineAnswer
	if r.took[scanStep], err = measure(ctx, &a, b.self, engineCommand, "scan", c.logs()); err != nil {
		return err
	}
	if a.Scanned != c.records() {
		return fmt.Errorf("the engine scanned %d records, the manifest says %d", a.Scanned, c.records())
	}
	return nil
}

// folderBytes adds up the sizes of all files below dir.
func folderBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure the data folder: %w", err)
	}
	return n, nil
}
