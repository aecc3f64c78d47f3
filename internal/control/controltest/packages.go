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
	var p control.Packages
	for i, name := range control.AllPackages() {
		switch (i + n) % 3 {
		case 0: // was off for a day
			p.Set(name, false, ago(30))
			p.Set(name, true, ago(20))
			p.Set(name, false, ago(9))
			p.Set(name, true, ago(8))
		case 1:
			p.Set(name, true, ago(20))
			p.Set(name, false, ago(1))
		default:
			p.Set(name, false, ago(40))
		}
	}
	return p
}
