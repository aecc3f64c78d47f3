package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

func newDemo(inv *invocation) *cobra.Command {
	var dir, format string
	o := serverOptions{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show gumshoe on a simulated organization with an intruder in it",
		Long: `Writes the logs of an invented organization, one of whose developers had an
access key stolen, reads them, and serves the Detective API over them. Then it
prints what to try. It needs no network and no credentials. Ctrl-C ends it.`,
		Example: `  gumshoe demo
  gumshoe demo --data ./demo --listen 127.0.0.1:9000`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if inv.house != nil {
				return errors.New("a server has this data folder open already")
			}
			if err := o.check(); err != nil {
				return err
			}
			if dir == "" {
				if dir, err = os.MkdirTemp("", "gumshoe-demo-*"); err != nil {
					return fmt.Errorf("make a folder for the demo: %w", err)
				}
				defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			} else if dir, err = inv.path(dir); err != nil {
				return err
			}
			if err := canListen(c.Context(), o.listen); err != nil {
				if c.Flags().Changed("listen") {
					return err
				}
				o.listen = "127.0.0.1:0" // the usual port is taken: any will do
			}
			return inv.demo(c.Context(), dir, o, format)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "`DIR` to keep the demo in; it is used again (default: a temporary one)")
	f.StringVar(&o.listen, "listen", defaultListen, "`HOST:PORT` to listen on; another port is taken when the default one is in use")
	addOutput(c, &format, "table", "json")
	return c
}

// canListen finds out before the work begins.
func canListen(ctx context.Context, addr string) error {
	l, err := listen(ctx, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// demo prepares the folder and serves it.
func (inv *invocation) demo(ctx context.Context, dir string, o serverOptions, format string) error {
	logs := filepath.Join(dir, "logs")
	if exists(filepath.Join(dir, controlFile)) && !exists(filepath.Join(logs, simulate.ManifestFile)) {
		return fmt.Errorf("--data %s holds data that is no demo's: name another folder", dir)
	}
	m, err := inv.demoLogs(ctx, logs)
	if err != nil {
		return err
	}
	// The overlay tells where the invented addresses are.
	if err := copyFile(filepath.Join(logs, simulate.GeoFile), filepath.Join(dir, "geo", simulate.GeoFile)); err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	cfg, err := readConfig("")
	if err != nil {
		return err
	}
	h, err := openHouse(dir, cfg, serverLog(inv.stderr))
	if err != nil {
		return err
	}
	cred, g, err := inv.demoData(ctx, h, m, logs)
	if err != nil {
		return errors.Join(err, h.close())
	}
	ready := func(url string) error {
		if format == "json" {
			return writeJSON(inv.stdout, demoEntry{URL: url, AccountID: cred.AccountID,
				AccessKeyID: cred.AccessKeyID, SecretAccessKey: cred.SecretAccessKey})
		}
		return writeTour(inv.stdout, tour{URL: url, Credentials: cred, Region: g.Region, Manifest: m,
			Logs: filepath.Join(logs, simulate.LogFolder), Program: programName()})
	}
	return errors.Join(h.serve(ctx, inv, o, ready), h.close())
}

// demoEntry is what -o json prints once the demo is ready. There is no
// console yet, so its user is empty.
type demoEntry struct {
	URL             string `json:"url"`
	AccountID       string `json:"account_id"`
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
	ConsoleUser     string `json:"console_user"`
	ConsolePassword string `json:"console_password"`
}

// demoLogs returns the manifest of the demo's logs, writing them first if
// they are not there. The attack is on the day before yesterday.
func (inv *invocation) demoLogs(ctx context.Context, logs string) (*simulate.Manifest, error) {
	if m, err := simulate.ReadManifest(logs); err == nil {
		return m, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	inv.notef("writing the logs of a simulated organization …")
	// Larger files than S3 delivers: thousands of small ones take longer to
	// make than to read.
	// They have their name once they are whole, for a demo may be broken off.
	part := logs + ".part"
	if err := os.RemoveAll(part); err != nil {
		return nil, fmt.Errorf("remove logs of a demo that was broken off: %w", err)
	}
	m, err := simulate.Write(ctx, part, simulate.Config{Seed: 1, Story: simulate.StoryStolenKey,
		End: time.Now().UTC().Truncate(day), EventsPerFile: 500})
	if err == nil {
		err = os.Rename(part, logs)
	}
	if err != nil {
		return nil, fmt.Errorf("write the demo's logs: %w", err)
	}
	return m, nil
}

// demoData makes the account and the graph and reads the logs.
func (inv *invocation) demoData(ctx context.Context, h *house, m *simulate.Manifest, logs string) (identity.Credentials, control.Graph, error) {
	account := m.Accounts[0]
	cred, err := h.identity.CreateAccount(ctx, account.ID, "", account.Name)
	if errors.Is(err, control.ErrExists) {
		// The folder is used again; the old secret cannot be shown.
		cred, err = h.identity.CreateKey(ctx, account.ID, identity.KeyOptions{})
	}
	if err != nil {
		return cred, control.Graph{}, err
	}
	g, err := h.makeGraph(ctx, account.ID)
	if err != nil {
		return cred, g, err
	}
	inv.notef("reading %d records of %d days …", m.Events+m.Duplicates, int(m.LastEvent.Sub(m.FirstEvent)/day)+1)
	report, err := h.ingest(ctx, inv, g, []string{filepath.Join(logs, simulate.LogFolder)}, ingestFlags{enroll: true})
	if err != nil {
		return cred, g, err
	}
	t := report.Totals
	inv.notef("%d records seen = %d stored + %d duplicate + %d rejected, in %.1f s",
		t.Seen, t.Stored, t.Duplicate, t.Rejected, report.Seconds)
	return cred, g, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// programName is how the user called us, for commands to paste.
func programName() string {
	if path, err := os.Executable(); err == nil {
		return path
	}
	return "gumshoe"
}
