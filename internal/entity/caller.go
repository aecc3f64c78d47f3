package entity

import "strings"

// ResolveCaller names the caller of a record after the table of
// userIdentity types in AWS's CloudTrail user guide
// (cloudtrail-event-reference-user-identity). recipient is the account whose
// trail holds the record, used when the identity names no account.
//
// A role comes from sessionContext.sessionIssuer.arn and is never rebuilt
// from the STS ARN, which lacks the role's path; only a session without an
// issuer (seen in old and anonymised records) falls back to that.
func ResolveCaller(id *Identity, recipient string) Caller {
	account := id.AccountID
	if account == "" {
		account = recipient
	}
	var c Caller
	if id.AccessKeyID != "" {
		c.AccessKey = Ref{Type: AccessKey, Key: id.AccessKeyID, Account: account, Label: id.AccessKeyID}
	}
	switch id.Type {
	case "Root":
		c.Principal = rootRef(account)
	case "IAMUser":
		c.Principal = userRef(id.ARN, id.UserName, id.PrincipalID, account)
	case "AssumedRole":
		c.Principal, c.Session = assumedRole(id, account)
	case "Role":
		c.Principal = roleRef(id.ARN, id.UserName, id.PrincipalID, account)
	case "FederatedUser":
		c.Principal = federatedByToken(id, account)
	case "SAMLUser", "WebIdentityUser":
		c.Principal = federatedByProvider(id, account)
	case "IdentityCenterUser":
		c.Principal = Ref{Type: FederatedUser, Key: id.IdentityStoreARN + ":" + id.OnBehalfOf,
			Account: account, Label: id.OnBehalfOf, Alias: id.PrincipalID}
	case "AWSService":
		c.Principal = serviceRef(id.InvokedBy)
	case "AWSAccount":
		c.Principal = foreignAccount(id, account)
	default:
		c.Principal = untyped(id, account)
	}
	if c.Principal.IsZero() {
		c.Principal = accountRef(account)
	}
	return c
}

func rootRef(account string) Ref {
	if account == "" {
		return Ref{}
	}
	return Ref{Type: AwsUser, Key: RootARN(account), Account: account, Label: "root"}
}

// userRef names an IAM user. The ARN is rebuilt from the name only when the
// record has none (seen for one IAMUser with an empty accessKeyId).
func userRef(arn, name, principalID, account string) Ref {
	if arn == "" && name != "" && account != "" {
		arn = "arn:aws:iam::" + account + ":user/" + name
	}
	if arn == "" {
		return Ref{}
	}
	if name == "" {
		name = ShortName(arn)
	}
	return Ref{Type: AwsUser, Key: arn, Account: accountOf(arn, account), Label: name, Alias: plainID(principalID)}
}

func roleRef(arn, name, principalID, account string) Ref {
	if arn == "" {
		return Ref{}
	}
	if name == "" {
		name = ShortName(arn)
	}
	return Ref{Type: AwsRole, Key: arn, Account: accountOf(arn, account), Label: name, Alias: plainID(principalID)}
}

func assumedRole(id *Identity, account string) (role, session Ref) {
	issuer := id.Issuer
	if issuer.ARN != "" {
		role = roleRef(issuer.ARN, issuer.UserName, issuer.PrincipalID, first(issuer.AccountID, account))
	} else {
		role = roleFromSession(id.ARN, account)
	}
	key, name := id.PrincipalID, sessionName(id.PrincipalID)
	if !strings.Contains(key, ":") {
		// Without a principal id the session ARN is the best name.
		key, name = id.ARN, ShortName(id.ARN)
	}
	if key != "" {
		session = Ref{Type: AwsRoleSession, Key: key, Account: role.Account, Label: name, Alias: id.ARN}
	}
	if role.IsZero() && key != "" {
		// Nothing names the role but its unique id.
		if roleID, _, ok := strings.Cut(id.PrincipalID, ":"); ok && roleID != "" {
			role = Ref{Type: AwsRole, Key: roleID, Account: account, Label: roleID}
			session.Account = account
		}
	}
	return role, session
}

