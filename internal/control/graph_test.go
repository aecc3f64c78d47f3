package control

import (
	"strings"
	"testing"
)

func TestParseGraphARN(t *testing.T) {
	t.Parallel()
	const id = "027c7c4610ea4aacaf0b883093cab899"
	region, account, wid, err := ParseGraphARN(GraphARN("eu-west-1", "111122223333", id))
	if err != nil || region != "eu-west-1" || account != "111122223333" || wid != id {
		t.Fatalf("ParseGraphARN of a made ARN = %q, %q, %q, %v", region, account, wid, err)
	}
	for _, bad := range []string{
		"",
		"nope",
		"arn:aws:detective:eu-west-1:111122223333:graph:" + id + "0",
		"arn:aws:detective:eu-west-1:111122223333:graph:" + strings.ToUpper(id),
		"arn:aws:detective:eu-west-1:1111:graph:" + id,
		"arn:aws:detective::111122223333:graph:" + id,
		"arn:aws:iam:eu-west-1:111122223333:graph:" + id,
		"arn:aws:detective:eu-west-1:111122223333:" + id,
	} {
		if _, _, _, err := ParseGraphARN(bad); err == nil {
			t.Errorf("ParseGraphARN(%q) = nil error; want one", bad)
		}
	}
}

func FuzzParseGraphARN(f *testing.F) {
	f.Add("arn:aws:detective:eu-west-1:111122223333:graph:027c7c4610ea4aacaf0b883093cab899")
	f.Add("arn:aws:detective:::graph:")
	f.Fuzz(func(t *testing.T, s string) {
		region, account, id, err := ParseGraphARN(s)
		if err != nil {
			return
		}
		r2, a2, id2, err := ParseGraphARN(GraphARN(region, account, id))
		if err != nil || r2 != region || a2 != account || id2 != id {
			t.Fatalf("%q does not survive a round trip: %q %q %q %v", s, r2, a2, id2, err)
		}
	})
}
