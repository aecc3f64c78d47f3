package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// links is a store that has links, and entities with names such as
// "AwsUser 111122223333 alice": type, account and key.
type links struct {
	hasher   entity.Hasher
	entities map[entity.ID]warehouse.Entity
	links    []warehouse.Link
	events   []warehouse.Event
	err      error
}

var types = func() map[string]entity.Type {
	all := map[string]entity.Type{}
	for t := entity.Type(1); t < 100; t++ {
		all[t.String()] = t
	}
	return all
}()

func (s *links) id(name string) entity.ID {
	f := strings.Fields(name)
	t, account, key := types[f[0]], strings.Trim(f[1], "-"), f[2]
	id := s.hasher.ID(t, key)
	s.entities[id] = warehouse.Entity{ID: id, Type: t, Key: key, Account: account, Label: key[strings.LastIndexAny(key, ":/")+1:]}
	return id
}

func nameOf(e warehouse.Entity) string {
	account := e.Account
	if account == "" {
		account = "-"
	}
	return e.Type.String() + " " + account + " " + e.Key
}

// newLinks reads lines such as "5 AwsUser 1 alice opened AwsRoleSession 1 A:b",
// of the hour 5.
func newLinks(t testing.TB, lines ...string) *links {
	t.Helper()
	kinds := map[string]warehouse.LinkKind{"opened": warehouse.Opened, "session-of": warehouse.SessionOf, "holds": warehouse.HoldsKey,
		"uses": warehouse.UsesKey, "acts-as": warehouse.ActsAs, "called": warehouse.CalledIn, "opened-session": warehouse.OpenedIn, "is": warehouse.MapsTo, "assumed": warehouse.Assumed}
	s := &links{entities: map[entity.ID]warehouse.Entity{}}
	for _, line := range lines {
		f := strings.Fields(line)
		if len(f) != 8 || kinds[f[4]] == 0 || types[f[1]] == 0 || types[f[5]] == 0 {
			t.Fatalf("no link: %s", line)
		}
		var hour warehouse.Hour
		if _, err := fmt.Sscan(f[0], &hour); err != nil {
			t.Fatal(err)
		}
		l := warehouse.Link{Hour: hour, From: s.id(strings.Join(f[1:4], " ")), To: s.id(strings.Join(f[5:], " ")), Kind: kinds[f[4]]}
		l.Add(warehouse.Success, hour.Time().Unix()+60, 1)
		s.links = append(s.links, l)
	}
	return s
}

func (s *links) Hasher() entity.Hasher { return s.hasher }

func (s *links) Entities(_ context.Context, ids []entity.ID) (map[entity.ID]warehouse.Entity, error) {
	found := map[entity.ID]warehouse.Entity{}
	for _, id := range ids {
		if e, ok := s.entities[id]; ok {
			found[id] = e
		}
	}
	return found, s.err
}

func (s *links) Links(_ context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error) {
	var found []warehouse.Link
	for _, l := range s.links {
		if (slices.Contains(ids, l.From) || slices.Contains(ids, l.To)) && r.From <= l.Hour && l.Hour < r.To {
			found = append(found, l)
		}
	}
	return found, nil
}

func (s *links) Events(_ context.Context, q warehouse.EventQuery) ([]warehouse.Event, error) {
	for _, e := range s.events {
		if e.AccessKey == q.AccessKey {
			return []warehouse.Event{e}, nil
		}
	}
	return nil, nil
}

// written writes an origin down: its way from the root, then what else there is.
func written(o *Origin) string {
	var b strings.Builder
	b.WriteString(nameOf(o.Root))
	for _, h := range o.Hops {
		arrow := " > "
		if h.Cross {
			arrow = " >> "
		}
		b.WriteString(arrow + nameOf(h.To))
	}
	for _, h := range o.Others {
		b.WriteString(" | " + nameOf(h.From) + " > " + nameOf(h.To))
	}
	if o.Cut {
		b.WriteString(" (cut)")
	}
	return b.String()
}

