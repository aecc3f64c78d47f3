package simulate

import "fmt"

// homeRegion records global services' calls, and most others.
const homeRegion = "us-east-1"

// account is an AWS account with the names of what it holds.
type account struct {
	id, name string
	regions  []string // home first; most calls go to the first ones
	stock
	fleet *fleet // nil if [Config] asks for CloudTrail only
}

// stock is what an account's calls talk about; earlier names are used more.
type stock struct {
	buckets, objects, functions, tables, queues, secrets, parameters []string
	instances, volumes, snapshots, images, interfaces                []string
	groups, subnets, vpcs, keys, logGroups, stacks, clusters         []string
	repositories, alarms, trails, roles, users, policies, teams      []string
	detector, flowLog, endpoint                                      string
}

// accountIDs returns n invented ids: three runs of four equal digits.
func accountIDs(n int) []string {
	ids := []string{"111122223333", "444455556666", "777788889999"}
	for a := 1; a <= 9; a++ {
		for b := 0; b <= 9; b++ {
			for c := 0; c <= 9; c++ {
				id := fmt.Sprintf("%[1]d%[1]d%[1]d%[1]d%[2]d%[2]d%[2]d%[2]d%[3]d%[3]d%[3]d%[3]d", a, b, c)
				if a != b && b != c && a != c && id != vendorAccount && id != strangerAccount {
					ids = append(ids, id)
				}
			}
		}
	}
	return dedupe(ids)[:n]
}

func dedupe(in []string) []string {
	seen := map[string]bool{}
	out := in[:0]
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// Accounts outside the organization.
const (
	vendorAccount   = "999900001111" // a security scanner's
	strangerAccount = "666600001111" // the attacker's
)

func newAccounts(n int, seed uint64) []*account {
	names := []string{"production", "development", "shared-services"}
	var out []*account
	for i, id := range accountIDs(n) {
		name := fmt.Sprintf("workload-%02d", i-2)
		if i < len(names) {
			name = names[i]
		}
		a := &account{id: id, name: name, regions: []string{homeRegion, "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-1"}}
		a.stock = newStock(name, derive(seed, id))
		out = append(out, a)
	}
	return out
}

func newStock(name string, seed uint64) stock {
	d := &dice{seed}
	hexNames := func(prefix string, n int) []string {
		var out []string
		for range n {
			out = append(out, string(appendHex(append([]byte(prefix), "0"...), d.next(), 16)))
		}
		return out
	}
	suffixed := func(words []string, format string) []string {
		var out []string
		for _, w := range words {
			out = append(out, fmt.Sprintf(format, w))
		}
		return out
	}
	var keys, images []string
	for range 6 {
		keys = append(keys, string(appendUUID(nil, d.next(), d.next())))
		images = append(images, hexNames("ami-", 1)...)
	}

	var objects []string
	for i := range 400 {
		objects = append(objects, fmt.Sprintf("%s/2026/%02d/part-%05d.parquet", products[i%len(products)], 1+i%12, d.below(100000)))
	}
	return stock{
		buckets: append(suffixed(products, "example-"+name+"-%s"), "example-"+name+"-artifacts", "example-"+name+"-logs"),
		objects: objects, functions: suffixed(products, "%s-api"), tables: suffixed(products, "%s"),
		queues:  suffixed(products, "%s-jobs"),
		secrets: suffixed(products, name+"/%s/database-AbCdEf"), parameters: suffixed(products, "/app/%s/config"),
		instances: hexNames("i-", 24), volumes: hexNames("vol-", 40), snapshots: hexNames("snap-", 40), images: images,
		interfaces: hexNames("eni-", 40), groups: hexNames("sg-", 12), subnets: hexNames("subnet-", 6), vpcs: hexNames("vpc-", 2),
		keys: keys, logGroups: suffixed(products, "/aws/lambda/%s-api"), stacks: suffixed(products, "%s-stack"),
		clusters: []string{name + "-main", name + "-batch"}, repositories: suffixed(products, "example/%s"),
		alarms: suffixed(products, "%s-errors"), trails: []string{"organization-trail", "application-trail"},
		policies: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::aws:policy/AWSLambda_FullAccess"},
		teams:    []string{"developers", "operators", "data", "finance"},
		detector: string(appendHex(appendHex(nil, d.next(), 16), d.next(), 16)),
		flowLog:  hexNames("fl-", 1)[0], endpoint: hexNames("vpce-", 1)[0],
	}
}
