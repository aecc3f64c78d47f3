package main

import (
	"cmp"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
)

// metrics are what a server tells Prometheus. A nil *metrics, that of a
// command without a server, counts nothing. Safe for concurrent use.
//
// The values of labels are few: graphs, the kinds of logs, the reasons of
// packages decode and ingest, which are constants, and configured sources.
type metrics struct {
	registry *prometheus.Registry

	records, rejected, bytes, objects *prometheus.CounterVec
	batchSeconds                      prometheus.Histogram
	lag                               *lagMetric

	queueDepth, lastSuccess *prometheus.GaugeVec
	collectorErrors         *prometheus.CounterVec
}

func newMetrics(now func() time.Time) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		records:  counter("gumshoe_ingest_records_total", "Records committed to the ledger, by what became of them.", "graph", "kind", "result"),
		rejected: counter("gumshoe_ingest_rejected_total", "Records rejected, by reason.", "graph", "reason"),
		bytes:    counter("gumshoe_ingest_bytes_total", "Stored bytes of the objects that were read.", "graph"),
		objects:  counter("gumshoe_ingest_objects_total", "Objects that were read.", "graph"),
		batchSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "gumshoe_ingest_batch_seconds",
			Help:    "Time from the search for duplicates to the end of the commit.",
			Buckets: []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}}),
		lag:             newLagMetric(now),
		queueDepth:      gauge("gumshoe_ingest_queue_depth", "Objects of a source that were listed and are not committed yet.", "source"),
		lastSuccess:     gauge("gumshoe_collector_last_success_timestamp_seconds", "When a source was last read without an error, Unix time.", "source"),
		collectorErrors: counter("gumshoe_collector_errors_total", "Attempts to read a source that failed.", "source"),
	}
	build := gauge("gumshoe_build_info", "1; the labels tell the version.", "version", "goversion")
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(m.records, m.rejected, m.bytes, m.objects, m.batchSeconds, m.lag, m.queueDepth, m.lastSuccess,
		m.collectorErrors, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// batchOf returns what counts the batches of a graph.
func (m *metrics) batchOf(graph string) func(ingest.BatchReport) {
	if m == nil {
		return func(ingest.BatchReport) {}
	}
	return func(b ingest.BatchReport) {
		for kind, k := range b.Kinds {
			kind = cmp.Or(kind, "unknown")
			for result, n := range map[string]int64{"stored": k.Stored, "duplicate": k.Duplicate, "rejected": k.Rejected} {
				m.records.WithLabelValues(graph, kind, result).Add(float64(n))
			}
			for reason, n := range k.Reasons {
				if reason != reasonConflict { // counted as a duplicate
					m.rejected.WithLabelValues(graph, reason).Add(float64(n))
				}
			}
			m.lag.committed(graph, kind, k.Newest)
		}
		m.bytes.WithLabelValues(graph).Add(float64(b.Bytes))
		m.objects.WithLabelValues(graph).Add(float64(b.Objects))
		m.batchSeconds.Observe(b.Seconds)
	}
}

// reasonConflict is package ingest's for a record that contradicts an earlier
// copy; it is not rejected.
const reasonConflict = "conflict"

// forget drops what is told of a graph that was deleted.
func (m *metrics) forget(graph string) {
	if m == nil {
		return
	}
	for _, v := range []*prometheus.CounterVec{m.records, m.rejected, m.bytes, m.objects} {
		v.DeletePartialMatch(prometheus.Labels{"graph": graph})
	}
	m.lag.forget(graph)
}

// pending tells how much of a source is listed and not read yet.
func (m *metrics) pending(source string, objects int) {
	if m != nil {
		m.queueDepth.WithLabelValues(source).Set(float64(objects))
	}
}

func (m *metrics) collectorFailed(source string) {
	if m != nil {
		m.collectorErrors.WithLabelValues(source).Inc()
	}
}

func (m *metrics) collectorSucceeded(source string, at time.Time) {
	if m != nil {
		m.collectorErrors.WithLabelValues(source).Add(0) // so that it is there
		m.lastSuccess.WithLabelValues(source).Set(float64(at.Unix()))
	}
}

// serveMetrics answers /metrics: to this machine, and to everybody where the
// configuration says so.
func (h *house) serveMetrics(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case !h.config.Metrics.Public && !isLocal(r):
		http.Error(w, "Metrics are for this machine only; metrics: {public: true} in the configuration shows them to everybody.", http.StatusForbidden)
	default:
		promhttp.HandlerFor(h.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	}
}

// isLocal reports whether a request is from this machine. One that a proxy on
// this machine passes on is not, if the proxy says so or keeps the host's name.
func isLocal(r *http.Request) bool {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !isLoopback(peer) || !isLoopback(hostOf(r)) {
		return false
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return true
}
