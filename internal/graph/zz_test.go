package graph

import (
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

func TestZZ(t *testing.T) {
	for _, ev := range []int{40000, 0} {
		dir := t.TempDir()
		if _, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 11, Days: 28, Events: ev, EventsPerFile: 500, Accounts: 3}); err != nil {
			t.Fatal(err)
		}
		o := read(t, dir)
		for _, s := range seriesOf(o.Coverage, false) {
			t.Log(o.keys[s.account])
			m := map[int]int{}
			for _, h := range s.hours {
				m[int(h.hour)] = int(h.records)
			}
			first := int(s.hours[0].hour) / 24 * 24
			for d := 0; d < 28; d++ {
				var v []int
				for h := 0; h < 24; h++ {
					v = append(v, m[first+d*24+h])
				}
				t.Log(time.Unix(int64(first+d*24)*3600, 0).UTC().Weekday().String()[:2], v)
			}
			for i := 1; i < len(s.hours); i++ {
				if s.hours[i].hour != s.hours[i-1].hour+1 {
					if st := newStretch(s, i); st.expected > 4 {
						t.Log("stretch", st.from-first, st.to-st.from, st.expected)
					}
				}
			}
		}
	}
}
