package source

import "time"

// StampOf finds the delivery time in the name of a log file. AWS writes
// 111122223333_CloudTrail_us-east-1_20210729T2355Z_<unique>.json.gz; a
// published set has …_CloudTrail_us-east-1-20200930T2300.json. It is the
// first run of YYYYMMDDTHHMM that stands alone, in UTC.
func StampOf(name string) (time.Time, bool) {
	const length = len("20060102T1504")
	for i := 0; i+length <= len(name); i++ {
		s := name[i : i+length]
		if s[8] != 'T' || !digits(s[:8]) || !digits(s[9:]) {
			continue
		}
		if i > 0 && digits(name[i-1:i]) || i+length < len(name) && digits(name[i+length:i+length+1]) {
			continue
		}
		if t, err := time.Parse("20060102T1504", s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}
