package enrich

import (
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
)

// Options name the data to use beside the embedded country database. The zero
// Options are good: countries only.
type Options struct {
	// CityDB and ASNDB are paths of MMDB files: GeoLite2 and GeoIP2, DB-IP,
	// IPinfo, ip-location-db. Within a list the first file that knows an
	// address answers; providers that ship one file for IPv4 and one for IPv6
	// take two entries. The files are mapped into memory: replace them by
	// renaming another over them, never write into them while they are open.
	CityDB, ASNDB []string

	// Overlay are paths of CSV files with the header
	// cidr,country,region,city,latitude,longitude,asn,aso
	// (country as ISO code, other fields may be empty). They are asked before
	// all databases, by longest prefix; the later file wins where two have the
	// same prefix.
	Overlay []string
}

// Enricher looks up addresses. All methods but Close may be called by many
// goroutines at once.
type Enricher struct {
	overlay *overlayLayer
	layers  []layer // the best first
	hasASN  bool
	version string
	cache   cache

	failures     atomic.Int64
	firstFailure atomic.Pointer[error]
}

// layer is a database that knows some of an address's Place.
type layer interface {
	// lookup returns the zero Place for an address that it does not know and
	// an error only for broken data.
	lookup(netip.Addr) (Place, error)
	// version names the data, not the file's path: equal data, equal version.
	version() string
	close() error
}

// Open opens all data that o names; the caller must Close. Errors name the
// file, and in an overlay the line and column; a database that lacks the
// fields of its kind is refused. On an error nothing stays open.
func Open(o Options) (_ *Enricher, err error) {
	e := new(Enricher)
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	if e.overlay, err = openOverlays(o.Overlay); err != nil {
		return nil, err
	}
	for _, path := range o.CityDB {
		l, err := openCity(path)
		if err != nil {
			return nil, err
		}
		e.layers = append(e.layers, l)
	}
	for _, path := range o.ASNDB {
		l, err := openASN(path)
		if err != nil {
			return nil, err
		}
		e.layers = append(e.layers, l)
	}
	country, err := openCountry()
	if err != nil {
		return nil, err
	}
	e.layers = append(e.layers, country)
	e.hasASN = len(o.ASNDB) > 0 || e.overlay.hasASN
	e.version = e.versions()
	return e, nil
}

func (e *Enricher) versions() string {
	all := e.overlay.versions()
	for _, l := range e.layers {
		all = append(all, l.version())
	}
	return strings.Join(all, "; ")
}

// Lookup returns what is known of ip; IPv4 in IPv6 counts as IPv4, zones are
// ignored. Private and special addresses (entity.PrivateAddress) have no
// place, and the ranges set aside for documentation have one in overlays
// only. It never fails: a broken record counts as unknown, see Failures.
func (e *Enricher) Lookup(ip netip.Addr) Place {
	if !ip.IsValid() {
		return Place{}
	}
	ip = ip.Unmap().WithZone("")
	if p, ok := e.cache.get(ip); ok {
		return p
	}
	p := e.find(ip)
	e.cache.put(ip, p)
	return p
}

// find is Lookup without the cache.
func (e *Enricher) find(ip netip.Addr) Place {
	if isSpecial(ip) {
		return Place{}
	}
	p := e.overlay.lookup(ip)
	if isDocumentation(ip) {
		return p
	}
	for _, l := range e.layers {
		if p.Country != "" && p.ASO != "" {
			break
		}
		q, err := l.lookup(ip)
		if err != nil {
			e.failed(err)
			continue
		}
		p.fill(q)
	}
	return p
}

func (e *Enricher) failed(err error) {
	e.firstFailure.CompareAndSwap(nil, &err)
	e.failures.Add(1)
}

// Failures returns how often a database could not answer because its data is
// broken (counted once for each address while the cache holds it), and the
// first such error, nil if there was none.
func (e *Enricher) Failures() (n int64, first error) {
	if p := e.firstFailure.Load(); p != nil {
		first = *p
	}
	return e.failures.Load(), first
}

// HasASN reports whether there is any data on autonomous systems. Without it
// NEW_ASO cannot be evaluated; with it a single address may still be unknown
// (Place.ASO is "").
func (e *Enricher) HasASN() bool { return e.hasASN }

// Version names all data in use, the best first, separated by "; ". It is to
// be stored with results: equal data gives an equal string on every machine.
func (e *Enricher) Version() string { return e.version }

// Close releases the databases. It must not be called while a Lookup runs,
// nor Lookup after it.
func (e *Enricher) Close() error {
	var errs []error
	for _, l := range e.layers {
		errs = append(errs, l.close())
	}
	e.layers = nil
	return errors.Join(errs...)
}

// documentation lists the ranges for examples: RFC 5737, RFC 3849, RFC 9637.
// Registries and databases have records of some (the embedded one says that
// 203.0.113.0/24 is in Australia), which mean nothing.
var documentation = [...]netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("3fff::/20"),
}

func isDocumentation(ip netip.Addr) bool {
	for _, p := range documentation {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
