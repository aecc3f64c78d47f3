package ingest

import (
	"github.com/go-json-experiment/json"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// signin is what a sign-in event adds to the rollups.
type signin struct {
	user    entity.ID
	kind    warehouse.SigninKind
	mfa     warehouse.MFA
	outcome warehouse.Outcome
}

// signinCalls are the calls by which people enter: the console's own, and
// the sign-ins of IAM Identity Center.
var signinKinds = map[string]map[string]warehouse.SigninKind{
	"signin.amazonaws.com": {
		"ConsoleLogin": warehouse.ConsoleSignin,
		"SwitchRole":   warehouse.SwitchRoleSignin,
	},
	"sso.amazonaws.com":           {"Authenticate": warehouse.IdentityCenterSignin, "Federate": warehouse.IdentityCenterSignin},
	"signin.aws":                  {"UserAuthentication": warehouse.IdentityCenterSignin},
	"sso-directory.amazonaws.com": {"Authenticate": warehouse.IdentityCenterSignin},
}

func (r *resolver) signin(rec *cloudtrail.Record, c *caller, ev *event) {
	ev.signin = nil
	kind, ok := signinKinds[rec.EventSource][rec.EventName]
	if !ok {
		return
	}
	s := &signin{user: c.principal.ID, kind: kind, outcome: ev.Outcome}
	switch {
	case kind == warehouse.ConsoleSignin && rec.UserIdentity.Type == "Root":
		s.kind = warehouse.RootSignin
	case kind == warehouse.ConsoleSignin && (rec.UserIdentity.Type == "AssumedRole" || rec.UserIdentity.Type == "FederatedUser"):
		s.kind = warehouse.FederatedSignin
	}
	var response struct{ ConsoleLogin, SwitchRole string }
	if decodePart(rec.ResponseElements, &response) && (response.ConsoleLogin == "Failure" || response.SwitchRole == "Failure") {
		if s.outcome == warehouse.Success {
			s.outcome = warehouse.Failure
			ev.Outcome = warehouse.Failure
		}
	}
	var more struct{ MFAUsed string }
	if decodePart(rec.AdditionalEventData, &more) {
		switch more.MFAUsed {
		case "Yes":
			s.mfa = warehouse.MFAYes
		case "No":
			s.mfa = warehouse.MFANo
		}
	}
	ev.signin = s
}

// decodePart reads the members of a JSON part that v has. Parts of a shape
// that does not fit tell nothing; the record itself is stored all the same.
func decodePart(part []byte, v any) bool {
	return len(part) > 0 && json.Unmarshal(part, v, decodeOptions) == nil
}
