package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"
)

// freshBudget is how long an event may take to be found, in seconds.
const freshBudget = 5.0

// arrival is a way for events into a running server.
type arrival struct {
	name  string
	phase time.Duration // the server looks so often; 0 when it is told
	send  func(ctx context.Context, id string) (began time.Time, err error)
}

var (
	serverListens = regexp.MustCompile(`Detective API at (http://\S+)`)
	motoListens   = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`)
)

// freshness measures how long one event takes from its arrival until it is
// counted by graph status, in a graph that holds some thousand others.
func (b *bench) freshness(ctx context.Context, dir string, s *section) (err error) {
	data, inbox := filepath.Join(dir, "d"), filepath.Join(dir, "in")
	key, err := b.newGraph(ctx, dir, data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		return err
	}
	sources := []map[string]any{{"folder": inbox, "account": benchAccount}}
	config := map[string]any{}
	queue, err := b.startQueue(ctx)
	switch {
	case errors.Is(err, errNoQueue):
		s.unmeasured("freshness: S3 event notification through SQS", err.Error())
	case err != nil:
		return err
	default:
		defer func() { err = errors.Join(err, queue.stop()) }()
		sources = append(sources, map[string]any{"queue": queue.url, "account": benchAccount})
		config["aws"] = map[string]any{"endpoint": queue.process.url, "path_style": true, "region": queueRegion}
	}
	config["sources"] = sources
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	server, err := start(ctx, serverListens, queueEnvironment(), b.gumshoe, "serve", "--data", data, "--config", file, "--listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	ways := []arrival{
		{"renamed into a watched folder", 2 * time.Second, func(_ context.Context, id string) (time.Time, error) {
			return rename(dir, inbox, id)
		}},
		{"pushed by HTTP", 0, func(ctx context.Context, id string) (time.Time, error) { return push(ctx, server.url, key, id) }},
	}
	if queue != nil {
		ways = append(ways, arrival{"notified through SQS", 0, queue.send})
	}
	return b.arrivals(ctx, graph{b.gumshoe, data}, ways, s)
}

// accessKey is what gumshoe account create prints.
type accessKey struct{ AccessKeyID, SecretAccessKey string }

// newGraph makes a graph with some thousand events and a key to push with.
func (b *bench) newGraph(ctx context.Context, dir, data string) (key accessKey, err error) {
	if _, err := measure(ctx, &key, b.gumshoe, "account", "create", benchAccount, "--data", data, "-o", "json"); err != nil {
		return key, err
	}
	c, _, err := b.simulated(ctx, filepath.Join(dir, "old"), "--events", "10000", "--days", "2")
	if err != nil {
		return key, err
	}
	_, err = b.ingest(ctx, data, c.logs, c.totals(), "--account", benchAccount)
	return key, err
}

// arrivals measures each way several times.
func (b *bench) arrivals(ctx context.Context, g graph, ways []arrival, s *section) error {
	trials := 20
	if b.quick {
		trials = 2
	}
	rng := rand.New(rand.NewPCG(uint64(b.seed), 1))
	stored, err := g.stored(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, w := range ways {
		var took []time.Duration
		for range trials {
			if w.phase > 0 && !b.quick { // do not always come right after a look
				if err := wait(ctx, rand.N(w.phase)); err != nil {
					return err
				}
			}
			began, err := w.send(ctx, newID(rng))
			if errors.Is(err, errNoPush) {
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			stored++
			d, err := g.until(ctx, began, stored)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			took = append(took, d)
		}
		if len(took) == 0 {
			s.budgets = append(s.budgets, budget{"freshness: " + w.name, errNoPush.Error(), missed})
			continue
		}
		d := spread(took)
		fmt.Fprintf(b.log, "freshness: %s: %v to %v\n", w.name, d.least, d.most)
		s.atMost(fmt.Sprintf("freshness: %s, the slowest of %d", w.name, trials), d.most.Seconds(), freshBudget, " s")
		rows = append(rows, []string{w.name, fmt.Sprint(trials), seconds(d.least), seconds(d.median), seconds(d.most)})
	}
	fmt.Fprint(&s.text, "One event at a time, until `gumshoe graph status`, a process of its own, counts it; that question's time is included.\n\n")
	table(&s.text, "arrival|times|s, minimum|median|maximum", rows)
	return nil
}

// newID draws an event id.
func newID(rng *rand.Rand) string {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(rng.Uint32())
	}
	return id.String()
}

// rename makes a file with one event appear whole in a folder of the same
// disk.
func rename(dir, inbox, id string) (began time.Time, err error) {
	staged := filepath.Join(dir, id)
	if err := writeEvent(staged, id, time.Now()); err != nil {
		return began, err
	}
	began = time.Now()
	return began, os.Rename(staged, filepath.Join(inbox, id+".json.gz"))
}

// errNoPush says that the server has no route for pushes.
var errNoPush = errors.New("the server takes no pushes: 404")

// push sends one event by HTTP.
func push(ctx context.Context, url string, key accessKey, id string) (began time.Time, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/ingest/v1/cloudtrail", bytes.NewReader(eventFile(id, time.Now())))
	if err != nil {
		return began, err
	}
	r.Header.Set("Authorization", "Bearer "+key.AccessKeyID+":"+key.SecretAccessKey)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy
	began = time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return began, fmt.Errorf("push: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return began, errNoPush
	}
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
		return began, fmt.Errorf("push: %s: %s", answer.Status, body)
	}
	return began, nil
}
