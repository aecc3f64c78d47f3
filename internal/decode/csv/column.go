package csv

import "strings"

// wholeRecord is the column that has a whole record in JSON: eventJson of
// CloudTrail Lake.
const wholeRecord = "eventJson"

// form is how the text in a cell becomes a JSON value.
type form uint8

const (
	plain   form = iota // a text
	boolean             // true or false, in any case
	nested              // an object or a list, if it is one
	typeOf              // the types of the resources, separated by commas
	nameOf              // their names
)

// column is where the cells of a column belong in a record.
type column struct {
	path []string
	form form
}

// members are the members of CloudTrail records, by the element that has
// them. AWS CloudTrail user guide, CloudTrail record contents.
var members = map[string][]string{
	"": strings.Fields(`eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
		requestID eventID readOnly eventType apiVersion managementEvent recipientAccountId sharedEventID annotation vpcEndpointId
		vpcEndpointAccountId eventCategory addendum sessionCredentialFromConsole edgeDeviceDetails userIdentity requestParameters
		responseElements additionalEventData serviceEventDetails insightDetails tlsDetails resources eventContext ` + wholeRecord),
	"userIdentity": strings.Fields(`type principalId arn accountId accessKeyId userName invokedBy identityProvider credentialId
		sessionContext onBehalfOf inScopeOf`),
	"userIdentity.onBehalfOf":                         strings.Fields(`userId identityStoreArn`),
	"userIdentity.sessionContext":                     strings.Fields(`sessionIssuer attributes webIdFederationData sourceIdentity ec2RoleDelivery assumedRoot`),
	"userIdentity.sessionContext.sessionIssuer":       strings.Fields(`type principalId arn accountId userName`),
	"userIdentity.sessionContext.attributes":          strings.Fields(`creationDate mfaAuthenticated`),
	"userIdentity.sessionContext.webIdFederationData": strings.Fields(`federatedProvider attributes`),
	"resources":  strings.Fields(`ARN accountId type`),
	"tlsDetails": strings.Fields(`tlsVersion cipherSuite clientProvidedHostHeader`),
}

// synonyms are what others call a member: the console's download first, then
// a table of S3 honeypot events. Without what stands between the words.
var synonyms = map[string]column{
	"username":         {path: []string{"userIdentity", "userName"}},
	"awsaccesskey":     {path: []string{"userIdentity", "accessKeyId"}},
	"resourcetype":     {path: []string{"resources"}, form: typeOf},
	"resourcename":     {path: []string{"resources"}, form: nameOf},
	"eventdatetime":    {path: []string{"eventTime"}},
	"sourceip":         {path: []string{"sourceIPAddress"}},
	"requestuseragent": {path: []string{"userAgent"}},
	"userid":           {path: []string{"userIdentity"}, form: nested},
	"region":           {path: []string{"awsRegion"}},
}

// known finds a member by its path without what stands between the words.
var known = func() map[string]column {
	byName := map[string]column{}
	for element, names := range members {
		var above []string
		if element != "" {
			above = strings.Split(element, ".")
		}
		for _, name := range names {
			c := column{path: append(above[:len(above):len(above)], name)}
			switch name {
			case "readOnly", "managementEvent":
				c.form = boolean
			case "userIdentity", "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "insightDetails",
				"tlsDetails", "resources", "addendum", "edgeDeviceDetails", "eventContext", "sessionContext", "sessionIssuer",
				"webIdFederationData", "onBehalfOf", "inScopeOf", "attributes":
				c.form = nested
			}
			byName[squash(strings.Join(c.path, ""))] = c
		}
	}
	for name, c := range synonyms {
		byName[name] = c
	}
	return byName
}()

// free are the elements that have members of their own for each call.
var free = []string{"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"}

// columnNamed returns where a column of that name belongs. One that nobody
// knows is a member of that name.
func columnNamed(name string) column {
	if c, ok := known[squash(name)]; ok {
		return c
	}
	for _, element := range free {
		if len(name) > len(element)+1 && strings.EqualFold(name[:len(element)], element) && strings.ContainsRune("._", rune(name[len(element)])) {
			return column{path: append([]string{element}, strings.Split(name[len(element)+1:], ".")...), form: nested}
		}
	}
	return column{path: []string{name}}
}

// squash returns name in lower case without what stands between words.
func squash(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c > 0x7f:
			return c
		}
		return -1
	}, name)
}
