package simulate

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// generator makes the background of ordinary work, hour by hour.
type generator struct {
	cfg   Config
	org   *organization
	rng   *rand.Rand
	seeds uint64 // of the events, counted up
	pace  pace
	hour  []event // the hour being made, then sorted
	late  []event // made for a later hour
	now   hourInfo
	// stressed counts addresses handed out for Config.StressKeys.
	stressed uint64
}

// hourInfo is the hour being made.
type hourInfo struct {
	start, end int64 // Unix seconds
	day        int   // days since the Unix epoch
}

// newGenerator prepares to make about cfg.Events events less reserved, which
// a story brings.
func newGenerator(cfg Config, org *organization, reserved int) *generator {
	seed := derive(uint64(cfg.Seed), "background")
	g := &generator{cfg: cfg, org: org, rng: rand.New(rand.NewPCG(seed, derive(seed, "second"))), seeds: derive(seed, "events")}
	if cfg.Events > 0 {
		g.pace.on, g.pace.left = true, max(0, float64(cfg.Events-reserved))
		for h := range cfg.Days * 24 {
			g.pace.natural += g.natural(h)
		}
		g.pace.most = 2 * g.pace.left / g.pace.natural
	}
	return g
}

// natural is how many events all actors make in an hour on average, before
// scaling.
func (g *generator) natural(h int) float64 {
	info, t := g.hourAt(h)
	sum := 0.0
	for _, a := range g.org.actors {
		sum += g.expected(a, t, info.day)
	}
	return sum
}

// pace scales the natural volume to the volume asked for. Bursts make a
// total uncertain, so what is left is spread anew before each hour. The zero
// value leaves the volume as it is.
type pace struct {
	left    float64 // events still to be made
	natural float64 // natural volume of the hours still to come
	most    float64 // bound of the scale, twice the first one
	on      bool
}

func (p *pace) scale() float64 {
	if !p.on || p.natural <= 0 {
		return 1
	}
	return min(max(p.left/p.natural, 0), p.most)
}

// spend notes an hour's natural volume and the events made in it.
func (p *pace) spend(natural float64, made int) {
	p.natural -= natural
	p.left -= float64(made)
}

func (g *generator) hourAt(h int) (hourInfo, time.Time) {
	t := g.cfg.start().Add(time.Duration(h) * time.Hour)
	return hourInfo{start: t.Unix(), end: t.Unix() + 3600, day: int(t.Unix() / 86400)}, t
}

// expected is how many events an actor makes in the hour from t on average,
// before scaling.
func (g *generator) expected(a *actor, t time.Time, day int) float64 {
	share := a.plan.share(t, a.zone)
	if a.onCall && g.onCallHour(t) {
		share = max(share, 0.1)
	}
	return a.daily * share * a.dayFactor(day)
}

// onCallHour reports whether t lies in the working hours of the story's day,
// in which victim and quiet user are at work in every simulation.
func (g *generator) onCallHour(t time.Time) bool {
	since := t.Sub(g.cfg.storyDay())
	return since >= scopeFrom && since < scopeTo
}

