package main

import (
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// progress shows on a terminal how far an ingest has come.
type progress struct {
	inv    *invocation
	totals warehouse.Totals
	count  int
	shown  time.Time
}

func (inv *invocation) progress() *progress { return &progress{inv: inv} }

func (p *progress) add(t warehouse.Totals) {
	p.totals.Add(t)
	p.count++
	if p.inv.terminal && time.Since(p.shown) > 200*time.Millisecond {
		p.shown = time.Now()
		fmt.Fprintf(p.inv.stderr, "\r\033[K%s, %s, %d rejected",
			count(p.count, "object"), count(p.totals.Seen, "record"), p.totals.Rejected)
	}
}

func (p *progress) end() {
	if p.inv.terminal && !p.shown.IsZero() {
		fmt.Fprint(p.inv.stderr, "\r\033[K")
	}
}
