package simulate

// noise is what GuardDuty reports in an organization where nothing is wrong:
// how many a day in an account on average, and how to make one. The rates are
// a guess.
type noise struct {
	daily float64
	make  func(*findingFeed, *account, int64) *finding
}

func noises() []noise {
	return []noise{
		{1.2, (*findingFeed).portProbe}, {0.25, (*findingFeed).bruteForce}, {0.1, (*findingFeed).suspiciousDomain},
		{0.06, (*findingFeed).unusualPort}, {0.03, (*findingFeed).rootUse}, {0.03, (*findingFeed).databaseLogin}, {0.04, (*findingFeed).podExec},
	}
}

// new begins a finding of an account.
func (f *findingFeed) new(a *account, region, kind string, severity float64, at int64) *finding {
	return &finding{id: string(appendHex(appendHex(nil, f.dice.next(), 16), f.dice.next(), 16)), kind: kind, account: a, region: region, severity: severity, first: at, role: "TARGET"}
}

// anyInstance draws an instance of an account; a public one if asked for.
func (f *findingFeed) anyInstance(a *account, public bool) *machine {
	for {
		m := a.fleet.machines[f.rng.IntN(len(a.fleet.machines))]
		if !public || m.workload == webServer {
			return m
		}
	}
}

// onInstance completes a finding about an instance.
func (g *finding) onInstance(m *machine) *finding {
	resource, asset := instanceResource(m)
	g.resource, g.assets = resource, []object{asset}
	return g
}

func (f *findingFeed) portProbe(a *account, at int64) *finding {
	m := f.anyInstance(a, true)
	g := f.new(a, m.region, "Recon:EC2/PortProbeUnprotectedPort", 2, at).onInstance(m)
	port := probedPorts[f.rng.IntN(6)]
	g.title = "Unprotected port on EC2 instance " + m.id + " is being probed."
	g.text = "EC2 instance has an unprotected port which is being probed by a known malicious host."
	g.action = object{"actionType": "PORT_PROBE", "portProbeAction": object{"blocked": false, "portProbeDetails": []object{{
		"localPortDetails": object{"port": int(port), "portName": "Unknown"}, "localIpDetails": object{"ipAddressV4": m.primary.address.String()},
		"remoteIpDetails": f.org.places.remoteIP(f.org.places.scanner(f.rng.IntN(2000)).String())}}}}
	return g
}

func (f *findingFeed) connection(m *machine, direction string, localPort, remotePort int, remote string) object {
	return object{"actionType": "NETWORK_CONNECTION", "networkConnectionAction": object{"connectionDirection": direction, "protocol": "TCP", "blocked": false,
		"localPortDetails": object{"port": localPort, "portName": "Unknown"}, "remotePortDetails": object{"port": remotePort, "portName": "Unknown"},
		"localIpDetails": object{"ipAddressV4": m.primary.address.String()}, "remoteIpDetails": f.org.places.remoteIP(remote)}}
}

func (f *findingFeed) bruteForce(a *account, at int64) *finding {
	m := f.anyInstance(a, true)
	g := f.new(a, m.region, "UnauthorizedAccess:EC2/SSHBruteForce", 2, at).onInstance(m)
	remote := f.org.places.scanner(f.rng.IntN(400)).String()
	g.title = remote + " is performing SSH brute force attacks against " + m.id + "."
	g.text = remote + " is performing SSH brute force attacks against " + m.id + ". Brute force attacks are used to gain unauthorized access to your instance by guessing the SSH password."
	g.action = f.connection(m, "INBOUND", 22, 30000+f.rng.IntN(30000), remote)
	return g
}

func (f *findingFeed) unusualPort(a *account, at int64) *finding {
	m := f.anyInstance(a, false)
	g := f.new(a, m.region, "Behavior:EC2/NetworkPortUnusual", 5, at).onInstance(m)
	g.role = "ACTOR"
	remote := f.org.places.customer(f.rng.IntN(400)).String()
	g.title = "Unusual outbound communication seen from EC2 instance " + m.id + "."
	g.text = "EC2 instance " + m.id + " is communicating with the remote host " + remote + " on an unusual port."
	g.action = f.connection(m, "OUTBOUND", 30000+f.rng.IntN(30000), 8443+f.rng.IntN(500), remote)
	return g
}

