package storetest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	var disks storetest.Disks
	storetest.Run(t, func(_ *testing.T, dir string) warehouse.Engine { return storetest.NewMemory(&disks, dir) })
}
