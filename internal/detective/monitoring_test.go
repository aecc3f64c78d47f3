package detective

import (
	"errors"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func quota(bytesPerDay int64) func(*Options) {
	return func(o *Options) { o.MaxBytesPerDay = bytesPerDay }
}

// joinAll has accounts invited and verified, and accept in the order given.
func (l *lab) joinAll(t *testing.T, arn string, accounts ...string) {
	t.Helper()
	l.invite(t, arn, accounts...)
	l.run(t)
	for _, id := range accounts {
		must(t, l.AcceptInvitation(t.Context(), caller(id), arn))
	}
}

func TestVolumeCheck(t *testing.T) {
	t.Parallel()
	const x, y = "000000000001", "000000000002"
	const enabled, high = "ENABLED INVITATION", "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH INVITATION"
	for _, c := range []struct {
		what        string
		usage       map[string]int64
		wantX, then string
	}{
		{"no data yet", nil, enabled, enabled},
		{"up to the quota", map[string]int64{admin.AccountID: 50, x: 50}, enabled, enabled},
		{"one byte too much", map[string]int64{admin.AccountID: 50, x: 51}, high, enabled},
		{"room for the first only", map[string]int64{x: 60, y: 60}, enabled, high},
		{"full of the administrator's own", map[string]int64{admin.AccountID: 101}, high, high},
		{"strangers do not count", map[string]int64{"000000000009": 1000, x: 100}, enabled, enabled},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l := open(t, quota(100))
			arn := l.graph(t, admin)
			l.joinAll(t, arn, x, y)
			l.expect(t, "before the check", arn, x, "ACCEPTED_BUT_DISABLED INVITATION")
			l.warehouse.usage = c.usage
			l.run(t)
			l.expect(t, c.what, arn, x, c.wantX)
			l.expect(t, c.what, arn, y, c.then)
			taken, err := l.store.Membership(t.Context(), arn)
			must(t, err)
			if taken.Accepts(x) != (c.wantX == enabled) || taken.Accepts(y) != (c.then == enabled) {
				t.Errorf("records are taken of %v", taken.Accounts)
			}
		})
	}
}

// While the ledger cannot be read the volume is unknown; the check gives up
// after three attempts, and the hourly job tries again.
func TestVolumeUnknown(t *testing.T) {
	t.Parallel()
	const x = "000000000001"
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.joinAll(t, arn, x)
	must(t, l.StartUp(ctx))
	l.warehouse.usageErr = errors.New("the ledger is on fire")
	for attempt, wait := range []time.Duration{time.Second, 2 * time.Second, 0} {
		if err := l.drain(ctx); !errors.Is(err, l.warehouse.usageErr) {
			t.Fatalf("attempt %d: %v", attempt+1, err)
		}
		want := "ACCEPTED_BUT_DISABLED INVITATION"
		if wait == 0 {
			want = "ACCEPTED_BUT_DISABLED VOLUME_UNKNOWN INVITATION"
		}
		l.expect(t, "after the attempt", arn, x, want)
		l.clock.add(wait)
	}
	updated := l.member(t, arn, x).Updated
	l.clock.add(time.Hour)
	l.run(t) // the hourly job: still unknown, and nothing changed
	l.expect(t, "an hour later", arn, x, "ACCEPTED_BUT_DISABLED VOLUME_UNKNOWN INVITATION")
	if now := l.member(t, arn, x).Updated; !now.Equal(updated) {
		t.Errorf("Updated went from %s to %s with no change of status", updated, now)
	}
	l.warehouse.usageErr = nil
	l.clock.add(time.Hour)
	l.run(t)
	l.expect(t, "once the ledger is mended", arn, x, "ENABLED INVITATION")
}

// The hourly job enables in the order of the invitations, not of the account
// ids or acceptances.
func TestHourlyOrder(t *testing.T) {
	t.Parallel()
	const first, next, last = "000000000003", "000000000001", "000000000002"
	l := open(t, quota(100))
	ctx := t.Context()
	arn := l.graph(t, admin)
	must(t, l.StartUp(ctx))
	l.invite(t, arn, first, next) // one call: the order of its list
	l.clock.add(time.Minute)
	l.invite(t, arn, last)
	l.run(t)
	l.warehouse.usage = map[string]int64{admin.AccountID: 100, first: 40, next: 40, last: 40}
	for _, id := range []string{last, next, first} {
		l.clock.add(time.Minute)
		must(t, l.AcceptInvitation(ctx, caller(id), arn))
	}
	l.run(t)
	const high, enabled = "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH INVITATION", "ENABLED INVITATION"
	for _, id := range []string{first, next, last} {
		l.expect(t, "no room", arn, id, high)
	}
	l.warehouse.usage = map[string]int64{admin.AccountID: 10, first: 40, next: 40, last: 40}
	l.run(t) // within the hour nothing happens
	l.expect(t, "room, but not yet an hour", arn, first, high)
	l.clock.add(time.Hour)
	l.run(t)
	l.expect(t, "an hour later", arn, first, enabled)
	l.expect(t, "an hour later", arn, next, enabled)
	l.expect(t, "an hour later", arn, last, high)

	// A small one may pass one that is too large.
	l.warehouse.usage = map[string]int64{admin.AccountID: 10, first: 40, next: 10, last: 40}
	l.clock.add(time.Hour)
	l.run(t)
	l.expect(t, "smaller volumes", arn, last, enabled)

	// Another start enters no second hourly job.
	must(t, l.StartUp(ctx))
	must(t, l.StartUp(ctx))
	l.run(t)
	all, err := l.store.Jobs(ctx)
	if err != nil || len(all) != 1 || all[0].Kind != jobHourly {
		t.Errorf("jobs waiting: %+v, %v; want the next hour's", all, err)
	}
}

