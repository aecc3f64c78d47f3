package entity

import "testing"

func TestParseAddress(t *testing.T) {
	f := func(in string, class AddressClass, key string) {
		t.Helper()
		got := ParseAddress(in)
		if got.Class != class || got.Key != key || got.IP.IsValid() != class.IsIP() {
			t.Errorf("ParseAddress(%q) = %v %q %v; want %v %q", in, got.Class, got.Key, got.IP, class, key)
		}
	}
	f("", NoAddress, "")
	f("-", NoAddress, "")
	f("203.0.113.7", PublicAddress, "203.0.113.7")
	f("8.8.8.8", PublicAddress, "8.8.8.8")
	f("2001:DB8::1", PublicAddress, "2001:db8::1")
	f("::ffff:8.8.8.8", PublicAddress, "8.8.8.8")
	f("10.1.2.3", PrivateAddress, "10.1.2.3")
	f("172.16.0.1", PrivateAddress, "172.16.0.1")
	f("172.32.0.1", PublicAddress, "172.32.0.1")
	f("192.168.1.1", PrivateAddress, "192.168.1.1")
	f("100.64.0.1", PrivateAddress, "100.64.0.1")
	f("127.0.0.1", PrivateAddress, "127.0.0.1")
	f("169.254.169.254", PrivateAddress, "169.254.169.254")
	f("fe80::1%eth0", PrivateAddress, "fe80::1")
	f("fd00::1", PrivateAddress, "fd00::1")
	f("0.0.0.0", PrivateAddress, "0.0.0.0")
	f("AWS Internal", ServiceAddress, "aws internal")
	f("cloudtrail.amazonaws.com", ServiceAddress, "cloudtrail.amazonaws.com")
	f("S3.amazonaws.com", ServiceAddress, "s3.amazonaws.com")
	f("ec2.amazonaws.com.cn", ServiceAddress, "ec2.amazonaws.com.cn")
	// Anonymised logs: leading zeros are decimal, octets may be out of range.
	f("08.1.250.216", PublicAddress, "8.1.250.216")
	f("010.000.000.001", PrivateAddress, "10.0.0.1")
	f("225.178.039.250", PrivateAddress, "225.178.39.250") // multicast
	f("256.1.2.3", InvalidAddress, "256.1.2.3")
	f("1.2.3", InvalidAddress, "1.2.3")
	f("1.2.3.4.5", InvalidAddress, "1.2.3.4.5")
	f("1..2.3", InvalidAddress, "1..2.3")
	f("+1.2.3.4", InvalidAddress, "+1.2.3.4")
	f("<Attacker source IP>", InvalidAddress, "<Attacker source IP>")
	f("evil.example.com", InvalidAddress, "evil.example.com")
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "08.1.250.216", "::1", "AWS Internal", "x.amazonaws.com", "fe80::1%eth0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		a := ParseAddress(in)
		if a.Class.IsIP() != a.IP.IsValid() {
			t.Fatalf("ParseAddress(%q): class %v with address %v", in, a.Class, a.IP)
		}
		// The canonical form is its own canonical form.
		if b := ParseAddress(a.Key); a.Class.IsIP() && b != a {
			t.Fatalf("ParseAddress(%q) = %v, of its key %v", in, a, b)
		}
	})
}
