package simulate

import (
	"encoding/json"
	"fmt"
	"time"
)

// cloudTrail are CloudTrail's own further shapes: Insights, network
// activity, Lake and LookupEvents.
func (s *shapes) cloudTrail() error {
	for _, add := range []func() error{s.insights, s.networkActivity, s.lakeQuery, s.lakeLines, s.lookupEvents} {
		if err := add(); err != nil {
			return err
		}
	}
	return nil
}

// insights is a file of Insights events: the beginning and the end of an
// unusual rate of calls.
func (s *shapes) insights() error {
	e := &s.calls[2]
	shared := s.uuid()
	event := func(state string, at int64) object {
		context := object{"statistics": object{"baseline": object{"average": 0.0006}, "insight": object{"average": 1.4}, "insightDuration": 6, "baselineDuration": 10080},
			"attributions": []object{{"attribute": "userIdentityArn", "insight": []object{{"value": e.who.arn, "average": 1.4}}, "baseline": []object{}},
				{"attribute": "userAgent", "insight": []object{{"value": e.agent, "average": 1.4}}, "baseline": []object{}},
				{"attribute": "errorCode", "insight": []object{{"value": "null", "average": 1.4}}, "baseline": []object{}}}}
		return object{"eventVersion": "1.09", "eventTime": clock(at), "awsRegion": homeRegion, "eventID": s.uuid(), "eventType": "AwsCloudTrailInsight",
			"recipientAccountId": e.recipient.id, "sharedEventID": shared, "eventCategory": "Insight",
			"insightDetails": object{"state": state, "eventSource": e.call.source, "eventName": e.call.name, "insightType": "ApiCallRateInsight", "insightContext": context}}
	}
	t := time.Unix(s.day+7200, 0).UTC()
	name := fmt.Sprintf("%[1]s/%[2]s/CloudTrail-Insight/%[3]s/%[4]s/%[2]s_CloudTrail-Insight_%[3]s_%[5]s_%[6]s.json.gz", LogFolder, e.recipient.id, homeRegion,
		t.Format("2006/01/02"), t.Format("20060102T1504Z"), appendUpper(appendUpper(nil, s.dice.next(), 12), s.dice.next(), 4))
	return s.addJSON(name, 2, object{"Records": []object{event("Start", s.day+3600), event("End", s.day+3960)}})
}

// networkActivity are events of a VPC endpoint: a call that went through and
// one that its policy refused. They have no user agent, parameters or
// response.
func (s *shapes) networkActivity() error {
	event := func(e *event, refused bool) object {
		r := object{"eventVersion": "1.11", "userIdentity": json.RawMessage(e.who.identity), "eventTime": clock(e.at), "eventSource": e.call.source, "eventName": e.call.name,
			"awsRegion": e.region, "sourceIPAddress": e.recipient.fleet.machines[1].primary.address.String(), "requestID": s.uuid(), "eventID": s.uuid(), "eventType": "AwsVpceEvent",
			"recipientAccountId": e.recipient.id, "sharedEventID": s.uuid(), "vpcEndpointId": e.recipient.endpoint, "vpcEndpointAccountId": e.recipient.id, "eventCategory": "NetworkActivity"}
		if refused {
			r["errorCode"], r["errorMessage"] = "VpceAccessDenied", "The request was denied due to a VPC endpoint policy"
		}
		return r
	}
	return s.addJSON("cloudtrail-network-activity.json.gz", 2, object{"Records": []object{event(&s.calls[3], false), event(&s.calls[0], true)}})
}

// lakeQuery is what GetQueryResults of CloudTrail Lake returns: rows of
// columns, all of them strings; and the same for a query of eventJson alone.
func (s *shapes) lakeQuery() error {
	result := func(rows [][]map[string]string) object {
		return object{"QueryStatus": "FINISHED", "QueryStatistics": object{"ResultsCount": len(rows), "TotalResultsCount": len(rows), "BytesScanned": 40960}, "QueryResultRows": rows}
	}
	var columns, events [][]map[string]string
	for i := range s.calls {
		e := &s.calls[i]
		var r struct{ EventID, EventVersion string }
		if err := json.Unmarshal(s.plain[i], &r); err != nil {
			return fmt.Errorf("read a record again: %w", err)
		}
		columns = append(columns, []map[string]string{{"eventVersion": r.EventVersion}, {"userIdentity": "{type=IAMUser, principalid=" + e.who.callerID + ", arn=" + e.who.arn + ", accountid=" + e.who.account.id + "}"},
			{"eventTime": string(appendTime(nil, e.at, "2006-01-02 15:04:05.000"))}, {"eventSource": e.call.source}, {"eventName": e.call.name}, {"awsRegion": e.region},
			{"sourceIPAddress": e.address}, {"userAgent": e.agent}, {"eventID": r.EventID}, {"recipientAccountId": e.recipient.id}})
		events = append(events, []map[string]string{{"eventJson": string(s.plain[i])}})
	}
	if err := s.addJSON("cloudtrail-lake-query.json", len(columns), result(columns)); err != nil {
		return err
	}
	return s.addJSON("cloudtrail-lake-query-eventjson.json", len(events), result(events))
}

// lakeLines is a Lake query saved by a tool: the event as a string, one a
// line.
func (s *shapes) lakeLines() error {
	var lines []map[string]string
	for _, r := range s.plain {
		lines = append(lines, map[string]string{"eventJson": string(r)})
	}
	return addLines(s, "cloudtrail-lake-eventjson.jsonl", lines)
}

// lookupEvents is the output of `aws cloudtrail lookup-events`.
func (s *shapes) lookupEvents() error {
	var events []object
	for i := range s.calls {
		e := &s.calls[i]
		var r struct{ EventID string }
		if err := json.Unmarshal(s.plain[i], &r); err != nil {
			return fmt.Errorf("read a record again: %w", err)
		}
		events = append(events, object{"EventId": r.EventID, "EventName": e.call.name, "ReadOnly": trueFalse(e.call.readOnly()), "AccessKeyId": e.who.keyID,
			"EventTime": string(appendTime(nil, e.at, "2006-01-02T15:04:05-07:00")), "EventSource": e.call.source, "Username": e.who.principal.name,
			"Resources": []object{}, "CloudTrailEvent": string(s.plain[i])})
	}
	return s.addJSON("cloudtrail-lookup-events.json", len(events), object{"Events": events})
}
