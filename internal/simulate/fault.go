package simulate

import "strings"

// isDenied reports whether an error code says that a policy refused the call.
func isDenied(code string) bool {
	return strings.HasPrefix(code, "AccessDenied") || code == "Client.UnauthorizedOperation"
}

// explicitDeny is the fault of a call that a service control policy refuses.
const explicitDeny = "AccessDenied (service control policy)"

// appendFault appends errorCode and errorMessage, if e failed.
func (r renderer) appendFault(b []byte, e *event) []byte {
	switch {
	case e.fault == "":
		return b
	case e.fault == failedLogin:
		return append(b, `,"errorMessage":"Failed authentication"`...)
	}
	code, _, _ := strings.Cut(e.fault, " ")
	b = append(append(b, `,"errorCode":"`...), code...)
	b = append(b, `","errorMessage":"`...)
	switch {
	case code == "Client.UnauthorizedOperation":
		b = append(b, `You are not authorized to perform this operation. User: `...)
		b = append(append(b, e.who.arn...), ` is not authorized to perform: `...)
		b = append(append(b, e.call.action...), ` because no identity-based policy allows the action`...)
	case isDenied(code):
		b = append(append(b, `User: `...), e.who.arn...)
		b = append(append(b, ` is not authorized to perform: `...), e.call.action...)
		b = append(b, ` on resource: `...)
		b = r.appendTarget(b, e)
		if e.fault == explicitDeny {
			b = append(b, ` with an explicit deny in a service control policy`...)
		} else {
			b = append(append(b, ` because no identity-based policy allows the `...), e.call.action...)
			b = append(b, ` action`...)
		}
	case strings.Contains(code, "Throttl") || strings.Contains(code, "LimitExceeded") || code == "SlowDown":
		b = append(b, `Rate exceeded`...)
	case strings.Contains(code, "NotFound") || strings.Contains(code, "NoSuch") || strings.Contains(code, "NotExist"):
		b = append(b, `The specified resource does not exist.`...)
	default:
		b = append(b, `The request could not be completed in the resource's present state.`...)
	}
	return append(b, '"')
}

// appendTarget appends the ARN that a refused call was about.
func (r renderer) appendTarget(b []byte, e *event) []byte {
	piece := func(prefix string, s slot) []byte {
		return r.appendSlot(append(b, prefix...), s, e)
	}
	acct := e.recipient.id
	switch e.call.fullName {
	case "sts:AssumeRole":
		b = append(r.appendSlot(append(b, "arn:aws:iam::"...), slotAccount, e), ":role/"...)
		return r.appendSlot(b, slotRole, e)
	case "secretsmanager:GetSecretValue":
		return piece("arn:aws:secretsmanager:"+e.region+":"+acct+":secret:", slotSecret)
	}
	switch e.call.service {
	case "s3":
		return piece("arn:aws:s3:::", slotBucket)
	case "iam":
		if strings.Contains(e.call.name, "User") || strings.Contains(e.call.name, "AccessKey") || strings.Contains(e.call.name, "LoginProfile") {
			return piece("arn:aws:iam::"+acct+":user/", slotUser)
		}
		return piece("arn:aws:iam::"+acct+":role/", slotRole)
	case "lambda":
		return piece("arn:aws:lambda:"+e.region+":"+acct+":function:", slotFunction)
	case "cloudtrail":
		return piece("arn:aws:cloudtrail:"+e.region+":"+acct+":trail/", slotTrail)
	}
	return append(b, '*')
}
