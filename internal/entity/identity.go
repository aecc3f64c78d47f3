package entity

// Identity holds the fields of a CloudTrail userIdentity that name somebody,
// as the record has them. EKS audit and findings fill the same struct.
type Identity struct {
	Type        string // Root, IAMUser, AssumedRole, …; empty when the record has none
	PrincipalID string
	ARN         string
	AccountID   string
	AccessKeyID string
	UserName    string
	InvokedBy   string

	Issuer           Issuer // sessionContext.sessionIssuer
	MFAAuthenticated string // "true" or "false", a string in the logs
	SourceIdentity   string
	EC2RoleDelivery  string // "1.0" or "2.0" when an instance profile delivered the credentials

	FederatedProvider string // sessionContext.webIdFederationData.federatedProvider
	IdentityProvider  string // of SAMLUser and WebIdentityUser
	OnBehalfOf        string // Identity Center user id
	IdentityStoreARN  string
}

// Issuer is a sessionIssuer: the role or user behind temporary credentials.
type Issuer struct {
	Type, PrincipalID, ARN, AccountID, UserName string
}

// Ref names one entity by type and canonical key.
type Ref struct {
	Type    Type
	Key     string
	Account string // 12 digits where known
	Label   string // what a person calls it: a user or role name, a session name
	Alias   string // a second name that search must find: a principal id (AIDA…, AROA…)
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r.Key == "" }

// Caller says who made a call: the principal that rollups count, and the
// session and key that it used. Fields without a value are zero.
type Caller struct {
	Principal Ref // user, role, root, federated user, service, or the account when nothing better is known
	Session   Ref // role session
	AccessKey Ref
}

// IsService reports whether the caller is an AWS service acting for itself.
// Such calls never enter a person's baseline.
func (c Caller) IsService() bool { return c.Principal.Type == AwsService }
