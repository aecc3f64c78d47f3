package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// errPackages says that a column holds something else than packages.
var errPackages = errors.New("a packages column holds something else")

// packagesText is the stored form of packages: for each its states with the
// microseconds at which it last changed to them, the present one first.
//
//	DETECTIVE_CORE=STARTED:1700000000000000;EKS_AUDIT=STOPPED:1700000000000002,STARTED:1700000000000001
//
// Lists of members read it thousands of times a second, so it is no JSON: that
// takes four times as long.
func packagesText(p control.Packages) (string, error) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		h := p[name]
		at, ok := h.Changed[h.State]
		if !ok {
			return "", fmt.Errorf("package %s is %s since when is not known", name, h.State)
		}
		if b.Len() > 0 {
			b.WriteByte(';')
		}
		fmt.Fprintf(&b, "%s=%s:%d", name, h.State, micros(at))
		for _, s := range slices.Sorted(maps.Keys(h.Changed)) {
			if s != h.State {
				fmt.Fprintf(&b, ",%s:%d", s, micros(h.Changed[s]))
			}
		}
	}
	return b.String(), nil
}

// packages scans stored packages.
type packages struct{ to *control.Packages }

// Scan implements sql.Scanner.
func (p packages) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return errPackages
	}
	out := make(control.Packages, 3)
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, ";")
		name, history, ok := strings.Cut(one, "=")
		if !ok {
			return errPackages
		}
		h, err := parseHistory(history)
		if err != nil {
			return err
		}
		out[control.Package(name)] = h
	}
	*p.to = out
	return nil
}

func parseHistory(text string) (control.PackageHistory, error) {
	h := control.PackageHistory{Changed: make(map[control.IngestState]time.Time, 2)}
	for more := true; more; {
		var one string
		one, text, more = strings.Cut(text, ",")
		state, at, _ := strings.Cut(one, ":")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil || state == "" {
			return h, errPackages
		}
		if h.State == "" {
			h.State = control.IngestState(state)
		}
		h.Changed[control.IngestState(state)] = time.UnixMicro(n).UTC()
	}
	return h, nil
}
