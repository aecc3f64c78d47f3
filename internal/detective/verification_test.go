package detective

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// Who is known by which address. Account 1 is in our directory, 2 too but
// without an address, 3 in the organization, 4 in both, 9 in neither.
func TestVerification(t *testing.T) {
	t.Parallel()
	const yes, no = "INVITED INVITATION", "VERIFICATION_FAILED INVITATION"
	for _, c := range []struct {
		what, account, email, region string
		want                         string
		mails                        int
	}{
		{"right address", "000000000001", "one@example.com", region, yes, 1},
		{"case of the address", "000000000001", "ONE@Example.COM", region, yes, 1},
		{"wrong address", "000000000001", "two@example.com", region, no, 0},
		{"unknown account", "000000000009", "one@example.com", region, no, 0},
		{"account without an address", "000000000002", "two@example.com", region, no, 0},
		{"organization's address", "000000000003", "org-000000000003@example.com", region, yes, 1},
		{"suspended in the organization", "000000000005", "five@example.com", region, no, 0},
		{"a Kelvin sign for a k", "000000000006", "mi\u212ae@example.com", region, no, 0},
		{"wrong address, in the organization", "000000000003", "three@example.com", region, no, 0},
		{"either directory's address", "000000000004", "four@example.com", region, yes, 1},
		{"the other directory's address", "000000000004", "org-000000000004@example.com", region, yes, 1},
		{"GovCloud", "000000000001", "one@example.com", "us-gov-west-1", yes, 0},
		{"GovCloud, wrong address", "000000000001", "two@example.com", "us-gov-west-1", yes, 0},
		{"GovCloud, account without an address", "000000000002", "two@example.com", "us-gov-west-1", yes, 0},
		{"GovCloud, unknown account", "000000000009", "one@example.com", "us-gov-west-1", no, 0},
		{"China", "000000000001", "two@example.com", "cn-north-1", no, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			owner := Caller{AccountID: admin.AccountID, Region: c.region}
			arn := l.graph(t, owner)
			l.account(t, "000000000001", "one@example.com")
			l.account(t, "000000000002", "")
			l.account(t, "000000000004", "four@example.com")
			l.account(t, "000000000005", "five@example.com")
			l.account(t, "000000000006", "mike@example.com")
			l.organize(t, second.AccountID, "000000000003", "000000000004", "000000000005")
			l.status(t, "000000000005", control.AccountSuspended)
			made, left, err := l.CreateMembers(t.Context(), owner, arn, CreateMembersInput{Accounts: []AccountDetails{{c.account, c.email}}})
			if err != nil || len(made) != 1 || len(left) != 0 || made[0].Status != control.MemberVerificationInProgress {
				t.Fatalf("CreateMembers = %+v, %v, %v", made, left, err)
			}
			l.run(t)
			l.expect(t, c.what, arn, c.account, c.want)
			if len(l.mailer.sent) != c.mails {
				t.Errorf("mails: %+v; want %d", l.mailer.sent, c.mails)
			}
		})
	}
}

func TestCreateMembers(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.organize(t, second.AccountID, "000000000003", "000000000004")
	l.status(t, "000000000004", control.AccountSuspended)
	l.invite(t, arn, "000000000001")

	// Its address is for the organization's own administrator to know.
	_, _, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{"000000000003", "org-000000000003@example.com"}, {"000000000003", ""}}})
	wantCode(t, "no address in another graph than the organization's", err, Validation)
	_, _, err = l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{"000000000003", "org-000000000003@example.com"}, {"000000000005", ""}}})
	if e := wantCode(t, "no address outside the organization", err, Validation); e.Message != "Invalid request body" || e.Reason != "INVALID_REQUEST_BODY" || e.Detail == "" {
		t.Errorf("the refusal is %+v", e)
	}
	l.expect(t, "the other account of that call", arn, "000000000003", "")

	l.clock.add(time.Minute)
	made, left, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{
		{"000000000005", "five@example.com"}, {"000000000001", "one@example.com"}, {admin.AccountID, "root@example.com"},
		{"000000000005", "again@example.com"}, {"000000000003", "org-000000000003@example.com"},
	}})
	must(t, err)
	at := l.clock.now().Truncate(time.Millisecond)
	want := []Member{
		{AdministratorID: admin.AccountID, Member: control.Member{
			GraphARN: arn, AccountID: "000000000005", Email: "five@example.com", Status: "VERIFICATION_IN_PROGRESS", InvitationType: "INVITATION",
			Invited: at, Updated: at, Packages: allPackages(false, at),
		}},
		// Not the organization's graph: an invitation, by its address.
		{AdministratorID: admin.AccountID, Member: control.Member{
			GraphARN: arn, AccountID: "000000000003", Email: "org-000000000003@example.com", Status: "VERIFICATION_IN_PROGRESS", InvitationType: "INVITATION",
			Invited: at.Add(4 * time.Microsecond), Updated: at, Packages: allPackages(false, at),
		}},
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("Members (-want +got):\n%s", diff)
	}
	var accounts []string
	for _, u := range left {
		accounts = append(accounts, u.AccountID)
		if (u.Reason == "Account is already a member") != (u.AccountID == "000000000001") || u.Reason == "" {
			t.Errorf("reason of %s: %q", u.AccountID, u.Reason)
		}
	}
	if diff := cmp.Diff([]string{"000000000001", admin.AccountID, "000000000005"}, accounts); diff != "" {
		t.Errorf("UnprocessedAccounts (-want +got):\n%s", diff)
	}
}