func (f *findingFeed) suspiciousDomain(a *account, at int64) *finding {
	m := f.anyInstance(a, false)
	g := f.new(a, m.region, "Impact:EC2/SuspiciousDomainRequest.Reputation", 2, at).onInstance(m)
	g.role = "ACTOR"
	g.title = "EC2 instance " + m.id + " is querying a low reputation domain."
	g.text = "EC2 instance " + m.id + " is querying a domain name that is suspicious because of its age or low popularity."
	g.action = object{"actionType": "DNS_REQUEST", "dnsRequestAction": object{"domain": "updates.cdn-example.net", "domainWithSuffix": "cdn-example.net", "protocol": "UDP", "blocked": false}}
	return g
}

func (f *findingFeed) rootUse(a *account, at int64) *finding {
	root := f.org.actorOf(a, byRootLogin, "")
	g := f.new(a, homeRegion, "Policy:IAMUser/RootCredentialUsage", 2, at)
	s := userConsole(root.principal, keyID("ASIA", f.dice.next()), at, at+3600, true)
	resource, asset := accessKeyResource(s, homeRegion)
	g.resource, g.assets = resource, []object{asset}
	call := f.org.calls["organizations:DescribeOrganization"]
	g.action = f.org.places.apiCall(&event{call: call, address: root.work})
	g.title = "API " + call.name + " was invoked using root credentials."
	g.text = "API " + call.name + " was invoked using root credentials from IP address " + root.work + "."
	return g
}

func (f *findingFeed) databaseLogin(a *account, at int64) *finding {
	g := f.new(a, homeRegion, "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin", 3.5, at)
	name := a.tables[f.rng.IntN(len(a.tables))]
	arn := "arn:aws:rds:" + homeRegion + ":" + a.id + ":db:" + name
	g.resource = object{"resourceType": "RDSDBInstance", "rdsDbInstanceDetails": object{"dbInstanceIdentifier": name, "engine": "aurora-postgresql", "engineVersion": "16.4", "dbClusterIdentifier": name, "dbInstanceArn": arn},
		"rdsDbUserDetails": object{"user": "reporting", "application": "psql", "database": name, "ssl": "TLSv1.3", "authMethod": "PASSWORD"}}
	g.assets = []object{{"Type": "AwsRdsDbInstance", "Id": arn, "Partition": "aws", "Region": homeRegion}}
	remote := f.org.places.customer(f.rng.IntN(200)).String()
	g.action = object{"actionType": "RDS_LOGIN_ATTEMPT", "rdsLoginAttemptAction": object{"remoteIpDetails": f.org.places.remoteIP(remote),
		"LoginAttributes": []object{{"user": "reporting", "application": "psql", "successfulLoginAttempts": 1, "failedLoginAttempts": 0}}}}
	g.title = "A user logged into an RDS database in an anomalous way."
	g.text = "User reporting logged into " + name + " from " + remote + " in a way that differs from the database's baseline."
	return g
}

func (f *findingFeed) podExec(a *account, at int64) *finding {
	g := f.new(a, homeRegion, "Execution:Kubernetes/ExecInKubeSystemPod", 5, at)
	name := a.clusters[0]
	arn := "arn:aws:eks:" + homeRegion + ":" + a.id + ":cluster/" + name
	g.resource = object{"resourceType": "EKSCluster", "eksClusterDetails": object{"name": name, "arn": arn, "vpcId": a.vpcs[0], "status": "ACTIVE", "createdAt": 1_700_000_000.25, "tags": []object{}},
		"kubernetesDetails": object{"kubernetesUserDetails": object{"username": "kubernetes-admin", "uid": "", "groups": []string{"system:masters", "system:authenticated"}}}}
	g.assets = []object{{"Type": "AwsEksCluster", "Id": arn, "Partition": "aws", "Region": homeRegion}}
	g.action = object{"actionType": "KUBERNETES_API_CALL", "kubernetesApiCallAction": object{"requestUri": "/api/v1/namespaces/kube-system/pods/coredns-0/exec", "verb": "create",
		"sourceIps": []string{f.org.places.vpn.addr(1)}, "userAgent": "kubectl/v1.33.1", "statusCode": 101, "remoteIpDetails": f.org.places.remoteIP(f.org.places.vpn.addr(1))}}
	g.title = "A command was executed in a pod in the kube-system namespace."
	g.text = "A command was executed in a pod in the kube-system namespace of EKS cluster " + name + "."
	return g
}
