package duckdb_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string) warehouse.Engine {
		e, err := duckdb.New(dir, duckdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
