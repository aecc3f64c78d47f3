package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
)

// maxText is the most bytes that is kept of a text that names something. AWS
// has none longer: an ARN has up to 2,048 characters, and CloudTrail cuts user
// agents at 1 KB. A record may be 16 MiB, and whoever made it may have put
// them all into a name; the raw record keeps the whole text.
const maxText = 2048

// clip cuts a text that is too long. The rest of it is not kept in memory.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n])
}

// clipRecord cuts what a record says of its caller and call.
func clipRecord(rec *cloudtrail.Record) {
	id := &rec.UserIdentity
	for _, s := range [...]*string{
		&rec.RecipientAccountID, &rec.EventSource, &rec.EventName, &rec.AWSRegion, &rec.SourceIPAddress, &rec.UserAgent, &rec.ErrorCode,
		&id.Type, &id.PrincipalID, &id.ARN, &id.AccountID, &id.AccessKeyID, &id.UserName, &id.InvokedBy,
		&id.Issuer.Type, &id.Issuer.PrincipalID, &id.Issuer.ARN, &id.Issuer.AccountID, &id.Issuer.UserName,
		&id.MFAAuthenticated, &id.SourceIdentity, &id.EC2RoleDelivery, &id.FederatedProvider, &id.IdentityProvider,
		&id.OnBehalfOf, &id.IdentityStoreARN,
	} {
		*s = clip(*s)
	}
}
