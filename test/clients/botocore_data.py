"""The paginators and waiters of client/botocore, by an unmodified boto3 on a real server.

AWS_DATA_PATH names the folder.
"""

import contextlib
import io

import awscli.clidriver

from cast import *

management, security, dev, outsider = map(client, (MANAGEMENT, SECURITY, DEV, OUTSIDER))
LISTS = {
    "list_datasource_packages", "list_graphs", "list_indicators", "list_investigations", "list_invitations",
    "list_members", "list_organization_admin_accounts",
}
WAITERS = {"graph_gone", "investigation_finished", "invitation_received", "member_enabled"}
SOON = {"Delay": 0.1, "MaxAttempts": 600}

operations = {botocore.xform_name(name) for name in security.meta.service_model.operation_names}
check("can_paginate", {name for name in operations if security.can_paginate(name)}, LISTS)
check("waiters", set(security.waiter_names), WAITERS)


def paged(who, name, result, size, **kwargs):
    """Returns all entries, and how many pages there were."""
    found = list(who.get_paginator(name).paginate(PaginationConfig={"PageSize": size}, **kwargs))
    return [entry for page in found for entry in page[result]], len(found)


def waits(who, name, config=SOON, **kwargs):
    who.get_waiter(name).wait(WaiterConfig=config, **kwargs)


graphs = {who: client(who).create_graph()["GraphArn"] for who in (MANAGEMENT, SECURITY)}
GRAPH = graphs[SECURITY]
check("list_graphs", [g["Arn"] for g in paged(security, "list_graphs", "GraphList", 1)[0]], [GRAPH])

for account, arn in graphs.items():
    client(account).create_members(GraphArn=arn, Accounts=[
        {"AccountId": a, "EmailAddress": ACCOUNTS[a]["Email"]} for a in (OUTSIDER, DEV)] + [
        {"AccountId": f"20000000000{n}", "EmailAddress": "x@example.com"} for n in range(5)])
waits(outsider, "invitation_received", MaxResults=200)
waits(dev, "invitation_received", MaxResults=200)
both = wait("both invitations", lambda: paged(outsider, "list_invitations", "Invitations", 1), lambda found: len(found[0]) == 2)
check("list_invitations", (sorted(i["GraphArn"] for i in both[0]), both[1]), (sorted(graphs.values()), 2))
everybody = sorted([OUTSIDER, DEV] + [f"20000000000{n}" for n in range(5)])
got, pages = paged(security, "list_members", "MemberDetails", 3, GraphArn=GRAPH)
check("list_members", (sorted(m["AccountId"] for m in got), pages), (everybody, 3))
paginator = security.get_paginator("list_members")
check("as one list", len(paginator.paginate(GraphArn=GRAPH, PaginationConfig={"PageSize": 2}).build_full_result()["MemberDetails"]), 7)
some = paginator.paginate(GraphArn=GRAPH, PaginationConfig={"PageSize": 2, "MaxItems": 3}).build_full_result()
rest = paginator.paginate(GraphArn=GRAPH, PaginationConfig={"StartingToken": some["NextToken"]}).build_full_result()
check("MaxItems and on", [m["AccountId"] for m in some["MemberDetails"] + rest["MemberDetails"]], [m["AccountId"] for m in got])
check("list_datasource_packages", paged(security, "list_datasource_packages", "DatasourcePackages", 1, GraphArn=GRAPH),
      (["ASFF_SECURITYHUB_FINDING", "DETECTIVE_CORE", "EKS_AUDIT"], 3))

for who in (outsider, dev):
    who.accept_invitation(GraphArn=GRAPH)
waits(security, "member_enabled", GraphArn=GRAPH, AccountIds=[OUTSIDER, DEV])
check("they are", {m["Status"] for m in security.get_members(GraphArn=GRAPH, AccountIds=[OUTSIDER, DEV])["MemberDetails"]}, {"ENABLED"})
for why, accounts in (("failed verification", ["200000000000"]), ("nobody", ["999999999999"])):
    try:
        check("waiting for " + why, waits(security, "member_enabled", GraphArn=GRAPH, AccountIds=accounts), "an error")
    except botocore.exceptions.WaiterError as e:
        check("waiting for " + why, "failure" in str(e))

management.enable_organization_admin_account(AccountId=MANAGEMENT)
check("list_organization_admin_accounts", [a["AccountId"] for a in
      paged(management, "list_organization_admin_accounts", "Administrators", 1)[0]], [MANAGEMENT])

logs(SECURITY, DEV, OUTSIDER)
runs = []
for account in (DEV, OUTSIDER, DEV):
    runs.append(security.start_investigation(GraphArn=GRAPH, EntityArn=user(account), **SCOPE)["InvestigationId"])
    waits(security, "investigation_finished", GraphArn=GRAPH, InvestigationId=runs[-1])
got, pages = paged(security, "list_investigations", "InvestigationDetails", 2, GraphArn=GRAPH)
check("list_investigations", ([i["InvestigationId"] for i in got], pages), (runs[::-1], 2))
check("all have ended", {i["Status"] for i in got}, {"SUCCESSFUL"})
got, pages = paged(security, "list_indicators", "Indicators", 1, GraphArn=GRAPH, InvestigationId=runs[0])
check("list_indicators", (got, pages), (security.list_indicators(GraphArn=GRAPH, InvestigationId=runs[0])["Indicators"], len(got)))
check("there are some", len(got) > 0)

# The CLI reads the same files.
os.environ.update(AWS_ACCESS_KEY_ID=ACCOUNTS[SECURITY]["AccessKeyID"], AWS_SECRET_ACCESS_KEY=ACCOUNTS[SECURITY]["SecretAccessKey"])
aws, printed = awscli.clidriver.create_clidriver(), io.StringIO()
with contextlib.redirect_stdout(printed):
    rc = aws.main(["detective", "list-members", "--graph-arn", GRAPH, "--page-size", "2", "--query", "MemberDetails[].AccountId"])
check("the CLI fetches all pages", (rc, sorted(json.loads(printed.getvalue()))), (0, everybody))
rc = aws.main(["detective", "wait", "member-enabled", "--graph-arn", GRAPH, "--account-ids", OUTSIDER, DEV])
check("the CLI waits", rc, 0)

try:
    check("the graph is still there", waits(security, "graph_gone", {"Delay": 0, "MaxAttempts": 2}), "an error")
except botocore.exceptions.WaiterError as e:
    check("the graph is still there", "Max attempts exceeded" in str(e))
security.delete_graph(GraphArn=GRAPH)
waits(security, "graph_gone")
finish()
