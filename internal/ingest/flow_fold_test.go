package ingest

import "testing"

func TestServicePorts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b         int32
		wantA, wantB uint16
	}{
		{443, 50000, 443, 0},
		{443, 32768, 443, 0},
		{443, 1024, 443, 0}, // from a NAT gateway
		{443, 1023, 443, 1023},
		{3306, 40000, 3306, 0},
		{3306, 20000, 3306, 20000},
		{32767, 32768, 32767, 0},
		{40000, 50000, 0, 0},
		{32768, 32768, 0, 0},
		{65535, 65535, 0, 0},
		{443, 443, 443, 443},
		{8080, 8080, 8080, 8080},
		{-1, -1, 0, 0}, // ICMP
		{0, 2000, 0, 2000},
	} {
		a, b := servicePorts(c.a, c.b)
		if a != c.wantA || b != c.wantB {
			t.Errorf("%d and %d: %d and %d; want %d and %d", c.a, c.b, a, b, c.wantA, c.wantB)
		}
		if b, a := servicePorts(c.b, c.a); a != c.wantA || b != c.wantB {
			t.Errorf("%d and %d: %d and %d; want %d and %d", c.b, c.a, b, a, c.wantB, c.wantA)
		}
	}
}
