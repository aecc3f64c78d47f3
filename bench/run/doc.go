// Command run measures how fast gumshoe reads CloudTrail logs, beside the
// same files loaded by the embedded SQL engine, and writes bench/RESULTS.md.
// `make bench` starts it.
//
// The peer is the typed read_json of DuckDB, the engine that gumshoe itself
// stores its tables in: a load into a table, which is what a person without
// gumshoe would do first, and a bare scan, which stores nothing. gumshoe does
// more with the same bytes: it resolves entities, runs the rules, drops
// duplicates, keeps every full record and makes the rollups.
//
// # Rules
//
// Logs are simulated from a seed. Every contender reads the same files from a
// warm page cache, in a process of its own and into a fresh folder on disk,
// and ends durable: gumshoe by its commits, the engine by a CHECKPOINT. A
// round runs each once, every second round in the opposite order; a round
// before the first is not counted. Counts are checked before a time counts:
// on both sides the rows must be the records of the manifest.
//
// The engine's statements leave their largest object at 200 MB, for files with
// that much in one line do exist. On tiny files the engine would take about
// 15 % less with its default of 16 MB.
//
// # How to read the results
//
// Wall time is from the start of the process to its end; CPU is its user and
// system time (getrusage). The minimum is the best estimate of the work, the
// median shows what the machine's other load adds. Compare ratios, which come
// from one run on one machine, rather than seconds of two machines. "Again"
// is a second ingest of the same files into the same folder: it must store
// nothing. Rates are records a second at the median, MB are 10^6 bytes.
//
// The load average is that of the last minute before each round, the
// benchmark's own processes included, which keep one to two cores busy. A
// figure far above says that others were at work and the run should be
// repeated.
//
// The command imports internal/simulate, for the manifest, and the engine;
// gumshoe itself is run as users run it.
package main
