package api

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// marshal is the plain encoder that appendJSON is compared with: maps are
// sorted.
func marshal(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }

// outputs are all output structures of the model.
func outputs() []output {
	return []output{
		&BatchGetGraphMemberDatasourcesResponse{}, &BatchGetMembershipDatasourcesResponse{}, &CreateGraphResponse{},
		&CreateMembersResponse{}, &DeleteMembersResponse{}, &DescribeOrganizationConfigurationResponse{},
		&GetInvestigationResponse{}, &GetMembersResponse{}, &ListDatasourcePackagesResponse{}, &ListGraphsResponse{},
		&ListIndicatorsResponse{}, &ListInvestigationsResponse{}, &ListInvitationsResponse{}, &ListMembersResponse{},
		&ListOrganizationAdminAccountsResponse{}, &ListTagsForResourceResponse{}, &StartInvestigationResponse{},
		&TagResourceResponse{}, &UntagResourceResponse{},
	}
}

func TestOutputsAreAllThere(t *testing.T) {
	t.Parallel()
	n := 0
	for _, o := range readFacts(t).Operations {
		if o.Output != nil {
			n++
		}
	}
	if n != len(outputs()) {
		t.Errorf("the model has %d outputs, this test knows %d", n, len(outputs()))
	}
}

// TestAppendJSON compares the generated encoder with reflection, on random
// values of every output.
func TestAppendJSON(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for _, o := range outputs() {
		for i := range 200 {
			v := reflect.New(reflect.TypeOf(o).Elem())
			if i > 0 { // the first one is empty
				fill(t, v.Elem(), dice)
			}
			want, err := marshal(v.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Interface().(output).appendJSON(nil); string(got) != string(want) {
				t.Fatalf("%T:\ngot  %s\nwant %s", o, got, want)
			}
		}
	}
}

var someStrings = []string{"", "plain", `"quoted" \ back`, "line\nend\ttab\x00\x1f\x7f", "grüße 漢字 🙂 \u2028", ",", "</script>&"}
var someFloats = []float64{0, 1, 25, 0.1, 1.0 / 3, 1e-7, 1e21, 123456789012, -4.5e-12}

// fill gives v a random value: members are there or not, lists and maps have
// up to three entries.
func fill(t *testing.T, v reflect.Value, dice *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Timestamp]() {
			v.Set(reflect.ValueOf(Timestamp{time.Unix(dice.Int64N(1<<33), dice.Int64N(1e9))}))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i), dice)
		}
	case reflect.Pointer:
		if dice.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), dice)
		}
	case reflect.Slice:
		if dice.IntN(5) > 0 {
			v.Set(reflect.MakeSlice(v.Type(), dice.IntN(4), 4))
			for i := range v.Len() {
				fill(t, v.Index(i), dice)
			}
		}
	case reflect.Map:
		if dice.IntN(5) > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range dice.IntN(4) {
				key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				fill(t, key, dice)
				fill(t, value, dice)
				v.SetMapIndex(key, value)
			}
		}
	case reflect.String:
		v.SetString(someStrings[dice.IntN(len(someStrings))])
	case reflect.Bool:
		v.SetBool(dice.IntN(2) > 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(dice.Uint32())))
	case reflect.Float64:
		v.SetFloat(someFloats[dice.IntN(len(someFloats))])
	default:
		t.Fatalf("cannot fill %s", v.Type())
	}
}

// Text that is not UTF-8 must not end an answer: it is replaced.
func TestAppendStringReplaces(t *testing.T) {
	t.Parallel()
	if got := string(appendString(nil, "a\xffb\"")); got != `"a`+"\ufffd"+`b\""` {
		t.Errorf("appendString = %s", got)
	}
}
