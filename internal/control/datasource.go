package control

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Package is a data source package (the API's DatasourcePackage).
type Package string

// The data source packages.
const (
	DetectiveCore       Package = "DETECTIVE_CORE" // CloudTrail, VPC flow logs, GuardDuty findings
	EKSAudit            Package = "EKS_AUDIT"
	SecurityHubFindings Package = "ASFF_SECURITYHUB_FINDING"
)

// AllPackages lists the packages in the order of their names.
func AllPackages() []Package { return []Package{SecurityHubFindings, DetectiveCore, EKSAudit} }

// IngestState says whether a package's records are taken (the API's
// DatasourcePackageIngestState).
type IngestState string

// The states of a package.
const (
	IngestStarted  IngestState = "STARTED"
	IngestStopped  IngestState = "STOPPED"  // was STARTED once
	IngestDisabled IngestState = "DISABLED" // never was STARTED
)

// PackageHistory is the state of a package and when it last changed to each
// state that it ever had.
type PackageHistory struct {
	State   IngestState
	Changed map[IngestState]time.Time
}

// Packages is the history of every package of a graph or of a member, as a
// text that engines store: for each package its states with the microseconds
// at which it last changed to them, the present one first.
//
//	DETECTIVE_CORE=STARTED:1700000000000000;EKS_AUDIT=STOPPED:1700000000000002,STARTED:1700000000000001
//
// It is a text because lists of members hold thousands of them, of which only
// the states are looked at. The empty text has no packages.
type Packages string

// Set has the package taken or not from at on, and reports whether that is
// a change. A package that is not taken is STOPPED if it ever was taken, else
// DISABLED.
func (p *Packages) Set(name Package, taken bool, at time.Time) bool {
	h := p.History(name)
	state := IngestStarted
	switch {
	case h.State != "" && taken == (h.State == IngestStarted):
		return false
	case !taken && h.State == "":
		state = IngestDisabled
	case !taken:
		state = IngestStopped
	}
	var all []string
	for part := range strings.SplitSeq(string(*p), ";") {
		if part != "" && !strings.HasPrefix(part, string(name)+"=") {
			all = append(all, part)
		}
	}
	changed := string(name) + "=" + string(state) + ":" + micros(at)
	for _, s := range []IngestState{IngestDisabled, IngestStarted, IngestStopped} {
		if t, ok := h.Changed[s]; ok && s != state {
			changed += "," + string(s) + ":" + micros(t)
		}
	}
	all = append(all, changed)
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(nameOf(a), nameOf(b)) })
	*p = Packages(strings.Join(all, ";"))
	return true
}

// State returns the state of a package, "" when there is none.
func (p Packages) State(name Package) IngestState {
	state, _, _ := strings.Cut(p.history(name), ":")
	return IngestState(state)
}

// History returns the history of a package.
func (p Packages) History(name Package) PackageHistory {
	h := PackageHistory{State: p.State(name)}
	for part := range strings.SplitSeq(p.history(name), ",") {
		state, at, _ := strings.Cut(part, ":")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			continue // no package, or no text of ours
		}
		if h.Changed == nil {
			h.Changed = map[IngestState]time.Time{}
		}
		h.Changed[IngestState(state)] = time.UnixMicro(n).UTC()
	}
	return h
}

// All returns the histories of all packages.
func (p Packages) All() map[Package]PackageHistory {
	all := map[Package]PackageHistory{}
	for part := range strings.SplitSeq(string(p), ";") {
		if name := Package(nameOf(part)); name != "" {
			all[name] = p.History(name)
		}
	}
	return all
}

// history returns the text behind a package's name.
func (p Packages) history(name Package) string {
	for rest := string(p); rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, ";")
		if after, ok := strings.CutPrefix(part, string(name)); ok && strings.HasPrefix(after, "=") {
			return after[1:]
		}
	}
	return ""
}

func nameOf(part string) string {
	name, _, _ := strings.Cut(part, "=")
	return name
}

func micros(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// PackageOf is the data source package that a kind of logs belongs to; kinds
// are named as the command line names them.
func PackageOf(kind string) Package {
	switch kind {
	case "eksaudit":
		return EKSAudit
	case "asff":
		return SecurityHubFindings
	}
	return DetectiveCore // cloudtrail, vpcflow, guardduty
}
