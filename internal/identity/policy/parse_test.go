package policy

import (
	"fmt"
	"strings"
	"testing"
)

const graphARN = "arn:aws:detective:us-east-1:111122223333:graph:0123456789abcdef0123456789abcdef"

// mustParse reads a policy of one statement, given as its members behind
// Effect.
func mustParse(t testing.TB, effect, members string) *Policy {
	t.Helper()
	p, err := Parse(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":{"Effect":%q,%s}}`, effect, members))
	if err != nil {
		t.Fatalf("Parse statement %s %s: %v", effect, members, err)
	}
	return p
}

const everything = `"Action":"*","Resource":"*"`

func TestParseTakes(t *testing.T) {
	t.Parallel()
	for name, members := range map[string]string{
		"all":                  everything,
		"everything":           `"Action":"*:*","Resource":"*"`,
		"other service":        `"Action":["s3:GetObject","securityHub:GetFindings","aws-portal:View*"],"Resource":"arn:aws:s3:::bucket/*"`,
		"case of actions":      `"Action":"Detective:LISTGRAPHS","Resource":"*"`,
		"singular":             `"Action":"detective:ListOrganizationAdminAccount","Resource":"*"`,
		"console":              `"Action":"detective:SearchGraph","Resource":"*"`,
		"empty Sid":            `"Sid":"","Action":"*","Resource":"*"`,
		"empty Condition":      everything + `,"Condition":{}`,
		"wildcards in ARN":     `"Action":"*","Resource":["arn:*:detective:*:*:*","arn:aws-cn:detective:cn-*:111122223333:gr*","arn:aws:detective:?s-east-1:1111*:graph:?"]`,
		"Null with a boolean":  everything + `,"Condition":{"Null":{"aws:TagKeys":true}}`,
		"epoch as a number":    everything + `,"Condition":{"DateLessThan":{"aws:CurrentTime":1767225600}}`,
		"epoch as a string":    everything + `,"Condition":{"DateLessThan":{"aws:CurrentTime":["1767225600","2026-01-31","2026-01-31T12:00Z","2026-01-31T12:00:00.5+01:00"]}}`,
		"IPv6":                 everything + `,"Condition":{"NotIpAddress":{"aws:SourceIp":["2001:db8::/32","2001:db8::1","10.1.2.3/8"]}}`,
		"case of keys":         everything + `,"Condition":{"StringEquals":{"AWS:requestedREGION":"eu-west-1"}}`,
		"slash in a tag's key": everything + `,"Condition":{"StringEquals":{"aws:ResourceTag/a/b c":"x"}}`,
		"quantified, IfExists": everything + `,"Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"a*"}}`,
		"dollar":               everything + `,"Condition":{"StringEquals":{"aws:RequestTag/cost":"$5 {a}"}}`,
	} {
		t.Run(name, func(t *testing.T) { mustParse(t, "Allow", members) })
	}
	for _, document := range []string{
		`{"Statement":[{"Effect":"Allow",` + everything + `}]}`, // Version may be missing, as in IAM
		`{"Version":"2008-10-17","Id":"any text","Statement":[{"Sid":"a","Effect":"Allow",` + everything + `},{"Sid":"b","Effect":"Deny",` + everything + `}]}`,
		" \n\t{\"Statement\":{\"Effect\":\"Allow\"," + everything + "}}\r\n",
	} {
		if _, err := Parse([]byte(document)); err != nil {
			t.Errorf("Parse(%s): %v", document, err)
		}
	}
}

// Each mistake is refused with an error that says what and where.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	statement := func(members string) string { return `{"Statement":[{"Effect":"Allow",` + members + `}]}` }
	condition := func(c string) string { return statement(everything + `,"Condition":` + c) }
	for name, test := range map[string]struct{ document, want string }{
		"empty":                {``, "unexpected EOF"},
		"broken off":           {`{"Statement":[{"Effect":"Allow"`, "unexpected EOF"},
		"no object":            {`[]`, "policy document: must be an object"},
		"null":                 {`null`, "must be an object"},
		"trailing":             {`{"Statement":{"Effect":"Allow",` + everything + `}} {}`, "something stands behind"},
		"trailing garbage":     {`{"Statement":{"Effect":"Allow",` + everything + `}} x`, "invalid character"},
		"invalid UTF-8":        {"{\"Id\":\"\xff\"}", "invalid UTF-8"},
		"no statement":         {`{"Version":"2012-10-17"}`, "Statement is missing"},
		"empty statements":     {`{"Statement":[]}`, "/Statement: must not be empty"},
		"statement is a text":  {`{"Statement":["x"]}`, "/Statement/0: must be an object"},
		"nested list":          {`{"Statement":[[{}]]}`, "/Statement/0: must be an object"},
		"version":              {`{"Version":"2012-10-18"}`, `/Version: "2012-10-18" is no version`},
		"unknown member":       {`{"Statements":[]}`, `/Statements: unknown member "Statements"`},
		"case of member":       {`{"statement":[]}`, `unknown member "statement"`},
		"duplicate member":     {`{"Version":"2012-10-17","Version":"2012-10-17"}`, `duplicate object member name "Version"`},
		"duplicate Effect":     {`{"Statement":[{"Effect":"Deny","Effect":"Allow"}]}`, `duplicate object member name "Effect"`},
		"duplicate escaped":    {`{"Statement":[{"Effect":"Deny","\u0045ffect":"Allow"}]}`, `duplicate object member name`},
		"no effect":            {`{"Statement":[{` + everything + `}]}`, "/Statement/0: Effect is missing"},
		"effect":               {`{"Statement":[{"Effect":"allow",` + everything + `}]}`, `/Statement/0/Effect: "allow" is no effect`},
		"second statement":     {`{"Statement":[{"Effect":"Allow",` + everything + `},{"Effect":"Deny","Action":"*"}]}`, "/Statement/1: must have either Resource or NotResource"},
		"no action":            {statement(`"Resource":"*"`), "/Statement/0: must have either Action or NotAction"},
		"both actions":         {statement(`"Action":"*","NotAction":"*","Resource":"*"`), "either Action or NotAction"},
		"no resource":          {statement(`"Action":"*"`), "either Resource or NotResource"},
		"both resources":       {statement(everything + `,"NotResource":"*"`), "either Resource or NotResource"},
		"principal":            {statement(everything + `,"Principal":"*"`), "/Statement/0/Principal: an identity policy has no Principal"},
		"not principal":        {statement(everything + `,"NotPrincipal":"*"`), "no NotPrincipal"},
		"unknown in statement": {statement(everything + `,"Conditions":{}`), `/Statement/0/Conditions: unknown member "Conditions"`},
		"Sid":                  {statement(everything + `,"Sid":"a b"`), `/Statement/0/Sid: "a b" may have letters and digits only`},
		"Sid twice":            {`{"Statement":[{"Sid":"a","Effect":"Allow",` + everything + `},{"Sid":"a"}]}`, `/Statement/1/Sid: "a" is the Sid of two statements`},

		"action null":            {statement(`"Action":null,"Resource":"*"`), "/Statement/0/Action: is null, which cannot stand here"},
		"action number":          {statement(`"Action":[1],"Resource":"*"`), "/Statement/0/Action/0: is a number"},
		"action list in list":    {statement(`"Action":["*",["*"]],"Resource":"*"`), "/Statement/0/Action/1: is a list"},
		"no actions":             {statement(`"Action":[],"Resource":"*"`), "/Statement/0/Action: must not be empty"},
		"action without service": {statement(`"Action":"ListGraphs","Resource":"*"`), `action "ListGraphs" has not the form service:name`},
		"action without name":    {statement(`"Action":"detective:","Resource":"*"`), "has not the form"},
		"service with wildcard":  {statement(`"Action":"det*:ListGraphs","Resource":"*"`), "the service must be spelt out"},
		"space in action":        {statement(`"Action":"detective:List Graphs","Resource":"*"`), "a character that no action has"},
		"misspelt action":        {statement(`"Action":["detective:ListGraphs","detective:ListGraph"],"Resource":"*"`), `/Statement/0/Action/1: there is no action "detective:ListGraph"`},
		"misspelt NotAction":     {statement(`"NotAction":"Detective:DeleteGraphs","Resource":"*"`), `/Statement/0/NotAction: there is no action`},
		"misspelt wildcard":      {statement(`"Action":"detective:Lst*","Resource":"*"`), `there is no action "detective:Lst*"`},
		"plural":                 {statement(`"Action":"detective:ListOrganizationAdminAccounts","Resource":"*"`), "it is detective:ListOrganizationAdminAccount, singular"},

		"resource text":           {statement(`"Action":"*","Resource":"graph"`), `/Statement/0/Resource: resource "graph" is neither * nor an ARN`},
		"short ARN":               {statement(`"Action":"*","Resource":"arn:aws:detective:*"`), "must begin with arn: and have six parts"},
		"no arn":                  {statement(`"Action":"*","Resource":"arm:aws:detective:*:*:*"`), "must begin with arn:"},
		"empty partition":         {statement(`"Action":"*","Resource":"arn::detective:*:*:*"`), "must not be empty"},
		"partition":               {statement(`"Action":"*","Resource":"arn:asw:detective:*:*:*"`), `there is no partition "asw"`},
		"wildcard for service":    {statement(`"Action":"*","Resource":"arn:aws:*:*:*:*"`), "the service must be spelt out"},
		"graph with slash":        {statement(`"Action":"*","Resource":"arn:aws:detective:*:*:graph/*"`), "is no ARN of a graph"},
		"graph without wildcard":  {statement(`"Action":"*","Resource":"arn:aws:detective:*:*:grap"`), "is no ARN of a graph"},
		"graph without account":   {statement(`"Action":"*","Resource":"arn:aws:detective:*:graph:*"`), "is no ARN of a graph"},
		"graph, letter account":   {statement(`"Action":"*","Resource":"arn:aws:detective:*:11112222333x:graph:*"`), "is no ARN of a graph"},
		"graph without Region":    {statement(`"Action":"*","NotResource":"arn:aws:detective::111122223333:graph:*"`), "is no ARN of a graph"},
		"graph, case of service":  {statement(`"Action":"*","NotResource":"arn:aws:Detective:*:111122223333:graph:*"`), "is no ARN of a graph"},
		"variable":                {statement(`"Action":"*","Resource":"arn:aws:detective:*:${aws:PrincipalAccount}:graph:*"`), "policy variables (${...}) are not supported"},
		"variable in a condition": {condition(`{"StringEquals":{"aws:RequestTag/owner":"${aws:username}"}}`), "policy variables"},
		"variable in a key":       {condition(`{"StringEquals":{"aws:RequestTag/${aws:username}":"x"}}`), "policy variables"},

		"condition list":           {condition(`[]`), "/Statement/0/Condition: must be an object"},
		"unknown operator":         {condition(`{"StringEqual":{"aws:UserAgent":"x"}}`), `/Statement/0/Condition/StringEqual: unknown condition operator "StringEqual"`},
		"case of operator":         {condition(`{"stringequals":{"aws:UserAgent":"x"}}`), "unknown condition operator"},
		"numeric operator":         {condition(`{"NumericEquals":{"aws:RequestTag/n":"1"}}`), "unknown condition operator"},
		"quantifier":               {condition(`{"ForAllValue:StringEquals":{"aws:TagKeys":"x"}}`), "unknown condition operator"},
		"suffix":                   {condition(`{"StringEqualsIfExist":{"aws:UserAgent":"x"}}`), "unknown condition operator"},
		"NullIfExists":             {condition(`{"NullIfExists":{"aws:UserAgent":"true"}}`), "Null takes no quantifier and no IfExists"},
		"ForAllValues:Null":        {condition(`{"ForAllValues:Null":{"aws:TagKeys":"true"}}`), "Null takes no quantifier"},
		"empty operator":           {condition(`{"StringEquals":{}}`), "/Condition/StringEquals: must not be empty"},
		"operator with a text":     {condition(`{"StringEquals":"x"}`), "/Condition/StringEquals: must be an object"},
		"unknown key":              {condition(`{"Bool":{"aws:SecureTransport":"true"}}`), `/Condition/Bool/aws:SecureTransport: unknown condition key "aws:SecureTransport"`},
		"key without service":      {condition(`{"StringEquals":{"UserAgent":"x"}}`), "unknown condition key"},
		"resource tag without key": {condition(`{"StringEquals":{"aws:ResourceTag":"x"}}`), "unknown condition key"},
		"resource tag, empty key":  {condition(`{"StringEquals":{"aws:ResourceTag/":"x"}}`), "the key of the tag is missing"},
		"key twice":                {condition(`{"StringEquals":{"aws:UserAgent":"x","aws:useragent":"y"}}`), "the key stands twice"},
		"tag twice":                {condition(`{"StringEquals":{"aws:ResourceTag/A":"x","aws:resourcetag/a":"y"}}`), "the key stands twice"},
		"no values":                {condition(`{"StringEquals":{"aws:UserAgent":[]}}`), "/StringEquals/aws:UserAgent: must not be empty"},
		"value null":               {condition(`{"StringEquals":{"aws:UserAgent":null}}`), "is null"},
		"value number":             {condition(`{"StringEquals":{"aws:PrincipalAccount":111122223333}}`), "aws:PrincipalAccount: is a number"},
		"value boolean":            {condition(`{"StringEquals":{"aws:RequestTag/a":[true]}}`), "/0: is a boolean"},
		"multivalued key":          {condition(`{"StringEquals":{"aws:TagKeys":"x"}}`), "needs ForAllValues: or ForAnyValue:"},
		"text on address":          {condition(`{"StringEquals":{"aws:SourceIp":"10.0.0.1"}}`), "the operator does not fit the type of the key"},
		"address on text":          {condition(`{"IpAddress":{"aws:UserAgent":"10.0.0.1"}}`), "does not fit"},
		"text on date":             {condition(`{"StringLike":{"aws:CurrentTime":"2026*"}}`), "does not fit"},
		"date on text":             {condition(`{"DateEquals":{"aws:RequestTag/d":"2026-01-01"}}`), "does not fit"},
		"ARN on text":              {condition(`{"ArnLike":{"aws:UserAgent":"arn:aws:iam::1:user/a"}}`), "does not fit"},
		"boolean on text":          {condition(`{"Bool":{"aws:UserAgent":"true"}}`), "does not fit"},
		"not an ARN":               {condition(`{"ArnLike":{"aws:PrincipalArn":"*"}}`), `"*" is no ARN`},
		"not a boolean":            {condition(`{"Null":{"aws:UserAgent":"yes"}}`), "neither true nor false"},
		"not an address":           {condition(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`), "neither an IP address nor a range"},
		"address with port":        {condition(`{"IpAddress":{"aws:SourceIp":"10.0.0.1:80"}}`), "neither an IP address"},
		"mapped address":           {condition(`{"IpAddress":{"aws:SourceIp":"::ffff:10.0.0.1"}}`), "IPv4 in its own form"},
		"address with zone":        {condition(`{"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}}`), "without a zone"},
		"not a date":               {condition(`{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`), `"tomorrow" is no time`},
		"a year":                   {condition(`{"DateLessThan":{"aws:CurrentTime":"2026"}}`), "is no time"},
		"date without zone":        {condition(`{"DateLessThan":{"aws:CurrentTime":"2026-01-31T12:00:00"}}`), "is no time"},
		"fraction of epoch":        {condition(`{"DateLessThan":{"aws:CurrentTime":1.767225600e9}}`), "is no time"},
		"epoch in milliseconds":    {condition(`{"DateLessThan":{"aws:CurrentTime":1767225600000}}`), "is no time"},
	} {
		p, err := Parse([]byte(test.document))
		if err == nil || p != nil {
			t.Errorf("%s: Parse(%s) took it; want an error with %q", name, test.document, test.want)
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Parse(%s): %q, want it to say %q", name, test.document, err, test.want)
		}
		if !strings.HasPrefix(err.Error(), "policy document: ") {
			t.Errorf("%s: %q does not begin with what was read", name, err)
		}
	}
}

// White space does not count towards the size, characters do and not bytes.
func TestParseSize(t *testing.T) {
	t.Parallel()
	document := func(fill, space int) []byte {
		frame := `{"Id":"","Statement":{"Effect":"Allow",` + everything + `}}`
		return []byte(strings.Replace(frame, `"Id":"`, `"Id":"`+strings.Repeat("é", fill-len(frame))+strings.Repeat(" ", space), 1))
	}
	for _, test := range []struct {
		fill, space int
		ok          bool
	}{
		{6144, 0, true},
		{6144, 1000, true},
		{6145, 0, false},
		{6145, 1000, false},
		{200, 131072, false},
	} {
		if _, err := Parse(document(test.fill, test.space)); (err == nil) != test.ok {
			t.Errorf("Parse of %d characters and %d of white space: %v, want ok %t", test.fill, test.space, err, test.ok)
		}
	}
}

func TestMarshalJSONKeepsThePolicy(t *testing.T) {
	t.Parallel()
	input := []byte("{ \"Statement\" : [ {\"Effect\":\"Deny\",\n\"Action\":\"*\", \"Resource\":\"*\"} ] }")
	p, err := Parse(input)
	if err != nil {
		t.Fatal(err)
	}
	clear(input) // Parse keeps nothing of its input
	got, err := p.MarshalJSON()
	want := `{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	if err != nil || string(got) != want {
		t.Errorf("MarshalJSON = %s, %v, want %s", got, err, want)
	}
	if got, err := new(Policy).MarshalJSON(); err != nil || string(got) != "null" {
		t.Errorf("MarshalJSON of the zero policy = %s, %v, want null", got, err)
	}
}
