package detective

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// The quotas of the modelled world, small so that they are met.
const (
	worldMembers     = 2
	worldBytesPerDay = 100
)

// society is the model of memberships, packages and the organization, written
// from the state machine of the specification: plain maps, one clock, and a
// list of what is still to be done.
type society struct {
	now    func() time.Time         // whole milliseconds
	graphs map[string]*societyGraph // by ARN
	org    control.Organization     // without id: none
	admins map[string]*societyAdmin // by Region
	emails map[string]string        // of the accounts in our own directory
	usage  map[string]int64         // what the ledger says, by account
	broken bool                     // the ledger cannot be read
	todo   []*chore                 // in the order of their entry
	mails  []Invitation
}

type societyGraph struct {
	arn, account, region string
	deleting             bool
	packages             histories
	members              map[string]*societyMember
	usage                map[string]int64 // what the ledger said when it was last read
}

// societyMember is a member; its Packages stay empty, taken has them.
type societyMember struct {
	control.Member
	taken histories
}

// histories are the packages of a graph or a member.
type histories map[control.Package]control.PackageHistory

type societyAdmin struct {
	account, arn string
	delegated    time.Time
	autoEnable   bool
}

// chore is something that happens later. run reports whether it is done; if
// not it is tried again, three times in all.
type chore struct {
	kind     string
	due      time.Time
	attempts int
	run      func(lastAttempt bool) (done bool)
}

func (w *society) later(kind string, due time.Time, run func(last bool) bool) {
	w.todo = append(w.todo, &chore{kind: kind, due: due, run: run})
}

// work does what is due, of the kinds given or of all.
func (w *society) work(kinds ...string) {
	for {
		var next *chore
		for _, c := range w.todo {
			if !c.due.After(w.now()) && (len(kinds) == 0 || slices.Contains(kinds, c.kind)) && (next == nil || c.due.Before(next.due)) {
				next = c
			}
		}
		if next == nil {
			return
		}
		next.attempts++
		if next.run(next.attempts == 3) {
			w.todo = slices.DeleteFunc(w.todo, func(c *chore) bool { return c == next })
		} else {
			next.due = w.now().Add(time.Second << (next.attempts - 1))
		}
	}
}

// everyHour enters the hourly look at members that wait.
func (w *society) everyHour() {
	w.later(jobHourly, w.now().Truncate(time.Hour).Add(time.Hour), func(bool) bool {
		for _, g := range w.active() {
			var waiting []*societyMember
			for _, m := range g.sorted() {
				if m.Status == control.MemberAcceptedButDisabled {
					waiting = append(waiting, m)
				}
			}
			if len(waiting) == 0 {
				continue
			}
			w.readLedger(g)
			slices.SortStableFunc(waiting, func(a, b *societyMember) int { return a.Invited.Compare(b.Invited) })
			for _, m := range waiting {
				w.admit(g, m, !w.broken)
			}
		}
		w.everyHour()
		return true
	})
}

// readLedger works the usage of a graph out anew.
func (w *society) readLedger(g *societyGraph) {
	if !w.broken {
		g.usage = maps.Clone(w.usage)
	}
}

// active returns the graphs that can be used, by ARN.
func (w *society) active() []*societyGraph {
	var all []*societyGraph
	for _, arn := range slices.Sorted(maps.Keys(w.graphs)) {
		if g := w.graphs[arn]; !g.deleting {
			all = append(all, g)
		}
	}
	return all
}

// sorted returns the members by account id.
func (g *societyGraph) sorted() []*societyMember {
	return slices.SortedFunc(maps.Values(g.members), func(a, b *societyMember) int { return cmp.Compare(a.AccountID, b.AccountID) })
}

// of returns the account's graph in a Region, in whatever state.
func (w *society) of(account, region string) *societyGraph {
	for _, g := range w.graphs {
		if g.account == account && g.region == region && !g.deleting {
			return g
		}
	}
	return nil
}

// isOrgGraph reports whether the graph is the organization's.
func (w *society) isOrgGraph(g *societyGraph) bool {
	a := w.admins[g.region]
	return a != nil && a.arn == g.arn
}

// idle reports whether the organization has the account as suspended or
// closed.
func (w *society) idle(account string) bool {
	a, ok := w.org.Account(account)
	return ok && a.Status != control.AccountActive
}

// taken returns the accounts whose records the graph takes.
func (w *society) taken(g *societyGraph) map[string]struct{} {
	all := map[string]struct{}{}
	if !w.idle(g.account) {
		all[g.account] = struct{}{}
	}
	for id, m := range g.members {
		if m.Status == control.MemberEnabled {
			all[id] = struct{}{}
		}
	}
	return all
}

