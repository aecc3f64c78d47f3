package enrich

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// The cache holds at most shards × 2 × generation = 65,536 addresses, about
// 18 MB when full. Ingest sees far fewer at a time.
const (
	shards     = 64
	generation = 512
)

// cache remembers places by address. Each shard has two generations: when the
// young one is full it becomes the old one, and the old one is forgotten; a
// hit in the old one moves the address to the young one. So what is in use
// stays, without a list to keep in order. The zero cache is ready to use, by
// many goroutines at once.
type cache [shards]shard

type shard struct {
	mu         sync.Mutex
	young, old map[netip.Addr]Place
}

func (c *cache) get(ip netip.Addr) (Place, bool) {
	s := c.shard(ip)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.young[ip]; ok {
		return p, true
	}
	p, ok := s.old[ip]
	if ok {
		s.put(ip, p)
	}
	return p, ok
}

func (c *cache) put(ip netip.Addr, p Place) {
	s := c.shard(ip)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(ip, p)
}

// put needs the lock.
func (s *shard) put(ip netip.Addr, p Place) {
	if len(s.young) >= generation {
		clear(s.old)
		s.old, s.young = s.young, s.old
	}
	if s.young == nil {
		s.young = make(map[netip.Addr]Place)
	}
	s.young[ip] = p
}

// shard picks by a multiplicative hash of both halves of the address. Who
// chooses addresses that crowd one shard only makes that shard forget sooner.
func (c *cache) shard(ip netip.Addr) *shard {
	b := ip.As16()
	h := binary.BigEndian.Uint64(b[:8])*0x9E3779B97F4A7C15 ^ binary.BigEndian.Uint64(b[8:])
	h *= 0x9E3779B97F4A7C15
	return &c[h>>(64-6)]
}
