package logs

import (
	"strings"
	"testing"
)

// What another service made of a record cannot be compared with it byte by
// byte; what it only carries can.
func TestDerived(t *testing.T) {
	t.Parallel()
	const cells = `{"QueryResultRows":[[{"eventTime":"2026-01-02 03:04:05.000"},{"eventSource":"iam.amazonaws.com"},{"eventName":"GetUser"},{"recipientAccountId":"111122223333"}]]}`
	r := NewReader(Options{})
	defer r.Close()
	for in, want := range map[string]bool{
		trail:                         false,
		`{"Records":[` + trail + `]}`: false,
		`{"detail":` + trail + `,"source":"aws.iam"}`:                false,
		`{"QueryResultRows":[[{"eventJson":` + text2(trail) + `}]]}`: false,
		cells: true,
	} {
		// What came before has no say.
		for _, in := range []string{in, in + "\n" + trail} {
			r.Reset(strings.NewReader(in), Context{})
			var rec Record
			if err := r.Next(&rec); err != nil || rec.Derived != want {
				t.Errorf("%s: derived is %v, %v; want %v", in, rec.Derived, err, want)
			}
			if err := r.Next(&rec); err == nil && rec.Derived {
				t.Errorf("%s: what follows is derived", in)
			}
		}
	}
}

func TestFlowFormatFits(t *testing.T) {
	t.Parallel()
	const own = `${start} ${end} ${account-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${action} ${interface-id}`
	r := NewReader(Options{FlowFormat: own})
	defer r.Close()
	for in, want := range map[string]string{
		"1735689600 1735689660 111122223333 10.9.0.1 10.0.0.3 1 2 6 3 4 ACCEPT eni-9\n": "vpcflow",
		line:               "vpcflow", // of the default format
		trail:              "cloudtrail",
		"\n" + trail:       "cloudtrail",
		"one two three\n":  "",
		"# a text in four": "",
		"":                 "",
	} {
		r.Reset(strings.NewReader(in), Context{})
		var rec Record
		err := r.Next(&rec)
		if got := string(rec.Kind); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q is read as %q, %v; want %q", in, got, err, want)
		}
	}
}
