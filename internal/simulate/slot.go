package simulate

import "strconv"

// appendTemplate appends t with its slots filled for e.
func (r renderer) appendTemplate(b []byte, t template, e *event) []byte {
	for _, p := range t {
		b = append(b, p.text...)
		if p.slot != slots {
			b = r.appendSlot(b, p.slot, e)
		}
	}
	return b
}

// appendSlot appends a slot's value: what the event fixes, or a draw that
// depends on the event and the slot alone, so that request and response agree.
func (r renderer) appendSlot(b []byte, s slot, e *event) []byte {
	if v, ok := e.fixed[s]; ok {
		return append(b, v...)
	}
	a := e.recipient
	if a.fleet != nil {
		if v := a.fleet.value(s, e); v != "" {
			return append(b, v...)
		}
	}
	draw := scramble(e.seed ^ uint64(s)<<56)
	pick := func(from []string) []byte { return append(b, skewed(from, draw)...) }
	switch s {
	case slotAccount:
		return append(b, a.id...)
	case slotRegion:
		return append(b, e.region...)
	case slotCaller:
		return append(b, e.who.arn...)
	case slotCallerID:
		return append(b, e.who.callerID...)
	case slotSelf:
		if p := e.who.principal; p != nil {
			return append(b, p.name...)
		}
		return pick(a.users)
	case slotUser:
		return pick(a.users)
	case slotRole:
		return pick(a.roles)
	case slotRoleName:
		// The same role as slotRole's, without its path.
		return append(b, lastPart(skewed(a.roles, scramble(e.seed^uint64(slotRole)<<56)))...)
	case slotSession:
		return append(b, lastPart(e.who.arn)...)
	case slotPolicy:
		return pick(a.policies)
	case slotPolicyName:
		return append(pick(a.functions), "-access"...)
	case slotTrust:
		b = append(b, `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::`...)
		return append(append(b, a.id...), `:root\"},\"Action\":\"sts:AssumeRole\"}]}`...)
	case slotGroup:
		return pick(a.teams)
	case slotUserID:
		return append(b, principalID("AIDA", draw)...)
	case slotRoleID:
		return append(b, principalID("AROA", draw)...)
	case slotKey:
		return append(b, keyID("AKIA", draw)...)
	case slotTempKey:
		return append(b, keyID("ASIA", draw)...)
	case slotToken:
		return append(b, "EXAMPLE-SESSION-TOKEN"...)
	case slotExpires:
		return appendTime(b, e.at+3600, printedDate)
	case slotDuration:
		return append(b, "3600"...)
	case slotNow:
		return appendTime(b, e.at, printedDate)
	case slotISO:
		return appendISO(b, e.at)
	case slotOther: // people share with their own organization
		return append(b, r.org.accounts[draw%uint64(len(r.org.accounts))].id...)
	}
	return appendThing(b, s, a, draw)
}

// appendThing appends the name of something that an account holds, or a
// made-up value.
func appendThing(b []byte, s slot, a *account, draw uint64) []byte {
	var from []string
	switch s {
	case slotBucket:
		from = a.buckets
	case slotObject:
		from = a.objects
	case slotFunction:
		from = a.functions
	case slotTable:
		from = a.tables
	case slotQueue:
		from = a.queues
	case slotSecret:
		from = a.secrets
	case slotParameter:
		from = a.parameters
	case slotInstance:
		from = a.stock.instances
	case slotVolume:
		from = a.volumes
	case slotSnapshot:
		from = a.snapshots
	case slotSecurityGroup:
		from = a.groups
	case slotSubnet:
		from = a.subnets
	case slotVPC:
		from = a.vpcs
	case slotImage:
		from = a.images
	case slotInterface:
		from = a.interfaces
	case slotKMS:
		from = a.keys
	case slotLogGroup:
		from = a.logGroups
	case slotStack:
		from = a.stacks
	case slotCluster:
		from = a.clusters
	case slotRepository:
		from = a.repositories
	case slotAlarm:
		from = a.alarms
	case slotTrail:
		from = a.trails
	case slotDetector:
		return append(b, a.detector...)
	case slotFlowLog:
		return append(b, a.flowLog...)
	case slotUUID:
		return appendUUID(b, draw, scramble(draw))
	case slotHex:
		return appendHex(b, draw, 12)
	case slotSmall:
		return strconv.AppendUint(b, 1+draw%20, 10)
	case slotSize:
		return strconv.AppendUint(b, 20000+draw%9000000, 10)
	case slotAddress:
		b = strconv.AppendUint(append(b, "10.16."...), draw%250, 10)
		return strconv.AppendUint(append(b, '.'), 4+draw>>32%250, 10)
	default: // slotMFA and slotSubject have no meaning unless fixed
		return b
	}
	return append(b, skewed(from, draw)...)
}

// skewed picks from a list, earlier entries more often.
func skewed[T any](from []T, draw uint64) T {
	if len(from) == 0 {
		var none T
		return none
	}
	n := uint64(len(from))
	x, y := draw%(1<<20), draw>>24%(1<<20)
	return from[x*y>>20*n>>20]
}
