package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
)

// match runs the rules over a record. Most rules pass over AWS services that
// act for themselves, see package rules.
func (r *resolver) match(rec *cloudtrail.Record, dst []*rules.Rule) []*rules.Rule {
	if r.pack == nil {
		return dst
	}
	id := &rec.UserIdentity
	r.ruleEv.Reset()
	e := &r.ruleEv
	e.Source, e.Name, e.Type, e.Category = rec.EventSource, rec.EventName, rec.EventType, rec.EventCategory
	e.Region, e.SourceIP, e.UserAgent = rec.AWSRegion, rec.SourceIPAddress, rec.UserAgent
	e.ErrorCode, e.ErrorMessage = rec.ErrorCode, rec.ErrorMessage
	e.ReadOnly = triText(rec.ReadOnly)
	e.RecipientAccount, e.VPCEndpoint = rec.RecipientAccountID, rec.VPCEndpointID
	e.IdentityType, e.IdentityARN, e.IdentityAccount = id.Type, id.ARN, id.AccountID
	e.PrincipalID, e.AccessKeyID, e.UserName, e.InvokedBy = id.PrincipalID, id.AccessKeyID, id.UserName, id.InvokedBy
	e.IssuerType, e.IssuerARN, e.IssuerUserName = id.Issuer.Type, id.Issuer.ARN, id.Issuer.UserName
	e.MFAAuthenticated = id.MFAAuthenticated
	e.Raw, e.Split = rec.Raw, true
	e.Parts = [rules.NumParts][]byte{rules.RequestParameters: rec.RequestParameters,
		rules.ResponseElements: rec.ResponseElements, rules.AdditionalEventData: rec.AdditionalEventData}
	return r.pack.Match(e, dst)
}

func triText(t cloudtrail.Tri) string {
	switch t {
	case cloudtrail.True:
		return "true"
	case cloudtrail.False:
		return "false"
	}
	return ""
}
