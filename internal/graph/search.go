package graph

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Searcher is what searches are made with; every warehouse.Store is one.
type Searcher interface {
	Search(ctx context.Context, q warehouse.EntitySearch) ([]warehouse.Entity, error)
}

// searchable are the types that have a profile.
var searchable = func() (types []entity.Type) {
	for t := entity.AwsAccount; t <= entity.AwsService; t++ {
		types = append(types, t)
	}
	return types
}()

// Search finds entities by what somebody types, of whatever type they are: a
// name, an ARN, an id or a part of one, an address in any notation, or a block
// of addresses (CIDR). The best come first, see [warehouse.Store]. types narrows
// the search; none means all that have a profile. A limit of 0 means
// [warehouse.DefaultEntities].
func Search(ctx context.Context, store Searcher, text string, types []entity.Type, limit int) ([]warehouse.Entity, error) {
	if limit <= 0 {
		limit = warehouse.DefaultEntities
	}
	if len(types) == 0 {
		types = searchable
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if block, err := netip.ParsePrefix(text); err == nil {
		return searchBlock(ctx, store, block.Masked(), limit)
	}
	if a := entity.ParseAddress(text); a.Class.IsIP() {
		text = a.Key
	}
	found, err := store.Search(ctx, warehouse.EntitySearch{Text: text, Types: types, Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("search for %q: %w", text, err)
	}
	return found, nil
}

// maxBlock bounds the addresses that are looked at for a block. Those of which
// the text begins as the block's come first, so that no others crowd them out.
const maxBlock = 100_000

func searchBlock(ctx context.Context, store Searcher, block netip.Prefix, limit int) ([]warehouse.Entity, error) {
	found, err := store.Search(ctx, warehouse.EntitySearch{Text: beginning(block), Types: []entity.Type{entity.IPAddress}, Limit: maxBlock})
	if err != nil {
		return nil, fmt.Errorf("search for addresses in %s: %w", block, err)
	}
	var inside []warehouse.Entity
	for _, e := range found {
		if a := entity.ParseAddress(e.Key); block.Contains(a.IP) && len(inside) < limit {
			inside = append(inside, e)
		}
	}
	return inside, nil
}

// beginning is how all addresses of a block begin as text, as far as that can
// be said: the whole octets of IPv4, the whole groups of IPv6 before the first
// that is zero, where zeros may be left out.
func beginning(block netip.Prefix) string {
	a, bits := block.Addr(), block.Bits()
	var b strings.Builder
	if a.Is4() {
		if bits == 32 {
			return a.String()
		}
		for _, octet := range a.AsSlice()[:bits/8] {
			fmt.Fprintf(&b, "%d.", octet)
		}
		if b.Len() == 0 {
			return "."
		}
		return b.String()
	}
	if bits == 128 {
		return a.String()
	}
	bytes := a.AsSlice()
	for i := range bits / 16 {
		group := uint16(bytes[2*i])<<8 | uint16(bytes[2*i+1])
		if group == 0 {
			break
		}
		fmt.Fprintf(&b, "%x:", group)
	}
	if b.Len() == 0 {
		return ":"
	}
	return b.String()
}
