// Every operation by @aws-sdk/client-detective, on a server that TestJavaScriptSDK
// starts. It reads whom to be from standard input, is run in the folder that
// has the SDK, and prints what it has done as JSON.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const sdk = createRequire(path.join(process.cwd(), "package.json"))("@aws-sdk/client-detective");
const given = JSON.parse(readFileSync(0, "utf8"));
const { management, security, dev, prod, outsider, entity } = given;

const operations = {};
const errors = new Set();

/** A function call(operation, input) for an account. */
function as(id) {
  const { AccessKeyID, SecretAccessKey } = given.accounts[id];
  const client = new sdk.DetectiveClient({
    region: "us-east-1", endpoint: given.url, maxAttempts: 1,
    credentials: { accessKeyId: AccessKeyID, secretAccessKey: SecretAccessKey },
  });
  const call = async (operation, input = {}) => {
    const out = await client.send(new sdk[`${operation}Command`](input));
    assert.match(out.$metadata.requestId, /^[0-9a-f-]{36}$/, operation);
    operations[operation] = out.$metadata.httpStatusCode;
    return out;
  };
  call.client = client;
  return call;
}

/** The call must fail with an error of the SDK's own class. */
async function refused(promise, name, status, message) {
  await assert.rejects(promise, (err) => {
    assert.equal(err.name, name);
    assert.ok(err instanceof sdk[name], `${name} is no class of the SDK`);
    assert.equal(err.$metadata.httpStatusCode, status, name);
    assert.equal(err.$fault, "client");
    assert.match(err.Message ?? err.message, message);
    errors.add(name);
    return true;
  });
}

function gumshoe(...args) {
  return execFileSync(given.program, [...args, "--data", given.data], { encoding: "utf8" });
}

/** A Date, of these minutes. */
function recent(date, what) {
  assert.ok(date instanceof Date, `${what} is ${date}`);
  assert.ok(Math.abs(Date.now() - date.getTime()) < 600_000, `${what} is ${date.toISOString()}`);
}

async function eventually(what, holds) {
  const end = Date.now() + 30_000;
  for (;;) {
    const got = await holds();
    if (got) return got;
    assert.ok(Date.now() < end, `it did not come to this: ${what}`);
    await new Promise((next) => setTimeout(next, 200));
  }
}

const named = (...ids) => ids.map((AccountId) => ({ AccountId, EmailAddress: given.accounts[AccountId].Email }));

const admin = as(security), boss = as(management), theirs = as(outsider), devs = as(dev);
const member = async (id) => (await admin("GetMembers", { GraphArn, AccountIds: [id] })).MemberDetails[0];
const awaitStatus = (id, status) => eventually(`${id} is ${status}`, async () => {
  const m = await member(id);
  return m?.Status === status && m;
});

// A graph and its tags.
assert.deepEqual((await admin("ListGraphs")).GraphList, []);
const { GraphArn } = await admin("CreateGraph", { Tags: { team: "blue" } });
assert.equal((await admin("CreateGraph")).GraphArn, GraphArn);
const graphs = await admin("ListGraphs");
assert.equal(graphs.NextToken, undefined);
assert.equal(graphs.GraphList[0].Arn, GraphArn);
recent(graphs.GraphList[0].CreatedTime, "CreatedTime");
await admin("TagResource", { ResourceArn: GraphArn, Tags: { "a/b:c+d": "Ω & <ä>", team: "" } });
await admin("UntagResource", { ResourceArn: GraphArn, TagKeys: ["team", "never-there"] });
assert.deepEqual((await admin("ListTagsForResource", { ResourceArn: GraphArn })).Tags, { "a/b:c+d": "Ω & <ä>" });
await admin("UpdateDatasourcePackages", { GraphArn, DatasourcePackages: ["DETECTIVE_CORE", "EKS_AUDIT"] });
const packages = (await admin("ListDatasourcePackages", { GraphArn })).DatasourcePackages;
assert.equal(packages.ASFF_SECURITYHUB_FINDING.DatasourcePackageIngestState, "STOPPED");
recent(packages.ASFF_SECURITYHUB_FINDING.LastIngestStateChange.STOPPED.Timestamp, "Timestamp");

// Members.
const invited = await admin("CreateMembers", { GraphArn, Accounts: named(outsider, dev), Message: "Join us" });
assert.deepEqual(invited.Members.map((m) => m.Status), ["VERIFICATION_IN_PROGRESS", "VERIFICATION_IN_PROGRESS"]);
assert.deepEqual(invited.UnprocessedAccounts, []);
recent((await awaitStatus(outsider, "INVITED")).InvitedTime, "InvitedTime");
await awaitStatus(dev, "INVITED");
const again = await admin("CreateMembers", { GraphArn, Accounts: named(outsider) });
assert.deepEqual(again.UnprocessedAccounts, [{ AccountId: outsider, Reason: "Account is already a member" }]);
const [invitation] = (await theirs("ListInvitations")).Invitations;
assert.equal(invitation.MasterId, security);
assert.equal(invitation.AdministratorId, security);
await theirs("AcceptInvitation", { GraphArn });
await refused(theirs("AcceptInvitation", { GraphArn }), "ConflictException", 409, /INVITED/);
await devs("RejectInvitation", { GraphArn });
assert.deepEqual((await devs("ListInvitations")).Invitations, []);
await awaitStatus(outsider, "ENABLED");
gumshoe("ingest", "--account", security, given.logs);
const usage = await member(outsider);
assert.ok(usage.VolumeUsageInBytes > 1000);
assert.equal(usage.VolumeUsageByDatasourcePackage.DETECTIVE_CORE.VolumeUsageInBytes, usage.VolumeUsageInBytes);
for (const at of ["UpdatedTime", "VolumeUsageUpdatedTime", "PercentOfGraphUtilizationUpdatedTime"]) recent(usage[at], at);
recent(usage.VolumeUsageByDatasourcePackage.DETECTIVE_CORE.VolumeUsageUpdateTime, "VolumeUsageUpdateTime");
assert.equal((await admin("ListMembers", { GraphArn })).MemberDetails.length, 1);
const history = (await admin("BatchGetGraphMemberDatasources", { GraphArn, AccountIds: [outsider] })).MemberDatasources[0];
recent(history.DatasourcePackageIngestHistory.DETECTIVE_CORE.STARTED.Timestamp, "Timestamp");
assert.equal((await theirs("BatchGetMembershipDatasources", { GraphArns: [GraphArn] })).MembershipDatasources[0].AccountId, outsider);

