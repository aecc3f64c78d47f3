package rules

import (
	"strings"
	"sync"
	"testing"
)

// compile makes a pack of one rule from the entries of its one selection.
func compile(t testing.TB, entries string) *Pack {
	t.Helper()
	return compileDetect(t, "  selection:\n    "+strings.ReplaceAll(entries, "\n", "\n    ")+"\n  condition: selection\n")
}

func compileDetect(t testing.TB, detection string) *Pack {
	t.Helper()
	rs, errs := Parse("t.yml", []byte(head+"detection:\n"+detection))
	if len(errs) > 0 {
		t.Fatalf("%s: %v", detection, errs)
	}
	p, errs := NewPack(rs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return p
}

func hits(t testing.TB, p *Pack, record string) bool {
	t.Helper()
	ev, err := ParseEvent([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	return len(p.Match(ev, nil)) > 0
}

func TestMatchValues(t *testing.T) {
	t.Parallel()
	f := func(entries, record string, want bool) {
		t.Helper()
		if got := hits(t, compile(t, entries), record); got != want {
			t.Errorf("{%s} on %s = %t; want %t", entries, record, got, want)
		}
	}
	// Case.
	f("eventName: createuser", `{"eventName":"CreateUser"}`, true)
	f("eventName|cased: createuser", `{"eventName":"CreateUser"}`, false)
	f("errorCode: MÜLLER", `{"errorCode":"müller"}`, true)
	f("errorCode|contains|cased: Denied", `{"errorCode":"AccessDenied"}`, true)
	f("errorCode|contains|cased: denied", `{"errorCode":"AccessDenied"}`, false)
	// API versions.
	f("eventName: ListFunctions", `{"eventName":"ListFunctions20150331"}`, true)
	f("eventName: ListFunctions20150331", `{"eventName":"ListFunctions20150331"}`, true)
	f("eventName: ListFunctions20150331", `{"eventName":"ListFunctions"}`, true)
	f("eventName|endswith: '0331'", `{"eventName":"ListFunctions20150331"}`, true)
	f("eventName: GetFunction", `{"eventName":"GetFunction20150331v2"}`, true)
	// Wildcards and escapes.
	f("eventName: 'Create*'", `{"eventName":"CreateUser"}`, true)
	f("eventName: 'C*te?ser'", `{"eventName":"CreateUser"}`, true)
	f("eventName: 'C?User'", `{"eventName":"CreateUser"}`, false)
	f(`errorCode: 'a\*b'`, `{"errorCode":"a*b"}`, true)
	f(`errorCode: 'a\*b'`, `{"errorCode":"axb"}`, false)
	f(`errorCode: 'a\\*'`, `{"errorCode":"a\\b"}`, true)
	f("errorCode|contains: 'a*c'", `{"errorCode":"xxabcxx"}`, true)
	f("errorCode: '*'", `{}`, false)
	// Presence.
	f("errorCode: null", `{"errorCode":null}`, true)
	f("errorCode: ''", `{}`, true)
	f("errorCode: [null, AccessDenied]", `{"errorCode":"AccessDenied"}`, true)
	f("errorCode: [null, AccessDenied]", `{"errorCode":"Throttling"}`, false)
	f("requestParameters.x|exists: true", `{"requestParameters":{"x":false}}`, true)
	f("requestParameters.x|exists: false", `{"requestParameters":{"x":""}}`, true)
	f("requestParameters.x|exists: true", `{"requestParameters":null}`, false)
	// Lists and nesting.
	f("requestParameters.a.b: 2", `{"requestParameters":{"a":[{"b":1},{"b":[2,3]}]}}`, true)
	f("requestParameters.a|contains|all: [one, two]", `{"requestParameters":{"a":["xonex","xtwox"]}}`, true)
	f("requestParameters.a|contains|all: [one, two]", `{"requestParameters":{"a":["xonex"]}}`, false)
	f("requestParameters|contains: needle", `{"requestParameters":{"a":{"b":"a needle"}}}`, true)
	// Booleans and numbers.
	f("readOnly: true", `{"readOnly":"True"}`, true)
	f("requestParameters.n|gte: 5", `{"requestParameters":{"n":5}}`, true)
	f("requestParameters.n|gt: 5", `{"requestParameters":{"n":"5"}}`, false)
	f("requestParameters.n|lt: 5", `{"requestParameters":{"n":"few"}}`, false)
	// Expressions.
	f("errorCode|re: '^Access'", `{"errorCode":"AccessDenied"}`, true)
	f("errorCode|re: '^access'", `{"errorCode":"AccessDenied"}`, false)
	f("errorCode|re|i: '^access'", `{"errorCode":"AccessDenied"}`, true)
	// Addresses, also as anonymised logs write them.
	f("sourceIPAddress|cidr: [203.0.113.0/24, '2001:db8::/32']", `{"sourceIPAddress":"203.0.113.9"}`, true)
	f("sourceIPAddress|cidr: 203.0.113.0/24", `{"sourceIPAddress":"203.000.113.009"}`, true)
	f("sourceIPAddress|cidr: 203.0.113.0/24", `{"sourceIPAddress":"s3.amazonaws.com"}`, false)
	f("sourceIPAddress|cidr: '2001:db8::/32'", `{"sourceIPAddress":"2001:db8::1"}`, true)
	// Other fields of the record.
	f("requestParameters.userName|fieldref: userIdentity.userName", `{"userIdentity":{"userName":"Ann"},"requestParameters":{"userName":"ann"}}`, true)
	f("requestParameters.userName|fieldref: userIdentity.userName", `{"requestParameters":{"userName":"ann"}}`, false)
	f("requestParameters.arn|contains|fieldref: recipientAccountId", `{"recipientAccountId":"111122223333","requestParameters":{"arn":"arn:aws:kms:x:111122223333:key/k"}}`, true)
	// User agents in brackets.
	f("userAgent|startswith: aws-cli", `{"userAgent":"[aws-cli/2.2 Python/3]"}`, true)
	// Documents in texts.
	const doc = `{"requestParameters":{"p":"{ \"Statement\" : [ { \"Principal\" : \"*\" } ] }"}}`
	f(`requestParameters.p|contains: '"Principal":"\*"'`, doc, true)
	f("requestParameters.p.Statement.Principal: '\\*'", doc, true)
	f("requestParameters.p|contains: Principal", `{"requestParameters":{"p":"%7B%22Principal%22%3A1%7D"}}`, true)
	f("requestParameters.p|contains: '\"Principal\"'", `{"requestParameters":{"p":"%7B%22Principal%22%3A1%7D"}}`, true)
	f("requestParameters.p.Principal: 1", `{"requestParameters":{"p":"%7B%22Principal%22%3A1%7D"}}`, true)
}

func TestGrant(t *testing.T) {
	t.Parallel()
	const own = `"recipientAccountId":"111122223333"`
	f := func(statement, want string) {
		t.Helper()
		for _, params := range []string{
			`{"bucketPolicy":{"Statement":` + statement + `}}`,
			`{"policyDocument":"` + strings.NewReplacer(`"`, `\"`).Replace(`{"Statement":[`+strings.Trim(statement, "[]")+`]}`) + `"}`,
		} {
			ev, err := ParseEvent([]byte(`{` + own + `,"requestParameters":` + params + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(ev.grantValues(), " "); got != want {
				t.Errorf("%s grants %q; want %q", params, got, want)
			}
		}
	}
	f(`{"Effect":"Allow","Principal":"*","Action":"s3:*"}`, "public")
	f(`{"Effect":"Deny","Principal":"*","Action":"s3:*"}`, "")
	f(`{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`, "")
	f(`{"Effect":"Allow","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`, "public")
	f(`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:user/x"]}}`, "foreign-account")
	f(`{"Effect":"Allow","Principal":{"AWS":"444455556666"}}`, "foreign-account")
	f(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}`, "")
	f(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}`, "")
	f(`{"Effect":"Allow","Action":"*","Resource":"*"}`, "admin")
	f(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "admin")
	f(`{"Effect":"Allow","Action":["s3:Get*","iam:Pass*"],"Resource":["*"]}`, "privilege")
	f(`{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}`, "")
	// Of two statements: an action of one, a resource of the other.
	f(`[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"},{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]`, "")
}

// TestMatchServiceCalls: rules with a gumshoe block do not match AWS services
// that act on their own behalf, but what they do for a principal.
func TestMatchServiceCalls(t *testing.T) {
	t.Parallel()
	f := func(block, identity string, want bool) {
		t.Helper()
		p := compileDetect(t, "  s: {eventName: X}\n  condition: s\n"+block)
		if got := hits(t, p, `{"eventName":"X","userIdentity":`+identity+`}`); got != want {
			t.Errorf("%q with %s = %t; want %t", block, identity, got, want)
		}
	}
	service := `{"type":"AWSService","invokedBy":"config.amazonaws.com"}`
	f("", service, true)
	f("gumshoe: {weight: 1}", service, false)
	f("gumshoe: {callers: any}", service, true)
	f("gumshoe: {weight: 1}", `{"accountId":"111122223333","invokedBy":"ec2.amazonaws.com"}`, false)
	f("gumshoe: {weight: 1}", `{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/aws-service-role/x/AWSServiceRoleForX"}}}`, false)
	f("gumshoe: {weight: 1}", `{"type":"IAMUser","invokedBy":"cloudformation.amazonaws.com"}`, true)
	f("gumshoe: {weight: 1}", `{}`, true)
}

func TestBound(t *testing.T) {
	t.Parallel()
	f := func(detection string, named bool, reaches ...string) {
		t.Helper()
		p := compileDetect(t, detection)
		if named != (len(p.unnamed) == 0) {
			t.Errorf("%s: named %t; want %t", detection, len(p.unnamed) == 0, named)
		}
		for _, n := range reaches {
			if len(p.lookup(n)) == 0 {
				t.Errorf("%s: %s is not in the index", detection, n)
			}
		}
		if named && len(p.byName) != len(reaches) {
			t.Errorf("%s: %d names in the index; want %d", detection, len(p.byName), len(reaches))
		}
	}
	f("  s: {eventName: [A, b]}\n  condition: s", true, "a", "B")
	f("  s: {eventSource: x, eventName: A}\n  t: {eventSource: y, eventName: B}\n  condition: s or t", true, "a", "b")
	f("  s: {eventName: [A, B]}\n  t: {eventName: [B, C]}\n  condition: s and t", true, "B")
	f("  s: {eventName: A}\n  t: {eventName: B}\n  condition: s and not t", true, "A")
	f("  s: {eventName: A}\n  condition: not s", false)
	f("  s: {eventName: A}\n  t: {errorCode: x}\n  condition: s or t", false)
	f("  s: {eventSource: x}\n  condition: s", false)
	f("  s: {eventName: 'A*'}\n  condition: s", false)
	f("  s: {eventName: ListFunctions20150331}\n  condition: s", true, "listfunctions")
	f("  s: {eventName: [A, null]}\n  condition: s", false)
}

// TestMatchDoesNotAllocate: an event without a candidate costs no memory.
func TestMatchDoesNotAllocate(t *testing.T) {
	p := builtin(t)
	ev := &Event{Source: "s3.amazonaws.com", Name: "PutObject20200101", IdentityType: "AssumedRole", Raw: []byte(`{}`)}
	var dst []*Rule
	if n := testing.AllocsPerRun(100, func() { dst = p.Match(ev, dst[:0]) }); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// TestMatchDecodesLate: a rule that columns already refuse does not decode.
func TestMatchDecodesLate(t *testing.T) {
	t.Parallel()
	p := compile(t, "requestParameters.a: 1\nuserIdentity.type: Root\neventName: X")
	ev := &Event{Name: "X", IdentityType: "IAMUser", Raw: []byte(`{"requestParameters":{"a":1`)}
	if got := p.Match(ev, nil); len(got) != 0 || ev.record.decoded {
		t.Errorf("matches %v, decoded %t; want neither", got, ev.record.decoded)
	}
	ev.IdentityType = "Root"
	if got := p.Match(ev, nil); len(got) != 0 || ev.Err() == nil {
		t.Errorf("matches %v, error %v; want no match and an error", got, ev.Err())
	}
	ev.Reset()
	if ev.Err() != nil || ev.Name != "" || ev.record.decoded {
		t.Errorf("after Reset: %+v", ev)
	}
}

// TestMatchSearchesBeforeItDecodes: a member whose name is nowhere in the
// bytes needs no decoding, unless its letters may be escaped.
func TestMatchSearchesBeforeItDecodes(t *testing.T) {
	t.Parallel()
	f := func(entries, raw string, match, decoded bool) {
		t.Helper()
		ev := &Event{Name: "X", Raw: []byte(raw)}
		if got := len(compile(t, entries).Match(ev, nil)) > 0; got != match || ev.record.decoded != decoded {
			t.Errorf("{%s} on %s: match %t, decoded %t; want %t, %t", entries, raw, got, ev.record.decoded, match, decoded)
		}
	}
	f("eventName: X\nrequestParameters.abc: 1", `{"requestParameters":{"abd":1}}`, false, false)
	f("eventName: X\nrequestParameters.abc: 1", `{"requestParameters":{"abc":1}}`, true, true)
	f("eventName: X\nrequestParameters.abc: 1", `{"requestParameters":{"\u0061bc":1}}`, true, true)
	f("eventName: X\nrequestParameters.abc: null", `{"requestParameters":{}}`, true, false)
	f("eventName: X\ngumshoe.grant: public", `{"requestParameters":{"p":"x"}}`, false, false)
	f("eventName: X\ngumshoe.grant: public", `{"requestParameters":{"p":"{\"\\u0053tatement\":{\"Effect\":\"Allow\",\"Principal\":\"*\"}}"}}`, true, true)
}

func TestMatchConcurrently(t *testing.T) {
	t.Parallel()
	p := builtin(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, r := range p.Rules() {
				if err := r.Check(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestAttackData(t *testing.T) {
	t.Parallel()
	if v := pinnedAttack().version; v != "18" {
		t.Errorf("ATT&CK version %q", v)
	}
	for id, want := range map[string]string{"T1098.001": "Account Manipulation: Additional Cloud Credentials", "T1530": "Data from Cloud Storage"} {
		if got := pinnedAttack().techniques[id].Name; got != want {
			t.Errorf("%s is %q; want %q", id, got, want)
		}
	}
	for from, to := range pinnedAttack().aliases {
		_, technique := pinnedAttack().techniques[to]
		_, tactic := pinnedAttack().tactics[to]
		if !technique && !tactic {
			t.Errorf("alias %s leads to %s, which is not there", from, to)
		}
	}
	for _, bad := range []string{"nonsense", "technique\tT1.001\tx", "tactic\tTA1"} {
		if _, err := parseAttack(bad); err == nil {
			t.Errorf("parseAttack(%q) takes it", bad)
		}
	}
}