// volume is what the graph takes a day, but for one account.
func (w *society) volume(g *societyGraph, but string) (sum int64) {
	for id := range w.taken(g) {
		if id != but {
			sum += g.usage[id]
		}
	}
	return sum
}

// take sets what is taken of a package. DISABLED is never STARTED, STOPPED
// was STARTED once.
func take(all histories, name control.Package, taken bool, at time.Time) bool {
	h := all[name]
	if h.State != "" && taken == (h.State == control.IngestStarted) {
		return false
	}
	state := control.IngestStopped
	switch _, ever := h.Changed[control.IngestStarted]; {
	case taken:
		state = control.IngestStarted
	case !ever:
		state = control.IngestDisabled
	}
	h.State, h.Changed = state, maps.Clone(h.Changed)
	if h.Changed == nil {
		h.Changed = map[control.IngestState]time.Time{}
	}
	h.Changed[state] = at
	all[name] = h
	return true
}

var threePackages = []control.Package{"ASFF_SECURITYHUB_FINDING", "DETECTIVE_CORE", "EKS_AUDIT"}

// follow has the packages of a member follow its status and its graph.
func (w *society) follow(g *societyGraph, m *societyMember) {
	for _, p := range threePackages {
		take(m.taken, p, m.Status == control.MemberEnabled && g.packages[p].State == control.IngestStarted, w.now())
	}
}

func (w *society) set(g *societyGraph, m *societyMember, status control.MemberStatus, why control.DisabledReason) {
	m.Status, m.DisabledReason, m.Updated = status, why, w.now()
	g.members[m.AccountID] = m
	w.follow(g, m)
}

// admit enables a member that has accepted if there is room.
func (w *society) admit(g *societyGraph, m *societyMember, known bool) {
	var why control.DisabledReason
	switch {
	case w.idle(m.AccountID) || !known:
		why = control.VolumeUnknown
	case w.volume(g, m.AccountID)+g.usage[m.AccountID] > worldBytesPerDay:
		why = control.VolumeTooHigh
	}
	switch {
	case why == "":
		w.set(g, m, control.MemberEnabled, "")
	case m.Status != control.MemberAcceptedButDisabled || m.DisabledReason != why:
		w.set(g, m, control.MemberAcceptedButDisabled, why)
	}
}

// administered is what an administrator operation finds.
func (w *society) administered(c Caller, arn string) (*societyGraph, Code) {
	g := w.graphs[arn]
	switch {
	case g == nil || g.deleting || g.region != c.Region:
		return nil, ResourceNotFound
	case g.account == c.AccountID:
		return g, ""
	case told(g.members[c.AccountID]):
		return nil, AccessDenied
	}
	return nil, ResourceNotFound
}

// joined is what a member operation finds.
func (w *society) joined(c Caller, arn string) (*societyGraph, *societyMember, Code) {
	g, refused := w.administered(c, arn)
	switch {
	case g != nil:
		return nil, nil, Conflict
	case refused == AccessDenied:
		g = w.graphs[arn]
		return g, g.members[c.AccountID], ""
	}
	return nil, nil, refused
}

// told reports whether a member knows of its graph: ListInvitations shows it.
func told(m *societyMember) bool {
	return m != nil && m.Status != control.MemberVerificationInProgress && m.Status != control.MemberVerificationFailed
}

func (w *society) createGraph(c Caller, arn string) *societyGraph {
	g := &societyGraph{
		arn: arn, account: c.AccountID, region: c.Region, packages: histories{},
		members: map[string]*societyMember{}, usage: map[string]int64{},
	}
	for _, p := range threePackages {
		take(g.packages, p, true, w.now())
	}
	w.graphs[arn] = g
	return g
}

func (w *society) deleteGraph(g *societyGraph) {
	if w.isOrgGraph(g) {
		delete(w.admins, g.region)
	}
	g.deleting = true
	w.later(jobGraphDeletion, w.now(), func(bool) bool {
		delete(w.graphs, g.arn)
		return true
	})
}

