package simulate

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// task is something done in one go: calls of one channel, each with a
// weight. A burst of events belongs to one task.
type task struct {
	channel channel
	calls   []*call
	sums    []int // running sums of the calls' weights
}

// newTask reads "service:Name weight, service:Name weight, …".
func newTask(c catalog, ch channel, list string) (*task, error) {
	t := &task{channel: ch}
	sum := 0
	for item := range strings.SplitSeq(list, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(item), " ")
		n, err := strconv.Atoi(weight)
		if err != nil {
			return nil, fmt.Errorf("task: weight of %q: %w", item, err)
		}
		k := c[name]
		if k == nil {
			return nil, fmt.Errorf("task: no call %q in the catalog", name)
		}
		sum += n
		t.calls = append(t.calls, k)
		t.sums = append(t.sums, sum)
	}
	return t, nil
}

func (t *task) pick(r *rand.Rand) *call {
	n := r.IntN(t.sums[len(t.sums)-1])
	for i, s := range t.sums {
		if n < s {
			return t.calls[i]
		}
	}
	return t.calls[len(t.calls)-1]
}

// duty is a task as it is written down: how often somebody does it, by which
// way, and with which calls.
type duty struct {
	weight  int
	channel channel
	calls   string
}

// The duties. Weights follow a steep rank order, as event names do in real
// accounts; the rare ones are the sensitive calls that an intruder makes too.
var (
	developerDuties = []duty{
		{30, console, "ec2:DescribeInstances 20, ec2:DescribeInstanceStatus 12, ec2:DescribeTags 10, ec2:DescribeVolumes 8, ec2:DescribeVpcs 6, ec2:DescribeSubnets 5, ec2:DescribeAddresses 5, ec2:DescribeSecurityGroups 5, ec2:DescribeInstanceTypes 4, ec2:DescribeAccountAttributes 3, ec2:DescribeAvailabilityZones 3, ec2:DescribeLaunchTemplates 2, ec2:DescribeInstanceAttribute 2, ec2:DescribeVolumeStatus 4, autoscaling:DescribeScalingActivities 2, monitoring:DescribeAlarms 8, elasticloadbalancing:DescribeLoadBalancers 3, resource-groups:ListGroups 2, health:DescribeEventAggregates 4"},
		{26, console, "logs:DescribeLogGroups 12, logs:DescribeLogStreams 10, logs:FilterLogEvents 14, logs:StartQuery 8, logs:GetQueryResults 20, monitoring:ListMetrics 5, monitoring:GetDashboard 3, monitoring:ListDashboards 2"},
		{22, cli, "s3:ListBuckets 6, s3:GetBucketLocation 3, s3:ListObjects 12, s3:GetObject 40, s3:HeadObject 10, s3:PutObject 5"},
		{20, console, "lambda:ListFunctions20150331 12, lambda:GetFunction20150331v2 10, lambda:GetFunctionConfiguration20150331v2 12, lambda:GetPolicy20150331v2 6, lambda:ListTags20170331 6, lambda:ListVersionsByFunction20150331 5, lambda:ListEventSourceMappings20150331 4, events:ListRules 2, states:ListStateMachines 2, apigateway:GetRestApis 2"},
		{16, cli, "sts:GetCallerIdentity 6, ecr:GetAuthorizationToken 6, ecr:BatchGetImage 8, ecr:GetDownloadUrlForLayer 10, eks:DescribeCluster 4, eks:ListClusters 2, eks:DescribeNodegroup 1, ecr:DescribeRepositories 1, ecs:ListClusters 2, ecs:DescribeServices 6, ecs:DescribeTasks 6, ecs:DescribeTaskDefinition 4, ecs:ListServices 3"},
		{14, cli, "cloudformation:DescribeStacks 14, cloudformation:DescribeStackEvents 12, cloudformation:DescribeStackResources 5, cloudformation:GetTemplate 2, cloudformation:ListStacks 3, sts:GetCallerIdentity 2, codebuild:BatchGetBuilds 4, codebuild:ListProjects 1"},
		{10, console, "dynamodb:ListTables 6, dynamodb:DescribeTable 10, dynamodb:Query 6, sqs:ListQueues 3, sqs:GetQueueAttributes 6, sns:ListTopics 2, rds:DescribeDBInstances 4, rds:DescribeDBClusters 2"},
		{6, console, "s3:ListBuckets 4, s3:GetBucketLocation 4, s3:GetBucketAcl 3, s3:GetBucketPolicyStatus 3, s3:GetBucketPublicAccessBlock 3, s3:GetBucketVersioning 3, s3:GetBucketTagging 2, s3:GetBucketEncryption 2, s3:ListObjects 6"},
		{5, cli, "lambda:UpdateFunctionCode20150331v2 5, lambda:GetFunction20150331v2 6, lambda:UpdateFunctionConfiguration20150331v2 2, lambda:Invoke 6"},
		{3, cli, "ssm:GetParameter 5, ssm:DescribeParameters 2, secretsmanager:DescribeSecret 2, secretsmanager:GetSecretValue 2"},
	}
	// Duties that only some developers have.
	ownKeyDuty  = duty{1, console, "iam:ListAccessKeys 6, iam:ListMFADevices 5, iam:GetAccountSummary 2, iam:GetAccessKeyLastUsed 3, iam:ListGroupsForUser 1, iam:GetLoginProfile 1, iam:ChangePassword 1, iam:EnableMFADevice 1"}
	shellDuty   = duty{2, cli, "ssm:DescribeInstanceInformation 3, ssm:StartSession 2, ec2:DescribeInstances 3"}
	scriptDuty  = duty{12, sdk, "s3:ListObjects 4, s3:GetObject 30, s3:HeadObject 6, dynamodb:Query 10, dynamodb:GetItem 6, sts:GetCallerIdentity 1"}
	operateDuty = duty{3, cli, "ec2:DescribeInstances 6, ec2:StopInstances 2, ec2:StartInstances 2, ssm:SendCommand 2, ssm:PutParameter 1, secretsmanager:PutSecretValue 1, secretsmanager:GetRandomPassword 1, ec2:GetConsoleScreenshot 1, sts:DecodeAuthorizationMessage 1, cloudformation:UpdateStack 1"}
	planDuty    = duty{14, terraform, "ec2:DescribeVpcs 6, ec2:DescribeSubnets 6, ec2:DescribeSecurityGroups 8, ec2:DescribeRouteTables 4, ec2:DescribeNatGateways 2, iam:GetRole 12, iam:ListRolePolicies 8, iam:GetRolePolicy 6, iam:ListAttachedRolePolicies 8, iam:GetPolicy 5, iam:GetPolicyVersion 5, s3:GetBucketPolicy 5, s3:GetBucketAcl 5, s3:GetBucketVersioning 4, s3:GetBucketLogging 4, s3:GetBucketLifecycle 4, s3:GetBucketWebsite 3, s3:GetBucketCors 3, s3:GetBucketEncryption 4, kms:DescribeKey 4, kms:GetKeyPolicy 3, kms:GetKeyRotationStatus 3, lambda:GetFunction20150331v2 5, sts:GetCallerIdentity 2, route53:ListResourceRecordSets 2, route53:ListHostedZones 1, iam:GetInstanceProfile 1, kms:ListAliases 1"}
	adminDuties = []duty{
		{24, console, "iam:ListUsers 10, iam:ListRoles 10, iam:ListGroups 6, iam:ListPolicies 6, iam:GetUser 8, iam:GetRole 8, iam:ListAccessKeys 8, iam:ListMFADevices 8, iam:ListAttachedUserPolicies 5, iam:GetUserPolicy 1, iam:ListAttachedRolePolicies 5, iam:ListGroupsForUser 6, iam:GetAccountSummary 4, iam:GetAccessKeyLastUsed 6, iam:GetLoginProfile 4, iam:GetAccountPasswordPolicy 2, iam:ListAccountAliases 2, iam:ListInstanceProfiles 1"},
		{16, console, "organizations:DescribeOrganization 8, organizations:ListAccounts 6, organizations:ListRoots 2, sso:ListInstances 4, sso:ListPermissionSets 4, sso:DescribePermissionSet 6, ce:GetCostAndUsage 6, budgets:DescribeBudgets 2, trustedadvisor:DescribeChecks 2, support:DescribeCases 1"},
		{16, console, "guardduty:ListDetectors 5, guardduty:GetDetector 4, guardduty:ListFindings 8, guardduty:GetFindings 8, securityhub:GetFindings 8, securityhub:BatchUpdateFindings 1, access-analyzer:ListFindings 4, cloudtrail:DescribeTrails 5, cloudtrail:GetTrailStatus 5, cloudtrail:GetEventSelectors 3, cloudtrail:LookupEvents 8, config:DescribeConfigRules 3, guardduty:ArchiveFindings 1"},
		{8, terraform, "ec2:DescribeVpcs 6, ec2:DescribeSubnets 6, ec2:DescribeSecurityGroups 8, ec2:DescribeNetworkAcls 2, ec2:DescribeFlowLogs 2, iam:GetRole 12, iam:GetPolicy 5, iam:GetPolicyVersion 5, iam:ListRolePolicies 6, kms:DescribeKey 4, s3:GetBucketPolicy 5, iam:PutRolePolicy 1, iam:AttachRolePolicy 1, iam:CreateRole 1, ec2:AuthorizeSecurityGroupIngress 1, ec2:CreateTags 2, s3:PutBucketTagging 1, monitoring:PutMetricAlarm 1"},
		// Somebody joins or leaves.
		{6, console, "iam:CreateUser 3, iam:AddUserToGroup 3, iam:TagUser 2, iam:CreateLoginProfile 3, iam:CreateAccessKey 2, iam:AttachUserPolicy 2, iam:ListGroups 4, iam:GetUser 4, iam:ListAttachedUserPolicies 3"},
		{1, console, "iam:ListAccessKeys 6, iam:UpdateAccessKey 2, iam:DeleteAccessKey 2, iam:RemoveUserFromGroup 1, iam:DetachUserPolicy 1, iam:DeleteUser 1, iam:GetUser 3, iam:UpdateLoginProfile 1"},
		{1, cli, "iam:GenerateCredentialReport 2, iam:GetCredentialReport 2, iam:GetAccountAuthorizationDetails 1, iam:SimulatePrincipalPolicy 2, sts:GetCallerIdentity 1"},
		// Looking after the watchers.
		{2, console, "cloudtrail:DescribeTrails 6, cloudtrail:GetEventSelectors 5, cloudtrail:PutEventSelectors 2, cloudtrail:UpdateTrail 1, cloudtrail:StopLogging 1, cloudtrail:StartLogging 1, guardduty:GetDetector 4, guardduty:UpdateDetector 2, ec2:DescribeFlowLogs 3, ec2:DeleteFlowLogs 1, ec2:CreateFlowLogs 1, iam:UpdateAssumeRolePolicy 1"},
	}
	pipelineDuties = []duty{
		{40, sdk, "cloudformation:CreateChangeSet 3, cloudformation:DescribeChangeSet 16, cloudformation:ExecuteChangeSet 3, cloudformation:DescribeStacks 24, cloudformation:DescribeStackEvents 18, cloudformation:GetTemplateSummary 4, sts:GetCallerIdentity 3, s3:PutObject 4, s3:HeadObject 4"},
		{30, cli, "sts:GetCallerIdentity 3, ecr:GetAuthorizationToken 4, ecr:BatchGetImage 10, ecr:PutImage 3, ecs:DescribeTaskDefinition 5, ecs:RegisterTaskDefinition 3, ecs:UpdateService 3, ecs:DescribeServices 20"},
		{20, terraform, planDuty.calls},
		{14, cli, "sts:GetCallerIdentity 2, s3:PutObject 4, s3:ListObjects 3, lambda:GetFunction20150331v2 6, lambda:GetFunctionConfiguration20150331v2 10, lambda:UpdateFunctionCode20150331v2 5, lambda:UpdateFunctionConfiguration20150331v2 2, lambda:PublishVersion20150331 3, lambda:CreateFunction20150331 1, lambda:AddPermission20150331v2 1"},
		{4, terraform, "iam:GetRole 10, iam:CreateRole 1, iam:PutRolePolicy 2, iam:AttachRolePolicy 1, iam:CreatePolicyVersion 1, iam:UpdateAssumeRolePolicy 1, iam:ListRolePolicies 6, iam:GetPolicyVersion 5, ec2:DescribeSecurityGroups 6, ec2:AuthorizeSecurityGroupIngress 1, ec2:RevokeSecurityGroupIngress 1, s3:CreateBucket 1, s3:PutBucketPolicy 1, logs:CreateLogGroup 1, logs:PutRetentionPolicy 1, logs:DeleteLogGroup 1, route53:ChangeResourceRecordSets 1, cloudfront:CreateInvalidation2020_05_31 2"},
		{6, cli, "secretsmanager:GetSecretValue 3, ssm:GetParameter 4, ssm:GetParametersByPath 2, sts:GetCallerIdentity 1"},
	}
	functionDuties = []duty{
		{50, sdk, "s3:GetObject 60, s3:PutObject 16, s3:HeadObject 12, s3:HeadBucket 2, s3:ListObjects 5, s3:DeleteObject 1"},
		{30, sdk, "dynamodb:GetItem 40, dynamodb:Query 25, dynamodb:PutItem 13, kms:Decrypt 12"},
		{10, sdk, "ssm:GetParameter 8, ssm:GetParameters 6, secretsmanager:GetSecretValue 6, kms:Decrypt 10"},
		{6, sdk, "logs:CreateLogStream 4, sqs:GetQueueAttributes 10, lambda:Invoke 5, states:DescribeExecution 4"},
	}
	nodeDuties = []duty{
		{40, sdk, "ec2:DescribeInstances 20, ec2:DescribeNetworkInterfaces 18, ec2:DescribeSubnets 8, ec2:AssignPrivateIpAddresses 4, ec2:CreateNetworkInterface 1, ec2:AttachNetworkInterface 1, ec2:CreateTags 1"},
		{30, sdk, "ecr:GetAuthorizationToken 6, ecr:BatchGetImage 12, ecr:GetDownloadUrlForLayer 20"},
		{20, cli, "ssm:UpdateInstanceInformation 3, ssm:ListAssociations 20"},
		{12, sdk, "autoscaling:DescribeAutoScalingGroups 14, elasticloadbalancing:DescribeTargetHealth 12, elasticloadbalancing:DescribeTargetGroups 6, elasticloadbalancing:DescribeListeners 4, elasticloadbalancing:RegisterTargets 1, eks:DescribeCluster 4, autoscaling:SetDesiredCapacity 1"},
	}
	vendorDuties = []duty{
		{10, sdk, "iam:ListUsers 4, iam:ListRoles 4, iam:ListPolicies 3, iam:GetAccountAuthorizationDetails 2, iam:GetAccountSummary 3, iam:GetAccountPasswordPolicy 3, iam:GenerateCredentialReport 2, iam:GetCredentialReport 3, iam:ListAttachedUserPolicies 10, iam:ListUserPolicies 8, iam:ListAccessKeys 10, iam:ListMFADevices 8, iam:ListVirtualMFADevices 2, iam:ListSAMLProviders 1, iam:ListOpenIDConnectProviders 1"},
		{10, sdk, "s3:ListBuckets 4, s3:GetBucketAcl 14, s3:GetBucketPolicy 14, s3:GetBucketPublicAccessBlock 14, s3:GetBucketEncryption 14, s3:GetBucketLogging 10, s3:GetBucketVersioning 10, s3:GetBucketWebsite 6"},
		{10, sdk, "ec2:DescribeRegions 2, ec2:DescribeInstances 8, ec2:DescribeSecurityGroups 8, ec2:DescribeSnapshots 6, ec2:DescribeSnapshotAttribute 10, ec2:DescribeFlowLogs 4, ec2:DescribeVpcs 4, ec2:DescribeVpcEndpoints 2, ec2:DescribeKeyPairs 2, ec2:GetEbsEncryptionByDefault 2, cloudtrail:DescribeTrails 5, cloudtrail:GetTrailStatus 5, cloudtrail:GetEventSelectors 5, guardduty:ListDetectors 4, config:DescribeConfigurationRecorders 4, config:DescribeConfigurationRecorderStatus 4, cloudtrail:ListTrails 2, kms:ListKeys 3, kms:GetKeyRotationStatus 8, rds:DescribeDBInstances 4, rds:DescribeDBSnapshots 3, lambda:ListFunctions20150331 3, secretsmanager:ListSecrets 2, acm:ListCertificates 2, cloudfront:ListDistributions2020_05_31 1, ses:GetSendQuota 1, servicequotas:ListServiceQuotas 1"},
	}
	backupDuties = []duty{
		{10, sdk, "ec2:DescribeVolumes 10, ec2:DescribeSnapshots 8, ec2:CreateSnapshot 4, ec2:DeleteSnapshot 3, ec2:ModifySnapshotAttribute 1, ec2:DescribeTags 4, rds:DescribeDBInstances 3, rds:CreateDBSnapshot 1, kms:CreateGrant 1"},
	}
	recorderDuties = []duty{
		{10, sdk, "ec2:DescribeInstances 10, ec2:DescribeSecurityGroups 8, ec2:DescribeVolumes 6, ec2:DescribeNetworkInterfaces 6, ec2:DescribeRouteTables 4, ec2:DescribeNetworkAcls 4, s3:GetBucketPolicy 8, s3:GetBucketTagging 6, s3:GetBucketLifecycle 6, s3:GetBucketWebsite 6, s3:GetBucketCors 6, iam:GetRole 4, iam:GetPolicyVersion 3, lambda:GetFunction20150331v2 4, dynamodb:DescribeTable 4, kms:GetKeyPolicy 3, tagging:GetResources 3, config:PutEvaluations 6, cloudformation:DescribeStackResources 2"},
	}
	trailDuties = []duty{
		{10, sdk, "s3:GetBucketAcl 30, s3:PutObject 30, kms:GenerateDataKey 25"},
	}
	scalerDuties = []duty{
		{10, sdk, "ec2:DescribeInstances 6, ec2:DescribeInstanceStatus 14, ec2:DescribeLaunchTemplateVersions 6, ec2:DescribeImages 4, elasticloadbalancing:DescribeTargetHealth 10, ec2:RunInstances 1, ec2:TerminateInstances 1"},
	}
	rootDuties = []duty{
		{10, console, "billingconsole:GetBillingNotifications 8, ce:GetCostAndUsage 8, budgets:DescribeBudgets 6, organizations:DescribeOrganization 4, iam:GetAccountSummary 4, support:DescribeCases 2, health:DescribeEventAggregates 2"},
	}
)
