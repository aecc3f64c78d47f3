// Records requests signed by the AWS SDK for JavaScript into javascript.json,
// for the test of package sigv4. No network: nothing is sent.
//
//   npm install --prefix DIR @aws-sdk/client-detective@3.1048.0
//   node record.mjs DIR > javascript.json
//
// Clock and credentials are fixed and made up.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length ? args : [NOW]));
  }
  static now() {
    return NOW;
  }
};

const sdk = require("@aws-sdk/client-detective");
const { version } = require("@aws-sdk/client-detective/package.json");
const accessKeyId = "AKIAGUMSHOETESTVECTO";
const secretAccessKey = "made/up+secret=for0tests/only123456789ab";
const GraphArn = "arn:aws:detective:eu-central-1:123456789012:graph:027c7c4610ea4aacaf0b883093cab899";
const InvestigationId = "000000000000000000042";

const calls = [
  ["CreateGraph", {}],
  ["CreateGraph", { Tags: { env: "prod", owner: "Zoë  O'Neil + co" } }],
  ["ListGraphs", { MaxResults: 10, NextToken: "a+b/c=" }],
  ["DeleteGraph", { GraphArn }],
  ["CreateMembers", { GraphArn, Message: "Grüße\n👋", Accounts: [{ AccountId: "111122223333", EmailAddress: "a@example.com" }] }],
  ["AcceptInvitation", { GraphArn }],
  ["DisableOrganizationAdminAccount", {}],
  ["StartInvestigation", {
    GraphArn, EntityArn: "arn:aws:iam::123456789012:user/dev",
    ScopeStartTime: new RealDate(RealDate.UTC(2026, 0, 1)), ScopeEndTime: new RealDate(RealDate.UTC(2026, 0, 2, 3, 4, 5, 678)),
  }],
  ["ListInvestigations", { GraphArn, SortCriteria: { Field: "SEVERITY", SortOrder: "DESC" } }],
  ["ListIndicators", { GraphArn, InvestigationId }],
  ["UpdateInvestigationState", { GraphArn, InvestigationId, State: "ARCHIVED" }],
  ["ListTagsForResource", { ResourceArn: GraphArn }],
  ["TagResource", { ResourceArn: GraphArn, Tags: { k: "v" } }],
  ["UntagResource", { ResourceArn: GraphArn, TagKeys: ["b c", "a+b", "ä/=&", "a"] }],
];

const vectors = [];
for (const [operation, input] of calls) {
  let sent;
  const client = new sdk.DetectiveClient({
    region: "eu-central-1",
    endpoint: "http://gumshoe.test:8620",
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      async handle(request) {
        sent = request;
        throw Object.assign(new Error("recorded"), { $retryable: undefined });
      },
    },
    maxAttempts: 1,
  });
  try {
    await client.send(new sdk[`${operation}Command`](input));
  } catch (e) {
    if (!sent) throw e;
  }
  const encode = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
  const query = Object.entries(sent.query ?? {})
    .flatMap(([k, v]) => (Array.isArray(v) ? v : [v]).map((x) => `${encode(k)}=${encode(x)}`))
    .join("&");
  const headers = { ...sent.headers };
  delete headers.host;
  delete headers["user-agent"]; // names the machine, and is not signed
  vectors.push({
    name: `${operation} ${vectors.length}`,
    method: sent.method,
    target: sent.path + (query ? "?" + query : ""),
    host: sent.headers.host,
    headers,
    body: sent.body === undefined ? "" : Buffer.from(sent.body).toString("utf8"),
  });
}
console.log(JSON.stringify({
  signer: `@aws-sdk/client-detective ${version}`,
  now: "2026-03-04T05:06:07Z",
  accessKeyId,
  secret: secretAccessKey,
  region: "eu-central-1",
  vectors,
}, null, 1));
