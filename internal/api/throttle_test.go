package api

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// throttled are the operations whose model has TooManyRequestsException.
var throttled = []string{
	"DescribeOrganizationConfiguration", "DisableOrganizationAdminAccount", "EnableOrganizationAdminAccount", "GetInvestigation",
	"ListIndicators", "ListInvestigations", "ListOrganizationAdminAccounts", "StartInvestigation", "UpdateInvestigationState",
	"UpdateOrganizationConfiguration",
}

// TestThrottle moves the clock between calls and counts those that are let
// through.
func TestThrottle(t *testing.T) {
	t.Parallel()
	limited := &route{operation: "GetInvestigation", errors: []detective.Code{detective.TooManyRequests}}
	free := &route{operation: "GetMembers", errors: []detective.Code{detective.Validation}}
	caller := func(account, region string) detective.Caller {
		return detective.Caller{AccountID: account, Region: region}
	}
	a := caller("111111111111", "us-east-1")
	type step struct {
		after  time.Duration // since the step before
		route  *route
		caller detective.Caller
		calls  int
		want   int // of them let through
	}
	for _, c := range []struct {
		name  string
		rate  Rate
		steps []step
	}{
		{"defaults", Rate{}, []step{{0, limited, a, 60, 50}, {100 * time.Millisecond, limited, a, 2, 1}, {time.Second, limited, a, 20, 10}, {time.Hour, limited, a, 60, 50}}},
		{"rate", Rate{PerSecond: 2}, []step{{0, limited, a, 60, 50}, {time.Second, limited, a, 60, 2}, {24 * time.Second, limited, a, 60, 48}}},
		{"less than one a second", Rate{PerSecond: 0.1, Burst: 1}, []step{{0, limited, a, 2, 1}, {9 * time.Second, limited, a, 1, 0}, {time.Second, limited, a, 2, 1}}},
		{"burst", Rate{Burst: 3}, []step{{0, limited, a, 5, 3}, {time.Second, limited, a, 5, 3}}},
		{"senseless burst", Rate{Burst: -1}, []step{{0, limited, a, 60, 50}}},
		{"no limit", Rate{PerSecond: -1}, []step{{0, limited, a, 1000, 1000}}},
		{"operations without the error", Rate{Burst: 1}, []step{{0, limited, a, 2, 1}, {0, free, a, 100, 100}}},
		{"other account", Rate{Burst: 1}, []step{{0, limited, a, 2, 1}, {0, limited, caller("222222222222", "us-east-1"), 2, 1}}},
		{"other Region", Rate{Burst: 1}, []step{{0, limited, a, 2, 1}, {0, limited, caller("111111111111", "eu-west-1"), 2, 1}}},
		{"clock set back", Rate{Burst: 1}, []step{{0, limited, a, 2, 1}, {-time.Hour, limited, a, 2, 0}, {time.Hour + time.Second, limited, a, 2, 1}}},
	} {
		throttle, now := newThrottle(c.rate), testNow
		for i, s := range c.steps {
			now = now.Add(s.after)
			got := 0
			for range s.calls {
				if throttle.check(s.route, s.caller, now) == nil {
					got++
				}
			}
			if got != s.want {
				t.Errorf("%s, step %d: %d of %d calls let through, want %d", c.name, i, got, s.calls, s.want)
			}
		}
	}
}

// TestThrottleForgets: accounts whose buckets are full again make room.
func TestThrottleForgets(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(Rate{PerSecond: 1, Burst: 1})
	limited := &route{errors: []detective.Code{detective.TooManyRequests}}
	call := func(i int, now time.Time) bool {
		return throttle.check(limited, detective.Caller{AccountID: strconv.Itoa(i)}, now) == nil
	}
	for i := range maxBuckets {
		call(i, testNow)
	}
	busy := testNow.Add(2 * time.Second)
	if !call(0, busy) || call(0, busy) {
		t.Error("account 0 must have one call after two seconds")
	}
	if !call(-1, busy) {
		t.Error("a new account was refused")
	}
	if got := len(throttle.buckets); got != 2 {
		t.Errorf("%d accounts are kept in mind, want 2: the busy one and the new one", got)
	}
	if call(0, busy) {
		t.Error("a busy account was forgotten")
	}
	free := newThrottle(Rate{PerSecond: -1})
	if free.check(limited, detective.Caller{}, testNow) != nil || len(free.buckets) > 0 {
		t.Errorf("without a limit %d accounts are kept in mind", len(free.buckets))
	}
}

// TestThrottledCalls: a refused call has the modeled answer and does not
// reach the backend; the other operations go on, and calls whose signature
// is wrong take nothing from the account.
func TestThrottledCalls(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	var got []string
	for _, r := range routes() {
		backend, now := &fake{}, testNow
		h := New(Options{
			Detective: backend, Keys: fakeKeys{}, Regions: []string{"us-east-1"}, Rate: Rate{Burst: 1},
			Now: func() time.Time { return now },
		})
		target, body := f.validRequest(t, r.operation)
		forged := signed(t, r.method, target, body)
		forged.Header.Set("X-Amz-Date", "20260304T050608Z")
		if a := send(t, h, forged); a.status != http.StatusForbidden {
			t.Errorf("%s: forged: got %+v", r.operation, a)
		}
		for range 2 {
			send(t, h, signed(t, r.method, target, body))
		}
		last := send(t, h, signed(t, r.method, target, body))
		switch len(backend.calls) {
		case 3:
			continue
		case 1:
			got = append(got, r.operation)
		default:
			t.Errorf("%s: %d of 3 calls reached the backend", r.operation, len(backend.calls))
		}
		want := answer{status: 429, kind: "TooManyRequestsException", body: `{"Message":"Rate exceeded"}`, contentType: "application/json", id: last.id}
		if last != want {
			t.Errorf("%s: got %+v, want %+v", r.operation, last, want)
		}
		now = now.Add(100 * time.Millisecond)
		if a := send(t, h, signed(t, r.method, target, body)); a.status >= 300 || len(backend.calls) != 2 {
			t.Errorf("%s: a tenth of a second later: got %+v", r.operation, a)
		}
	}
	if !slices.Equal(got, throttled) {
		t.Errorf("throttled operations: %q, want %q", got, throttled)
	}
}
