package guardduty

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// resources reads a resource element. It may have several blocks at once.
// Databases, volumes, snapshots, images of machines and recovery points are
// no entities of the graph. It returns the instance.
func (p *Parser) resources(v field.Value, part, credentials finding.Role) entity.Ref {
	who := p.credentials(v.Get("accessKeyDetails"), credentials)
	instance := p.instanceDetails(v.Get("instanceDetails"), part)
	p.b.InstanceRole(instance, who)
	for bucket := range v.Get("s3BucketDetails").Elements() {
		p.bucket(bucket, part)
	}
	cluster := p.cluster(v.Get("eksClusterDetails"), part)
	pod := p.kubernetes(v.Get("kubernetesDetails"), cluster, who, part, credentials)
	p.b.Link(pod, instance, finding.RunsOn)
	p.ecs(v.Get("ecsClusterDetails"), part)
	p.b.Images(pod, cluster, v.Get("containerDetails", "image").Texts())
	// A function is no entity; the role that it runs as is.
	p.b.Resource(finding.RoleRef(v.Get("lambdaDetails", "role").Text()), finding.Involved)
	return instance
}

// credentials reads an accessKeyDetails element.
func (p *Parser) credentials(v field.Value, role finding.Role) entity.Caller {
	if !v.IsObject() {
		return entity.Caller{}
	}
	return p.b.Credentials(finding.Credentials{
		AccessKeyID: v.Get("accessKeyId").Text(),
		PrincipalID: v.Get("principalId").Text(),
		UserName:    v.Get("userName").Text(),
		UserType:    v.Get("userType").Text(),
		Account:     p.f.AccountID,
		Partition:   p.partition,
	}, role)
}

// instanceDetails reads an instanceDetails element. Its instance profile is
// no role: the two only often have the same name.
func (p *Parser) instanceDetails(v field.Value, part finding.Role) entity.Ref {
	instance := p.b.Resource(finding.InstanceRef(v.Get("instanceId").Text(), p.f.AccountID), part)
	for eni := range v.Get("networkInterfaces").Elements() {
		addresses := append(eni.Get("privateIpAddress").Texts(), interfaceAddresses(eni)...)
		p.b.Interface(eni.Get("networkInterfaceId").Text(), p.f.AccountID, instance, addresses)
	}
	return instance
}

func (p *Parser) bucket(v field.Value, part finding.Role) {
	if name := v.Get("name").Text(); name != "" {
		p.b.Resource(finding.BucketRef(name, ""), part)
	} else {
		p.b.Resource(finding.RefOfARN(v.Get("arn").Text()), part)
	}
}

// cluster reads an eksClusterDetails element.
func (p *Parser) cluster(v field.Value, part finding.Role) entity.Ref {
	arn := v.Get("arn").Text()
	if name := v.Get("name").Text(); arn == "" && name != "" && p.f.Region != "" && p.f.AccountID != "" {
		arn = "arn:" + p.partition + ":eks:" + p.f.Region + ":" + p.f.AccountID + ":cluster/" + name
	}
	return p.b.Resource(finding.ClusterRef(arn), part)
}

// kubernetes reads a kubernetesDetails element. It returns the pod in it.
func (p *Parser) kubernetes(v field.Value, cluster entity.Ref, who entity.Caller, part, credentials finding.Role) entity.Ref {
	user, work := v.Get("kubernetesUserDetails"), v.Get("kubernetesWorkloadDetails")
	pod := p.b.Workload(cluster, workload(work), part)
	subject := p.b.Resource(finding.SubjectRef(cluster, user.Get("username").Text()), credentials)
	p.b.Identity(who, subject)
	p.b.Link(subject, pod, finding.ActedOn)
	as := p.b.Resource(finding.SubjectRef(cluster, user.Get("impersonatedUser", "username").Text()), finding.Involved)
	p.b.Link(subject, as, finding.Impersonated)
	return pod
}

func workload(v field.Value) finding.Workload {
	return finding.Workload{
		Kind:           v.Get("type").Text(),
		Namespace:      v.Get("namespace").Text(),
		Name:           v.Get("name").Text(),
		ServiceAccount: v.Get("serviceAccountName").Text(),
		Images:         images(v.Get("containers")),
	}
}

func images(containers field.Value) []string {
	var all []string
	for c := range containers.Elements() {
		all = append(all, c.Get("image").Texts()...)
	}
	return all
}

// ecs reads an ecsClusterDetails element.
func (p *Parser) ecs(v field.Value, part finding.Role) {
	cluster := p.b.Resource(finding.ClusterRef(v.Get("arn").Text()), part)
	p.b.Images(entity.Ref{}, cluster, images(v.Get("taskDetails", "containers")))
}
