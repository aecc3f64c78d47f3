package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/orgs"
)

func newOrg(inv *invocation) *cobra.Command {
	return subcommands("org", "Keep the directory of the AWS organization",
		newOrgCreate(inv), newOrgAdd(inv),
		newOrgChange(inv, "remove", "Take an account out of the organization",
			`Takes an account out of the organization. It is no member any more of graphs
that it belonged to through the organization; what they hold of it stays.`, orgs.Remove),
		newOrgChange(inv, "suspend", "Suspend an account: nothing of it is read any more",
			`Marks an account as suspended: its memberships are disabled, its records are
rejected and its access keys are not valid from now on. 'gumshoe org restore'
undoes it.`, orgs.Suspend),
		newOrgChange(inv, "restore", "Take up a suspended account again",
			`Marks a suspended account as active; its memberships are enabled again as far
as the graphs' quotas allow.`, orgs.Restore),
		newOrgChange(inv, "close", "Close an account: its memberships and graphs go",
			`Marks an account as closed, which cannot be undone: it is removed from all
graphs, the graphs that it administers are deleted and its access keys revoked.`, orgs.Close),
		newOrgChange(inv, "delegate", "Make an account the delegated administrator for Detective",
			`Registers an account as the organization's delegated administrator for
Detective. Only it, or the management account, can then be made the Detective
administrator account of a Region.`, orgs.Delegate),
		newOrgUndelegate(inv), newOrgSync(inv), newOrgList(inv))
}

// editOrganization changes our own directory, with all that follows from it.
func (h *house) editOrganization(ctx context.Context, edit func(control.Organization) (control.Organization, error)) error {
	if h.config.Organization.Source == "aws" {
		return errors.New("the organization is read from AWS Organizations (organization.source in the configuration): change it there")
	}
	err := h.detective.ApplyOrganization(ctx, func(old control.Organization) (control.Organization, error) {
		if old.Source == control.AWSOrganization {
			return old, fmt.Errorf("organization %s was read from AWS Organizations: change it there, and name the configuration by --config", old.ID)
		}
		return edit(old)
	})
	if errors.Is(err, orgs.ErrNone) {
		return errors.New("there is no organization yet; `gumshoe org create MANAGEMENT_ID` makes it")
	}
	return err
}

// finishJobs does what a change has enqueued when no server will.
func (inv *invocation) finishJobs(ctx context.Context, h *house) error {
	if inv.house != nil {
		return nil
	}
	return h.jobs.Drain(ctx)
}

// organizationAccount is an account in JSON, with the names of AWS
// Organizations.
type organizationAccount struct {
	ID              string `json:"Id"`
	Email           string
	Name            string
	Status          control.AccountStatus
	JoinedTimestamp time.Time
}

func organizationAccountOf(a control.OrganizationAccount) organizationAccount {
	return organizationAccount{a.ID, a.Email, a.Name, a.Status, a.Joined}
}

func newOrgCreate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	var who accountFlags
	c := &cobra.Command{
		Use:   "create MANAGEMENT_ID",
		Short: "Make the organization with its management account",
		Long: `Makes the organization of this installation, with the account that manages it.
The management account chooses the Detective administrator account by
EnableOrganizationAdminAccount. The account's e-mail address and name come from
'gumshoe account create' unless they are given here.`,
		Example: `  gumshoe org create 111122223333 --data ./data`,
		Args:    exactArgs("MANAGEMENT_ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !entity.IsAccountID(args[0]) {
				return usagef("account %q: want 12 digits", args[0])
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				a, err := who.account(c.Context(), h, args[0])
				if err != nil {
					return err
				}
				var made control.Organization
				err = h.editOrganization(c.Context(), func(old control.Organization) (control.Organization, error) {
					if old.ID != "" {
						return old, fmt.Errorf("there is an organization already: %s, managed by account %s", old.ID, old.ManagementAccountID)
					}
					made, err = orgs.Create(a.ID, a.Email, a.Name, a.Joined)
					return made, err
				})
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]string{"Id": made.ID, "MasterAccountId": made.ManagementAccountID})
				}
				_, err = fmt.Fprintf(inv.stdout, "organization %s, managed by account %s\n", made.ID, made.ManagementAccountID)
				return err
			})
		},
	}
	addNewData(c, &data)
	addOutput(c, &format, "table", "json")
	who.add(c)
	return c
}

