package clients

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	_ "modernc.org/sqlite" // to look at what a killed server left
)

// killRounds is how often a server is killed at most, to hit the moment
// between an answer and the job behind it.
const killRounds = 8

// left counts the members with a status in the database of a server that was
// killed. It looks at a copy: opening the database would tidy it up.
func left(t *testing.T, data string, status types.MemberStatus) (n int) {
	t.Helper()
	dir := t.TempDir()
	const name = "control.db"
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(data, name+suffix))
		if errors.Is(err, fs.ErrNotExist) && suffix != "" {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+suffix), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRowContext(t.Context(), "SELECT count(*) FROM member WHERE status = ? AND disabled_reason = ''", status).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// first runs calls side by side, calls then once the first has its answer,
// and returns the errors of all.
func first(calls []func() error, then func()) []error {
	var wg sync.WaitGroup
	var once sync.Once
	errs := make([]error, len(calls))
	for i, call := range calls {
		wg.Go(func() {
			if errs[i] = call(); errs[i] == nil {
				once.Do(then)
			}
		})
	}
	wg.Wait()
	return errs
}

// TestKilledBeforeVerification kills the server when it has answered
// CreateMembers and before it has verified the accounts. What was answered is
// there when it runs again, whole, and goes on.
func TestKilledBeforeVerification(t *testing.T) {
	t.Parallel()
	c := enterCast(t)
	w := newWire(t)
	s := launch(t, c.data)
	graphs := map[string]*string{}
	c.url = s.url
	for _, id := range everybody[:4] {
		graphs[id] = ok(c.sdk(w, id, usEast1).CreateGraph(t.Context(), nil))(t).GraphArn
	}
	hits := 0
	for round := 0; round < killRounds && hits == 0; round++ {
		var calls []func() error
		for _, id := range everybody[:4] {
			a := c.sdk(w, id, usEast1)
			in := &detective.CreateMembersInput{GraphArn: graphs[id], Accounts: c.madeUp(round)}
			calls = append(calls, func() error {
				_, err := a.CreateMembers(context.WithoutCancel(t.Context()), in)
				return err
			})
		}
		errs := first(calls, func() { s.kill(t) })
		n := left(t, c.data, types.MemberStatusVerificationInProgress)
		if n > 0 {
			hits++
		}
		t.Logf("round %d: %d members were not verified yet", round, n)
		s = launch(t, c.data)
		c.url = s.url
		for i, id := range everybody[:4] {
			members := c.settled(t, c.sdk(w, id, usEast1), graphs[id])
			here := 0
			for _, m := range members {
				want := types.MemberStatusVerificationFailed
				if *m.AccountId == outsider {
					want = types.MemberStatusInvited
				} else if (*m.AccountId)[:3] != fmt.Sprint(400+round) {
					continue
				} else {
					here++
				}
				if m.Status != want {
					t.Errorf("%s of %s is %s, want %s", *m.AccountId, id, m.Status, want)
				}
			}
			if whole := len(c.madeUp(round)) - 1; errs[i] == nil && here != whole || here != 0 && here != whole {
				t.Errorf("%s has %d of %d members that it asked for; the answer was %v", id, here, whole, errs[i])
			}
		}
	}
	if hits == 0 {
		t.Errorf("in %d rounds no kill came between an answer and its job", killRounds)
	}
	s.end(t)
}

// madeUp are accounts that nobody knows, others each round, and the outsider,
// who is found.
func (c *cast) madeUp(round int) []types.Account {
	list := c.named(outsider)
	for i := range 49 {
		list = append(list, types.Account{AccountId: aws.String(fmt.Sprintf("%d%09d", 400+round, i)), EmailAddress: aws.String("x@example.com")})
	}
	return list
}

// TestKilledBeforeVolumeCheck kills the server when it has answered
// AcceptInvitation and before it has looked for room.
func TestKilledBeforeVolumeCheck(t *testing.T) {
	t.Parallel()
	c := enterCast(t)
	w := newWire(t)
	s := launch(t, c.data)
	graphs := map[string]*string{}
	hits := 0
	for round := 0; round < killRounds && hits == 0; round++ {
		c.url = s.url
		for _, id := range everybody[:4] {
			a := c.sdk(w, id, usEast1)
			graphs[id] = ok(a.CreateGraph(t.Context(), nil))(t).GraphArn
			ok(a.DeleteMembers(t.Context(), &detective.DeleteMembersInput{GraphArn: graphs[id], AccountIds: []string{outsider}}))(t)
			ok(a.CreateMembers(t.Context(), &detective.CreateMembersInput{GraphArn: graphs[id], Accounts: c.named(outsider)}))(t)
			awaitStatus(t, a, graphs[id], outsider, types.MemberStatusInvited)
		}
		theirs := c.sdk(w, outsider, usEast1)
		var calls []func() error
		for _, id := range everybody[:4] {
			calls = append(calls, func() error {
				_, err := theirs.AcceptInvitation(context.WithoutCancel(t.Context()), &detective.AcceptInvitationInput{GraphArn: graphs[id]})
				return err
			})
		}
		errs := first(calls, func() { s.kill(t) })
		n := left(t, c.data, types.MemberStatusAcceptedButDisabled)
		if n > 0 {
			hits++
		}
		t.Logf("round %d: %d members were not looked at yet", round, n)
		s = launch(t, c.data)
		c.url = s.url
		for i, id := range everybody[:4] {
			a := c.sdk(w, id, usEast1)
			c.settled(t, a, graphs[id])
			m := member(t, a, graphs[id], outsider)
			// Without an answer either may be.
			if m == nil || m.Status != types.MemberStatusEnabled && (errs[i] == nil || m.Status != types.MemberStatusInvited) {
				t.Errorf("the outsider in the graph of %s: %+v; the answer was %v", id, m, errs[i])
			}
		}
	}
	if hits == 0 {
		t.Errorf("in %d rounds no kill came between an answer and its job", killRounds)
	}
	s.end(t)
}