// An investigation. Dates go out with fractions of a second.
const ScopeEndTime = new Date(), ScopeStartTime = new Date(ScopeEndTime.getTime() - 86_400_000);
const { InvestigationId } = await admin("StartInvestigation", { GraphArn, EntityArn: entity, ScopeStartTime, ScopeEndTime });
assert.match(InvestigationId, /^[0-9]{21}$/);
const found = await eventually("the investigation has ended", async () => {
  const i = await admin("GetInvestigation", { GraphArn, InvestigationId });
  return i.Status !== "RUNNING" && i;
});
assert.equal(found.Status, "SUCCESSFUL");
assert.equal(found.ScopeStartTime.getTime(), ScopeStartTime.getTime());
assert.equal(found.ScopeEndTime.getTime(), ScopeEndTime.getTime());
recent(found.CreatedTime, "CreatedTime");
assert.ok(Array.isArray((await admin("ListIndicators", { GraphArn, InvestigationId })).Indicators));
await admin("UpdateInvestigationState", { GraphArn, InvestigationId, State: "ARCHIVED" });
const listed = await admin("ListInvestigations", { GraphArn, FilterCriteria: {
  State: { Value: "ARCHIVED" }, CreatedTime: { StartInclusive: found.CreatedTime, EndInclusive: new Date() } } });
assert.deepEqual(listed.InvestigationDetails.map((d) => d.InvestigationId), [InvestigationId]);

// Errors.
await refused(theirs("ListMembers", { GraphArn }), "AccessDeniedException", 403, /:root is not authorized to perform: detective:ListMembers/);
await refused(devs("ListMembers", { GraphArn }), "ResourceNotFoundException", 404, /does not exist/);
await assert.rejects(admin("ListMembers", { GraphArn: "nope" }), (err) => err.ErrorCode === "INVALID_GRAPH_ARN");
await refused(theirs("ListOrganizationAdminAccounts"), "ValidationException", 400, /account is not a member of an organization/);

// The organization.
await boss("EnableOrganizationAdminAccount", { AccountId: security });
const { Administrators } = await boss("ListOrganizationAdminAccounts");
assert.equal(Administrators[0].GraphArn, GraphArn);
recent(Administrators[0].DelegationTime, "DelegationTime");
await admin("UpdateOrganizationConfiguration", { GraphArn, AutoEnable: true });
assert.equal((await admin("DescribeOrganizationConfiguration", { GraphArn })).AutoEnable, true);
const joined = await admin("CreateMembers", { GraphArn, Accounts: named(dev, prod) });
assert.deepEqual(joined.Members.map((m) => [m.Status, m.InvitationType]), [["ENABLED", "ORGANIZATION"], ["ENABLED", "ORGANIZATION"]]);
gumshoe("org", "suspend", dev);
assert.equal((await awaitStatus(dev, "ACCEPTED_BUT_DISABLED")).DisabledReason, "VOLUME_UNKNOWN");
await admin("StartMonitoringMember", { GraphArn, AccountId: dev });

// The SDK's paginators, in pages of one.
const pagers = {
  ListGraphs: [admin, {}, 1], ListMembers: [admin, { GraphArn }, 3], ListDatasourcePackages: [admin, { GraphArn }, 3],
  ListInvitations: [theirs, {}, 1], ListOrganizationAdminAccounts: [boss, {}, 1],
};
for (const [operation, [call, input, pages]] of Object.entries(pagers)) {
  let n = 0;
  for await (const page of sdk[`paginate${operation}`]({ client: call.client, pageSize: 1 }, input)) {
    n++;
    assert.equal(page.NextToken !== undefined, n < pages, `${operation}, page ${n}`);
  }
  assert.equal(n, pages, operation);
}

// The end.
await theirs("DisassociateMembership", { GraphArn });
assert.deepEqual((await admin("DeleteMembers", { GraphArn, AccountIds: [dev] })).AccountIds, [dev]);
await boss("DisableOrganizationAdminAccount");
assert.deepEqual((await boss("ListOrganizationAdminAccounts")).Administrators, []);
await theirs("DeleteGraph", { GraphArn: (await theirs("CreateGraph")).GraphArn });
await refused((async () => {
  // All at once: a slow machine's bucket fills up between calls.
  await Promise.all(Array.from({ length: 200 }, () => theirs("DescribeOrganizationConfiguration", { GraphArn }).catch((err) => {
    if (err.name === "TooManyRequestsException") throw err;
  })));
})(), "TooManyRequestsException", 429, /Rate exceeded/);

console.log(JSON.stringify({
  Operations: operations, Errors: [...errors].sort(),
  Paginators: Object.keys(sdk).filter((name) => name.startsWith("paginate")).length,
}));
