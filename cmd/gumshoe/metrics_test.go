package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func (s *collecting) metrics(t *testing.T) string {
	t.Helper()
	resp, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v\n%s", resp.Status, err, b)
	}
	return string(b)
}

// parseMetrics returns the values of counters and gauges by name and labels.
func parseMetrics(t *testing.T, text string) map[string]float64 {
	t.Helper()
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for name, f := range families {
		for _, m := range f.Metric {
			labels := slices.Clone(m.Label)
			slices.SortFunc(labels, func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) })
			key := name
			for _, l := range labels {
				key += fmt.Sprintf(" %s=%s", l.GetName(), l.GetValue())
			}
			values[key] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

// compareMetrics compares what Prometheus is told with the ledger's account.
func (s *collecting) compareMetrics(t *testing.T, e statusEntry) {
	t.Helper()
	values := parseMetrics(t, s.metrics(t))
	var got warehouse.Totals
	reasons := map[string]int64{}
	for key, v := range values {
		switch {
		case strings.HasPrefix(key, "gumshoe_ingest_records_total"):
			got.Seen += int64(v)
			switch {
			case strings.HasSuffix(key, "result=stored"):
				got.Stored += int64(v)
			case strings.HasSuffix(key, "result=duplicate"):
				got.Duplicate += int64(v)
			case strings.HasSuffix(key, "result=rejected"):
				got.Rejected += int64(v)
			}
		case strings.HasPrefix(key, "gumshoe_ingest_rejected_total"):
			reasons[key[strings.LastIndexByte(key, '=')+1:]] = int64(v)
		}
	}
	if d := diff.Diff(e.Totals, got); d != "" {
		t.Errorf("records (-ledger +metrics)\n%s", d)
	}
	if d := diff.Diff(e.Reasons, reasons); d != "" {
		t.Errorf("reasons (-ledger +metrics)\n%s", d)
	}
	source := s.house.config.Sources[0].name()
	if n := values["gumshoe_ingest_objects_total graph="+e.Arn]; n != float64(e.Objects) {
		t.Errorf("%v objects, the ledger has %d", n, e.Objects)
	}
	for _, key := range []string{"gumshoe_ingest_bytes_total graph=" + e.Arn, "gumshoe_ingest_batch_seconds",
		"gumshoe_ingest_lag_seconds graph=" + e.Arn + " kind=cloudtrail", "gumshoe_collector_last_success_timestamp_seconds source=" + source,
		"go_goroutines", "process_resident_memory_bytes"} {
		if values[key] <= 0 {
			t.Errorf("%s is %v; there are\n%s", key, values[key], strings.Join(slices.Sorted(maps.Keys(values)), "\n"))
		}
	}
	if _, ok := values["gumshoe_collector_errors_total source="+source]; !ok {
		t.Error("no count of errors before the first")
	}
}

// Metrics are for this machine, unless the configuration says otherwise.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	f := func(want int, public bool, peer, host string, headers ...string) {
		t.Helper()
		h := &house{config: config{Metrics: metricsConfig{Public: public}}, metrics: newMetrics(time.Now)}
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr, r.Host = peer, host
		for _, name := range headers {
			r.Header.Set(name, "x")
		}
		w := httptest.NewRecorder()
		h.serveMetrics(w, r)
		if w.Code != want {
			t.Errorf("public %t, %s asks %s with %v: %d, want %d", public, peer, host, headers, w.Code, want)
		}
		if told := strings.Contains(w.Body.String(), "gumshoe_build_info{"); told != (want == http.StatusOK) {
			t.Errorf("%d with\n%.200s", w.Code, w.Body)
		}
		if want == http.StatusForbidden && !strings.Contains(w.Body.String(), "metrics: {public: true}") {
			t.Errorf("it does not say what to do: %s", w.Body)
		}
	}
	f(http.StatusOK, false, "127.0.0.1:9", "127.0.0.1:8620")
	f(http.StatusOK, false, "[::1]:9", "localhost:8620")
	f(http.StatusForbidden, false, "192.0.2.7:9", "127.0.0.1:8620")
	f(http.StatusForbidden, false, "127.0.0.1:9", "gumshoe.example")
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"} {
		f(http.StatusForbidden, false, "127.0.0.1:9", "127.0.0.1:8620", header)
	}
	f(http.StatusOK, true, "192.0.2.7:9", "gumshoe.example", "Via")
}

// The lag grows while nothing comes; a deleted graph is forgotten.
func TestMetricsLag(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	m := newMetrics(func() time.Time { return now })
	gather := func() map[string]float64 {
		t.Helper()
		var b strings.Builder
		families, err := m.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
				t.Fatal(err)
			}
		}
		return parseMetrics(t, b.String())
	}
	batch := func(newest int64) {
		m.batchOf("g")(ingest.BatchReport{Kinds: map[string]ingest.KindReport{
			"asff": {Totals: warehouse.Totals{Seen: 3, Stored: 1, Duplicate: 2}, Reasons: map[string]int64{reasonConflict: 1}, Newest: time.Unix(newest, 0)},
			"":     {Totals: warehouse.Totals{Seen: 1, Rejected: 1}, Reasons: map[string]int64{"not-json": 1}}}})
	}
	batch(900)
	batch(800)
	now = time.Unix(1060, 0)
	got := gather()
	for key, want := range map[string]float64{
		"gumshoe_ingest_lag_seconds graph=g kind=asff":                      160,
		"gumshoe_ingest_records_total graph=g kind=asff result=duplicate":   4,
		"gumshoe_ingest_records_total graph=g kind=unknown result=rejected": 2,
		"gumshoe_ingest_rejected_total graph=g reason=not-json":             2,
		"gumshoe_ingest_rejected_total graph=g reason=" + reasonConflict:    0,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	if _, ok := got["gumshoe_ingest_lag_seconds graph=g kind=unknown"]; ok {
		t.Error("a lag of what nothing was stored of")
	}
	m.forget("g")
	for key := range gather() {
		if strings.Contains(key, "graph=g") {
			t.Errorf("%s is not forgotten", key)
		}
	}
}
