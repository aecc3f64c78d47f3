package simulate

import (
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
)

// network is one prefix of the overlay: where its addresses are and whose
// they are.
type network struct {
	prefix              netip.Prefix
	country, area, city string
	lat, lon            float64
	asn                 int
	owner               string
}

// addr returns the n-th address after the network's own, wrapping inside the
// prefix (an IPv6 prefix as far as 2^32 addresses).
func (n *network) addr(i int) string {
	size := 1 << min(n.prefix.Addr().BitLen()-n.prefix.Bits(), 32)
	return addrAt(n.prefix, uint64(1+i%(size-2))).String()
}

// addrAt returns the prefix's first address plus offset.
func addrAt(p netip.Prefix, offset uint64) netip.Addr {
	b := p.Addr().As16()
	low := binary.BigEndian.Uint64(b[8:]) + offset
	binary.BigEndian.PutUint64(b[8:], low)
	if p.Addr().Is4() {
		return netip.AddrFrom16(b).Unmap()
	}
	return netip.AddrFrom16(b)
}

// site is a town where people work: its office and their home providers.
type site struct {
	zone         int // minutes east of UTC, summer time ignored
	office, home *network
}

// places are all networks of the simulation, each documentation range split
// so that no prefix overlaps another.
type places struct {
	sites     []site
	vpn       *network // the company's egress for people at home
	builders  *network // CI runners
	cloud     *network // public addresses of instances and functions
	vendor    *network // a security scanner's
	travel    []*network
	attackers []*network
	stress    *network

	// Of Config.wide.
	scanners  []*network // who probes the Internet
	customers []*network
	services  *network // public endpoints of AWS services
	theirs    *network // IPv6 of Internet peers
	all       []*network
}

// Autonomous system numbers 64496-64511 and 65536-65551 are reserved for
// documentation (RFC 5398).
func newPlaces() *places {
	p := &places{}
	add := func(prefix, country, area, city string, lat, lon float64, asn int, owner string) *network {
		n := &network{netip.MustParsePrefix(prefix), country, area, city, lat, lon, asn, owner}
		p.all = append(p.all, n)
		return n
	}
	const company = 64496
	berlin := func(prefix string, asn int, owner string) *network {
		return add(prefix, "DE", "Berlin", "Berlin", 52.52, 13.405, asn, owner)
	}
	dublin := func(prefix string, asn int, owner string) *network {
		return add(prefix, "IE", "Leinster", "Dublin", 53.3498, -6.2603, asn, owner)
	}
	newYork := func(prefix string, asn int, owner string) *network {
		return add(prefix, "US", "New York", "New York", 40.7128, -74.006, asn, owner)
	}
	bangalore := func(prefix string, asn int, owner string) *network {
		return add(prefix, "IN", "Karnataka", "Bengaluru", 12.9716, 77.5946, asn, owner)
	}
	p.sites = []site{
		{60, berlin("192.0.2.0/28", company, "Example Corp"), berlin("198.51.100.0/26", 64497, "Example Telekom AG")},
		{0, dublin("192.0.2.16/28", company, "Example Corp"), dublin("198.51.100.64/26", 64498, "Example Broadband Ltd")},
		{-300, newYork("192.0.2.32/28", company, "Example Corp"), newYork("198.51.100.128/26", 64499, "Example Cable LLC")},
		{330, bangalore("192.0.2.48/28", company, "Example Corp"), bangalore("198.51.100.192/26", 64500, "Example Fibernet Pvt Ltd")},
	}
	// Some homes are on IPv6; their people go to the same offices.
	berlin6 := site{60, p.sites[0].office, berlin("2001:db8:1000::/36", 64497, "Example Telekom AG")}
	newYork6 := site{-300, p.sites[2].office, newYork("2001:db8:2000::/36", 64499, "Example Cable LLC")}
	p.sites = []site{p.sites[0], p.sites[1], berlin6, p.sites[2], p.sites[3], newYork6}
	p.vpn = dublin("192.0.2.64/27", 64501, "Example Private Access Ltd")
	p.builders = add("192.0.2.96/27", "US", "Virginia", "Ashburn", 39.0438, -77.4874, 64502, "Example Build Runners Inc.")
	p.cloud = add("192.0.2.128/26", "US", "Virginia", "Ashburn", 39.0438, -77.4874, 64503, "Example Cloud Compute Inc.")
	p.vendor = add("192.0.2.192/26", "US", "Oregon", "Boardman", 45.8399, -119.7006, 64504, "Example Posture Management Inc.")
	p.travel = []*network{
		add("203.0.113.0/27", "ES", "Catalonia", "Barcelona", 41.3874, 2.1686, 64505, "Example Hotel Networks S.L."),
		add("203.0.113.32/27", "US", "Nevada", "Las Vegas", 36.1699, -115.1398, 64506, "Example Convention Wireless LLC"),
		add("203.0.113.64/27", "GB", "England", "London", 51.5074, -0.1278, 64507, "Example Mobile plc"),
		add("203.0.113.96/27", "SG", "Singapore", "Singapore", 1.3521, 103.8198, 64508, "Example Airport Connect Pte Ltd"),
	}
	p.attackers = []*network{
		add("203.0.113.128/26", "NL", "North Holland", "Amsterdam", 52.3676, 4.9041, 64509, "Example Hosting B.V."),
		add("203.0.113.192/26", "RO", "Bucharest", "Bucharest", 44.4268, 26.1025, 64510, "Example Offshore Servers SRL"),
	}
	p.stress = add("2001:db8:8000::/33", "FR", "Ile-de-France", "Paris", 48.8566, 2.3522, 64511, "Example Load Test SAS")
	return p
}

// writeGeo writes the overlay that maps the simulation's addresses to places
// and owners.
func (p *places) writeGeo(dir string) error {
	f, err := os.Create(filepath.Join(dir, GeoFile))
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	rows := [][]string{{"cidr", "country", "region", "city", "latitude", "longitude", "asn", "aso"}}
	for _, n := range p.all {
		rows = append(rows, []string{
			n.prefix.String(), n.country, n.area, n.city,
			strconv.FormatFloat(n.lat, 'f', 4, 64), strconv.FormatFloat(n.lon, 'f', 4, 64),
			strconv.Itoa(n.asn), n.owner,
		})
	}
	if err := w.WriteAll(rows); err != nil {
		_ = f.Close() // the write error says more
		return fmt.Errorf("write %s: %w", f.Name(), err)
	}
	return f.Close()
}
