package simulate

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// guardDutyFinding is what the tests read of a finding.
type guardDutyFinding struct {
	ID, ARN, Type, AccountID, Region, Title, SchemaVersion string
	Severity                                               float64
	CreatedAt, UpdatedAt                                   time.Time
	Resource                                               struct {
		ResourceType    string
		InstanceDetails struct {
			InstanceID        string
			NetworkInterfaces []struct{ NetworkInterfaceID, PrivateIPAddress string }
		}
		AccessKeyDetails struct{ AccessKeyID, UserName string }
	}
	Service struct {
		Archived                      bool
		Count                         int
		EventFirstSeen, EventLastSeen time.Time
		Action                        struct {
			ActionType       string
			AWSAPICallAction struct {
				RemoteIPDetails struct{ IPAddressV4 string }
			}
		}
		Detection struct {
			Sequence struct{ Signals []struct{ Name string } }
		}
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: findingSeed, Days: 25, Events: 5000, EventsPerFile: 1000, Findings: true, Story: StoryStolenKey})
	t.Run("GuardDuty", func(t *testing.T) { checkGuardDuty(t, c) })
	t.Run("Security Hub", func(t *testing.T) { checkSecurityHub(t, c) })
}

// findingSeed gives every rare kind of finding at least once.
const findingSeed = 2

func checkGuardDuty(t *testing.T, c *corpus) {
	name := regexp.MustCompile(`^AWSLogs/(\d{12})/GuardDuty/([a-z0-9-]+)/\d{4}/\d\d/\d\d/[0-9a-f]{32}\.jsonl\.gz$`)
	last, seen := map[string]guardDutyFinding{}, map[string]int{}
	records, updates, archived := 0, 0, 0
	files := c.read(t, "/GuardDuty/")
	all := map[string][]guardDutyFinding{}
	for _, f := range files {
		m := name.FindStringSubmatch(f.name)
		if m == nil {
			t.Fatalf("file name %s", f.name)
		}
		for line := range strings.Lines(string(f.plain)) {
			var g guardDutyFinding
			if err := json.Unmarshal([]byte(line), &g); err != nil {
				t.Fatalf("%s: %v: %s", f.name, err, line)
			}
			records++
			all[g.ID] = append(all[g.ID], g)
			seen[g.Service.Action.ActionType]++
			seen[g.Resource.ResourceType]++
			if g.AccountID != m[1] || g.Region != m[2] || !strings.HasSuffix(g.ARN, "/finding/"+g.ID) || g.Title == "" || g.Severity < 1 || g.SchemaVersion != "2.0" ||
				g.Service.EventFirstSeen.After(g.Service.EventLastSeen) || g.UpdatedAt.Before(g.CreatedAt) || g.CreatedAt.Before(g.Service.EventFirstSeen) {
				t.Errorf("%s: %+v", f.name, g)
			}
		}
	}
	for id, versions := range all {
		latest := versions[0]
		for _, v := range versions[1:] {
			if !v.CreatedAt.Equal(latest.CreatedAt) || v.Type != latest.Type || v.UpdatedAt.Equal(latest.UpdatedAt) || v.UpdatedAt.After(latest.UpdatedAt) != (v.Service.Count > latest.Service.Count || v.Service.Archived) {
				t.Errorf("%s: %+v and %+v", id, latest, v)
			}
			updates++
			if v.UpdatedAt.After(latest.UpdatedAt) {
				latest = v
			}
		}
		if latest.Service.Archived {
			archived++
		}
		last[id] = latest
	}
	if m := c.counts(t, "guardduty"); m.Records != records || m.Files != len(files) || updates == 0 || archived == 0 || archived*2 > len(all) {
		t.Errorf("manifest %+v, found %d records of %d findings, %d archived", m, records, len(all), archived)
	}
	for _, what := range []string{"AWS_API_CALL", "NETWORK_CONNECTION", "PORT_PROBE", "DNS_REQUEST", "KUBERNETES_API_CALL", "RDS_LOGIN_ATTEMPT", "Instance", "AccessKey", "S3Bucket", "EKSCluster", "RDSDBInstance", "AttackSequence"} {
		if seen[what] == 0 {
			t.Errorf("no %s in %v", what, seen)
		}
	}
	checkStoryFindings(t, c, last)
}

