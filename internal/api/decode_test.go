package api

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestDecodeReasons(t *testing.T) {
	t.Parallel()
	f := func(body, want string) {
		t.Helper()
		err := decode([]byte(body), new(CreateMembersRequest))
		var got *fault
		switch {
		case err == nil:
			got = &fault{}
		case !errors.As(err, &got) || got.message != "Invalid request body" || got.code != ErrorCodeInvalidRequestBody:
			t.Errorf("%s: %v is not the right fault", clip(body), err)
			return
		}
		if got.reason != want {
			t.Errorf("%s: reason %q, want %q", clip(body), got.reason, want)
		}
	}
	f(``, "")
	f(`{}`, "")
	f(" {\n} ", "")
	f(`{"graphArn":1,"Unknown":{"a":[null]}}`, "") // other case: another member
	f(`{"GraphArn":null,"Accounts":null}`, "")

	f(`null`, "the body must be a JSON object")
	f(`[]`, "the body must be a JSON object")
	f(` "x"`, "the body must be a JSON object")
	f(`{`, "not valid JSON at byte 1")
	f(`{}{}`, "not valid JSON")
	f(`{}x`, "not valid JSON at byte 2")
	f(`{"GraphArn":"a","GraphArn":"b"}`, "not valid JSON at byte 15")
	f(`{"X":1,"X":2}`, "not valid JSON at byte 6")
	f("{\"GraphArn\":\"\xff\"}", "not valid JSON at byte 11")
	f(`{"GraphArn":"\ud800"}`, "not valid JSON at byte 11")
	f("\xef\xbb\xbf{}", "not valid JSON at byte 0")
	f(`{"GraphArn":5}`, "/GraphArn: must be a string")
	f(`{"DisableEmailNotification":"true"}`, "/DisableEmailNotification: must be true or false")
	f(`{"Accounts":{}}`, "/Accounts: must be a list")
	f(`{"Accounts":[5]}`, "/Accounts/0: must be an object")
	f(`{"Accounts":[{"AccountId":5}]}`, "/Accounts/0/AccountId: must be a string")
	f(`{"X":`+strings.Repeat("[", maxDepth-1)+strings.Repeat("]", maxDepth-1)+`}`, "")
	f(`{"X":`+strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)+`}`, "nested deeper than 32 levels")
	f(`{"X":`+strings.Repeat(`{"a":`, 1<<17), "nested deeper than 32 levels")
}

func TestDecodeOtherTypes(t *testing.T) {
	t.Parallel()
	f := func(in any, body, want string) {
		t.Helper()
		var got *fault
		if err := decode([]byte(body), in); !errors.As(err, &got) || got.reason != want {
			t.Errorf("%s: got %+v, want %q", clip(body), got, want)
		}
	}
	f(new(ListGraphsRequest), `{"MaxResults":1.0}`, "/MaxResults: must be an integer")
	f(new(ListGraphsRequest), `{"MaxResults":1e1}`, "/MaxResults: must be an integer")
	f(new(ListGraphsRequest), `{"MaxResults":2147483648}`, "/MaxResults: must be an integer")
	f(new(ListGraphsRequest), `{"MaxResults":"1"}`, "/MaxResults: must be an integer")
	f(new(DeleteMembersRequest), `{"AccountIds":["1",null]}`, "/AccountIds/1: null is not allowed here")
	f(new(CreateGraphRequest), `{"Tags":{"a":null}}`, "/Tags/a: null is not allowed here")
	f(new(CreateGraphRequest), `{"Tags":{"`+strings.Repeat("k", 1000)+`":5}}`, "/Tags: must be a string")
	f(new(StartInvestigationRequest), `{"ScopeStartTime":1}`, "/ScopeStartTime: a timestamp must have the form 2021-08-18T16:35:56.284Z")
	f(new(UpdateInvestigationStateRequest), `{"State":1}`, "/State: must be a string")
}

// FuzzDecodeInputs: what is read as an input of any kind can be written and
// read again, and then is the same.
func FuzzDecodeInputs(f *testing.F) {
	facts := readFacts(f)
	for _, r := range routes() {
		if _, body := facts.validRequest(f, r.operation); body != "" {
			f.Add([]byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, fresh := range []func() any{
			func() any { return new(CreateMembersRequest) }, func() any { return new(StartInvestigationRequest) },
			func() any { return new(ListInvestigationsRequest) }, func() any { return new(TagResourceRequest) },
			func() any { return new(UpdateDatasourcePackagesRequest) }, func() any { return new(UpdateOrganizationConfigurationRequest) },
			func() any { return new(DeleteMembersRequest) }, func() any { return new(ListIndicatorsRequest) },
		} {
			in, again := fresh(), fresh()
			if decode(body, in) != nil {
				continue
			}
			first, err := marshal(in)
			if err != nil {
				t.Fatalf("%q: read as %+v, which cannot be written: %v", body, in, err)
			}
			if err := decode(first, again); err != nil {
				t.Fatalf("%q: written as %s, which cannot be read: %v", body, first, err)
			}
			second, err := marshal(again)
			if err != nil || string(first) != string(second) {
				t.Fatalf("%q: written as %s, then as %s (%v)", body, first, second, err)
			}
		}
	})
}

// FuzzDecode: whatever a client sends, decoding ends in a fault with status
// 400 or in an input that encoding/json, less strict, reads the same way.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `{"GraphArn":"x","MaxResults":3,"FilterCriteria":{"CreatedTime":{"StartInclusive":"2021-08-18T16:35:56.284Z"}}}`,
		`{"SortCriteria":{"Field":"A"},"NextToken":"é\u00e9"}`, `{"a":1,"a":2}`, `{"MaxResults":-0}`, `{"MaxResults":1e2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in ListInvestigationsRequest
		if err := decode(body, &in); err != nil {
			var got *fault
			if !errors.As(err, &got) || got.status != 400 {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if v := in.validate(); v != nil && (v.path == "" || v.text == "") {
			t.Errorf("%q: violation without path or text: %+v", body, v)
		}
		if len(body) == 0 {
			return
		}
		var reference struct {
			GraphArn   *string
			MaxResults *int32
		}
		var members map[string]json.RawMessage // with its exact names
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatalf("%q: encoding/json refuses what we read: %v", body, err)
		}
		for name, to := range map[string]any{"GraphArn": &reference.GraphArn, "MaxResults": &reference.MaxResults} {
			if raw, ok := members[name]; ok {
				if err := json.Unmarshal(raw, to); err != nil {
					t.Fatalf("%q: encoding/json refuses %s: %v", body, name, err)
				}
			}
		}
		if value(in.GraphArn) != value(reference.GraphArn) || value(in.MaxResults) != value(reference.MaxResults) {
			t.Errorf("%q: got %q %d, encoding/json has %q %d", body,
				value(in.GraphArn), value(in.MaxResults), value(reference.GraphArn), value(reference.MaxResults))
		}
	})
}
