package finding

import (
	"net/netip"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// MaxFacts is how many resources, links, remotes, calls and domains, each, a
// finding may have. AWS's own name a few dozen at most; the bound is a guess
// that keeps a record of 16 MiB from becoming a hundred times that in memory.
const MaxFacts = 10_000

// Builder collects what a finding names, each thing once. Its methods ignore
// what is empty, so that callers need not look first. The zero value is ready
// for Reset. A Builder is not safe for concurrent use.
type Builder struct {
	f         *Finding
	resources map[entityKey]int // index in f.Resources
	links     map[linkKey]bool
	remotes   map[Remote]bool
	addresses map[netip.Addr]bool // of remotes
	calls     map[Call]bool
	domains   map[string]bool
	roles     map[string]entity.Ref // by unique id, those whose ARN was told
}

type entityKey struct {
	typ entity.Type
	key string
}

type linkKey struct {
	from, to entityKey
	kind     LinkKind
}

func keyOf(r entity.Ref) entityKey { return entityKey{r.Type, r.Key} }

// Reset makes b collect into f, which it does not own.
func (b *Builder) Reset(f *Finding) {
	// Made anew: clearing a map costs as much as the largest it ever was.
	*b = Builder{f: f, resources: map[entityKey]int{}, links: map[linkKey]bool{},
		remotes: map[Remote]bool{}, addresses: map[netip.Addr]bool{}, calls: map[Call]bool{}, domains: map[string]bool{}, roles: map[string]entity.Ref{}}
}

// Resource adds an entity in a role and returns it. Of an entity that is
// there already the stronger role counts, and what was not known of it.
func (b *Builder) Resource(r entity.Ref, role Role) entity.Ref {
	if r.IsZero() {
		return r
	}
	r.Account = accountID(r.Account)
	i, ok := b.resources[keyOf(r)]
	if !ok {
		if len(b.f.Resources) == MaxFacts {
			b.f.Dropped++
			return r
		}
		b.resources[keyOf(r)] = len(b.f.Resources)
		b.f.Resources = append(b.f.Resources, Resource{Ref: r, Role: role})
		return r
	}
	have := &b.f.Resources[i]
	have.Role = max(have.Role, role)
	have.Ref.Account = first(have.Ref.Account, r.Account)
	have.Ref.Label = first(have.Ref.Label, r.Label)
	have.Ref.Alias = first(have.Ref.Alias, r.Alias)
	return have.Ref
}

// Link adds a link between two entities.
func (b *Builder) Link(from, to entity.Ref, kind LinkKind) {
	k := linkKey{keyOf(from), keyOf(to), kind}
	if from.IsZero() || to.IsZero() || b.links[k] {
		return
	}
	if len(b.f.Links) == MaxFacts {
		b.f.Dropped++
		return
	}
	b.links[k] = true
	from.Account, to.Account = accountID(from.Account), accountID(to.Account)
	b.f.Links = append(b.f.Links, Link{From: from, To: to, Kind: kind})
}

// Remote adds the address at the other end of the activity, as a resource
// too, in the part that resource, what it was about, leaves to it. What is no
// address is ignored, and so is one of unknown direction whose direction was
// told before.
func (b *Builder) Remote(text string, d Direction, blocked bool, resource Role) {
	a := entity.ParseAddress(text)
	if !a.Class.IsIP() {
		return
	}
	b.Resource(addressRef(a), d.RemoteRole(resource))
	r := Remote{Addr: a.IP, Direction: d, Blocked: blocked}
	if b.remotes[r] || d == UnknownDirection && b.addresses[a.IP] {
		return
	}
	if len(b.f.Remotes) == MaxFacts {
		b.f.Dropped++
		return
	}
	b.remotes[r], b.addresses[a.IP] = true, true
	b.f.Remotes = append(b.f.Remotes, r)
}

// Local adds an address at this end: a resource if it is public.
func (b *Builder) Local(text string) {
	if a := entity.ParseAddress(text); a.Class == entity.PublicAddress {
		b.Resource(addressRef(a), Involved)
	}
}

// Call adds an API call.
func (b *Builder) Call(service, name string) {
	c := Call{service, name}
	if name == "" || b.calls[c] {
		return
	}
	if len(b.f.Calls) == MaxFacts {
		b.f.Dropped++
		return
	}
	b.calls[c] = true
	b.f.Calls = append(b.f.Calls, c)
}

// Domain adds a DNS name.
func (b *Builder) Domain(name string) {
	if name == "" || b.domains[name] {
		return
	}
	if len(b.f.Domains) == MaxFacts {
		b.f.Dropped++
		return
	}
	b.domains[name] = true
	b.f.Domains = append(b.f.Domains, name)
}

func addressRef(a entity.Address) entity.Ref {
	return entity.Ref{Type: entity.IPAddress, Key: a.Key, Label: a.Key}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
