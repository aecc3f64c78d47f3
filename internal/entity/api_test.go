package entity

import "testing"

func TestAPIName(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := APIName(in); got != want {
			t.Errorf("APIName(%q) = %q; want %q", in, got, want)
		}
	}
	f("CreateUser", "CreateUser")
	f("ListFunctions20150331", "ListFunctions")
	f("GetFunction20150331v2", "GetFunction")
	f("CreateDistribution2020_05_31", "CreateDistribution")
	f("ListBucketsV2", "ListBucketsV2")
	f("ListObjectsV2", "ListObjectsV2")
	f("PutRule2", "PutRule2")
	f("Get20150331", "Get")
	f("20150331", "20150331")
	f("", "")
	f("v2", "v2")
	f("Describe99999999", "Describe99999999")
}
