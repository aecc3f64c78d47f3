package eksaudit

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// uidPrefixes begin the UID that aws-iam-authenticator, by its new or its old
// name, gives a user: "aws-iam-authenticator:<account>:<principal id>".
var uidPrefixes = []string{"aws-iam-authenticator:", "heptio-authenticator-aws:"}

// Identity returns the IAM identity that authenticated, as CloudTrail would
// have it in userIdentity, so that entity.ResolveCaller gives it the same
// keys. It is false when nothing in the event tells of one.
//
// Two things the log does not have. The ARN of a role lacks the role's path,
// so the key of a role with a path differs from CloudTrail's; its principal
// id, Issuer.PrincipalID, is the same. And where not even a principal id is
// logged, the key of the session is its ARN.
//
// The users eks:* are AWS's own and come from AWS's accounts.
func (r *Record) Identity() (entity.Identity, bool) {
	u := &r.User
	arn, canonical := u.ARN, u.CanonicalARN
	if arn == "" && canonical == "" {
		arn = u.Username
	}
	account, principal := fromUID(u.UID)
	if u.PrincipalID != "" {
		principal = u.PrincipalID
	}
	id := entity.Identity{AccessKeyID: u.AccessKeyID, PrincipalID: principal, AccountID: account}
	a, ok := iamARN(arn)
	if ok {
		id.ARN = arn
	} else if a, ok = iamARN(canonical); ok && !strings.HasPrefix(a.Resource, "role/") {
		id.ARN = canonical
	}
	if !ok {
		return untyped(u, id)
	}
	id.AccountID = a.Account

	kind, name, _ := strings.Cut(a.Resource, "/")
	switch {
	case a.Service == "iam" && a.Resource == "root":
		id.Type = "Root"
	case a.Service == "iam" && kind == "user" && name != "":
		id.Type, id.UserName = "IAMUser", entity.ShortName(id.ARN)
	case a.Service == "sts" && kind == "federated-user" && name != "":
		id.Type, id.PrincipalID = "FederatedUser", a.Account+":"+name
	case a.Service == "sts" && kind == "assumed-role" && name != "":
		role, session, _ := strings.Cut(name, "/")
		assumedRole(&id, u, first(u.SessionName, session))
		if c, ok := iamARN(canonical); ok && strings.HasPrefix(c.Resource, "role/") {
			id.Issuer.ARN, id.Issuer.UserName = canonical, role
		} // else entity makes the best of the session's ARN
	case a.Service == "iam" && kind == "role" && name != "":
		assumedRole(&id, u, u.SessionName)
		id.Issuer.ARN = first(id.ARN, canonical)
		id.Issuer.UserName = entity.ShortName(id.Issuer.ARN)
		id.ARN = "" // it is not the session's
	default:
		id.ARN = ""
		return untyped(u, id)
	}
	return id, true
}

// assumedRole sets what all sessions of roles have. CloudTrail's principal id
// of a session is that of the role and the session's name.
func assumedRole(id *entity.Identity, u *User, session string) {
	id.Type = "AssumedRole"
	id.Issuer = entity.Issuer{Type: "Role", AccountID: id.AccountID}
	role, fromID, _ := strings.Cut(id.PrincipalID, ":")
	id.Issuer.PrincipalID, id.PrincipalID = role, ""
	if session = first(fromID, session); role != "" && session != "" {
		id.PrincipalID = role + ":" + session
	}
}

// untyped is the identity of a user of whom there are ids but no ARN.
func untyped(u *User, id entity.Identity) (entity.Identity, bool) {
	if id.AccessKeyID == "" && id.PrincipalID == "" {
		return entity.Identity{}, false
	}
	switch {
	case strings.HasPrefix(id.PrincipalID, "AROA"):
		assumedRole(&id, u, u.SessionName)
	case strings.HasPrefix(id.PrincipalID, "AIDA"), id.PrincipalID == "" && strings.HasPrefix(id.AccessKeyID, "AKIA"):
		id.Type = "IAMUser"
	}
	return id, true
}

// fromUID returns what the UID tells of an IAM identity.
func fromUID(uid string) (account, principal string) {
	for _, prefix := range uidPrefixes {
		if rest, ok := strings.CutPrefix(uid, prefix); ok {
			account, principal, _ = strings.Cut(rest, ":")
		}
	}
	return account, principal
}

// iamARN parses an ARN of IAM or STS, which are all that name an identity.
func iamARN(s string) (entity.ARN, bool) {
	a, ok := entity.ParseARN(s)
	return a, ok && (a.Service == "iam" || a.Service == "sts") && entity.IsAccountID(a.Account)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
