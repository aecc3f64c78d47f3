package simulate

import (
	"fmt"
	"path/filepath"
	"time"
)

// delivery sorts events into files as CloudTrail does: a stream of files an
// account and Region, each delivered a few minutes after its events.
type delivery struct {
	perFile int   // Config.EventsPerFile
	dice    *dice // for sizes, delays and duplicates
	streams map[streamKey]*stream
	order   []*stream // in order of first use
	out     *outbox
	// closed, unless nil, is told of each file as it is sent.
	closed func(*stream, *parcel, logFile)

	events, duplicates int
	first, last        int64 // event times, Unix seconds
}

type streamKey struct {
	account *account
	region  string
}

// stream is the file that is being filled.
type stream struct {
	streamKey
	events []event
	size   int     // close when this many events are in
	again  []event // to be delivered once more, in the next file
}

func newDelivery(perFile int, seed uint64, out *outbox) *delivery {
	return &delivery{perFile: perFile, dice: &dice{seed}, streams: map[streamKey]*stream{}, out: out}
}

const (
	// One event in duplicateOdds is delivered twice, one in strayOdds in
	// another Region's file. Lab accounts with two trails have 21 %
	// duplicates; one trail has few.
	duplicateOdds = 200
	strayOdds     = 1000
	// collectSeconds is how long a small file waits for more events; with
	// delayLeast to delayMost on top the lag is 3 minutes at the median
	// and at most 10, as measured.
	collectSeconds = 240
	delayLeast     = 40
	delayMost      = 300
)

// add puts an event into its file. Events MUST come in order of time.
func (d *delivery) add(e *event) error {
	if d.events == 0 || e.at < d.first {
		d.first = e.at
	}
	d.last = max(d.last, e.at)
	d.events++
	region := e.region
	if region != homeRegion && d.dice.below(strayOdds) == 0 {
		region = homeRegion
	}
	s := d.stream(streamKey{e.recipient, region})
	if d.perFile == 0 && len(s.events) > 0 && e.at-s.events[0].at > collectSeconds {
		if err := d.close(s); err != nil {
			return err
		}
	}
	if len(s.events) == 0 {
		if len(s.again) > 0 && d.perFile == 0 && e.at-s.again[0].at > collectSeconds {
			// Too late for this file: the copies get one of their own.
			if err := d.closeCopies(s); err != nil {
				return err
			}
		}
		s.size = d.size()
		s.events, s.again = append(s.events, s.again...), s.again[:0]
	}
	s.events = append(s.events, *e)
	if d.dice.below(duplicateOdds) == 0 {
		d.duplicates++
		s.again = append(s.again, *e)
	}
	if len(s.events) >= s.size {
		return d.close(s)
	}
	return nil
}

func (d *delivery) stream(k streamKey) *stream {
	s := d.streams[k]
	if s == nil {
		s = &stream{streamKey: k}
		d.streams[k] = s
		d.order = append(d.order, s)
	}
	return s
}

// size draws how many events a file takes at most: p50 5, p90 16, p99 33 and
// now and then hundreds, as measured; or a tenth around the configured number.
func (d *delivery) size() int {
	if d.perFile > 0 {
		return max(1, d.perFile-d.perFile/10+d.dice.below(d.perFile/5+1))
	}
	switch n := d.dice.below(1000); {
	case n < 500:
		return 2 + n/125 // 2 to 5
	case n < 900:
		return 6 + (n-500)/36 // 6 to 17
	case n < 990:
		return 18 + (n-900)/5 // to 36
	default:
		return 40 + d.dice.below(600)
	}
}

// hourDone closes the files that have waited long enough at a time; at a
// day's end all of them.
func (d *delivery) hourDone(end int64) error {
	day := end%86400 == 0
	for _, s := range d.order {
		if len(s.events) > 0 && (day || d.perFile == 0 && end-s.events[0].at > collectSeconds) {
			if err := d.close(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish closes all files, those with the last duplicates included.
func (d *delivery) finish() error {
	for _, s := range d.order {
		if len(s.events) > 0 {
			if err := d.close(s); err != nil {
				return err
			}
		}
		if len(s.again) > 0 {
			if err := d.closeCopies(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// closeCopies delivers a file of nothing but second copies.
func (d *delivery) closeCopies(s *stream) error {
	s.events, s.again = append(s.events, s.again...), s.again[:0]
	return d.close(s)
}

func (d *delivery) close(s *stream) error {
	oldest, newest := s.events[0].at, int64(0)
	for i := range s.events {
		oldest, newest = min(oldest, s.events[i].at), max(newest, s.events[i].at)
	}
	stamp := newest + delayLeast + int64(d.dice.below(delayMost-delayLeast))
	events := s.events
	s.events = make([]event, 0, min(len(events), 1024))
	if d.dice.below(5) < 3 {
		d.disorder(events)
	}
	p := parcel{source: cloudTrail, path: d.path(s, stamp), content: records(events)}
	if d.closed != nil {
		d.closed(s, &p, logFile{delivered: stamp, oldest: oldest, newest: newest})
	}
	return d.out.post(p, len(events), 0)
}

// disorder swaps some neighbours; many have the same time, so that about a
// quarter of the files is not in order of time, as measured.
func (d *delivery) disorder(events []event) {
	for range 1 + len(events)/8 {
		if i := d.dice.below(len(events)); i > 0 {
			j := max(0, i-1-d.dice.below(8))
			events[i], events[j] = events[j], events[i]
		}
	}
}

func (d *delivery) path(s *stream, stamp int64) string {
	t := time.Unix(stamp, 0).UTC()
	unique := make([]byte, 16)
	x, y := d.dice.next(), d.dice.next()
	for i := range unique {
		unique[i] = mixedDigits[x%62]
		if x /= 62; i == 7 {
			x = y
		}
	}
	return filepath.ToSlash(filepath.Join(LogFolder, s.account.id, "CloudTrail", s.region, t.Format("2006/01/02"),
		fmt.Sprintf("%s_CloudTrail_%s_%s_%s.json.gz", s.account.id, s.region, t.Format("20060102T1504Z"), unique)))
}
