package main

import (
	"log/slog"
	"testing"
)

// Raw records are kept unless the flag or the configuration says otherwise.
func TestRawRecords(t *testing.T) {
	t.Parallel()
	f := func(configured *bool, flag, kept bool) {
		t.Helper()
		h, err := openHouse(shortDir(t), config{Regions: []string{defaultRegion}, RawRecords: configured}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := h.close(); err != nil {
				t.Error(err)
			}
		}()
		g, err := h.makeGraph(t.Context(), localAccount)
		if err != nil {
			t.Fatal(err)
		}
		o, err := h.ingestOptions(t.Context(), g, ingestFlags{noRaw: flag})
		if err != nil {
			t.Fatal(err)
		}
		if o.NoRaw == kept {
			t.Errorf("configured %v, flag %v: NoRaw is %v", configured, flag, o.NoRaw)
		}
	}
	yes, no := true, false
	f(nil, false, true)
	f(nil, true, false)
	f(&yes, false, true)
	f(&no, false, false)
	f(&yes, true, false)
}
