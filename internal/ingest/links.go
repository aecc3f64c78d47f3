package ingest

import (
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

// links adds the links that a record shows. Attempts that failed make none,
// except that a session always belongs to its role.
func (r *resolver) links(rec *cloudtrail.Record, c *caller, ev *event) {
	ev.links = ev.links[:0]
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
	if request.RoleARN != "" {
		role := r.entity(entity.AwsRole, request.RoleARN, entity.ShortName(request.RoleARN), "")
		ev.links = append(ev.links, link{c.principal.ID, role, warehouse.Assumed})
		if ev.Target == 0 {
			ev.Target = role
		}
	}
	user := response.AssumedRoleUser
	if user.AssumedRoleID == "" {
		return
	}
	session := r.entity(entity.AwsRoleSession, user.AssumedRoleID, entity.ShortName(user.ARN), user.ARN)
	ev.links = append(ev.links, link{first(c.session.ID, c.principal.ID), session, warehouse.Opened})
	if key := response.Credentials.AccessKeyID; key != "" {
		ev.links = append(ev.links, link{session, r.entity(entity.AccessKey, key, key, ""), warehouse.HoldsKey})
	}
}

// issued links the caller to the temporary key that it got for itself.
func (r *resolver) issued(rec *cloudtrail.Record, c *caller, ev *event) {
	var response struct {
		Credentials credentials `json:"credentials"`
	}
	if decodePart(rec.ResponseElements, &response) && response.Credentials.AccessKeyID != "" {
		key := response.Credentials.AccessKeyID
		ev.links = append(ev.links, link{first(c.session.ID, c.principal.ID), r.entity(entity.AccessKey, key, key, ""), warehouse.HoldsKey})
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
			made = r.entity(entity.AwsUser, response.User.ARN, response.User.UserName, response.User.UserID)
		}
	case "CreateRole":
		if decodePart(rec.ResponseElements, &response) && response.Role.ARN != "" {
			made = r.entity(entity.AwsRole, response.Role.ARN, response.Role.RoleName, response.Role.RoleID)
		}
	case "CreateAccessKey":
		if decodePart(rec.ResponseElements, &response) && response.AccessKey.AccessKeyID != "" {
			made = r.entity(entity.AccessKey, response.AccessKey.AccessKeyID, response.AccessKey.AccessKeyID, "")
		}
	}
	if made != 0 {
		ev.links = append(ev.links, link{c.principal.ID, made, warehouse.Created})
		if ev.Target == 0 {
			ev.Target = made
		}
	}
}

// entity reports an entity that a record names besides its caller.
func (r *resolver) entity(t entity.Type, key, label, alias string) entity.ID {
	account := ""
	if a, ok := entity.ParseARN(key); ok {
		account = a.Account
	}
	e := r.ref(entity.Ref{Type: t, Key: key, Account: account, Label: label, Alias: alias})
	r.entities = append(r.entities, e)
	return e.ID
}

func first(a, b entity.ID) entity.ID {
	if a != 0 {
		return a
	}
	return b
}
