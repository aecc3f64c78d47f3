package simulate

const (
	bucketRequest  = `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"}`
	bucketResource = `{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}`
	objectRequest  = `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"}`
	objectResource = `{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<object>"},` + bucketResource
	keyResource    = `{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}`
	tableResource  = `{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}`
	secretARN      = `arn:aws:secretsmanager:<region>:<account>:secret:<secret>`
)

// storageAPIs are S3, KMS, Secrets Manager, Systems Manager, DynamoDB, SQS
// and RDS.
var storageAPIs = []api{
	{"s3", "ListBuckets", read, `{"Host":"s3.<region>.amazonaws.com"}`, "", "", ""},
	{"s3", "GetBucketLocation", read, `{"bucketName":"<bucket>","location":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchBucket"},
	{"s3", "GetBucketAcl", read, `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}`, "", bucketResource, ""},
	{"s3", "GetBucketPolicy", read, `{"bucketName":"<bucket>","policy":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchBucketPolicy"},
	{"s3", "GetBucketPolicyStatus", read, `{"bucketName":"<bucket>","policyStatus":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchBucketPolicy"},
	{"s3", "GetBucketPublicAccessBlock", read, `{"bucketName":"<bucket>","publicAccessBlock":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchPublicAccessBlockConfiguration"},
	{"s3", "GetBucketVersioning", read, `{"bucketName":"<bucket>","versioning":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, ""},
	{"s3", "GetBucketEncryption", read, `{"bucketName":"<bucket>","encryption":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "ServerSideEncryptionConfigurationNotFoundError"},
	{"s3", "GetBucketTagging", read, `{"bucketName":"<bucket>","tagging":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchTagSet"},
	{"s3", "GetBucketLogging", read, `{"bucketName":"<bucket>","logging":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, ""},
	{"s3", "GetBucketLifecycle", read, `{"bucketName":"<bucket>","lifecycle":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchLifecycleConfiguration"},
	{"s3", "GetBucketWebsite", read, `{"bucketName":"<bucket>","website":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchWebsiteConfiguration"},
	{"s3", "GetBucketCors", read, `{"bucketName":"<bucket>","cors":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", bucketResource, "NoSuchCORSConfiguration"},
	{"s3", "HeadBucket", read, bucketRequest, "", bucketResource, "NoSuchBucket"},
	{"s3", "CreateBucket", writes, bucketRequest, "", bucketResource, "BucketAlreadyExists"},
	{"s3", "PutBucketTagging", writes, `{"bucketName":"<bucket>","tagging":"","Host":"<bucket>.s3.<region>.amazonaws.com","Tagging":{"TagSet":{"Tag":{"Key":"owner","Value":"platform"}}}}`, "", bucketResource, ""},
	{"s3", "PutBucketPolicy", writes, `{"bucketName":"<bucket>","policy":"","Host":"<bucket>.s3.<region>.amazonaws.com","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::<bucket>/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}}`, "", bucketResource, "MalformedPolicy"},
	{"s3", "ListObjects", read | data, `{"list-type":"2","bucketName":"<bucket>","encoding-type":"url","prefix":"","Host":"<bucket>.s3.<region>.amazonaws.com"}`, "", `{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/"},` + bucketResource, "NoSuchBucket"},
	{"s3", "GetObject", read | data, objectRequest, "", objectResource, "NoSuchKey"},
	{"s3", "HeadObject", read | data, objectRequest, "", objectResource, "NoSuchKey"},
	{"s3", "PutObject", writes | data, `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>","x-amz-server-side-encryption":"aws:kms"}`,
		`{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<kms>"}`, objectResource, ""},
	{"s3", "DeleteObject", writes | data, objectRequest, "", objectResource, ""},

	{"kms", "Decrypt", read, `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"keyId":"arn:aws:kms:<region>:<account>:key/<kms>"}`, "", keyResource, "InvalidCiphertextException"},
	{"kms", "GenerateDataKey", read, `{"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"keySpec":"AES_256"}`, "", keyResource, "DisabledException"},
	{"kms", "DescribeKey", read, `{"keyId":"<kms>"}`, "", keyResource, "NotFoundException"},
	{"kms", "ListKeys", read, `{"limit":100}`, "", "", ""},
	{"kms", "ListAliases", read, `{"limit":100}`, "", "", ""},
	{"kms", "GetKeyPolicy", read, `{"keyId":"<kms>","policyName":"default"}`, "", keyResource, "NotFoundException"},
	{"kms", "GetKeyRotationStatus", read, `{"keyId":"<kms>"}`, "", keyResource, ""},
	{"kms", "CreateGrant", writes, `{"keyId":"<kms>","granteePrincipal":"arn:aws:iam::<account>:role/<role>","operations":["Decrypt","GenerateDataKey"],"retiringPrincipal":"ec2.<region>.amazonaws.com"}`, `{"grantId":"<hex>","keyId":"arn:aws:kms:<region>:<account>:key/<kms>"}`, keyResource, ""},

	{"secretsmanager", "ListSecrets", read, `{"maxResults":100}`, "", "", ""},
	{"secretsmanager", "DescribeSecret", read, `{"secretId":"` + secretARN + `"}`, "", "", "ResourceNotFoundException"},
	{"secretsmanager", "GetSecretValue", read, `{"secretId":"` + secretARN + `"}`, "", "", "ResourceNotFoundException"},
	{"secretsmanager", "PutSecretValue", writes, `{"secretId":"` + secretARN + `","clientRequestToken":"<uuid>"}`, `{"arn":"` + secretARN + `"}`, "", "ResourceNotFoundException"},
	{"secretsmanager", "GetRandomPassword", read, `{"passwordLength":32,"excludePunctuation":true}`, "", "", ""},

	{"ssm", "GetParameter", read, `{"name":"<parameter>","withDecryption":true}`, "", `{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<parameter>"}`, "ParameterNotFound"},
	{"ssm", "GetParameters", read, `{"names":["<parameter>"],"withDecryption":true}`, "", `{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<parameter>"}`, ""},
	{"ssm", "GetParametersByPath", read, `{"path":"/app","recursive":true,"withDecryption":true}`, "", "", ""},
	{"ssm", "DescribeParameters", read, `{"maxResults":50}`, "", "", ""},
	{"ssm", "PutParameter", writes, `{"name":"<parameter>","type":"SecureString","value":"HIDDEN_DUE_TO_SECURITY_REASONS","overwrite":true}`, `{"version":<small>,"tier":"Standard"}`, "", "ParameterAlreadyExists"},
	{"ssm", "DescribeInstanceInformation", read, `{"maxResults":50}`, "", "", ""},
	{"ssm", "UpdateInstanceInformation", writes, `{"instanceId":"<instance>","agentVersion":"3.3.859.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<address>","computerName":"ip-<hex>.ec2.internal","agentName":"amazon-ssm-agent"}`, "", "", ""},
	{"ssm", "ListAssociations", read, `{"associationFilterList":[{"key":"InstanceId","value":"<instance>"}]}`, "", "", ""},
	{"ssm", "StartSession", writes, `{"target":"<instance>"}`, `{"sessionId":"<session>-<hex>","tokenValue":"HIDDEN_DUE_TO_SECURITY_REASONS","streamUrl":"wss://ssmmessages.<region>.amazonaws.com/v1/data-channel/<session>-<hex>"}`, "", "TargetNotConnected"},
	{"ssm", "SendCommand", writes, `{"instanceIds":["<instance>"],"documentName":"AWS-RunShellScript","parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","interactive":false}`, `{"command":{"commandId":"<uuid>","documentName":"AWS-RunShellScript","status":"Pending"}}`, "", "InvalidInstanceId"},

	{"dynamodb", "ListTables", read, `{"limit":100}`, "", "", ""},
	{"dynamodb", "DescribeTable", read, `{"tableName":"<table>"}`, "", tableResource, "ResourceNotFoundException"},
	{"dynamodb", "GetItem", read | data, `{"tableName":"<table>","key":{"id":"HIDDEN_DUE_TO_SECURITY_REASONS"},"consistentRead":false}`, "", tableResource, "ProvisionedThroughputExceededException"},
	{"dynamodb", "Query", read | data, `{"tableName":"<table>","keyConditionExpression":"id = :id","limit":100}`, "", tableResource, "ProvisionedThroughputExceededException"},
	{"dynamodb", "PutItem", writes | data, `{"tableName":"<table>","key":{"id":"HIDDEN_DUE_TO_SECURITY_REASONS"}}`, "", tableResource, "ConditionalCheckFailedException"},
	{"sqs", "ListQueues", read, `{"maxResults":1000}`, "", "", ""},
	{"sqs", "GetQueueAttributes", read, `{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","attributeNames":["ApproximateNumberOfMessages"]}`, "", "", "QueueDoesNotExist"},
	{"sns", "ListTopics", read, "", "", "", ""},
	{"rds", "DescribeDBInstances", read, `{"maxRecords":100}`, "", "", "DBInstanceNotFoundFault"},
	{"rds", "DescribeDBClusters", read, `{"maxRecords":100}`, "", "", ""},
	{"rds", "DescribeDBSnapshots", read, `{"snapshotType":"manual","maxRecords":100}`, "", "", ""},
	{"rds", "CreateDBSnapshot", writes, `{"dBSnapshotIdentifier":"nightly-<hex>","dBInstanceIdentifier":"<table>"}`, `{"dBSnapshotIdentifier":"nightly-<hex>","dBInstanceIdentifier":"<table>","status":"creating","engine":"postgres"}`, "", "InvalidDBInstanceState"},
}
