package storetest

import (
	"fmt"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testSearch(t *testing.T, f *fixture) {
	user := func(key, label, alias string) warehouse.Entity {
		return warehouse.Entity{ID: f.Hasher().ID(entity.AwsUser, key), Type: entity.AwsUser, Key: key, Account: "111122223333", Label: label, Alias: alias}
	}
	role := func(key, label string) warehouse.Entity {
		return warehouse.Entity{ID: f.Hasher().ID(entity.AwsRole, key), Type: entity.AwsRole, Key: key, Label: label}
	}
	alice, malice := user("arn:aws:iam::1:user/alice", "alice", "AIDAALICE"), user("arn:aws:iam::1:user/Malice", "Malice", "AIDAMALICE")
	aliceX, ops := user("arn:aws:iam::1:user/alicex", "AliceX", ""), role("arn:aws:iam::1:role/alice", "alice")
	jurgen, odd := user("arn:aws:iam::1:user/JÜRGEN", "JÜRGEN", ""), user("bad \xff\nname'; DROP TABLE entity --", "100%_\\", "")
	f.commit(t, &warehouse.Batch{ID: "a", Entities: []warehouse.Entity{malice, aliceX, ops}})
	f.commit(t, &warehouse.Batch{ID: "b", Entities: []warehouse.Entity{alice, jurgen, odd}})
	odd.Key = clean(odd.Key)
	for _, state := range []string{"written", "opened again"} {
		for _, tt := range []struct {
			name string
			q    warehouse.EntitySearch
			want []warehouse.Entity
		}{
			{"whole names, beginnings, the rest; types and keys", warehouse.EntitySearch{Text: "ALICE"}, []warehouse.Entity{alice, ops, aliceX, malice}},
			{"whole key", warehouse.EntitySearch{Text: "arn:aws:iam::1:user/alice"}, []warehouse.Entity{alice, aliceX}},
			{"beginning of an alias", warehouse.EntitySearch{Text: "aida"}, []warehouse.Entity{malice, alice}},
			{"of a type", warehouse.EntitySearch{Text: "alice", Types: []entity.Type{entity.AwsRole}}, []warehouse.Entity{ops}},
			{"of two types", warehouse.EntitySearch{Text: "alice", Types: []entity.Type{entity.AwsRole, entity.AwsUser}, Limit: 2}, []warehouse.Entity{alice, ops}},
			{"the best of them", warehouse.EntitySearch{Text: "alice", Limit: 1}, []warehouse.Entity{alice}},
			{"other alphabets", warehouse.EntitySearch{Text: "jürg"}, []warehouse.Entity{jurgen}},
			{"no wildcards", warehouse.EntitySearch{Text: "%_\\"}, []warehouse.Entity{odd}},
			{"no wildcards, none", warehouse.EntitySearch{Text: "al%e"}, nil},
			{"quotes", warehouse.EntitySearch{Text: "'; drop table"}, []warehouse.Entity{odd}},
			{"over the end of a line", warehouse.EntitySearch{Text: "\nNAME"}, []warehouse.Entity{odd}},
			{"bytes that are no text", warehouse.EntitySearch{Text: "bad \xff"}, []warehouse.Entity{odd}},
			{"not over two names", warehouse.EntitySearch{Text: "alice\nAIDA"}, nil},
			{"everything", warehouse.EntitySearch{}, []warehouse.Entity{jurgen, malice, alice, aliceX, odd, ops}},
			{"nothing", warehouse.EntitySearch{Text: "bob"}, nil},
			{"no such type", warehouse.EntitySearch{Types: []entity.Type{entity.FindingGroup}}, nil},
		} {
			same(t, fmt.Sprintf("%s: %s", state, tt.name), must(f.Search(f.ctx, tt.q))(t), tt.want)
		}
		f.reopen(t)
	}
}
