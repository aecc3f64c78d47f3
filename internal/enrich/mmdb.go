package enrich

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	maxminddb "github.com/oschwald/maxminddb-golang/v2"
)

// To learn whether a database is of the kind that it was configured as, at
// most maxSample of its records are looked at. A database of the right kind
// shows it within the first few; the number is a guess with room. Networks
// without a record are bounded, too: a forged tree of 128 nodes can have 2^128
// of them.
const (
	maxSample   = 4096
	maxNetworks = 1 << 20
)

// mmdbLayer answers from a database file that the operator configured.
type mmdbLayer struct {
	db   *maxminddb.Reader
	role string // "city" or "asn"
	path string
	read func(rec any) Place
}

// openCity opens a database of cities. One without any region, city or
// coordinates is of a wrong kind.
func openCity(path string) (*mmdbLayer, error) {
	return openMMDB("city", path, "a country with a region, city or coordinates", readLocation,
		func(p Place) bool { return p.Region != "" || p.City != "" || p.HasCoordinates })
}

// openASN opens a database of autonomous systems. One without any
// organization's name is of a wrong kind.
func openASN(path string) (*mmdbLayer, error) {
	return openMMDB("asn", path, "an autonomous system organization", readNetwork,
		func(p Place) bool { return p.ASO != "" })
}

func openMMDB(role, path, want string, read func(any) Place, good func(Place) bool) (*mmdbLayer, error) {
	db, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s database %s: %w", role, path, err)
	}
	m := &mmdbLayer{db: db, role: role, path: path, read: read}
	if err := m.check(want, good); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return m, nil
}

// check reads records until good likes one.
func (m *mmdbLayer) check(want string, good func(Place) bool) error {
	networks, records, fields := 0, 0, map[string]bool{}
	for result := range m.db.Networks(maxminddb.IncludeNetworksWithoutData()) {
		if networks++; networks > maxNetworks || records == maxSample {
			break
		}
		var rec any
		if err := result.Decode(&rec); err != nil {
			return fmt.Errorf("read %s database %s: %w", m.role, m.path, err)
		}
		if good(m.read(rec)) {
			return nil
		}
		r, _ := rec.(map[string]any)
		if len(r) == 0 {
			continue
		}
		records++
		for key := range r {
			if len(fields) < 20 {
				fields[text(key)] = true
			}
		}
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return fmt.Errorf("%s database %s is of another kind (type %.64q): none of %d records has %s; their fields are: %s",
		m.role, m.path, m.db.Metadata.DatabaseType, records, want, strings.Join(names, ", "))
}

func (m *mmdbLayer) lookup(ip netip.Addr) (Place, error) {
	if ip.Is6() && m.db.Metadata.IPVersion == 4 {
		return Place{}, nil // some providers ship one file for each IP version
	}
	var rec any
	if err := m.db.Lookup(ip).Decode(&rec); err != nil {
		return Place{}, fmt.Errorf("look up %s in %s database %s: %w", ip, m.role, m.path, err)
	}
	return m.read(rec), nil
}

func (m *mmdbLayer) version() string {
	built := time.Unix(int64(m.db.Metadata.BuildEpoch), 0).UTC()
	return fmt.Sprintf("%s %.64q %s", m.role, m.db.Metadata.DatabaseType, built.Format(time.DateOnly))
}

func (m *mmdbLayer) close() error { return m.db.Close() }
