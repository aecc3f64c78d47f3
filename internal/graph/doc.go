// Package graph is the read side of a behavior graph: it turns what the
// warehouse returns into answers about the whole graph. Search, profiles,
// neighbours, chains and timelines have their place here beside what there is
// today, coverage: which hours the logs cover, and where they have gaps, for a
// trail that was stopped looks like a quiet day.
//
// What decides is a pure function over the warehouse's rows, without I/O and
// without a clock. It may import warehouse and entity.
package graph
