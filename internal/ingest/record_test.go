package ingest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// plain is a record with nothing remarkable in it; tests lay members over it.
const plain = `{"eventVersion":"1.08","eventID":"11111111-2222-4333-8444-555555555555","eventTime":"2026-03-04T05:06:07Z",
	"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"us-east-1",
	"sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.15.1 Python/3.11","recipientAccountId":"111122223333",
	"userIdentity":{"type":"IAMUser","principalId":"AIDAALICE","arn":"arn:aws:iam::111122223333:user/alice",
		"accountId":"111122223333","accessKeyId":"AKIAALICE","userName":"alice"}}`

// Identities that several tests use.
const (
	aSession = `"userIdentity":{"type":"AssumedRole","principalId":"AROADEPLOY:ci-1","accountId":"111122223333","accessKeyId":"ASIADEPLOY",
		"arn":"arn:aws:sts::111122223333:assumed-role/deploy/ci-1",
		"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROADEPLOY","arn":"arn:aws:iam::111122223333:role/team/deploy","accountId":"111122223333","userName":"deploy"}}}`
	aService = `"userIdentity":{"type":"AWSService","invokedBy":"ecs-tasks.amazonaws.com"},"sourceIPAddress":"ecs-tasks.amazonaws.com","userAgent":"ecs-tasks.amazonaws.com"`
)

