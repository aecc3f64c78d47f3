package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/audit"
)

const defaultListen = "127.0.0.1:8620"

// shutdownTime is how long requests in hand may take after SIGTERM, orderTime
// how long the commands that are run for other processes may.
const (
	shutdownTime = 8 * time.Second
	orderTime    = 6 * time.Second
)

func newServe(inv *invocation) *cobra.Command {
	var data dataFlags
	o := serverOptions{}
	c := &cobra.Command{
		Use:   "serve --data DIR",
		Short: "Answer the Detective API over a data folder",
		Long: `Answers the Amazon Detective API over a data folder until it is stopped by
Ctrl-C or SIGTERM; it then finishes what is in hand, within 10 seconds. Other
commands may be used on the folder meanwhile: the server runs them.

Clients sign with the keys that 'gumshoe account create' prints.

Logs are read from what the configuration names as sources: folders, prefixes in
Amazon S3 and queues of its event notifications; and from what is pushed to
/ingest/v1/auto with a key that may. Data older than
retention_days (365; 0 keeps all) is dropped once a day. /healthz, /readyz and
/metrics (Prometheus) are answered too, the last to this machine only unless
the configuration has metrics: {public: true}.`,
		Example: `  gumshoe serve --data ./data
  AWS_ENDPOINT_URL=http://127.0.0.1:8620 aws detective list-graphs`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if inv.house != nil {
				return errors.New("a server has this data folder open already")
			}
			if err := o.check(); err != nil {
				return err
			}
			dir, err := data.folder(inv)
			if err != nil {
				return err
			}
			cfg, err := readConfig(data.config)
			if err != nil {
				return err
			}
			h, err := openHouse(dir, cfg, serverLog(inv.stderr))
			if err != nil {
				return err
			}
			ready := func(url string) error {
				inv.notef("gumshoe %s answers the Detective API at %s (data: %s)", version, url, dir)
				return nil
			}
			return errors.Join(h.serve(c.Context(), inv, o, ready), h.close())
		},
	}
	addNewData(c, &data)
	f := c.Flags()
	f.StringVar(&o.listen, "listen", defaultListen, "`HOST:PORT` to listen on")
	f.BoolVar(&o.dev, "dev", false, "accept any signature, on loopback only; an access key id of 12 digits is the account")
	f.BoolVar(&o.insecureHTTP, "insecure-http", false, "allow plain HTTP beyond loopback: put a TLS proxy in front")
	return c
}

// serverOptions say how to listen.
type serverOptions struct {
	listen       string
	dev          bool
	insecureHTTP bool
	orderTime    time.Duration // 0 is the default
}

