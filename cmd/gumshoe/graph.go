package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

func newGraph(inv *invocation) *cobra.Command {
	return subcommands("graph", "Make, list and delete behavior graphs, and show what is in them",
		newGraphCreate(inv), newGraphList(inv), newGraphDelete(inv), newGraphStatus(inv))
}

// ownerOf is the caller for whom the command line acts: whoever may use the
// data folder may do what the account's own keys may.
func (h *house) ownerOf(account string) detective.Caller {
	return detective.Caller{AccountID: account, ARN: entity.RootARN(account), Region: h.config.Regions[0]}
}

// makeGraph returns the account's graph, making it when there is none.
func (h *house) makeGraph(ctx context.Context, account string) (control.Graph, error) {
	if !entity.IsAccountID(account) {
		return control.Graph{}, usagef("--account %q: want 12 digits", account)
	}
	if _, err := h.detective.CreateGraph(ctx, h.ownerOf(account), nil); err != nil {
		return control.Graph{}, fmt.Errorf("make graph of account %s: %w", account, err)
	}
	return h.detective.GraphOf(ctx, account, h.config.Regions[0])
}

// activeGraphs returns the graphs that can be used, by ARN.
func (h *house) activeGraphs(ctx context.Context) ([]control.Graph, error) {
	all, err := h.control.Graphs(ctx)
	if err != nil {
		return nil, err
	}
	var out []control.Graph
	for _, g := range all {
		if g.State == control.GraphActive {
			out = append(out, g)
		}
	}
	return out, nil
}

// errNoGraph says that there is nothing to look into yet.
var errNoGraph = errors.New("there is no behavior graph yet; `gumshoe ingest` or `gumshoe graph create` makes one")

// chooseGraph returns the account's graph, or the only one there is.
func (h *house) chooseGraph(ctx context.Context, account string) (control.Graph, error) {
	if account != "" {
		if !entity.IsAccountID(account) {
			return control.Graph{}, usagef("--account %q: want 12 digits", account)
		}
		g, err := h.detective.GraphOf(ctx, account, h.config.Regions[0])
		if errors.Is(err, control.ErrNotFound) {
			return g, fmt.Errorf("account %s has no behavior graph in %s; `gumshoe graph list` shows those there are", account, h.config.Regions[0])
		}
		return g, err
	}
	graphs, err := h.activeGraphs(ctx)
	switch {
	case err != nil:
		return control.Graph{}, err
	case len(graphs) == 0:
		return control.Graph{}, errNoGraph
	case len(graphs) > 1:
		return control.Graph{}, usagef("there are %d behavior graphs: name one by --account ID", len(graphs))
	}
	return graphs[0], nil
}

func newGraphCreate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, account string
	c := &cobra.Command{
		Use:   "create --account ID",
		Short: "Make the behavior graph of an administrator account, or show the one it has",
		Long: `Makes the behavior graph of an administrator account and prints its ARN. An
account has one graph a Region; when it is there already its ARN is printed.`,
		Example: `  gumshoe graph create --account 111122223333 --data ./data`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if account == "" {
				return usagef("--account ID is missing: the administrator account")
			}
			if !entity.IsAccountID(account) {
				return usagef("--account %q: want 12 digits", account)
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				g, err := h.makeGraph(c.Context(), account)
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(inv.stdout, graphEntryOf(g))
				}
				_, err = fmt.Fprintln(inv.stdout, g.ARN)
				return err
			})
		},
	}
	addNewData(c, &data)
	addOutput(c, &format, "table", "json")
	c.Flags().StringVar(&account, "account", "", "`ID` of the administrator account, 12 digits")
	return c
}

// graphEntry is a graph in JSON, with the API's names.
type graphEntry struct {
	Arn         string
	AccountID   string `json:"AccountId"`
	Region      string
	CreatedTime time.Time
	Members     *int `json:",omitempty"`
}

func graphEntryOf(g control.Graph) graphEntry {
	return graphEntry{Arn: g.ARN, AccountID: g.AccountID, Region: g.Region, CreatedTime: g.Created}
}

func newGraphList(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the behavior graphs",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				graphs, err := h.activeGraphs(c.Context())
				if err != nil {
					return err
				}
				list := make([]graphEntry, len(graphs))
				rows := make([][]string, len(graphs))
				for i, g := range graphs {
					members, err := h.detective.Members(c.Context(), g.ARN)
					if err != nil {
						return err
					}
					n := len(members)
					list[i] = graphEntryOf(g)
					list[i].Members = &n
					rows[i] = []string{g.ARN, clock(g.Created), fmt.Sprint(n)}
				}
				if format == "json" {
					return writeJSON(inv.stdout, list)
				}
				return table(inv.stdout, []string{"GRAPH", "CREATED (UTC)", "MEMBERS"}, rows)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}

func newGraphDelete(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "delete ARN",
		Short: "Delete a behavior graph with everything in it; it cannot be restored",
		Long: `Deletes a behavior graph with its events and investigations. It cannot be
restored, but the logs can be read again. 'gumshoe graph list' shows the ARNs.`,
		Example: `  gumshoe graph delete --data ./data \
    arn:aws:detective:us-east-1:111122223333:graph:3b390205dcb8411031784b8da5843c9d`,
		Args: exactArgs("ARN"),
		RunE: func(c *cobra.Command, args []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				ctx := c.Context()
				g, err := h.control.Graph(ctx, args[0])
				if errors.Is(err, control.ErrNotFound) {
					return fmt.Errorf("there is no behavior graph %s; `gumshoe graph list` shows those there are", args[0])
				}
				if err != nil {
					return err
				}
				owner := h.ownerOf(g.AccountID)
				owner.Region = g.Region
				if err := h.detective.DeleteGraph(ctx, owner, g.ARN); err != nil {
					return err
				}
				if inv.house == nil {
					// No server will do the rest.
					if err := h.jobs.Drain(ctx); err != nil {
						return err
					}
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]string{"Arn": g.ARN, "Status": "DELETED"})
				}
				_, err = fmt.Fprintf(inv.stdout, "deleted %s\n", g.ARN)
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}
