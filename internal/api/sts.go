package api

import (
	"encoding/xml"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type stsError struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// serveSTS answers GetCallerIdentity, the one operation of STS that clients
// such as Terraform cannot do without. STS is one service for all Regions, so
// any may be signed for.
func (s *server) serveSTS(w http.ResponseWriter, r *http.Request, x *exchange) (err error) {
	if x.body, err = readBody(w, r); err != nil {
		x.caller = detective.Caller{SourceIP: clientAddress(r), UserAgent: r.UserAgent()}
		return err
	}
	if err := s.identify(r, x, "sts", nil); err != nil {
		return err
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return unsupportedMediaType("The Content-Type of the request must be application/x-www-form-urlencoded.")
	}
	form, err := url.ParseQuery(string(x.body))
	if err != nil {
		return &fault{status: http.StatusBadRequest, kind: "MalformedQueryString", message: "The request body is not a well-formed form."}
	}
	if form.Get("Action") != "GetCallerIdentity" {
		return &fault{status: http.StatusBadRequest, kind: "InvalidAction", message: "Of STS this service has GetCallerIdentity only."}
	}
	s.record(x, nil)
	return writeXML(w, http.StatusOK, callerIdentity{
		ARN:       x.caller.ARN,
		UserID:    stsUserID(x.caller),
		Account:   x.caller.AccountID,
		RequestID: w.Header().Get("x-amzn-RequestId"),
	})
}

// stsUserID is the account's id for its root, as in AWS. AWS has the
// principal id of users; a key has none here, so its own id stands for it.
func stsUserID(c detective.Caller) string {
	if strings.HasSuffix(c.ARN, ":root") {
		return c.AccountID
	}
	return c.AccessKeyID
}

// stsCode is the name that STS has for an error that Detective names
// otherwise.
func stsCode(kind string) string {
	switch kind {
	case "InvalidSignatureException":
		return "SignatureDoesNotMatch"
	case unknownKey:
		return "InvalidClientTokenId"
	case "InternalServerException":
		return "InternalFailure"
	}
	return strings.TrimSuffix(kind, "Exception")
}

// writeSTSFault answers with an error in STS's form.
func writeSTSFault(w http.ResponseWriter, f *fault) {
	kind := "Sender"
	if f.status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	// The error is that of the connection, about which nothing can be done.
	_ = writeXML(w, f.status, stsError{
		Type: kind, Code: stsCode(f.kind), Message: f.message,
		RequestID: w.Header().Get("x-amzn-RequestId"),
	})
}

func writeXML(w http.ResponseWriter, status int, document any) error {
	body, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
