package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// attaches are IAM's calls by which somebody gets more rights or another way
// in.
var attaches = map[string]bool{
	"AttachUserPolicy": true, "PutUserPolicy": true, "AddUserToGroup": true,
	"CreateLoginProfile": true, "UpdateLoginProfile": true, "DeleteUserPermissionsBoundary": true,
	"AttachRolePolicy": true, "PutRolePolicy": true, "UpdateAssumeRolePolicy": true, "DeleteRolePermissionsBoundary": true,
}

// administered notes the user or role that a call to IAM is about as its
// target, whether the call succeeded or not. The request names it without its
// path, so that only its name is known, see entity.NameOf.
func (r *resolver) administered(rec *cloudtrail.Record, account string, c *caller, ev *event) {
	var request struct {
		UserName string `json:"userName"`
		RoleName string `json:"roleName"`
		Profile  string `json:"instanceProfileName"`
	}
	if !decodePart(rec.RequestParameters, &request) {
		return
	}
	var target entity.ID
	switch {
	case request.RoleName != "":
		target = r.iamName(entity.NamedRole, account, request.RoleName)
	case request.UserName != "":
		target = r.iamName(entity.NamedUser, account, request.UserName)
	}
	if target == 0 {
		return
	}
	ev.Target = first(ev.Target, target)
	if ev.Outcome != warehouse.Success {
		return
	}
	if attaches[rec.EventName] {
		ev.links = append(ev.links, link{c.principal.ID, target, warehouse.Attached})
	}
	if rec.EventName == "AddRoleToInstanceProfile" && request.RoleName != "" {
		if profile := r.iamName(entity.NamedInstanceProfile, account, request.Profile); profile != 0 {
			ev.links = append(ev.links, link{profile, target, warehouse.HasRole})
		}
	}
}

// iamName reports the name of a user, role or instance profile; zero for none.
func (r *resolver) iamName(kind, account, name string) entity.ID {
	ref := entity.NameOf(kind, account, name)
	if ref.IsZero() {
		return 0
	}
	return r.entity(ref)
}

// created links the caller to the user, role or access key that it made, and
// the key to its user.
func (r *resolver) created(rec *cloudtrail.Record, account string, c *caller, ev *event) {
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
		AccessKey struct {
			credentials
			UserName string `json:"userName"`
		} `json:"accessKey"`
	}
	var made entity.ID
	switch rec.EventName {
	case "CreateUser":
		if decodePart(rec.ResponseElements, &response) && response.User.ARN != "" {
			u := response.User
			made = r.principal(entity.AwsUser, u.ARN, u.UserName, u.UserID)
		}
	case "CreateRole":
		if decodePart(rec.ResponseElements, &response) && response.Role.ARN != "" {
			role := response.Role
			made = r.principal(entity.AwsRole, role.ARN, role.RoleName, role.RoleID)
		}
	case "CreateAccessKey":
		if decodePart(rec.ResponseElements, &response) && response.AccessKey.AccessKeyID != "" {
			made = r.key(response.AccessKey.AccessKeyID, c.principal.Account)
			if user := r.iamName(entity.NamedUser, account, response.AccessKey.UserName); user != 0 {
				ev.links = append(ev.links, link{user, made, warehouse.HoldsKey})
			}
		}
	}
	if made != 0 {
		ev.links = append(ev.links, link{c.principal.ID, made, warehouse.Created})
		// Who was made is known better than by the name in the request.
		ev.Target = made
	}
}

// principal reports the user or role that a call created.
func (r *resolver) principal(t entity.Type, arn, name, uniqueID string) entity.ID {
	account := ""
	if a, ok := entity.ParseARN(arn); ok {
		account = a.Account
	}
	return r.entity(entity.Ref{Type: t, Key: arn, Account: account, Label: first(name, entity.ShortName(arn)), Alias: uniqueID})
}
