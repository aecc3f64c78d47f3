package baseline

import (
	"math"
	"testing"
)

func TestSurprise(t *testing.T) {
	account := Level{Calls: 1000, Service: 20_000, Total: 100_000}
	rare := Level{Calls: 1, Service: 20_000, Total: 100_000}
	unheard := Level{Total: 100_000}
	for _, tt := range []struct {
		name       string
		more, less Rarity
	}{
		{"what it never did, before what it does daily",
			Surprise(Level{Service: 500, Total: 1000}, account, account), Surprise(Level{Calls: 100, Service: 500, Total: 1000}, account, account)},
		{"what its account hardly does, before what all of it does",
			Surprise(Level{Total: 1000}, rare, rare), Surprise(Level{Total: 1000}, account, account)},
		{"what nobody ever did, before what one did",
			Surprise(Level{Total: 1000}, unheard, unheard), Surprise(Level{Total: 1000}, rare, rare)},
		{"a new service, before a new action",
			Surprise(Level{Total: 1000}, account, account), Surprise(Level{Service: 500, Total: 1000}, account, account)},
		{"a new action of one who does much, before one of a newcomer",
			Surprise(Level{Total: 100_000}, account, account), Surprise(Level{Total: 3}, account, account)},
		{"what no peer does, before what peers do",
			Surprise(Level{Total: 100}, Level{Total: 5000}, account), Surprise(Level{Total: 100}, Level{Calls: 500, Service: 800, Total: 5000}, account)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !(tt.more.Bits > tt.less.Bits+0.1) {
				t.Errorf("%.2f bits against %.2f", tt.more.Bits, tt.less.Bits)
			}
		})
	}
}

func TestSurpriseOfNothing(t *testing.T) {
	r := Surprise(Level{}, Level{}, Level{})
	if want := math.Log2(knownServices * knownActions); math.Abs(r.Bits-want) > 1e-9 || math.Abs(r.Service+r.Action-r.Bits) > 1e-9 {
		t.Errorf("an empty graph: %+v, want %v bits", r, want)
	}
}
