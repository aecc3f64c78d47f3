package cloudtrail

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// identity reads a userIdentity element into id, which is zero. Its members:
// AWS CloudTrail user guide, cloudtrail-event-reference-user-identity.
func (f *fields) identity(s *jsonscan.Scanner, id *entity.Identity) {
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "type":
			id.Type = f.text(s)
		case "principalId":
			id.PrincipalID = f.text(s)
		case "arn":
			id.ARN = f.text(s)
		case "accountId":
			id.AccountID = f.text(s)
		case "accessKeyId":
			id.AccessKeyID = f.text(s)
		case "userName":
			id.UserName = f.text(s)
		case "invokedBy":
			id.InvokedBy = f.text(s)
		case "identityProvider":
			id.IdentityProvider = f.text(s)
		case "sessionContext":
			id.Issuer, id.MFAAuthenticated, id.SourceIdentity = entity.Issuer{}, "", ""
			id.EC2RoleDelivery, id.FederatedProvider = "", ""
			f.sessionContext(s, id)
		case "onBehalfOf":
			id.OnBehalfOf, id.IdentityStoreARN = "", ""
			f.onBehalfOf(s, id)
		default:
			s.Skip()
		}
	}
}

func (f *fields) sessionContext(s *jsonscan.Scanner, id *entity.Identity) {
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "sessionIssuer":
			id.Issuer = entity.Issuer{}
			f.issuer(s, &id.Issuer)
		case "attributes":
			id.MFAAuthenticated = ""
			if !enter(s) {
				continue
			}
			for s.NextMember() {
				if string(s.Name()) == "mfaAuthenticated" {
					id.MFAAuthenticated = f.text(s)
				} else {
					s.Skip()
				}
			}
		case "webIdFederationData":
			id.FederatedProvider = ""
			if !enter(s) {
				continue
			}
			for s.NextMember() {
				if string(s.Name()) == "federatedProvider" {
					id.FederatedProvider = f.text(s)
				} else {
					s.Skip()
				}
			}
		case "sourceIdentity":
			id.SourceIdentity = f.text(s)
		case "ec2RoleDelivery":
			id.EC2RoleDelivery = f.text(s)
		default:
			s.Skip()
		}
	}
}

func (f *fields) issuer(s *jsonscan.Scanner, is *entity.Issuer) {
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "type":
			is.Type = f.text(s)
		case "principalId":
			is.PrincipalID = f.text(s)
		case "arn":
			is.ARN = f.text(s)
		case "accountId":
			is.AccountID = f.text(s)
		case "userName":
			is.UserName = f.text(s)
		default:
			s.Skip()
		}
	}
}

func (f *fields) onBehalfOf(s *jsonscan.Scanner, id *entity.Identity) {
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "userId":
			id.OnBehalfOf = f.text(s)
		case "identityStoreArn":
			id.IdentityStoreARN = f.text(s)
		default:
			s.Skip()
		}
	}
}
