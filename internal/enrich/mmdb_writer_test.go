package enrich

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// mmdbBuilder writes small MMDB files of format 2.0 with 24-bit records, so
// that tests need no database of anybody.
type mmdbBuilder struct {
	kind      string
	ipVersion uint16
	nodes     [][2]int // a node's index, empty, or a place in data as firstData - offset
	data      []byte
}

const (
	empty     = -1
	firstData = -2
)

// buildMMDB returns a database of records by prefix, which must not overlap.
func buildMMDB(kind string, ipVersion uint16, records map[string]any) []byte {
	b := &mmdbBuilder{kind: kind, ipVersion: ipVersion, nodes: [][2]int{{empty, empty}}}
	for _, prefix := range slices.Sorted(maps.Keys(records)) {
		offset := len(b.data)
		b.data = appendValue(b.data, records[prefix])
		b.insert(netip.MustParsePrefix(prefix), firstData-offset)
	}
	return b.bytes()
}

func (b *mmdbBuilder) insert(p netip.Prefix, value int) {
	ip, bits := p.Addr().AsSlice(), p.Bits()
	if b.ipVersion == 6 && p.Addr().Is4() { // IPv4 lives at ::/96
		ip, bits = append(make([]byte, 12), ip...), bits+96
	}
	node := 0
	for i := range bits {
		bit := ip[i/8] >> (7 - i%8) & 1
		if i == bits-1 {
			b.nodes[node][bit] = value
			return
		}
		if b.nodes[node][bit] == empty {
			b.nodes = append(b.nodes, [2]int{empty, empty})
			b.nodes[node][bit] = len(b.nodes) - 1
		}
		node = b.nodes[node][bit]
	}
}

func (b *mmdbBuilder) bytes() []byte {
	var out []byte
	for _, n := range b.nodes {
		for _, record := range n {
			v := record
			switch {
			case record == empty:
				v = len(b.nodes)
			case record <= firstData:
				v = len(b.nodes) + 16 + (firstData - record)
			}
			out = append(out, byte(v>>16), byte(v>>8), byte(v))
		}
	}
	out = append(out, make([]byte, 16)...)
	out = append(out, b.data...)
	out = append(out, "\xab\xcd\xefMaxMind.com"...)
	return appendValue(out, map[string]any{
		"binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0),
		"build_epoch": uint64(1781725900), "database_type": b.kind,
		"description": map[string]any{"en": "test"}, "ip_version": b.ipVersion, "languages": []any{"en"},
		"node_count": uint32(len(b.nodes)), "record_size": uint16(24),
	})
}

// appendValue encodes v as the data section's types 1-9 and 11-15.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(appendControl(b, 2, len(v)), v...)
	case float64:
		return binary.BigEndian.AppendUint64(appendControl(b, 3, 8), math.Float64bits(v))
	case uint16:
		return binary.BigEndian.AppendUint16(appendControl(b, 5, 2), v)
	case uint32:
		return binary.BigEndian.AppendUint32(appendControl(b, 6, 4), v)
	case map[string]any:
		b = appendControl(b, 7, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b = appendValue(appendValue(b, key), v[key])
		}
		return b
	case uint64:
		return binary.BigEndian.AppendUint64(appendControl(b, 9, 8), v)
	case []any:
		b = appendControl(b, 11, len(v))
		for _, e := range v {
			b = appendValue(b, e)
		}
		return b
	case float32:
		return binary.BigEndian.AppendUint32(appendControl(b, 15, 4), math.Float32bits(v))
	default:
		panic(fmt.Sprintf("BUG: no encoding for %T", v))
	}
}

func appendControl(b []byte, kind, size int) []byte {
	var more []byte
	if size >= 29 {
		size, more = 29, []byte{byte(size - 29)} // sizes to 284 are enough here
	}
	if kind > 7 {
		return append(append(b, byte(size), byte(kind-7)), more...)
	}
	return append(append(b, byte(kind<<5|size)), more...)
}

// writeFile writes data to a file of the test and returns its path.
func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Records in the forms of the databases in use. City names and numbers are
// invented or reserved; the addresses are public so that they are looked up.
var (
	nestedCity = map[string]any{ // MaxMind, DB-IP
		"city":         map[string]any{"names": map[string]any{"de": "Den Haag", "en": "The Hague"}},
		"country":      map[string]any{"iso_code": "NL", "names": map[string]any{"en": "The Netherlands"}},
		"location":     map[string]any{"latitude": 52.0767, "longitude": 4.2986, "time_zone": "Europe/Amsterdam"},
		"subdivisions": []any{map[string]any{"iso_code": "ZH", "names": map[string]any{"en": "South Holland"}}},
	}
	flatCity = map[string]any{ // ip-location-db
		"country_code": "SG", "city": "Singapore", "state1": "Central", "state2": "",
		"latitude": float32(1.28967), "longitude": float32(103.85007), "timezone": "Asia/Singapore",
	}
	flatASN = map[string]any{
		"autonomous_system_number": uint32(64500), "autonomous_system_organization": "Example Hosting B.V.",
	}
)
