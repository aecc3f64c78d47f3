package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// collector is the goroutine of a server that reads one source of the
// configuration into one graph: again and again, it lists what there is,
// without being in anybody's way, and then reads it in turns with the graph's
// other writers.
type collector struct {
	house  *house
	config sourceConfig
	graph  control.Graph
	source source.Source
	queue  *s3.Queue // the source if it is one
	now    func() time.Time

	backlog backlog
	listing time.Duration // how long the last one took
	version *int64        // of the membership under which nothing refused is left to read again; nil at first
	stale   bool          // records came since the usage was worked out
	usageAt time.Time     // when that was
}

// A turn is what is read before other writers of the graph get theirs: a few
// seconds of work at most. Guesses: 4 MiB of packed CloudTrail are some 50,000
// events, 2,000 files of the smallest kind 10,000.
const (
	turnObjects = 2000
	turnBytes   = 4 << 20
)

const (
	// handTime is for how long what is in hand is read on when the server
	// ends; closeTime is for giving back messages.
	handTime  = 6 * time.Second
	closeTime = 2 * time.Second
	// usageTime is how often the graph's usage is worked out anew at most.
	usageTime = time.Minute
	// queuePause is how long a queue that had nothing is left alone.
	queuePause = time.Second
)

// newCollectors makes the collectors of the configuration. An error says what
// of it cannot be, before anything is read. The caller must run them all, which
// also closes them.
func (h *house) newCollectors(ctx context.Context) (_ []*collector, err error) {
	var list []*collector
	defer func() {
		if err != nil {
			for _, c := range list {
				c.close()
			}
		}
	}()
	for i, config := range h.config.Sources {
		c, err := h.newCollector(ctx, config)
		if err != nil {
			return nil, fmt.Errorf("configuration, sources[%d]: %w", i, err)
		}
		list = append(list, c)
	}
	return list, nil
}

func (h *house) newCollector(ctx context.Context, config sourceConfig) (*collector, error) {
	g, err := h.sourceGraph(ctx, config.Account)
	if err != nil {
		return nil, err
	}
	c := &collector{house: h, config: config, graph: g, now: time.Now, stale: true}
	if config.Queue == "" {
		if config.Folder != "" {
			if err := checkFolder(config.Folder); err != nil {
				return nil, err
			}
			c.source = source.NewFolder(config.Folder, config.Include...).Without(h.ownFiles()...)
			return c, nil
		}
		sources, err := h.sources(ctx, []string{config.S3}, config.Include)
		if err != nil {
			return nil, err
		}
		c.source = sources[0]
		c.backlog.remember = true
		return c, nil
	}
	objects, messages, err := h.awsClients(ctx)
	if err != nil {
		return nil, err
	}
	c.queue, err = s3.NewQueue(messages, objects, config.Queue, s3.QueueOptions{
		Options: s3.Options{Include: config.Include, TempDir: h.dir}, Log: h.log})
	if err != nil {
		return nil, err
	}
	c.source = c.queue
	return c, nil
}

// awsClients returns the clients of Amazon S3 and SQS.
func (h *house) awsClients(ctx context.Context) (s3.API, s3.QueueAPI, error) {
	c := h.config.AWS
	return s3.NewClients(ctx, s3.ClientOptions{Endpoint: c.Endpoint, PathStyle: c.PathStyle,
		Profile: c.Profile, Region: cmp.Or(c.Region, h.config.Regions[0])})
}

func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("folder: there is no %s", path)
	case err != nil:
		return fmt.Errorf("folder: %w", err)
	case !info.IsDir():
		return fmt.Errorf("folder: %s is a file", path)
	}
	return nil
}

// sourceGraph returns the graph of the account, or the only one.
func (h *house) sourceGraph(ctx context.Context, account string) (control.Graph, error) {
	graphs, err := h.activeGraphs(ctx)
	if err != nil {
		return control.Graph{}, err
	}
	if account != "" {
		graphs = slices.DeleteFunc(graphs, func(g control.Graph) bool { return g.AccountID != account || g.Region != h.config.Regions[0] })
	}
	switch {
	case len(graphs) == 0 && account != "":
		return control.Graph{}, fmt.Errorf("account: %s has no behavior graph in %s; `gumshoe graph create --account %s` makes one", account, h.config.Regions[0], account)
	case len(graphs) == 0:
		return control.Graph{}, errors.New("there is no behavior graph to feed; `gumshoe graph create` makes one")
	case len(graphs) > 1:
		return control.Graph{}, fmt.Errorf("there are %d behavior graphs: name the one to feed by account", len(graphs))
	}
	return graphs[0], nil
}

// errGraphGone ends a collector.
var errGraphGone = errors.New("the behavior graph was deleted")

