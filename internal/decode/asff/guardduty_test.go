package asff

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/findingtest"
	"github.com/gumshoe-detective/gumshoe/internal/decode/guardduty"
)

// The types of GuardDuty as Security Hub has them: one of every form that the
// table in GuardDuty's user guide has.
func TestGuardDutyType(t *testing.T) {
	for asff, want := range map[string]string{
		"TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS":                           "Backdoor:EC2/C&CActivity.B!DNS",
		"TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce":                          "UnauthorizedAccess:EC2/SSHBruteForce",
		"Unusual Behaviors/VM/Behavior:EC2-NetworkPortUnusual":                              "Behavior:EC2/NetworkPortUnusual",
		"Effects/Data Exposure/Policy:S3-BucketBlockPublicAccessDisabled":                   "Policy:S3/BucketBlockPublicAccessDisabled",
		"TTPs/Policy:IAMUser-RootCredentialUsage":                                           "Policy:IAMUser/RootCredentialUsage",
		"TTPs/PenTest:IAMUser/KaliLinux":                                                    "PenTest:IAMUser/KaliLinux",
		"TTPs/AttackSequence:S3/CompromisedData":                                            "AttackSequence:S3/CompromisedData",
		"TTPs/Credential Access/IAMUser-AnomalousBehavior":                                  "CredentialAccess:IAMUser/AnomalousBehavior",
		"TTPs/Privilege Escalation/IAMUser-AnomalousBehavior":                               "PrivilegeEscalation:IAMUser/AnomalousBehavior",
		"TTPs/Discovery/RDS-MaliciousIPCaller":                                              "Discovery:RDS/MaliciousIPCaller",
		"TTPs/AnomalousBehavior/CredentialAccess:Kubernetes-SecretsAccessed":                "CredentialAccess:Kubernetes/AnomalousBehavior.SecretsAccessed",
		"TTPs/AnomalousBehavior/Persistence:Kubernetes-WorkloadDeployed!SensitiveMount":     "Persistence:Kubernetes/AnomalousBehavior.WorkloadDeployed!SensitiveMount",
		"TTPs/DefenseEvasion/EC2:Unusual-DNS-Resolver":                                      "DefenseEvasion:EC2/UnusualDNSResolver",
		"TTPs/Credential Access/CredentialAccess:RDS-AnomalousBehavior.SuccessfulLogin":     "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin",
		"Software and Configuration Checks/AWS Security Best Practices/Policy:Kubernetes-X": "Policy:Kubernetes/X",
		"Recon:EC2/Portscan": "Recon:EC2/Portscan",
		"Unusual Behaviors":  "Unusual Behaviors", // none of GuardDuty's
		"TTPs/a:b":           "TTPs/a:b",
		"":                   "",
	} {
		if got := guardDutyType([]string{asff}); got != want {
			t.Errorf("%q: %q; want %q", asff, got, want)
		}
	}
	if got := guardDutyType([]string{"Other", "TTPs/Discovery/Recon:EC2-Portscan"}); got != "Recon:EC2/Portscan" {
		t.Errorf("of two types: %q", got)
	}
	if got := guardDutyType(nil); got != "" {
		t.Errorf("without types: %q", got)
	}
}

// A finding that comes from GuardDuty and through Security Hub is one.
func TestSameFindingTwice(t *testing.T) {
	type sameness struct {
		Key, ID, ARN, Product, Type, Account, Region, Severity string
		Updated, FirstSeen, LastSeen                           time.Time
		Count                                                  int
		Archived, Sample, Sequence                             bool
		Remotes                                                []finding.Remote
		Calls                                                  []finding.Call
		Domains                                                []string
	}
	same := func(f finding.Finding) sameness {
		slices.SortFunc(f.Remotes, func(a, b finding.Remote) int { return a.Addr.Compare(b.Addr) })
		return sameness{f.Key(), f.ID, f.ARN, f.Product, f.Type, f.AccountID, f.Region, f.SeverityLabel,
			f.Updated, f.FirstSeen, f.LastSeen, f.Count, f.Archived, f.Sample, f.Sequence, f.Remotes, f.Calls, f.Domains}
	}
	for original, hub := range map[string]string{
		"instance-outbound": "guardduty-network",
		"accesskey-iamuser": "guardduty-api-call",
		"port-probes":       "guardduty-port-probes",
		"kubernetes-exec":   "guardduty-kubernetes",
		"dns-sample-pascal": "guardduty-sample",
		"attack-sequence":   "guardduty-attack-sequence",
	} {
		direct, err := findingtest.Parse(new(guardduty.Parser), findingtest.Input(t, "../guardduty/testdata/"+original+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		via, err := findingtest.Parse(new(Parser), findingtest.Input(t, "testdata/"+hub+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if direct.ViaSecurityHub || !via.ViaSecurityHub {
			t.Errorf("%s: via Security Hub %v, %v", original, direct.ViaSecurityHub, via.ViaSecurityHub)
		}
		if diff := cmp.Diff(same(direct), same(via), cmp.Comparer(func(a, b finding.Remote) bool { return a == b })); diff != "" {
			t.Errorf("%s (-GuardDuty +Security Hub):\n%s", original, diff)
		}
		// Security Hub leaves out some resources and adds none of its own.
		has := map[string]finding.Role{}
		for _, r := range direct.Resources {
			has[r.Ref.Type.String()+" "+r.Ref.Key] = r.Role
		}
		for _, r := range via.Resources {
			if role, ok := has[r.Ref.Type.String()+" "+r.Ref.Key]; !ok || role != r.Role {
				t.Errorf("%s: %v %s as %v; GuardDuty has it as %v (%v)", original, r.Ref.Type, r.Ref.Key, r.Role, role, ok)
			}
		}
	}
}
