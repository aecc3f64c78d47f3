package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// Invitation is an account's invitation to a behavior graph.
type Invitation struct {
	To                     string // e-mail address of the invited account's root user
	MemberAccountID        string // the invited account, 12 digits
	AdministratorAccountID string // the inviting account, 12 digits
	AdministratorEmail     string // its e-mail address; empty when not known
	GraphARN               string
	Region                 string
	Message                string // the inviter's own words; empty for none, cut at 1,000 characters

	// InvitedAt is when the invitation was made. It tells a second invitation
	// of an account from a retry of the first. Zero when not known.
	InvitedAt time.Time
}

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	region    = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	// The members of the ARN are wider than AWS's, but nothing in them means
	// anything to a shell: the ARN stands in a command that is to be copied.
	graphARN = regexp.MustCompile(`^arn:[a-z-]+:detective:[a-z0-9-]+:[0-9]{12}:graph:[A-Za-z0-9-]{1,128}$`)
)

// check reports what cannot be put in a mail.
func (i Invitation) check() error {
	var wrong []error
	if _, err := recipient(i.To); err != nil {
		wrong = append(wrong, err)
	}
	for _, id := range []string{i.MemberAccountID, i.AdministratorAccountID} {
		if !accountID.MatchString(id) {
			wrong = append(wrong, fmt.Errorf("account id %q is not 12 digits", id))
		}
	}
	if !graphARN.MatchString(i.GraphARN) {
		wrong = append(wrong, fmt.Errorf("%q is not the ARN of a behavior graph", i.GraphARN))
	}
	if !region.MatchString(i.Region) {
		wrong = append(wrong, fmt.Errorf("%q is not a Region", i.Region))
	}
	return errors.Join(wrong...)
}

// recipient returns the address to, which the API's pattern lets have any
// characters before the @, in a form that can be written safely.
func recipient(to string) (*mail.Address, error) {
	a := &mail.Address{Address: to}
	// What a header could not carry, line ends above all, is not what comes
	// back when it is read again.
	back, err := mail.ParseAddress(a.String())
	local := to[:max(0, strings.LastIndexByte(to, '@'))]
	if err == nil && strings.ContainsAny(local, `"(),:;<>@[]\`+" ") {
		// It would have to be quoted, which servers read in different ways:
		// the mail could go to another mailbox.
		err = errors.New("quoted")
	}
	if err != nil || back.Address != to || back.Name != "" || hasControl(to) || len(to) > 320 {
		return nil, fmt.Errorf("%.320q is not an e-mail address that mail can be sent to", to)
	}
	return a, nil
}

// messageID is the same for the same invitation, so that servers and readers
// can tell that a mail came twice because the answer to the first was lost.
func (i Invitation) messageID(domain string) string {
	i.InvitedAt = i.InvitedAt.UTC()
	text, err := json.Marshal(i)
	if err != nil {
		// A year that JSON cannot write; the mail is as good without the time.
		i.InvitedAt = time.Time{}
		text, _ = json.Marshal(i)
	}
	sum := sha256.Sum256(text)
	return "invitation." + hex.EncodeToString(sum[:16]) + "@" + domain
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
