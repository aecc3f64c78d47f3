package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// While a server has a data folder open, the other commands do not open it
// themselves: they send their command line over the socket DIR/admin.sock,
// the server runs it on the folder that it has open, and what it prints comes
// back. Whoever may write the socket (mode 0600) could read the folder too.

const adminSocket = "admin.sock"

// order is a command line to run.
type order struct {
	Args    []string
	Cwd     string
	Columns int // of the terminal that shows what it says; 0 for none
}

// answer is one line of the response: some output, or the end.
type answer struct {
	Stdout []byte `json:",omitempty"`
	Stderr []byte `json:",omitempty"`
	Exit   *int   `json:",omitempty"`
}

// relay runs the command line in the server that has the data folder open.
// ok is false when there is none.
func (inv *invocation) relay(ctx context.Context, dataDir string) (code int, ok bool, err error) {
	socket := filepath.Join(dataDir, adminSocket)
	dialer := net.Dialer{}
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if ctx.Err() != nil {
		return 0, false, ctx.Err()
	}
	if err != nil {
		// No socket, or one that a killed server left behind.
		return 0, false, nil
	}
	conn.Close()
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true,
	}}
	defer client.CloseIdleConnections()
	cwd, err := os.Getwd()
	if err != nil {
		return 0, true, fmt.Errorf("find the working folder: %w", err)
	}
	body, err := json.Marshal(order{Args: inv.args, Cwd: cwd, Columns: inv.columns})
	if err != nil {
		return 0, true, fmt.Errorf("ask the server at %s: %w", socket, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/run", bytes.NewReader(body))
	if err != nil {
		return 0, true, fmt.Errorf("ask the server at %s: %w", socket, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, true, fmt.Errorf("ask the server at %s: %w", socket, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return 0, true, fmt.Errorf("the server at %s answers %s: %s", socket, resp.Status, bytes.TrimSpace(why))
	}
	code, err = inv.replay(resp.Body)
	if err != nil {
		return 0, true, fmt.Errorf("the server at %s broke off: %w", socket, err)
	}
	return code, true, nil
}

// replay prints what the server's run printed and returns its exit code.
func (inv *invocation) replay(r io.Reader) (int, error) {
	dec := json.NewDecoder(r)
	for {
		var a answer
		if err := dec.Decode(&a); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if _, err := inv.stdout.Write(a.Stdout); err != nil {
			return 0, err
		}
		if _, err := inv.stderr.Write(a.Stderr); err != nil {
			return 0, err
		}
		if a.Exit != nil {
			return *a.Exit, nil
		}
	}
}

// desk takes the orders of other processes and runs them on a house.
type desk struct {
	house   *house
	running sync.WaitGroup
	end     context.Context // once it is done, commands are broken off
}

// maxOrder bounds an order in bytes: the longest command line of Linux, with
// room for JSON.
const maxOrder = 16 << 20

// ServeHTTP runs one order.
func (d *desk) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	d.running.Add(1)
	defer d.running.Done()
	var o order
	if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, maxOrder)).Decode(&o); err != nil {
		http.Error(w, "bad order: "+err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	defer context.AfterFunc(d.end, cancel)()
	out := &answers{w: w}
	code := run(ctx, &invocation{
		args: o.Args, cwd: o.Cwd, columns: o.Columns, house: d.house,
		stdout: writerFunc(func(b []byte) error { return out.send(answer{Stdout: b}) }),
		stderr: writerFunc(func(b []byte) error { return out.send(answer{Stderr: b}) }),
	})
	// The client may be gone; there is nobody left to tell.
	_ = out.send(answer{Exit: &code})
}

// answers writes the lines of a response; commands print from several
// goroutines.
type answers struct {
	mu sync.Mutex
	w  http.ResponseWriter
}

func (a *answers) send(x answer) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := json.NewEncoder(a.w).Encode(x); err != nil {
		return err
	}
	return http.NewResponseController(a.w).Flush()
}

// writerFunc is an io.Writer over a function.
type writerFunc func([]byte) error

func (f writerFunc) Write(b []byte) (int, error) {
	if err := f(b); err != nil {
		return 0, err
	}
	return len(b), nil
}
