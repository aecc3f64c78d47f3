package investigate

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// The entity types of the API's investigations.
const (
	IAMUser = "IAM_USER" // root users too
	IAMRole = "IAM_ROLE"
)

// ErrUnknownEntity is returned for an entity that the graph does not hold.
var ErrUnknownEntity = errors.New("the behavior graph does not hold this entity")

// UnsupportedEntityError is returned for something that cannot be
// investigated.
type UnsupportedEntityError struct{ Entity string }

func (e *UnsupportedEntityError) Error() string {
	return fmt.Sprintf("%q cannot be investigated: name an IAM user (arn:aws:iam::123456789012:user/name), an IAM role "+
		"(…:role/name, with its path), the root user (…:root), a role session (arn:aws:sts::…:assumed-role/role/session) "+
		"or an access key id", e.Entity)
}

// principal is who an investigation is about.
type principal struct {
	ID      entity.ID
	ARN     string
	Account string // 12 digits, as the ARN has it
	Label   string // user or role name, "root"
	Kind    string // IAMUser or IAMRole
	Notices []string
}

// accessKeyID matches long-term and temporary keys (IAM user guide,
// reference_identifiers: unique id prefixes).
var accessKeyID = regexp.MustCompile(`^(AKIA|ASIA)[A-Z0-9]{12,124}$`)

// resolve finds the user or role that text names in the graph.
func resolve(ctx context.Context, store Store, text string) (principal, error) {
	if accessKeyID.MatchString(text) {
		return resolveKey(ctx, store, text)
	}
	var candidates []principal
	a, ok := entity.ParseARN(text)
	switch {
	case !ok || a.Account == "":
		return principal{}, &UnsupportedEntityError{text}
	case a.Service == "iam":
		p, ok := iamPrincipal(store.Hasher(), text, a)
		if !ok {
			return principal{}, &UnsupportedEntityError{text}
		}
		candidates = []principal{p}
	case a.Service == "sts":
		candidates = sessionRoles(store.Hasher(), text, a)
		if candidates == nil {
			return principal{}, &UnsupportedEntityError{text}
		}
	default:
		return principal{}, &UnsupportedEntityError{text}
	}
	ids := make([]entity.ID, len(candidates))
	for i, c := range candidates {
		ids[i] = c.ID
	}
	known, err := store.Entities(ctx, ids)
	if err != nil {
		return principal{}, fmt.Errorf("look up %s: %w", text, err)
	}
	for _, c := range candidates {
		if _, ok := known[c.ID]; ok {
			return c, nil
		}
	}
	if a.Service == "sts" {
		return principal{}, fmt.Errorf("role of session %s: %w; a session's ARN lacks the role's path, name the role's IAM ARN",
			text, ErrUnknownEntity)
	}
	return principal{}, fmt.Errorf("%s: %w", text, ErrUnknownEntity)
}

// iamPrincipal names the user, role or root of an IAM ARN.
func iamPrincipal(h entity.Hasher, arn string, a entity.ARN) (principal, bool) {
	p := principal{ARN: arn, Account: a.Account, Label: entity.ShortName(arn), Kind: IAMUser}
	kind, name, _ := strings.Cut(a.Resource, "/")
	switch {
	case a.Resource == "root":
		p.ID, p.Label = h.ID(entity.AwsUser, entity.RootARN(a.Account)), "root"
	case kind == "user" && name != "":
		p.ID = h.ID(entity.AwsUser, arn)
	case kind == "role" && name != "":
		p.ID, p.Kind = h.ID(entity.AwsRole, arn), IAMRole
	default:
		return principal{}, false
	}
	return p, true
}

// rolePaths are tried for a role session, whose ARN lacks the role's path:
// none, and those that AWS itself gives to roles made in the console and by
// Identity Center.
var rolePaths = []string{"", "service-role/", "aws-reserved/sso.amazonaws.com/"}

