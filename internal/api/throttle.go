package api

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// Rate limits the calls of one account in one Region of the operations whose
// model has TooManyRequestsException: those on organizations and
// investigations. The zero value takes the defaults.
type Rate struct {
	PerSecond float64 // calls a second in the long run; default 10, negative for no limit
	Burst     int     // calls at once after a pause; default 50, also for negative ones
}

// maxBuckets bounds the accounts that are kept in mind. Beyond it those that
// are full again are forgotten, which changes nothing for them: what stays are
// the accounts that called within the time that a bucket takes to fill.
const maxBuckets = 10_000

// throttle holds a token bucket for each account and Region.
type throttle struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newThrottle(r Rate) *throttle {
	t := &throttle{limit: rate.Limit(r.PerSecond), burst: r.Burst, buckets: map[string]*rate.Limiter{}}
	if r.PerSecond == 0 {
		t.limit = 10
	}
	if r.PerSecond < 0 {
		t.limit = rate.Inf
	}
	if r.Burst <= 0 {
		t.burst = 50
	}
	return t
}

// check takes a token for a call of the route, where its model allows to
// refuse it.
func (t *throttle) check(route *route, c detective.Caller, now time.Time) error {
	if t.limit == rate.Inf || !slices.Contains(route.errors, detective.TooManyRequests) || t.bucket(c.AccountID+" "+c.Region, now).AllowN(now, 1) {
		return nil
	}
	return &fault{status: http.StatusTooManyRequests, kind: string(detective.TooManyRequests), message: "Rate exceeded"}
}

// bucket returns an account's bucket.
func (t *throttle) bucket(key string, now time.Time) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.buckets[key]
	if ok {
		return b
	}
	if len(t.buckets) >= maxBuckets {
		for k, b := range t.buckets {
			if b.TokensAt(now) >= float64(t.burst) {
				delete(t.buckets, k)
			}
		}
	}
	b = rate.NewLimiter(t.limit, t.burst)
	t.buckets[key] = b
	return b
}
