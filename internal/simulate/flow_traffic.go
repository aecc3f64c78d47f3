package simulate

import (
	"math/rand/v2"
	"net/netip"
)

// traffic draws connections. What comes from the Internet has the shape of
// one measured site (protocols, ports, states, sizes, durations, heavy-headed
// sources and destinations); what goes on inside and to AWS is a guess.
type traffic struct {
	rng      *rand.Rand
	org      *organization
	stress   bool
	stressed uint64

	public   []*machine
	machines []*machine
}

// Kinds of connection, and how many of 100 each has.
var trafficWeights = []int{46, 24, 16, 12, 2}

const (
	fromInternet = iota
	eastWest
	toService
	toInternet
	fromOffice
)

// Measured: the destination ports of an Internet-facing site in order of
// frequency; the weights follow its ranks. 0 is any port.
var (
	probedPorts   = []uint16{22, 30003, 80, 3306, 443, 23, 8728, 445, 3389, 8080, 5432, 6379, 8443, 0}
	probedWeights = []int{22, 14, 9, 6, 6, 5, 4, 4, 4, 3, 2, 2, 2, 17}
	innerPorts    = []uint16{5432, 6379, 8080, 443, 9092, 10250, 53, 2049}
	innerWeights  = []int{28, 16, 18, 14, 8, 8, 6, 2}
)

// Quantiles of a connection, measured: bytes each way, packets, seconds.
var (
	bytesOut = curve{{0, 40}, {.5, 60}, {.9, 1882}, {.99, 2196}, {.999, 60e3}, {1, 4e6}}
	bytesIn  = curve{{0, 40}, {.5, 41}, {.9, 2430}, {.99, 2930}, {.9995, 4e5}, {1, 81.7e6}}
	packets  = curve{{0, 1}, {.5, 2}, {.9, 26}, {.99, 32}, {1, 400}}
	duration = curve{{0, 1e-5}, {.5, 73e-6}, {.9, 6.2}, {.99, 65}, {1, 1493}}
)

const (
	internetSources = 14991 // measured, as are the slopes
	sourceSlope     = 1.02
	targetSlope     = 0.75
	ipv6Percent     = 6 // of what comes from and goes to the Internet: a guess
)

func newTraffic(cfg Config, org *organization, rng *rand.Rand) *traffic {
	t := &traffic{rng: rng, org: org, stress: cfg.StressKeys}
	for _, a := range org.accounts {
		for _, m := range a.fleet.machines {
			t.machines = append(t.machines, m)
			if m.workload == webServer {
				t.public = append(t.public, m)
			}
		}
	}
	return t
}

// next draws a connection that begins at a time, Unix seconds.
func (t *traffic) next(at int64) connection {
	c := connection{start: at, protocol: tcp}
	t.size(&c)
	switch weighted(trafficWeights, 100, t.rng.Uint64()) {
	case fromInternet:
		t.fromInternet(&c)
	case eastWest:
		t.eastWest(&c)
	case toService:
		t.toService(&c)
	case toInternet:
		t.toInternet(&c)
	case fromOffice:
		t.fromOffice(&c)
	}
	return c
}

// size draws bytes, packets and seconds; large connections tend to be long.
func (t *traffic) size(c *connection) {
	u := t.rng.Float64()
	other := u
	if t.rng.IntN(10) < 3 {
		other = t.rng.Float64()
	}
	c.seconds = int64(duration.at(other))
	c.out, c.in = uint64(bytesOut.at(u)), uint64(bytesIn.at(other))
	n := uint64(packets.at(u))
	c.outPackets, c.inPackets = atLeast(n, c.out), atLeast(n, c.in)
}

// atLeast is how many packets of at most 1,448 bytes, and of at least 40,
// carry so many bytes.
func atLeast(packets, bytes uint64) uint64 {
	return max(min(packets, bytes/40), (bytes+1447)/1448, 1)
}

// ephemeral draws a client's port.
func (t *traffic) ephemeral() uint16 { return uint16(32768 + t.rng.IntN(28232)) }

func (t *traffic) share() float64 { return t.rng.Float64() }

// machine draws a target: a few are asked for most.
func (t *traffic) machine(from []*machine) *machine {
	return from[zipf(t.share(), len(from), targetSlope)]
}

// peer draws somebody on the Internet: probers if hostile, else customers.
func (t *traffic) peer(hostile, six bool) netip.Addr {
	rank := zipf(t.share(), internetSources, sourceSlope)
	places := t.org.places
	switch {
	case t.stress:
		t.stressed++
		b := places.stress.prefix.Addr().As16()
		high, low := splitWord(scramble(t.stressed))
		b[4], b[5] = 0xc0, 0 // apart from CloudTrail's stress addresses
		copy(b[8:], high[:])
		copy(b[12:], low[:])
		return netip.AddrFrom16(b)
	case six:
		return addrAt(places.theirs.prefix, scramble(uint64(rank)))
	case hostile:
		return places.scanner(rank)
	default:
		return places.customer(rank)
	}
}

func splitWord(x uint64) (high, low [4]byte) {
	for i := range 4 {
		high[i], low[i] = byte(x>>(56-8*i)), byte(x>>(24-8*i))
	}
	return high, low
}

// six reports whether a connection with the Internet is on IPv6.
func (t *traffic) six() bool { return t.stress || t.rng.IntN(100) < ipv6Percent }

func ownAddress(n *networkInterface, six bool) netip.Addr {
	if six {
		return n.address6
	}
	return n.address
}
