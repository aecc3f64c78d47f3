package cloudtrail

import (
	"hash/maphash"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// userIdentity reads a userIdentity element into id.
func (f *fields) userIdentity(s *jsonscan.Scanner, id *entity.Identity) {
	*id = entity.Identity{}
	if s.Kind() != jsonscan.Object {
		s.Skip()
		return
	}
	known := f.identities.of(s.Ahead(identityStart))
	if known == nil {
		f.identity(s, id)
		return
	}
	if s.SkipSeen(&known.element) {
		*id = known.identity
		return
	}
	start := s.Pos()
	f.identity(s, id)
	if s.Pos()-start <= maxIdentity && s.Remember(&known.element, start) {
		known.identity = *id
	}
}

// identities keeps the userIdentity elements that were read lately: they are a
// third of a record, and a session's are all the same. Those that begin alike
// share a place, which is the latest one's. The hash is seeded, but to make
// elements collide would only cost the time to read them.
type identities struct {
	seed  maphash.Seed
	known []knownIdentity
}

type knownIdentity struct {
	element  jsonscan.Seen
	identity entity.Identity
}

const (
	identityPlaces = 512
	// identityStart is how much of an element must be there to look it up, in
	// bytes: up to the session's name. Shorter ones are quickly read.
	identityStart = 96
	// maxIdentity is the largest element that is kept, in bytes.
	maxIdentity = 2048
)

// of returns the place of an element by its first bytes, nil for none.
func (t *identities) of(start []byte) *knownIdentity {
	if len(start) < identityStart {
		return nil
	}
	if t.known == nil {
		t.seed = maphash.MakeSeed()
		t.known = make([]knownIdentity, identityPlaces)
	}
	return &t.known[maphash.Bytes(t.seed, start)%identityPlaces]
}

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