// over returns base with the members of over, which has no braces, in place
// of its own.
func over(t testing.TB, base, over string) string {
	t.Helper()
	members := map[string]json.RawMessage{}
	for _, text := range []string{base, "{" + over + "}"} {
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	b, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// record is plain with other members.
func record(t testing.TB, members string) string { t.Helper(); return over(t, plain, members) }

// atlas is a Places of a few addresses.
type atlas map[string]enrich.Place

func (a atlas) Lookup(ip netip.Addr) enrich.Place { return a[ip.String()] }

var world = atlas{
	"203.0.113.7":  {Country: "NL", CountryName: "Netherlands", City: "Amsterdam", ASN: 64500, ASO: "Example Net"},
	"198.51.100.9": {Country: "SE", CountryName: "Sweden"},
	"10.0.0.1":     {Country: "XX", CountryName: "Nowhere", ASO: "must not be asked"},
}

// resolved is an event with names in place of ids: "<type> <key>".
type resolved struct {
	Account, Principal, Session, AccessKey string
	Address, Agent, Product, Location, ASO string
	API, Region, Error, Target             string
	Outcome                                warehouse.Outcome
	IsIP, Service                          bool
	Links                                  []string
	Signin                                 string
	Rules                                  []string
	entities                               map[entity.ID]warehouse.Entity
	event                                  event
}

var linkNames = map[warehouse.LinkKind]string{warehouse.Assumed: "assumed", warehouse.Opened: "opened",
	warehouse.SessionOf: "session of", warehouse.HoldsKey: "holds", warehouse.Created: "created",
	warehouse.HoldsAddress: "holds address", warehouse.HasInterface: "has interface", warehouse.MapsTo: "is", warehouse.InCluster: "in cluster",
	warehouse.HasRole: "has role", warehouse.Attached: "attached to", warehouse.PassedRole: "passed", warehouse.CalledIn: "called",
	warehouse.OpenedIn: "opened session", warehouse.ActsAs: "acts as"}

// resolveText resolves one record.
func resolveText(t testing.TB, r *resolver, text string) resolved {
	t.Helper()
	var rec cloudtrail.Record
	if err := cloudtrail.NewDecoder(strings.NewReader(text), cloudtrail.Options{}).Next(&rec); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	r.begin(nil)
	var ev event
	r.resolve(&rec, rec.RecipientAccountID, slices.Clone(rec.Raw), &ev)
	return name(t, r.entities, ev)
}

// name puts the names of entities in place of their ids.
func name(t testing.TB, entities []warehouse.Entity, ev event) resolved {
	t.Helper()
	v := resolved{Outcome: ev.Outcome, IsIP: ev.isIP, Service: ev.service, entities: map[entity.ID]warehouse.Entity{}, event: ev}
	for _, e := range entities {
		v.entities[e.ID] = e
	}
	of := func(id entity.ID) string {
		if id == 0 {
			return ""
		}
		e, ok := v.entities[id]
		if !ok {
			t.Errorf("an event has id %d, but no entity of it was reported", id)
		}
		return fmt.Sprintf("%s %s", e.Type, e.Key)
	}
	v.Account, v.Principal, v.Session, v.AccessKey = of(ev.Account), of(ev.Principal), of(ev.Session), of(ev.AccessKey)
	v.Address, v.Agent, v.Product, v.Location, v.ASO = of(ev.Address), of(ev.Agent), of(ev.product), of(ev.location), of(ev.aso)
	v.API, v.Region, v.Error, v.Target = of(ev.API), of(ev.Region), of(ev.Error), of(ev.Target)
	for _, l := range ev.links {
		v.Links = append(v.Links, fmt.Sprintf("%s %s %s", of(l.from), linkNames[l.kind], of(l.to)))
	}
	if s := ev.signin; s != nil {
		v.Signin = fmt.Sprintf("%s kind %d mfa %d outcome %d", of(s.user), s.kind, s.mfa, s.outcome)
	}
	for _, r := range ev.hits {
		v.Rules = append(v.Rules, r.ID)
	}
	return v
}

func newTestResolver() *resolver { return newResolver(entity.NewHasher(secret), world, nil) }

// described returns the entities of v by name, with what is told of each.
func (v resolved) described() map[string]string {
	all := map[string]string{}
	for _, e := range v.entities {
		all[e.Type.String()+" "+e.Key] = fmt.Sprintf("account %s, label %s, alias %s", e.Account, e.Label, e.Alias)
	}
	return all
}

func TestResolve(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	want := resolved{Account: "AwsAccount 111122223333", Principal: "AwsUser arn:aws:iam::111122223333:user/alice",
		AccessKey: "AccessKey AKIAALICE", Address: "IpAddress 203.0.113.7", IsIP: true,
		Agent: "UserAgent aws-cli/2.15.1 Python/3.11", Product: "Agent aws-cli/2",
		Location: "Location Amsterdam, Netherlands", ASO: "Aso Example Net",
		API: "Api ec2.amazonaws.com:DescribeInstances", Region: "Region us-east-1"}
	got := resolveText(t, r, plain)
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".entities" || p.Last().String() == ".event"
	}, cmp.Ignore()), cmp.AllowUnexported(resolved{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	entities := map[string]string{
		"AwsAccount 111122223333":                      "account 111122223333, label 111122223333, alias ",
		"AwsUser arn:aws:iam::111122223333:user/alice": "account 111122223333, label alice, alias AIDAALICE",
		"AccessKey AKIAALICE":                          "account 111122223333, label AKIAALICE, alias ",
		"IpAddress 203.0.113.7":                        "account , label 203.0.113.7, alias ",
		"UserAgent aws-cli/2.15.1 Python/3.11":         "account , label aws-cli/2.15.1 Python/3.11, alias ",
		"Agent aws-cli/2":                              "account , label aws-cli/2, alias ",
		"Location Amsterdam, Netherlands":              "account , label Amsterdam, Netherlands, alias ",
		"Aso Example Net":                              "account , label Example Net, alias ",
		"Api ec2.amazonaws.com:DescribeInstances":      "account , label DescribeInstances, alias ",
		"Region us-east-1":                             "account , label us-east-1, alias ",
	}
	if diff := cmp.Diff(entities, got.described()); diff != "" {
		t.Errorf("entities (-want +got):\n%s", diff)
	}
	ev := got.event
	if ev.EventID != "11111111-2222-4333-8444-555555555555" || ev.Time.String() != "2026-03-04 05:06:07 +0000 UTC" || string(ev.Raw) != plain {
		t.Errorf("event %s at %v", ev.EventID, ev.Time)
	}
}

// A resolver's caches must not change what it says: each record is resolved
// by a fresh one and by one that has met all the others, in two orders.
func TestResolveIsPure(t *testing.T) {
	t.Parallel()
	var records []string
	for _, members := range []string{
		``, aSession, aService,
		// The same names, but for one thing.
		`"recipientAccountId":"999988887777"`,
		`"userIdentity":{"type":"Root"}`,
		`"userIdentity":{"type":"Root"},"recipientAccountId":"999988887777"`,
		`"userIdentity":{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"}}`,
		`"userIdentity":{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-2"}}`,
		`"userIdentity":{"type":"AssumedRole","principalId":"AROADEPLOY:ci-1","arn":"arn:aws:sts::111122223333:assumed-role/deploy/ci-1","accountId":"111122223333","accessKeyId":"ASIADEPLOY"}`,
		`"userIdentity":{"type":"AssumedRole","principalId":"AROADEPLOY:ci-1","accountId":"111122223333","accessKeyId":"ASIADEPLOY","arn":"arn:aws:sts::111122223333:assumed-role/deploy/ci-1","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/team/deploy"}}}`,
		`"eventSource":"s3.amazonaws.com","resources":[{"ARN":"arn:aws:s3:::b","accountId":"111122223333"}]`,
		`"eventSource":"s3.amazonaws.com","resources":[{"ARN":"arn:aws:s3:::b"}]`,
		`"eventSource":"s3.amazonaws.com","resources":[{"ARN":"arn:aws:s3:::b","accountId":"999988887777"}]`,
	} {
		records = append(records, record(t, members))
	}
	used, backwards := newTestResolver(), newTestResolver()
	for _, text := range slices.Backward(records) {
		resolveText(t, backwards, text)
	}
	for _, text := range records {
		want := resolveText(t, newTestResolver(), text)
		for cache, r := range map[string]*resolver{"forwards": used, "backwards": backwards} {
			got := resolveText(t, r, text)
			if diff := cmp.Diff(want.described(), got.described()) + cmp.Diff(want.Principal, got.Principal) + cmp.Diff(want.Target, got.Target); diff != "" {
				t.Errorf("cache filled %s: (-fresh +used) of %s:\n%s", cache, text, diff)
			}
		}
	}
}

// A chunk reports each entity once, the next chunk again.
func TestResolveReportsOncePerChunk(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	var rec cloudtrail.Record
	text := record(t, aSession)
	if err := cloudtrail.NewDecoder(strings.NewReader(text), cloudtrail.Options{}).Next(&rec); err != nil {
		t.Fatal(err)
	}
	for chunk := range 2 {
		r.begin(nil)
		for range 3 {
			r.resolve(&rec, rec.RecipientAccountID, rec.Raw, new(event))
		}
		times := map[entity.ID]int{}
		for _, e := range r.entities {
			times[e.ID]++
		}
		if len(times) != 11 || slices.Max(slices.Collect(maps.Values(times))) != 1 {
			t.Errorf("chunk %d reports %v", chunk, r.entities)
		}
	}
}

// Full caches are emptied, not grown.
func TestResolverCachesAreBounded(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	emptied := 0
	for i := range 30_000 {
		r.begin(nil)
		before := len(r.names)
		s := fmt.Sprint(i, strings.Repeat("x", i%maxText))
		r.caller(&entity.Identity{Type: "IAMUser", ARN: s}, "1")
		r.name(entity.Region, s, "")
		r.api(s, s)
		r.agent(s)
		r.place(s, &event{})
		if len(r.names) < before {
			emptied++
		}
	}
	held := 0
	for k := range r.callers {
		held += len(k.ARN)
	}
	for k := range r.names {
		held += len(k.name)
	}
	for k := range r.agents {
		held += len(k)
	}
	if emptied < 2 || held > maxHeld || r.held > maxHeld {
		t.Errorf("emptied %d times; %d bytes are cached and %d counted, want at most %d", emptied, held, r.held, maxHeld)
	}
}

// A name as long as a record may be is cut wherever it is kept but in the raw
// record.
func TestLongNamesAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxText)
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"long": delivery(call(t, 1, `"userAgent":"`+long+`","errorCode":"`+long+`","eventName":"`+long+`",
		"requestParameters":{"userName":"`+long+`","roleArn":"arn:aws:iam::111122223333:role/`+long+`"},
		"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/`+long+`","accountId":"111122223333","userName":"`+long+`"}`))})
	g := newGraph(t, true)
	if s, _ := g.summaries(dir, Options{}); s.Totals != totals(1, 1, 0, 0) {
		t.Fatalf("%+v", s.Totals)
	}
	for _, b := range g.batches {
		for _, e := range b.Entities {
			for _, text := range []string{e.Key, e.Account, e.Label, e.Alias} {
				if len(text) > maxText || !utf8.ValidString(text) {
					t.Errorf("%s has a text of %d bytes", e.Type, len(text))
				}
			}
		}
		if len(b.Events[0].Raw) < 5*len(long) {
			t.Error("the raw record was cut")
		}
	}
}
