package ingest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// FuzzResolve resolves whatever records the decoder yields: with the same
// result when the resolver's caches are warm, no id without its entity, and a
// principal for whatever names an account.
func FuzzResolve(f *testing.F) {
	for _, members := range []string{``, aSession, aService, assumeRole, assumeRole + `,` + aSession,
		`"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"Yes"}`,
		`"eventSource":"iam.amazonaws.com","eventName":"CreateUser","responseElements":{"user":{"arn":"arn:aws:iam::1:user/m","userName":"m","userId":"AIDAM"}}`,
		`"eventSource":"s3.amazonaws.com","resources":[{"ARN":"arn:aws:s3:::b/k"},{"ARN":"arn:aws:s3:::b","accountId":"1"}]`,
		`"eventID":"1","sourceIPAddress":"08.1.250.216","userAgent":"[x]","eventName":"GetFunction20150331v2"`} {
		f.Add([]byte(record(f, members)))
	}
	pack := builtin(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		warm := newResolver(entity.NewHasher(secret), world, pack)
		for _, rec := range recordsOf(t, in) {
			fresh := newResolver(entity.NewHasher(secret), world, pack)
			var events [3]event
			var views [3]resolved
			for i, r := range []*resolver{fresh, warm, warm} {
				r.begin(nil)
				r.resolve(rec, rec.RecipientAccountID, rec.Raw, &events[i])
				views[i] = name(t, r.entities, events[i])
			}
			for i, v := range views {
				if diff := gocmp.Diff(views[0].described(), v.described()) + gocmp.Diff(views[0].Links, v.Links) +
					gocmp.Diff(views[0].Rules, v.Rules) + gocmp.Diff(events[0].Event, events[i].Event); diff != "" {
					t.Fatalf("resolved anew it is different:\n%s", diff)
				}
				for _, e := range v.entities {
					if e.Key == "" || e.ID == 0 || e.Type == entity.Unknown {
						t.Fatalf("entity %+v", e)
					}
				}
				if v.Principal == "" && (rec.RecipientAccountID != "" || rec.UserIdentity.AccountID != "") {
					t.Fatalf("nobody called %q", rec.Raw)
				}
				if id := events[i].EventID; !utf8.ValidString(id) || len(id) < 33 {
					t.Fatalf("event id %q", id)
				}
			}
		}
	})
}

// recordsOf decodes all records of an object.
func recordsOf(t *testing.T, in []byte) (records []*cloudtrail.Record) {
	t.Helper()
	d := cloudtrail.NewDecoder(bytes.NewReader(in), cloudtrail.Options{})
	for {
		rec := new(cloudtrail.Record)
		err := d.Next(rec)
		var rejection *decode.Rejection
		switch {
		case err == nil:
			rec.Raw = bytes.Clone(rec.Raw)
			rec.RequestParameters, rec.ResponseElements = bytes.Clone(rec.RequestParameters), bytes.Clone(rec.ResponseElements)
			rec.AdditionalEventData, rec.Resources = bytes.Clone(rec.AdditionalEventData), slices.Clone(rec.Resources)
			records = append(records, rec)
		case errors.Is(err, io.EOF):
			return records
		case !errors.As(err, &rejection):
			t.Fatal(err)
		}
	}
}

// FuzzIngest reads one object, its copy and the object again, in portions of
// a few records: every record is accounted for, nothing is stored twice, and
// the portions do not matter.
func FuzzIngest(f *testing.F) {
	f.Add(delivery(calls(f, 0, 7)...))
	f.Add(delivery(append(calls(f, 0, 3), call(f, 1), call(f, 1, `"eventName":"B"`), call(f, 1, foreign), `{}`)...))
	f.Add(packed(f, delivery(calls(f, 0, 9)...))[:300])
	f.Add([]byte(call(f, 1, `"eventID":"1"`) + "\n" + call(f, 2, `"eventID":"1"`) + "\n" + call(f, 1, `"eventID":"1"`)))
	f.Add([]byte("not a log"))
	f.Fuzz(func(t *testing.T, in []byte) {
		ingest := func(l limits) (*graph, Summary) {
			g := newGraph(t, false)
			src := memory{names: []string{"a", "b"}, contents: map[string][]byte{"a": in, "b": in}}
			s, err := g.run(t.Context(), src, Options{Membership: notForeign{}, limits: l, Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			if s.Totals != g.totals() || s.Totals.Seen != s.Totals.Stored+s.Totals.Duplicate+s.Totals.Rejected || s.Objects != 2 {
				t.Fatalf("%+v; ledger %+v", s, g.totals())
			}
			if b := g.fates()["b"]; b.Stored != 0 {
				t.Fatalf("of a copy %d are stored", b.Stored)
			}
			again, err := g.run(t.Context(), src, Options{Membership: notForeign{}, limits: l})
			if err != nil || again.Totals.Stored != 0 || again.Totals.Seen != s.Totals.Seen || again.Totals.Rejected != s.Totals.Rejected {
				t.Fatalf("again %+v, %v; first %+v", again, err, s)
			}
			return g, s
		}
		large, total := ingest(limits{})
		portions, same := ingest(limits{batchEvents: 2, batchBytes: 1 << 20, chunkEvents: 1, chunkBytes: 1 << 20, jobObjects: 1, jobBytes: 1, planBlock: 1})
		one, many := large.content(), portions.content()
		// A store keeps what it hears first of an entity. Where records tell
		// different things of one, that depends on the portions.
		clear(one.Entities)
		clear(many.Entities)
		if diff := gocmp.Diff(one, many) + gocmp.Diff(total.Totals, same.Totals) +
			gocmp.Diff(large.ledger(), portions.ledger()); diff != "" {
			t.Fatalf("portions matter (-large +small):\n%s", diff)
		}
	})
}
