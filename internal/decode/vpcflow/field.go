package vpcflow

import "strings"

// field is a column that AWS documents. Those up to lastStored have a column
// of their own in the store.
type field uint8

const (
	fieldVersion field = iota
	fieldAccountID
	fieldInterfaceID
	fieldSrcAddr
	fieldDstAddr
	fieldSrcPort
	fieldDstPort
	fieldProtocol
	fieldPackets
	fieldBytes
	fieldStart
	fieldEnd
	fieldAction
	fieldLogStatus
	fieldVPCID
	fieldSubnetID
	fieldInstanceID
	fieldTCPFlags
	fieldType
	fieldPktSrcAddr
	fieldPktDstAddr
	fieldRegion
	fieldAZID
	fieldSublocationType
	fieldSublocationID
	fieldPktSrcService
	fieldPktDstService
	fieldFlowDirection
	fieldTrafficPath
	fieldECSClusterARN
	fieldECSClusterName
	fieldECSContainerInstanceARN
	fieldECSContainerInstanceID
	fieldECSContainerID
	fieldECSSecondContainerID
	fieldECSServiceName
	fieldECSTaskDefinitionARN
	fieldECSTaskARN
	fieldECSTaskID
	fieldRejectReason
	fieldResourceID
	fieldEncryptionStatus

	fieldUnknown field = 255

	lastStored = fieldLogStatus
)

// defaultColumns is how many columns AWS's default format has: those of
// version 2.
const defaultColumns = int(lastStored) + 1

// documented are the columns in the order of AWS's documentation, by version.
// Only the first line is a default; the others are the order in which people
// list all columns. A field is an index into it.
// VPC user guide, flow-log-records, Available fields.
var documented = strings.Fields(`
	version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
	vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr
	region az-id sublocation-type sublocation-id
	pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path
	ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id
	reject-reason
	resource-id
	encryption-status`)

// transitGateway are the further columns of transit gateway flow logs, which
// are kept as text. Transit Gateway guide, tgw-flow-logs, Flow Log records.
var transitGateway = strings.Fields(`
	resource-type tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id
	tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id
	packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired`)

// fieldsByName finds a documented column; those of transit gateways are
// fieldUnknown.
var fieldsByName = func() map[string]field {
	byName := make(map[string]field, len(documented)+len(transitGateway))
	for i, name := range documented {
		byName[name] = field(i)
	}
	for _, name := range transitGateway {
		byName[name] = fieldUnknown
	}
	return byName
}()

// fieldNamed returns the field with that name, fieldUnknown if there is none.
func fieldNamed(name string) field {
	if f, ok := fieldsByName[name]; ok {
		return f
	}
	return fieldUnknown
}

func (f field) String() string {
	if int(f) < len(documented) {
		return documented[f]
	}
	return "unknown"
}
