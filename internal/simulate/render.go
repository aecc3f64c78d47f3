package simulate

import (
	"net/netip"
	"strconv"
	"time"
)

// renderer turns events into CloudTrail records. It is written by hand
// because corpora of millions of events are made with it; the tests read its
// output with encoding/json.
type renderer struct{ org *organization }

func appendTime(b []byte, unix int64, layout string) []byte {
	return time.Unix(unix, 0).UTC().AppendFormat(b, layout)
}

// printedDate is how CloudTrail prints dates inside parameters.
const printedDate = "Jan 2, 2006, 3:04:05 PM"

func ip16(b [16]byte) string { return netip.AddrFrom16(b).String() }

// appendRecord appends e as one JSON object.
func (r renderer) appendRecord(b []byte, e *event) []byte {
	d := &dice{e.seed}
	idHigh, idLow, reqHigh, reqLow := d.next(), d.next(), d.next(), d.next()
	s3 := e.call.service == "s3"
	signin := e.call.service == "signin"

	b = append(b, `{"eventVersion":"`...)
	b = append(b, version(e.call)...)
	b = append(b, `","userIdentity":`...)
	b = append(b, e.who.identity...)
	if e.invokedBy != "" {
		b = append(b[:len(b)-1], `,"invokedBy":"`...)
		b = append(append(b, e.invokedBy...), `"}`...)
	}
	b = append(b, `,"eventTime":"`...)
	b = appendISO(b, e.at)
	b = append(append(b, `","eventSource":"`...), e.call.source...)
	b = append(append(b, `","eventName":"`...), e.call.name...)
	b = append(append(b, `","awsRegion":"`...), e.region...)
	b = append(append(b, `","sourceIPAddress":"`...), e.address...)
	b = append(b, `","userAgent":"`...)
	if s3 && e.who.account != nil && e.invokedBy == "" {
		b = append(append(append(b, '['), e.agent...), ']') // S3 puts brackets around it
	} else {
		b = append(b, e.agent...)
	}
	b = append(b, '"')
	b = r.appendFault(b, e)
	b = append(b, `,"requestParameters":`...)
	refused := isDenied(e.fault)
	if refused && !s3 && e.call.service != "ec2" {
		b = append(b, "null"...) // most services do not read a refused request
	} else {
		b = r.appendTemplate(b, e.call.request, e)
	}
	b = append(b, `,"responseElements":`...)
	switch {
	case e.fault == failedLogin:
		b = append(b, `{"ConsoleLogin":"Failure"}`...)
	case e.fault != "":
		b = append(b, "null"...)
	default:
		b = r.appendTemplate(b, e.call.response, e)
	}
	switch {
	case s3:
		b = appendS3Data(b, e, d)
	case e.call.name == "SwitchRole":
		b = append(b, `,"additionalEventData":{"SwitchFrom":"`...)
		b = append(append(b, e.fixed[slotCaller]...), `","RedirectTo":"https://console.aws.amazon.com/console/home?region=us-east-1"}`...)
	case signin:
		b = append(b, `,"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home?region=us-east-1&state=hashArgs%23&isauthcode=true","MobileVersion":"No","MFAUsed":"`...)
		b = append(append(b, e.fixed[slotMFA]...), `"}`...)
	}
	switch {
	case s3:
		b = append(b, `,"requestID":"`...)
		b = append(appendUpper(appendUpper(b, reqHigh, 12), reqLow, 4), '"')
	case !signin:
		b = append(b, `,"requestID":"`...)
		b = append(appendUUID(b, reqHigh, reqLow), '"')
	}
	b = append(b, `,"eventID":"`...)
	b = append(appendUUID(b, idHigh, idLow), `","readOnly":`...)
	b = append(b, trueFalse(e.call.readOnly())...)
	if e.call.api.resource != "" && (!refused || s3) {
		b = append(b, `,"resources":[`...)
		b = append(r.appendTemplate(b, e.call.resource, e), ']')
	}
	b = append(b, `,"eventType":"`...)
	if signin {
		b = append(b, "AwsConsoleSignIn"...)
	} else {
		b = append(b, "AwsApiCall"...)
	}
	b = append(b, `","managementEvent":`...)
	b = append(b, trueFalse(!e.call.isData())...)
	b = append(append(b, `,"recipientAccountId":"`...), e.recipient.id...)
	b = append(b, '"')
	if e.shared != 0 {
		s := dice{e.shared}
		b = append(b, `,"sharedEventID":"`...)
		b = append(appendUUID(b, s.next(), s.next()), '"')
	}
	if e.endpoint != "" {
		b = append(append(b, `,"vpcEndpointId":"`...), e.endpoint...)
		b = append(append(b, `","vpcEndpointAccountId":"`...), e.recipient.id...)
		b = append(b, '"')
	}
	b = append(b, `,"eventCategory":"`...)
	if e.call.isData() {
		b = append(b, "Data"...)
	} else {
		b = append(b, "Management"...)
	}
	b = append(b, '"')
	if e.who.console && !signin {
		b = append(b, `,"sessionCredentialFromConsole":"true"`...)
	}
	if overTLS(e) {
		b = append(b, `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`...)
		b = append(b, e.call.service...)
		if e.call.kind&global == 0 {
			b = append(append(b, '.'), e.region...)
		}
		b = append(b, `.amazonaws.com"}`...)
	}
	return append(b, '}')
}

// version is the record version that a service writes.
func version(k *call) string {
	switch k.service {
	case "sts", "signin", "kms":
		return "1.08"
	case "iam", "s3", "lambda":
		return "1.09"
	case "ec2":
		return "1.10"
	}
	return "1.11"
}

// overTLS reports whether the record says how the call was encrypted: calls
// over the Internet do.
func overTLS(e *event) bool {
	return e.who.account != nil && e.invokedBy == "" && e.call.service != "signin" && !e.who.console &&
		len(e.address) > 0 && e.address[len(e.address)-1] != 'm' // not a service's name
}

func appendS3Data(b []byte, e *event, d *dice) []byte {
	b = append(b, `,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":`...)
	size := int64(0)
	if e.fault == "" {
		size = int64(200 + d.below(1000)*d.below(900))
	}
	in, out := int64(0), size
	if !e.call.readOnly() {
		in, out = size, 0
	}
	b = strconv.AppendInt(b, in, 10)
	b = append(b, `,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"`...)
	x, y := d.next(), d.next()
	for i := range 20 {
		b = append(b, mixedDigits[x>>(3*uint(i))&63], mixedDigits[y>>(3*uint(i))&63])
	}
	b = append(b, `=","bytesTransferredOut":`...)
	return append(strconv.AppendInt(b, out, 10), '}')
}
