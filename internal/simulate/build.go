package simulate

import (
	"fmt"
	"math"
	"slices"
)

// builder fills an organization.
type builder struct {
	*organization
	cast
	person, pipeline, service, steady, nightly *schedule
	kits                                       map[string]*kit
	storyDay                                   int // days since the Unix epoch
}

// kit is a set of duties, compiled once and shared by actors.
type kit struct {
	tasks   []*task
	weights []int
}

func (b *builder) kit(name string, duties ...duty) (*kit, error) {
	if k := b.kits[name]; k != nil {
		return k, nil
	}
	k := &kit{}
	sum := 0
	for _, d := range duties {
		t, err := newTask(b.calls, d.channel, d.calls)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sum += d.weight
		k.tasks, k.weights = append(k.tasks, t), append(k.weights, sum)
	}
	b.kits[name] = k
	return k, nil
}

// tail is Zipf's: the n-th of a kind has 1/n of the first one's events.
func tail(head float64, n int) float64 { return head / float64(n+1) }

func (b *builder) build() error {
	for _, step := range []func() error{b.addDevelopers, b.addSSOPeople, b.addAdmins, b.addPipelines, b.addFunctions, b.addNodes, b.addServices, b.addRoots} {
		if err := step(); err != nil {
			return err
		}
	}
	// Calls name users and roles that exist.
	for _, p := range b.principals {
		switch p.kind {
		case kindDeveloper, kindIAMAdmin:
			p.account.users = append(p.account.users, p.name)
		case kindFunction, kindNode, kindCI, kindDeploy:
			p.account.roles = append(p.account.roles, p.path+p.name)
		}
	}
	for i, a := range b.accounts {
		if len(a.users) == 0 {
			a.users = []string{"breakglass", "legacy-ftp"}
		}
		if len(a.roles) == 0 {
			a.roles = []string{fmt.Sprintf("workload-%02d", i), "reporting"}
		}
	}
	return nil
}

// add completes an actor and enters it, and its principal if new.
func (b *builder) add(a *actor, k *kit) {
	a.seed = derive(b.seed, fmt.Sprintf("actor %d %s", len(b.actors), a.name))
	a.tasks, a.weights = k.tasks, k.weights
	a.device.phase = int(a.seed % 1000)
	if a.region == "" {
		a.region = homeRegion
	}
	b.actors = append(b.actors, a)
	if a.principal != nil && !slices.Contains(b.principals, a.principal) {
		b.principals = append(b.principals, a.principal)
	}
}

// someone returns the n-th person's name and where and with what they work.
func (b *builder) someone(n int) *actor {
	s := b.places.sites[n%len(b.places.sites)]
	system := n % 3
	return &actor{
		name: personName(n), plan: b.person, zone: s.zone, burst: 12, errorRate: 0.03 + float64(n%5)*0.01,
		work: s.office.addr(n / len(b.places.sites) % 3), home: s.home.addr(n/len(b.places.sites) + 3*n%53), vpn: b.places.vpn.addr(n % 8),
		travels: n%3 == 2, trips: b.places.travel,
		device: device{formats: [channels]string{cli: cliFormats[system], console: browserFormats[(n/3)%len(browserFormats)], sdk: pythonFormat, terraform: terraformFormat}},
	}
}

func (b *builder) addDevelopers() error {
	scripts, err := b.kit("developer with scripts", append(slices.Clone(developerDuties), ownKeyDuty, scriptDuty, shellDuty)...)
	if err != nil {
		return err
	}
	plain, err := b.kit("developer", append(slices.Clone(developerDuties), ownKeyDuty)...)
	if err != nil {
		return err
	}
	for i := range b.developers {
		a := b.someone(i)
		a.beginning, a.account = byKey, b.development()
		if i >= 6 {
			a.account = b.account(i)
		}
		a.principal = newUser(kindDeveloper, a.account, a.name, b.seed)
		a.key = keyID("AKIA", derive(b.seed, "key "+a.name))
		a.daily = max(25, 110/math.Sqrt(float64(i+1)))
		k := plain
		if i%3 == 0 {
			k = scripts
		}
		b.add(a, k)
		switch i {
		case 1:
			b.victim = a
		case 2:
			b.quiet = a
		}
	}
	for _, a := range []*actor{b.victim, b.quiet} {
		a.onCall, a.travels, a.deskDay = true, false, b.storyDay
	}
	return nil
}

