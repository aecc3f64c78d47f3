package eksaudit

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// User is who made a request, by the account of the API server's
// authenticator.
type User struct {
	Username string // such as kubernetes-admin, system:node:…, or an ARN
	UID      string // of an IAM identity "aws-iam-authenticator:<account>:<principal id>"
	Groups   []string

	// From user.extra, whose lists have one entry: the IAM identity behind
	// the user, by aws-iam-authenticator.
	ARN          string // as STS GetCallerIdentity has it: an STS ARN for a role
	CanonicalARN string // the IAM ARN; of a role without its path
	AccessKeyID  string
	SessionName  string
	PrincipalID  string // AIDA… or AROA…, without the session

	// From user.extra: where a service account's token was issued to.
	PodName, NodeName string
}

// The prefixes of the names that Kubernetes gives its own users.
const (
	serviceAccountPrefix = "system:serviceaccount:"
	nodePrefix           = "system:node:"
)

// Subject says what u is to Kubernetes: a "ServiceAccount" with its
// "namespace/name", a "Node" with its name, or a "User" with its user name,
// which may be empty.
func Subject(u *User) (kind, name string) {
	if rest, ok := strings.CutPrefix(u.Username, serviceAccountPrefix); ok {
		namespace, account, ok := strings.Cut(rest, ":")
		if ok && namespace != "" && account != "" && !strings.Contains(account, ":") {
			return "ServiceAccount", namespace + "/" + account
		}
	}
	if node, ok := strings.CutPrefix(u.Username, nodePrefix); ok && node != "" {
		return "Node", node
	}
	return "User", u.Username
}

func (p *Parser) user(s *jsonscan.Scanner, u *User) {
	*u = User{Groups: u.Groups[:0]}
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "username":
			u.Username = p.text(s)
		case "uid":
			u.UID = p.text(s)
		case "groups":
			u.Groups = p.texts(s, u.Groups[:0])
		case "extra":
			*u = User{Username: u.Username, UID: u.UID, Groups: u.Groups}
			p.extra(s, u)
		default:
			s.Skip()
		}
	}
}

// extra reads user.extra, a map of lists. Keys without a domain are those of
// EKS and cannot come from elsewhere: other authenticators must give theirs
// a domain.
func (p *Parser) extra(s *jsonscan.Scanner, u *User) {
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch p.scratch = appendKey(p.scratch[:0], s.Name()); string(p.scratch) {
		case "arn":
			u.ARN = p.first(s)
		case "canonicalarn":
			u.CanonicalARN = p.first(s)
		case "accesskeyid":
			u.AccessKeyID = p.first(s)
		case "sessionname":
			u.SessionName = p.first(s)
		case "principalid", "sigsk8sioawsiamauthenticatorprincipalid":
			u.PrincipalID = p.first(s)
		case "authenticationkubernetesiopodname":
			u.PodName = p.first(s)
		case "authenticationkubernetesionodename":
			u.NodeName = p.first(s)
		default:
			s.Skip()
		}
	}
}
