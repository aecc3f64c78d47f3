package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// memory measures the files that want most of it.
func (b *bench) memory(ctx context.Context, dir string, s *section) error {
	rows, err := b.giant(ctx, dir, s)
	if err != nil {
		return fmt.Errorf("one huge file: %w", err)
	}
	for _, bomb := range bombs() {
		row, err := b.explode(ctx, filepath.Join(dir, "bomb"), bomb, s)
		if err != nil {
			return fmt.Errorf("%s: %w", bomb.what(), err)
		}
		rows = append(rows, row)
	}
	table(&s.text, "file|MB unpacked|MB packed|wall s|peak RSS, MB|what became of it", rows)
	return nil
}

// giant ingests one file of 5 GB.
func (b *bench) giant(ctx context.Context, dir string, s *section) ([][]string, error) {
	const days = 2
	size, events := int64(5e9), "200000"
	if b.quick {
		size, events = 20e6, "6000"
	}
	seedling, _, err := b.simulated(ctx, filepath.Join(dir, "seedling"), "--events", events, "--days", strconv.Itoa(days), "--events-per-file", "10000")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "giant.json.gz")
	c := &corpus{logs: file}
	if _, err := measure(ctx, &c.counts, b.self, giantCommand, seedling.logs, file, strconv.FormatInt(size, 10), strconv.Itoa(days)); err != nil {
		return nil, err
	}
	took, err := b.ingest(ctx, filepath.Join(dir, "data"), file, c.totals())
	if err != nil {
		return nil, err
	}
	b.ingested("memory", took)
	s.atMost(fmt.Sprintf("memory: peak RSS, one file of %s GB", figure(float64(c.Bytes)/1e9)), float64(took.rss)/million, rssBudget, " MB")
	fmt.Fprintf(&s.text, "The huge file holds the records of %s again and again, each time with other event ids and %d days earlier: "+
		"%d records, read at %.0f a second.\n\n", seedling.made, days, c.Records, float64(c.Records)/took.wall.Seconds())
	row := memoryRow("CloudTrail", c.Bytes, c.Gzip, took, "all of it stored")
	return [][]string{row}, errors.Join(os.RemoveAll(filepath.Join(dir, "data")), os.Remove(file))
}

// bombs are zeros, valid records that repeat with blanks between, and the
// same without blanks. Deflate packs the last only to a 200th, which is below
// what counts as a bomb: its records are duplicates.
func bombs() []*bomb {
	record := cloudTrailRecord("00000000-0000-4000-8000-000000000002", bombTime)
	list := func(name string, blanks int, rejected bool) *bomb {
		unit := append(bytes.Clone(record), ',')
		return &bomb{name: name, rejected: rejected, head: []byte(`{"Records":[`),
			unit: append(unit, bytes.Repeat([]byte(" "), blanks)...), tail: append(bytes.Clone(record), "]}"...)}
	}
	return []*bomb{
		{name: "zeros", unit: make([]byte, 1<<10), rejected: true},
		list("valid records far apart", 32<<20, true),
		list("equal records", 0, false),
	}
}

// explode ingests a folder with a bomb and a good file.
func (b *bench) explode(ctx context.Context, dir string, m *bomb, s *section) ([]string, error) {
	size := int64(10e9)
	if b.quick {
		size = 100e6
	}
	logs := filepath.Join(dir, "logs")
	if err := m.write(filepath.Join(logs, "bomb.json.gz"), size); err != nil {
		return nil, err
	}
	if err := writeEvent(filepath.Join(logs, "good.json.gz"), "00000000-0000-4000-8000-000000000001", bombTime); err != nil {
		return nil, err
	}
	var answer ingestAnswer
	took, err := measure(ctx, &answer, b.gumshoe, "ingest", "--data", filepath.Join(dir, "data"), "--enroll", "-o", "json", logs)
	if err != nil {
		return nil, err
	}
	b.ingested("memory", took)
	s.atMost("memory: peak RSS, "+m.what(), float64(took.rss)/million, rssBudget, " MB")
	reason := ""
	for _, o := range answer.Objects {
		if strings.HasSuffix(o.Object, "bomb.json.gz") {
			reason = strings.Join(slices.Sorted(maps.Keys(o.Reasons)), ", ")
		}
	}
	t := answer.Totals
	what := fmt.Sprintf("%d stored, %d duplicates, %d rejected", t.Stored, t.Duplicate, t.Rejected)
	if reason != "" {
		what += ": `" + reason + "`"
	}
	s.budgets = append(s.budgets, m.verdict(t, reason, what))
	return memoryRow(m.what(), m.unpacked(), m.packed, took, what), os.RemoveAll(dir)
}

// verdict says whether a bomb met the fate that it should, beside a good file
// of one event.
func (b *bomb) verdict(t warehouse.Totals, reason, what string) budget {
	if b.rejected {
		return budget{b.what() + " is rejected with a reason, the file beside it is stored", what,
			answer(t.Rejected == 1 && t.Stored >= 1 && reason != "")}
	}
	return budget{b.what() + " counts once, all others of its records are duplicates", what,
		answer(t.Stored == 2 && t.Rejected == 0 && t.Duplicate == b.units-1)}
}

// bombTime is when what a bomb says happened.
var bombTime = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)

func memoryRow(name string, unpacked, packed int64, took usage, fate string) []string {
	return []string{name, fmt.Sprintf("%.0f", float64(unpacked)/million), fmt.Sprintf("%.1f", float64(packed)/million),
		seconds(took.wall), fmt.Sprintf("%.0f", float64(took.rss)/million), fate}
}
