package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"testing"
)

// Baselines and benchmark figures refer to corpora by what was written, so
// output changes only together with [Version]. The sums are of every file's
// name and SHA-256.
func TestCloudTrailOutputIsUnchanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cfg  Config
		want string
	}{
		"small files": {Config{Seed: 1, Events: 4000, Days: 3, Story: StoryStolenKey}, "700d6de10f478bfa660f63a46893a28a9ca2bedf1423b6a0f591880ee00e4d96"},
		"large files": {Config{Seed: 2, Events: 8000, Days: 5, Accounts: 5, Principals: 90, EventsPerFile: 500}, "137a36417763276bf63e61cbf6a007b88877fc07e1d3c0ad5157345ead3de629"},
		"stress":      {Config{Seed: 3, Events: 3000, Days: 2, StressKeys: true}, "6dab983876e20f17b577ad73faf6377be03a84e0dfb64496633af8f17ac3c545"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := Write(t.Context(), dir, test.cfg); err != nil {
				t.Fatal(err)
			}
			files := hashes(t, dir)
			all := sha256.New()
			for _, name := range slices.Sorted(maps.Keys(files)) {
				all.Write([]byte(name + " " + files[name] + "\n"))
			}
			if got := hex.EncodeToString(all.Sum(nil)); got != test.want {
				t.Errorf("%d files with sum %s, want %s", len(files), got, test.want)
			}
		})
	}
}