func TestOrigins(t *testing.T) {
	const (
		alice = "AwsUser 1 arn:aws:iam::1:user/alice"
		first = "AwsRoleSession 1 AROA1:first"
		next  = "AwsRoleSession 1 AROA2:next"
		away  = "AwsRoleSession 2 AROA3:away"
		key   = "AccessKey 1 ASIA1"
	)
	for _, tt := range []struct {
		name, of, want string
		links          []string
	}{
		{"a user", alice, alice, []string{"5 " + alice + " opened " + first}},
		{"a session", first, alice + " > " + first, []string{"5 " + alice + " opened " + first}},
		{"a chain across accounts", "AccessKey 2 ASIA2", alice + " > " + first + " > " + next + " >> " + away + " > AccessKey 2 ASIA2", []string{
			"5 " + alice + " opened " + first, "5 " + first + " opened " + next, "6 " + next + " opened " + away, "6 " + away + " holds AccessKey 2 ASIA2",
			"6 " + away + " session-of AwsRole 2 r", "5 " + alice + " assumed AwsRole 1 r"}},
		{"both trails, the session in one of them", away, next + " >> " + away + " | AwsAccount 1 1 > " + away, []string{
			"5 AwsAccount 1 1 opened " + away, "5 SharedEvent - e opened-session " + away, "5 " + next + " called SharedEvent - e"}},
		{"both trails, the session in both", away, next + " >> " + away + " | AwsAccount 1 1 > " + away, []string{
			"5 AwsAccount 1 1 opened " + away, "5 " + next + " opened " + away, "5 SharedEvent - e opened-session " + away, "5 " + next + " called SharedEvent - e"}},
		{"the role's trail alone", away, "AwsAccount 1 1 >> " + away, []string{
			"5 AwsAccount 1 1 opened " + away, "5 SharedEvent - e opened-session " + away}},
		{"an instance", "AwsRoleSession 1 AROA1:i-1", "Ec2Instance 1 i-1 > AwsRoleSession 1 AROA1:i-1", []string{
			"5 Ec2Instance 1 i-1 acts-as AwsRoleSession 1 AROA1:i-1"}},
		{"somebody who calls a session like an instance", "AwsRoleSession 1 AROA1:i-1", alice + " > AwsRoleSession 1 AROA1:i-1 | Ec2Instance 1 i-1 > AwsRoleSession 1 AROA1:i-1", []string{
			"5 Ec2Instance 1 i-1 acts-as AwsRoleSession 1 AROA1:i-1", "6 " + alice + " opened AwsRoleSession 1 AROA1:i-1"}},
		{"a person of Identity Center", "AwsRoleSession 1 AROA1:jane",
			"FederatedUser - identity-center::jane > AwsRoleSession 1 AROA1:jane | FederatedUser 1 saml:jane > AwsRoleSession 1 AROA1:jane", []string{
				"5 FederatedUser 1 saml:jane opened AwsRoleSession 1 AROA1:jane", "5 FederatedUser - identity-center::jane acts-as AwsRoleSession 1 AROA1:jane"}},
		{"a federated user", "AccessKey 1 ASIA3", alice + " > FederatedUser 1 1:kiosk > AccessKey 1 ASIA3", []string{
			"5 " + alice + " opened FederatedUser 1 1:kiosk", "5 FederatedUser 1 1:kiosk holds AccessKey 1 ASIA3"}},
		{"a key of a name", key, alice + " > " + key, []string{"5 IamName 1 1:user/alice holds " + key, "5 " + alice + " opened " + first}},
		{"a key of a name that never called", "AccessKey 1 AKIA1", "AwsUser 1 arn:aws:iam::1:user/bob > AccessKey 1 AKIA1", []string{"5 IamName 1 1:user/bob holds AccessKey 1 AKIA1"}},
		{"a key that a finding tells of", key, alice + " > " + key, []string{"5 " + alice + " uses " + key}},
		{"a subject of Kubernetes", "KubernetesSubject 1 c/User/x", alice + " > " + first + " > KubernetesSubject 1 c/User/x", []string{
			"5 KubernetesSubject 1 c/User/x is " + first, "5 " + alice + " opened " + first}},
		{"opened before the scope time", first, alice + " > " + first, []string{"-30 " + alice + " opened " + first}},
		{"long before the scope time", first, first, []string{"-40 " + alice + " opened " + first}},
		{"a circle", first, next + " > " + first + " (cut)", []string{"5 " + first + " opened " + next, "5 " + next + " opened " + first}},
		{"itself", first, first + " (cut)", []string{"5 " + first + " opened " + first}},
		{"the earlier of two", first, alice + " > " + first + " | AwsUser 1 arn:aws:iam::1:user/bob > " + first, []string{
			"6 AwsUser 1 arn:aws:iam::1:user/bob opened " + first, "5 " + alice + " opened " + first, "7 " + alice + " opened " + first}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newLinks(t, tt.links...)
			o, err := originOf(t, s, s.id(tt.of), warehouse.Range{From: 0, To: 24})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, written(o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A long-term key is older than the logs: who used it first is who has it.
func TestOriginOfAnOldKey(t *testing.T) {
	s := newLinks(t)
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s.events = []warehouse.Event{{Time: at, AccessKey: s.id("AccessKey 1 AKIA1"), Principal: s.id("AwsUser 1 alice")}}
	o, err := originOf(t, s, s.id("AccessKey 1 AKIA1"), warehouse.Range{To: 24})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := written(o), "AwsUser 1 alice > AccessKey 1 AKIA1"; got != want || !o.Hops[0].First.Equal(at) {
		t.Errorf("got %s at %s, want %s", got, o.Hops[0].First, want)
	}
}

func TestOriginIsBounded(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("5 AwsRoleSession 1 A:%d opened AwsRoleSession 1 A:%d", i, i+1))
	}
	s := newLinks(t, lines...)
	o, err := originOf(t, s, s.id("AwsRoleSession 1 A:40"), warehouse.Range{To: 24})
	if err != nil || len(o.Hops) != maxHops || !o.Cut {
		t.Errorf("%d hops, cut %v, %v; want %d", len(o.Hops), o.Cut, err, maxHops)
	}
}

func TestOriginOfTheUnknown(t *testing.T) {
	s := newLinks(t)
	o, err := originOf(t, s, 42, warehouse.Range{To: 24})
	if err != nil || o.Entity.ID != 0 || len(o.Hops) != 0 {
		t.Errorf("got %+v, %v", o, err)
	}
	s.err = errors.New("disk gone")
	if _, err := originOf(t, s, 42, warehouse.Range{To: 24}); !errors.Is(err, s.err) {
		t.Errorf("got %v, want %v", err, s.err)
	}
}

func originOf(t *testing.T, s OriginStore, id entity.ID, r warehouse.Range) (*Origin, error) {
	t.Helper()
	found, err := Origins(t.Context(), s, []entity.ID{id}, r)
	return found[id], err
}
