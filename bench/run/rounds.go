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
	noRawStep  step = "gumshoe ingest --no-raw"
	loadStep   step = "engine, load and checkpoint"
	scanStep   step = "engine, typed scan"
	againStep  step = "gumshoe ingest, again"

	// besideStep is timed where the plan has logs beside.
	besideStep step = "gumshoe ingest of large files, in the same rounds"
)

var steps = []step{ingestStep, noRawStep, loadStep, scanStep, againStep}

// result is what the rounds over a corpus gave.
type result struct {
	corpus *corpus
	beside *corpus // nil for none
	took   map[step][]usage
	loads  []float64 // load average before each round
	last   round
}

// round is one run of every contender.
type round struct {
	took          map[step]usage
	data, noRaw   int64        // bytes of gumshoe's data folders
	database      int64        // bytes of the engine's database
	loaded, graph engineAnswer // the rows of the engine's database and of gumshoe's
}

// measureCorpus runs the rounds. The first one does not count, unless all is
// to be quick.
func (b *bench) measureCorpus(ctx context.Context, dir string, p plan, c, beside *corpus) (*result, error) {
	r := &result{corpus: c, beside: beside, took: map[step][]usage{}}
	first, last := 0, p.rounds
	if b.quick {
		first, last = 1, 1
	}
	for n := first; n <= last; n++ {
		average := loadAverage()
		fmt.Fprintf(b.log, "%s: round %d of %d, load average %.2f\n", p.name, n, last, average)
		one, err := b.round(ctx, dir, c, beside, n%2 == 1)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", n, err)
		}
		if n == 0 {
			continue
		}
		for s, took := range one.took {
			r.took[s] = append(r.took[s], took)
		}
		b.ingested(p.name, one.took[ingestStep])
		b.ingested(p.name, one.took[noRawStep])
		r.loads = append(r.loads, average)
		r.last = *one
	}
	b.engineVersion = r.last.loaded.Version
	return r, nil
}

func (b *bench) round(ctx context.Context, dir string, c, beside *corpus, backwards bool) (_ *round, err error) {
	if dir, err = os.MkdirTemp(dir, "round-"); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := &round{took: map[step]usage{}}
	contenders := []func() error{
		func() error { return b.runIngest(ctx, c, r, filepath.Join(dir, "data")) },
		func() error { return b.runNoRaw(ctx, c, r, filepath.Join(dir, "no-raw")) },
		func() error { return b.runLoad(ctx, c, r, filepath.Join(dir, "ct.duckdb")) },
		func() error { return b.runScan(ctx, c, r) },
	}
	if beside != nil {
		contenders = append(contenders, func() (err error) {
			r.took[besideStep], err = b.ingest(ctx, filepath.Join(dir, "beside"), beside.logs, beside.totals())
			return err
		})
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

// ingestAnswer is what gumshoe ingest prints.
type ingestAnswer struct {
	Totals  warehouse.Totals
	Objects []struct {
		Object  string
		Reasons map[string]int64
	}
}

// ingest reads logs into a data folder and checks the counts.
func (b *bench) ingest(ctx context.Context, data, logs string, want warehouse.Totals, flags ...string) (usage, error) {
	var answer ingestAnswer
	args := append([]string{"ingest", "--data", data, "--enroll", "-o", "json", logs}, flags...)
	took, err := measure(ctx, &answer, b.gumshoe, args...)
	if err != nil {
		return took, err
	}
	if answer.Totals != want {
		return took, fmt.Errorf("gumshoe ingest: got %+v, want %+v", answer.Totals, want)
	}
	return took, nil
}

// totals are those of a first ingest.
func (c *corpus) totals() warehouse.Totals {
	return warehouse.Totals{Seen: c.Records, Stored: c.Events, Duplicate: c.Records - c.Events}
}

// runIngest reads the logs into a fresh data folder, and once more.
func (b *bench) runIngest(ctx context.Context, c *corpus, r *round, data string) (err error) {
	if r.took[ingestStep], err = b.ingest(ctx, data, c.logs, c.totals()); err != nil {
		return err
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
	r.took[againStep], err = b.ingest(ctx, data, c.logs, warehouse.Totals{Seen: c.Records, Duplicate: c.Records})
	if err != nil {
		return fmt.Errorf("again: %w", err)
	}
	return nil
}

// runNoRaw reads the logs without keeping the full records.
func (b *bench) runNoRaw(ctx context.Context, c *corpus, r *round, data string) (err error) {
	if r.took[noRawStep], err = b.ingest(ctx, data, c.logs, c.totals(), "--no-raw"); err != nil {
		return fmt.Errorf("without raw records: %w", err)
	}
	r.noRaw, err = folderBytes(data)
	return err
}

func (b *bench) runLoad(ctx context.Context, c *corpus, r *round, file string) (err error) {
	var nothing engineAnswer
	if r.took[loadStep], err = measure(ctx, &nothing, b.self, engineCommand, "load", file, c.logs); err != nil {
		return err
	}
	if _, err = measure(ctx, &r.loaded, b.self, engineCommand, "count", file); err != nil {
		return err
	}
	if n := r.loaded.Rows[loadedTable]; n != c.Records {
		return fmt.Errorf("the engine loaded %d rows, want %d", n, c.Records)
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
	if r.took[scanStep], err = measure(ctx, &a, b.self, engineCommand, "scan", c.logs); err != nil {
		return err
	}
	if a.Scanned != c.Records {
		return fmt.Errorf("the engine scanned %d records, want %d", a.Scanned, c.Records)
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
