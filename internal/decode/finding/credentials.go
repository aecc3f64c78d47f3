package finding

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Credentials is what a finding says of the credentials that were used.
type Credentials struct {
	AccessKeyID string
	PrincipalID string // AIDA…, AROA…:<session name>, or an account id
	UserName    string // of the user, or of the role
	UserType    string // IAMUser, AssumedRole, Root, Role, FederatedUser, AWSAccount, …
	Issuer      entity.Issuer

	Account   string // of the principal, 12 digits or empty
	Partition string // of ARNs: "aws", "aws-cn", …
}

// Credentials adds the principal, its session and its access key, in a role,
// with the links between them.
func (b *Builder) Credentials(c Credentials, role Role) entity.Caller {
	who := c.caller()
	if told, ok := b.roles[plainID(c.PrincipalID)]; ok && who.Principal.Type == entity.AwsRole {
		who.Principal = told // and not a guess of its ARN
	} else if who.Principal.Type == entity.AwsRole && who.Principal.Key == c.Issuer.ARN {
		b.KnownRole(who.Principal)
	}
	b.Resource(who.Principal, role)
	b.Resource(who.Session, role)
	b.Resource(who.AccessKey, role)
	b.Link(who.Session, who.Principal, SessionOf)
	holder := who.Session
	if holder.IsZero() {
		holder = who.Principal
	}
	b.Link(who.AccessKey, holder, KeyOf)
	return who
}

// KnownRole tells the ARN of a role for credentials that are added later and
// have the role's unique id.
func (b *Builder) KnownRole(role entity.Ref) {
	if role.Type == entity.AwsRole && role.Alias != "" && len(b.roles) < MaxFacts {
		b.roles[role.Alias] = role
	}
}

// caller resolves the credentials as those of a CloudTrail record would be.
func (c Credentials) caller() entity.Caller {
	account := accountID(c.Account)
	if c.UserType == "" {
		c.UserType = typeOfPrincipal(c.PrincipalID)
	}
	id := entity.Identity{Type: c.UserType, PrincipalID: c.PrincipalID, UserName: c.UserName,
		AccountID: account, AccessKeyID: c.AccessKeyID}
	iam := "arn:" + first(c.Partition, "aws") + ":iam::" + account + ":"
	switch c.UserType {
	case "Root":
		// As it is.
	case "IAMUser":
		if c.UserName != "" && account != "" {
			id.ARN = iam + "user/" + c.UserName
		}
	case "Role":
		if c.UserName != "" && account != "" && !hasPath(c.UserName) {
			id.ARN = iam + "role/" + c.UserName
		}
	case "AssumedRole":
		id.Issuer = c.issuer(iam, account)
	case "AWSAccount":
		// Somebody else's account. The finding's own says nothing of it.
		switch {
		case c.PrincipalID == "ANONYMOUS_PRINCIPAL" || c.UserName == "ANONYMOUS_PRINCIPAL":
			id.AccountID = "ANONYMOUS_PRINCIPAL"
		case entity.IsAccountID(c.PrincipalID):
			id.AccountID = c.PrincipalID
		default:
			id.Type, id.AccountID = "", ""
		}
	case "AWSService":
		id.Type = ""
		if s := ServiceRef(c.UserName); !s.IsZero() {
			id.Type, id.InvokedBy = c.UserType, s.Key
		}
	}
	who := caller(id)
	if who.Principal.Type == entity.AwsRole && who.Principal.Key == plainID(c.PrincipalID) {
		// Nothing but its unique id is sure; people know it by its name.
		who.Principal.Label = first(c.UserName, who.Principal.Label)
	}
	// That somebody of the account acted is no news.
	if who.Principal.Type == entity.AwsAccount && c.UserType != "AWSAccount" {
		who.Principal = entity.Ref{}
	}
	return who
}

// issuer is the role behind an assumed role's session. A finding mostly has
// its name only. Its ARN is made from that, unless the name shows that there
// is a path in the ARN, which nobody can guess; the principal's unique id
// names the role then.
func (c Credentials) issuer(iam, account string) entity.Issuer {
	is := c.Issuer
	if a, ok := entity.ParseARN(is.ARN); ok && a.Service == "iam" && strings.HasPrefix(a.Resource, "role/") {
		is.PrincipalID = first(is.PrincipalID, plainID(c.PrincipalID))
		return is
	}
	if is.ARN != "" || c.UserName == "" || account == "" || hasPath(c.UserName) {
		return entity.Issuer{} // also where the issuer is said to be no role
	}
	return entity.Issuer{Type: "Role", ARN: iam + "role/" + c.UserName, AccountID: account,
		UserName: c.UserName, PrincipalID: plainID(c.PrincipalID)}
}

// typeOfPrincipal tells users and sessions by the prefix of their unique id
// (IAM user guide, reference_identifiers).
func typeOfPrincipal(id string) string {
	switch {
	case strings.HasPrefix(id, "AIDA"):
		return "IAMUser"
	case strings.HasPrefix(id, "AROA"):
		return "AssumedRole"
	}
	return ""
}

// hasPath reports whether a role of this name certainly has a path: those of
// IAM Identity Center and of AWS services.
func hasPath(role string) bool {
	return strings.HasPrefix(role, "AWSReservedSSO_") || strings.HasPrefix(role, "AWSServiceRoleFor")
}

// caller is entity.ResolveCaller for what a finding has of an identity.
func caller(id entity.Identity) entity.Caller {
	who := entity.ResolveCaller(&id, "")
	if who.Session.Label == "" || strings.HasPrefix(who.Session.Key, ":") {
		who.Session = entity.Ref{} // half a principal id
	}
	if strings.HasPrefix(who.Principal.Key, ":") {
		who.Principal = entity.Ref{} // a federated user of an unknown account
	}
	return who
}

// plainID returns the unique id without a session name.
func plainID(principalID string) string {
	id, _, _ := strings.Cut(principalID, ":")
	return id
}
