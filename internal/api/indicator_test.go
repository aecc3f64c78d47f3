package api

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// TestIndicatorDetailIsComplete fills each kind of detail and its members and
// looks for them in the answer: a kind that is added to package indicators
// must be added here too.
func TestIndicatorDetailIsComplete(t *testing.T) {
	t.Parallel()
	kinds := reflect.TypeFor[indicators.Detail]()
	for i := range kinds.NumField() {
		kind := kinds.Field(i)
		filled := reflect.New(kind.Type.Elem())
		for j := range filled.Elem().NumField() {
			switch member := filled.Elem().Field(j); member.Kind() {
			case reflect.String:
				member.SetString("text")
			case reflect.Bool:
				member.SetBool(true)
			case reflect.Int, reflect.Int32, reflect.Int64:
				member.SetInt(7)
			default:
				t.Fatalf("%s.%s: this test cannot fill a %s", kind.Name, filled.Elem().Type().Field(j).Name, member.Kind())
			}
		}
		var detail indicators.Detail
		reflect.ValueOf(&detail).Elem().Field(i).Set(filled)
		answer, err := marshal(indicatorDetail(detail))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(answer), `{"`+kind.Name+`":{`) {
			t.Errorf("%s is lost: %s", kind.Name, answer)
		}
		for j := range filled.Elem().NumField() {
			if name := filled.Elem().Type().Field(j).Name; !strings.Contains(string(answer), `"`+name+`":`) {
				t.Errorf("%s.%s is lost: %s", kind.Name, name, answer)
			}
		}
	}
}
