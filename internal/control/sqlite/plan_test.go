package sqlite

import (
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestPlans checks that no statement that runs for a call of the API reads a
// whole table that grows, nor sorts.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "control.db"))
	slow := regexp.MustCompile(`SCAN (member|m|usage|graph|g|access_key|account|organization_account)\b|TEMP B-TREE`)
	for name, c := range map[string]struct {
		query string
		args  []any
		want  string // the step that finds the rows
	}{
		"Key":           {selectKey, []any{"k"}, "SEARCH access_key USING INDEX sqlite_autoindex_access_key_1 (id=?)"},
		"Account":       {selectAccount, []any{"a"}, "SEARCH account USING PRIMARY KEY (id=?)"},
		"Graph":         {selectGraph, []any{"g"}, "SEARCH graph USING PRIMARY KEY (arn=?)"},
		"GraphOf":       {selectGraphOf, []any{"a", "r"}, "SEARCH graph USING INDEX graph_active (account_id=? AND region=?)"},
		"Member":        {selectMember, []any{"g", "a"}, "SEARCH member USING PRIMARY KEY (graph_arn=? AND account_id=?)"},
		"Members":       {selectMembers, []any{"g", "a", 200}, "SEARCH member USING PRIMARY KEY (graph_arn=? AND account_id>?)"},
		"MembersOf":     {selectMembersOf, []any{"g", "[]"}, "SEARCH member USING PRIMARY KEY (graph_arn=? AND account_id=?)"},
		"MembershipsOf": {selectMembershipsOf, []any{"a"}, "SEARCH member USING INDEX member_account (account_id=?)"},
		"MemberCount":   {selectMemberCount, []any{"g"}, "SEARCH member USING PRIMARY KEY (graph_arn=?)"},
		"Membership":    {selectMembership, []any{"g"}, "SEARCH m USING PRIMARY KEY (graph_arn=?) LEFT-JOIN"},
		"Usage":         {selectUsage, []any{"g"}, "SEARCH usage USING PRIMARY KEY (graph_arn=?)"},
		"Usage of some": {selectUsageOf, []any{"g", "[]"}, "SEARCH usage USING PRIMARY KEY (graph_arn=? AND account_id=?)"},
		"SetUsage":      {deleteUsage, []any{"g"}, "SEARCH usage USING PRIMARY KEY (graph_arn=?)"},
		"RemoveMember":  {deleteMember, []any{"g", "a"}, "SEARCH member USING PRIMARY KEY (graph_arn=? AND account_id=?)"},
		"RevokeKey":     {revokeKey, []any{"k", micros(time.Time{}), 1}, "SEARCH access_key USING INDEX sqlite_autoindex_access_key_1 (id=?)"},
		"OrganizationAccount": {selectOrganizationAccount, []any{"a"},
			"SEARCH organization_account USING PRIMARY KEY (id=?)"},
	} {
		plan, err := collect(t.Context(), s.read, func(r row) (detail string, err error) {
			var id, parent, unused int
			return detail, r.Scan(&id, &parent, &unused, &detail)
		}, "EXPLAIN QUERY PLAN "+c.query, c.args...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %q", name, plan)
		found := false
		for _, step := range plan {
			found = found || step == c.want
			if slow.MatchString(step) {
				t.Errorf("%s is slow: %q", name, plan)
			}
		}
		if !found {
			t.Errorf("%s: plan %q; want the step %q", name, plan, c.want)
		}
	}
}
