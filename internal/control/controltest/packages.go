package controltest

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// packages returns the n-th packages of the suite: one is STARTED, one was,
// one never was. Which one is which, and when, depends on n.
func packages(n int) control.Packages {
	ago := func(days int) time.Time {
		return start.AddDate(0, 0, -days).Add(time.Duration(n) * time.Microsecond)
	}
	histories := []control.PackageHistory{
		{State: control.IngestStarted, Changed: map[control.IngestState]time.Time{
			control.IngestDisabled: ago(30), control.IngestStopped: ago(9), control.IngestStarted: ago(8),
		}},
		{State: control.IngestStopped, Changed: map[control.IngestState]time.Time{
			control.IngestStarted: ago(20), control.IngestStopped: ago(1),
		}},
		{State: control.IngestDisabled, Changed: map[control.IngestState]time.Time{control.IngestDisabled: ago(40)}},
	}
	p := control.Packages{}
	for i, name := range control.AllPackages() {
		p[name] = histories[(i+n)%len(histories)]
	}
	return p
}
