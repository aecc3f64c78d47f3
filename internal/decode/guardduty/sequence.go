package guardduty

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// sequenceResources reads the resources of an attack sequence, which refer to
// each other by their uids. A uid may be an ARN or an id.
func (p *Parser) sequenceResources(list field.Value, part finding.Role) {
	byUID := map[string]entity.Ref{}
	var cluster entity.Ref
	clusters := 0
	for v := range list.Elements() {
		ref := p.b.Resource(p.sequenceResource(v), partOf(v, part))
		if ref.IsZero() || len(byUID) == finding.MaxFacts {
			continue
		}
		byUID[v.Get("uid").Text()] = ref
		if ref.Type == entity.ContainerCluster {
			cluster = ref
			clusters++
		}
	}
	if clusters > 1 {
		cluster = entity.Ref{} // there is no telling which
	}
	for v := range list.Elements() {
		ref, data := byUID[v.Get("uid").Text()], v.Get("data")
		p.instanceUIDs(ref, data, byUID)
		if eni := data.Get("ec2NetworkInterface"); eni.IsObject() {
			p.b.Addresses(ref, interfaceAddresses(eni))
		}
		if key := data.Get("accessKey"); key.IsObject() {
			p.b.Credentials(finding.Credentials{
				AccessKeyID: ref.Key,
				PrincipalID: key.Get("principalId").Text(),
				UserName:    key.Get("userName").Text(),
				UserType:    key.Get("userType").Text(),
				Account:     first(v.Get("accountId").Text(), p.f.AccountID),
				Partition:   p.partition,
			}, part)
		}
		if work := data.Get("kubernetesWorkload"); work.IsObject() {
			p.b.Workload(cluster, finding.Workload{Kind: work.Get("type").Text(), Namespace: work.Get("namespace").Text(),
				Name: v.Get("name").Text(), Images: p.imageUIDs(work, byUID)}, part)
		}
	}
}

// partOf is the part of a resource: where it lies, or what runs there, is not
// what an attack is directed at.
func partOf(v field.Value, part finding.Role) finding.Role {
	switch v.Get("resourceType").Text() {
	case "EC2_NETWORK_INTERFACE", "CONTAINER", "IAM_INSTANCE_PROFILE":
		return finding.Involved
	}
	return part
}

// sequenceResource names a resource of an attack sequence.
func (p *Parser) sequenceResource(v field.Value) entity.Ref {
	uid, data := v.Get("uid").Text(), v.Get("data")
	account := first(v.Get("accountId").Text(), p.f.AccountID)
	switch v.Get("resourceType").Text() {
	case "EC2_INSTANCE":
		return finding.InstanceRef(first(finding.IDOf(uid, "i-"), finding.IDOf(v.Get("name").Text(), "i-")), account)
	case "EC2_NETWORK_INTERFACE":
		return finding.InterfaceRef(finding.IDOf(uid, "eni-"), account)
	case "S3_BUCKET":
		if ref := finding.RefOfARN(uid); !ref.IsZero() {
			return ref
		}
		return finding.BucketRef(first(v.Get("name").Text(), uid), "")
	case "ACCESS_KEY":
		if id := finding.IDOf(uid, ""); id != "" {
			return entity.Ref{Type: entity.AccessKey, Key: id, Account: account, Label: id}
		}
	case "EKS_CLUSTER":
		return finding.ClusterRef(first(data.Get("eksCluster", "arn").Text(), uid))
	case "ECS_CLUSTER":
		return finding.ClusterRef(uid)
	case "CONTAINER":
		return finding.ImageRef(data.Get("container", "image").Text())
	}
	return finding.RefOfARN(uid)
}

// instanceUIDs links an instance to the network interfaces that its data
// names.
func (p *Parser) instanceUIDs(ref entity.Ref, data field.Value, byUID map[string]entity.Ref) {
	if ref.Type != entity.EC2Instance {
		return
	}
	for _, uid := range data.Get("ec2Instance", "ec2NetworkInterfaceUids").Texts() {
		eni, ok := byUID[uid]
		if !ok {
			eni = finding.InterfaceRef(finding.IDOf(uid, "eni-"), ref.Account)
		}
		if eni.Type == entity.NetworkInterface {
			p.b.Resource(eni, finding.Involved)
			p.b.Link(ref, eni, finding.HasInterface)
		}
	}
}

// imageUIDs returns the images of the containers that a workload has.
func (p *Parser) imageUIDs(work field.Value, byUID map[string]entity.Ref) []string {
	var all []string
	for _, uid := range work.Get("containerUids").Texts() {
		if image, ok := byUID[uid]; ok && image.Type == entity.ContainerImage {
			all = append(all, image.Key)
		}
	}
	return all
}

func interfaceAddresses(eni field.Value) []string {
	addresses := eni.Get("ipv6Addresses").Texts()
	for private := range eni.Get("privateIpAddresses").Elements() {
		addresses = append(addresses, private.Get("privateIpAddress").Texts()...)
	}
	addresses = append(addresses, eni.Get("publicIp").Texts()...)
	return addresses
}
