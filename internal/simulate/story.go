package simulate

import (
	"cmp"
	"slices"
	"time"
)

// The scope of a story, counted from the midnight of its day: hours in which
// people in Europe work.
const (
	scopeFrom = 11 * time.Hour
	scopeTo   = 17 * time.Hour
)

// story is what happens besides ordinary work: its events in order of time,
// and the ground truth.
type story struct {
	events []event
	truth  *StoryManifest // nil without an attack
}

func newStory(cfg Config, org *organization) (*story, error) {
	if cfg.Story == StoryNone {
		return &story{}, nil
	}
	s := &script{
		org: org, dice: &dice{derive(uint64(cfg.Seed), cfg.Story)},
		at:   cfg.storyDay().Add(scopeFrom).Unix(),
		rows: map[TruthRow]*TruthRow{},
		truth: &StoryManifest{
			User: org.victim.principal.arn, StolenKey: org.victim.key,
			ScopeStart: cfg.storyDay().Add(scopeFrom), ScopeEnd: cfg.storyDay().Add(scopeTo),
		},
	}
	s.stolenKey()
	return s.finish()
}

// script writes a story: a hand that holds credentials and a clock that goes
// on with each call.
type script struct {
	org    *organization
	dice   *dice
	at     int64
	hand   caller
	events []event
	rows   map[TruthRow]*TruthRow
	truth  *StoryManifest
	err    error
}

// wait moves the clock by least to most seconds.
func (s *script) wait(least, most int) { s.at += int64(least + s.dice.below(most-least+1)) }

// use goes on with other credentials, address or agent.
func (s *script) use(who *session, address, agent string) {
	s.hand = caller{session: who, address: address, agent: agent}
	s.truth.Addresses = appendNew(s.truth.Addresses, address)
	s.truth.UserAgents = appendNew(s.truth.UserAgents, agent)
	if who.keyID != s.truth.StolenKey {
		s.truth.AttackerKeys = appendNew(s.truth.AttackerKeys, who.keyID)
	}
}

func appendNew(list []string, v string) []string {
	if v == "" || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// succeed makes calls that succeed, named as in the catalog.
func (s *script) succeed(names ...string) {
	for _, n := range names {
		s.call(n, "", nil)
	}
}

// refused makes calls that policy refuses.
func (s *script) refused(names ...string) {
	for _, n := range names {
		if k := s.find(n); k != nil {
			s.call(n, denied(k), nil)
		}
	}
}

// call makes one call with the credentials in hand.
func (s *script) call(name, fault string, fixed values) {
	k := s.find(name)
	if k == nil {
		return
	}
	e := s.hand.record(s.at, k, homeRegion)
	e.fault, e.fixed = fault, fixed
	s.add(e)
	if s.dice.below(3) == 0 {
		s.wait(1, 4)
	}
}

// add enters an event and counts it in the ground truth.
func (s *script) add(e event) {
	e.seed = s.dice.next()
	s.events = append(s.events, e)
	row := TruthRow{Address: e.address, EventSource: e.call.source, EventName: e.call.name}
	if p := e.who.principal; p != nil {
		row.PrincipalARN = p.arn
		p.events++
	} else {
		row.CallerAccount = s.hand.account.id
	}
	r := s.rows[row]
	if r == nil {
		r = &TruthRow{}
		*r = row
		s.rows[row] = r
	}
	if e.fault == "" {
		r.Success++
	} else {
		r.Failure++
	}
}

// assume takes a role with the credentials in hand and goes on with it.
func (s *script) assume(role *principal, name string) {
	events, session := s.org.assume(s.hand, s.at, role, name, s.dice.next())
	for _, e := range events {
		s.add(e)
	}
	s.truth.Roles = appendNew(s.truth.Roles, role.arn)
	s.wait(3, 20)
	s.use(session, s.hand.address, s.hand.agent)
}

func (s *script) finish() (*story, error) {
	if s.err != nil {
		return nil, s.err
	}
	for _, r := range s.rows {
		s.truth.Truth = append(s.truth.Truth, *r)
	}
	slices.SortFunc(s.truth.Truth, func(a, b TruthRow) int {
		return cmp.Or(cmp.Compare(a.PrincipalARN, b.PrincipalARN), cmp.Compare(a.CallerAccount, b.CallerAccount),
			cmp.Compare(a.Address, b.Address), cmp.Compare(a.EventSource, b.EventSource), cmp.Compare(a.EventName, b.EventName))
	})
	s.truth.Events = len(s.events)
	slices.SortStableFunc(s.events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return &story{events: s.events, truth: s.truth}, nil
}
