package cloudtrail

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Identities that come again are not read again: what they are taken for must
// be what the reference reads, in whatever order they come and however they
// differ from each other.
func TestIdentitiesComeAgain(t *testing.T) {
	t.Parallel()
	var elements []string
	for i := range 4 {
		// These differ only behind the bytes by which they are looked up.
		start := fmt.Sprintf(`{"type":"AssumedRole","principalId":"AROAEXAMPLE%d:%s",`, i%2, strings.Repeat("s", identityStart))
		elements = append(elements,
			start+fmt.Sprintf(`"accessKeyId":"ASIA%d"}`, i),
			start+fmt.Sprintf(`"accessKeyId":"ASIA%d","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}`, i),
			start+fmt.Sprintf(`"accessKeyId":"ASIA%d","userName":%q}`, i, strings.Repeat("n", maxIdentity)))
	}
	elements = append(elements, `{"type":"AWSService","invokedBy":"a.amazonaws.com"}`, `{}`, `null`, `[]`, `"x"`)
	want := make([]entity.Identity, len(elements))
	for i, e := range elements {
		records, ok := reference([]byte(minimal(`,"userIdentity":` + e)))
		if !ok || len(records) != 1 {
			t.Fatalf("the reference cannot read %s", e)
		}
		want[i] = records[0].Record.UserIdentity
	}
	random := rand.New(rand.NewPCG(1, 2))
	in := []byte(`{"Records":[`)
	var which []int
	for len(in) < 8<<20 { // so that the buffer ends within many of them
		which = append(which, random.IntN(len(elements)))
		in = append(append(in, minimal(`,"userIdentity":`+elements[which[len(which)-1]])...), ',')
	}
	in = append(in[:len(in)-1], `]}`...)
	d := NewDecoder(nil, Options{})
	for range 2 { // again with all of them known
		d.Reset(iotest.HalfReader(bytes.NewReader(in)))
		for i, e := range which {
			var rec Record
			if err := d.Next(&rec); err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			if diff := cmp.Diff(want[e], rec.UserIdentity); diff != "" {
				t.Fatalf("the reference says otherwise (-) of record %d, %s:\n%s", i, elements[e], diff)
			}
		}
	}
}
