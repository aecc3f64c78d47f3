package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func newOrgSync(inv *invocation) *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "sync",
		Short: "Read AWS Organizations now rather than within the hour",
		Long: `Reads the organization from AWS Organizations, where organization.source in the
configuration is aws, and applies what has changed. A server does so every hour
and when it starts.`,
		Example: `  gumshoe org sync --data ./data --config gumshoe.yaml`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				if h.config.Organization.Source != "aws" {
					return errors.New("the organization is gumshoe's own: there is nothing to read. `organization: {source: aws}` in the configuration, of the server too if one runs, has it read from AWS Organizations")
				}
				if err := h.detective.SyncOrganization(c.Context()); err != nil {
					return err
				}
				if err := inv.finishJobs(c.Context(), h); err != nil {
					return err
				}
				o, err := h.control.Organization(c.Context())
				if errors.Is(err, control.ErrNotFound) {
					_, err = fmt.Fprintln(inv.stdout, "AWS Organizations has no organization")
					return err
				}
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(inv.stdout, "organization %s: %d accounts\n", o.ID, len(o.Accounts))
				return err
			})
		},
	}
	addNewData(c, &data)
	return c
}

func newOrgList(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:     "list",
		Short:   "Show the organization and its accounts",
		Example: `  gumshoe org list --data ./data`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				o, err := h.control.Organization(c.Context())
				if err != nil && !errors.Is(err, control.ErrNotFound) {
					return err
				}
				list := make([]organizationAccount, len(o.Accounts))
				rows := make([][]string, len(o.Accounts))
				for i, a := range o.Accounts {
					list[i] = organizationAccountOf(a)
					role := "-"
					switch a.ID {
					case o.ManagementAccountID:
						role = "management"
					case o.DelegatedAdministrator:
						role = "delegated administrator"
					}
					rows[i] = []string{a.ID, string(a.Status), role, orDash(a.Email), orDash(a.Name), clock(a.Joined)}
				}
				if format == "json" {
					return writeJSON(inv.stdout, struct {
						ID                     string `json:"Id"`
						MasterAccountID        string `json:"MasterAccountId"`
						DelegatedAdministrator string
						Accounts               []organizationAccount
					}{o.ID, o.ManagementAccountID, o.DelegatedAdministrator, list})
				}
				if o.ID == "" {
					inv.notef("There is no organization; `gumshoe org create MANAGEMENT_ID` makes it.")
					return nil
				}
				inv.notef("organization %s", o.ID)
				return table(inv.stdout, []string{"ACCOUNT", "STATUS", "ROLE", "EMAIL", "NAME", "JOINED (UTC)"}, rows)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}
