package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// fullGraph opens a store with a graph at its quota of 1,200 members, each
// with usage of all packages, beside a second one of the same accounts.
func fullGraph(b *testing.B) (s *Store, ids []string) {
	b.Helper()
	s, err := Open(filepath.Join(b.TempDir(), "control.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	now := time.UnixMicro(1700000000000000)
	for n := range 1200 {
		ids = append(ids, fmt.Sprintf("%012d", 100000000000+n*7919))
	}
	err = s.Update(b.Context(), func(tx control.Tx) error {
		for k, id := range []string{"027c7c4610ea4aacaf0b883093cab899", "127c7c4610ea4aacaf0b883093cab899"} {
			owner := fmt.Sprintf("%012d", 1+k)
			g := control.Graph{
				ARN: control.GraphARN("eu-west-1", owner, id), AccountID: owner, Region: "eu-west-1", WarehouseID: id,
				Created: now, State: control.GraphActive, EntitySecret: []byte{1},
			}
			if err := tx.CreateGraph(b.Context(), g); err != nil {
				return err
			}
			var usage []control.Usage
			for _, id := range ids {
				var p control.Packages
				for _, name := range control.AllPackages() {
					p.Set(name, false, now)
					p.Set(name, true, now.Add(time.Hour))
					usage = append(usage, control.Usage{AccountID: id, Package: name, BytesPerDay: 5e9, Updated: now})
				}
				if err := tx.SetMember(b.Context(), control.Member{
					GraphARN: g.ARN, AccountID: id, Email: "root+" + id + "@example.com", Status: control.MemberEnabled,
					InvitationType: control.ByInvitation, Invited: now, Updated: now, Packages: p,
				}); err != nil {
					return err
				}
			}
			if err := tx.SetUsage(b.Context(), g.ARN, usage); err != nil {
				return err
			}
		}
		for n := range 100 {
			a := control.Account{ID: fmt.Sprintf("%012d", n)}
			if err := tx.CreateAccount(b.Context(), a); err != nil {
				return err
			}
			k := control.Key{AccessKeyID: "AKIA" + a.ID, AccountID: a.ID, Sealed: make([]byte, 68)}
			if err := tx.CreateKey(b.Context(), k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, ids
}

// BenchmarkFullGraph times the reads of one call in a graph at its quota.
func BenchmarkFullGraph(b *testing.B) {
	s, ids := fullGraph(b)
	g, err := s.GraphOf(b.Context(), "000000000001", "eu-west-1")
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, want int, read func(context.Context) (int, error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := read(b.Context()); err != nil || n != want {
					b.Fatalf("%d rows, %v; want %d", n, err, want)
				}
			}
		})
	}
	run("Members of a page of 200", 200, func(ctx context.Context) (int, error) {
		l, err := s.Members(ctx, g.ARN, ids[499], 200)
		return len(l), err
	})
	run("MembersOf 50", 50, func(ctx context.Context) (int, error) {
		l, err := s.MembersOf(ctx, g.ARN, ids[600:650])
		return len(l), err
	})
	run("Member", 1, func(ctx context.Context) (int, error) {
		_, err := s.Member(ctx, g.ARN, ids[700])
		return 1, err
	})
	run("MembershipsOf", 2, func(ctx context.Context) (int, error) {
		l, err := s.MembershipsOf(ctx, ids[700])
		return len(l), err
	})
	run("MemberCount", 1200, func(ctx context.Context) (int, error) { return s.MemberCount(ctx, g.ARN) })
	run("Membership", 1201, func(ctx context.Context) (int, error) {
		m, err := s.Membership(ctx, g.ARN)
		return len(m.Accounts), err
	})
	run("Usage of 200", 600, func(ctx context.Context) (int, error) {
		l, err := s.Usage(ctx, g.ARN, ids[500:700])
		return len(l), err
	})
	run("Usage of all", 3600, func(ctx context.Context) (int, error) {
		l, err := s.Usage(ctx, g.ARN, nil)
		return len(l), err
	})
	run("Key", 1, func(ctx context.Context) (int, error) {
		_, err := s.Key(ctx, "AKIA000000000050")
		return 1, err
	})
}
