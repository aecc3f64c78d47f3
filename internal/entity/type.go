package entity

// Type is the kind of an entity. The first seventeen are entities of the
// behavior graph; their names are the namespaces of Amazon Detective's
// console where it has one. The rest are dictionary types: values that
// rollups count (an API, a Region, a place) and that have no profile.
type Type uint8

// The numbers are stored in graphs: never renumber, only append.
const (
	Unknown Type = iota
	AwsAccount
	AwsUser
	AwsRole
	AwsRoleSession
	FederatedUser
	AccessKey
	IPAddress
	UserAgent
	EC2Instance
	NetworkInterface
	S3Bucket
	ContainerCluster
	ContainerPod
	ContainerImage
	KubernetesSubject
	Finding
	FindingGroup
	// AwsService is a service that calls on its own behalf (userIdentity of
	// type AWSService). It is a caller, never a person.
	AwsService
)

// Dictionary types.
const (
	API         Type = iota + 64 // key "<event source>:<event name>", e.g. "iam.amazonaws.com:CreateUser"
	Region                       // key "us-east-1"
	Location                     // key "<country>" or "<city>, <country>"
	ASO                          // key is the autonomous system organization's name
	Agent                        // key is a user agent's product and major version, see AgentProduct
	Code                         // key is an error code, e.g. "AccessDenied"
	IAMName                      // key "<account>:user/<name>", see NameOf
	SharedEvent                  // key is the sharedEventID of a call that the trails of two accounts have
)

var typeNames = map[Type]string{
	AwsAccount: "AwsAccount", AwsUser: "AwsUser", AwsRole: "AwsRole",
	AwsRoleSession: "AwsRoleSession", FederatedUser: "FederatedUser",
	AccessKey: "AccessKey", IPAddress: "IpAddress", UserAgent: "UserAgent",
	EC2Instance: "Ec2Instance", NetworkInterface: "NetworkInterface",
	S3Bucket: "S3Bucket", ContainerCluster: "ContainerCluster",
	ContainerPod: "ContainerPod", ContainerImage: "ContainerImage",
	KubernetesSubject: "KubernetesSubject", Finding: "Finding",
	FindingGroup: "FindingGroup", AwsService: "AwsService",
	API: "Api", Region: "Region", Location: "Location", ASO: "Aso",
	Agent: "Agent", Code: "ErrorCode", IAMName: "IamName", SharedEvent: "SharedEvent",
}

// String returns the namespace of t, "Unknown" for a number that has none.
func (t Type) String() string {
	if s, ok := typeNames[t]; ok {
		return s
	}
	return "Unknown"
}
