package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// indexBudget is DESIGN.md's, in bytes an event.
const indexBudget = 8.0

// duplicates measures what it costs to tell the copies of 100 M events from
// new ones.
func (b *bench) duplicates(ctx context.Context, dir string, s *section) error {
	events := int64(100e6)
	if b.quick {
		events = 200_000
	}
	dir = filepath.Join(dir, "graphs")
	fmt.Fprintf(b.log, "duplicates: %d events to make\n", events)
	var filled fillAnswer
	filling, err := measure(ctx, &filled, b.self, fillCommand, dir, strconv.FormatInt(events, 10))
	if err != nil {
		return err
	}
	index, err := folderBytes(filepath.Join(dir, syntheticGraph, "index"))
	if err != nil {
		return err
	}
	all, err := folderBytes(dir)
	if err != nil {
		return err
	}
	var asked askAnswer
	asking, err := measure(ctx, &asked, b.self, askCommand, dir, strconv.FormatInt(events, 10))
	if err != nil {
		return err
	}
	what := fmt.Sprintf("duplicates, %.3g M events", float64(events)/million)
	s.atMost(what+": peak RSS while asking", float64(asking.rss)/million, rssBudget, " MB")
	s.atMost(what+": index, bytes an event", float64(index)/float64(events), indexBudget, "")

	fmt.Fprintf(&s.text, "%d events of %d days, without raw records and rollups, made and committed straight to the store in %.0f s "+
		"(%.0f events/s, peak RSS %.0f MB): %d segments, %.0f MB, of which the index has %.0f. Opening the graph again took %s s. "+
		"Then a process of its own asked for batches of %d events, every time for others; every answer was checked. "+
		"The files were in the page cache as far as it holds them. Events come to ingest as in the first and the third row.\n\n",
		filled.Events, syntheticDays, filled.Took.Seconds(), float64(filled.Events)/filled.Took.Seconds(), float64(filling.rss)/million,
		filled.Segments, float64(all)/million, float64(index)/million, seconds(asked.Open), askBatch)
	var rows [][]string
	for i, name := range asked.Names {
		d := spread(asked.Took[i])
		perEvent := func(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Nanoseconds())/1000/askBatch) }
		rows = append(rows, []string{name, fmt.Sprint(len(asked.Took[i])), milli(d.least), milli(d.median), milli(d.most), perEvent(d.median)})
	}
	table(&s.text, "a batch of 25,000|times|ms, minimum|median|maximum|µs an event", rows)
	return nil
}

func milli(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
