package simulate

import (
	"fmt"
	"strings"
)

// slot is a placeholder in a call's templates, written <name>. The same slot
// has the same value wherever it stands in one event.
type slot uint8

const (
	slotAccount slot = iota
	slotRegion
	slotCaller     // ARN of the caller
	slotSelf       // the caller's own user name
	slotCallerID   // the caller's principal id
	slotUser       // a user's name
	slotRole       // a role's name, with its path
	slotRoleName   // the same without its path
	slotSession    // a role session's name
	slotPolicy     // ARN of a managed policy
	slotPolicyName // name of an inline policy
	slotTrust      // a trust policy, escaped
	slotGroup
	slotUserID
	slotRoleID
	slotKey      // a long-term access key
	slotTempKey  // a temporary access key
	slotToken    // placeholder for a session token
	slotExpires  // the end of a session, as CloudTrail prints dates
	slotDuration // of a session, in seconds
	slotNow      // the event's time, as CloudTrail prints dates
	slotISO      // the event's time, RFC 3339
	slotBucket
	slotObject
	slotFunction
	slotTable
	slotQueue
	slotSecret
	slotParameter
	slotInstance
	slotVolume
	slotSnapshot
	slotSecurityGroup
	slotSubnet
	slotVPC
	slotImage
	slotInterface
	slotAddress
	slotKMS
	slotLogGroup
	slotStack
	slotCluster
	slotRepository
	slotAlarm
	slotTrail
	slotDetector
	slotFlowLog
	slotUUID
	slotHex
	slotSmall // 1 to 20
	slotSize  // bytes
	slotOther // another account's id

	slotMFA     // Yes or No
	slotSubject // a federated subject
	slots
)

var slotNames = [slots]string{
	slotAccount: "account", slotRegion: "region", slotCaller: "caller", slotSelf: "self",
	slotCallerID: "callerid", slotUser: "user", slotRole: "role", slotRoleName: "rolename", slotSession: "session",
	slotPolicy: "policy", slotPolicyName: "policyname", slotTrust: "trust", slotGroup: "group",
	slotUserID: "userid", slotRoleID: "roleid", slotKey: "accesskey", slotTempKey: "tempkey",
	slotToken: "token", slotExpires: "expires", slotDuration: "duration", slotNow: "now", slotISO: "iso", slotBucket: "bucket",
	slotObject: "object", slotFunction: "function", slotTable: "table", slotQueue: "queue",
	slotSecret: "secret", slotParameter: "parameter", slotInstance: "instance", slotVolume: "volume",
	slotSnapshot: "snapshot", slotSecurityGroup: "sg", slotSubnet: "subnet", slotVPC: "vpc",
	slotImage: "image", slotInterface: "eni", slotAddress: "address", slotKMS: "kms",
	slotLogGroup: "loggroup", slotStack: "stack", slotCluster: "cluster", slotRepository: "repository",
	slotAlarm: "alarm", slotTrail: "trail", slotDetector: "detector", slotFlowLog: "flowlog",
	slotUUID: "uuid", slotHex: "hex", slotSmall: "small", slotSize: "size", slotOther: "other",
	slotMFA: "mfa", slotSubject: "subject",
}

// values fixes some slots of an event; text is inserted as it is and must be
// valid inside a JSON string.
type values map[slot]string

// template is JSON text with slots, cut at them.
type template []piece

type piece struct {
	text string // before the slot
	slot slot   // slots: none, the text ends the template
}

// parseTemplate cuts text at its <slots>. The empty text is JSON null.
func parseTemplate(text string) (template, error) {
	if text == "" {
		text = "null"
	}
	var t template
	for {
		before, rest, found := strings.Cut(text, "<")
		if !found {
			return append(t, piece{text, slots}), nil
		}
		name, after, found := strings.Cut(rest, ">")
		s, known := slotOf(name)
		if !found || !known {
			return nil, fmt.Errorf("template %q: no slot <%s>", text, name)
		}
		t = append(t, piece{before, s})
		text = after
	}
}

func slotOf(name string) (slot, bool) {
	for s, n := range slotNames {
		if n == name {
			return slot(s), true
		}
	}
	return 0, false
}
