package finding

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// Interface adds a network interface with its addresses, private and public.
// It is of an instance, unless that is zero.
func (b *Builder) Interface(id, account string, instance entity.Ref, addresses []string) entity.Ref {
	eni := b.Resource(InterfaceRef(id, account), Involved)
	b.Link(instance, eni, HasInterface)
	holder := eni
	if holder.IsZero() {
		holder = instance
	}
	b.Addresses(holder, addresses)
	return eni
}

// Addresses adds the addresses of an interface or instance.
func (b *Builder) Addresses(holder entity.Ref, addresses []string) {
	for _, text := range addresses {
		a := entity.ParseAddress(text)
		if !a.Class.IsIP() {
			continue
		}
		b.Link(holder, addressRef(a), HasAddress)
		b.Local(text)
	}
}

// InstanceRole links an instance to the role whose session its credentials
// are. EC2 names the sessions of an instance profile after the instance (IAM
// user guide, roles for EC2), so no other session is taken for one.
func (b *Builder) InstanceRole(instance entity.Ref, who entity.Caller) {
	if who.Session.Label == instance.Key && who.Principal.Type == entity.AwsRole {
		b.Link(instance, who.Principal, HasRole)
	}
}
