package graph

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// book is a store of the names in its lines; the best come first in the
// order of the lines.
type book struct {
	entities []warehouse.Entity
	asked    warehouse.EntitySearch
	err      error
}

func (n *book) Search(_ context.Context, q warehouse.EntitySearch) (found []warehouse.Entity, err error) {
	n.asked = q
	for _, e := range n.entities {
		if strings.Contains(strings.ToLower(e.Key), strings.ToLower(q.Text)) && len(found) < q.Limit {
			found = append(found, e)
		}
	}
	return found, n.err
}

func TestSearch(t *testing.T) {
	store := &book{}
	for _, key := range []string{"10.1.2.3", "10.1.200.3", "10.10.1.2", "110.1.2.3", "192.0.2.1", "2001:db8::1", "2001:db8:0:1::1", "2001:db9::1", "::1", "build-10.1.2.3"} {
		store.entities = append(store.entities, warehouse.Entity{Type: entity.IPAddress, Key: key})
	}
	for _, tt := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"10.1.0.0/16", 0, []string{"10.1.2.3", "10.1.200.3"}},
		{"10.1.128.0/17", 0, []string{"10.1.200.3"}},
		{"10.1.2.77/24", 0, []string{"10.1.2.3"}}, // any address of a block names it
		{"10.0.0.0/8", 0, []string{"10.1.2.3", "10.1.200.3", "10.10.1.2"}},
		{"10.0.0.0/8", 2, []string{"10.1.2.3", "10.1.200.3"}},
		{"8.0.0.0/5", 0, []string{"10.1.2.3", "10.1.200.3", "10.10.1.2"}},
		{"0.0.0.0/0", 0, []string{"10.1.2.3", "10.1.200.3", "10.10.1.2", "110.1.2.3", "192.0.2.1"}},
		{"192.0.2.1/32", 0, []string{"192.0.2.1"}},
		{"2001:db8::/32", 0, []string{"2001:db8::1", "2001:db8:0:1::1"}},
		{"2001:db8::/48", 0, []string{"2001:db8::1", "2001:db8:0:1::1"}},
		{"2001:db8::/64", 0, []string{"2001:db8::1"}},
		{"::/0", 0, []string{"2001:db8::1", "2001:db8:0:1::1", "2001:db9::1", "::1"}},
		{"2001:DB8:0:0:0:0:0:1", 0, []string{"2001:db8::1"}},
		{"10.1.2", 0, []string{"10.1.2.3", "10.1.200.3", "10.10.1.2", "110.1.2.3", "build-10.1.2.3"}},
		{" build ", 0, []string{"build-10.1.2.3"}},
		{"10.1.2.3/33", 0, nil}, // no block, and no name either
		{"   ", 0, nil},
	} {
		found, err := Search(t.Context(), store, tt.text, nil, tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range found {
			got = append(got, e.Key)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestSearchAsks(t *testing.T) {
	store := &book{err: errors.New("disk gone")}
	if _, err := Search(t.Context(), store, "alice", nil, 0); !errors.Is(err, store.err) {
		t.Errorf("got %v, want %v", err, store.err)
	}
	if n := len(store.asked.Types); n != 18 || store.asked.Limit != warehouse.DefaultEntities {
		t.Errorf("asked for %d types and %d entities", n, store.asked.Limit)
	}
	if _, err := Search(t.Context(), store, "10.0.0.0/8", nil, 5); !errors.Is(err, store.err) {
		t.Errorf("of a block: got %v, want %v", err, store.err)
	}
	if _, _ = Search(t.Context(), store, "alice", []entity.Type{entity.AwsRole}, 5); len(store.asked.Types) != 1 || store.asked.Limit != 5 {
		t.Errorf("asked for %+v", store.asked)
	}
}

// Every address of a block has the text that the block's addresses begin with.
func TestBlocksBegin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{4, 16}).Draw(t, "bytes")
		part := rapid.SampledFrom([]byte{0, 0, 1, 10, 0xff}) // zeros make IPv6 short
		address, _ := netip.AddrFromSlice(rapid.SliceOfN(part, size, size).Draw(t, "address"))
		if address.Is4In6() {
			t.Skip("written as IPv4")
		}
		block, err := address.Prefix(rapid.IntRange(0, size*8).Draw(t, "bits"))
		if err != nil {
			t.Fatal(err)
		}
		if key := entity.ParseAddress(address.String()).Key; !strings.Contains(key, beginning(block)) {
			t.Fatalf("%s is in %s and does not contain %q", key, block, beginning(block))
		}
	})
}
