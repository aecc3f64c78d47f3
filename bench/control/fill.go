package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
)

const region = "us-east-1"

// caller is an administrator account with its key and graph.
type caller struct {
	credentials aws.Credentials
	graph       string
	members     []string // account ids
	email       func(account string) string
}

// fill makes the data folder. The graphs' own data are not made: no control
// call looks at them.
func fill(ctx context.Context, dir string, o options) ([]*caller, error) {
	if err := mkdir(dir); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(filepath.Join(dir, "control.db"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = store.Close() }() // what was written has been committed
	ids, err := identity.New(store, filepath.Join(dir, "secret.key"), time.Now)
	if err != nil {
		return nil, err
	}
	var callers []*caller
	for i := range o.accounts {
		account := fmt.Sprintf("%012d", 100_000_000_000+i)
		cred, err := ids.CreateAccount(ctx, account, "", "")
		if err != nil {
			return nil, err
		}
		id := fmt.Sprintf("%032x", i+1)
		now := time.Now().UTC().Truncate(time.Millisecond)
		g := control.Graph{
			ARN: control.GraphARN(region, account, id), AccountID: account, Region: region, WarehouseID: id,
			Created: now, State: control.GraphActive, Packages: started(now),
		}
		g.EntitySecret = ids.Seal(g.ARN, make([]byte, 16))
		c := &caller{
			credentials: aws.Credentials{AccessKeyID: cred.AccessKeyID, SecretAccessKey: cred.SecretAccessKey},
			graph:       g.ARN,
			email:       func(account string) string { return "root-" + account + "@example.com" },
		}
		if err := store.Update(ctx, func(tx control.Tx) error { return c.enter(ctx, tx, g, o.members, i == 0) }); err != nil {
			return nil, err
		}
		callers = append(callers, c)
	}
	return callers, nil
}

// enter stores a graph with its members, who are the same accounts in every
// graph, and what they send.
func (c *caller) enter(ctx context.Context, tx control.Tx, g control.Graph, members int, first bool) error {
	if err := tx.CreateGraph(ctx, g); err != nil {
		return err
	}
	var usage []control.Usage
	for i := range members {
		account := fmt.Sprintf("%012d", 200_000_000_000+i)
		c.members = append(c.members, account)
		if first {
			if err := tx.CreateAccount(ctx, control.Account{ID: account, Email: c.email(account), Created: g.Created}); err != nil {
				return err
			}
		}
		m := control.Member{
			GraphARN: g.ARN, AccountID: account, Email: c.email(account), Status: control.MemberEnabled,
			InvitationType: control.ByInvitation, Invited: g.Created, Updated: g.Created, Packages: started(g.Created),
		}
		if err := tx.SetMember(ctx, m); err != nil {
			return err
		}
		for _, p := range control.AllPackages() {
			usage = append(usage, control.Usage{AccountID: account, Package: p, BytesPerDay: int64(i) * 1_000_003, Updated: g.Created})
		}
	}
	return tx.SetUsage(ctx, g.ARN, usage)
}

func started(at time.Time) control.Packages {
	var p control.Packages
	for _, name := range control.AllPackages() {
		p.Set(name, true, at)
	}
	return p
}

// quoted is a JSON list of strings that need no escapes.
func quoted(list []string) string { return `["` + strings.Join(list, `","`) + `"]` }
