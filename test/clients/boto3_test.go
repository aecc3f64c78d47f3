package clients

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// result is what investigate.py prints.
type result struct {
	Investigation struct{ Status, Severity, State, EntityType, EntityArn string }
	Indicators    []indicators.Indicator
	Pages, TTPs   int
	Listed        []string
	Archived      string
}

func (w *world) boto3(t *testing.T, entity string, from, to time.Time) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, "python"), filepath.Join(root(t), "test", "clients", "investigate.py"),
		entity, from.Format("2006-01-02T15:04:05+00:00"), to.Format("2006-01-02T15:04:05+00:00"))
	cmd.Env = w.environ()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("investigate.py: %v\n%s", err, stderr.Bytes())
	}
	r := decode[result](t, out)
	if r.Investigation.Status != "SUCCESSFUL" || r.Investigation.EntityArn != entity {
		t.Fatalf("investigation of %s: %+v", entity, r.Investigation)
	}
	if len(r.Listed) != 1 || r.Investigation.State != "ACTIVE" || r.Archived != "ARCHIVED" {
		t.Errorf("listed %v, state %s, after archiving %s", r.Listed, r.Investigation.State, r.Archived)
	}
	return r
}

// TestBoto3FindsTheStolenKey is the main job end to end: an unmodified boto3
// makes a graph, investigates the attacked user and a quiet one, and what it
// gets is what happened.
func TestBoto3FindsTheStolenKey(t *testing.T) {
	tool(t, "python")
	w := newWorld(t, true)
	story := w.manifest.Story

	attacked := w.boto3(t, story.User, story.ScopeStart, story.ScopeEnd)
	if s := attacked.Investigation.Severity; s != "HIGH" && s != "CRITICAL" {
		t.Errorf("the attacked user has severity %s, want HIGH or CRITICAL", s)
	}
	if attacked.Investigation.EntityType != "IAM_USER" {
		t.Errorf("entity type %s, want IAM_USER", attacked.Investigation.EntityType)
	}
	if attacked.Pages < 2 {
		t.Errorf("%d indicators came in %d page", len(attacked.Indicators), attacked.Pages)
	}
	checkTTPs(t, attacked, story, story.User)
	checkNovelty(t, attacked, story)

	quiet := w.boto3(t, w.manifest.QuietUser, story.ScopeStart, story.ScopeEnd)
	if s := quiet.Investigation.Severity; s != "INFORMATIONAL" && s != "LOW" {
		t.Errorf("the quiet user has severity %s, want INFORMATIONAL or LOW; indicators %+v", s, quiet.Indicators)
	}
	for _, role := range story.Roles {
		r := w.boto3(t, role, story.ScopeStart, story.ScopeEnd)
		if s := r.Investigation.Severity; s != "HIGH" && s != "CRITICAL" {
			t.Errorf("the role %s that the attacker took has severity %s", role, s)
		}
		checkTTPs(t, r, story, role)
	}
	for _, user := range story.CreatedUsers {
		r := w.boto3(t, user, story.ScopeStart, story.ScopeEnd)
		if s := r.Investigation.Severity; s != "HIGH" && s != "CRITICAL" {
			t.Errorf("the user %s that the attacker made has severity %s", user, s)
		}
	}
}

// checkTTPs compares every row from an address of the attacker with the
// ground truth: the same API and address, the same counts.
func checkTTPs(t *testing.T, r result, story *simulate.StoryManifest, principal string) {
	t.Helper()
	type call struct{ address, api string }
	truth := map[call][2]int64{}
	for _, row := range story.Truth {
		if row.PrincipalARN == principal {
			k := call{row.Address, row.EventName}
			n := truth[k]
			truth[k] = [2]int64{n[0] + int64(row.Success), n[1] + int64(row.Failure)}
		}
	}
	rows, tactics := 0, map[string]bool{}
	for _, i := range r.Indicators {
		d := i.IndicatorDetail.TTPsObservedDetail
		if i.IndicatorType != indicators.TTPObserved || d == nil || !slices.Contains(story.Addresses, d.IpAddress) {
			continue
		}
		rows++
		tactics[d.Tactic] = true
		if d.Tactic == "" || d.Technique == "" || d.Procedure == "" || d.APIName == "" {
			t.Errorf("row with gaps: %+v", *d)
		}
		want, ok := truth[call{d.IpAddress, d.APIName}]
		if !ok {
			t.Errorf("%s from %s is not what the attacker did", d.APIName, d.IpAddress)
			continue
		}
		// A rule may look at parameters and so match some of the calls.
		if d.APISuccessCount > want[0] || d.APIFailureCount > want[1] || d.APISuccessCount+d.APIFailureCount == 0 {
			t.Errorf("%s from %s: %d succeeded and %d failed; the logs have %d and %d",
				d.APIName, d.IpAddress, d.APISuccessCount, d.APIFailureCount, want[0], want[1])
		}
	}
	if rows < 5 || len(tactics) < 3 {
		t.Errorf("%d TTP rows of %d tactics from the attacker's addresses, want more", rows, len(tactics))
	}
}

func checkNovelty(t *testing.T, r result, story *simulate.StoryManifest) {
	t.Helper()
	var agents, asos, places []string
	for _, i := range r.Indicators {
		switch d := i.IndicatorDetail; {
		case d.NewUserAgentDetail != nil:
			agents = append(agents, d.NewUserAgentDetail.UserAgent)
		case d.NewAsoDetail != nil:
			asos = append(asos, d.NewAsoDetail.Aso)
		case d.NewGeolocationDetail != nil && slices.Contains(story.Addresses, d.NewGeolocationDetail.IpAddress):
			places = append(places, d.NewGeolocationDetail.Location)
		}
	}
	if !slices.ContainsFunc(agents, func(a string) bool { return slices.Contains(story.UserAgents, a) }) {
		t.Errorf("new user agents %q; the attacker's are %q", agents, story.UserAgents)
	}
	if len(asos) == 0 || len(places) == 0 {
		t.Errorf("new organizations %q and places %q, want the attacker's", asos, places)
	}
}

// TestDemoTourWorksAsPasted runs what the demo prints in a shell.
func TestDemoTourWorksAsPasted(t *testing.T) {
	aws := tool(t, "aws")
	cmd := exec.CommandContext(t.Context(), program, "demo", "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// All of it, as a mouse selects it.
	commands := readUntil(t, stdout, "# Ctrl-C ends the demo.")
	shell := exec.CommandContext(t.Context(), "bash", "-eu", "-c", commands)
	shell.Env = append((&world{}).environ(), "PATH="+filepath.Dir(aws)+":/usr/bin:/bin")
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, commands, out)
	}
	for _, want := range []string{`"Status": "SUCCESSFUL"`, "TTP_OBSERVED", "NEW_USER_AGENT", "\nSUCCESSFUL HIGH", "\nSeverity   HIGH"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the tour's commands do not print %q:\n%s", want, out)
		}
	}
	if err := cmd.Process.Signal(interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, stderr.Bytes())
	}
}