// An account whose verification failed is invited again from the start.
func TestInviteAgain(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn := l.graph(t, admin)
	l.account(t, "000000000001", "one@example.com")
	with := func(email string) CreateMembersInput {
		return CreateMembersInput{Accounts: []AccountDetails{{"000000000001", email}}}
	}
	_, _, err := l.CreateMembers(t.Context(), admin, arn, with("wrong@example.com"))
	must(t, err)
	l.run(t)
	l.expect(t, "wrong address", arn, "000000000001", "VERIFICATION_FAILED INVITATION")
	if all, _, err := l.ListInvitations(t.Context(), caller("000000000001"), Page{}); err != nil || len(all) != 0 {
		t.Errorf("ListInvitations after a failed verification = %v, %v; want none", all, err)
	}
	l.clock.add(time.Hour)
	made, left, err := l.CreateMembers(t.Context(), admin, arn, with("one@example.com"))
	if err != nil || len(made) != 1 || len(left) != 0 || !made[0].Invited.Equal(l.clock.now().Truncate(time.Millisecond)) {
		t.Fatalf("CreateMembers again = %+v, %v, %v", made, left, err)
	}
	l.run(t)
	l.expect(t, "right address", arn, "000000000001", "INVITED INVITATION")
	if len(l.mailer.sent) != 1 {
		t.Errorf("mails: %+v; want one", l.mailer.sent)
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.account(t, admin.AccountID, "root@example.com")
	l.account(t, "000000000001", "one@example.com")
	l.account(t, "000000000002", "two@example.com")
	_, _, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{
		Accounts: []AccountDetails{{"000000000001", "one@example.com"}, {"000000000009", "nine@example.com"}, {"000000000002", "two@example.com"}},
		Message:  "Please join.",
	})
	must(t, err)
	l.mailer.err = errors.New("the mail server is away")
	if err := l.drain(ctx); !errors.Is(err, l.mailer.err) {
		t.Errorf("drain without a mail server: %v", err)
	}
	l.mailer.err = nil
	l.clock.add(time.Second)
	l.run(t)
	want := []Invitation{}
	for n, name := range []string{"one", "", "two"} {
		if name != "" {
			want = append(want, Invitation{
				To: name + "@example.com", AccountID: []string{"000000000001", "", "000000000002"}[n], AdministratorID: admin.AccountID,
				AdministratorTo: "root@example.com", GraphARN: arn, Region: region, Message: "Please join.",
				Invited: begin.Truncate(time.Millisecond).Add(time.Duration(n) * time.Microsecond),
			})
		}
	}
	if diff := cmp.Diff(want, l.mailer.sent); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}

	// A mail that the server refuses for good is given up; the invitation stands.
	l.account(t, "000000000003", "three@example.com")
	l.invite(t, arn, "000000000004")
	l.mailer.err = jobs.Permanent(errors.New("no such mailbox"))
	_ = l.drain(ctx)
	l.expect(t, "refused mail", arn, "000000000004", "INVITED INVITATION")
	l.mailer.err = nil
	l.clock.add(time.Hour)
	l.run(t)
	if len(l.mailer.sent) != 2 {
		t.Errorf("a mail that was refused for good was sent later: %+v", l.mailer.sent[2:])
	}

	// No mail is wanted.
	_, _, err = l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{"000000000003", "three@example.com"}}, NoEmail: true})
	must(t, err)
	l.run(t)
	l.expect(t, "DisableEmailNotification", arn, "000000000003", "INVITED INVITATION")
	if len(l.mailer.sent) != 2 {
		t.Errorf("mails in spite of DisableEmailNotification: %+v", l.mailer.sent[2:])
	}
	if left, err := l.store.Jobs(ctx); err != nil || len(left) != 1 || left[0].State != control.JobFailed {
		t.Errorf("jobs left: %+v, %v; want the failed mail", left, err)
	}

	off := open(t, func(o *Options) { o.Mailer = nil })
	arn = off.graph(t, admin)
	off.invite(t, arn, "000000000001")
	off.run(t)
	off.expect(t, "mail off", arn, "000000000001", "INVITED INVITATION")
}

