package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
)

func newAccount(inv *invocation) *cobra.Command {
	return subcommands("account", "Enter AWS accounts and list them", newAccountCreate(inv), newAccountList(inv))
}

func newAccountCreate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, email, name string
	c := &cobra.Command{
		Use:   "create ID",
		Short: "Enter an AWS account and print its first access key",
		Long: `Enters an AWS account and prints an access key for it. The secret is shown
this once. Clients sign their calls with it; it is no key of AWS.`,
		Example: `  gumshoe account create 111122223333 --data ./data --email aws@example.com`,
		Args:    exactArgs("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !entity.IsAccountID(args[0]) {
				return usagef("account %q: want 12 digits", args[0])
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				cred, err := h.identity.CreateAccount(c.Context(), args[0], email, name)
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
	addNewData(c, &data)
	addOutput(c, &format, "table", "json")
	c.Flags().StringVar(&email, "email", "", "e-mail `ADDRESS` of the account's root user; invitations are verified against it")
	c.Flags().StringVar(&name, "name", "", "`NAME` of the account, for people")
	return c
}

func newAccountList(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Long:  "Lists the accounts that were entered. `gumshoe key list` has their access keys.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				accounts, err := h.identity.Accounts(c.Context())
				if err != nil {
					return err
				}
				type entry struct {
					AccountID string `json:"AccountId"`
					Email     string
					Name      string
					Created   time.Time
				}
				list := make([]entry, len(accounts))
				rows := make([][]string, len(accounts))
				for i, a := range accounts {
					list[i] = entry{a.ID, a.Email, a.Name, a.Created}
					rows[i] = []string{a.ID, orDash(a.Email), orDash(a.Name), clock(a.Created)}
				}
				if format == "json" {
					return writeJSON(inv.stdout, list)
				}
				return table(inv.stdout, []string{"ACCOUNT", "EMAIL", "NAME", "CREATED (UTC)"}, rows)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}

// clock prints a time to the second, in UTC; tables say so in their header.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