// ssoRole returns an account's role for an Identity Center permission set.
func (b *builder) ssoRole(a *account, set string) *principal {
	suffix := string(appendHex(nil, derive(b.seed, a.id+set), 16))
	name := "AWSReservedSSO_" + set + "_" + suffix
	for _, p := range b.principals {
		if p.name == name && p.account == a {
			return p
		}
	}
	return newRole(kindSSORole, a, "aws-reserved/sso.amazonaws.com/", name, b.seed)
}

func (b *builder) addSSOPeople() error {
	k, err := b.kit("developer and planner", append(slices.Clone(developerDuties), planDuty, scriptDuty, shellDuty, operateDuty)...)
	if err != nil {
		return err
	}
	for i := range b.ssoPeople {
		a := b.someone(b.developers + i)
		a.beginning, a.account = bySSO, b.account(i+1)
		a.principal = b.ssoRole(a.account, "Developer")
		a.daily = max(20, 90/math.Sqrt(float64(i+1)))
		b.add(a, k)
	}
	return nil
}

func (b *builder) addAdmins() error {
	k, err := b.kit("administrator", append(slices.Clone(adminDuties), developerDuties[:4]...)...)
	if err != nil {
		return err
	}
	b.admin = newRole(kindAdminRole, b.production(), "", "platform-admin", b.seed)
	b.principals = append(b.principals, b.admin)
	for i := range b.admins {
		a := b.someone(b.developers + b.ssoPeople + i)
		a.daily = max(25, 60/float64(i+1))
		if i%3 == 0 { // IAM administrators sit in the development account
			a.beginning, a.account = byKey, b.development()
			a.principal = newUser(kindIAMAdmin, a.account, a.name, b.seed)
			a.key = keyID("AKIA", derive(b.seed, "key "+a.name))
		} else {
			a.beginning, a.account = bySSO, b.account(i-1)
			a.principal = b.ssoRole(a.account, "AdministratorAccess")
		}
		b.add(a, k)
	}
	return nil
}

func (b *builder) addPipelines() error {
	k, err := b.kit("pipeline", pipelineDuties...)
	if err != nil {
		return err
	}
	b.deploy = newRole(kindDeploy, b.development(), "delivery/", "app-deploy", b.seed)
	b.principals = append(b.principals, b.deploy)
	for i := range b.pipelines {
		a := &actor{name: fmt.Sprintf("example/%s", productName(i)), beginning: byWebID, account: b.account(i + 1), plan: b.pipeline,
			daily: max(30, tail(400, i)), burst: 28, errorRate: 0.04,
			device: device{formats: [channels]string{cli: cliFormats[0], sdk: pythonFormat, terraform: terraformFormat}}}
		a.principal = newRole(kindCI, a.account, "", fmt.Sprintf("github-actions-%s", productName(i)), b.seed)
		for n := range 24 {
			a.machines = append(a.machines, b.places.builders.addr(n))
		}
		b.add(a, k)
	}
	return nil
}

func (b *builder) addFunctions() error {
	formats := []string{functionFormat, javaFormat, goFormat}
	for i := range b.functions {
		first := i % 3
		name := fmt.Sprintf("function %d", first)
		k, err := b.kit(name, append([]duty{functionDuties[first]}, functionDuties...)...)
		if err != nil {
			return err
		}
		a := &actor{name: productName(i) + "-api", beginning: byFunction, account: b.account(i), plan: b.service,
			daily: max(15, tail(420, i)), burst: 7, errorRate: 0.015 + 0.01*float64(i%4), region: b.account(i).regions[[]int{0, 0, 1, 2}[i%4]],
			device: device{formats: [channels]string{cli: formats[i%3], sdk: formats[i%3]}}}
		if i == 0 { // the heavy head
			a.daily, a.errorRate = 1800, 0.03
		}
		a.principal = newRole(kindFunction, a.account, "service-role/", fmt.Sprintf("%s-api-role", productName(i)), b.seed)
		if i%2 == 1 {
			a.endpoint = a.account.endpoint
			a.machines = []string{fmt.Sprintf("10.%d.%d.%d", 16+i%100, i/100, 20), fmt.Sprintf("10.%d.%d.%d", 16+i%100, i/100, 87)}
		} else {
			a.machines = []string{b.places.cloud.addr(i), b.places.cloud.addr(i + 7), b.places.cloud.addr(i + 13)}
		}
		b.add(a, k)
	}
	return nil
}

