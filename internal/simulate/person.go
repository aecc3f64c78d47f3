package simulate

import "fmt"

var (
	givenNames  = []string{"alice", "bruno", "chidi", "dana", "emil", "fatima", "george", "hanna", "ivan", "julia", "kenji", "lena", "marco", "nadia", "oscar", "priya", "quentin", "rosa", "samir", "tessa", "umar", "vera", "wei", "ximena", "yusuf", "zoe"}
	familyNames = []string{"adler", "brandt", "costa", "dubois", "evans", "fischer", "gupta", "hughes", "ito", "jansen", "keller", "lopez", "moreau", "novak", "okafor", "patel", "quinn", "rossi", "silva", "tanaka", "ueda", "vogel", "weber"}
	products    = []string{"orders", "billing", "catalog", "search", "identity", "exports", "reports", "mailer", "thumbnails", "audit", "webhooks", "inventory"}
)

// personName returns the n-th invented name, "given.family"; the first 598
// need no number.
func personName(n int) string {
	name := givenNames[n%len(givenNames)] + "." + familyNames[(n+n/len(givenNames))%len(familyNames)]
	if round := n / (len(givenNames) * len(familyNames)); round > 0 {
		return fmt.Sprintf("%s%d", name, round+1)
	}
	return name
}

// productName returns the n-th product's name; from the 13th on numbered.
func productName(n int) string {
	if n < len(products) {
		return products[n]
	}
	return fmt.Sprintf("%s-%d", products[n%len(products)], n/len(products)+1)
}
