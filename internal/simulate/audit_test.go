package simulate

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// auditsOf reads the audit events of a corpus, copies included, and the
// envelopes' owners beside them.
func auditsOf(t *testing.T, c *corpus) (events []auditEvent, copies int) {
	t.Helper()
	name := regexp.MustCompile(`^eks/\d{12}/us-east-1/\d{4}/\d\d/\d\d/[a-z-]+-audit-.*\.gz$`)
	seen := map[string]bool{}
	for _, f := range c.read(t, "/"+AuditFolder+"/") {
		if !name.MatchString(f.name) {
			t.Errorf("file name %s", f.name)
		}
		for line := range strings.Lines(string(f.plain)) {
			var e envelope
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			if e.MessageType == "CONTROL_MESSAGE" {
				continue
			}
			if e.MessageType != "DATA_MESSAGE" || !strings.HasPrefix(f.name, AuditFolder+"/"+e.Owner+"/") || !strings.HasPrefix(e.LogStream, "kube-apiserver-audit-") {
				t.Errorf("%s: envelope %+v", f.name, e)
			}
			for _, l := range e.LogEvents {
				if len(l.ID) != 56 {
					t.Errorf("id %s has %d digits", l.ID, len(l.ID))
				}
				if seen[l.ID] {
					copies++
				}
				seen[l.ID] = true
				var a auditEvent
				if err := json.Unmarshal([]byte(l.Message), &a); err != nil {
					t.Fatalf("%s: %v", l.Message, err)
				}
				a.at = l.Timestamp
				events = append(events, a)
			}
		}
	}
	return events, copies
}

func TestAuditEvents(t *testing.T) {
	t.Parallel()
	const want = 8_000
	c := simulate(t, Config{Seed: 3, Days: 4, Events: 6_000, EventsPerFile: 1000, AuditEvents: want, Story: StoryStolenKey})
	events, copies := auditsOf(t, c)
	if m := c.counts(t, "eksaudit"); m.Records != len(events) || m.Duplicates != copies || copies == 0 || m.Files != len(c.read(t, "/"+AuditFolder+"/")) {
		t.Errorf("manifest %+v, found %d events, %d of them copies", m, len(events), copies)
	}
	if n := len(events) - copies; n < want*95/100 || n > want*105/100 {
		t.Errorf("asked for %d events, got %d", want, n)
	}
	keys, addresses := map[string]string{}, c.manifest.Story.Addresses
	for _, r := range c.distinct {
		if k := r.UserIdentity.AccessKeyID; k != "" {
			keys[k] = r.UserIdentity.ARN
		}
		var begun struct {
			Credentials     struct{ AccessKeyID string }
			AssumedRoleUser struct{ ARN string }
		}
		if err := json.Unmarshal(r.ResponseElements, &begun); err == nil && begun.Credentials.AccessKeyID != "" {
			keys[begun.Credentials.AccessKeyID] = begun.AssumedRoleUser.ARN
		}
	}
	seen, stages, joined, attack := map[string]int{}, map[string][]string{}, 0, 0
	for _, e := range events {
		if e.AuditID == "" || e.RequestURI == "" || len(e.SourceIPs) != 1 || e.Kind != "Event" || e.ResponseStatus == nil {
			t.Fatalf("incomplete: %+v", e)
		}
		kind, _, _ := strings.Cut(e.User.Username, ":")
		if parts := strings.Split(e.User.Username, ":"); kind == "system" {
			kind = strings.Join(parts[:2], ":")
		}
		seen[kind]++
		seen[e.Level]++
		seen[e.Verb]++
		seen[e.Stage]++
		seen[string(e.RequestObject)[:min(len(e.RequestObject), 13)]]++
		if e.ObjectRef != nil {
			seen[e.ObjectRef.Resource+"/"+e.ObjectRef.Subresource]++
		}
		stages[e.AuditID] = append(stages[e.AuditID], e.Stage)
		if slices.Contains(addresses, e.SourceIPs[0]) {
			attack++
		}
		if k := e.User.Extra["accessKeyId"]; len(k) == 1 && !strings.HasPrefix(e.User.Username, "system:") && !strings.HasPrefix(e.User.Username, "eks:") {
			joined++
			if arn := keys[k[0]]; arn != e.User.Extra["arn"][0] {
				t.Errorf("%s calls with key %s, CloudTrail has it as %q", e.User.Username, k[0], arn)
			}
		}
	}
	for _, name := range []string{"system:serviceaccount", "system:node", "eks", "kubernetes-admin", "system:kube-controller-manager", "system:anonymous",
		"Metadata", "Request", "RequestResponse", "create", "get", "list", "watch", "update", "patch", "delete",
		responseStarted, responseComplete, `{"apiVersion"`, "secrets/", "pods/exec", "pods/log", "clusterrolebindings/"} {
		if seen[name] == 0 {
			t.Errorf("no %s in %v", name, seen)
		}
	}
	if joined < 100 {
		t.Errorf("%d events of people with IAM credentials", joined)
	}
	pairs := 0
	for id, s := range stages {
		if i := slices.Index(s, responseStarted); i >= 0 {
			pairs++
			if !slices.Contains(s, responseComplete) {
				t.Errorf("%s only began: %v", id, s)
			}
		}
	}
	if pairs == 0 {
		t.Error("no request was logged in two stages")
	}
	if attack == 0 || attack != c.manifest.Story.AuditEvents {
		t.Errorf("%d events from the attacker's addresses, manifest has %d", attack, c.manifest.Story.AuditEvents)
	}
}
