package indicators

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// HabitDays is on how many days of the baseline a rule must have matched for
// its matches in the scope to be ordinary for the principal (a guess:
// somebody's weekly task appears on six of 45 days, a single release on one
// or two). Habits count less, they are never hidden.
const HabitDays = 3

// count returns on how many days the rule matched; of successful calls only
// when success is set, so that who failed for weeks and now succeeds has no
// habit.
func (d RuleDays) count(success bool) int {
	if success {
		return d.Success
	}
	return d.Any
}

// familiar reports whether an address is one that the principal's habits may
// come from: one at a known place of a known network operator, or, where the
// operator is unknown, an address that itself is known. Private addresses
// change with every instance and stand for each other; services that call on
// the principal's behalf have none. Whoever stole an administrator's key does
// not inherit the administrator's habits.
func (f *Facts) familiar(a Address) bool {
	if a.Class == entity.PrivateAddress {
		return f.Principal.Private
	}
	if !a.IsPublic() {
		return true
	}
	if _, ok := f.Principal.Addresses[a.Key]; ok {
		return true
	}
	if a.ASO == "" || a.Location == "" {
		return false
	}
	_, ok := f.Principal.ASOs[a.ASO]
	return ok && knowsPlace(f.Principal.Locations, a)
}