// createMembers returns the accounts that are made members and those that
// are left alone.
func (w *society) createMembers(c Caller, arn string, in CreateMembersInput) (made []*societyMember, left []Unprocessed, refused Code) {
	g, refused := w.administered(c, arn)
	if refused != "" {
		return nil, nil, refused
	}
	fresh, seen := 0, map[string]bool{}
	for n, a := range in.Accounts {
		o, inOrg := w.org.Account(a.AccountID)
		if own, ok := w.org.Account(g.account); a.Email == "" && (!inOrg || !ok || own.Status != control.AccountActive) {
			return nil, nil, Validation
		}
		old := g.members[a.AccountID]
		switch {
		case seen[a.AccountID], a.AccountID == g.account, inOrg && w.isOrgGraph(g) && o.Status != control.AccountActive:
			left = append(left, Unprocessed{a.AccountID, "another reason"})
			continue
		case old != nil && old.Status != control.MemberVerificationFailed:
			left = append(left, Unprocessed{a.AccountID, "Account is already a member"})
			seen[a.AccountID] = true
			continue
		case old == nil:
			fresh++
		}
		seen[a.AccountID] = true
		m := &societyMember{control.Member{
			GraphARN: arn, AccountID: a.AccountID, Email: a.Email, InvitationType: control.ByInvitation,
			Invited: w.now().Add(time.Duration(n) * time.Microsecond),
		}, histories{}}
		if inOrg && w.isOrgGraph(g) {
			m.InvitationType, m.Email = control.ByOrganization, cmp.Or(a.Email, o.Email)
		}
		made = append(made, m)
	}
	if len(made) > 0 && (len(g.members)+fresh > worldMembers || w.volume(g, "") > worldBytesPerDay) {
		return nil, nil, ServiceQuotaExceeded
	}
	var verify []*societyMember
	for _, m := range made {
		if m.InvitationType == control.ByOrganization {
			w.admit(g, m, true)
		} else {
			w.set(g, m, control.MemberVerificationInProgress, "")
			verify = append(verify, m)
		}
	}
	if len(verify) > 0 {
		w.later(jobVerification, w.now(), func(bool) bool { return w.verify(g, verify, in) })
	}
	return made, left, ""
}

// verify compares invited accounts with the directories and mails those
// that are known. An invitation that was withdrawn meanwhile is another
// pointer or none.
func (w *society) verify(g *societyGraph, all []*societyMember, in CreateMembersInput) bool {
	for _, m := range all {
		if g.deleting || g.members[m.AccountID] != m || m.Status != control.MemberVerificationInProgress {
			continue
		}
		o, inOrg := w.org.Account(m.AccountID)
		if inOrg && o.Status != control.AccountActive || m.Email == "" && !inOrg ||
			m.Email != "" && !strings.EqualFold(m.Email, w.emails[m.AccountID]) && (!inOrg || !strings.EqualFold(m.Email, o.Email)) {
			w.set(g, m, control.MemberVerificationFailed, "")
			continue
		}
		w.set(g, m, control.MemberInvited, "")
		if in.NoEmail {
			continue
		}
		w.later(jobMail, w.now(), func(bool) bool {
			if !g.deleting && g.members[m.AccountID] == m && m.Status == control.MemberInvited {
				w.mails = append(w.mails, Invitation{
					To: cmp.Or(m.Email, w.emailOf(m.AccountID)), AccountID: m.AccountID, AdministratorID: g.account, AdministratorTo: w.emailOf(g.account),
					GraphARN: g.arn, Region: g.region, Message: in.Message, Invited: m.Invited,
				})
			}
			return true
		})
	}
	return true
}

// accept has an invited member wait for its volume to be checked.
func (w *society) accept(g *societyGraph, m *societyMember) {
	w.set(g, m, control.MemberAcceptedButDisabled, "")
	w.later(jobVolumeCheck, w.now(), func(last bool) bool {
		if w.graphs[g.arn] == nil {
			return true
		}
		if w.broken && !last {
			return false
		}
		w.readLedger(g)
		if !g.deleting && g.members[m.AccountID] == m && m.Status == control.MemberAcceptedButDisabled {
			w.admit(g, m, !w.broken)
		}
		return true
	})
}

// updatePackages starts what is wanted; with DETECTIVE_CORE it is all that
// is wanted.
func (w *society) updatePackages(g *societyGraph, wanted []control.Package) Code {
	next, starts := maps.Clone(g.packages), false
	for _, p := range threePackages {
		switch {
		case slices.Contains(wanted, p):
			starts = take(next, p, true, w.now()) || starts
		case slices.Contains(wanted, "DETECTIVE_CORE"):
			take(next, p, false, w.now())
		}
	}
	if starts && w.volume(g, "") > worldBytesPerDay {
		return ServiceQuotaExceeded
	}
	g.packages = next
	for _, m := range g.members {
		w.follow(g, m)
	}
	return ""
}

// emailOf is the address that the directories have of an account, ours first.
func (w *society) emailOf(account string) string {
	if own := w.emails[account]; own != "" {
		return own
	}
	o, _ := w.org.Account(account)
	return o.Email
}
