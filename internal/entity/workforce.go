package entity

// WorkforceUser names a person of IAM Identity Center by the name that its role
// sessions have in all accounts: AWS makes them in roles called
// AWSReservedSSO_<permission set>_<hash>.
func WorkforceUser(sessionName string) Ref {
	if sessionName == "" {
		return Ref{}
	}
	return Ref{Type: FederatedUser, Key: "identity-center::" + sessionName, Label: sessionName}
}
