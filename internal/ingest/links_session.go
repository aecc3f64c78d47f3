package ingest

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// linkCaller finds the links that every call of a caller shows: of which role
// its session is, and who is behind it where the session's name tells.
func (r *resolver) linkCaller(c *caller) {
	end := func(ref entity.Ref) entity.ID {
		e := r.ref(ref)
		if e.ID != 0 {
			c.ends = append(c.ends, e)
		}
		return e.ID
	}
	add := func(from, to entity.ID, kind warehouse.LinkKind) {
		if from != 0 && to != 0 {
			c.links = append(c.links, link{from, to, kind})
		}
	}
	id := &c.key.Identity
	add(c.session.ID, c.principal.ID, warehouse.SessionOf)
	switch name := c.session.Label; {
	case c.session.ID == 0:
	case isInstanceID(name):
		// EC2 gives an instance credentials of its role under the instance's id.
		instance := end(entity.Ref{Type: entity.EC2Instance, Key: name, Account: c.session.Account, Label: name})
		add(instance, c.session.ID, warehouse.ActsAs)
		add(instance, c.principal.ID, warehouse.HasRole)
	case strings.HasPrefix(c.principal.Label, "AWSReservedSSO_"):
		add(end(entity.WorkforceUser(name)), c.session.ID, warehouse.ActsAs)
	}
	if id.Type == "FederatedUser" && c.principal.Type == entity.FederatedUser && id.Issuer.ARN != "" {
		issuer := entity.ResolveCaller(&entity.Identity{Type: id.Issuer.Type, ARN: id.Issuer.ARN, UserName: id.Issuer.UserName,
			PrincipalID: id.Issuer.PrincipalID, AccountID: id.Issuer.AccountID}, c.key.recipient)
		add(end(issuer.Principal), c.principal.ID, warehouse.Opened)
	}
}

// isInstanceID reports whether s has the form of the id of an EC2 instance: i-
// and 8 or 17 hex digits.
func isInstanceID(s string) bool {
	digits, ok := strings.CutPrefix(s, "i-")
	return ok && (len(digits) == 8 || len(digits) == 17) && strings.Trim(digits, "0123456789abcdef") == ""
}

// opener is what opens sessions: the session of a role, or the principal itself.
func (c *caller) opener() entity.ID { return first(c.session.ID, c.principal.ID) }

// credentials are the temporary credentials in a response.
type credentials struct {
	AccessKeyID string `json:"accessKeyId"`
}

// assumedRoleUser is the session in the response to a call that opened it.
type assumedRoleUser struct {
	AssumedRoleID string `json:"assumedRoleId"`
	ARN           string `json:"arn"`
}

// assumed links the caller to the role and to the session that it opened,
// and the session to its access key: the hops of a role chain.
func (r *resolver) assumed(rec *cloudtrail.Record, c *caller, ev *event) {
	var request struct {
		RoleARN string `json:"roleArn"`
	}
	var response struct {
		Credentials     credentials     `json:"credentials"`
		AssumedRoleUser assumedRoleUser `json:"assumedRoleUser"`
	}
	decodePart(rec.RequestParameters, &request)
	decodePart(rec.ResponseElements, &response)
	session := r.opened(ev, c.principal, r.foreign(c), request.RoleARN, response.AssumedRoleUser, response.Credentials)
	r.shared(rec, c, request.RoleARN, session, ev)
}

// foreign is who opened a session. Of a caller from another account the trail
// tells no more than a unique id; that of a role session is the session's key.
func (r *resolver) foreign(c *caller) entity.ID {
	id := &c.key.Identity
	_, name, ok := strings.Cut(id.PrincipalID, ":")
	if id.Type != "AWSAccount" || !ok || !strings.HasPrefix(id.PrincipalID, "AROA") {
		return c.opener()
	}
	return r.entity(entity.Ref{Type: entity.AwsRoleSession, Key: id.PrincipalID, Account: id.AccountID, Label: name})
}

// opened adds the links of a session that was opened and returns it, zero when
// the response does not tell.
func (r *resolver) opened(ev *event, principal warehouse.Entity, opener entity.ID, roleARN string, user assumedRoleUser, k credentials) entity.ID {
	roleID, name, _ := strings.Cut(user.AssumedRoleID, ":")
	arn, ok := entity.ParseARN(first(roleARN, user.ARN))
	account := principal.Account
	if ok {
		account = arn.Account
	}
	if roleARN != "" {
		role := r.entity(entity.Ref{Type: entity.AwsRole, Key: roleARN, Account: account,
			Label: entity.ShortName(roleARN), Alias: roleID})
		ev.links = append(ev.links, link{principal.ID, role, warehouse.Assumed})
		if ev.Target == 0 {
			ev.Target = role
		}
	}
	if user.AssumedRoleID == "" {
		return 0
	}
	session := r.entity(entity.Ref{Type: entity.AwsRoleSession, Key: user.AssumedRoleID, Account: account,
		Label: first(name, entity.ShortName(user.ARN)), Alias: user.ARN})
	ev.links = append(ev.links, link{opener, session, warehouse.Opened})
	if k.AccessKeyID != "" {
		ev.links = append(ev.links, link{session, r.key(k.AccessKeyID, account), warehouse.HoldsKey})
	}
	return session
}

