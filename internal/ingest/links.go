package ingest

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var decodeOptions = jsontext.AllowDuplicateNames(true)

// link is a link that an event shows.
type link struct {
	from, to entity.ID
	kind     warehouse.LinkKind
}

// An event has at most maxLinks links; the room for many events' is made at
// once.
const (
	maxLinks   = 4
	linksBlock = 1024
)

// links finds the links that a record shows.
func (r *resolver) links(rec *cloudtrail.Record, c *caller, ev *event) {
	if len(r.room) < maxLinks {
		r.room = make([]link, linksBlock)
	}
	ev.links = r.room[:0:maxLinks]
	r.addLinks(rec, c, ev)
	r.room = r.room[min(len(ev.links), maxLinks):]
}

// addLinks adds the links that a record shows. Attempts that failed make
// none, except that a session always belongs to its role.
func (r *resolver) addLinks(rec *cloudtrail.Record, c *caller, ev *event) {
	if c.session.ID != 0 && c.principal.ID != 0 {
		ev.links = append(ev.links, link{c.session.ID, c.principal.ID, warehouse.SessionOf})
	}
	if ev.Outcome != warehouse.Success {
		return
	}
	switch rec.EventSource {
	case "sts.amazonaws.com":
		switch rec.EventName {
		case "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity":
			r.assumed(rec, c, ev)
		case "GetSessionToken", "GetFederationToken":
			r.issued(rec, c, ev)
		}
	case "iam.amazonaws.com":
		r.created(rec, c, ev)
	case "ec2.amazonaws.com":
		r.networked(rec, first(rec.RecipientAccountID, rec.UserIdentity.AccountID), ev)
	}
}

// credentials are the temporary credentials in a response.
type credentials struct {
	AccessKeyID string `json:"accessKeyId"`
}

// assumed links the caller to the role and to the session that it opened,
// and the session to its access key: the hops of a role chain.
func (r *resolver) assumed(rec *cloudtrail.Record, c *caller, ev *event) {
	var request struct {
		RoleARN string `json:"roleArn"`
	}
	var response struct {
		Credentials     credentials `json:"credentials"`
		AssumedRoleUser struct {
			AssumedRoleID string `json:"assumedRoleId"`
			ARN           string `json:"arn"`
		} `json:"assumedRoleUser"`
	}
	decodePart(rec.RequestParameters, &request)
	decodePart(rec.ResponseElements, &response)
	user := response.AssumedRoleUser
	roleID, name, _ := strings.Cut(user.AssumedRoleID, ":")
	arn, ok := entity.ParseARN(first(request.RoleARN, user.ARN))
	account := c.principal.Account
	if ok {
		account = arn.Account
	}
	if request.RoleARN != "" {
		role := r.entity(entity.Ref{Type: entity.AwsRole, Key: request.RoleARN, Account: account,
			Label: entity.ShortName(request.RoleARN), Alias: roleID})
		ev.links = append(ev.links, link{c.principal.ID, role, warehouse.Assumed})
		if ev.Target == 0 {
			ev.Target = role
		}
	}
	if user.AssumedRoleID == "" {
		return
	}
	session := r.entity(entity.Ref{Type: entity.AwsRoleSession, Key: user.AssumedRoleID, Account: account,
		Label: first(name, entity.ShortName(user.ARN)), Alias: user.ARN})
	ev.links = append(ev.links, link{first(c.session.ID, c.principal.ID), session, warehouse.Opened})
	if key := response.Credentials.AccessKeyID; key != "" {
		ev.links = append(ev.links, link{session, r.key(key, account), warehouse.HoldsKey})
	}
}

// issued links the caller to the temporary key that it got for itself.
func (r *resolver) issued(rec *cloudtrail.Record, c *caller, ev *event) {
	var response struct {
		Credentials credentials `json:"credentials"`
	}
	if decodePart(rec.ResponseElements, &response) && response.Credentials.AccessKeyID != "" {
		key := r.key(response.Credentials.AccessKeyID, c.principal.Account)
		ev.links = append(ev.links, link{first(c.session.ID, c.principal.ID), key, warehouse.HoldsKey})
	}
}

// created links the caller to the user, role or access key that it made.
func (r *resolver) created(rec *cloudtrail.Record, c *caller, ev *event) {
	var response struct {
		User struct {
			ARN      string `json:"arn"`
			UserName string `json:"userName"`
			UserID   string `json:"userId"`
		} `json:"user"`
		Role struct {
			ARN      string `json:"arn"`
			RoleName string `json:"roleName"`
			RoleID   string `json:"roleId"`
		} `json:"role"`
		AccessKey credentials `json:"accessKey"`
	}
	var made entity.ID
	switch rec.EventName {
	case "CreateUser":
		if decodePart(rec.ResponseElements, &response) && response.User.ARN != "" {
			u := response.User
			made = r.made(entity.AwsUser, u.ARN, u.UserName, u.UserID)
		}
	case "CreateRole":
		if decodePart(rec.ResponseElements, &response) && response.Role.ARN != "" {
			role := response.Role
			made = r.made(entity.AwsRole, role.ARN, role.RoleName, role.RoleID)
		}
	case "CreateAccessKey":
		if decodePart(rec.ResponseElements, &response) && response.AccessKey.AccessKeyID != "" {
			made = r.key(response.AccessKey.AccessKeyID, c.principal.Account)
		}
	}
	if made != 0 {
		ev.links = append(ev.links, link{c.principal.ID, made, warehouse.Created})
		if ev.Target == 0 {
			ev.Target = made
		}
	}
}

// made reports the user or role that a call created.
func (r *resolver) made(t entity.Type, arn, name, uniqueID string) entity.ID {
	account := ""
	if a, ok := entity.ParseARN(arn); ok {
		account = a.Account
	}
	return r.entity(entity.Ref{Type: t, Key: arn, Account: account, Label: first(name, entity.ShortName(arn)), Alias: uniqueID})
}

// key reports an access key that a call gave out.
func (r *resolver) key(id, account string) entity.ID {
	return r.entity(entity.Ref{Type: entity.AccessKey, Key: id, Account: account, Label: id})
}

// entity reports an entity that a record names besides its caller. It is
// described as it will be when it calls itself, for a store keeps what it
// hears first.
func (r *resolver) entity(ref entity.Ref) entity.ID {
	e := r.ref(ref)
	r.entities = append(r.entities, e)
	return e.ID
}

// first returns the first of its arguments that is not zero.
func first[T comparable](a, b T) T {
	var zero T
	if a != zero {
		return a
	}
	return b
}
