package asff

import "strings"

// guardDutyType finds the finding type of GuardDuty in ASFF's types, where
// "Recon:EC2/Portscan" has become "TTPs/Discovery/Recon:EC2-Portscan". What
// is not recognized is returned as it is; "" if there are no types.
//
// The forms are those of the table in GuardDuty's user guide, "Integrating
// with AWS Security Hub", with the irregular ones:
//
//	TTPs/Credential Access/IAMUser-AnomalousBehavior                   CredentialAccess:IAMUser/AnomalousBehavior
//	TTPs/AnomalousBehavior/Execution:Kubernetes-ExecInPod              Execution:Kubernetes/AnomalousBehavior.ExecInPod
//	TTPs/DefenseEvasion/EC2:Unusual-DNS-Resolver                       DefenseEvasion:EC2/UnusualDNSResolver
//	TTPs/PenTest:IAMUser/KaliLinux, TTPs/AttackSequence:S3/CompromisedData
func guardDutyType(types []string) string {
	for _, t := range types {
		if own, ok := parseType(t); ok {
			return own
		}
	}
	return strings.Join(types[:min(1, len(types))], "")
}

func parseType(t string) (string, bool) {
	colon := strings.IndexByte(t, ':')
	if colon < 0 {
		return withoutPurpose(t)
	}
	namespace, purpose := cutLast(t[:colon])
	_, category := cutLast(namespace)
	rest := t[colon+1:]
	if purpose == "EC2" {
		name := strings.ReplaceAll(rest, "-", "")
		return joinType(strings.ReplaceAll(category, " ", ""), purpose, name)
	}
	cut := strings.IndexAny(rest, "-/")
	if cut < 0 {
		return "", false
	}
	resource, name := rest[:cut], rest[cut+1:]
	if category == "AnomalousBehavior" {
		name = category + "." + name
	}
	return joinType(purpose, resource, name)
}

// withoutPurpose reads a type whose purpose stands before the last slash.
func withoutPurpose(t string) (string, bool) {
	namespace, last := cutLast(t)
	_, category := cutLast(namespace)
	resource, name, _ := strings.Cut(last, "-")
	return joinType(strings.ReplaceAll(category, " ", ""), resource, name)
}

func joinType(purpose, resource, name string) (string, bool) {
	if purpose == "" || resource == "" || name == "" {
		return "", false
	}
	return purpose + ":" + resource + "/" + name, true
}

// cutLast cuts s at its last slash; before is empty when there is none.
func cutLast(s string) (before, last string) {
	i := strings.LastIndexByte(s, '/')
	return s[:max(i, 0)], s[i+1:]
}
