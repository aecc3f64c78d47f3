package control

import (
	"slices"
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

// Packages holds the history of every package of a graph or of a member.
type Packages map[Package]PackageHistory

// NewPackages returns packages that are all DISABLED, as those of a member
// that was never enabled.
func NewPackages(at time.Time) Packages {
	p := Packages{}
	for _, name := range AllPackages() {
		p[name] = PackageHistory{IngestDisabled, map[IngestState]time.Time{IngestDisabled: at}}
	}
	return p
}

// Set has the package taken or not from at on, and reports whether that is
// a change. A package that is not taken is STOPPED if it ever was taken, else
// DISABLED.
func (p Packages) Set(name Package, taken bool, at time.Time) bool {
	h := p[name]
	state := IngestStarted
	switch {
	case h.State != "" && taken == (h.State == IngestStarted):
		return false
	case !taken && h.State == "":
		state = IngestDisabled
	case !taken:
		state = IngestStopped
	}
	if h.Changed == nil {
		h.Changed = map[IngestState]time.Time{}
	}
	h.State, h.Changed[state] = state, at
	p[name] = h
	return true
}

// Started returns the packages that are taken, in the order of their names.
func (p Packages) Started() []Package {
	return slices.DeleteFunc(AllPackages(), func(name Package) bool { return p[name].State != IngestStarted })
}
