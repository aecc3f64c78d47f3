package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// times are the durations of calls.
type times []time.Duration

// at returns the time that p percent of the calls took at most.
func (t times) at(p float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	i := int(p / 100 * float64(len(t)))
	return t[min(i, len(t)-1)]
}

// result is what a round has shown.
type result struct {
	mu        sync.Mutex
	all       times
	kinds     map[string]times
	failed    int
	failures  map[string]int
	bytes     int64
	asked     time.Duration
	wall      time.Duration
	serverCPU time.Duration
	rss       int64 // bytes
}

func newResult(d time.Duration) *result {
	return &result{kinds: map[string]times{}, failures: map[string]int{}, asked: d}
}

func (r *result) add(c call, status int, size int64, err error) {
	took := time.Since(c.due)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, took)
	r.kinds[c.kind] = append(r.kinds[c.kind], took)
	r.bytes += size
	if err != nil || status > 299 {
		r.failed++
		r.failures[fmt.Sprintf("%s: %d %v", c.kind, status, err)]++
	}
}

// report writes what was measured.
func report(o options, rounds []*result) error {
	out := io.Writer(os.Stdout)
	if o.out != "" {
		f, err := os.Create(o.out)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/1e6) }
	fmt.Fprintf(out, "# Control calls\n\n`make bench-control`, %d calls/s, %d accounts with %d members each, %d rounds of %v. How to read this: `go doc ./bench/control`.\n\n",
		o.rate, o.accounts, o.members, o.rounds, o.duration)
	fmt.Fprintf(out, "%d processors, %s, client and server on one machine.\n\n", runtime.NumCPU(), runtime.Version())
	fmt.Fprint(out, "| round | calls | calls/s | p50 ms | p90 | p99 | p99.9 | max | failed | MB/s answered | server CPU s a second | server peak RSS, MB |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	kinds := map[string]times{}
	for i, r := range rounds {
		for k, t := range r.kinds {
			kinds[k] = append(kinds[k], t...)
		}
		fmt.Fprintf(out, "| %d | %d | %.0f | %s | %s | %s | %s | %s | %d | %.1f | %.2f | %d |\n", i+1, len(r.all), float64(len(r.all))/r.wall.Seconds(),
			ms(r.all.at(50)), ms(r.all.at(90)), ms(r.all.at(99)), ms(r.all.at(99.9)), ms(r.all.at(100)), r.failed,
			float64(r.bytes)/r.wall.Seconds()/1e6, r.serverCPU.Seconds()/r.wall.Seconds(), r.rss>>20)
	}
	fmt.Fprint(out, "\nBudget: p99 ≤ 20 ms.\n\n| call, all rounds | calls | p50 ms | p90 | p99 | max |\n|---|---|---|---|---|---|\n")
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		t := kinds[k]
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s |\n", k, len(t), ms(t.at(50)), ms(t.at(90)), ms(t.at(99)), ms(t.at(100)))
	}
	for _, r := range rounds {
		for _, what := range slices.Sorted(maps.Keys(r.failures)) {
			fmt.Fprintf(out, "\nfailed %d times: %s\n", r.failures[what], what)
		}
	}
	return nil
}
