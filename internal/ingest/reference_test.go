package ingest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// reference is the fold done the plain way: every record is decoded by
// encoding/json, every row is a text.
type reference struct {
	content
	t      testing.TB
	places Places
	pack   *rules.Pack
	seen   map[string]bool
}

// delivered is a log file.
type delivered struct {
	Records []json.RawMessage
}

func referenceOf(t testing.TB, dir string, places Places, pack *rules.Pack) *reference {
	t.Helper()
	r := &reference{t: t, places: places, pack: pack, seen: map[string]bool{},
		content: content{Entities: map[string]string{}, Rows: map[string]warehouse.Counts{}, Samples: map[string]int{}}}
	err := filepath.WalkDir(filepath.Join(dir, simulate.LogFolder), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			return err
		}
		var d delivered
		if err := json.NewDecoder(unpacked).Decode(&d); err != nil {
			return err
		}
		for _, raw := range d.Records {
			r.add(raw)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(r.Events)
	return r
}

// tree is a decoded JSON object.
type tree map[string]any

// text returns the string at a path, "" when there is none.
func (v tree) text(path ...string) string {
	at := any(map[string]any(v))
	for _, name := range path {
		m, _ := at.(map[string]any)
		at = m[name]
	}
	s, _ := at.(string)
	return s
}

func (r *reference) entity(t entity.Type, key string) string {
	if key == "" {
		return "-"
	}
	name := t.String() + " " + key
	r.Entities[name] = ""
	return name
}

func (r *reference) ref(x entity.Ref) string { return r.entity(x.Type, x.Key) }

// add counts a record, unless it is a copy of one that was counted.
func (r *reference) add(raw json.RawMessage) {
	var v tree
	if err := json.Unmarshal(raw, &v); err != nil {
		r.t.Fatal(err)
	}
	account := v.text("recipientAccountId")
	if id := account + " " + v.text("eventID"); r.seen[id] {
		return
	} else {
		r.seen[id] = true
	}
	at, err := time.Parse(time.RFC3339, v.text("eventTime"))
	if err != nil {
		r.t.Fatal(err)
	}
	hour, day := at.Unix()/3600, at.Unix()/86400

	// Who.
	issuer := func(name string) string { return v.text("userIdentity", "sessionContext", "sessionIssuer", name) }
	caller := entity.ResolveCaller(&entity.Identity{
		Type: v.text("userIdentity", "type"), PrincipalID: v.text("userIdentity", "principalId"), ARN: v.text("userIdentity", "arn"),
		AccountID: v.text("userIdentity", "accountId"), AccessKeyID: v.text("userIdentity", "accessKeyId"),
		UserName: v.text("userIdentity", "userName"), InvokedBy: v.text("userIdentity", "invokedBy"), IdentityProvider: v.text("userIdentity", "identityProvider"),
		OnBehalfOf: v.text("userIdentity", "onBehalfOf", "userId"), IdentityStoreARN: v.text("userIdentity", "onBehalfOf", "identityStoreArn"),
		Issuer: entity.Issuer{Type: issuer("type"), PrincipalID: issuer("principalId"), ARN: issuer("arn"), AccountID: issuer("accountId"), UserName: issuer("userName")},
	}, account)
	trail, principal, session, key := r.entity(entity.AwsAccount, account), r.ref(caller.Principal), r.ref(caller.Session), r.ref(caller.AccessKey)
	service := caller.Principal.Type == entity.AwsService

	// From where, with what.
	address, location, aso := "-", "-", "-"
	parsed := entity.ParseAddress(v.text("sourceIPAddress"))
	isIP := parsed.Class == entity.PublicAddress || parsed.Class == entity.PrivateAddress
	switch {
	case isIP:
		address = r.entity(entity.IPAddress, parsed.Key)
	case parsed.Class == entity.ServiceAddress:
		address = r.entity(entity.AwsService, parsed.Key)
	}
	if parsed.Class == entity.PublicAddress {
		place := r.places.Lookup(parsed.IP)
		location, aso = r.entity(entity.Location, place.Location()), r.entity(entity.ASO, place.ASO)
	}
	agent := r.entity(entity.UserAgent, entity.CleanAgent(v.text("userAgent")))
	product := r.entity(entity.Agent, entity.AgentProduct(v.text("userAgent")))

	// What, and how it ended.
	source, name := v.text("eventSource"), v.text("eventName")
	api := r.entity(entity.API, source+":"+entity.APIName(name))
	region := r.entity(entity.Region, v.text("awsRegion"))
	code := r.entity(entity.Code, v.text("errorCode"))
	outcome := warehouse.Success
	if v.text("errorCode") != "" || v.text("errorMessage") != "" || v.text("responseElements", "ConsoleLogin") == "Failure" {
		outcome = warehouse.Failure
	}
	for _, word := range []string{"AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden"} {
		if strings.Contains(v.text("errorCode"), word) {
			outcome = warehouse.Denied
		}
	}
	count := func(parts ...any) string {
		k := strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
		c := r.Rows[k]
		c.Add(outcome, at.Unix(), 1)
		r.Rows[k] = c
		return k
	}

	target := r.links(v, &caller, outcome == warehouse.Success, func(from, kind, to string) {
		if from != "-" && to != "-" {
			count("link", hour, from, kind, to)
		}
	})

	// Sign-ins.
	if source == "signin.amazonaws.com" && (name == "ConsoleLogin" || name == "SwitchRole") {
		kind := map[string]warehouse.SigninKind{"Root": warehouse.RootSignin, "AssumedRole": warehouse.FederatedSignin, "FederatedUser": warehouse.FederatedSignin}[v.text("userIdentity", "type")]
		switch {
		case name == "SwitchRole":
			kind = warehouse.SwitchRoleSignin
		case kind == 0:
			kind = warehouse.ConsoleSignin
		}
		mfa := map[string]warehouse.MFA{"Yes": warehouse.MFAYes, "No": warehouse.MFANo}[v.text("additionalEventData", "MFAUsed")]
		count("signin", hour, trail, principal, kind, mfa, address, agent)
	}

	// Rollups.
	for role, x := range []string{principal, session, key, address, agent, trail, target} {
		if x != "-" {
			count("hour", hour, x, role+1)
		}
	}
	count("activity", hour, principal, trail, address, api, region, product)
	value := func(of string, d warehouse.Dimension, v string) {
		if v != "-" {
			count("value", day, of, d, v)
		}
	}
	value(principal, warehouse.ByAPI, api)
	value(principal, warehouse.ByRegion, region)
	value(principal, warehouse.ByAgent, agent)
	value(principal, warehouse.ByTarget, target)
	value(principal, warehouse.ByLocation, location)
	value(principal, warehouse.ByASO, aso)
	if isIP {
		value(principal, warehouse.ByAddress, address)
		value(address, warehouse.ByPrincipal, principal)
	}
	if !service {
		value(trail, warehouse.ByAPI, api)
		value(trail, warehouse.ByRegion, region)
		value(trail, warehouse.ByAgent, product)
		value(trail, warehouse.ByLocation, location)
		value(trail, warehouse.ByASO, aso)
	}

	// Rules.
	ev, err := rules.ParseEvent(raw)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, hit := range r.pack.Match(ev, nil) {
		k := count("hit", hour, hit.ID, principal, address, api)
		r.Samples[k] = min(r.Samples[k]+1, warehouse.MaxSamples)
	}
	r.Events = append(r.Events, fmt.Sprintln(at.UnixMilli(), v.text("eventID"), trail, principal, session, key,
		address, agent, api, region, code, target, outcome, false, xxh3.Hash(raw)))
}

func TestAgainstReference(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]simulate.Config{
		"large files": {Seed: 11, Events: 4000, Days: 4, EventsPerFile: 500, Story: simulate.StoryStolenKey},
		"small files": {Seed: 12, Events: 2500, Days: 3, Story: simulate.StoryStolenKey},
		"stress":      {Seed: 13, Events: 1500, Days: 2, StressKeys: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			m, err := simulate.Write(t.Context(), dir, config)
			if err != nil {
				t.Fatal(err)
			}
			places, pack := placesOf(t, dir), builtin(t)
			g := newGraph(t, true)
			summary := ingestDir(t, g, filepath.Join(dir, simulate.LogFolder), Options{Places: places, Rules: pack})
			want := warehouse.Totals{Seen: int64(m.Events + m.Duplicates), Stored: int64(m.Events), Duplicate: int64(m.Duplicates)}
			if summary.Totals != want || g.totals() != want || summary.Objects != int64(m.Files) || summary.Bytes != m.CompressedBytes {
				t.Errorf("%+v, ledger %+v; want %+v of %d files", summary, g.totals(), want, m.Files)
			}
			got, ref := g.content(), referenceOf(t, dir, places, pack)
			for _, table := range []string{"hour", "value", "activity", "signin", "link", "hit"} {
				n := 0
				for k := range ref.Rows {
					if strings.HasPrefix(k, table+" ") {
						n++
					}
				}
				if n == 0 && config.Story != "" {
					t.Errorf("no %s rows: the comparison says nothing of them", table)
				}
			}
			for name := range got.Entities {
				got.Entities[name] = "" // TestResolve says what is told of them
			}
			if diff := gocmp.Diff(ref.content, got); diff != "" {
				t.Errorf("-reference +ingest:\n%.5000s", diff)
			}
			checkTruth(t, m, got)
		})
	}
}

// checkTruth compares rollups with what the simulation says of its attack.
func checkTruth(t *testing.T, m *simulate.Manifest, c content) {
	t.Helper()
	for _, p := range m.Principals {
		of := "AwsRole "
		if strings.Contains(p.ARN, ":user/") || strings.HasSuffix(p.ARN, ":root") {
			of = "AwsUser "
		}
		n := uint64(0)
		for k, counts := range c.Rows {
			if strings.HasPrefix(k, "hour ") && strings.HasSuffix(k, fmt.Sprint(" ", of, p.ARN, " ", warehouse.AsPrincipal)) {
				n += counts.Total()
			}
		}
		if n != uint64(p.Events) {
			t.Errorf("%s: %d calls counted; the manifest has %d", p.ARN, n, p.Events)
		}
	}
}