// sessionRoles returns the roles that a session's ARN may stand for.
func sessionRoles(h entity.Hasher, arn string, a entity.ARN) []principal {
	rest, ok := strings.CutPrefix(a.Resource, "assumed-role/")
	name, session, _ := strings.Cut(rest, "/")
	if !ok || name == "" || session == "" {
		return nil
	}
	var out []principal
	for _, path := range rolePaths {
		role := "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + path + name
		out = append(out, principal{ID: h.ID(entity.AwsRole, role), ARN: role, Account: a.Account,
			Label: name, Kind: IAMRole, Notices: []string{
				fmt.Sprintf("%s is a session of %s: the report covers all sessions of the role.", arn, role)}})
	}
	return out
}

// resolveKey finds the user or role that holds an access key. A temporary
// key belongs to a role session, that to a role.
func resolveKey(ctx context.Context, store Store, key string) (principal, error) {
	st, err := store.Status(ctx)
	if err != nil {
		return principal{}, fmt.Errorf("look up access key %s: %w", key, err)
	}
	h := store.Hasher()
	all := warehouse.RangeOf(st.First, st.Last.Add(time.Hour))
	at := []entity.ID{h.ID(entity.AccessKey, key)}
	// Key ← session ← … → role takes two steps; a third is never needed.
	for range 3 {
		next, err := holders(ctx, store, at, all)
		if err != nil {
			return principal{}, fmt.Errorf("look up access key %s: %w", key, err)
		}
		known, err := store.Entities(ctx, next)
		if err != nil {
			return principal{}, fmt.Errorf("look up access key %s: %w", key, err)
		}
		for _, id := range next {
			e := known[id]
			if e.Type != entity.AwsUser && e.Type != entity.AwsRole {
				continue
			}
			if a, ok := entity.ParseARN(e.Key); ok {
				if p, ok := iamPrincipal(h, e.Key, a); ok {
					p.Notices = []string{keyNotice(key, p.ARN)}
					return p, nil
				}
			}
		}
		at = next
	}
	// Nothing tells who was given a long-term key; who used it, its events do.
	return keyUser(ctx, store, key)
}

// keyUser finds the user or role that made the first call with an access key.
func keyUser(ctx context.Context, store Store, key string) (principal, error) {
	h := store.Hasher()
	used, err := store.Events(ctx, warehouse.EventQuery{AccessKey: h.ID(entity.AccessKey, key), Limit: 1, NoRaw: true})
	if err != nil {
		return principal{}, fmt.Errorf("look up access key %s: %w", key, err)
	}
	if len(used) == 0 {
		return principal{}, fmt.Errorf("access key %s: %w", key, ErrUnknownEntity)
	}
	id := used[0].Principal
	known, err := store.Entities(ctx, []entity.ID{id})
	if err != nil {
		return principal{}, fmt.Errorf("look up access key %s: %w", key, err)
	}
	if a, ok := entity.ParseARN(known[id].Key); ok {
		if p, ok := iamPrincipal(h, known[id].Key, a); ok {
			p.Notices = []string{keyNotice(key, p.ARN)}
			return p, nil
		}
	}
	return principal{}, fmt.Errorf("access key %s belongs to no IAM user or role: %w", key, ErrUnknownEntity)
}

func keyNotice(key, arn string) string {
	return fmt.Sprintf("%s belongs to %s: the report covers all of its keys.", key, arn)
}

// holders returns who holds the keys among ids, and the roles of the
// sessions among them, in the order of the links.
func holders(ctx context.Context, store Store, ids []entity.ID, r warehouse.Range) ([]entity.ID, error) {
	links, err := store.Links(ctx, ids, r)
	if err != nil {
		return nil, err
	}
	var out []entity.ID
	for _, l := range links {
		switch {
		case l.Kind == warehouse.HoldsKey && slices.Contains(ids, l.To):
			out = append(out, l.From)
		case l.Kind == warehouse.SessionOf && slices.Contains(ids, l.From):
			out = append(out, l.To)
		}
	}
	return out, nil
}
