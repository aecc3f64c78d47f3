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

func TestNewPackages(t *testing.T) {
	t.Parallel()
	at := time.UnixMicro(42)
	disabled := PackageHistory{IngestDisabled, map[IngestState]time.Time{IngestDisabled: at}}
	want := Packages{DetectiveCore: disabled, EKSAudit: disabled, SecurityHubFindings: disabled}
	got := NewPackages(at)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("NewPackages (-want +got):\n%s", diff)
	}
	// The packages have nothing in common.
	got.Set(EKSAudit, true, at.Add(1))
	for _, other := range []Package{DetectiveCore, SecurityHubFindings} {
		if diff := cmp.Diff(disabled, got[other]); diff != "" {
			t.Errorf("%s after a change of %s (-want +got):\n%s", other, EKSAudit, diff)
		}
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
		p := Packages{EKSAudit: c.before}
		if got := p.Set(EKSAudit, c.taken, at(9)); got != c.changed {
			t.Errorf("%s: Set = %v; want %v", name, got, c.changed)
		}
		if diff := cmp.Diff(Packages{EKSAudit: c.want}, p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}

	p := Packages{} // a package that is not there yet
	if !p.Set(DetectiveCore, true, at(9)) || !cmp.Equal(p.Started(), []Package{DetectiveCore}) {
		t.Errorf("Set of a package that is not there: %v", p)
	}
}

func TestPackagesStarted(t *testing.T) {
	t.Parallel()
	f := func(p Packages, want ...Package) {
		t.Helper()
		if got := p.Started(); !slices.Equal(got, want) {
			t.Errorf("Started of %v = %q; want %q", p, got, want)
		}
	}
	started, stopped := PackageHistory{State: IngestStarted}, PackageHistory{State: IngestStopped}
	f(nil)
	f(NewPackages(time.Time{}))
	f(Packages{EKSAudit: started, DetectiveCore: started, SecurityHubFindings: started}, AllPackages()...)
	f(Packages{EKSAudit: started, DetectiveCore: stopped, SecurityHubFindings: started}, SecurityHubFindings, EKSAudit)
}

// TestPackagesHistory drives random changes against what is plain to say: a
// package is STOPPED if it was taken once and is not now, DISABLED if it never
// was, and knows when it last came into each state.
func TestPackagesHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "start"))
		p := NewPackages(now)
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

			var started []Package
			for _, name := range AllPackages() {
				m, want := model[name], IngestDisabled
				_, ever := m.last[IngestStarted]
				switch {
				case m.taken:
					want = IngestStarted
					started = append(started, name)
				case ever:
					want = IngestStopped
				}
				if diff := cmp.Diff(PackageHistory{want, m.last}, p[name]); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", name, diff)
				}
			}
			if !slices.Equal(p.Started(), started) {
				t.Fatalf("Started = %q; want %q", p.Started(), started)
			}
		}
	})
}
