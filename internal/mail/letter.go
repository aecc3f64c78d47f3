package mail

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"text/template"
	"unicode/utf8"
)

//go:embed letter.txt
var letterText string

// letter is the mail's text for an Invitation.
var letter = template.Must(template.New("letter").Parse(letterText))

// subject has nothing in it that comes from outside.
func subject(i Invitation) string {
	return fmt.Sprintf("AWS account %s invites account %s to its behavior graph (gumshoe)",
		i.AdministratorAccountID, i.MemberAccountID)
}

// text writes the mail for the invitation, which was checked.
func text(i Invitation, consoleURL string) (string, error) {
	var b strings.Builder
	err := letter.Execute(&b, map[string]any{
		"AdministratorAccountID": i.AdministratorAccountID,
		"AdministratorEmail":     plainAddress(i.AdministratorEmail),
		"MemberAccountID":        i.MemberAccountID,
		"GraphARN":               i.GraphARN,
		"Region":                 i.Region,
		"Quote":                  quote(i.Message),
		"ConsoleURL":             consoleURL,
		"Endpoint":               endpoint(consoleURL),
	})
	return b.String(), err
}

// ordinary is an e-mail address that cannot be read as anything else. The
// API's pattern lets have whole sentences before the @.
var ordinary = regexp.MustCompile(`^([\pL\pN.!#$%&'*+/=?^_{|}~-]+)@([A-Za-z0-9.-]+)$`)

// Bounds of an ordinary address, in characters. In the expression they would
// cost every start of gumshoe 3 ms.
const maxLocalPart, maxDomain = 64, 255

// plainAddress returns an ordinary address, and nothing of any other.
func plainAddress(s string) string {
	m := ordinary.FindStringSubmatch(s)
	if m == nil || utf8.RuneCountInString(m[1]) > maxLocalPart || len(m[2]) > maxDomain {
		return ""
	}
	return s
}

// endpoint is where the API is: at the root of the server that has the
// console.
func endpoint(consoleURL string) string {
	u, err := url.Parse(consoleURL)
	if err != nil || u.Host == "" {
		return "https://GUMSHOE-SERVER"
	}
	return u.Scheme + "://" + u.Host
}
