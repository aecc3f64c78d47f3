package findingtest

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Check parses in, whatever it is, and checks what must be true of the
// outcome: a finding that can be used, a rejection with a reason, or the
// scanner's error, and the same once more.
func Check(t *testing.T, p Parser, in []byte) {
	t.Helper()
	var s jsonscan.Scanner
	var f, again finding.Finding
	s.Reset(in, 0)
	err := p.Parse(&s, &f)
	var rejection *decode.Rejection
	switch {
	case errors.As(err, &rejection):
		if rejection.Reason == "" || rejection.Records != 1 || s.Err() != nil {
			t.Fatalf("%q: rejection %+v, scanner %v", in, rejection, s.Err())
		}
		return
	case err != nil:
		if !errors.Is(err, s.Err()) {
			t.Fatalf("%q: %v, scanner %v", in, err, s.Err())
		}
		return
	}
	Valid(t, &f)
	s.Reset(in, 0)
	if err := p.Parse(&s, &again); err != nil {
		t.Fatalf("%q: then %v", in, err)
	}
	if diff := cmp.Diff(f, again, cmpopts.EquateComparable(finding.Remote{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%q: then it is different:\n%s", in, diff)
	}
}

// Valid checks what must be true of every finding.
func Valid(t *testing.T, f *finding.Finding) {
	t.Helper()
	if f.ID == "" || f.ARN == "" || f.Key() == "" {
		t.Errorf("id %q, ARN %q", f.ID, f.ARN)
	}
	if f.AccountID != "" && !entity.IsAccountID(f.AccountID) {
		t.Errorf("account %q", f.AccountID)
	}
	if f.Updated.IsZero() || f.Created.IsZero() || f.FirstSeen.IsZero() || f.LastSeen.IsZero() {
		t.Errorf("times %v, %v, %v, %v", f.Created, f.Updated, f.FirstSeen, f.LastSeen)
	}
	if !(f.Severity >= 0 && f.Severity <= 10) || math.IsNaN(f.Severity) {
		t.Errorf("severity %v", f.Severity)
	}
	if label, _, ok := finding.ParseLabel(f.SeverityLabel); !ok || label != f.SeverityLabel {
		t.Errorf("severity label %q", f.SeverityLabel)
	}
	seen := map[string]bool{}
	for _, r := range f.Resources {
		validRef(t, r.Ref)
		if k := short(r.Ref); seen[k] {
			t.Errorf("%s twice", k)
		} else {
			seen[k] = true
		}
	}
	for _, l := range f.Links {
		validRef(t, l.From)
		validRef(t, l.To)
		if l.Kind == 0 || l.Kind.String() == "unknown" {
			t.Errorf("link %+v has no kind", l)
		}
	}
	for _, r := range f.Remotes {
		if !r.Addr.IsValid() || r.Addr.Zone() != "" {
			t.Errorf("remote address %v", r.Addr)
		}
	}
	for _, c := range f.Calls {
		if c.Name == "" {
			t.Errorf("call %+v", c)
		}
	}
}

func validRef(t *testing.T, r entity.Ref) {
	t.Helper()
	if r.Key == "" || r.Type.String() == "Unknown" || r.Account != "" && !entity.IsAccountID(r.Account) {
		t.Errorf("entity %+v", r)
	}
}

// RealData is the folder of public findings, or a skip.
func RealData(t testing.TB) string {
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "guardduty")); err != nil {
		t.Skipf("no real findings: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	return dir
}
