package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

// policyFlags name the policies of a key.
type policyFlags struct{ files, managed []string }

func (f *policyFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.files, "policy", nil, "`FILE` with an IAM policy for the key, JSON; can be given again")
	c.Flags().StringArrayVar(&f.managed, "managed-policy", nil,
		"`NAME` of an AWS managed policy of Detective for the key; can be given again. There are "+strings.Join(policy.ManagedNames(), ", "))
}

// maxPolicyFile is more than any policy has, in bytes.
const maxPolicyFile = 1 << 20

// read reads the files. That the policies are such is for package identity.
func (f *policyFlags) read(inv *invocation) ([]control.KeyPolicy, error) {
	var all []control.KeyPolicy
	for _, name := range f.managed {
		all = append(all, control.KeyPolicy{Name: strings.TrimPrefix(name, "arn:aws:iam::aws:policy/")})
	}
	for _, file := range f.files {
		path, err := inv.path(file)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(path); err == nil && info.Size() > maxPolicyFile {
			return nil, fmt.Errorf("--policy %s: %d bytes are no policy", file, info.Size())
		}
		document, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
		if len(document) == 0 {
			return nil, fmt.Errorf("--policy %s: the file is empty", file)
		}
		all = append(all, control.KeyPolicy{Name: filepath.Base(file), Document: string(document)})
	}
	return all, nil
}

// noSuchKey says so; other errors stay as they are.
func noSuchKey(err error, key string) error {
	if errors.Is(err, control.ErrNotFound) {
		return fmt.Errorf("there is no valid access key %q; `gumshoe key list` shows them", key)
	}
	if errors.Is(err, identity.ErrInvalid) {
		return usageError{err}
	}
	return err
}

func newKeyPolicy(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	var policies policyFlags
	var none bool
	c := &cobra.Command{
		Use:   "policy KEY",
		Short: "Say anew what an access key may do, at once",
		Long: `Replaces the policies of an access key, named by its id; it holds at once, also
in a server that is running. With --none the key may do whatever its account
may.`,
		Example: `  gumshoe key policy AKIAIOSFODNN7EXAMPLE --data ./data --policy ./read-only.json`,
		Args:    exactArgs("KEY"),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := policies.read(inv)
			if err != nil {
				return err
			}
			if none == (len(list) > 0) {
				return usagef("name policies by --policy or --managed-policy, or give --none")
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				if err := h.identity.SetKeyPolicies(c.Context(), args[0], list); err != nil {
					return noSuchKey(err, args[0])
				}
				names := make([]string, len(list))
				for i, p := range list {
					names[i] = p.Name
				}
				if format == "json" {
					return writeJSON(inv.stdout, map[string]any{"AccessKeyId": args[0], "Policies": names})
				}
				_, err := fmt.Fprintf(inv.stdout, "policies of %s: %s\n", args[0], orDash(strings.Join(names, ", ")))
				return err
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	policies.add(c)
	c.Flags().BoolVar(&none, "none", false, "take all policies away: no limits beyond the account's")
	return c
}

func newKeyRotate(inv *invocation) *cobra.Command {
	var data dataFlags
	var format string
	c := &cobra.Command{
		Use:   "rotate KEY",
		Short: "Replace an access key by a new one with the same rights",
		Long: `Makes a new access key with the user and the policies of another one, prints it,
and ends the use of the old one at once, also in a server that is running. Where
clients must not be interrupted use 'gumshoe key create', change the clients,
and then 'gumshoe key revoke'.`,
		Example: `  gumshoe key rotate AKIAIOSFODNN7EXAMPLE --data ./data`,
		Args:    exactArgs("KEY"),
		RunE: func(c *cobra.Command, args []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				cred, err := h.identity.RotateKey(c.Context(), args[0])
				if err != nil {
					return noSuchKey(err, args[0])
				}
				return inv.printCredentials(format, cred)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	return c
}
