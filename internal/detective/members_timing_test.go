package detective

import (
	"context"
	"fmt"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// crowd makes a graph with n enabled members that sent something.
func crowd(b *testing.B, l *lab, n int) (arn string, ids []string) {
	b.Helper()
	ctx := context.Background()
	arn, err := l.CreateGraph(ctx, admin, nil)
	must(b, err)
	var usage []control.Usage
	for i := range n {
		ids = append(ids, fmt.Sprintf("%012d", 200_000_000_000+i))
		for _, p := range control.AllPackages() {
			usage = append(usage, control.Usage{AccountID: ids[i], Package: p, BytesPerDay: int64(i), Updated: begin})
		}
	}
	_, _, err = l.EnrollMembers(ctx, arn, ids)
	must(b, err)
	must(b, l.store.Update(ctx, func(tx control.Tx) error { return tx.SetUsage(ctx, arn, usage) }))
	return arn, ids
}

func BenchmarkMembers(b *testing.B) {
	l := newLab(b, b.TempDir())
	defer func() { _ = l.store.Close() }()
	ctx := context.Background()
	arn, ids := crowd(b, l, 1200)
	b.Run("ListMembers of 200", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if list, _, err := l.ListMembers(ctx, admin, arn, Page{Limit: 200}); err != nil || len(list) != 200 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("GetMembers of 50", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if list, _, err := l.GetMembers(ctx, admin, arn, ids[:50]); err != nil || len(list) != 50 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("CreateMembers and DeleteMembers of 1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := l.DeleteMembers(ctx, admin, arn, ids[:1]); err != nil {
				b.Fatal(err)
			}
			in := CreateMembersInput{Accounts: []AccountDetails{{AccountID: ids[0], Email: "a@example.com"}}}
			if made, _, err := l.CreateMembers(ctx, admin, arn, in); err != nil || len(made) != 1 {
				b.Fatal(made, err)
			}
		}
	})
}