// check refuses what would show secrets to a network.
func (o serverOptions) check() error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usagef("--listen %q: want HOST:PORT, such as %s", o.listen, defaultListen)
	}
	if isLoopback(host) {
		return nil
	}
	if o.dev {
		return usagef("--dev accepts any signature and so listens on loopback only, not on %q", o.listen)
	}
	if !o.insecureHTTP {
		return usagef("%q is not loopback and gumshoe speaks plain HTTP: put a TLS proxy in front, or allow it by --insecure-http", o.listen)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// serverLog tells the operator what no request can be answered with.
func serverLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// collectorFloor is memory that is never touched, and so costs none. The
// garbage collector, which runs each time the heap has doubled, counts it: a
// server at rest has some 20 MB in use and would otherwise collect ten times
// a second under load, at the cost of a quarter of its processor time.
const collectorFloor = 64 << 20 // bytes

// serve answers until ctx ends. ready is called with the URL once requests
// are answered.
func (h *house) serve(ctx context.Context, inv *invocation, o serverOptions, ready func(url string) error) (err error) {
	floor := make([]byte, collectorFloor)
	defer runtime.KeepAlive(floor)
	closeAudit, err := h.openAudit()
	if err != nil {
		return fmt.Errorf("open the audit log: %w", err)
	}
	defer func() { err = errors.Join(err, closeAudit()) }()
	h.metrics = newMetrics(time.Now)
	if err := h.detective.StartUp(ctx); err != nil {
		return err
	}
	public, err := listen(ctx, o.listen)
	if err != nil {
		return err
	}
	admin, err := h.listenAdmin(ctx)
	if err != nil {
		public.Close()
		return err
	}
	sources, err := h.newCollectors(ctx)
	if err != nil {
		public.Close()
		admin.Close()
		return err
	}
	h.metrics.queues(sources)
	end, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	orders, pushes := &desk{house: h, end: end}, h.newPushDesk(end, o.dev)
	defer func() {
		breakOff()
		orders.running.Wait() // the caller closes the house
		pushes.wait()
	}()
	asked := ctx
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range []struct {
		listener net.Listener
		handler  http.Handler
		write    time.Duration // longest answer; 0 means as long as it takes
	}{
		{public, h.publicHandler(o, pushes), 90 * time.Second}, // longer than reading may take, so that it can be said
		{admin, orders, 0},
	} {
		server := &http.Server{
			Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
			WriteTimeout: s.write, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn),
		}
		g.Go(func() error {
			if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve: %w", err)
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			// Finish what is in hand; then cut off what is still open. Orders
			// are broken off earlier, so that they can say so.
			defer time.AfterFunc(cmp.Or(o.orderTime, orderTime), breakOff).Stop()
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
			defer cancel()
			if err := server.Shutdown(end); err != nil {
				return server.Close()
			}
			return nil
		})
	}
	g.Go(func() error { return h.jobs.Run(ctx) })
	g.Go(func() error {
		h.tidyAudit(ctx)
		return nil
	})
	g.Go(func() error {
		h.retain(ctx)
		return nil
	})
	g.Go(func() error {
		h.compact(ctx)
		return nil
	})
	for _, c := range sources {
		g.Go(func() error {
			c.run(ctx)
			return nil
		})
	}
	g.Go(func() error { return ready("http://" + public.Addr().String()) })
	// That the end was asked for is no error, wherever it was noticed first.
	if err := g.Wait(); asked.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// openAudit opens the audit log. Calls that anybody can make have a folder and
// a tenth of the room of their own, so that they push out no others.
func (h *house) openAudit() (closeAll func() error, err error) {
	dir, keep := filepath.Join(h.dir, "audit"), h.config.Audit.keep()
	if h.audit, err = audit.Open(dir, audit.Options{KeepBytes: keep}); err != nil {
		return nil, err
	}
	if h.strangers, err = audit.Open(filepath.Join(dir, "unauthenticated"), audit.Options{KeepBytes: keep / 10}); err != nil {
		return nil, errors.Join(err, h.audit.Close())
	}
	return func() error { return errors.Join(h.audit.Close(), h.strangers.Close()) }, nil
}

// tidyAudit finishes the file of the audit log each hour, also when no calls
// come.
func (h *house) tidyAudit(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := errors.Join(h.audit.Rotate(), h.strangers.Rotate()); err != nil {
				h.log.Error("the audit log cannot be finished", "error", err)
			}
		}
	}
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program; name another address by --listen HOST:PORT", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("--listen %s: %w", addr, err)
	}
	return l, nil
}

// listenAdmin listens on DIR/admin.sock. The lock on DIR is ours, so a socket
// that is there is a left-over.
func (h *house) listenAdmin(ctx context.Context) (net.Listener, error) {
	path := filepath.Join(h.dir, adminSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		if len(path) > 100 {
			err = fmt.Errorf("%w (the path of a socket must be shorter than 108 bytes: choose a shorter data folder)", err)
		}
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	// DIR itself is 0700 when we made it; this holds when somebody else did.
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("protect %s: %w", path, err)
	}
	return l, nil
}

// publicHandler is everything on the one public listener.
func (h *house) publicHandler(o serverOptions, pushes http.Handler) http.Handler {
	detective := api.New(api.Options{
		Detective: h.detective, Keys: keyBook{h.identity}, Regions: h.config.Regions,
		Rate:  api.Rate{PerSecond: h.config.Throttle.PerSecond, Burst: h.config.Throttle.Burst},
		Audit: h.writeAudit, Dev: o.dev, Now: time.Now, Log: h.log,
	})
	// Not a ServeMux: it would clean the escaped ARNs in /tags/{ResourceArn}.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case o.dev && !isLoopback(hostOf(r)):
			// A page in a browser of this machine, under a name that its
			// author has pointed here.
			http.Error(w, "With --dev this server answers to loopback names only.", http.StatusForbidden)
		case r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
			h.health(w, r)
		case r.URL.Path == "/metrics":
			h.serveMetrics(w, r)
		case strings.HasPrefix(r.URL.Path, pushPath):
			pushes.ServeHTTP(w, r)
		case r.URL.Path == "/console" || strings.HasPrefix(r.URL.Path, "/console/"):
			http.Error(w, "The console is not part of this version of gumshoe.", http.StatusNotFound)
		default:
			detective.ServeHTTP(w, r)
		}
	})
}

// hostOf is the name that a request was sent to, without the port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return strings.Trim(r.Host, "[]")
}

// health answers /healthz, that the process lives, and /readyz, that it can
// answer: the control database is readable.
func (h *house) health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path == "/readyz" {
		if _, err := h.control.Accounts(r.Context()); err != nil {
			http.Error(w, "the control database cannot be read", http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}
