package asff

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// principal adds a user or role by its ARN or, where the id is none, by its
// name and path. uniqueID is AIDA… or AROA….
func (p *Parser) principal(id, kind, name, path, uniqueID string, role finding.Role) entity.Ref {
	ref := finding.RefOfARN(id)
	if ref.IsZero() && name != "" && p.f.AccountID != "" {
		ref = finding.RefOfARN("arn:" + p.partition + ":iam::" + p.f.AccountID + ":" + kind + "/" +
			strings.TrimPrefix(path, "/") + name)
	}
	if ref.Alias == "" && !strings.Contains(uniqueID, ":") {
		ref.Alias = uniqueID
	}
	return p.b.Resource(ref, role)
}

// instanceProfiles remembers the instance profiles that a role is in.
func (p *Parser) instanceProfiles(details field.Value, role entity.Ref) {
	if role.Type != entity.AwsRole {
		return
	}
	for profile := range details.Get("instanceProfileList").Elements() {
		if arn := profile.Get("arn").Text(); arn != "" {
			if p.profiles == nil {
				p.profiles = map[string]entity.Ref{}
			}
			p.profiles[arn] = role
		}
	}
}

// credentialsRole is the role of credentials to which the finding gives none:
// whoever holds them makes the calls that are made with them.
func (p *Parser) credentialsRole() finding.Role {
	if p.call {
		return finding.Actor
	}
	return p.part
}

// accessKey adds an access key and whose it is. The id is that of the key,
// also as "AWS::IAM::AccessKey:<key>", or an ARN that ends with it.
func (p *Parser) accessKey(id string, details field.Value, role finding.Role) entity.Ref {
	issuer := details.Get("sessionContext", "sessionIssuer")
	c := finding.Credentials{
		AccessKeyID: first(details.Get("accessKeyId").Text(), finding.IDOf(id, "")),
		PrincipalID: details.Get("principalId").Text(),
		UserName:    first(details.Get("principalName").Text(), details.Get("userName").Text(), issuer.Get("userName").Text()),
		UserType:    details.Get("principalType").Text(),
		Account:     p.f.AccountID,
		Partition:   p.partition,
		Issuer: entity.Issuer{Type: issuer.Get("type").Text(), PrincipalID: issuer.Get("principalId").Text(),
			ARN: issuer.Get("arn").Text(), AccountID: issuer.Get("accountId").Text(), UserName: issuer.Get("userName").Text()},
	}
	if account := details.Get("accountId").Text(); entity.IsAccountID(account) {
		c.Account = account
	}
	if c.UserType == "" && c.PrincipalID == "" && details.Get("userName").Text() != "" {
		c.UserType = "IAMUser"
	}
	return p.b.Credentials(c, role).AccessKey
}
