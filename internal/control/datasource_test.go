package control

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAllPackages(t *testing.T) {
	t.Parallel()
	all := AllPackages()
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != 3 {
		t.Errorf("AllPackages = %q; want three, by name", all)
	}
	all[0] = "changed"
	if AllPackages()[0] == "changed" {
		t.Error("what AllPackages returns is shared")
	}
}

func TestPackagesSet(t *testing.T) {
	t.Parallel()
	at := func(n int64) time.Time { return time.UnixMicro(n) }
	type times = map[IngestState]time.Time
	for name, c := range map[string]struct {
		before  PackageHistory
		taken   bool
		want    PackageHistory
		changed bool
	}{
		"start for the first time": {
			PackageHistory{IngestDisabled, times{IngestDisabled: at(1)}}, true,
			PackageHistory{IngestStarted, times{IngestDisabled: at(1), IngestStarted: at(9)}}, true,
		},
		"start what is started": {
			PackageHistory{IngestStarted, times{IngestStarted: at(1)}}, true,
			PackageHistory{IngestStarted, times{IngestStarted: at(1)}}, false,
		},
		"start again": {
			PackageHistory{IngestStopped, times{IngestStarted: at(1), IngestStopped: at(2)}}, true,
			PackageHistory{IngestStarted, times{IngestStarted: at(9), IngestStopped: at(2)}}, true,
		},
		"stop": {
			PackageHistory{IngestStarted, times{IngestDisabled: at(1), IngestStarted: at(2)}}, false,
			PackageHistory{IngestStopped, times{IngestDisabled: at(1), IngestStarted: at(2), IngestStopped: at(9)}}, true,
		},
		"stop again": {
			PackageHistory{IngestStarted, times{IngestStarted: at(3), IngestStopped: at(2)}}, false,
			PackageHistory{IngestStopped, times{IngestStarted: at(3), IngestStopped: at(9)}}, true,
		},
		"stop what is stopped": {
			PackageHistory{IngestStopped, times{IngestStopped: at(1)}}, false,
			PackageHistory{IngestStopped, times{IngestStopped: at(1)}}, false,
		},
		"stop what never was started": {
			PackageHistory{IngestDisabled, times{IngestDisabled: at(1)}}, false,
			PackageHistory{IngestDisabled, times{IngestDisabled: at(1)}}, false,
		},
		"start without a history": {
			PackageHistory{}, true,
			PackageHistory{IngestStarted, times{IngestStarted: at(9)}}, true,
		},
	} {
		var p Packages
		p.Set(DetectiveCore, true, at(7)) // stays as it is
		before := p
		p.restore(EKSAudit, c.before)
		if got := p.Set(EKSAudit, c.taken, at(9)); got != c.changed {
			t.Errorf("%s: Set = %v; want %v", name, got, c.changed)
		}
		if diff := cmp.Diff(c.want, p.History(EKSAudit)); diff != "" || p.State(EKSAudit) != c.want.State {
			t.Errorf("%s: state %s (-want +got):\n%s", name, p.State(EKSAudit), diff)
		}
		if got := p.History(DetectiveCore); !cmp.Equal(got, before.History(DetectiveCore)) {
			t.Errorf("%s: the other package became %v", name, got)
		}
	}
}

// restore gives a package a history as it may have been stored.
func (p *Packages) restore(name Package, h PackageHistory) {
	if h.State == "" {
		return
	}
	text := string(name) + "=" + string(h.State) + ":" + micros(h.Changed[h.State])
	for s, at := range h.Changed {
		if s != h.State {
			text += "," + string(s) + ":" + micros(at)
		}
	}
	*p += Packages(";" + text)
}

func TestPackagesText(t *testing.T) {
	t.Parallel()
	var p Packages
	if p.State(EKSAudit) != "" || p.History(EKSAudit).Changed != nil {
		t.Errorf("the empty text has %v", p.History(EKSAudit))
	}
	p.Set(EKSAudit, true, time.UnixMicro(3))
	p.Set(SecurityHubFindings, false, time.UnixMicro(2))
	p.Set(DetectiveCore, true, time.UnixMicro(1))
	p.Set(DetectiveCore, false, time.UnixMicro(5).Add(999))
	const want = "ASFF_SECURITYHUB_FINDING=DISABLED:2;DETECTIVE_CORE=STOPPED:5,STARTED:1;EKS_AUDIT=STARTED:3"
	if p != want {
		t.Errorf("text %q; want %q", p, want)
	}
	for _, bad := range []Packages{";", "=", "EKS_AUDIT", "EKS_AUDIT=", "EKS_AUDIT=STARTED", "EKS_AUDITX=STARTED:1", "EKS_AUDIT=STARTED:x,:1;;"} {
		if h := bad.History(EKSAudit); len(h.Changed) > 1 {
			t.Errorf("%q gives %v", bad, h)
		}
	}
}

// FuzzPackages: whatever text is stored, a change is what it says and leaves
// the other packages alone.
func FuzzPackages(f *testing.F) {
	f.Add("ASFF_SECURITYHUB_FINDING=DISABLED:2;DETECTIVE_CORE=STOPPED:5,STARTED:1;EKS_AUDIT=STARTED:3", true)
	f.Add(";=;EKS_AUDIT=STARTED;EKS_AUDIT=:9,,x", false)
	f.Fuzz(func(t *testing.T, text string, taken bool) {
		p := Packages(text)
		core := p.History(DetectiveCore)
		p.Set(EKSAudit, taken, time.UnixMicro(9))
		if (p.State(EKSAudit) == IngestStarted) != taken {
			t.Fatalf("%q: taken %v gives %q", text, taken, p)
		}
		if p.Set(EKSAudit, taken, time.UnixMicro(10)) {
			t.Fatalf("%q: a second Set changes %q", text, p)
		}
		if got := p.History(DetectiveCore); !cmp.Equal(got, core) {
			t.Fatalf("%q: the other package was %v and is %v", text, core, got)
		}
	})
}

// TestPackagesHistory drives random changes against what is plain to say: a
// package is STOPPED if it was taken once and is not now, DISABLED if it never
// was, and knows when it last came into each state.
func TestPackagesHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "start"))
		var p Packages
		for _, name := range AllPackages() {
			p.Set(name, false, now)
		}
		type past struct {
			taken bool
			last  map[IngestState]time.Time
		}
		model := map[Package]*past{}
		for _, name := range AllPackages() {
			model[name] = &past{last: map[IngestState]time.Time{IngestDisabled: now}}
		}
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1000).Draw(t, "µs")) * time.Microsecond)
			name := rapid.SampledFrom(AllPackages()).Draw(t, "package")
			taken := rapid.Bool().Draw(t, "taken")
			m := model[name]
			if got, want := p.Set(name, taken, now), taken != m.taken; got != want {
				t.Fatalf("Set(%s, %v) = %v; want %v", name, taken, got, want)
			}
			if taken && !m.taken {
				m.last[IngestStarted] = now
			}
			if !taken && m.taken {
				m.last[IngestStopped] = now
			}
			m.taken = taken

			for _, name := range AllPackages() {
				m, want := model[name], IngestDisabled
				_, ever := m.last[IngestStarted]
				switch {
				case m.taken:
					want = IngestStarted
				case ever:
					want = IngestStopped
				}
				if diff := cmp.Diff(PackageHistory{want, m.last}, p.History(name)); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", name, diff)
				}
			}
		}
	})
}
