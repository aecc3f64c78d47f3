package simulate

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

func decimal(n int) string { return strconv.Itoa(n) }

// flatten writes a tree's leaves as Security Hub writes product fields: paths
// with slashes, everything a string.
func flatten(to object, path string, v any) {
	switch v := v.(type) {
	case object:
		for k, x := range v {
			flatten(to, path+"/"+k, x)
		}
	case []object:
		for i, x := range v {
			flatten(to, fmt.Sprintf("%s.%d_", path, i), x)
		}
	default:
		to[path] = fmt.Sprint(v)
	}
}

// remoteIP is the remoteIpDetails of an address of the simulation.
func (p *places) remoteIP(address string) object {
	d := object{"ipAddressV4": address}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return d
	}
	if ip.Is6() {
		d = object{"ipAddressV6": address}
	}
	i := slices.IndexFunc(p.all, func(n *network) bool { return n.prefix.Contains(ip) })
	if i < 0 {
		return d
	}
	n := p.all[i]
	d["organization"] = object{"asn": decimal(n.asn), "asnOrg": n.owner, "isp": n.owner, "org": n.owner}
	d["country"] = object{"countryName": countryNames[n.country], "countryCode": n.country}
	d["city"] = object{"cityName": n.city}
	d["geoLocation"] = object{"lat": n.lat, "lon": n.lon}
	return d
}

var countryNames = map[string]string{"DE": "Germany", "IE": "Ireland", "US": "United States", "IN": "India", "ES": "Spain", "GB": "United Kingdom",
	"SG": "Singapore", "NL": "Netherlands", "RO": "Romania", "BR": "Brazil", "JP": "Japan", "FR": "France"}

// instanceResource is an instance as a finding's resource, and as an asset.
func instanceResource(m *machine) (resource, asset object) {
	n := m.primary
	resource = object{"resourceType": "Instance", "instanceDetails": object{
		"instanceId": m.id, "instanceType": "m7g.large", "instanceState": "running", "availabilityZone": m.region + "a", "imageId": m.image,
		"imageDescription": "Amazon Linux 2023", "productCodes": []object{}, "platform": nil, "tags": []object{{"key": "owner", "value": "platform"}},
		"networkInterfaces": []object{{"networkInterfaceId": n.id, "privateIpAddress": n.address.String(), "privateDnsName": "",
			"privateIpAddresses": []object{{"privateDnsName": "", "privateIpAddress": n.address.String()}}, "subnetId": n.subnet, "vpcId": n.vpc,
			"securityGroups": []object{{"groupId": n.account.groups[0], "groupName": "web"}}, "ipv6Addresses": []string{n.address6.String()}}},
	}}
	asset = object{"Type": "AwsEc2Instance", "Id": "arn:aws:ec2:" + m.region + ":" + n.account.id + ":instance/" + m.id, "Partition": "aws", "Region": m.region,
		"Details": object{"AwsEc2Instance": object{"Type": "m7g.large", "ImageId": m.image, "IpV4Addresses": []string{n.address.String()}, "IpV6Addresses": []string{n.address6.String()},
			"VpcId": n.vpc, "SubnetId": n.subnet, "NetworkInterfaces": []object{{"NetworkInterfaceId": n.id}}}}}
	return resource, asset
}

// accessKeyResource is the access key of a session, of a user or a role.
func accessKeyResource(s *session, region string) (resource, asset object) {
	kind, name := "IAMUser", ""
	if p := s.principal; p != nil {
		name = p.name
		switch {
		case p.kind == kindRoot:
			kind = "Root"
		case s.arn != p.arn:
			kind = "AssumedRole"
		}
	}
	resource = object{"resourceType": "AccessKey", "accessKeyDetails": object{"accessKeyId": s.keyID, "principalId": s.callerID, "userType": kind, "userName": name}}
	asset = object{"Type": "AwsIamAccessKey", "Id": "AWS::IAM::AccessKey:" + s.keyID, "Partition": "aws", "Region": region,
		"Details": object{"AwsIamAccessKey": object{"PrincipalId": s.callerID, "PrincipalName": name, "PrincipalType": kind}}}
	return resource, asset
}

// apiCall is the action of an event.
func (p *places) apiCall(e *event) object {
	call := object{"api": baseName(e.call.name), "serviceName": e.call.source, "callerType": "Remote IP", "remoteIpDetails": p.remoteIP(e.address), "affectedResources": object{}}
	if e.fault != "" {
		call["errorCode"] = e.fault
	}
	return object{"actionType": "AWS_API_CALL", "awsApiCallAction": call}
}