// run reads until ctx ends or the graph is deleted. What is in hand then is
// read on for handTime. Errors are logged, and tried again later and later.
func (c *collector) run(ctx context.Context) {
	defer c.close()
	hard, cancel := grace(ctx, handTime)
	defer cancel()
	name, log := c.config.name(), c.house.log.With("source", c.config.name(), "graph", c.graph.ARN)
	var wait retry
	for ctx.Err() == nil {
		found, err := c.round(ctx, hard)
		pause := c.pause(found)
		switch {
		case ctx.Err() != nil:
			if err != nil && !errors.Is(err, context.Canceled) {
				log.Error("the server ends before a source was read", "error", err)
			}
			return
		case errors.Is(err, errGraphGone):
			log.Info("nothing is read from this source any more: its behavior graph was deleted")
			return
		case err != nil:
			pause = wait.next(time.Second, time.Minute)
			c.house.metrics.collectorFailed(name)
			log.Error("a source cannot be read", "error", err, "again_in", pause)
		default:
			wait = retry{}
			c.house.metrics.collectorSucceeded(name, c.now())
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// pause is for how long nothing is done after a round without errors.
func (c *collector) pause(found int) time.Duration {
	switch {
	case c.queue != nil && found > 0:
		return 0
	case c.queue != nil:
		return queuePause
	case c.config.Interval > 0:
		return c.config.Interval
	case c.config.Folder != "":
		return max(defaultFolderInterval, listingShare*c.listing)
	}
	return defaultS3Interval
}

// round reads what there is now and returns how many objects that were. It
// begins nothing new once ctx ended, and ends with hard.
func (c *collector) round(ctx, hard context.Context) (found int, err error) {
	if err := c.checkGraph(ctx); err != nil {
		return 0, err
	}
	again, version, err := c.refused(ctx)
	if err != nil {
		return 0, err
	}
	began := c.now()
	objects, err := c.pending(ctx)
	if err != nil {
		return 0, err
	}
	c.listing = c.now().Sub(began)
	objects = append(objects, again...)
	defer c.house.metrics.pending(c.config.name(), 0)
	for rest := objects; len(rest) > 0 && ctx.Err() == nil; {
		c.house.metrics.pending(c.config.name(), len(rest))
		n := turn(rest)
		if err := c.read(ctx, hard, rest[:n]); err != nil {
			return len(objects), err
		}
		rest = rest[n:]
	}
	if ctx.Err() != nil {
		return len(objects), ctx.Err()
	}
	c.version = &version
	return len(objects), c.updateUsage(ctx)
}

// turn returns how many of the objects are read at a time.
func turn(objects []source.Object) int {
	var bytes int64
	for i := range objects {
		if bytes += objects[i].Size; bytes >= turnBytes || i+1 == turnObjects {
			return i + 1
		}
	}
	return len(objects)
}

// read reads objects into the graph once it is this writer's turn.
func (c *collector) read(ctx, hard context.Context, objects []source.Object) error {
	writer := c.house.writer(c.graph)
	select {
	case writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-writer }()
	// It may have been deleted while others wrote.
	if err := c.checkGraph(ctx); err != nil {
		return err
	}
	options, err := c.house.ingestOptions(hard, c.graph, c.config.flags())
	if err != nil {
		return err
	}
	byURI := make(map[string]source.Object, len(objects))
	for _, o := range objects {
		byURI[o.URI] = o
	}
	log := newRunLog(c.house.log, c.config.name(), c.graph.ARN)
	options.Done = func(o ingest.ObjectSummary) {
		log.object(o)
		c.backlog.done(byURI[o.URI], o, c.now())
	}
	summary, err := ingest.Run(hard, &batchSource{Source: c.source, objects: objects, stop: ctx.Done()}, options)
	log.add(summary)
	log.end()
	c.stale = c.stale || summary.Objects > 0
	return err
}

// checkGraph returns errGraphGone if the graph is no more.
func (c *collector) checkGraph(ctx context.Context) error {
	g, err := c.house.control.Graph(ctx, c.graph.ARN)
	if errors.Is(err, control.ErrNotFound) || err == nil && g.State != control.GraphActive {
		return errGraphGone
	}
	return err
}

// updateUsage works the usage out if there is something new and some time has
// passed: it asks the whole ledger.
func (c *collector) updateUsage(ctx context.Context) error {
	if !c.stale || c.now().Sub(c.usageAt) < usageTime {
		return nil
	}
	if err := c.house.detective.UpdateUsage(ctx, c.graph.ARN); err != nil {
		return err
	}
	c.stale, c.usageAt = false, c.now()
	return nil
}

// close gives back what a queue has in hand.
func (c *collector) close() {
	if c.queue == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := c.queue.Close(ctx); err != nil {
		c.house.log.Warn("messages come back only after their visibility timeout", "error", err)
	}
}

// grace returns a context that ends d after ctx does.
func grace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return late, func() {
		stop()
		cancel()
	}
}

// retry is how long the last wait was.
type retry struct{ wait time.Duration }

// next doubles the wait, from first to most.
func (r *retry) next(first, most time.Duration) time.Duration {
	r.wait = min(max(first, 2*r.wait), most)
	return r.wait
}