// accountFlags say what the directory of accounts does not know.
type accountFlags struct{ email, name string }

func (f *accountFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.email, "email", "", "e-mail `ADDRESS` of the account's root user")
	c.Flags().StringVar(&f.name, "name", "", "`NAME` of the account, for people")
}

// account returns the account that joins now.
func (f *accountFlags) account(ctx context.Context, h *house, id string) (control.OrganizationAccount, error) {
	out := control.OrganizationAccount{ID: id, Email: f.email, Name: f.name, Joined: time.Now()}
	if f.email != "" && !identity.ValidEmail(f.email) {
		return out, usagef("invalid e-mail address %q", f.email)
	}
	known, err := h.control.Account(ctx, id)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return out, err
	}
	if out.Email == "" {
		out.Email = known.Email
	}
	if out.Name == "" {
		out.Name = known.Name
	}
	return out, nil
}

func newOrgAdd(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	var who accountFlags
	c := &cobra.Command{
		Use:   "add ACCOUNT_ID",
		Short: "Let an account join the organization",
		Long: `Lets an account join the organization. Where AutoEnable is on, it becomes a
member of the organization's graph. The account's e-mail address and name come
from 'gumshoe account create' unless they are given here.`,
		Example: `  gumshoe org add 444455556666 --data ./data --email dev@example.com`,
		Args:    exactArgs("ACCOUNT_ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !entity.IsAccountID(args[0]) {
				return usagef("account %q: want 12 digits", args[0])
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				a, err := who.account(c.Context(), h, args[0])
				if err != nil {
					return err
				}
				var now control.Organization
				err = h.editOrganization(c.Context(), func(old control.Organization) (control.Organization, error) {
					now, err = orgs.Add(old, a)
					return now, err
				})
				if err != nil {
					return err
				}
				a, _ = now.Account(a.ID)
				if format == "json" {
					return writeJSON(inv.stdout, organizationAccountOf(a))
				}
				_, err = fmt.Fprintf(inv.stdout, "account %s joined organization %s\n", a.ID, now.ID)
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	who.add(c)
	return c
}

// newOrgChange is a command that changes one account of the organization.
func newOrgChange(inv *invocation, verb, short, long string, change func(control.Organization, string) (control.Organization, error)) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:     verb + " ACCOUNT_ID",
		Short:   short,
		Long:    long,
		Example: "  gumshoe org " + verb + " 444455556666 --data ./data",
		Args:    exactArgs("ACCOUNT_ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !entity.IsAccountID(args[0]) {
				return usagef("account %q: want 12 digits", args[0])
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				var now control.Organization
				err := h.editOrganization(c.Context(), func(old control.Organization) (_ control.Organization, err error) {
					now, err = change(old, args[0])
					return now, err
				})
				if err == nil {
					err = inv.finishJobs(c.Context(), h)
				}
				if err != nil {
					return err
				}
				status := "REMOVED"
				if a, ok := now.Account(args[0]); ok {
					status = string(a.Status)
				}
				if now.DelegatedAdministrator == args[0] {
					status = "DELEGATED_ADMINISTRATOR"
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]string{"Id": args[0], "Status": status})
				}
				_, err = fmt.Fprintf(inv.stdout, "account %s: %s\n", args[0], status)
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}

func newOrgUndelegate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "undelegate",
		Short: "End the delegation for Detective",
		Long: `Ends the organization's delegation for Detective. The account is not the
Detective administrator account any more in any Region; its graphs stay, as its
own, without the organization's accounts.`,
		Example: `  gumshoe org undelegate --data ./data`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				var was string
				err := h.editOrganization(c.Context(), func(old control.Organization) (control.Organization, error) {
					was = old.DelegatedAdministrator
					return orgs.Undelegate(old)
				})
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]string{"Id": was, "Status": "UNDELEGATED"})
				}
				_, err = fmt.Fprintf(inv.stdout, "account %s is not the delegated administrator any more\n", was)
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}