// checkStoryFindings: GuardDuty finds the attack where it happened, with the
// attacker's keys and addresses.
func checkStoryFindings(t *testing.T, c *corpus, last map[string]guardDutyFinding) {
	t.Helper()
	s := c.manifest.Story
	if len(s.Findings) != len(stolenKeyAlarms())+1 {
		t.Errorf("findings about the attack: %v", s.Findings)
	}
	addresses, keys := map[string]bool{}, map[string]bool{s.StolenKey: true}
	for _, a := range s.Addresses {
		addresses[a] = true
	}
	for _, k := range s.AttackerKeys {
		keys[k] = true
	}
	for _, f := range s.Findings {
		g, ok := last[f.ID]
		if !ok || g.Type != f.Type || g.AccountID != f.Account {
			t.Errorf("%+v is %+v", f, g)
			continue
		}
		if strings.HasPrefix(f.Type, "AttackSequence:") {
			if len(g.Service.Detection.Sequence.Signals) != len(s.Findings)-1 || g.Severity < 9 {
				t.Errorf("sequence %+v", g)
			}
			continue
		}
		if ip := g.Service.Action.AWSAPICallAction.RemoteIPDetails.IPAddressV4; !addresses[ip] || !keys[g.Resource.AccessKeyDetails.AccessKeyID] {
			t.Errorf("%s is about %s from %q", g.Type, g.Resource.AccessKeyDetails.AccessKeyID, ip)
		}
		if g.Service.EventFirstSeen.Before(s.ScopeStart) || g.Service.EventLastSeen.After(s.ScopeEnd) {
			t.Errorf("%s lies outside the story: %v to %v", g.Type, g.Service.EventFirstSeen, g.Service.EventLastSeen)
		}
	}
}

func checkSecurityHub(t *testing.T, c *corpus) {
	arns := map[string]int{}
	for _, f := range c.read(t, "/GuardDuty/") {
		for line := range strings.Lines(string(f.plain)) {
			var g guardDutyFinding
			if err := json.Unmarshal([]byte(line), &g); err != nil {
				t.Fatal(err)
			}
			arns[g.ARN]++
		}
	}
	records, copies, seen, ids := 0, 0, map[string]int{}, map[string]bool{}
	hub := map[string]int{}
	for _, f := range c.read(t, "/"+SecurityHubFolder+"/") {
		for line := range strings.Lines(string(f.plain)) {
			var e struct {
				ID, Source, Account string
				DetailType          string `json:"detail-type"`
				Detail              struct {
					Findings []struct {
						ID, AwsAccountID, ProductName, RecordState string
						Types                                      []string
						ProductFields                              map[string]string
						Resources                                  []struct{ Type, ID string }
						Compliance                                 struct{ Status string }
						Workflow                                   struct{ Status string }
						Severity                                   struct{ Label string }
						UpdatedAt, CreatedAt                       time.Time
					}
				}
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			records++
			if e.Source != "aws.securityhub" || e.DetailType != "Security Hub Findings - Imported" || len(e.Detail.Findings) != 1 || !strings.HasPrefix(f.name, SecurityHubFolder+"/"+e.Account+"/") {
				t.Fatalf("%s: %s", f.name, line)
			}
			if ids[e.ID] {
				copies++
				continue
			}
			ids[e.ID] = true
			g := e.Detail.Findings[0]
			if g.AwsAccountID != e.Account || len(g.Resources) == 0 || g.Resources[0].ID == "" || g.Severity.Label == "" || len(g.Types) != 1 || strings.HasPrefix(g.Types[0], "/") ||
				!strings.HasSuffix(g.ProductFields["aws/securityhub/FindingId"], "/"+g.ID) || g.UpdatedAt.Before(g.CreatedAt) {
				t.Errorf("%+v", g)
			}
			seen[g.ProductName+" "+g.Compliance.Status]++
			seen[g.RecordState]++
			seen[g.Workflow.Status]++
			if g.ProductName == "GuardDuty" {
				hub[g.ID]++
			}
		}
	}
	if m := c.counts(t, "securityhub"); m.Records != records || m.Duplicates != copies || copies == 0 {
		t.Errorf("manifest %+v, found %d events, %d of them copies", m, records, copies)
	}
	for arn, n := range arns {
		if hub[arn] != n {
			t.Errorf("%s has %d versions, through Security Hub %d", arn, n, hub[arn])
		}
	}
	for _, what := range []string{"GuardDuty ", "Security Hub FAILED", "Security Hub PASSED", "ACTIVE", "ARCHIVED", "NEW", "RESOLVED"} {
		if seen[what] == 0 {
			t.Errorf("no %q in %v", what, seen)
		}
	}
}

// The instances that findings name are those of the flow logs and CloudTrail.
func TestFindingsNameTheFleet(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 2, Days: 10, Events: 500, EventsPerFile: 1000, Findings: true}
	c := simulate(t, cfg)
	machines := map[string]*machine{}
	for _, a := range wideOrganization(t, cfg).accounts {
		for _, m := range a.fleet.machines {
			machines[m.id] = m
		}
	}
	found := 0
	for _, f := range c.read(t, "/GuardDuty/") {
		for line := range strings.Lines(string(f.plain)) {
			var g guardDutyFinding
			if err := json.Unmarshal([]byte(line), &g); err != nil {
				t.Fatal(err)
			}
			if d := g.Resource.InstanceDetails; d.InstanceID != "" {
				found++
				m := machines[d.InstanceID]
				if m == nil || m.region != g.Region || d.NetworkInterfaces[0].NetworkInterfaceID != m.primary.id || d.NetworkInterfaces[0].PrivateIPAddress != m.primary.address.String() {
					t.Errorf("%s: %+v is %+v", g.Type, d, m)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no finding is about an instance")
	}
}
