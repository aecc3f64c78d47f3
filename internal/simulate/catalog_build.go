package simulate

const stackResponse = `{"stackId":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<uuid>"}`

// buildAPIs are delivery and billing: CloudFormation, CodeBuild, Route 53,
// tags, quotas, costs.
var buildAPIs = []api{
	{"cloudformation", "ListStacks", read, `{"stackStatusFilter":["CREATE_COMPLETE","UPDATE_COMPLETE"]}`, "", "", ""},
	{"cloudformation", "DescribeStacks", read, `{"stackName":"<stack>"}`, "", "", "ValidationError"},
	{"cloudformation", "DescribeStackEvents", read, `{"stackName":"<stack>"}`, "", "", "ValidationError"},
	{"cloudformation", "DescribeStackResources", read, `{"stackName":"<stack>"}`, "", "", "ValidationError"},
	{"cloudformation", "GetTemplate", read, `{"stackName":"<stack>"}`, "", "", "ValidationError"},
	{"cloudformation", "GetTemplateSummary", read, `{"stackName":"<stack>"}`, "", "", "ValidationError"},
	{"cloudformation", "CreateChangeSet", writes, `{"stackName":"<stack>","changeSetName":"deploy-<hex>","changeSetType":"UPDATE","roleARN":"arn:aws:iam::<account>:role/<role>","capabilities":["CAPABILITY_NAMED_IAM"]}`, stackResponse, "", "ValidationError"},
	{"cloudformation", "DescribeChangeSet", read, `{"stackName":"<stack>","changeSetName":"deploy-<hex>"}`, "", "", "ChangeSetNotFoundException"},
	{"cloudformation", "ExecuteChangeSet", writes, `{"stackName":"<stack>","changeSetName":"deploy-<hex>"}`, "", "", "InvalidChangeSetStatusException"},
	{"cloudformation", "UpdateStack", writes, `{"stackName":"<stack>","capabilities":["CAPABILITY_IAM"],"roleARN":"arn:aws:iam::<account>:role/<role>"}`, stackResponse, "", "ValidationError"},
	{"codebuild", "BatchGetBuilds", read, `{"ids":["<function>:<uuid>"]}`, "", "", ""},
	{"codebuild", "ListProjects", read, `{"sortBy":"NAME"}`, "", "", ""},
	{"route53", "ListHostedZones", read | global, "", "", "", ""},
	{"route53", "ListResourceRecordSets", read | global, `{"hostedZoneId":"Z<hex>","maxItems":300}`, "", "", "NoSuchHostedZone"},
	{"route53", "ChangeResourceRecordSets", writes | global, `{"hostedZoneId":"Z<hex>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"<function>.example.com","type":"CNAME"}}]}}`, `{"changeInfo":{"id":"/change/C<hex>","status":"PENDING","submittedAt":"<now>"}}`, "", "InvalidChangeBatch"},
	{"cloudfront", "ListDistributions2020_05_31", read | global, "", "", "", ""},
	{"cloudfront", "CreateInvalidation2020_05_31", writes | global, `{"distributionId":"E<hex>","invalidationBatch":{"paths":{"quantity":1,"items":["/*"]},"callerReference":"<hex>"}}`, `{"invalidation":{"id":"I<hex>","status":"InProgress"}}`, "", "TooManyInvalidationsInProgress"},
	{"acm", "ListCertificates", read, `{"maxItems":100}`, "", "", ""},
	{"apigateway", "GetRestApis", read, `{"limit":500}`, "", "", ""},
	{"events", "ListRules", read, `{"eventBusName":"default"}`, "", "", ""},
	{"states", "ListStateMachines", read, `{"maxResults":100}`, "", "", ""},
	{"states", "DescribeExecution", read, `{"executionArn":"arn:aws:states:<region>:<account>:execution:<function>:<uuid>"}`, "", "", "ExecutionDoesNotExist"},
	{"tagging", "GetResources", read, `{"resourcesPerPage":100,"tagFilters":[{"key":"team","values":["platform"]}]}`, "", "", ""},
	{"resource-groups", "ListGroups", read, `{"maxResults":50}`, "", "", ""},
	{"servicequotas", "ListServiceQuotas", read, `{"serviceCode":"ec2"}`, "", "", "NoSuchResourceException"},
	{"ce", "GetCostAndUsage", read | global, `{"timePeriod":{"start":"<iso>","end":"<iso>"},"granularity":"DAILY","metrics":["UnblendedCost"]}`, "", "", "DataUnavailableException"},
	{"billingconsole", "GetBillingNotifications", read | global, "", "", "", ""},
	{"budgets", "DescribeBudgets", read | global, `{"accountId":"<account>"}`, "", "", ""},
	{"ses", "GetSendQuota", read, "", "", "", ""},
	{"support", "DescribeCases", read | global, "", "", "", "SubscriptionRequiredException"},
}
