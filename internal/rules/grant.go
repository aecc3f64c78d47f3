package rules

import (
	"slices"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Values of the field gumshoe.grant: what the Allow statements of the policy
// documents in requestParameters give away. Each is about one statement, so
// that an action of one and a resource of another are not read together,
// which dotted paths cannot do.
const (
	grantPublic    = "public"          // a principal of "*" that no condition limits
	grantForeign   = "foreign-account" // a principal of another account than the recipient
	grantAdmin     = "admin"           // all actions on all resources
	grantPrivilege = "privilege"       // on all resources, actions that can raise one's own rights
)

// privilegeActions can give their caller more rights when they are allowed on
// all resources. In lower case.
var privilegeActions = []string{
	"iam:*", "iam:passrole", "iam:addusertogroup", "iam:attachgrouppolicy", "iam:attachrolepolicy",
	"iam:attachuserpolicy", "iam:createaccesskey", "iam:createloginprofile", "iam:createpolicyversion",
	"iam:putgrouppolicy", "iam:putrolepolicy", "iam:putuserpolicy", "iam:setdefaultpolicyversion",
	"iam:updateassumerolepolicy", "iam:updateloginprofile", "sts:*", "sts:assumerole",
}

// raisesRights reports whether an action of a policy, in lower case, is one of
// privilegeActions or a pattern like iam:put* that covers one.
func raisesRights(action string) bool {
	prefix, wild := strings.CutSuffix(action, "*")
	return slices.ContainsFunc(privilegeActions, func(p string) bool {
		return p == action || wild && prefix != "" && strings.HasPrefix(p, prefix)
	})
}

// limitingKeys are condition keys that can keep strangers out of a statement
// whose principal is "*" (IAM user guide, global condition keys). In lower
// case.
var limitingKeys = []string{
	"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths",
	"aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:vpcsourceip", "kms:calleraccount",
}

// maxPolicyDepth bounds how deep in requestParameters a policy is searched.
const maxPolicyDepth = 8

// grantValues returns the values of gumshoe.grant, computed once an event.
func (ev *Event) grantValues() []string {
	if ev.granted {
		return ev.grants
	}
	ev.granted = true
	parameters, rest := ev.find([]string{partNames[RequestParameters]}, []byte("Statement"))
	if parameters == nil {
		return nil
	}
	if len(rest) > 0 { // it is the whole record
		record, _ := parameters.(map[string]any)
		parameters = record[rest[0]]
	}
	own := ev.RecipientAccount
	if own == "" {
		own = ev.IdentityAccount
	}
	g := granted{own: own}
	g.search(parameters, 0)
	ev.grants = g.values
	return ev.grants
}

// granted collects grants.
type granted struct {
	own    string
	values []string
}

func (g *granted) add(v string) {
	if !slices.Contains(g.values, v) {
		g.values = append(g.values, v)
	}
}

// search finds policy documents: objects with a Statement, plain or in a text.
func (g *granted) search(v any, depth int) {
	if depth > maxPolicyDepth {
		return
	}
	switch t := v.(type) {
	case string:
		if doc, ok := document(t); ok {
			g.search(doc, depth+1)
		}
	case []any:
		for _, e := range t {
			g.search(e, depth+1)
		}
	case map[string]any:
		if s, ok := t["Statement"]; ok {
			for _, st := range list(s) {
				g.statement(st)
			}
			return
		}
		for _, e := range t {
			g.search(e, depth+1)
		}
	}
}

func (g *granted) statement(v any) {
	st, ok := v.(map[string]any)
	if !ok || !strings.EqualFold(textOf(st["Effect"]), "Allow") {
		return
	}
	if p, ok := st["Principal"]; ok {
		g.principals(p, st["Condition"])
		return
	}
	if !slices.Contains(lowerTexts(st["Resource"]), "*") {
		return
	}
	actions := lowerTexts(st["Action"])
	if slices.Contains(actions, "*") || slices.Contains(actions, "*:*") || st["NotAction"] != nil {
		g.add(grantAdmin)
	}
	if slices.ContainsFunc(actions, raisesRights) {
		g.add(grantPrivilege)
	}
}

func (g *granted) principals(p, condition any) {
	if m, ok := p.(map[string]any); ok {
		p = m["AWS"]
	}
	for _, x := range list(p) {
		s := textOf(x)
		account := s
		if a, ok := entity.ParseARN(s); ok {
			account = a.Account
		}
		switch {
		case s == "*":
			if !limited(condition) {
				g.add(grantPublic)
			}
		case entity.IsAccountID(account) && g.own != "" && account != g.own:
			g.add(grantForeign)
		}
	}
}

// limited reports whether a condition has a key that can keep strangers out.
func limited(condition any) bool {
	operators, _ := condition.(map[string]any)
	for _, c := range operators {
		keys, _ := c.(map[string]any)
		for k := range keys {
			if slices.Contains(limitingKeys, strings.ToLower(k)) {
				return true
			}
		}
	}
	return false
}

// list returns the elements of a list, or v itself as the only one.
func list(v any) []any {
	switch t := v.(type) {
	case nil:
		return nil
	case []any:
		return t
	}
	return []any{v}
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

func lowerTexts(v any) []string {
	var out []string
	for _, e := range list(v) {
		out = append(out, lower(textOf(e)))
	}
	return out
}
