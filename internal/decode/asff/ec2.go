package asff

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// account is whose a resource is: the ARN's, else the finding's.
func (p *Parser) account(id string) string {
	if arn, ok := entity.ParseARN(id); ok && arn.Account != "" {
		return arn.Account
	}
	return p.f.AccountID
}

// ec2Instance adds an instance with its addresses. They are those of its
// network interface if it has just one.
func (p *Parser) ec2Instance(id string, details field.Value, role finding.Role) entity.Ref {
	instance := p.b.Resource(finding.InstanceRef(finding.IDOf(id, "i-"), p.account(id)), role)
	if profile := details.Get("iamInstanceProfileArn").Text(); profile != "" && !instance.IsZero() {
		p.instances = append(p.instances, profiled{instance, profile})
	}
	addresses := append(details.Get("ipV4Addresses").Texts(), details.Get("ipV6Addresses").Texts()...)
	var interfaces []string
	for eni := range details.Get("networkInterfaces").Elements() {
		interfaces = append(interfaces, eni.Get("networkInterfaceId").Texts()...)
	}
	if len(interfaces) == 1 {
		p.b.Interface(interfaces[0], instance.Account, instance, addresses)
		return instance
	}
	for _, eni := range interfaces {
		p.b.Interface(eni, instance.Account, instance, nil)
	}
	p.b.Addresses(instance, addresses)
	return instance
}

// instance is the instance that the finding is about, if it is one only.
func (p *Parser) instance() entity.Ref {
	var only entity.Ref
	for _, r := range p.f.Resources {
		if r.Ref.Type != entity.EC2Instance {
			continue
		}
		if !only.IsZero() {
			return entity.Ref{}
		}
		only = r.Ref
	}
	return only
}

func (p *Parser) networkInterface(id string, details field.Value, role finding.Role) entity.Ref {
	account := p.account(id)
	eni := p.b.Resource(finding.InterfaceRef(first(details.Get("networkInterfaceId").Text(), finding.IDOf(id, "eni-")), account), role)
	instance := p.b.Resource(finding.InstanceRef(details.Get("attachment", "instanceId").Text(), account), finding.Involved)
	addresses := details.Get("publicIp").Texts()
	for a := range details.Get("privateIpAddresses").Elements() {
		addresses = append(addresses, a.Get("privateIpAddress").Texts()...)
	}
	for a := range details.Get("ipV6Addresses").Elements() {
		addresses = append(addresses, a.Get("ipV6Address").Texts()...)
	}
	p.b.Interface(eni.Key, account, instance, addresses)
	return eni
}

// elasticIP adds an elastic address with what it belongs to.
func (p *Parser) elasticIP(details field.Value) {
	instance := p.b.Resource(finding.InstanceRef(details.Get("instanceId").Text(), p.f.AccountID), finding.Involved)
	addresses := append(details.Get("publicIp").Texts(), details.Get("privateIpAddress").Texts()...)
	p.b.Interface(details.Get("networkInterfaceId").Text(), p.f.AccountID, instance, addresses)
}
