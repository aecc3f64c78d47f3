package asff

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// resources reads the list of resources. Types that have no entity are
// passed over, unless their id is the ARN of one.
func (p *Parser) resources(list field.Value) {
	var cluster entity.Ref
	clusters := 0
	// Roles come first, so that their sessions find them.
	for _, roles := range []bool{true, false} {
		for v := range list.Elements() {
			if (v.Get("type").Text() == "AwsIamRole") != roles {
				continue
			}
			ref := p.resource(v)
			if ref.Type == entity.ContainerCluster && ref.Key != cluster.Key {
				cluster = ref
				clusters++
			}
		}
	}
	if clusters == 1 {
		for _, r := range p.f.Resources {
			if r.Ref.Type == entity.ContainerImage {
				p.b.Link(r.Ref, cluster, finding.InCluster)
			}
		}
	}
	for _, i := range p.instances {
		p.b.Link(i.instance, p.profiles[i.profile], finding.HasRole)
	}
}

// resource reads one resource and returns the entity that it is.
func (p *Parser) resource(v field.Value) entity.Ref {
	id, kind := v.Get("id").Text(), v.Get("type").Text()
	details := v.Get("details", kind)
	role := p.part
	switch text := v.Get("resourceRole").Text(); {
	case text != "":
		role = finding.ParseRole(text)
	case kind == "AwsAccount":
		role = finding.Involved
	case kind == "AwsIamAccessKey":
		role = p.credentialsRole()
	}
	switch kind {
	case "AwsAccount":
		return p.b.Resource(finding.AccountRef(accountOf(id)), role)
	case "AwsIamUser":
		return p.principal(id, "user", details.Get("userName").Text(), details.Get("path").Text(), details.Get("userId").Text(), role)
	case "AwsIamRole":
		ref := p.principal(id, "role", details.Get("roleName").Text(), details.Get("path").Text(), details.Get("roleId").Text(), role)
		p.instanceProfiles(details, ref)
		p.b.KnownRole(ref)
		return ref
	case "AwsIamAccessKey":
		return p.accessKey(id, details, role)
	case "AwsEc2Instance":
		return p.ec2Instance(id, details, role)
	case "AwsEc2NetworkInterface":
		return p.networkInterface(id, details, role)
	case "AwsEc2Eip":
		p.elasticIP(details)
	case "AwsS3Bucket":
		return p.bucket(id, details, role)
	case "AwsEksCluster":
		arn := id
		if finding.RefOfARN(arn).IsZero() {
			arn = details.Get("arn").Text()
		}
		return p.b.Resource(finding.ClusterRef(arn), role)
	case "AwsEcsCluster":
		return p.b.Resource(finding.ClusterRef(id), role)
	case "AwsEcsTask":
		cluster := p.b.Resource(finding.ClusterRef(details.Get("clusterArn").Text()), finding.Involved)
		for c := range details.Get("containers").Elements() {
			p.b.Images(entity.Ref{}, cluster, c.Get("image").Texts())
		}
	case "Container":
		return p.b.Resource(finding.ImageRef(first(details.Get("imageName").Text(), details.Get("imageId").Text())), role)
	case "AwsEcrContainerImage":
		return p.b.Resource(finding.ImageRef(ecrImage(id, details)), role)
	case "AwsLambdaFunction":
		// A function is no entity; the role that it runs as is.
		p.b.Resource(finding.RoleRef(details.Get("role").Text()), finding.Involved)
	default:
		return p.b.Resource(finding.RefOfARN(id), role)
	}
	return entity.Ref{}
}

// accountOf returns the account in "AWS::::Account:<id>", in an ARN or alone.
func accountOf(id string) string {
	if arn, ok := entity.ParseARN(id); ok {
		return arn.Account
	}
	return id[strings.LastIndexByte(id, ':')+1:]
}

func (p *Parser) bucket(id string, details field.Value, role finding.Role) entity.Ref {
	ref := finding.RefOfARN(id)
	if ref.IsZero() && !strings.HasPrefix(id, "arn:") {
		ref = finding.BucketRef(first(details.Get("name").Text(), id), "")
	}
	if owner := details.Get("ownerAccountId").Text(); entity.IsAccountID(owner) {
		ref.Account = owner
	}
	return p.b.Resource(ref, role)
}

// ecrImage is the reference by which an image of ECR is pulled: by its digest
// or, without it, by its first tag.
func ecrImage(id string, details field.Value) string {
	arn, ok := entity.ParseARN(id)
	repository, isRepository := strings.CutPrefix(arn.Resource, "repository/")
	if !ok || !isRepository {
		return ""
	}
	repository, digest, found := strings.Cut(repository, "/sha256:")
	if found {
		digest = "sha256:" + digest
	}
	repository = first(details.Get("repositoryName").Text(), repository)
	reference := arn.Account + ".dkr.ecr." + arn.Region + ".amazonaws.com/" + repository
	if digest = first(details.Get("imageDigest").Text(), digest); digest != "" {
		return reference + "@" + digest
	}
	return reference + ":" + first(append(details.Get("imageTags").Texts(), "latest")...)
}
