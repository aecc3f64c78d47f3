package asff

import (
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
)

// guardDutyFields is what the product fields of a GuardDuty finding tell. The
// members of its service element are there under paths, lists as in
// "…/portProbeDetails.0_/remoteIpDetails/ipAddressV4". ASFF's own elements
// have most of them too, but no IPv6 addresses, no calls of a cluster and no
// logins to a database.
type guardDutyFields struct {
	part                finding.Role
	archived, sample    bool
	count               int
	firstSeen, lastSeen time.Time

	isCall                              bool
	api, apiService                     string
	verb, resource, subresource, uri    string
	direction                           finding.Direction
	isConnection, blocked               bool
	remotes, locals, domains            []string
	remoteAccount, localInterface       string
	agent                               string
	keyID, principalID, userName, uType string
}

const guardDutyService = "aws/guardduty/service/"

func (g *guardDutyFields) read(fields field.Value) {
	for name, v := range fields.Members() {
		name = strings.ToLower(name)
		text := v.Text()
		if path, ok := strings.CutPrefix(name, guardDutyService+"action/"); ok && text != "" {
			g.action(path, text)
			continue
		}
		if strings.HasPrefix(name, "aws/guardduty/") {
			g.credentials(name[strings.LastIndexByte(name, '/')+1:], name, text)
		}
		switch strings.TrimPrefix(name, guardDutyService) {
		case "resourcerole":
			g.part = finding.ParseRole(text)
		case "archived":
			g.archived = v.Bool()
		case "count":
			g.count = v.Int()
		case "eventfirstseen":
			g.firstSeen = v.Time()
		case "eventlastseen":
			g.lastSeen = v.Time()
		case "additionalinfo/sample":
			g.sample = g.sample || v.Bool()
		case "additionalinfo", "additionalinfo/value":
			g.sample = g.sample || field.OfText(text).Get("sample").Bool()
		}
	}
}

// action reads a product field of the action, by its path in lower case.
func (g *guardDutyFields) action(path, text string) {
	kind, rest, _ := strings.Cut(path, "/")
	g.isCall = g.isCall || kind == "awsapicallaction" || kind == "kubernetesapicallaction"
	g.isConnection = g.isConnection || kind == "networkconnectionaction"
	last := rest[strings.LastIndexByte(rest, '/')+1:]
	switch {
	case last == "ipaddressv4" || last == "ipaddressv6":
		if strings.Contains(rest, "remoteipdetails/") {
			g.remotes = append(g.remotes, text)
		} else {
			g.locals = append(g.locals, text)
		}
	case strings.HasPrefix(rest, "sourceips."):
		g.remotes = append(g.remotes, text)
	case rest == "connectiondirection":
		g.direction = finding.ParseDirection(text)
	case rest == "blocked":
		g.blocked = strings.EqualFold(text, "true")
	case rest == "localnetworkinterface":
		g.localInterface = text
	case rest == "remoteaccountdetails/accountid":
		g.remoteAccount = text
	case rest == "useragent":
		g.agent = text
	case rest == "domain":
		g.domains = append(g.domains, text)
	case kind == "awsapicallaction" && rest == "api":
		g.api = text
	case kind == "awsapicallaction" && rest == "servicename":
		g.apiService = text
	case kind == "kubernetesapicallaction" && rest == "verb":
		g.verb = text
	case kind == "kubernetesapicallaction" && rest == "resource":
		g.resource = text
	case kind == "kubernetesapicallaction" && rest == "subresource":
		g.subresource = text
	case kind == "kubernetesapicallaction" && rest == "requesturi":
		g.uri = text
	}
}

func (g *guardDutyFields) credentials(last, name, text string) {
	if !strings.Contains(name, "accesskeydetails/") {
		return
	}
	switch last {
	case "accesskeyid":
		g.keyID = text
	case "principalid":
		g.principalID = text
	case "username":
		g.userName = text
	case "usertype":
		g.uType = text
	}
}

// apply adds what the fields name to the finding.
func (g *guardDutyFields) apply(p *Parser) {
	d := g.direction
	if !g.isConnection {
		d = finding.Inbound // somebody called, probed or logged in
	}
	for _, text := range g.remotes {
		p.b.Remote(text, d, g.blocked, p.part)
	}
	if g.localInterface != "" {
		p.b.Interface(g.localInterface, p.f.AccountID, p.instance(), g.locals)
	}
	for _, text := range g.locals {
		p.b.Local(text)
	}
	for _, name := range g.domains {
		p.b.Domain(name)
	}
	p.b.Call(g.apiService, g.api)
	p.b.ClusterCall(g.verb, g.resource, g.subresource, g.uri)
	p.b.Resource(finding.AccountRef(g.remoteAccount), finding.Actor)
	p.b.Resource(finding.AgentRef(g.agent), finding.Involved)
	if g.keyID != "" || g.principalID != "" {
		p.b.Credentials(finding.Credentials{AccessKeyID: g.keyID, PrincipalID: g.principalID, UserName: g.userName, UserType: g.uType,
			Account: p.f.AccountID, Partition: p.partition}, p.credentialsRole())
	}
}
