// Package duckdb is the embedded engine of the warehouse: one folder a graph
// with
//
//	graph.duckdb            rollups, entities, ledger and the list of files
//	segments/<day>/*.parquet   raw events, sorted and immutable
//	index/<day>/*.keys         sorted hashes of the events seen, for duplicates
//	flows/<day>/*.parquet      flow records, sorted and immutable
//	flow-index/<day>/*.keys    sorted hashes of the flow records seen
//	lock                       held by the process that has the graph open
//
// A file counts only while a row of the table file names it, and that row is
// written in the transaction that makes its batch visible. Files that no row
// names are left-overs of a crash and are removed when the graph is opened.
//
// Small batches leave many small segments, and rollup rows in tables apart, the
// deltas. Compact merges both, in steps that each are one transaction and
// write new files beside the old ones.
//
// Readers see a snapshot of the database, in which they also find the
// partitions and segments that exist, so that no lock is shared with the
// writer. The writer has a connection of its own.
//
// It may import warehouse and entity.
package duckdb
