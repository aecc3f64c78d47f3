package detective

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// tokenLife is how long a pagination token can be used (MODEL, NextToken of
// the investigation operations).
const tokenLife = 24 * time.Hour

// tokens makes and checks pagination tokens. A token holds the place where
// the next page begins and the time at which it expires, and is signed
// together with what it is bound to: the operation and those arguments that
// must not change between pages. It is base64url of
//
//	expiry (8 bytes, seconds, big endian) | place | HMAC-SHA-256 (32 bytes)
type tokens struct {
	key []byte
	now func() time.Time
}

const expirySize = 8

// seal makes a token for a place in the list that bound describes.
func (t tokens) seal(place string, bound []string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.now().Add(tokenLife).Unix()))
	b = append(b, place...)
	return base64.RawURLEncoding.EncodeToString(append(b, t.sign(b, bound)...))
}

// place returns the place behind which a page begins, "" for the first one.
func (t tokens) place(p Page, bound []string) (string, error) {
	if p.Token == "" {
		return "", nil
	}
	return t.open(p.Token, bound)
}

// open returns the place of a token. A token that was not made here, was
// made for another list, or has expired is a ValidationException.
func (t tokens) open(token string, bound []string) (place string, err error) {
	invalid := errorf(Validation, "The NextToken is not valid for this request.")
	b, berr := base64.RawURLEncoding.Strict().DecodeString(token)
	// The decoder skips line breaks; the comparison makes tokens unique.
	if berr != nil || len(b) < expirySize+sha256.Size || base64.RawURLEncoding.EncodeToString(b) != token {
		return "", invalid
	}
	payload, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if !hmac.Equal(mac, t.sign(payload, bound)) {
		return "", invalid
	}
	expiry := time.Unix(int64(binary.BigEndian.Uint64(payload)), 0)
	if !t.now().Before(expiry) {
		return "", errorf(Validation, "The NextToken has expired; tokens are valid for 24 hours. Start the list again without it.")
	}
	return string(payload[expirySize:]), nil
}

// sign returns the signature of a payload and what it is bound to. Each part
// is preceded by its length, so that no two lists of parts look alike.
func (t tokens) sign(payload []byte, bound []string) []byte {
	h := hmac.New(sha256.New, t.key)
	var b []byte
	for _, s := range bound {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(len(payload)))
	// A hash never returns an error.
	h.Write(b)
	h.Write(payload)
	return h.Sum(nil)
}
