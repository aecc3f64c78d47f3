package decode

import (
	"fmt"
	"slices"
)

// Kind is a kind of source: what the records of an object are.
type Kind string

// The kinds, as the command line and the ledger spell them.
const (
	KindAuto       Kind = "auto" // found out from each object's content
	KindCloudTrail Kind = "cloudtrail"
	KindVPCFlow    Kind = "vpcflow"
	KindGuardDuty  Kind = "guardduty"
	KindEKSAudit   Kind = "eksaudit"
	KindASFF       Kind = "asff"
	// KindDigest is a digest file of CloudTrail's: a list of log files, and no
	// log. It goes with KindCloudTrail and has no name for the command line.
	KindDigest Kind = "cloudtrail-digest"
)

// Kinds returns all kinds, KindAuto first.
func Kinds() []Kind {
	return []Kind{KindAuto, KindCloudTrail, KindVPCFlow, KindGuardDuty, KindEKSAudit, KindASFF}
}

// ParseKind returns the kind with that name; the error names those there are.
func ParseKind(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", fmt.Errorf("unknown kind of source %q: use one of %v", name, Kinds())
}
