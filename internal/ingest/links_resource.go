package ingest

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// made links the caller to the bucket or cluster that it made. Instances are
// in networked.
func (r *resolver) made(rec *cloudtrail.Record, account string, c *caller, ev *event) {
	var made entity.ID
	switch {
	case rec.EventSource == "s3.amazonaws.com" && rec.EventName == "CreateBucket":
		var request struct {
			Name string `json:"bucketName"`
		}
		decodePart(rec.RequestParameters, &request)
		made = r.name(entity.S3Bucket, request.Name, account)
	case rec.EventSource == "eks.amazonaws.com" && rec.EventName == "CreateCluster":
		var response struct {
			Cluster struct {
				ARN string `json:"arn"`
			} `json:"cluster"`
		}
		decodePart(rec.ResponseElements, &response)
		if arn := response.Cluster.ARN; arn != "" {
			made = r.entity(entity.Ref{Type: entity.ContainerCluster, Key: arn, Account: account, Label: entity.ShortName(arn)})
		}
	}
	if made != 0 {
		ev.links = append(ev.links, link{c.principal.ID, made, warehouse.Created})
		ev.Target = first(ev.Target, made)
	}
}

// maxPassed bounds the roles that one call passes on: a hostile request may name
// any number.
const maxPassed = 16

// passed links the caller to the roles that it had a service act with. There is
// no event of iam:PassRole: they are the roles whose ARN stands in the request
// of a call that is not read-only, under a name that ends in "role" or
// "roleArn". Policies, which name roles too, are texts of their own and are not
// looked into.
func (r *resolver) passed(rec *cloudtrail.Record, c *caller, ev *event) {
	if rec.ReadOnly == cloudtrail.True || !bytes.Contains(rec.RequestParameters, []byte(":role/")) {
		return
	}
	d := jsontext.NewDecoder(bytes.NewReader(rec.RequestParameters), decodeOptions)
	n := 0
	for member := ""; n < maxPassed; {
		t, err := d.ReadToken()
		if err != nil {
			return // the end, or a shape that tells nothing
		}
		if t.Kind() != '"' {
			continue
		}
		if kind, length := d.StackIndex(d.StackDepth()); kind == '{' && length%2 == 1 {
			member = t.String()
			continue
		}
		arn := t.String()
		a, ok := entity.ParseARN(arn)
		if !passesRole(member) || !ok || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
			continue
		}
		role := r.entity(entity.Ref{Type: entity.AwsRole, Key: arn, Account: a.Account, Label: entity.ShortName(arn)})
		ev.links = append(ev.links, link{c.principal.ID, role, warehouse.PassedRole})
		ev.Target = first(ev.Target, role)
		n++
	}
}

// passesRole reports whether the member of a request with this name holds a role
// that a service is to act with.
func passesRole(member string) bool {
	m := strings.ToLower(member)
	return strings.HasSuffix(m, "role") || strings.HasSuffix(m, "rolearn")
}
