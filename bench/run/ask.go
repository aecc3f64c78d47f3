package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb"
)

// askCommand asks a graph that fill has filled which of the events of a batch
// it knows:
//
//	ask DIR EVENTS
const askCommand = "ask"

// askBatch is about what ingest asks for at once, in events.
const askBatch = 25_000

// question is a batch of events to ask for.
type question struct {
	name  string
	want  warehouse.Verdict
	times int64 // it is put, every time for other events
	// key of event i of the batch that is the n-th of this question
	key func(s synthetic, n, i int64) warehouse.Key
}

// questions are new events and duplicates, once as a trail delivers them,
// close in time, and once spread over all days, as nothing delivers them.
func questions() []question {
	spreadOver := func(s synthetic, n, i int64) int64 { return (n*askBatch + i) * 7919 % s.total }
	last := func(s synthetic, n, i int64) int64 {
		return max(0, s.total-(n+1)*askBatch) + i%min(askBatch, s.total)
	}
	return []question{
		{"new, of one hour or so", warehouse.New, 10, func(s synthetic, n, i int64) warehouse.Key {
			return s.key(s.total+n*askBatch+i, s.time(last(s, n, i)))
		}},
		{"new, over all days", warehouse.New, 10, func(s synthetic, n, i int64) warehouse.Key {
			return s.key(s.total+n*askBatch+i, s.time(spreadOver(s, n, i)))
		}},
		{"duplicates, of one hour or so", warehouse.Duplicate, 10, func(s synthetic, n, i int64) warehouse.Key {
			e := last(s, n, i)
			return s.key(e, s.time(e))
		}},
		{"duplicates, over all days", warehouse.Duplicate, 3, func(s synthetic, n, i int64) warehouse.Key {
			e := spreadOver(s, n, i)
			return s.key(e, s.time(e))
		}},
	}
}

// askAnswer is what it prints: how long each question took, each time.
type askAnswer struct {
	Open  time.Duration
	Names []string
	Took  [][]time.Duration
}

func runAsk(ctx context.Context, args []string) (_ any, err error) {
	total, err := numbers(args[1])
	if err != nil {
		return nil, err
	}
	engine, err := duckdb.New(args[0], duckdb.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	began := time.Now()
	store, err := engine.Open(ctx, syntheticGraph)
	if err != nil {
		return nil, err
	}
	a := askAnswer{Open: time.Since(began)}
	s := newSynthetic(total[0])
	for _, q := range questions() {
		var took []time.Duration
		for n := range q.times {
			d, err := q.put(ctx, store, s, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q.name, err)
			}
			took = append(took, d)
		}
		a.Names, a.Took = append(a.Names, q.name), append(a.Took, took)
	}
	return a, nil
}

// put asks once and checks the answer.
func (q question) put(ctx context.Context, store warehouse.Store, s synthetic, n int64) (time.Duration, error) {
	keys := make([]warehouse.Key, askBatch)
	for i := range keys {
		keys[i] = q.key(s, n, int64(i))
	}
	began := time.Now()
	verdicts, err := store.Known(ctx, keys)
	took := time.Since(began)
	if err != nil {
		return took, err
	}
	for i, v := range verdicts {
		if v != q.want {
			return took, fmt.Errorf("event %s: verdict %d, want %d", keys[i].EventID, v, q.want)
		}
	}
	return took, nil
}
