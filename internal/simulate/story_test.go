package simulate

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recount finds the attack in the files: everything from the attacker's
// addresses, or with keys that only the attacker had.
func recount(c *corpus) ([]TruthRow, int) {
	s := c.manifest.Story
	rows, events := map[TruthRow]*TruthRow{}, 0
	for _, r := range c.distinct {
		mine := slices.Contains(s.Addresses, r.SourceIPAddress) || slices.Contains(s.AttackerKeys, r.UserIdentity.AccessKeyID)
		if !mine {
			continue
		}
		events++
		key := TruthRow{PrincipalARN: r.principal(), Address: r.SourceIPAddress, EventSource: r.EventSource, EventName: r.EventName}
		if key.PrincipalARN == "" {
			key.CallerAccount = r.UserIdentity.AccountID
		}
		if rows[key] == nil {
			row := key
			rows[key] = &row
		}
		if r.ErrorCode == "" {
			rows[key].Success++
		} else {
			rows[key].Failure++
		}
	}
	var out []TruthRow
	for _, row := range rows {
		out = append(out, *row)
	}
	return out, events
}

func compareRows(a, b TruthRow) int {
	return strings.Compare(a.PrincipalARN+a.CallerAccount+a.Address+a.EventSource+a.EventName, b.PrincipalARN+b.CallerAccount+b.Address+b.EventSource+b.EventName)
}

func TestStolenKeyTruthIsInTheFiles(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{
		{Seed: 1, Days: 3, EventsPerFile: 2000, Story: StoryStolenKey},
		{Seed: 99, Days: 2, Events: 3000, Accounts: 2, Principals: 12, Story: StoryStolenKey},
		{Seed: 5, Days: 3, Events: 4000, Accounts: 9, Principals: 300, Story: StoryStolenKey},
	} {
		c := simulate(t, cfg)
		s := c.manifest.Story
		rows, events := recount(c)
		slices.SortFunc(rows, compareRows)
		want := slices.Clone(s.Truth)
		slices.SortFunc(want, compareRows)
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("seed %d: ground truth (-manifest +files):\n%s", cfg.Seed, diff)
		}
		if events != s.Events || events < 300 || events > 700 {
			t.Errorf("seed %d: %d events of the attack in the files, manifest has %d", cfg.Seed, events, s.Events)
		}
		if day := s.ScopeStart.Truncate(24 * 3600e9); !day.Equal(defaultEnd.AddDate(0, 0, -2)) {
			t.Errorf("seed %d: the story is on %v, want the second last day", cfg.Seed, day)
		}
		for _, r := range c.distinct {
			if slices.Contains(s.Addresses, r.SourceIPAddress) && (r.EventTime.Before(s.ScopeStart) || !r.EventTime.Before(s.ScopeEnd)) {
				t.Errorf("seed %d: attack event outside the scope: %s", cfg.Seed, r.raw)
			}
		}
	}
}

// Each principal's part must be enough to be found on its own.
func TestStolenKeyHasItsParts(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 1, Days: 2, Events: 3000, EventsPerFile: 2000, Story: StoryStolenKey})
	s := c.manifest.Story
	if len(s.Roles) != 2 || len(s.CreatedUsers) != 1 {
		t.Fatalf("roles %v, created users %v", s.Roles, s.CreatedUsers)
	}
	type outcome struct{ success, failure bool }
	for principal, want := range map[string]map[string]outcome{
		s.User: {
			"GetCallerIdentity": {true, false}, "ListUsers": {false, true}, "GetAccountAuthorizationDetails": {false, true}, "ListRoles": {true, false},
			"ListBuckets": {true, false}, "DescribeInstances": {true, false}, "ListSecrets": {true, false}, "CreateAccessKey": {true, false},
			"AttachUserPolicy": {false, true}, "CreateUser": {false, true}, "GetSecretValue": {true, true}, "AssumeRole": {true, true},
		},
		s.Roles[0]: {
			"CreateUser": {false, true}, "UpdateFunctionCode20150331v2": {true, false}, "GetSecretValue": {true, false}, "AssumeRole": {true, true},
		},
		s.Roles[1]: {
			"CreateUser": {true, false}, "CreateAccessKey": {true, false}, "AttachUserPolicy": {true, false}, "CreateLoginProfile": {true, false},
			"UpdateAssumeRolePolicy": {true, false}, "GetSecretValue": {true, false}, "GetParameters": {true, false}, "ListObjects": {true, false},
			"GetObject": {true, true}, "Decrypt": {true, false}, "ModifySnapshotAttribute": {true, true}, "StopLogging": {true, true},
			"DeleteTrail": {false, true}, "PutEventSelectors": {true, false}, "DeleteFlowLogs": {true, false}, "DeleteDetector": {false, true}, "UpdateDetector": {true, false},
		},
		s.CreatedUsers[0]: {"ConsoleLogin": {true, false}, "GetCallerIdentity": {true, false}},
	} {
		got := map[string]outcome{}
		for _, row := range s.Truth {
			if _, asked := want[row.EventName]; asked && row.PrincipalARN == principal {
				o := got[row.EventName]
				got[row.EventName] = outcome{o.success || row.Success > 0, o.failure || row.Failure > 0}
			}
		}
		for name, o := range want {
			if got[name] != o {
				t.Errorf("%s %s: %+v, want %+v", principal, name, got[name], o)
			}
		}
	}
}