func (b *builder) addNodes() error {
	k, err := b.kit("node", nodeDuties...)
	if err != nil {
		return err
	}
	for i := range b.nodes {
		a := &actor{name: fmt.Sprintf("nodes-%02d", i), beginning: byInstance, account: b.account(i), plan: b.steady,
			daily: max(20, tail(300, i)), burst: 5, errorRate: 0.02, region: b.account(i).regions[i%2],
			machines: []string{b.places.cloud.addr(40 + i%20)},
			device:   device{formats: [channels]string{cli: agentFormat, sdk: nodeFormat}}}
		a.principal = newRole(kindNode, a.account, "", fmt.Sprintf("eks-node-%02d", i), b.seed)
		b.add(a, k)
	}
	return nil
}

// addServices enters what every account has without anybody working there.
func (b *builder) addServices() error {
	kits := map[string][]duty{"trail": trailDuties, "recorder": recorderDuties, "scaler": scalerDuties, "backup": backupDuties, "scanner": vendorDuties}
	built := map[string]*kit{}
	for name, duties := range kits {
		k, err := b.kit(name, duties...)
		if err != nil {
			return err
		}
		built[name] = k
	}
	const linked = "aws-service-role/"
	for i, acct := range b.accounts {
		b.add(&actor{name: "trail", beginning: byService, account: acct, service: "cloudtrail.amazonaws.com", plan: b.steady, daily: 150, burst: 3, errorRate: 0.002}, built["trail"])
		b.add(&actor{name: "AWSConfig-Describe", beginning: byLinked, account: acct, service: "config.amazonaws.com", plan: b.service, daily: 80, burst: 9, errorRate: 0.12,
			principal: newRole(kindService, acct, linked+"config.amazonaws.com/", "AWSServiceRoleForConfig", b.seed)}, built["recorder"])
		b.add(&actor{name: "AutoScaling", beginning: byLinked, account: acct, service: "autoscaling.amazonaws.com", plan: b.service, daily: 50, burst: 4, errorRate: 0.01,
			principal: newRole(kindService, acct, linked+"autoscaling.amazonaws.com/", "AWSServiceRoleForAutoScaling", b.seed)}, built["scaler"])
		b.add(&actor{name: "AWSBackup", beginning: byLinked, account: acct, service: "backup.amazonaws.com", plan: b.nightly, daily: 20, burst: 8, errorRate: 0.01,
			principal: newRole(kindService, acct, "service-role/", "AWSBackupDefaultServiceRole", b.seed)}, built["backup"])
		b.add(&actor{name: "example-posture-scan", beginning: byVendor, account: acct, plan: b.nightly, daily: 90, burst: 60, errorRate: 0.08,
			principal: newRole(kindVendor, acct, "", "example-posture-readonly", b.seed),
			machines:  []string{b.places.vendor.addr(i), b.places.vendor.addr(i + 1)},
			device:    device{formats: [channels]string{cli: scannerFormat, sdk: scannerFormat}}}, built["scanner"])
	}
	return nil
}

func (b *builder) addRoots() error {
	k, err := b.kit("root", rootDuties...)
	if err != nil {
		return err
	}
	for i, acct := range b.accounts {
		a := b.someone(b.developers + b.ssoPeople) // the first administrator holds the keys
		a.name, a.beginning, a.account, a.principal = "root", byRootLogin, acct, newRoot(acct)
		a.daily, a.travels = 0.5/float64(i+1), false
		b.add(a, k)
	}
	return nil
}
