// Command run measures what gumshoe's budgets are about, beside the embedded
// SQL engine where there is something to compare with, and writes
// bench/RESULTS.md: a table of all budgets, then the figures behind it.
// `make bench` starts it; it takes about half an hour and 30 GB of disk.
//
//	go run ./bench/run -only large,flows    some parts, to standard output
//	go run ./bench/run -quick               all of them over few logs, to see that they work
//
// # Parts
//
// large, million, tiny, stress and real read CloudTrail logs. The peer is the
// typed read_json of DuckDB, the engine that gumshoe itself stores its tables
// in: a load into a table, which is what a person without gumshoe would do
// first, and a bare scan, which stores nothing. gumshoe does more with the
// same bytes: it resolves entities, runs the rules, drops duplicates, keeps
// every full record and makes the rollups. The logs are simulated; those of
// real are ten copies of a lab account's, made anew in every run from the
// folder of -realdata and never kept: each copy has event ids of its own and
// lies six days before the one before. In stress no two events have a key of
// a rollup in common. In the rounds of tiny the logs of large are ingested,
// too: how fast one is in comparison with the other is told by the same
// minutes.
//
// flows reads VPC flow logs: decoded on one processor by the packages that
// ingest decodes with, and ingested. Rates a core are records for each second
// of processor time.
//
// memory reads one file of 5 GB unpacked, and gzip bombs of 10 GB, each beside
// a good file.
//
// freshness starts a server and lets events arrive one at a time: renamed into
// a watched folder, at any time between two of the server's looks, pushed by
// HTTP, and notified through SQS, which moto's server plays.
//
// duplicates fills a graph with 100 M events of 30 days, through the store and
// without raw records and rollups, and asks it for batches of new events and
// of duplicates.
//
// tried.md, which the report contains, says what was tried to be faster.
//
// # Rules
//
// Logs are simulated from a seed. Every contender reads the same files from a
// warm page cache, in a process of its own and into a fresh folder on disk,
// and ends durable: gumshoe by its commits, the engine by a CHECKPOINT. A
// round runs each once, every second round in the opposite order; of
// CloudTrail's logs a round before the first is not counted. Counts are
// checked before a time counts: on both sides the rows must be the records of
// the manifest. A part that fails has no figures, and the run ends with an
// error.
//
// The engine's statements leave their largest object at 200 MB, for files with
// that much in one line do exist. On tiny files the engine would take about
// 15 % less with its default of 16 MB.
//
// # How to read the results
//
// Wall time is from the start of the process to its end; CPU is its user and
// system time, RSS the most memory that it had (getrusage). The minimum is the
// best estimate of the work, the median shows what the machine's other load
// adds. Budgets are judged by the medians, freshness by the slowest, memory by
// the largest. Compare ratios, which come from one run on one machine, rather
// than seconds of two machines. "Again" is a second ingest of the same files
// into the same folder: it must store nothing. Rates are records a second at
// the median, MB are 10^6 bytes.
//
// Disk is the whole data folder after the ingest. It is compared with the
// gzip bytes of the logs without the records that are copies of others: of the
// real logs by packing the files without them, of the simulated ones, where
// they are fewer than one in a hundred, by their share.
//
// The load average is that of the last minute before each round, the
// benchmark's own processes included, which keep one to two cores busy. A
// figure far above says that others were at work and the run should be
// repeated.
//
// The command imports internal/simulate for the manifest, internal/decode and
// internal/warehouse for what is measured inside them, and the engine;
// otherwise gumshoe is run as users run it.
package main
