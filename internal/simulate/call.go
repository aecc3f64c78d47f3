package simulate

import (
	"fmt"
	"strings"
)

// An api describes one API operation as CloudTrail records it.
type api struct {
	service, name string // event source without .amazonaws.com, event name
	kind          apiKind
	request       string // template of requestParameters, "" = null
	response      string // template of responseElements, "" = null
	resource      string // template of the resources array's inside, "" = no field
	errors        string // error codes besides AccessDenied and throttling, space-separated
}

// apiKind is a set of properties of an operation.
type apiKind uint8

const (
	read   apiKind = 0
	writes apiKind = 1 << (iota - 1) // readOnly false
	data                             // a data event, not a management one
	global                           // recorded in us-east-1
)

// call is an [api] made ready for rendering.
type call struct {
	*api
	source                      string // event source
	fullName                    string // service:name, the catalog's key
	action                      string // what IAM calls it, for error messages
	request, response, resource template
	errorCodes                  []string
}

func (c *call) readOnly() bool { return c.kind&writes == 0 }
func (c *call) isData() bool   { return c.kind&data != 0 }

// regionFor returns the Region that records a call made in region.
func (c *call) regionFor(region string) string {
	if c.kind&global != 0 {
		return homeRegion
	}
	return region
}

// catalog holds all calls by "service:EventName".
type catalog map[string]*call

func newCatalog() (catalog, error) {
	c := catalog{}
	for _, group := range [][]api{identityAPIs, computeAPIs, storageAPIs, watchAPIs, buildAPIs} {
		for i := range group {
			if err := c.add(&group[i]); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c catalog) add(a *api) error {
	k := &call{
		api: a, source: a.service + ".amazonaws.com", fullName: a.service + ":" + a.name,
		action: a.service + ":" + baseName(a.name), errorCodes: strings.Fields(a.errors),
	}
	if c[k.fullName] != nil {
		return fmt.Errorf("catalog: %s stands twice", k.fullName)
	}
	for _, part := range []struct {
		to   *template
		text string
	}{{&k.request, a.request}, {&k.response, a.response}, {&k.resource, a.resource}} {
		var err error
		if *part.to, err = parseTemplate(part.text); err != nil {
			return fmt.Errorf("catalog: %s: %w", k.fullName, err)
		}
	}
	c[k.fullName] = k
	return nil
}

// baseName cuts the API version that Lambda's and CloudFront's event names
// carry: UpdateFunctionCode20150331v2 is UpdateFunctionCode.
func baseName(name string) string {
	for _, version := range []string{"20150331", "2020_05_31", "20170331"} {
		if before, _, found := strings.Cut(name, version); found {
			return before
		}
	}
	return name
}
