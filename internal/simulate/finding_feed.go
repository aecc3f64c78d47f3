package simulate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// findingFeed writes GuardDuty's findings, a file an hour, account and
// Region in which there are any, and Security Hub's: the same again in
// EventBridge's envelopes, and each day the findings of its own controls.
type findingFeed struct {
	cfg    Config
	org    *organization
	out    *outbox
	rng    *rand.Rand
	dice   *dice
	noises []noise
	due    []findingVersion // later versions, in order of time
	again  map[hubKey][]object
}

type hubKey struct {
	account *account
	region  string
}

// EventBridge delivers at least once: one event in hubDuplicateOdds comes
// again with the next file. A guess.
const hubDuplicateOdds = 100

func newFindingFeed(cfg Config, org *organization, plot *story, out *outbox) *findingFeed {
	seed := derive(uint64(cfg.Seed), "findings")
	f := &findingFeed{cfg: cfg, org: org, out: out, rng: rand.New(rand.NewPCG(seed, derive(seed, "second"))), dice: &dice{derive(seed, "ids")},
		noises: noises(), again: map[hubKey][]object{}}
	f.due = f.storyFindings(plot)
	return f
}

func (f *findingFeed) hour(now hourInfo) error {
	for _, a := range f.org.accounts {
		for i := range f.noises {
			for range poisson(f.rng, f.noises[i].daily/24) {
				at := now.start + f.rng.Int64N(3600)
				f.live(f.noises[i].make(f, a, at))
			}
		}
	}
	slices.SortStableFunc(f.due, func(a, b findingVersion) int { return cmp.Compare(a.updated, b.updated) })
	n, _ := slices.BinarySearchFunc(f.due, now.end, func(v findingVersion, end int64) int { return cmp.Compare(v.updated, end) })
	versions := f.due[:n]
	f.due = slices.Clone(f.due[n:])
	hub := map[hubKey][]object{}
	var keys []hubKey
	add := func(k hubKey, events ...object) {
		if _, ok := hub[k]; !ok {
			keys = append(keys, k)
		}
		hub[k] = append(hub[k], events...)
	}
	byPlace := map[hubKey][]findingVersion{}
	for _, v := range versions {
		k := hubKey{v.account, v.region}
		byPlace[k] = append(byPlace[k], v)
		add(k, f.imported(v.account.id, v.region, v.updated+5, v.asff()))
	}
	for _, k := range keys {
		if err := f.export(k, byPlace[k]); err != nil {
			return err
		}
	}
	if now.start%86400 == 6*3600 {
		for _, a := range f.org.accounts {
			add(hubKey{a, homeRegion}, f.checks(a, now)...)
		}
	}
	for _, k := range keys {
		if err := f.hub(k, hub[k], now.end); err != nil {
			return err
		}
	}
	return nil
}

// finish has nothing to do: versions after the last day are never seen.
func (f *findingFeed) finish() error { return nil }

// live plans a finding's versions: up to four updates over some hours, and
// now and then a suppression rule or a person that archives it.
func (f *findingFeed) live(g *finding) {
	v := findingVersion{finding: g, updated: g.created(), last: g.first, count: 1 + f.rng.IntN(3)}
	f.due = append(f.due, v)
	for range f.rng.IntN(5) {
		v.version++
		v.updated += 900 + f.rng.Int64N(6*3600)
		v.last = v.updated - 200
		v.count += 1 + f.rng.IntN(8)
		f.due = append(f.due, v)
	}
	if f.rng.IntN(6) == 0 {
		v.version++
		v.updated += 3600 + f.rng.Int64N(86400)
		v.archived = true
		f.due = append(f.due, v)
	}
}

// checks are the controls' findings of a day: all on the first, then those
// that the day's third of the checks looks at again.
func (f *findingFeed) checks(a *account, now hourInfo) []object {
	day := now.day - int(f.cfg.start().Unix()/86400)
	var out []object
	for i := range controls {
		for n := range 4 {
			if n > 0 && (controls[i].resource == "AwsAccount" || controls[i].resource == "AwsEc2Vpc") {
				break
			}
			if day%3 == (i+n)%3 || day == 0 {
				at := now.start + f.rng.Int64N(3600)
				out = append(out, f.imported(a.id, homeRegion, at, controls[i].check(a, n, day, at, f.org.seed)))
			}
		}
	}
	return out
}

// imported is EventBridge's event about a finding that Security Hub has got.
func (f *findingFeed) imported(account, region string, at int64, finding object) object {
	return object{"version": "0", "id": string(appendUUID(nil, f.dice.next(), f.dice.next())), "detail-type": "Security Hub Findings - Imported", "source": "aws.securityhub",
		"account": account, "time": clock(at), "region": region, "resources": []string{fmt.Sprintf("%s/%s", finding["ProductArn"], finding["Id"])},
		"detail": object{"findings": []object{finding}}}
}

// export sends a file of GuardDuty's.
func (f *findingFeed) export(k hubKey, versions []findingVersion) error {
	if len(versions) == 0 {
		return nil
	}
	var lines []object
	for i := range versions {
		lines = append(lines, versions[i].guardDuty())
	}
	b, err := jsonLines(lines)
	if err != nil {
		return err
	}
	t := time.Unix(versions[len(versions)-1].updated, 0).UTC()
	path := fmt.Sprintf("%s/%s/GuardDuty/%s/%s/%s.jsonl.gz", LogFolder, k.account.id, k.region, t.Format("2006/01/02"),
		appendHex(appendHex(nil, f.dice.next(), 16), f.dice.next(), 16))
	return f.out.post(parcel{source: guardDuty, path: path, content: text(b)}, len(lines), 0)
}

// hub sends a file of Security Hub's events.
func (f *findingFeed) hub(k hubKey, events []object, end int64) error {
	again := f.again[k]
	delete(f.again, k)
	for _, e := range events {
		if f.dice.below(hubDuplicateOdds) == 0 {
			f.again[k] = append(f.again[k], e)
		}
	}
	b, err := jsonLines(append(slices.Clone(again), events...))
	if err != nil {
		return err
	}
	t := time.Unix(end-1, 0).UTC()
	path := fmt.Sprintf("%s/%s/%s/%s/securityhub-findings-%s-%s.json.gz", SecurityHubFolder, k.account.id, k.region, t.Format("2006/01/02"),
		t.Format("2006-01-02-15-04-05"), appendUUID(nil, f.dice.next(), f.dice.next()))
	return f.out.post(parcel{source: securityHub, path: path, content: text(b)}, len(again)+len(events), len(again))
}

// jsonLines encodes one object a line; fields stand in order of name.
func jsonLines(objects []object) ([]byte, error) {
	var b []byte
	for _, o := range objects {
		j, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("encode a finding: %w", err)
		}
		b = append(append(b, j...), '\n')
	}
	return b, nil
}