func TestStartMonitoringMember(t *testing.T) {
	t.Parallel()
	const x = "000000000001"
	l := open(t, quota(100))
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.joinAll(t, arn, x)
	l.warehouse.usage = map[string]int64{x: 101}
	l.run(t)
	updated := l.member(t, arn, x).Updated
	l.clock.add(time.Minute)
	must(t, l.StartMonitoringMember(ctx, admin, arn, x)) // no room is no error
	l.expect(t, "no room", arn, x, "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH INVITATION")
	if m := l.member(t, arn, x); !m.Updated.Equal(updated) {
		t.Errorf("Updated went from %s to %s with no change of status", updated, m.Updated)
	}
	l.sends(t, arn, map[string]int64{x: 100})
	must(t, l.StartMonitoringMember(ctx, admin, arn, x))
	l.expect(t, "room", arn, x, "ENABLED INVITATION")
	if m := l.member(t, arn, x); m.DisabledReason != "" || !m.Updated.After(updated) {
		t.Errorf("after it was enabled: %+v", m)
	}
	wantCode(t, "the administrator account", l.StartMonitoringMember(ctx, admin, arn, admin.AccountID), ResourceNotFound)
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	l := open(t, quota(100), func(o *Options) { o.MaxMembers = 2 })
	ctx := t.Context()
	arn := l.graph(t, admin)
	try := func(accounts ...string) error {
		var in CreateMembersInput
		for _, id := range accounts {
			in.Accounts = append(in.Accounts, AccountDetails{id, id + "@example.com"})
		}
		_, _, err := l.CreateMembers(ctx, admin, arn, in)
		return err
	}
	e := wantCode(t, "three of two", try("000000000001", "000000000002", "000000000003"), ServiceQuotaExceeded)
	if len(e.Resources) != 1 || len(e.Resources[0]) < 1 || len(e.Resources[0]) > 64 {
		t.Errorf("Resources of the exception: %q; the model wants strings of 1 to 64 characters", e.Resources)
	}
	for _, id := range []string{"000000000001", "000000000002", "000000000003"} {
		l.expect(t, "the call as a whole is refused", arn, id, "")
	}
	must(t, try("000000000001", admin.AccountID)) // the administrator does not count
	must(t, try("000000000002"))
	l.run(t) // nobody knows them: VERIFICATION_FAILED, which counts
	wantCode(t, "a third", try("000000000003"), ServiceQuotaExceeded)
	must(t, try("000000000001", "000000000002")) // again, at the quota
	_, _, err := l.DeleteMembers(ctx, admin, arn, []string{"000000000001"})
	must(t, err)
	must(t, try("000000000003"))

	_, _, err = l.DeleteMembers(ctx, admin, arn, []string{"000000000003"})
	must(t, err)
	l.sends(t, arn, map[string]int64{admin.AccountID: 100})
	must(t, try("000000000003")) // at the quota, not above
	_, _, err = l.DeleteMembers(ctx, admin, arn, []string{"000000000003"})
	must(t, err)
	l.sends(t, arn, map[string]int64{admin.AccountID: 101})
	e = wantCode(t, "too much data", try("000000000003"), ServiceQuotaExceeded)
	if len(e.Resources) != 1 {
		t.Errorf("Resources of the exception: %q", e.Resources)
	}
	must(t, try(admin.AccountID)) // nobody to be entered
	l.expect(t, "too much data", arn, "000000000003", "")
	must(t, l.UpdateDatasourcePackages(ctx, admin, arn, []control.Package{control.DetectiveCore}))
	wantCode(t, "a package more", l.UpdateDatasourcePackages(ctx, admin, arn, []control.Package{control.EKSAudit}), ServiceQuotaExceeded)
}
