package enrich

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"

	maxminddb "github.com/oschwald/maxminddb-golang/v2"
)

// addresses returns n random public-looking addresses, every fourth IPv6.
func addresses(n int, seed uint64) []netip.Addr {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]netip.Addr, n)
	for i := range out {
		if i%4 == 3 {
			var b [16]byte
			binary.BigEndian.PutUint64(b[:], 0x2a00_0000_0000_0000|r.Uint64()>>8)
			binary.BigEndian.PutUint64(b[8:], r.Uint64())
			out[i] = netip.AddrFrom16(b)
			continue
		}
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], r.Uint32())
		out[i] = netip.AddrFrom4(b)
	}
	return out
}

func TestCacheBounded(t *testing.T) {
	t.Parallel()
	var c cache
	favourite := netip.MustParseAddr("193.0.6.139")
	want := Place{Country: "NL"}
	c.put(favourite, want)
	for i, ip := range addresses(150_000, 7) {
		c.put(ip, Place{ASN: uint32(i)})
		if p, ok := c.get(favourite); !ok || p != want {
			t.Fatalf("after %d addresses the one in constant use is forgotten (%+v, %v)", i+1, p, ok)
		}
	}
	held := 0
	for i := range c {
		held += len(c[i].young) + len(c[i].old)
		if n := len(c[i].young) + len(c[i].old); n < generation/2 {
			t.Errorf("shard %d holds %d: the hash does not spread", i, n)
		}
	}
	if limit := shards * 2 * generation; held > limit || held < limit/2 {
		t.Errorf("the cache holds %d addresses, want %d to %d", held, limit/2, limit)
	}
}

// Concurrent lookups of more addresses than the cache holds (65,536) give what a
// lookup without the cache gives. Run with -race.
func TestLookupConcurrently(t *testing.T) {
	t.Parallel()
	city := writeFile(t, "city.mmdb", buildMMDB("City", 6, map[string]any{"0.0.0.0/2": nestedCity, "2a00::/9": flatCity}))
	overlay := writeFile(t, "geo.csv", []byte(overlayHeader+"128.0.0.0/2,DE,,,,,64500,Example\n"))
	e := open(t, Options{CityDB: []string{city}, Overlay: []string{overlay}})
	all := addresses(70_000, 42)
	want := make([]Place, len(all))
	for i, ip := range all {
		want[i] = e.find(ip)
	}
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := range all {
				i = (i + g*500) % len(all) // near enough to meet in the cache, far enough to miss
				if got := e.Lookup(all[i]); got != want[i] {
					t.Errorf("%s: %+v, want %+v", all[i], got, want[i])
					return
				}
			}
		})
	}
	wg.Wait()
	if n, err := e.Failures(); n != 0 || err != nil {
		t.Errorf("Failures = %d, %v, want none", n, err)
	}
}

// Whatever stands in a database file, looking up in it does not panic and
// gives a Place that keeps its promises.
func FuzzMMDB(f *testing.F) {
	f.Add(buildMMDB("City", 4, map[string]any{"0.0.0.0/1": nestedCity, "128.0.0.0/1": flatCity}))
	f.Add(buildMMDB("ASN", 6, map[string]any{"::/1": flatASN}))
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := maxminddb.OpenBytes(data)
		if err != nil {
			return
		}
		for _, m := range []*mmdbLayer{{db: db, read: readLocation}, {db: db, read: readNetwork}} {
			if err := m.check("", func(p Place) bool { checkPlace(t, p); return false }); err == nil {
				t.Error("check took a database that it was told to refuse")
			}
			for _, ip := range []string{"8.8.8.8", "193.0.6.139", "2001:db8::1"} {
				p, err := m.lookup(netip.MustParseAddr(ip))
				if err != nil && p != (Place{}) {
					t.Errorf("%s: %+v with the error %v", ip, p, err)
				}
				checkPlace(t, p)
			}
			_ = m.version()
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		e, err := Open(Options{})
		if err != nil {
			b.Fatal(err)
		}
		e.Lookup(netip.AddrFrom4([4]byte{8, 8, 8, 8}))
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkLookup(b *testing.B, distinct int, look func(netip.Addr) Place) {
	all := addresses(distinct, 3)
	for _, ip := range all {
		look(ip)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		look(all[i%len(all)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lookups/s")
}

func BenchmarkLookupCached(b *testing.B) {
	benchmarkLookup(b, 10_000, open(b, Options{}).Lookup)
}

func BenchmarkLookupUncachedCountry(b *testing.B) {
	benchmarkLookup(b, 1_000_000, open(b, Options{}).find)
}

func BenchmarkLookupUncachedCity(b *testing.B) {
	city := writeFile(b, "city.mmdb", buildMMDB("City", 6, map[string]any{"::/1": nestedCity}))
	asn := writeFile(b, "asn.mmdb", buildMMDB("ASN", 6, map[string]any{"::/1": flatASN}))
	benchmarkLookup(b, 1_000_000, open(b, Options{CityDB: []string{city}, ASNDB: []string{asn}}).find)
}

func BenchmarkLookupThrashing(b *testing.B) { // every lookup misses and is stored
	benchmarkLookup(b, 1_000_000, open(b, Options{}).Lookup)
}
