package main

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// lagMetric tells how old the newest record of a graph is, by kind. It grows
// while nothing comes, which is what an alert waits for. A graph that nothing
// was read into since the server began is not there.
type lagMetric struct {
	desc *prometheus.Desc
	now  func() time.Time

	mu     sync.Mutex
	newest map[graphKind]time.Time
}

type graphKind struct{ graph, kind string }

func newLagMetric(now func() time.Time) *lagMetric {
	return &lagMetric{now: now, newest: map[graphKind]time.Time{}, desc: prometheus.NewDesc("gumshoe_ingest_lag_seconds",
		"Time since the newest record that was committed.", []string{"graph", "kind"}, nil)}
}

// committed notes the time of a record; the zero time is none.
func (m *lagMetric) committed(graph, kind string, newest time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := (graphKind{graph, kind}); newest.After(m.newest[k]) {
		m.newest[k] = newest
	}
}

func (m *lagMetric) forget(graph string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := range m.newest {
		if k.graph == graph {
			delete(m.newest, k)
		}
	}
}

// Describe implements prometheus.Collector.
func (m *lagMetric) Describe(c chan<- *prometheus.Desc) { c <- m.desc }

// Collect implements prometheus.Collector.
func (m *lagMetric) Collect(c chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, t := range m.newest {
		c <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, m.now().Sub(t).Seconds(), k.graph, k.kind)
	}
}

// queueMetric tells what queues have done.
type queueMetric struct {
	desc   *prometheus.Desc
	queues map[string]*s3.Queue // by source
}

// queues adds the queues of the collectors. It is called once.
func (m *metrics) queues(list []*collector) {
	q := &queueMetric{queues: map[string]*s3.Queue{}, desc: prometheus.NewDesc("gumshoe_queue_messages_total",
		"Messages of a queue: received, deleted after the commit, left to the queue, failed to delete or to extend.", []string{"source", "result"}, nil)}
	for _, c := range list {
		if c.queue != nil {
			q.queues[c.config.name()] = c.queue
		}
	}
	m.registry.MustRegister(q)
}

// Describe implements prometheus.Collector.
func (m *queueMetric) Describe(c chan<- *prometheus.Desc) { c <- m.desc }

// Collect implements prometheus.Collector.
func (m *queueMetric) Collect(c chan<- prometheus.Metric) {
	for name, q := range m.queues {
		n := q.Counts()
		for result, count := range map[string]int64{"received": n.Received, "deleted": n.Deleted, "left": n.Left, "failed": n.Failed} {
			c <- prometheus.MustNewConstMetric(m.desc, prometheus.CounterValue, float64(count), name, result)
		}
	}
}