// The chain must be there to be followed: from key to session to session,
// and over the account border by the shared event id.
func TestStolenKeyChainCanBeFollowed(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 1, Days: 2, Events: 3000, EventsPerFile: 2000, Story: StoryStolenKey})
	s := c.manifest.Story
	gave := map[string]string{} // new key -> caller's key
	shared := map[string][]string{}
	for _, r := range c.distinct {
		if r.EventName != "AssumeRole" || r.ErrorCode != "" || !slices.Contains(s.Addresses, r.SourceIPAddress) {
			continue
		}
		_, after, found := strings.Cut(string(r.ResponseElements), `"accessKeyId":"`)
		if !found {
			t.Fatalf("no credentials in %s", r.raw)
		}
		key, _, _ := strings.Cut(after, `"`)
		if r.UserIdentity.Type != "AWSAccount" {
			gave[key] = r.UserIdentity.AccessKeyID
		}
		if r.SharedEventID != "" {
			shared[r.SharedEventID] = append(shared[r.SharedEventID], r.RecipientAccountID)
		}
	}
	if len(shared) != 1 {
		t.Fatalf("shared events: %v, want one", shared)
	}
	for id, accounts := range shared {
		slices.Sort(accounts)
		if diff := cmp.Diff([]string{"111122223333", "444455556666"}, accounts); diff != "" {
			t.Errorf("shared event %s is in the trails of (-want +got):\n%s", id, diff)
		}
	}
	for _, r := range c.distinct {
		if r.EventName != "DeleteDetector" {
			continue
		}
		steps := 0
		for key := r.UserIdentity.AccessKeyID; key != s.StolenKey; key = gave[key] {
			if steps++; key == "" || steps > 5 {
				t.Fatalf("no way from %s to the stolen key: %v", r.UserIdentity.AccessKeyID, gave)
			}
		}
		if steps != 2 {
			t.Errorf("%d steps from the last session to the stolen key, want 2", steps)
		}
		return
	}
	t.Error("no DeleteDetector")
}

// Victim and quiet user go on working in the scope, with what they always
// use; the quiet user has nothing to do with the attack.
func TestVictimAndQuietUserWorkInTheScope(t *testing.T) {
	t.Parallel()
	seeds := int64(1)
	if os.Getenv("GUMSHOE_FULL") != "" {
		seeds = 5
	}
	for seed := range seeds {
		c := simulate(t, Config{Seed: seed, Events: 20_000, Days: 50, EventsPerFile: 2000, Story: StoryStolenKey})
		s := c.manifest.Story
		for _, user := range []string{s.User, c.manifest.QuietUser} {
			addresses, agents := map[string]bool{}, map[string]bool{}
			inside := 0
			for _, r := range c.distinct {
				if r.principal() != user || slices.Contains(s.Addresses, r.SourceIPAddress) {
					continue
				}
				if r.EventTime.Before(s.ScopeStart) {
					addresses[r.SourceIPAddress], agents[product(r.UserAgent)] = true, true
				}
			}
			for _, r := range c.distinct {
				if r.principal() != user || r.EventTime.Before(s.ScopeStart) || !r.EventTime.Before(s.ScopeEnd) {
					continue
				}
				if slices.Contains(s.Addresses, r.SourceIPAddress) {
					if user == c.manifest.QuietUser || agents[product(r.UserAgent)] {
						t.Errorf("seed %d: %s: attacker at work with nothing new: %s", seed, user, r.raw)
					}
					continue
				}
				inside++
				if !addresses[r.SourceIPAddress] || !agents[product(r.UserAgent)] {
					t.Errorf("seed %d: %s: a new address or agent in the scope: %s %s", seed, user, r.SourceIPAddress, r.UserAgent)
				}
			}
			if inside < 10 {
				t.Errorf("seed %d: %s made %d events in the scope", seed, user, inside)
			}
		}
	}
}

// product is the agent's name and major version.
func product(agent string) string {
	agent = strings.Trim(agent, "[]")
	name, version, _ := strings.Cut(strings.SplitN(agent, " ", 2)[0], "/")
	major, _, _ := strings.Cut(version, ".")
	if name == "Mozilla" {
		return agent[strings.LastIndex(agent, ")"):][:12]
	}
	return name + "/" + major
}
