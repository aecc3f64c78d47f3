package simulate

import "math/rand/v2"

// actor is somebody or something that makes events: a person, a pipeline, a
// function, a node group, an AWS service.
type actor struct {
	name      string
	principal *principal // nil for an AWS service
	account   *account
	beginning beginning
	daily     float64 // events on an average working day
	burst     float64 // mean events in one go
	errorRate float64
	plan      *schedule
	zone      int // minutes east of UTC
	tasks     []*task
	weights   []int // running sums, beside tasks
	device    device
	region    string

	// A person's addresses; a workload's are all in work.
	work, home, vpn string
	travels         bool
	trips           []*network
	machines        []string // addresses, or session names' instances
	endpoint        string   // VPC endpoint of a workload without a public way
	key             string   // long-term key
	service         string   // the AWS service's name
	seed            uint64
	onCall          bool // works on the story's day whatever weekday it is
	deskDay         int  // day of certain work at the office, 0 = none

	// Sessions in use.
	shell, portal *session
	instances     []*session
}

// beginning is how an actor gets credentials.
type beginning uint8

const (
	byKey       beginning = iota // IAM user: long-term key, console sign-in
	bySSO                        // Identity Center: SAML, a day's session
	byWebID                      // CI: one session a run
	byFunction                   // Lambda gives them out
	byInstance                   // EC2 gives them out
	byService                    // an AWS service as itself
	byLinked                     // an AWS service in its service-linked role
	byVendor                     // from an account outside
	byRootLogin                  // root signs in
)

// task picks what an actor does next.
func (a *actor) task(r *rand.Rand) *task {
	n := r.IntN(a.weights[len(a.weights)-1])
	for i, w := range a.weights {
		if n < w {
			return a.tasks[i]
		}
	}
	return a.tasks[len(a.tasks)-1]
}

// person reports whether the actor keeps a person's hours and places.
func (a *actor) person() bool {
	return a.beginning == byKey || a.beginning == bySSO || a.beginning == byRootLogin
}

// dayFactor is how busy an actor is on a day, 1 on average: people are ill,
// on leave, or in a release week.
func (a *actor) dayFactor(day int) float64 {
	if !a.person() || a.onCall {
		return 1
	}
	switch scramble(a.seed^uint64(day)) % 20 {
	case 0, 1:
		return 0
	case 2, 3:
		return 2.5
	default:
		return 15.0 / 16
	}
}

// addressOn is where a person works on a day.
func (a *actor) addressOn(day int) string {
	if a.deskDay == day {
		return a.work
	}
	if a.travels {
		// A trip of four days about every third quarter.
		if trip := scramble(a.seed ^ uint64(day/4)<<20); trip%70 == 0 {
			n := a.trips[trip>>32%uint64(len(a.trips))]
			return n.addr(int(trip >> 40 % 28))
		}
	}
	switch n := scramble(a.seed^uint64(day)<<8) % 10; {
	case n < 6:
		return a.work
	case n < 9:
		return a.home
	default:
		return a.vpn
	}
}
