package ingest

import (
	"regexp"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// named is the name that IAM's calls have for what an ARN names.
func (r *reference) named(arn string) string {
	m := regexp.MustCompile(`^arn:aws:iam::([0-9]*):([a-z-]*)/(?:.*/)?([^/]*)$`).FindStringSubmatch(arn)
	return r.entity(entity.IAMName, m[1]+":"+m[2]+"/"+m[3])
}

// links notes the links that a record shows, and returns its target.
func (r *reference) links(v tree, caller *entity.Caller, success bool, linked func(from, kind, to string)) string {
	source, name := v.text("eventSource"), v.text("eventName")
	request := func(path ...string) string { return v.text(append([]string{"requestParameters"}, path...)...) }
	response := func(path ...string) string { return v.text(append([]string{"responseElements"}, path...)...) }
	account := v.text("recipientAccountId")
	principal, session := r.ref(caller.Principal), r.ref(caller.Session)

	// What every call of the caller shows.
	actor := principal
	if session != "-" {
		actor = session
		linked(session, "session of", principal)
		switch name := caller.Session.Label; {
		case regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`).MatchString(name):
			instance := r.entity(entity.EC2Instance, name)
			linked(instance, "acts as", session)
			linked(instance, "has role", principal)
		case strings.Contains(principal, "/AWSReservedSSO_"):
			linked(r.entity(entity.FederatedUser, "identity-center::"+name), "acts as", session)
		}
	}
	if v.text("userIdentity", "type") == "FederatedUser" {
		if issuer := v.text("userIdentity", "sessionContext", "sessionIssuer", "arn"); issuer != "" {
			linked(r.entity(entity.AwsUser, issuer), "opened", principal)
		}
	}

	// The target.
	target := "-"
	resources, _ := v["resources"].([]any)
	for _, x := range resources {
		m, _ := x.(map[string]any)
		if bucket, ok := strings.CutPrefix(tree(m).text("ARN"), "arn:aws:s3:::"); ok && target == "-" && source == "s3.amazonaws.com" {
			bucket, _, _ = strings.Cut(bucket, "/")
			target = r.entity(entity.S3Bucket, bucket)
		}
	}
	about := "-"
	if source == "iam.amazonaws.com" {
		if role := request("roleName"); role != "" {
			about = r.entity(entity.IAMName, account+":role/"+role)
		} else if user := request("userName"); user != "" {
			about = r.entity(entity.IAMName, account+":user/"+user)
		}
		target = about
	}
	if !success {
		return target
	}

	switch call := source + ":" + name; call {
	case "sts.amazonaws.com:AssumeRole", "sts.amazonaws.com:AssumeRoleWithSAML", "sts.amazonaws.com:AssumeRoleWithWebIdentity":
		target = r.entity(entity.AwsRole, request("roleArn"))
		linked(principal, "assumed", target)
		who := actor
		if id := v.text("userIdentity", "principalId"); v.text("userIdentity", "type") == "AWSAccount" && strings.HasPrefix(id, "AROA") {
			who = r.entity(entity.AwsRoleSession, id)
		}
		opened := r.entity(entity.AwsRoleSession, response("assumedRoleUser", "assumedRoleId"))
		linked(who, "opened", opened)
		if opened != "-" {
			linked(opened, "holds", r.entity(entity.AccessKey, response("credentials", "accessKeyId")))
		}
		shared, by := v.text("sharedEventID"), v.text("userIdentity", "type")
		switch across := !strings.Contains(request("roleArn"), ":iam::"+account+":"); {
		case shared == "" || by == "AWSService":
		case by == "AWSAccount" && opened != "-":
			linked(r.entity(entity.SharedEvent, shared), "opened session", opened)
		case by != "AWSAccount" && across:
			linked(actor, "called", r.entity(entity.SharedEvent, shared))
		}
	case "signin.amazonaws.com:SwitchRole":
		if from := v.text("additionalEventData", "SwitchFrom"); strings.Contains(from, ":user/") && session != "-" {
			linked(r.entity(entity.AwsUser, from), "assumed", principal)
			linked(r.entity(entity.AwsUser, from), "opened", session)
		}
	case "sts.amazonaws.com:GetSessionToken":
		linked(actor, "holds", r.entity(entity.AccessKey, response("credentials", "accessKeyId")))
	case "sts.amazonaws.com:GetFederationToken":
		user := r.entity(entity.FederatedUser, response("federatedUser", "federatedUserId"))
		linked(actor, "opened", user)
		linked(user, "holds", r.entity(entity.AccessKey, response("credentials", "accessKeyId")))
	case "iam.amazonaws.com:CreateUser":
		target = r.entity(entity.AwsUser, response("user", "arn"))
		linked(principal, "created", target)
	case "iam.amazonaws.com:CreateRole":
		target = r.entity(entity.AwsRole, response("role", "arn"))
		linked(principal, "created", target)
	case "iam.amazonaws.com:CreateAccessKey":
		target = r.entity(entity.AccessKey, response("accessKey", "accessKeyId"))
		linked(principal, "created", target)
		if user := response("accessKey", "userName"); user != "" {
			linked(r.entity(entity.IAMName, account+":user/"+user), "holds", target)
		}
	case "iam.amazonaws.com:AttachUserPolicy", "iam.amazonaws.com:PutUserPolicy", "iam.amazonaws.com:AddUserToGroup",
		"iam.amazonaws.com:CreateLoginProfile", "iam.amazonaws.com:UpdateLoginProfile", "iam.amazonaws.com:AttachRolePolicy",
		"iam.amazonaws.com:PutRolePolicy", "iam.amazonaws.com:UpdateAssumeRolePolicy":
		linked(principal, "attached to", about)
	case "iam.amazonaws.com:AddRoleToInstanceProfile":
		linked(r.entity(entity.IAMName, account+":instance-profile/"+request("instanceProfileName")), "has role", about)
	case "s3.amazonaws.com:CreateBucket":
		bucket := r.entity(entity.S3Bucket, request("bucketName"))
		linked(principal, "created", bucket)
		if target == "-" {
			target = bucket
		}
	case "eks.amazonaws.com:CreateCluster":
		cluster := r.entity(entity.ContainerCluster, response("cluster", "arn"))
		linked(principal, "created", cluster)
		if target == "-" {
			target = cluster
		}
	}
	if source == "ec2.amazonaws.com" {
		target = r.network(v, name, principal, target, linked)
	}
	if readOnly, _ := v["readOnly"].(bool); !readOnly && source != "iam.amazonaws.com" && source != "sts.amazonaws.com" && source != "signin.amazonaws.com" {
		r.passed(v["requestParameters"], "", func(role string) {
			linked(principal, "passed", role)
			if target == "-" {
				target = role
			}
		})
	}
	return target
}

// passed finds the roles that members called …role or …roleArn name, in the
// order of the texts.
func (r *reference) passed(at any, member string, found func(string)) {
	switch x := at.(type) {
	case map[string]any:
		for m, y := range x {
			r.passed(y, m, found)
		}
	case []any:
		for _, y := range x {
			r.passed(y, member, found)
		}
	case string:
		if regexp.MustCompile(`(?i)role(arn)?$`).MatchString(member) && strings.HasPrefix(x, "arn:aws:iam::") && strings.Contains(x, ":role/") {
			found(r.entity(entity.AwsRole, x))
		}
	}
}

// network adds the links that a call of EC2's shows, and returns its target.
func (r *reference) network(v tree, name, principal, target string, linked func(from, kind, to string)) string {
	list := func(of any, path ...string) (out []tree) {
		for _, p := range append(path, "items") {
			m, _ := of.(map[string]any)
			of = m[p]
		}
		all, _ := of.([]any)
		for _, x := range all {
			m, _ := x.(map[string]any)
			out = append(out, tree(m))
		}
		return out
	}
	holds := func(of, address string) {
		if of != "-" && address != "" {
			linked(of, "holds address", r.entity(entity.IPAddress, address))
		}
	}
	attached := func(instance string, n tree) {
		id := r.entity(entity.NetworkInterface, n.text("networkInterfaceId"))
		if id == "-" {
			return
		}
		if instance != "-" {
			linked(instance, "has interface", id)
		}
		seen := map[string]bool{"": true}
		for _, a := range append([]tree{n}, list(map[string]any(n), "privateIpAddressesSet")...) {
			for _, address := range []string{a.text("privateIpAddress"), a.text("association", "publicIp")} {
				if !seen[address] {
					seen[address] = true
					holds(id, address)
				}
			}
		}
	}
	switch name {
	case "RunInstances":
		for _, x := range list(map[string]any(v), "responseElements", "instancesSet") {
			instance := r.entity(entity.EC2Instance, x.text("instanceId"))
			if target == "-" {
				target = instance
			}
			linked(principal, "created", instance)
			if profile := x.text("iamInstanceProfile", "arn"); profile != "" {
				linked(instance, "has role", r.named(profile))
			}
			holds(instance, x.text("privateIpAddress"))
			holds(instance, x.text("ipAddress"))
			for _, n := range list(map[string]any(x), "networkInterfaceSet") {
				attached(instance, n)
			}
		}
	case "CreateNetworkInterface":
		if m, ok := v["responseElements"].(map[string]any); ok {
			n, _ := m["networkInterface"].(map[string]any)
			attached("-", tree(n))
		}
	case "AttachNetworkInterface":
		attached(r.entity(entity.EC2Instance, v.text("requestParameters", "instanceId")),
			tree{"networkInterfaceId": v.text("requestParameters", "networkInterfaceId")})
	}
	return target
}
