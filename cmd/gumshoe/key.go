package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
)

func newKey(inv *invocation) *cobra.Command {
	return subcommands("key", "Make, list, rotate and revoke access keys, and say what they may do",
		newKeyCreate(inv), newKeyList(inv), newKeyPolicy(inv), newKeyRotate(inv), newKeyRevoke(inv))
}

// printCredentials shows a new key; its secret cannot be shown again.
func (inv *invocation) printCredentials(format string, c identity.Credentials) error {
	if format == "json" {
		return writeJSON(inv.stdout, c)
	}
	_, err := fmt.Fprintf(inv.stdout, `account            %s
access key id      %s
secret access key  %s
`, c.AccountID, c.AccessKeyID, c.SecretAccessKey)
	inv.notef("Keep the secret: it cannot be shown again.")
	return err
}

func newKeyCreate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, user string
	var policies policyFlags
	c := &cobra.Command{
		Use:   "create ID",
		Short: "Make another access key for an account",
		Long: `Makes another access key for an account and prints it. The secret is shown this
once. The account's other keys stay; 'gumshoe key revoke' ends them.

Without policies the key may do whatever its account may. Policies are IAM
policies in JSON, or the AWS managed ones of Detective by their names. With
--user the key stands for an IAM user of that name rather than for the
account's root user.`,
		Example: `  gumshoe key create 111122223333 --data ./data
  gumshoe key create 111122223333 --data ./data --user alice \
    --managed-policy AmazonDetectiveInvestigatorAccess`,
		Args: exactArgs("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !entity.IsAccountID(args[0]) {
				return usagef("account %q: want 12 digits", args[0])
			}
			list, err := policies.read(inv)
			if err != nil {
				return err
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				cred, err := h.identity.CreateKey(c.Context(), args[0], identity.KeyOptions{UserName: user, Policies: list})
				if errors.Is(err, identity.ErrInvalid) {
					return usageError{err}
				}
				if err != nil {
					return err
				}
				return inv.printCredentials(format, cred)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	c.Flags().StringVar(&user, "user", "", "`NAME` of the IAM user that the key stands for; it needs a policy")
	policies.add(c)
	return c
}

func newKeyList(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the access keys, revoked ones too",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				keys, err := h.identity.Keys(c.Context())
				if err != nil {
					return err
				}
				type entry struct {
					AccountID   string   `json:"AccountId"`
					AccessKeyID string   `json:"AccessKeyId"`
					UserName    string   `json:",omitempty"`
					Policies    []string `json:",omitempty"`
					Created     time.Time
					Revoked     *time.Time `json:",omitempty"`
				}
				list := make([]entry, len(keys))
				rows := make([][]string, len(keys))
				for i, k := range keys {
					list[i] = entry{AccountID: k.AccountID, AccessKeyID: k.AccessKeyID, UserName: k.UserName, Created: k.Created}
					for _, p := range k.Policies {
						list[i].Policies = append(list[i].Policies, p.Name)
					}
					if !k.Revoked.IsZero() {
						list[i].Revoked = &k.Revoked
					}
					rows[i] = []string{k.AccountID, k.AccessKeyID, cmp.Or(k.UserName, "(root)"),
						orDash(strings.Join(list[i].Policies, ", ")), clock(k.Created), clock(k.Revoked)}
				}
				if format == "json" {
					return writeJSON(inv.stdout, list)
				}
				return table(inv.stdout, []string{"ACCOUNT", "ACCESS KEY", "USER", "POLICIES", "CREATED (UTC)", "REVOKED (UTC)"}, rows)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}

func newKeyRevoke(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "revoke KEY",
		Short: "End the use of an access key at once",
		Long: `Ends the use of an access key, named by its id, at once, also in a server that
is running. It cannot be undone; 'gumshoe key create' makes a new key.`,
		Example: `  gumshoe key revoke AKIAIOSFODNN7EXAMPLE --data ./data`,
		Args:    exactArgs("KEY"),
		RunE: func(c *cobra.Command, args []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				err := h.identity.RevokeKey(c.Context(), args[0])
				if errors.Is(err, control.ErrNotFound) {
					return fmt.Errorf("there is no access key %q; `gumshoe key list` shows them", args[0])
				}
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]string{"AccessKeyId": args[0], "Status": "REVOKED"})
				}
				_, err = fmt.Fprintf(inv.stdout, "revoked %s\n", args[0])
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}
