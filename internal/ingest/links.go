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
	ev.links = append(ev.links, c.links...)
	account := first(rec.RecipientAccountID, rec.UserIdentity.AccountID)
	if rec.EventSource == "iam.amazonaws.com" {
		r.administered(rec, account, c, ev)
	}
	if ev.Outcome != warehouse.Success {
		return
	}
	switch rec.EventSource {
	case "sts.amazonaws.com":
		switch rec.EventName {
		case "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity":
			r.assumed(rec, c, ev)
		case "GetSessionToken":
			r.issued(rec, c, ev)
		case "GetFederationToken":
			r.federated(rec, c, ev)
		case "AssumeRoot":
			r.assumedRoot(rec, c, ev)
		}
	case "rolesanywhere.amazonaws.com":
		r.anywhere(rec, account, c, ev)
	case "signin.amazonaws.com":
		r.switched(rec, c, ev)
	case "iam.amazonaws.com":
		r.created(rec, account, c, ev)
	default:
		if rec.EventSource == "ec2.amazonaws.com" {
			r.networked(rec, account, c, ev)
		}
		r.made(rec, account, c, ev)
		r.passed(rec, c, ev)
	}
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
