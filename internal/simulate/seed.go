package simulate

import "encoding/binary"

// dice is a small splitmix64 generator. An event carries the seed of its own
// dice, so that its bytes are the same in whichever file, order and goroutine
// it is rendered.
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	return scramble(d.state)
}

// below returns a number in [0, n); the bias of the remainder does not
// matter for n far below 2^64.
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// scramble is splitmix64's finalizer, a bijection: distinct inputs give
// distinct outputs.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// derive makes a seed from a seed and a label, so that one part's draws do
// not move another's.
func derive(seed uint64, label string) uint64 {
	for i := range len(label) {
		seed = scramble(seed ^ uint64(label[i])<<8 ^ uint64(i))
	}
	return scramble(seed)
}

const hexDigits = "0123456789abcdef"

func appendHex(b []byte, x uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, hexDigits[x>>(4*uint(i))&15])
	}
	return b
}

// appendUUID appends a random (version 4) UUID made of two words.
func appendUUID(b []byte, hi, lo uint64) []byte {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], hi)
	binary.BigEndian.PutUint64(u[8:], lo)
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	for i, c := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

const (
	upperDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // 32: IAM's identifiers
	mixedDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_"
)

func appendUpper(b []byte, x uint64, digits int) []byte {
	for range digits {
		b = append(b, upperDigits[x&31])
		x >>= 5
	}
	return b
}

// keyID returns an access key id that cannot be mistaken for a real one:
// AKIA or ASIA, nine characters of x, EXAMPLE.
func keyID(prefix string, x uint64) string {
	return string(append(appendUpper([]byte(prefix), x, 9), "EXAMPLE"...))
}

// principalID returns an IAM unique identifier: AIDA or AROA, ten characters
// of x, EXAMPLE.
func principalID(prefix string, x uint64) string {
	return string(append(appendUpper([]byte(prefix), x, 10), "EXAMPLE"...))
}