// shared links the caller or the session to the shared event of a role
// assumption between two accounts. The trail of the caller's account tells who
// the caller is, that of the role's account may be the only one that tells the
// session: where both were read, they meet at the shared event. (Roles that a
// service assumes have shared events, too, one a call, and nobody to meet.)
func (r *resolver) shared(rec *cloudtrail.Record, c *caller, role string, session entity.ID, ev *event) {
	if rec.SharedEventID == "" || c.IsService() {
		return
	}
	var seen link
	if c.key.Type == "AWSAccount" {
		seen = link{to: session, kind: warehouse.OpenedIn}
	} else if a, ok := entity.ParseARN(role); ok && a.Account != c.key.recipient {
		seen = link{from: c.opener(), kind: warehouse.CalledIn}
	}
	if seen.from == 0 && seen.to == 0 {
		return
	}
	event := r.entity(entity.Ref{Type: entity.SharedEvent, Key: rec.SharedEventID, Label: rec.SharedEventID})
	if seen.kind == warehouse.OpenedIn {
		seen.from = event
	} else {
		seen.to = event
	}
	ev.links = append(ev.links, seen)
}

// issued links the caller to the temporary key that it got for itself.
func (r *resolver) issued(rec *cloudtrail.Record, c *caller, ev *event) {
	var response struct {
		Credentials credentials `json:"credentials"`
	}
	if decodePart(rec.ResponseElements, &response) && response.Credentials.AccessKeyID != "" {
		key := r.key(response.Credentials.AccessKeyID, c.principal.Account)
		ev.links = append(ev.links, link{c.opener(), key, warehouse.HoldsKey})
	}
}

// federated links the caller to the federated user that it got credentials for,
// and that one to its key.
func (r *resolver) federated(rec *cloudtrail.Record, c *caller, ev *event) {
	var response struct {
		Credentials   credentials `json:"credentials"`
		FederatedUser struct {
			ID  string `json:"federatedUserId"` // "<account>:<name>"
			ARN string `json:"arn"`
		} `json:"federatedUser"`
	}
	decodePart(rec.ResponseElements, &response)
	account, name, ok := strings.Cut(response.FederatedUser.ID, ":")
	if !ok || name == "" {
		r.issued(rec, c, ev)
		return
	}
	user := r.entity(entity.Ref{Type: entity.FederatedUser, Key: account + ":" + name, Account: account, Label: name, Alias: response.FederatedUser.ARN})
	ev.links = append(ev.links, link{c.opener(), user, warehouse.Opened})
	if key := response.Credentials.AccessKeyID; key != "" {
		ev.links = append(ev.links, link{user, r.key(key, account), warehouse.HoldsKey})
	}
}

// assumedRoot links the caller to the root user of a member account whose
// rights it got for a while, and to the key.
func (r *resolver) assumedRoot(rec *cloudtrail.Record, c *caller, ev *event) {
	var request struct {
		Target string `json:"targetPrincipal"` // an account id or the ARN of its root
	}
	decodePart(rec.RequestParameters, &request)
	account := request.Target
	if a, ok := entity.ParseARN(request.Target); ok {
		account = a.Account
	}
	if account != "" {
		root := r.entity(entity.Ref{Type: entity.AwsUser, Key: entity.RootARN(account), Account: account, Label: "root"})
		ev.links = append(ev.links, link{c.principal.ID, root, warehouse.Assumed})
		if ev.Target == 0 {
			ev.Target = root
		}
	}
	r.issued(rec, c, ev)
}

// anywhere links a machine with a certificate to the sessions that IAM Roles
// Anywhere opened for it.
func (r *resolver) anywhere(rec *cloudtrail.Record, account string, c *caller, ev *event) {
	if rec.EventName != "CreateSession" {
		return
	}
	var request struct {
		RoleARN string `json:"roleArn"`
	}
	var response struct {
		SubjectARN    string `json:"subjectArn"`
		CredentialSet []struct {
			AssumedRoleUser assumedRoleUser `json:"assumedRoleUser"`
			Credentials     credentials     `json:"credentials"`
			RoleARN         string          `json:"roleArn"`
		} `json:"credentialSet"`
	}
	decodePart(rec.RequestParameters, &request)
	decodePart(rec.ResponseElements, &response)
	subject := c.principal
	if response.SubjectARN != "" {
		subject = r.ref(entity.Ref{Type: entity.FederatedUser, Key: response.SubjectARN, Account: account, Label: entity.ShortName(response.SubjectARN)})
		r.entities = append(r.entities, subject)
	}
	if len(response.CredentialSet) == 0 {
		r.opened(ev, subject, subject.ID, request.RoleARN, assumedRoleUser{}, credentials{})
	}
	for _, s := range response.CredentialSet {
		r.opened(ev, subject, subject.ID, first(s.RoleARN, request.RoleARN), s.AssumedRoleUser, s.Credentials)
	}
}

// switched links who switched to a role in the console to the role and to the
// session. The record is the session's; it names the user by ARN. A session
// that switches on is named by an ARN that tells its role and not itself.
func (r *resolver) switched(rec *cloudtrail.Record, c *caller, ev *event) {
	if rec.EventName != "SwitchRole" || c.session.ID == 0 {
		return
	}
	var more struct{ SwitchFrom string }
	decodePart(rec.AdditionalEventData, &more)
	a, ok := entity.ParseARN(more.SwitchFrom)
	if !ok {
		return
	}
	var kind string
	switch {
	case a.Resource == "root":
		kind = "Root"
	case strings.HasPrefix(a.Resource, "user/"):
		kind = "IAMUser"
	case strings.HasPrefix(a.Resource, "assumed-role/"):
		kind = "AssumedRole"
	default:
		return
	}
	before := entity.ResolveCaller(&entity.Identity{Type: kind, ARN: more.SwitchFrom, AccountID: a.Account}, a.Account)
	from := r.entity(before.Principal)
	ev.links = append(ev.links, link{from, c.principal.ID, warehouse.Assumed}, link{from, c.session.ID, warehouse.Opened})
}
