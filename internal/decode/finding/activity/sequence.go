package activity

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Sequence reads a sequence element of the attack sequence self: its actors
// and endpoints, the findings among its signals and the calls among its
// indicators. part is that of the finding's resources.
func (r Reader) Sequence(v field.Value, self entity.Ref, part finding.Role) {
	for actor := range v.Get("actors").Elements() {
		r.actor(actor)
	}
	for e := range v.Get("endpoints").Elements() {
		d := finding.ParseDirection(e.Get("connection", "direction").Text())
		r.B.Remote(e.Get("ip").Text(), d, false, part)
		r.B.Domain(e.Get("domain").Text())
	}
	for signal := range v.Get("signals").Elements() {
		for _, name := range []string{"uid", "id"} { // GuardDuty's name, ASFF's name
			ref := finding.RefOfARN(signal.Get(name).Text())
			if ref.Type == entity.Finding && ref.Key != self.Key {
				r.B.Resource(ref, finding.Involved)
				r.B.Link(ref, self, finding.SignalOf)
			}
		}
		r.indicators(signal.Get("signalIndicators"))
	}
	r.indicators(v.Get("sequenceIndicators"))
}

// actor reads an actor. The principal is named as in CloudTrail, but the
// session's name may be in an element of its own.
func (r Reader) actor(v field.Value) {
	user, session := v.Get("user"), v.Get("session")
	c := finding.Credentials{
		AccessKeyID: user.Get("credentialUid").Text(),
		PrincipalID: user.Get("uid").Text(),
		UserName:    user.Get("name").Text(),
		UserType:    user.Get("type").Text(),
		Account:     r.Account,
		Partition:   r.Partition,
	}
	if id := user.Get("account", "uid").Text(); entity.IsAccountID(id) {
		c.Account = id
	}
	c.Issuer.ARN = session.Get("issuer").Text()
	if id := session.Get("uid").Text(); strings.HasPrefix(id, "AROA") && strings.Contains(id, ":") {
		c.PrincipalID = id
	} else if id != "" && strings.HasPrefix(c.PrincipalID, "AROA") && !strings.ContainsAny(c.PrincipalID+id, ":/") {
		c.PrincipalID += ":" + id
	}
	r.B.Credentials(c, finding.Actor)
}

// indicators reads the API calls among indicators: "<service>:<API>", where
// service is an event source or its first part.
func (r Reader) indicators(v field.Value) {
	for indicator := range v.Elements() {
		if !strings.Contains(indicator.Get("key").Text(), "API") {
			continue
		}
		for _, text := range indicator.Get("values").Texts() {
			service, name, ok := strings.Cut(text, ":")
			if !ok || service == "" {
				continue
			}
			if !strings.Contains(service, ".") {
				service += ".amazonaws.com" // true of nearly every event source
			}
			r.B.Call(service, name)
		}
	}
}
