package sqlite

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func TestPackagesScan(t *testing.T) {
	t.Parallel()
	const text = `EKS_AUDIT=STOPPED:-1,STARTED:1700000000000001`
	want := control.Packages{control.EKSAudit: {State: control.IngestStopped, Changed: map[control.IngestState]time.Time{
		control.IngestStarted: time.UnixMicro(1700000000000001), control.IngestStopped: time.UnixMicro(-1),
	}}}
	var got control.Packages
	if err := (packages{&got}).Scan(text); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Scan (-want +got):\n%s", diff)
	}
	if back, err := packagesText(got); err != nil || back != text {
		t.Errorf("packagesJSON = %s, %v; want %s", back, err, text)
	}
	for _, bad := range []any{
		nil, 7, []byte("EKS_AUDIT=STOPPED:1"), "EKS_AUDIT", "EKS_AUDIT=", "EKS_AUDIT=STARTED", "EKS_AUDIT=STARTED:", ";",
		"EKS_AUDIT=STARTED:1.5", "EKS_AUDIT=:1", "EKS_AUDIT=STARTED:1,", "EKS_AUDIT=STARTED:9223372036854775808",
	} {
		kept := control.Packages{}
		if err := (packages{&kept}).Scan(bad); err == nil || len(kept) != 0 {
			t.Errorf("Scan(%#v) = %v, %v; want an error and nothing", bad, kept, err)
		}
	}
}

func FuzzPackagesScan(f *testing.F) {
	f.Add("")
	f.Add("EKS_AUDIT=STOPPED:-62135596800000000,STARTED:1")
	f.Add("a=b:9223372036854775807,c:-9223372036854775808;=d:0;a=b:1")
	f.Fuzz(func(t *testing.T, text string) {
		var first, second control.Packages
		if err := (packages{&first}).Scan(text); err != nil {
			return
		}
		if first == nil {
			t.Fatalf("%q is read as nil", text)
		}
		stored, err := packagesText(first)
		if err != nil {
			t.Fatalf("%q is read but not written: %v", text, err)
		}
		if err := (packages{&second}).Scan(stored); err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", text, stored, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("%q does not survive a round trip:\n%s", text, diff)
		}
	})
}
