package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// items is how the EC2 API writes lists.
type items[T any] struct {
	Items []T `json:"items"`
}

// networkInterface is one in a response of the EC2 API.
type networkInterface struct {
	ID          string `json:"networkInterfaceId"`
	PrivateIP   string `json:"privateIpAddress"`
	Association struct {
		PublicIP string `json:"publicIp"`
	} `json:"association"`
	PrivateIPs items[struct {
		PrivateIP   string `json:"privateIpAddress"`
		Association struct {
			PublicIP string `json:"publicIp"`
		} `json:"association"`
	}] `json:"privateIpAddressesSet"`
	IPv6 items[struct {
		Address string `json:"ipv6Address"`
	}] `json:"ipv6AddressesSet"`
}

// networked adds the links that EC2's calls show of instances, network
// interfaces and addresses. Flow logs of the default format name interfaces
// only; these links tell whose they are.
func (r *resolver) networked(rec *cloudtrail.Record, account string, c *caller, ev *event) {
	switch rec.EventName {
	case "RunInstances":
		var response struct {
			Instances items[struct {
				ID         string                  `json:"instanceId"`
				PrivateIP  string                  `json:"privateIpAddress"`
				PublicIP   string                  `json:"ipAddress"`
				Interfaces items[networkInterface] `json:"networkInterfaceSet"`
				Profile    struct {
					ARN string `json:"arn"`
				} `json:"iamInstanceProfile"`
			}] `json:"instancesSet"`
		}
		decodePart(rec.ResponseElements, &response)
		for _, x := range response.Instances.Items {
			instance := r.name(entity.EC2Instance, x.ID, account)
			if instance == 0 {
				continue
			}
			ev.links = append(ev.links, link{c.principal.ID, instance, warehouse.Created})
			r.profile(ev, instance, x.Profile.ARN)
			r.holds(ev, instance, x.PrivateIP)
			r.holds(ev, instance, x.PublicIP)
			for i := range x.Interfaces.Items {
				r.attached(ev, instance, &x.Interfaces.Items[i], account)
			}
			if ev.Target == 0 {
				ev.Target = instance
			}
		}
	case "AssociateIamInstanceProfile":
		type body struct {
			Association struct {
				Instance string `json:"instanceId"`
				Profile  struct {
					ARN string `json:"arn"`
				} `json:"iamInstanceProfile"`
			} `json:"iamInstanceProfileAssociation"`
		}
		// EC2's newer calls are logged with their names around the bodies.
		var response struct {
			body
			Named body `json:"AssociateIamInstanceProfileResponse"`
		}
		decodePart(rec.ResponseElements, &response)
		a := first(response.Association, response.Named.Association)
		r.profile(ev, r.name(entity.EC2Instance, a.Instance, account), a.Profile.ARN)
	case "CreateNetworkInterface":
		var response struct {
			Interface networkInterface `json:"networkInterface"`
		}
		decodePart(rec.ResponseElements, &response)
		r.attached(ev, 0, &response.Interface, account)
	case "AttachNetworkInterface":
		var request struct {
			Interface string `json:"networkInterfaceId"`
			Instance  string `json:"instanceId"`
		}
		decodePart(rec.RequestParameters, &request)
		r.attached(ev, r.name(entity.EC2Instance, request.Instance, account), &networkInterface{ID: request.Interface}, account)
	case "AssociateAddress":
		var request struct {
			PublicIP  string `json:"publicIp"`
			Interface string `json:"networkInterfaceId"`
			Instance  string `json:"instanceId"`
		}
		decodePart(rec.RequestParameters, &request)
		r.holds(ev, r.name(entity.NetworkInterface, request.Interface, account), request.PublicIP)
		r.holds(ev, r.name(entity.EC2Instance, request.Instance, account), request.PublicIP)
	}
}

// profile links an instance to its instance profile, whose role another call
// tells.
func (r *resolver) profile(ev *event, instance entity.ID, arn string) {
	ref := entity.NameOfARN(arn)
	if instance == 0 || ref.IsZero() {
		return
	}
	ev.links = append(ev.links, link{instance, r.entity(ref), warehouse.HasRole})
}

// attached links an interface to its instance, unless that is zero, and to
// its addresses.
func (r *resolver) attached(ev *event, instance entity.ID, n *networkInterface, account string) {
	id := r.name(entity.NetworkInterface, n.ID, account)
	if id == 0 {
		return
	}
	if instance != 0 {
		ev.links = append(ev.links, link{instance, id, warehouse.HasInterface})
	}
	r.holds(ev, id, n.PrivateIP)
	r.holds(ev, id, n.Association.PublicIP)
	for _, p := range n.PrivateIPs.Items {
		if p.PrivateIP != n.PrivateIP {
			r.holds(ev, id, p.PrivateIP)
		}
		if p.Association.PublicIP != n.Association.PublicIP {
			r.holds(ev, id, p.Association.PublicIP)
		}
	}
	for _, p := range n.IPv6.Items {
		r.holds(ev, id, p.Address)
	}
}

// holds links an instance or interface to an address.
func (r *resolver) holds(ev *event, of entity.ID, address string) {
	a := entity.ParseAddress(address)
	if of == 0 || !a.Class.IsIP() {
		return
	}
	ev.links = append(ev.links, link{of, r.name(entity.IPAddress, a.Key, ""), warehouse.HoldsAddress})
}
