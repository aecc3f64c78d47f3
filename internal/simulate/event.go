package simulate

import "strconv"

// event is one CloudTrail event before rendering. Everything that is not a
// field follows from the seed, so a copy renders to the same bytes.
type event struct {
	at        int64 // Unix seconds, UTC
	seed      uint64
	call      *call
	who       *session
	recipient *account // whose trail it is in
	region    string
	address   string
	agent     string
	fault     string // error code, "" = success
	fixed     values
	shared    uint64 // seed of sharedEventID, 0 = none
	invokedBy string // service that made the call on the caller's behalf
	endpoint  string // VPC endpoint id
}

// Addresses and agents of calls that AWS makes on a caller's behalf.
const awsInternal = "AWS Internal"

// caller is where and with what a session is being used.
type caller struct {
	*session
	address, agent string
	endpoint       string
}

// record makes an event of a call by c in the caller's own account.
func (c caller) record(at int64, k *call, region string) event {
	return event{at: at, call: k, who: c.session, recipient: c.account, region: k.regionFor(region),
		address: c.address, agent: c.agent, endpoint: c.endpoint}
}

// assume is c taking a role for an hour: the events, one in each account's
// trail, and the new session. draw seeds the new key and the shared id.
func (o *organization) assume(c caller, at int64, role *principal, name string, draw uint64) ([]event, *session) {
	const hour = 3600
	key := keyID("ASIA", scramble(draw))
	s := roleSession(role, name, key, at, at+hour, roleExtras{})
	first := c.record(at, o.calls["sts:AssumeRole"], homeRegion)
	first.fixed = values{
		slotAccount: role.account.id, slotRole: role.path + role.name, slotRoleName: role.name,
		slotRoleID: role.id, slotSession: name, slotTempKey: key,
	}
	if first.recipient == role.account {
		return []event{first}, s
	}
	first.shared = scramble(draw + 1)
	second := first
	second.who = foreignSession(vendorAccount, c.callerID)
	if c.account != nil {
		second.who = foreignSession(c.account.id, c.callerID)
	}
	second.recipient = role.account
	if c.account == nil { // the caller's own trail is not ours
		return []event{second}, s
	}
	return []event{first, second}, s
}

// beginRole is an AWS service or an identity provider starting a session of
// role: how is the name of the STS operation.
func (o *organization) beginRole(how string, by *session, c caller, at int64, role *principal, name, subject, region string) event {
	e := event{
		at: at, call: o.calls["sts:"+how], who: by, recipient: role.account, region: region,
		address: c.address, agent: c.agent,
		fixed: values{
			slotAccount: role.account.id, slotRole: role.path + role.name, slotRoleName: role.name,
			slotRoleID: role.id, slotSession: name, slotTempKey: c.keyID, slotSubject: subject,
			slotDuration: strconv.FormatInt(c.until-at, 10), slotExpires: string(appendTime(nil, c.until, printedDate)),
		},
	}
	return e
}
