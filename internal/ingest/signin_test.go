package ingest

import (
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestSignins(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members, signin string, outcome warehouse.Outcome) {
		t.Helper()
		got := resolveText(t, r, record(t, members))
		if got.Signin != signin || got.Outcome != outcome {
			t.Errorf("%s:\ngot  %q, outcome %d\nwant %q, outcome %d", members, got.Signin, got.Outcome, signin, outcome)
		}
	}
	const (
		console = `"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",`
		ok      = `"responseElements":{"ConsoleLogin":"Success"},`
		failed  = `"errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"},`
		mfa     = `"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/","MobileVersion":"No","MFAUsed":"Yes"}`
		noMFA   = `"additionalEventData":{"MFAUsed":"No"}`
		alice   = "AwsUser arn:aws:iam::111122223333:user/alice"
		root    = `,"userIdentity":{"type":"Root","accountId":"111122223333"}`
	)
	f(console+ok+mfa, alice+" kind 1 mfa 2 outcome 0", warehouse.Success)
	f(console+ok+noMFA, alice+" kind 1 mfa 1 outcome 0", warehouse.Success)
	f(console+ok+`"additionalEventData":null`, alice+" kind 1 mfa 0 outcome 0", warehouse.Success)
	f(console+failed+mfa, alice+" kind 1 mfa 2 outcome 1", warehouse.Failure)
	f(console+failed+noMFA, alice+" kind 1 mfa 1 outcome 1", warehouse.Failure)
	// Only the response says that it failed.
	f(console+`"responseElements":{"ConsoleLogin":"Failure"}`, alice+" kind 1 mfa 0 outcome 1", warehouse.Failure)
	f(console+`"errorMessage":"No username found in supplied account","userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"HIDDEN_DUE_TO_SECURITY_REASONS","accessKeyId":""}`,
		"AwsUser arn:aws:iam::111122223333:user/HIDDEN_DUE_TO_SECURITY_REASONS kind 1 mfa 0 outcome 1", warehouse.Failure)
	f(console+ok+mfa+root, "AwsUser arn:aws:iam::111122223333:root kind 2 mfa 2 outcome 0", warehouse.Success)
	f(console+failed+noMFA+root, "AwsUser arn:aws:iam::111122223333:root kind 2 mfa 1 outcome 1", warehouse.Failure)
	f(console+ok+noMFA+`,`+aSession, "AwsRole arn:aws:iam::111122223333:role/team/deploy kind 3 mfa 1 outcome 0", warehouse.Success)
	f(`"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","responseElements":{"SwitchRole":"Success"},`+aSession,
		"AwsRole arn:aws:iam::111122223333:role/team/deploy kind 4 mfa 0 outcome 0", warehouse.Success)
	f(`"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","responseElements":{"SwitchRole":"Failure"}`, alice+" kind 4 mfa 0 outcome 1", warehouse.Failure)
	f(`"eventSource":"signin.amazonaws.com","eventName":"ExitRole"`, "", warehouse.Success)
	f(`"eventSource":"sso.amazonaws.com","eventName":"Federate"`, alice+" kind 5 mfa 0 outcome 0", warehouse.Success)
	f(`"eventSource":"signin.aws","eventName":"UserAuthentication"`, alice+" kind 5 mfa 0 outcome 0", warehouse.Success)
	// Data of another shape tells nothing.
	f(console+`"responseElements":["Failure"],"additionalEventData":{"MFAUsed":true}`, alice+" kind 1 mfa 0 outcome 0", warehouse.Success)
	f(``, "", warehouse.Success)
	f(`"eventName":"ConsoleLogin"`, "", warehouse.Success) // of another source
}
