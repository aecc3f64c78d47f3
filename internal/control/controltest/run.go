package controltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Run tests an engine. open returns an empty store of its own at each call
// and arranges for its closing by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) control.Store) {
	for name, test := range map[string]func(*testing.T, control.Store){
		"update commits together":        updateCommits,
		"update rolls back":              updateRollsBack,
		"update rolls all of it back":    updateRollsAllBack,
		"update is isolated":             updateIsolated,
		"updates are serializable":       updateSerializable,
		"accounts":                       accounts,
		"keys":                           keys,
		"key policies":                   keyPolicies,
		"graphs":                         graphs,
		"one graph an account, Region":   oneGraph,
		"graph deletion takes all":       graphDeletion,
		"members":                        members,
		"membership version":             membershipVersion,
		"membership of suspended admins": membershipSuspended,
		"memberships":                    memberships,
		"organization":                   organizations,
		"organization is read whole":     organizationWhole,
		"organization administrators":    organizationAdmins,
		"usage":                          usage,
		"usage of members":               memberUsage,
		"times":                          times,
		"investigations":                 investigations,
		"investigations finish once":     investigationsFinishOnce,
		"investigation lists":            investigationLists,
		"investigation pages":            investigationPages,
		"jobs are claimed in order":      jobOrder,
		"jobs are unique by key":         jobUnique,
		"job leases":                     jobLeases,
		"jobs are claimed once":          jobClaimedOnce,
		"released jobs":                  jobRelease,
		"values belong to their callers": ownership,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// start is the time at which all cases begin.
var start = time.Date(2026, 3, 14, 15, 9, 26, 535898000, time.UTC)

// put runs fn in a transaction that must succeed.
func put(t *testing.T, s control.Store, fn func(ctx context.Context, tx control.Tx) error) {
	t.Helper()
	if err := try(t, s, fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// try runs fn in a transaction.
func try(t *testing.T, s control.Store, fn func(ctx context.Context, tx control.Tx) error) error {
	t.Helper()
	return s.Update(t.Context(), func(tx control.Tx) error { return fn(t.Context(), tx) })
}

// wantError checks an error by errors.Is.
func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v; want one that is %q", what, got, want)
	}
}

// same compares the result of a read with what is wanted.
func same[T any](t *testing.T, what string, want T) func(got T, err error) {
	return func(got T, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}