// What waits for an account does nothing when the account was removed, was
// invited again, or its graph was deleted meanwhile.
func TestWithdrawnMeanwhile(t *testing.T) {
	t.Parallel()
	const x = "000000000001"
	for what, wait := range map[string]func(l *lab, arn string){
		"verification": func(*lab, string) {},
		"mail": func(l *lab, _ string) {
			l.mailer.err = errors.New("away")
			_ = l.drain(t.Context())
			l.mailer.err = nil
		},
		"volume check": func(l *lab, arn string) {
			l.run(t)
			must(t, l.AcceptInvitation(t.Context(), caller(x), arn))
		},
	} {
		for _, how := range []string{"removed", "invited again", "graph deleted"} {
			t.Run(what+", "+how, func(t *testing.T) {
				l := open(t)
				arn := l.graph(t, admin)
				l.invite(t, arn, x)
				wait(l, arn)
				sent, want := len(l.mailer.sent), ""
				if how == "graph deleted" {
					must(t, l.DeleteGraph(t.Context(), admin, arn))
				} else {
					_, _, err := l.DeleteMembers(t.Context(), admin, arn, []string{x})
					must(t, err)
				}
				if how == "invited again" { // within the same millisecond and with another message
					l.clock.add(time.Microsecond)
					_, _, err := l.CreateMembers(t.Context(), admin, arn, CreateMembersInput{Accounts: []AccountDetails{{x, "wrong@example.com"}}, Message: "Again."})
					must(t, err)
					want = "VERIFICATION_FAILED INVITATION"
				}
				l.clock.add(time.Minute)
				l.run(t)
				l.expect(t, what, arn, x, want)
				if len(l.mailer.sent) != sent {
					t.Errorf("mails that nobody should get: %+v", l.mailer.sent[sent:])
				}
			})
		}
	}
}

// The right account is invited a second time while the first invitation's
// jobs wait: there is one mail, the second one's.
func TestInvitedTwice(t *testing.T) {
	t.Parallel()
	const x = "000000000001"
	l := open(t)
	arn := l.graph(t, admin)
	l.account(t, x, "one@example.com")
	for _, message := range []string{"First.", "Second."} {
		_, _, err := l.DeleteMembers(t.Context(), admin, arn, []string{x})
		must(t, err)
		l.clock.add(time.Millisecond)
		_, _, err = l.CreateMembers(t.Context(), admin, arn, CreateMembersInput{Accounts: []AccountDetails{{x, "one@example.com"}}, Message: message})
		must(t, err)
	}
	l.run(t)
	if len(l.mailer.sent) != 1 || l.mailer.sent[0].Message != "Second." {
		t.Errorf("mails: %+v; want the second invitation's", l.mailer.sent)
	}
}

// Payloads that cannot be read are given up at once.
func TestBrokenPayloads(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	must(t, l.store.Update(ctx, func(tx control.Tx) error {
		for _, kind := range []string{jobVerification, jobMail, jobVolumeCheck} {
			if _, err := tx.EnqueueJob(ctx, control.Job{Kind: kind, Key: "x", Payload: []byte("{"), Created: begin, NotBefore: begin}); err != nil {
				return err
			}
		}
		return nil
	}))
	if err := l.drain(ctx); err == nil {
		t.Error("broken payloads are taken")
	}
	all, err := l.store.Jobs(ctx)
	must(t, err)
	for _, j := range all {
		if j.Kind != jobVolumeCheck && (j.State != control.JobFailed || j.Attempts != 1) {
			t.Errorf("job %+v; want it FAILED at once", j)
		}
	}
}

// Accounts of one organization invite each other without an address, which
// the directory does not tell: only the mail goes there.
func TestInviteWithoutAddress(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.organize(t, second.AccountID, admin.AccountID, "000000000003")
	in := CreateMembersInput{Accounts: []AccountDetails{{"000000000003", ""}}}
	made, _, err := l.CreateMembers(ctx, admin, arn, in)
	if err != nil || len(made) != 1 || made[0].Email != "" {
		t.Fatalf("CreateMembers = %+v, %v; want a member without an address", made, err)
	}
	l.run(t)
	l.expect(t, "invited without an address", arn, "000000000003", "INVITED INVITATION")
	if len(l.mailer.sent) != 1 || l.mailer.sent[0].To != "org-000000000003@example.com" {
		t.Errorf("mails %+v; want one to the directory's address", l.mailer.sent)
	}
	// A suspended inviter is outside.
	_, _, err = l.DeleteMembers(ctx, admin, arn, []string{"000000000003"})
	must(t, err)
	l.status(t, admin.AccountID, control.AccountSuspended)
	_, _, err = l.CreateMembers(ctx, admin, arn, in)
	wantCode(t, "by a suspended account", err, Validation)
}
