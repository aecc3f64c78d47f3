package simulate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testOrganization(t testing.TB) *organization {
	t.Helper()
	cfg, err := Config{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	org, err := newOrganization(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

// Every call, in every way it can end, gives valid JSON.
func TestEveryCallRenders(t *testing.T) {
	t.Parallel()
	org := testOrganization(t)
	r := renderer{org}
	who := caller{session: keySession(org.victim.principal, org.victim.key), address: "192.0.2.1", agent: "test/1"}
	for name, k := range org.calls {
		faults := append([]string{"", denied(k), throttled(k), explicitDeny}, k.errorCodes...)
		for i, fault := range faults {
			e := who.record(1_800_000_000, k, "eu-west-1")
			e.fault, e.seed = fault, uint64(i)
			b := r.appendRecord(nil, &e)
			var got record
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatalf("%s with fault %q: %v: %s", name, fault, err, b)
			}
			if got.ErrorCode != strings.Split(fault, " ")[0] {
				t.Errorf("%s with fault %q has errorCode %q", name, fault, got.ErrorCode)
			}
			if k.kind&global != 0 && got.AWSRegion != homeRegion {
				t.Errorf("%s is recorded in %s", name, got.AWSRegion)
			}
		}
	}
}

// A call that nobody makes is dead weight.
func TestEveryCallIsMade(t *testing.T) {
	t.Parallel()
	org := testOrganization(t)
	used := map[string]bool{}
	for _, a := range org.actors {
		for _, task := range a.tasks {
			for _, k := range task.calls {
				used[k.fullName] = true
			}
		}
	}
	var script strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasPrefix(f, "catalog_") || strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		script.Write(b)
	}
	for name := range org.calls {
		if !used[name] && !strings.Contains(script.String(), `"`+name+`"`) && !strings.HasPrefix(name, "sts:AssumeRoleWith") {
			t.Errorf("nobody calls %s", name)
		}
	}
}

// Request and response of one event talk about the same things.
func TestSlotsAgreeWithinAnEvent(t *testing.T) {
	t.Parallel()
	org := testOrganization(t)
	who := caller{session: keySession(org.victim.principal, org.victim.key), address: "192.0.2.1", agent: "test/1"}
	for seed := range uint64(50) {
		e := who.record(1_800_000_000, org.calls["iam:CreateUser"], homeRegion)
		e.seed = seed
		var got struct {
			RequestParameters struct{ UserName string }
			ResponseElements  struct {
				User struct{ UserName, ARN string }
			}
		}
		if err := json.Unmarshal(renderer{org}.appendRecord(nil, &e), &got); err != nil {
			t.Fatal(err)
		}
		user := got.ResponseElements.User
		if user.UserName != got.RequestParameters.UserName || !strings.HasSuffix(user.ARN, "/"+user.UserName) {
			t.Errorf("seed %d: asked for %q, got %+v", seed, got.RequestParameters.UserName, user)
		}
	}
}

func TestParseTemplate(t *testing.T) {
	t.Parallel()
	f := func(in string, want template, wantErr string) {
		t.Helper()
		got, err := parseTemplate(in)
		if (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%q: error %v, want %q", in, err, wantErr)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
	f("", template{{"null", slots}}, "")
	f("{}", template{{"{}", slots}}, "")
	f(`{"a":"<bucket>"}`, template{{`{"a":"`, slotBucket}, {`"}`, slots}}, "")
	f("<user><user>", template{{"", slotUser}, {"", slotUser}, {"", slots}}, "")
	f("<nobody>", nil, "no slot <nobody>")
	f("<user", nil, "no slot <user")
	f("<>", nil, "no slot <>")
}

// A parsed template, put together again, is the text.
func FuzzParseTemplate(f *testing.F) {
	for _, s := range []string{"", "{}", `{"a":"<bucket>"}`, "<user><user>", "<nobody>", "<", ">", "a>b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseTemplate(text)
		if err != nil || text == "" {
			return
		}
		var b strings.Builder
		for _, p := range parsed {
			b.WriteString(p.text)
			if p.slot != slots {
				b.WriteString("<" + slotNames[p.slot] + ">")
			}
		}
		if b.String() != text {
			t.Errorf("%q parsed and put together again is %q", text, b.String())
		}
	})
}

func BenchmarkRender(b *testing.B) {
	org := testOrganization(b)
	r := renderer{org}
	who := caller{session: keySession(org.victim.principal, org.victim.key), address: "192.0.2.1", agent: "aws-cli/2.1.1"}
	e := who.record(1_800_000_000, org.calls["s3:GetObject"], "eu-west-1")
	buf := r.appendRecord(nil, &e)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		e.seed++
		buf = r.appendRecord(buf[:0], &e)
	}
}
