package simulate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// flowFeed writes VPC flow logs: one flow log an account and Region, a file
// an interval.
type flowFeed struct {
	cfg      Config
	org      *organization
	out      *outbox
	rng      *rand.Rand
	names    *dice
	traffic  *traffic
	rhythm   *schedule
	pace     pace
	attack   []connection // of the story, in order of time
	truth    *StoryManifest
	interval int64 // seconds that a file covers
	logs     map[flowLogKey]*flowLog
	order    []*flowLog
	buffer   []flowRecord
	empties  map[emptyWindow]bool // of this hour
}

// emptyWindow is an interval in which an interface has no data.
type emptyWindow struct {
	nic   *networkInterface
	begin int64 // Unix seconds
}

type flowLogKey struct {
	account *account
	region  string
}

// flowLog is a Region's flow log; open holds the files not yet sent, by
// their intervals' number since the Unix epoch.
type flowLog struct {
	flowLogKey
	id   string
	open map[int64][]flowRecord
}

const (
	// Of 10,000 connections and gaps so many are intervals in which nothing
	// passed an interface, and in which records were lost: guesses.
	noDataOdds   = 150
	skipDataOdds = 4
	// fewFlows is how many records a file should hold at least: S3 delivery
	// makes a file every five minutes, but a corpus of tiny files would be
	// mostly headers.
	fewFlows = 1000
)

func newFlowFeed(cfg Config, org *organization, plot *story, out *outbox) *flowFeed {
	seed := derive(uint64(cfg.Seed), "flows")
	rng := rand.New(rand.NewPCG(seed, derive(seed, "second")))
	_, _, service, _, _ := newSchedules()
	f := &flowFeed{cfg: cfg, empties: map[emptyWindow]bool{}, org: org, out: out, rng: rng, names: &dice{derive(seed, "names")}, rhythm: service,
		traffic: newTraffic(cfg, org, rng), logs: map[flowLogKey]*flowLog{}, truth: plot.truth}
	f.attack = storyTraffic(cfg, org, plot)
	f.pace.on, f.pace.left = true, float64(cfg.Flows)
	for h := range cfg.Days * 24 {
		f.pace.natural += f.weight(cfg.start().Add(time.Duration(h) * time.Hour))
	}
	f.pace.most = 2 * f.pace.left / f.pace.natural
	perHour := cfg.Flows / (cfg.Days * 24 * 2 * len(org.accounts))
	switch {
	case perHour >= 12*fewFlows:
		f.interval = 300
	case perHour >= fewFlows:
		f.interval = 3600
	default:
		f.interval = 86400
	}
	return f
}

// weight is an hour's share of the traffic, before scaling: scans never
// sleep, work does.
func (f *flowFeed) weight(t time.Time) float64 { return 0.02 + f.rhythm.share(t, 0) }

func (f *flowFeed) hour(now hourInfo) error {
	weight := f.weight(time.Unix(now.start, 0).UTC())
	want := int(f.pace.scale()*weight + f.rng.Float64())
	made := 0
	clear(f.empties) // windows do not cross hours
	for len(f.attack) > 0 && f.attack[0].start < now.end {
		n := f.add(f.attack[0])
		f.truth.Flows += n
		made += n
		f.attack = f.attack[1:]
	}
	for made < want {
		at := now.start + int64(f.rng.IntN(3600))
		switch n := f.rng.IntN(10000); {
		case n < noDataOdds:
			made += f.empty(at, flowNoData)
		case n < noDataOdds+skipDataOdds:
			made += f.empty(at, flowSkipData)
		default:
			made += f.add(f.traffic.next(at))
		}
	}
	f.pace.spend(weight, made)
	return f.close(now.end)
}

// add enters a connection's records and returns how many there are. Nothing
// goes on beyond the last day.
func (f *flowFeed) add(c connection) int {
	c.seconds = min(c.seconds, f.cfg.End.Unix()-1-c.start)
	f.buffer = c.records(f.buffer[:0], int64(f.cfg.FlowWindow))
	for i := range f.buffer {
		f.enter(&f.buffer[i])
	}
	return len(f.buffer)
}

// empty enters a record without data: NODATA is about an interface that is
// not in use.
func (f *flowFeed) empty(at int64, status flowStatus) int {
	a := f.org.accounts[f.rng.IntN(len(f.org.accounts))]
	nic := a.fleet.idle[f.rng.IntN(len(a.fleet.idle))]
	if status == flowSkipData {
		nic = f.traffic.machine(a.fleet.machines).primary
	}
	window := int64(f.cfg.FlowWindow)
	begin := at - at%window
	said := emptyWindow{nic, begin}
	if f.empties[said] {
		return 0 // a window has one such record
	}
	f.empties[said] = true
	f.enter(&flowRecord{nic: nic, start: begin, end: begin + window - 1, status: status})
	return 1
}

func (f *flowFeed) enter(r *flowRecord) {
	k := flowLogKey{r.nic.account, r.nic.region}
	l := f.logs[k]
	if l == nil {
		l = &flowLog{flowLogKey: k, id: r.nic.account.flowLog, open: map[int64][]flowRecord{}}
		if k.region != homeRegion {
			l.id = string(appendHex([]byte("fl-0"), derive(f.org.seed, k.account.id+k.region), 16))
		}
		f.logs[k] = l
		f.order = append(f.order, l)
	}
	interval := r.end / f.interval
	l.open[interval] = append(l.open[interval], *r)
}

// close sends the files whose interval is over.
func (f *flowFeed) close(end int64) error {
	for _, l := range f.order {
		for _, i := range slices.Sorted(maps.Keys(l.open)) {
			until := (i + 1) * f.interval
			if until > end {
				break
			}
			records := l.open[i]
			delete(l.open, i)
			p := parcel{source: vpcFlow, path: f.path(l, until), content: flowLines{f.cfg.FlowVersion, records}}
			if err := f.out.post(p, len(records), 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish has nothing to do: no record ends after the last day.
func (f *flowFeed) finish() error { return nil }

func (f *flowFeed) path(l *flowLog, stamp int64) string {
	t := time.Unix(stamp, 0).UTC()
	return fmt.Sprintf("%[1]s/%[2]s/vpcflowlogs/%[3]s/%[4]s/%[2]s_vpcflowlogs_%[3]s_%[5]s_%[6]s_%08[7]x.log.gz",
		LogFolder, l.account.id, l.region, t.Format("2006/01/02"), l.id, t.Format("20060102T1504Z"), uint32(f.names.next()))
}
