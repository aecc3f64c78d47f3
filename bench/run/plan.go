package main

import "strconv"

// plan says which CloudTrail logs to measure with and what the budgets want
// of them. A budget of 0 is none.
type plan struct {
	name, title string
	flags       []string // of gumshoe simulate; nil for the real logs
	beside      []string // of gumshoe simulate: logs whose ingest is timed in the same rounds; nil for none
	rounds      int      // at most
	load        float64  // wall time, ingest : the engine's load
	goal        float64  // the same, but wished for
	scan        float64  // wished for: wall time, ingest : the engine's bare scan
	disk, noRaw float64  // data folder : the source's gzip bytes, with raw records and without
	rows        float64  // rollup rows an event
}

// realPart is the part whose logs are not simulated.
const realPart = "real"

// tinyRate is how fast tiny files are to be read, as a part of the rate on
// large ones.
const tinyRate = 0.6

func (b *bench) plans() []plan {
	simulated := func(events, quick int, more ...string) []string {
		if b.quick {
			events = quick
		}
		return append([]string{"--events", strconv.Itoa(events)}, more...)
	}
	// The generator's natural volume for 40 principals is 5,700 events a day:
	// two millions in 60 days want six times as many principals. Tiny files
	// with fewer events a day would be smaller than those of S3. There are as
	// many events as in large files, since to begin and to end a run takes the
	// same time for any number.
	tiny := simulated(200_000, 1_500, "--days", "36")
	if b.quick {
		tiny[len(tiny)-1] = "1"
	}
	large := simulated(200_000, 6_000, "--events-per-file", "1000")
	return []plan{
		{name: "large", title: "Large files: 200,000 events, up to 1,000 a file", rounds: b.rounds,
			flags: large,
			load:  1.0, scan: 1.0, disk: 1.2, noRaw: 0.8, rows: 3},
		{name: "million", title: "Large files: 2,000,000 events, up to 10,000 a file", rounds: min(3, b.rounds),
			flags: simulated(2_000_000, 12_000, "--events-per-file", "10000", "--principals", "240"),
			load:  1.0, scan: 1.0, disk: 1.2, noRaw: 0.8, rows: 3},
		{name: "tiny", title: "Tiny files, as S3 delivers them", rounds: b.rounds, flags: tiny, beside: large,
			load: 1.0, scan: 1.0, disk: 0.75, noRaw: 0.5, rows: 3},
		{name: "stress", title: "Stress: no two events have a key of a rollup in common", rounds: b.rounds,
			flags: simulated(200_000, 6_000, "--events-per-file", "1000", "--stress"), load: 1.5},
		{name: realPart, title: "Real logs in tiny files: ten copies of a lab account's", rounds: b.rounds,
			load: 1.0, goal: 0.5, disk: 0.75, noRaw: 0.5, rows: 3},
	}
}
