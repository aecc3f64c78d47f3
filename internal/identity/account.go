package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// ErrInvalid says that an account id or e-mail address is not one.
var ErrInvalid = errors.New("invalid")

// CreateAccount enters an account with its first access key. id is 12
// digits; email, of the account's root user, and name may be empty.
//
// The error wraps ErrInvalid for a wrong id or address and
// control.ErrExists for an account that exists.
func (s *Service) CreateAccount(ctx context.Context, id, email, name string) (Credentials, error) {
	if !entity.IsAccountID(id) {
		return Credentials{}, fmt.Errorf("%w account id %q: it must be 12 digits", ErrInvalid, id)
	}
	if email != "" && !ValidEmail(email) {
		return Credentials{}, fmt.Errorf("%w e-mail address %q", ErrInvalid, email)
	}
	cred, key := s.newKey(id)
	err := s.store.Update(ctx, func(tx control.Tx) error {
		a := control.Account{ID: id, Email: email, Name: name, Created: key.Created}
		if err := tx.CreateAccount(ctx, a); errors.Is(err, control.ErrExists) {
			return fmt.Errorf("account %s %w; `gumshoe key create %s` makes another key", id, control.ErrExists, id)
		} else if err != nil {
			return err
		}
		return tx.CreateKey(ctx, key)
	})
	if err != nil {
		return Credentials{}, err
	}
	return cred, nil
}

// Accounts returns all accounts, by id.
func (s *Service) Accounts(ctx context.Context) ([]control.Account, error) {
	return s.store.Accounts(ctx)
}

// ValidEmail reports whether s is an e-mail address as the API's model has
// it: 1 to 64 characters, `^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$`,
// which Go's regexp cannot say.
func ValidEmail(s string) bool {
	at := strings.LastIndexByte(s, '@') // the domain cannot hold one
	if utf8.RuneCountInString(s) > 64 || at < 1 || strings.ContainsAny(s[:at], "\r\n") {
		return false
	}
	labels := strings.Split(s[at+1:], ".")
	last := len(labels) - 1
	if last == 0 {
		return false
	}
	for _, l := range labels[:last] {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, letters+digits+"-") != "" {
			return false
		}
	}
	top := labels[last]
	return len(top) >= 2 && len(top) <= 63 && strings.Trim(top, letters) == ""
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)
