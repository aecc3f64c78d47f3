package identity

import (
	"bytes"
	"errors"
	"testing"
)

func testSealer(t testing.TB) *sealer {
	t.Helper()
	s, err := newSealer(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSeal(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	sealed := s.seal("a", []byte("secret"))
	if plain, err := s.open("a", sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("open = %q, %v", plain, err)
	}
	if bytes.Equal(sealed, s.seal("a", []byte("secret"))) {
		t.Error("the same secret is sealed the same way twice: the nonce repeats")
	}
	if _, err := s.open("b", sealed); !errors.Is(err, ErrSeal) {
		t.Errorf("open for another owner: %v; want ErrSeal", err)
	}
	for n := range sealed {
		bad := bytes.Clone(sealed)
		bad[n] ^= 1
		if _, err := s.open("a", bad); !errors.Is(err, ErrSeal) {
			t.Errorf("open with byte %d changed: %v; want ErrSeal", n, err)
		}
		if _, err := s.open("a", sealed[:n]); !errors.Is(err, ErrSeal) {
			t.Errorf("open of the first %d bytes: %v; want ErrSeal", n, err)
		}
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	s := newService(t)
	a, err := s.Derive("a")
	if err != nil || len(a) != 32 {
		t.Fatalf("Derive = %d bytes, %v; want 32", len(a), err)
	}
	again, _ := s.Derive("a")
	b, _ := s.Derive("b")
	if !bytes.Equal(a, again) || bytes.Equal(a, b) {
		t.Error("derived keys must repeat for a purpose and differ between purposes")
	}
}

func FuzzOpen(f *testing.F) {
	s := testSealer(f)
	f.Add([]byte{})
	f.Add([]byte{sealVersion})
	f.Add(s.seal("b", []byte("secret"))) // another owner's
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := s.open("a", sealed); err == nil {
			t.Fatalf("%x was never sealed and opens as %q", sealed, plain)
		}
	})
}