// run calls emit with all events in order of time; story events, sorted, are
// mixed in. It stops at emit's first error or when ctx ends.
func (g *generator) run(ctx context.Context, story []event, emit func(*event) error, hourDone func(end int64) error) error {
	for h := range g.cfg.Days * 24 {
		if err := ctx.Err(); err != nil {
			return err
		}
		var t time.Time
		g.now, t = g.hourAt(h)
		g.hour = append(g.hour[:0], g.late...)
		g.late = g.late[:0]
		scale, before := g.pace.scale(), len(g.hour)
		for _, a := range g.org.actors {
			g.work(a, scale*g.expected(a, t, g.now.day), a.onCall && g.onCallHour(t))
		}
		if g.pace.on {
			g.pace.spend(g.natural(h), len(g.hour)-before)
		}
		for len(story) > 0 && story[0].at < g.now.end {
			g.hour = append(g.hour, story[0])
			story = story[1:]
		}
		// A burst that ran on into this hour's successor waits for it; the
		// last hour has none.
		if h < g.cfg.Days*24-1 {
			g.postpone()
		}
		slices.SortStableFunc(g.hour, func(a, b event) int { return cmp.Compare(a.at, b.at) })
		for i := range g.hour {
			e := &g.hour[i]
			e.at = min(e.at, g.now.end-1)
			if err := emit(e); err != nil {
				return err
			}
		}
		if err := hourDone(g.now.end); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) postpone() {
	kept := g.hour[:0]
	for _, e := range g.hour {
		if e.at < g.now.end {
			kept = append(kept, e)
		} else {
			g.late = append(g.late, e)
		}
	}
	g.hour = kept
}

// add gives an event its seed and puts it into the hour.
func (g *generator) add(e event) {
	g.seeds++
	e.seed = scramble(g.seeds)
	if g.cfg.StressKeys {
		g.stress(&e)
	}
	if e.who.principal != nil {
		e.who.principal.events++
	}
	g.hour = append(g.hour, e)
}

// stress gives an event an address that no other event has.
func (g *generator) stress(e *event) {
	g.stressed++
	b := g.org.places.stress.prefix.Addr().As16()
	binary.BigEndian.PutUint64(b[8:], scramble(g.stressed)) // a bijection: no address twice
	e.address = ip16(b)
	e.endpoint = ""
}

// work makes an actor's bursts of one hour, mean events on average; a
// present actor makes at least one.
func (g *generator) work(a *actor, mean float64, present bool) {
	bursts := poisson(g.rng, mean/a.burst)
	if present {
		bursts = max(bursts, 1)
	}
	for range bursts {
		at := g.now.start + int64(g.rng.IntN(3600))
		size := burstSize(g.rng, a.burst)
		t := a.task(g.rng)
		who, at, used := g.session(a, t.channel, at)
		if a.beginning == byWebID && size > 6 && a.account == g.org.deploy.account && g.rng.IntN(5) < 2 {
			// Some runs go on in the deploy role.
			events, s := g.org.assume(who, at, g.org.deploy, "deploy-"+lastPart(who.arn), g.rng.Uint64())
			g.addAll(events)
			who.session, used = s, used+len(events)
			at += 1
		}
		if a.beginning == byKey && a.principal.kind == kindIAMAdmin && t.channel == console && g.rng.IntN(4) == 0 {
			who.session = g.switchRole(a, who, at)
			used++
			at += 2
		}
		if a.beginning == byKey && a.principal.kind == kindIAMAdmin && t.channel == terraform {
			// An administrator of development looks after production.
			events, s := g.org.assume(who, at, g.org.admin, a.name, g.rng.Uint64())
			g.addAll(events)
			who.session, used = s, used+len(events)
			at += 1
		}
		for n := used; n < size; {
			n += g.call(a, who, t.pick(g.rng), at)
			at += gap(g.rng)
		}
	}
}

func (g *generator) addAll(events []event) {
	for _, e := range events {
		g.add(e)
	}
}

// call makes one call and what AWS does on the caller's behalf because of
// it; it returns the number of events.
func (g *generator) call(a *actor, who caller, k *call, at int64) int {
	region := a.region
	if a.person() && g.rng.IntN(40) == 0 || a.beginning == byVendor {
		region = a.account.regions[g.rng.IntN(len(a.account.regions))]
	}
	e := who.record(at, k, region)
	e.recipient = who.account
	if a.beginning == byService {
		e.recipient = a.account
		e.shared = g.rng.Uint64() | 1
		e.fixed = g.logObject(a.account)
	}
	if g.rng.Float64() < a.errorRate {
		e.fault = g.fault(k)
	}
	g.add(e)
	if e.fault == "" && k.isData() && k.service == "s3" && a.beginning == byFunction && g.rng.IntN(4) == 0 {
		g.add(g.org.onBehalf(e, k.readOnly()))
		return 2
	}
	return 1
}

// logObject is what CloudTrail, a service at work for itself, writes.
func (g *generator) logObject(a *account) values {
	t := time.Unix(g.now.start, 0).UTC()
	return values{
		slotBucket: "example-" + a.name + "-logs",
		slotObject: fmt.Sprintf("AWSLogs/%[1]s/CloudTrail/%[2]s/%[3]s/%[1]s_CloudTrail_%[2]s_%[4]s_%016x.json.gz",
			a.id, homeRegion, t.Format("2006/01/02"), t.Format("20060102T1504Z"), g.rng.Uint64()),
	}
}

// onBehalf is S3 using KMS for the caller of e.
func (o *organization) onBehalf(e event, reads bool) event {
	d := e
	d.call = o.calls["kms:GenerateDataKey"]
	if reads {
		d.call = o.calls["kms:Decrypt"]
	}
	d.address, d.agent, d.invokedBy, d.endpoint = awsInternal, awsInternal, awsInternal, ""
	d.fixed = nil
	return d
}

// fault draws the error of a failing call: the operation's own errors and
// AccessDenied more often than throttling.
func (g *generator) fault(k *call) string {
	n := g.rng.IntN(10)
	switch {
	case n < 5 && len(k.errorCodes) > 0:
		return k.errorCodes[g.rng.IntN(len(k.errorCodes))]
	case n < 7:
		return throttled(k)
	default:
		return denied(k)
	}
}

// denied is the error code of a call that a policy does not allow.
func denied(k *call) string {
	switch k.service {
	case "ec2":
		return "Client.UnauthorizedOperation"
	case "dynamodb", "ecs", "ecr", "logs", "eks", "codebuild":
		return "AccessDeniedException"
	}
	return "AccessDenied"
}

func throttled(k *call) string {
	switch k.service {
	case "ec2":
		return "Client.RequestLimitExceeded"
	case "s3":
		return "SlowDown"
	case "iam", "sts", "cloudformation", "autoscaling":
		return "Throttling"
	}
	return "ThrottlingException"
}

// runName is a generated session name, as CI tools make them.
func runName(prefix string, r *rand.Rand) string {
	return fmt.Sprintf("%s%d", prefix, 10000000000+r.Int64N(9999999999))
}
