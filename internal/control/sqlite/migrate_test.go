package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// firstVersion is what a file of the first release may hold: times in
// microseconds, members of all statuses, a graph whose version has grown.
const firstVersion = `
	INSERT INTO account (id, email, name, created) VALUES ('000000000001', 'a@example.com', 'A', 1700000000000001);
	INSERT INTO access_key (id, account_id, sealed, created, revoked) VALUES
		('AKIA0000000000000001', '000000000001', x'00ff', 1700000000000002, -62135596800000000),
		('AKIA0000000000000002', '000000000001', x'01', 1700000000000003, 1700000000000004);
	INSERT INTO graph (arn, account_id, region, warehouse_id, created, state, tags, entity_secret, membership_version)
		VALUES ('g', '000000000001', 'eu-west-1', 'w', 1700000000000005, 'ACTIVE', '{"a":"b"}', x'02', 7);
	INSERT INTO member (graph_arn, account_id, email, status, disabled_reason, invitation_type, invited, updated) VALUES
		('g', '000000000002', 'b@example.com', 'ENABLED', '', 'INVITATION', 1700000000000006, 1700000000000007),
		('g', '000000000003', '', 'INVITED', '', 'ORGANIZATION', 1700000000000008, 1700000000000009),
		('g', '000000000004', '', 'ACCEPTED_BUT_DISABLED', 'VOLUME_UNKNOWN', 'INVITATION', -62135596800000000, 1);`

// allIn returns packages that are all in one state since one time.
func allIn(state control.IngestState, since time.Time) control.Packages {
	var p control.Packages
	for _, name := range control.AllPackages() {
		p.Set(name, state == control.IngestStarted, since)
	}
	return p
}

// checkFirstVersion checks what has become of firstVersion.
func checkFirstVersion(t *testing.T, s *Store) {
	t.Helper()
	at := func(n int64) time.Time { return time.UnixMicro(1700000000000000 + n).UTC() }
	ctx := t.Context()
	same := func(what string, want, got any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v (-want +got):\n%s", what, err, diff)
		}
	}
	g, err := s.Graph(ctx, "g")
	same("graph", control.Graph{
		ARN: "g", AccountID: "000000000001", Region: "eu-west-1", WarehouseID: "w", Created: at(5),
		State: control.GraphActive, Tags: map[string]string{"a": "b"}, Packages: allIn(control.IngestStarted, at(5)),
		EntitySecret: []byte{2},
	}, g, err)
	members, err := s.Members(ctx, "g", "", 0)
	same("members", []control.Member{
		{
			GraphARN: "g", AccountID: "000000000002", Email: "b@example.com", Status: control.MemberEnabled,
			InvitationType: control.ByInvitation, Invited: at(6), Updated: at(7),
			Packages: allIn(control.IngestStarted, at(7)),
		},
		{
			GraphARN: "g", AccountID: "000000000003", Status: control.MemberInvited,
			InvitationType: control.ByOrganization, Invited: at(8), Updated: at(9),
			Packages: allIn(control.IngestDisabled, at(8)),
		},
		{
			GraphARN: "g", AccountID: "000000000004", Status: control.MemberAcceptedButDisabled,
			DisabledReason: control.VolumeUnknown, InvitationType: control.ByInvitation,
			Updated: time.UnixMicro(1), Packages: allIn(control.IngestDisabled, time.Time{}),
		},
	}, members, err)
	keys, err := s.Keys(ctx)
	same("keys", []control.Key{
		{AccessKeyID: "AKIA0000000000000001", AccountID: "000000000001", Sealed: []byte{0, 0xff}, Created: at(2)},
		{
			AccessKeyID: "AKIA0000000000000002", AccountID: "000000000001", Sealed: []byte{1}, Created: at(3),
			Revoked: at(4),
		},
	}, keys, err)
	m, err := s.Membership(ctx, "g")
	same("membership", control.Membership{
		Version: 7, Accounts: map[string]struct{}{"000000000001": {}, "000000000002": {}},
	}, m, err)
}

// onlyFirst makes a file at path that has the first migration only.
func onlyFirst(t *testing.T, path string) {
	t.Helper()
	atVersion(t, path, func(ctx context.Context, db *sql.DB) error {
		p, err := migrator(db)
		if err != nil {
			return err
		}
		if _, err := p.UpTo(ctx, 1); err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, firstVersion)
		return err
	})
}

// atVersion runs fn on the file at path as it is.
func atVersion(t *testing.T, path string, fn func(context.Context, *sql.DB) error) {
	t.Helper()
	db, err := connect(path, 1, "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	if err := fn(t.Context(), db); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func TestMigrateFirstVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	onlyFirst(t, path)
	s := openAt(t, path)
	checkFirstVersion(t, s)
	// What is new works on what is old.
	if err := s.Update(t.Context(), func(tx control.Tx) error {
		if err := tx.SetUsage(t.Context(), "g", []control.Usage{{AccountID: "000000000002", Package: control.EKSAudit}}); err != nil {
			return err
		}
		return tx.SetOrganizationAdmin(t.Context(), control.OrganizationAdmin{Region: "eu-west-1", GraphARN: "g"})
	}); err != nil {
		t.Error(err)
	}
}

// The way back loses what is new only, and the way forth works again.
func TestMigrateDownAndUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	onlyFirst(t, path)
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx control.Tx) error {
		return tx.SetGraphPackages(t.Context(), "g", "")
	}); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(t.TempDir(), "control.db")
	onlyFirst(t, first)
	atVersion(t, path, func(ctx context.Context, db *sql.DB) error {
		p, err := migrator(db)
		if err != nil {
			return err
		}
		if _, err := p.DownTo(ctx, 1); err != nil {
			return err
		}
		// The version had grown with the packages.
		_, err = db.ExecContext(ctx, "UPDATE graph SET membership_version = 7")
		return err
	})
	if diff := cmp.Diff(schema(t, first), schema(t, path)); diff != "" {
		t.Errorf("schema after the way back (-want +got):\n%s", diff)
	}
	checkFirstVersion(t, openAt(t, path))
}

// schema returns the columns of the tables and the indexes of the file.
func schema(t *testing.T, path string) (lines []string) {
	t.Helper()
	atVersion(t, path, func(ctx context.Context, db *sql.DB) (err error) {
		lines, err = collect(ctx, db, func(r row) (s string, err error) { return s, r.Scan(&s) }, `
			SELECT m.type || ' ' || m.name || ' ' || COALESCE(c.name || ' ' || c.type, '')
			FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ORDER BY 1`)
		return err
	})
	return lines
}