// roleFromSession turns arn:aws:sts::1:assumed-role/Name/session into the
// role's ARN without its path, which the session's ARN does not carry.
func roleFromSession(arn, account string) Ref {
	a, ok := ParseARN(arn)
	if !ok {
		return Ref{}
	}
	rest, ok := strings.CutPrefix(a.Resource, "assumed-role/")
	if !ok {
		return Ref{}
	}
	name, _, _ := strings.Cut(rest, "/")
	if name == "" {
		return Ref{}
	}
	role := "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + name
	return Ref{Type: AwsRole, Key: role, Account: first(a.Account, account), Label: name}
}

// federatedByToken names a GetFederationToken session, which acts with the
// rights of the user or root that issued it.
func federatedByToken(id *Identity, account string) Ref {
	name := sessionName(id.PrincipalID)
	if name == "" {
		name = ShortName(id.ARN)
	}
	if name == "" {
		return Ref{}
	}
	return Ref{Type: FederatedUser, Key: account + ":" + name, Account: account, Label: name, Alias: id.ARN}
}

// federatedByProvider names the caller of AssumeRoleWithSAML or
// AssumeRoleWithWebIdentity. PrincipalID is "<provider>:<audience>:<user>"
// for web identities and "<provider>:<user>" for SAML.
func federatedByProvider(id *Identity, account string) Ref {
	key := id.PrincipalID
	if key == "" && id.UserName != "" {
		key = first(id.IdentityProvider, "unknown") + ":" + id.UserName
	}
	if key == "" {
		return Ref{}
	}
	label := id.UserName
	if label == "" {
		label = key[strings.LastIndexByte(key, ':')+1:]
	}
	return Ref{Type: FederatedUser, Key: key, Account: account, Label: label}
}

func serviceRef(service string) Ref {
	if service == "" {
		service = "unknown.amazonaws.com"
	}
	return Ref{Type: AwsService, Key: service, Label: service}
}

// foreignAccount names a caller from another account, of whom the recipient's
// trail tells no more than the account and a unique id. The anonymous caller
// of a public bucket is one of these.
func foreignAccount(id *Identity, account string) Ref {
	if id.PrincipalID == "ANONYMOUS_PRINCIPAL" || id.AccountID == "anonymous" || id.AccountID == "ANONYMOUS_PRINCIPAL" {
		return Ref{Type: AwsAccount, Key: "ANONYMOUS_PRINCIPAL", Label: "anonymous"}
	}
	if id.InvokedBy != "" && id.AccountID == "" {
		return serviceRef(id.InvokedBy)
	}
	return accountRef(account)
}

// untyped names the caller of a record whose identity has no type or one
// that is not known: service events carry accountId and invokedBy only, a
// failed sign-in may carry a user name.
func untyped(id *Identity, account string) Ref {
	switch {
	case id.InvokedBy != "":
		return serviceRef(id.InvokedBy)
	case strings.Contains(id.ARN, ":user/"):
		return userRef(id.ARN, id.UserName, id.PrincipalID, account)
	case strings.Contains(id.ARN, ":role/"):
		return roleRef(id.ARN, id.UserName, id.PrincipalID, account)
	case strings.HasSuffix(id.ARN, ":root"):
		return rootRef(account)
	default:
		return accountRef(account)
	}
}

func accountRef(account string) Ref {
	if account == "" {
		return Ref{}
	}
	return Ref{Type: AwsAccount, Key: account, Account: account, Label: account}
}

// sessionName returns the part after the colon of "AROA…:name".
func sessionName(principalID string) string {
	_, name, _ := strings.Cut(principalID, ":")
	return name
}

// plainID returns the unique id without a session name.
func plainID(principalID string) string {
	id, _, _ := strings.Cut(principalID, ":")
	return id
}

func accountOf(arn, fallback string) string {
	if a, ok := ParseARN(arn); ok && a.Account != "" {
		return a.Account
	}
	return fallback
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
