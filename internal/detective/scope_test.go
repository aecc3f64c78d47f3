package detective

import (
	"strings"
	"testing"
	"time"
)

func TestCheckScope(t *testing.T) {
	t.Parallel()
	now := begin
	f := func(from, to time.Time, want string) {
		t.Helper()
		err := checkScope(from, to, now)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s to %s: %v; want none", from, to, err)
		case want != "":
			if e := wantCode(t, want, err, Validation); !strings.Contains(e.Message, want) {
				t.Errorf("%s to %s: message %q; want %q in it", from, to, e.Message, want)
			}
		}
	}
	hour := time.Hour
	f(now.Add(-24*hour), now, "")
	f(now.Add(-hour), now, "")
	f(now.Add(-90*time.Minute-time.Microsecond), now, "")
	f(now.Add(-366*24*hour), now, "")
	f(now.Add(-hour), now.Add(24*hour), "")
	f(now.Add(-10*366*24*hour), now.Add(-9*366*24*hour), "") // old logs
	f(now, now, "ScopeStartTime must be before ScopeEndTime")
	f(now, now.Add(-hour), "ScopeStartTime must be before ScopeEndTime. Found 2026-05-04T12:00:00.123456Z and 2026-05-04T11:00:00.123456Z.")
	f(now.Add(-hour+1), now, "at least 1 hour")
	f(now.Add(-366*24*hour-1), now, "more than 366 days. Found 367 days")
	f(now.Add(-hour), now.Add(24*hour+1), "24 hours in the future")
	f(time.Time{}, now, "more than 366 days")
	f(now, time.Time{}, "must be before")
}

func TestEntityType(t *testing.T) {
	t.Parallel()
	f := func(arn, want string) {
		t.Helper()
		got, err := entityType(arn)
		if got != want {
			t.Errorf("entityType(%q) = %q, %v; want %q", arn, got, err, want)
		}
		if want == "" {
			wantCode(t, arn, err, Validation)
		}
	}
	f("arn:aws:iam::111122223333:user/mallory", "IAM_USER")
	f("arn:aws:iam::111122223333:user/path/to/mallory", "IAM_USER")
	f("arn:aws:iam::111122223333:root", "IAM_USER")
	f("arn:aws:iam::111122223333:role/ci", "IAM_ROLE")
	f("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "IAM_ROLE")
	f("arn:aws-us-gov:iam::111122223333:role/ci", "IAM_ROLE")
	for _, bad := range []string{
		"", "mallory", "arn:", "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:user/path/",
		"arn:aws:iam::111122223333:user", "arn:aws:iam::111122223333:root/x", "arn:aws:iam::111122223333:root:x",
		"arn:aws:iam::111122223333:group/x", "arn:aws:iam::aws:role/x", "arn:aws:iam:us-east-1:111122223333:role/x",
		"arn:aws:sts::111122223333:assumed-role/ci/session", "arn:aws:s3:::bucket", "arn:aws:iam::1:user/x",
		"arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0",
	} {
		f(bad, "")
	}
}
