package simulate

import "strings"

// Kinds of principal, as the manifest names them.
const (
	kindDeveloper = "iam-developer"
	kindIAMAdmin  = "iam-admin"
	kindSSORole   = "sso-role"
	kindCI        = "ci-role"
	kindDeploy    = "deploy-role"
	kindAdminRole = "admin-role"
	kindFunction  = "lambda-role"
	kindNode      = "node-role"
	kindService   = "service-linked-role"
	kindVendor    = "vendor-role"
	kindRoot      = "root"
	kindIntruder  = "attacker-made-user"
)

// principal is an IAM user, an IAM role or an account's root user.
type principal struct {
	kind    string
	account *account
	arn     string // IAM ARN, with the path
	name    string // without the path
	path    string // "" or "a/b/"
	id      string // AIDA…, AROA…; the account id for root
	events  int    // distinct events made, for the manifest
}

func newUser(kind string, a *account, name string, seed uint64) *principal {
	return &principal{kind: kind, account: a, name: name,
		arn: "arn:aws:iam::" + a.id + ":user/" + name,
		id:  principalID("AIDA", derive(seed, "user "+a.id+name))}
}

func newRole(kind string, a *account, path, name string, seed uint64) *principal {
	return &principal{kind: kind, account: a, name: name, path: path,
		arn: "arn:aws:iam::" + a.id + ":role/" + path + name,
		id:  principalID("AROA", derive(seed, "role "+a.id+path+name))}
}

func newRoot(a *account) *principal {
	return &principal{kind: kindRoot, account: a, arn: "arn:aws:iam::" + a.id + ":root", name: "root", id: a.id}
}

// session is a set of credentials in use: what a record's userIdentity says.
type session struct {
	identity  []byte // JSON object
	principal *principal
	arn       string // of the caller: the user's, or the role session's
	callerID  string
	account   *account // of the credentials; nil for AWS services and strangers
	keyID     string
	until     int64 // Unix seconds; 0 = does not expire
	console   bool  // a console's credentials
}

// appendISO formats Unix seconds as CloudTrail's eventTime.
func appendISO(b []byte, unix int64) []byte { return appendTime(b, unix, "2006-01-02T15:04:05Z") }

// keySession is a user working with a long-term key.
func keySession(p *principal, key string) *session {
	return &session{
		identity: []byte(`{"type":"IAMUser","principalId":"` + p.id + `","arn":"` + p.arn + `","accountId":"` + p.account.id +
			`","accessKeyId":"` + key + `","userName":"` + p.name + `"}`),
		principal: p, arn: p.arn, callerID: p.id, account: p.account, keyID: key,
	}
}

// userConsole is a user, or root, signed in to the console.
func userConsole(p *principal, key string, start, until int64, mfa bool) *session {
	b := []byte(`{"type":"IAMUser","principalId":"`)
	if p.kind == kindRoot {
		b = []byte(`{"type":"Root","principalId":"`)
	}
	b = append(b, p.id+`","arn":"`+p.arn+`","accountId":"`+p.account.id+`","accessKeyId":"`+key+`"`...)
	if p.kind != kindRoot {
		b = append(b, `,"userName":"`+p.name+`"`...)
	}
	b = append(b, `,"sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"`...)
	b = append(appendISO(b, start), `","mfaAuthenticated":"`+trueFalse(mfa)+`"}}}`...)
	return &session{identity: b, principal: p, arn: p.arn, callerID: p.id, account: p.account, keyID: key, until: until, console: true}
}

// roleExtras are the parts of a role session's identity that depend on how
// it began.
type roleExtras struct {
	mfa        bool
	webID      bool // began with a web identity
	ec2        bool // credentials delivered to an instance
	invokedBy  string
	fromPortal bool // console credentials
}

func roleSession(role *principal, name, key string, start, until int64, x roleExtras) *session {
	arn := "arn:aws:sts::" + role.account.id + ":assumed-role/" + role.name + "/" + name
	b := []byte(`{"type":"AssumedRole","principalId":"` + role.id + ":" + name + `","arn":"` + arn + `","accountId":"` + role.account.id +
		`","accessKeyId":"` + key + `","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"` + role.id + `","arn":"` + role.arn +
		`","accountId":"` + role.account.id + `","userName":"` + role.name + `"},`)
	if x.webID {
		provider := "arn:aws:iam::" + role.account.id + ":oidc-provider/token.actions.githubusercontent.com"
		b = append(b, `"webIdFederationData":{"federatedProvider":"`+provider+`","attributes":{}},`...)
	} else {
		b = append(b, `"webIdFederationData":{},`...)
	}
	b = append(b, `"attributes":{"creationDate":"`...)
	b = append(appendISO(b, start), `","mfaAuthenticated":"`+trueFalse(x.mfa)+`"}`...)
	if x.ec2 {
		b = append(b, `,"ec2RoleDelivery":"2.0"`...)
	}
	b = append(b, '}')
	if x.invokedBy != "" {
		b = append(b, `,"invokedBy":"`+x.invokedBy+`"`...)
	}
	b = append(b, '}')
	return &session{identity: b, principal: role, arn: arn, callerID: role.id + ":" + name, account: role.account,
		keyID: key, until: until, console: x.fromPortal}
}

// loginIdentity is s's identity as a ConsoleLogin shows it: before there
// are keys.
func loginIdentity(s *session) []byte {
	p := s.principal
	switch p.kind {
	case kindRoot:
		return []byte(`{"type":"Root","principalId":"` + p.id + `","arn":"` + p.arn + `","accountId":"` + p.account.id + `","accessKeyId":""}`)
	case kindDeveloper, kindIAMAdmin, kindIntruder:
		return []byte(`{"type":"IAMUser","principalId":"` + p.id + `","arn":"` + p.arn + `","accountId":"` + p.account.id + `","userName":"` + p.name + `"}`)
	default:
		return s.identity
	}
}

// serviceSession is an AWS service acting for itself.
func serviceSession(service string) *session {
	return &session{identity: []byte(`{"type":"AWSService","invokedBy":"` + service + `"}`), arn: service, callerID: service}
}

// foreignSession is how a trail shows a caller from another account.
func foreignSession(accountID, callerID string) *session {
	return &session{identity: []byte(`{"type":"AWSAccount","principalId":"` + callerID + `","accountId":"` + accountID + `"}`), arn: callerID, callerID: callerID}
}

func trueFalse(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// lastPart returns what follows the last slash.
func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
