package entity

// APIName returns an event name without the API version that Lambda,
// CloudFront and others append: ListFunctions20150331 and
// GetFunction20150331v2 are ListFunctions and GetFunction, CreateDistribution2020_05_31
// is CreateDistribution.
func APIName(name string) string {
	end := len(name)
	// A trailing "v2".
	if i := trailingDigits(name, end); i < end && i > 0 && name[i-1] == 'v' {
		if j := trimDate(name, i-1); j < i-1 {
			return name[:j]
		}
	}
	return name[:trimDate(name, end)]
}

// trimDate returns the length of name[:end] without a trailing date of the
// form 20150331 or 2020_05_31; end when there is none.
func trimDate(name string, end int) int {
	if end > 8 && isDate(name[end-8:end]) {
		return end - 8
	}
	if end > 10 && name[end-6] == '_' && name[end-3] == '_' &&
		isDate(name[end-10:end-6]+name[end-5:end-3]+name[end-2:end]) {
		return end - 10
	}
	return end
}

// isDate reports whether s is eight digits that start with 19 or 20.
func isDate(s string) bool {
	if len(s) != 8 || (s[:2] != "19" && s[:2] != "20") {
		return false
	}
	return trailingDigits(s, 8) == 0
}

// trailingDigits returns the index where the digits that end at end begin.
func trailingDigits(s string, end int) int {
	for end > 0 && s[end-1] >= '0' && s[end-1] <= '9' {
		end--
	}
	return end
}
