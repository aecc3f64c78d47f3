package investigate

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// FuzzResolve checks that every text is either an entity of the graph, one
// that the graph does not hold, or unsupported, and that what is found has an
// IAM ARN of the same account.
func FuzzResolve(f *testing.F) {
	store := newMemStore(workdays(user("dev/alice")), places)
	for _, s := range []string{user("dev/alice").Key, "arn:aws:iam::1:root", "arn:aws:sts::1:assumed-role/a/b",
		"AKIAIOSFODNN7EXAMPLE", "arn:::::", "arn:aws:iam::1:user//", "arn:aws:sts::1:assumed-role//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := resolve(context.Background(), store, text)
		var unsupported *UnsupportedEntityError
		switch {
		case err == nil:
			a, ok := entity.ParseARN(p.ARN)
			if !ok || a.Service != "iam" || a.Account != p.Account || p.ID == 0 || (p.Kind != IAMUser && p.Kind != IAMRole) {
				t.Fatalf("resolve(%q) = %+v", text, p)
			}
		case !errors.Is(err, ErrUnknownEntity) && !errors.As(err, &unsupported):
			t.Fatalf("resolve(%q): %v", text, err)
		case errors.As(err, &unsupported) && strings.HasPrefix(text, "arn:aws:iam::1:user/x"):
			t.Fatalf("resolve(%q): %v", text, err)
		}
	})
}
