package finding

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// AccountRef names an account. Without twelve digits it names nothing.
func AccountRef(id string) entity.Ref {
	if !entity.IsAccountID(id) {
		return entity.Ref{}
	}
	return entity.Ref{Type: entity.AwsAccount, Key: id, Account: id, Label: id}
}

// InstanceRef names an EC2 instance by its id.
func InstanceRef(id, account string) entity.Ref { return named(entity.EC2Instance, id, account) }

// InterfaceRef names a network interface by its id.
func InterfaceRef(id, account string) entity.Ref { return named(entity.NetworkInterface, id, account) }

// BucketRef names a bucket. account is its owner's, where the finding says so:
// a bucket of somebody else may be part of a finding.
func BucketRef(name, account string) entity.Ref { return named(entity.S3Bucket, name, account) }

// ImageRef names a container image by its reference.
func ImageRef(reference string) entity.Ref { return named(entity.ContainerImage, reference, "") }

// AgentRef names a user agent.
func AgentRef(agent string) entity.Ref {
	return named(entity.UserAgent, entity.CleanAgent(agent), "")
}

// ServiceRef names an AWS service by its DNS name; other names name nothing.
func ServiceRef(domain string) entity.Ref {
	if a := entity.ParseAddress(domain); a.Class == entity.ServiceAddress {
		return named(entity.AwsService, a.Key, "")
	}
	return entity.Ref{}
}

// ClusterRef names a container cluster by its ARN.
func ClusterRef(arn string) entity.Ref {
	a, ok := entity.ParseARN(arn)
	if !ok {
		return entity.Ref{}
	}
	return entity.Ref{Type: entity.ContainerCluster, Key: arn, Account: accountID(a.Account), Label: entity.ShortName(arn)}
}

// FindingRef names another finding by its ARN.
func FindingRef(arn string) entity.Ref {
	a, ok := entity.ParseARN(arn)
	if !ok {
		return entity.Ref{}
	}
	return entity.Ref{Type: entity.Finding, Key: arn, Account: accountID(a.Account), Label: entity.ShortName(arn)}
}

// RoleRef names a role by its ARN.
func RoleRef(arn string) entity.Ref {
	if r := RefOfARN(arn); r.Type == entity.AwsRole {
		return r
	}
	return entity.Ref{}
}

func named(t entity.Type, key, account string) entity.Ref {
	if key == "" {
		return entity.Ref{}
	}
	return entity.Ref{Type: t, Key: key, Account: accountID(account), Label: key}
}

// accountID returns what is an account id, or nothing.
func accountID(s string) string {
	if entity.IsAccountID(s) {
		return s
	}
	return ""
}

// RefOfARN names the entity that an ARN stands for: a user, role, instance,
// network interface, bucket (also that of an object), cluster or GuardDuty
// finding. The role session of an STS ARN is no entity by that name; the role
// behind it stands for it. Other ARNs name nothing.
func RefOfARN(arn string) entity.Ref {
	a, ok := entity.ParseARN(arn)
	if !ok {
		return entity.Ref{}
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	switch a.Service {
	case "iam":
		switch {
		case kind == "root" && rest == "" && entity.IsAccountID(a.Account):
			return caller(entity.Identity{Type: "Root", AccountID: a.Account}).Principal
		case kind == "user" && rest != "":
			return caller(entity.Identity{Type: "IAMUser", ARN: arn, AccountID: accountID(a.Account)}).Principal
		case kind == "role" && rest != "":
			return caller(entity.Identity{Type: "Role", ARN: arn, AccountID: accountID(a.Account)}).Principal
		}
	case "sts":
		if role, _, _ := strings.Cut(rest, "/"); kind == "assumed-role" && role != "" && !hasPath(role) {
			return caller(entity.Identity{Type: "AssumedRole", ARN: arn, AccountID: accountID(a.Account)}).Principal
		}
	case "ec2":
		switch kind {
		case "instance":
			return InstanceRef(rest, a.Account)
		case "network-interface":
			return InterfaceRef(rest, a.Account)
		}
	case "s3":
		// Access points have a Region and an account in their ARN.
		if a.Region == "" && a.Account == "" {
			return BucketRef(kind, "")
		}
	case "eks", "ecs":
		if kind == "cluster" && rest != "" {
			return ClusterRef(arn)
		}
	case "guardduty":
		if strings.Contains(a.Resource, "/finding/") {
			return FindingRef(arn)
		}
	}
	return entity.Ref{}
}

// IDOf returns the last part of an ARN, or of a text such as
// "AWS::IAM::AccessKey:ASIA…" that Security Hub and GuardDuty have for things
// without an ARN, if it begins with prefix.
func IDOf(s, prefix string) string {
	if i := strings.LastIndexAny(s, "/:"); i >= 0 {
		s = s[i+1:]
	}
	if strings.HasPrefix(s, prefix) && len(s) > len(prefix) {
		return s
	}
	return ""
}
