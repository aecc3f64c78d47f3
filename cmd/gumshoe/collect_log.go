package main

import (
	"log/slog"
	"maps"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
)

// runLog is the log line of a run that did something, and one more if there
// were objects that it could not read. It belongs to one
// goroutine at a time.
type runLog struct {
	log     *slog.Logger
	reasons map[string]int64
	sum     ingest.Summary

	unreadable int    // objects
	first      string // of them
	because    string // it could not be read
}

func newRunLog(log *slog.Logger, source, graph string) *runLog {
	return &runLog{log: log.With("source", source, "graph", graph), reasons: map[string]int64{}}
}

// object takes an object in.
func (l *runLog) object(o ingest.ObjectSummary) {
	for reason, n := range o.Reasons {
		l.reasons[reason] += n
	}
	if o.Reasons[reasonUnreadable] == 0 || o.Unchanged {
		return
	}
	if l.unreadable++; l.unreadable == 1 {
		l.first = o.URI
		for _, s := range o.Samples {
			if s.Reason == reasonUnreadable {
				l.because = s.Detail
			}
		}
	}
}

// add takes a run in.
func (l *runLog) add(s ingest.Summary) {
	l.sum.Totals.Add(s.Totals)
	l.sum.Objects += s.Objects
	l.sum.Bytes += s.Bytes
	l.sum.Elapsed += s.Elapsed
}

// end writes the lines, unless nothing was done.
func (l *runLog) end() {
	if l.sum.Objects == 0 {
		return
	}
	var reasons []any
	for _, reason := range slices.Sorted(maps.Keys(l.reasons)) {
		reasons = append(reasons, slog.Int64(reason, l.reasons[reason]))
	}
	t := l.sum.Totals
	l.log.Info("read logs", "objects", l.sum.Objects, "bytes", l.sum.Bytes, "records", t.Seen, "stored", t.Stored,
		"duplicate", t.Duplicate, "rejected", t.Rejected, slog.Group("reasons", reasons...), "seconds", l.sum.Elapsed.Seconds())
	if l.unreadable > 0 {
		l.log.Warn("objects cannot be read", "objects", l.unreadable, "first", l.first, "error", l.because)
	}
}
