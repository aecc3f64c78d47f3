"""The whole life of a graph by an unmodified boto3: all 29 operations, from several accounts."""

import itertools

from cast import *

management, security, dev, prod, outsider = map(client, (MANAGEMENT, SECURITY, DEV, PROD, OUTSIDER))
EMAIL = {account: who["Email"] for account, who in ACCOUNTS.items()}
NOBODY = "999999999999"  # an account that was never entered
UNKNOWN = "arn:aws:detective:us-east-1:999999999999:graph:" + 32 * "0"


def invite(*accounts, email=None):
    """Accounts of CreateMembers, by their own addresses or one that is not."""
    return [{"AccountId": account, "EmailAddress": email or EMAIL[account]} for account in accounts]


def denied(account, action, resource):
    return f"User: arn:aws:iam::{account}:root is not authorized to perform: detective:{action} on resource: {resource}"


def member(account, of=security, graph=None):
    """What GetMembers says of an account; nothing when it is none."""
    found = of.get_members(GraphArn=graph or GRAPH, AccountIds=[account])
    return found["MemberDetails"][0] if found["MemberDetails"] else {}


def until(account, status):
    return wait(f"{account} {status}", lambda: member(account), lambda m: m.get("Status") == status)


def pages(call, result, sizes, **kwargs):
    """Loops as the multi-account scripts and the Security Reference Architecture do, with pages of changing sizes."""
    sizes = itertools.chain(sizes, itertools.repeat(sizes[-1]))
    response = call(MaxResults=next(sizes), **kwargs)
    all_of_it, n = list(response[result]), 1
    while "NextToken" in response:
        response = call(NextToken=response["NextToken"], MaxResults=next(sizes), **kwargs)
        all_of_it += response[result]
        n += 1
    return all_of_it, n


def graphs():
    check("no graph yet", security.list_graphs()["GraphList"], [])
    graph = security.create_graph(Tags={"Team": "blue", "empty": ""})["GraphArn"]
    check("ARN " + graph, bool(re.fullmatch(rf"arn:aws:detective:us-east-1:{SECURITY}:graph:[0-9a-f]{{32}}", graph)))
    check("a second CreateGraph", security.create_graph(Tags={"Team": "red"})["GraphArn"], graph)
    listed = security.list_graphs(MaxResults=1)
    check("ListGraphs", [g["Arn"] for g in listed["GraphList"]], [graph])
    check("CreatedTime has milliseconds", listed["GraphList"][0]["CreatedTime"].microsecond % 1000, 0)
    check("one page has no token", "NextToken" in listed, False)
    check("request id of boto3", len(listed["ResponseMetadata"]["RequestId"]), 36)
    check("other accounts have none", management.list_graphs()["GraphList"], [])
    check("other Regions have none", client(SECURITY, region="eu-west-1").list_graphs()["GraphList"], [])
    return graph


def tags():
    listed = security.list_tags_for_resource
    check("the first call's tags", listed(ResourceArn=GRAPH)["Tags"], {"Team": "blue", "empty": ""})
    odd = "a+b/c:d=e;f,g<h.i_j-k"
    changed = security.tag_resource(ResourceArn=GRAPH, Tags={odd: "ü & /=+ %20", "Team": "green"})
    check("TagResource", changed["ResponseMetadata"]["HTTPStatusCode"], 204)
    check("tags", listed(ResourceArn=GRAPH)["Tags"], {"Team": "green", "empty": "", odd: "ü & /=+ %20"})
    changed = security.untag_resource(ResourceArn=GRAPH, TagKeys=[odd, "empty", "unknown"])
    check("UntagResource", changed["ResponseMetadata"]["HTTPStatusCode"], 204)
    check("tags", listed(ResourceArn=GRAPH)["Tags"], {"Team": "green"})
    for bad in ("with space", "aws:mine", "at@", 129 * "k"):
        refused(f"tag {bad}", "ValidationException", 400, security.tag_resource, ResourceArn=GRAPH, Tags={bad: "x"})
    refused("51 tags", "ValidationException", 400, security.tag_resource, ResourceArn=GRAPH, Tags={f"k{n}": "" for n in range(51)})
    refused("a 51st tag", "ValidationException", 400, security.tag_resource, ResourceArn=GRAPH, Tags={f"k{n}": "" for n in range(50)})
    refused("tags of a stranger", "ResourceNotFoundException", 404, dev.list_tags_for_resource, ResourceArn=GRAPH)
    check("unchanged", listed(ResourceArn=GRAPH)["Tags"], {"Team": "green"})


def invitations():
    made = security.create_members(GraphArn=GRAPH, Accounts=invite(OUTSIDER, email="somebody@example.org"), Message="Join us")
    check("unprocessed", made["UnprocessedAccounts"], [])
    m = made["Members"][0]
    check("a new member", [m[k] for k in ("AccountId", "AdministratorId", "MasterId", "EmailAddress", "GraphArn", "Status", "InvitationType")],
          [OUTSIDER, SECURITY, SECURITY, "somebody@example.org", GRAPH, "VERIFICATION_IN_PROGRESS", "INVITATION"])
    check("its times", (m["InvitedTime"].tzinfo is not None, m["InvitedTime"].microsecond % 1000), (True, 0))
    until(OUTSIDER, "VERIFICATION_FAILED")
    check("nobody tells it", outsider.list_invitations()["Invitations"], [])
    refused("accept without an invitation", "ResourceNotFoundException", 404, outsider.accept_invitation, GraphArn=GRAPH)
    check("once more", security.create_members(GraphArn=GRAPH, Accounts=invite(OUTSIDER))["Members"][0]["Status"], "VERIFICATION_IN_PROGRESS")
    m = until(OUTSIDER, "INVITED")
    check("no volume before it is enabled", sorted(k for k in m if "Volume" in k or "Percent" in k), [])
    check("nothing is read", set(m.get("DatasourcePackageIngestStates", {}).values()) <= {"DISABLED"})
    again = security.create_members(GraphArn=GRAPH, Accounts=invite(OUTSIDER, SECURITY))
    check("twice", again["Members"], [])
    check("the Reason that scripts compare", again["UnprocessedAccounts"][0], {"AccountId": OUTSIDER, "Reason": "Account is already a member"})
    check("the administrator itself", [u["AccountId"] for u in again["UnprocessedAccounts"]], [OUTSIDER, SECURITY])
    for n in (51, 100):
        refused(f"{n} accounts", "ValidationException", 400, security.create_members, GraphArn=GRAPH,
                Accounts=invite(*(f"3000000000{i:02}" for i in range(n)), email="a@example.com"),
                message=f"CreateMembersRequest.Accounts must have length less than or equal to 50. Found {n}.")
    check("none of them is in", len(security.list_members(GraphArn=GRAPH)["MemberDetails"]), 1)
    lenient = client(SECURITY, validate=False)
    answer = refused("no e-mail", "ValidationException", 400, lenient.create_members, GraphArn=GRAPH, Accounts=[{"AccountId": NOBODY}],
                     message="Invalid request body")
    check("ErrorCode", (answer.get("ErrorCode"), "EmailAddress" in answer.get("ErrorCodeReason", "")), ("INVALID_REQUEST_BODY", True))
    check("an organization account without e-mail", [m["AccountId"] for m in
          lenient.create_members(GraphArn=GRAPH, Accounts=[{"AccountId": DEV}], DisableEmailNotification=True)["Members"]], [DEV])
    until(DEV, "INVITED")


def listing():
    strangers = [f"2000000000{n:02}" for n in range(12)]
    made = security.create_members(GraphArn=GRAPH, Accounts=invite(*strangers, email="x@example.com"))
    check("in the order of the request", [m["AccountId"] for m in made["Members"]], strangers)
    until(strangers[-1], "VERIFICATION_FAILED")
    everybody = sorted([*strangers, OUTSIDER, DEV])
    for sizes, want in (([200], 1), ([1, 200], 2), ([10, 200], 2), ([3, 4, 5, 6], 4), ([14], 1), ([13], 2), ([7], 2), ([1], 14)):
        got, n = pages(security.list_members, "MemberDetails", sizes, GraphArn=GRAPH)
        check(f"members by {sizes}", (sorted(m["AccountId"] for m in got), n), (everybody, want))
    token = security.list_members(GraphArn=GRAPH, MaxResults=1)["NextToken"]
    refused("a token of another list", "ValidationException", 400, security.list_invitations, NextToken=token)
    refused("a token that was made up", "ValidationException", 400, security.list_members, GraphArn=GRAPH, NextToken="bm8=")
    refused("a page too large", "ValidationException", 400, client(SECURITY, validate=False).list_members, GraphArn=GRAPH, MaxResults=201)
    found = security.get_members(GraphArn=GRAPH, AccountIds=[NOBODY, DEV, OUTSIDER])
    check("GetMembers", [m["AccountId"] for m in found["MemberDetails"]], [DEV, OUTSIDER])
    check("of others", [u["AccountId"] for u in found["UnprocessedAccounts"]], [NOBODY])
    check("with a reason", bool(found["UnprocessedAccounts"][0]["Reason"]))
    gone = security.delete_members(GraphArn=GRAPH, AccountIds=[*strangers, NOBODY, SECURITY])
    check("DeleteMembers", gone["AccountIds"], strangers)
    check("of others", sorted(u["AccountId"] for u in gone["UnprocessedAccounts"]), [SECURITY, NOBODY])
    check("nobody left to remove", security.delete_members(GraphArn=GRAPH, AccountIds=strangers[:1])["AccountIds"], [])
    check("who is left", [m["AccountId"] for m in security.list_members(GraphArn=GRAPH)["MemberDetails"]], [DEV, OUTSIDER])


def membership():
    mine = outsider.list_invitations()["Invitations"]
    check("an invitation as scripts look for it", [i["GraphArn"] for i in mine if i["Status"] == "INVITED" and i["MasterId"] == SECURITY], [GRAPH])
    refused("leave before joining", "ConflictException", 409, outsider.disassociate_membership, GraphArn=GRAPH)
    outsider.accept_invitation(GraphArn=GRAPH)
    until(OUTSIDER, "ENABLED")
    refused("accept twice", "ConflictException", 409, outsider.accept_invitation, GraphArn=GRAPH)
    refused("reject what was accepted", "ConflictException", 409, outsider.reject_invitation, GraphArn=GRAPH)
    check("the membership is listed", [i["Status"] for i in outsider.list_invitations()["Invitations"]], ["ENABLED"])
    dev.reject_invitation(GraphArn=GRAPH)
    check("nothing is left of it", (dev.list_invitations()["Invitations"], member(DEV)), ([], {}))
    refused("monitor an enabled member", "ConflictException", 409, security.start_monitoring_member, GraphArn=GRAPH, AccountId=OUTSIDER)
    refused("monitor nobody", "ResourceNotFoundException", 404, security.start_monitoring_member, GraphArn=GRAPH, AccountId=NOBODY)
    refused("a stranger", "ResourceNotFoundException", 404, prod.list_members, GraphArn=GRAPH)
    refused("an unknown graph", "ResourceNotFoundException", 404, security.list_members, GraphArn=UNKNOWN)
    refused("a member", "AccessDeniedException", 403, outsider.list_members, GraphArn=GRAPH, message=denied(OUTSIDER, "ListMembers", GRAPH))
    refused("a member", "AccessDeniedException", 403, outsider.delete_graph, GraphArn=GRAPH, message=denied(OUTSIDER, "DeleteGraph", GRAPH))
    answer = refused("no ARN", "ValidationException", 400, security.list_members, GraphArn="nope")
    check("ErrorCode", answer.get("ErrorCode"), "INVALID_GRAPH_ARN")
    outsider.disassociate_membership(GraphArn=GRAPH)
    check("nothing is left of it", (outsider.list_invitations()["Invitations"], member(OUTSIDER)), ([], {}))
    refused("leave twice", "ResourceNotFoundException", 404, outsider.disassociate_membership, GraphArn=GRAPH)
    security.create_members(GraphArn=GRAPH, Accounts=invite(OUTSIDER))
    until(OUTSIDER, "INVITED")
    outsider.accept_invitation(GraphArn=GRAPH)
    until(OUTSIDER, "ENABLED")


CORE, EKS, ASFF = "DETECTIVE_CORE", "EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"


def packages():
    def states():
        listed, token = {}, {}
        while True:
            answer = security.list_datasource_packages(GraphArn=GRAPH, MaxResults=1, **token)
            listed |= answer["DatasourcePackages"]
            if "NextToken" not in answer:
                return {name: p["DatasourcePackageIngestState"] for name, p in listed.items()}
            token = {"NextToken": answer["NextToken"]}

    def update(*names):
        security.update_datasource_packages(GraphArn=GRAPH, DatasourcePackages=list(names))

    check("a new graph takes everything", states(), {CORE: "STARTED", EKS: "STARTED", ASFF: "STARTED"})
    update(CORE, EKS)
    check("the wanted set", states(), {CORE: "STARTED", EKS: "STARTED", ASFF: "STOPPED"})
    update(ASFF)
    check("without the core packages only start", states(), {CORE: "STARTED", EKS: "STARTED", ASFF: "STARTED"})
    update(CORE)
    check("only the core", states(), {CORE: "STARTED", EKS: "STOPPED", ASFF: "STOPPED"})
    one = security.list_datasource_packages(GraphArn=GRAPH)["DatasourcePackages"][EKS]
    check("a change has its time", isinstance(one["LastIngestStateChange"]["STOPPED"]["Timestamp"], dt.datetime))
    refused("no package", "ValidationException", 400, security.update_datasource_packages, GraphArn=GRAPH, DatasourcePackages=["LAKE"])

    of = security.batch_get_graph_member_datasources(GraphArn=GRAPH, AccountIds=[OUTSIDER, SECURITY, NOBODY])
    check("of members", sorted(m["AccountId"] for m in of["MemberDatasources"]), [SECURITY, OUTSIDER])
    check("of nobody", [u["AccountId"] for u in of["UnprocessedAccounts"]], [NOBODY])
    history = next(m for m in of["MemberDatasources"] if m["AccountId"] == OUTSIDER)["DatasourcePackageIngestHistory"]
    check("their history", (sorted(history[CORE]), sorted(history[EKS])), (["DISABLED", "STARTED"], ["DISABLED", "STARTED", "STOPPED"]))
    mine = outsider.batch_get_membership_datasources(GraphArns=[GRAPH, UNKNOWN])
    check("of memberships", [(m["AccountId"], m["GraphArn"]) for m in mine["MembershipDatasources"]], [(OUTSIDER, GRAPH)])
    check("of other graphs", [u["GraphArn"] for u in mine["UnprocessedGraphs"]], [UNKNOWN])
    update(CORE, EKS, ASFF)


def organization():
    listed = management.list_organization_admin_accounts
    check("no administrator", listed()["Administrators"], [])
    refused("not the management account", "AccessDeniedException", 403, dev.list_organization_admin_accounts,
            message=denied(DEV, "ListOrganizationAdminAccount", "*"))  # singular, as IAM has it
    answer = refused("outside", "ValidationException", 400, outsider.list_organization_admin_accounts)
    check("the text that Terraform looks for", "account is not a member of an organization" in answer["Error"].get("Message", ""))
    for call in (outsider.disable_organization_admin_account, lambda: outsider.enable_organization_admin_account(AccountId=DEV)):
        check("outside", raised(call), ("ValidationException", 400))
    refused("no organization's graph", "ValidationException", 400, security.describe_organization_configuration, GraphArn=GRAPH)
    refused("an account outside", "ValidationException", 400, management.enable_organization_admin_account, AccountId=OUTSIDER)

    management.enable_organization_admin_account(AccountId=SECURITY)
    management.enable_organization_admin_account(AccountId=SECURITY)
    admin = listed()["Administrators"]
    check("the administrator", [(a["AccountId"], a["GraphArn"]) for a in admin], [(SECURITY, GRAPH)])
    check("since when", admin[0]["DelegationTime"].microsecond % 1000, 0)
    refused("a second one", "ValidationException", 400, management.enable_organization_admin_account, AccountId=DEV)

    describe = security.describe_organization_configuration
    check("at first", describe(GraphArn=GRAPH)["AutoEnable"], False)
    security.update_organization_configuration(GraphArn=GRAPH, AutoEnable=True)
    security.update_organization_configuration(GraphArn=GRAPH)  # legal, and changes nothing
    check("now", describe(GraphArn=GRAPH)["AutoEnable"], True)
    gumshoe("org", "add", "100000000006", "--email", "six@example.com")
    m = until("100000000006", "ENABLED")
    check("joined through the organization", (m["InvitationType"], m["EmailAddress"]), ("ORGANIZATION", "six@example.com"))
    check("those of before do not", member(PROD), {})

    made = client(SECURITY, validate=False).create_members(GraphArn=GRAPH, Accounts=[{"AccountId": DEV}, *invite(PROD)])
    check("straight to ENABLED", [(m["AccountId"], m["Status"], m["InvitationType"]) for m in made["Members"]],
          [(DEV, "ENABLED", "ORGANIZATION"), (PROD, "ENABLED", "ORGANIZATION")])
    check("it sees the graph", [i["Status"] for i in dev.list_invitations()["Invitations"]], ["ENABLED"])
    refused("it cannot leave", "ConflictException", 409, dev.disassociate_membership, GraphArn=GRAPH)
    check("it can be removed", security.delete_members(GraphArn=GRAPH, AccountIds=[PROD])["AccountIds"], [PROD])
    check("and come again", security.create_members(GraphArn=GRAPH, Accounts=invite(PROD))["Members"][0]["Status"], "ENABLED")
    gumshoe("org", "suspend", PROD)
    m = until(PROD, "ACCEPTED_BUT_DISABLED")
    check("a suspended account", m["DisabledReason"], "VOLUME_UNKNOWN")
    security.start_monitoring_member(GraphArn=GRAPH, AccountId=PROD)
    check("it stays so", (member(PROD)["Status"], member(PROD)["DisabledReason"]), ("ACCEPTED_BUT_DISABLED", "VOLUME_UNKNOWN"))
    gumshoe("org", "restore", PROD)
    until(PROD, "ENABLED")
    check("the invited one stays invited", member(OUTSIDER)["InvitationType"], "INVITATION")


def raised(call):
    try:
        return call()
    except botocore.exceptions.ClientError as e:
        return e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]


def usage():
    m = member(DEV)
    check("an account without data has volume 0", (m.get("VolumeUsageInBytes"), m.get("PercentOfGraphUtilization")), (0, 0.0))
    sizes = logs(SECURITY, SECURITY, DEV, OUTSIDER)
    for account in (DEV, OUTSIDER):
        m = member(account)
        of = m["VolumeUsageByDatasourcePackage"]
        check("bytes of " + account, m["VolumeUsageInBytes"], sizes[account])
        check("the new generation says the same", of[CORE]["VolumeUsageInBytes"], m["VolumeUsageInBytes"])
        check("nothing else", sum(p["VolumeUsageInBytes"] for p in of.values()), m["VolumeUsageInBytes"])
        check("since", of[CORE]["VolumeUsageUpdateTime"], m["VolumeUsageUpdatedTime"])
        check("and the share", m["PercentOfGraphUtilizationUpdatedTime"], m["VolumeUsageUpdatedTime"])
        check("of 10 TB", abs(m["PercentOfGraphUtilization"] - 100 * sizes[account] / 1e13) < 1e-15)
        check("states", m["DatasourcePackageIngestStates"], {CORE: "STARTED", EKS: "STARTED", ASFF: "STARTED"})
    mine = dev.list_invitations()["Invitations"][0]
    check("the member sees it too", mine["VolumeUsageInBytes"], sizes[DEV])


def investigations():
    ids = []
    for account in (DEV, OUTSIDER, SECURITY):
        ids.append(security.start_investigation(GraphArn=GRAPH, EntityArn=user(account), **SCOPE)["InvestigationId"])
        check("21 digits", bool(re.fullmatch(r"\d{21}", ids[-1])))
        wait("the end", lambda: security.get_investigation(GraphArn=GRAPH, InvestigationId=ids[-1]), lambda i: i["Status"] != "RUNNING")
    key = {"GraphArn": GRAPH, "InvestigationId": ids[0]}
    got = security.get_investigation(**key)
    check("GetInvestigation", {k: v for k, v in got.items() if k not in ("ResponseMetadata", "CreatedTime", "Severity")},
          {**key, **SCOPE, "EntityArn": user(DEV), "EntityType": "IAM_USER", "Status": "SUCCESSFUL", "State": "ACTIVE"})
    check("Severity", got["Severity"] in ("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"))

    def listed(**kwargs):
        return [i["InvestigationId"] for i in security.list_investigations(GraphArn=GRAPH, **kwargs)["InvestigationDetails"]]

    check("newest first", listed(), ids[::-1])
    check("oldest first", listed(SortCriteria={"Field": "CREATED_TIME", "SortOrder": "ASC"}), ids)
    check("of an entity", listed(FilterCriteria={"EntityArn": {"Value": user(OUTSIDER)}}), ids[1:2])
    check("since then", listed(FilterCriteria={"CreatedTime": {"StartInclusive": got["CreatedTime"], "EndInclusive": got["CreatedTime"]}}), ids[:1])
    security.update_investigation_state(State="ARCHIVED", **key)
    check("archived", security.get_investigation(**key)["State"], "ARCHIVED")
    check("by state", listed(FilterCriteria={"State": {"Value": "ARCHIVED"}}), ids[:1])
    check("by status", listed(FilterCriteria={"Status": {"Value": "FAILED"}}), [])
    all_of_them, n = pages(security.list_investigations, "InvestigationDetails", [2], GraphArn=GRAPH)
    check("page by page", ([i["InvestigationId"] for i in all_of_them], n), (ids[::-1], 2))
    token = security.list_investigations(GraphArn=GRAPH, MaxResults=2)["NextToken"]
    refused("a token with another size", "ValidationException", 400, security.list_investigations, GraphArn=GRAPH, NextToken=token, MaxResults=1)

    indicators, _ = pages(security.list_indicators, "Indicators", [1], **key)
    check("ListIndicators", (security.list_indicators(MaxResults=100, **key)["Indicators"], len(indicators) > 0), (indicators, True))
    for i in indicators:
        check(f"one detail of its type: {i}", len(i["IndicatorDetail"]), 1)
    of_type = security.list_indicators(IndicatorType=indicators[0]["IndicatorType"], **key)
    check("of one type", {i["IndicatorType"] for i in of_type["Indicators"]}, {indicators[0]["IndicatorType"]})
    check("what it is of", (of_type["GraphArn"], of_type["InvestigationId"]), (GRAPH, ids[0]))

    start = security.start_investigation
    refused("never seen", "ResourceNotFoundException", 404, start, GraphArn=GRAPH, EntityArn=user(PROD), **SCOPE)
    refused("no user or role", "ValidationException", 400, start, GraphArn=GRAPH, EntityArn="arn:aws:s3:::bucket", **SCOPE)
    refused("backwards", "ValidationException", 400, start, GraphArn=GRAPH, EntityArn=user(DEV),
            ScopeStartTime=SCOPE["ScopeEndTime"], ScopeEndTime=SCOPE["ScopeStartTime"])
    refused("unknown", "ResourceNotFoundException", 404, security.get_investigation, GraphArn=GRAPH, InvestigationId=21 * "9")
    refused("22 digits", "ValidationException", 400, security.get_investigation, GraphArn=GRAPH, InvestigationId=22 * "9")
    refused("no state", "ValidationException", 400, security.update_investigation_state, State="GONE", **key)
    refused("a member", "AccessDeniedException", 403, dev.get_investigation, message=denied(DEV, "GetInvestigation", GRAPH), **key)


def ends():
    security.delete_graph(GraphArn=GRAPH)
    check("gone", security.list_graphs()["GraphList"], [])
    check("for members too", dev.list_invitations()["Invitations"] + outsider.list_invitations()["Invitations"], [])
    check("for the organization too", management.list_organization_admin_accounts()["Administrators"], [])
    refused("again", "ResourceNotFoundException", 404, security.delete_graph, GraphArn=GRAPH)
    refused("its investigations", "ResourceNotFoundException", 404, security.list_investigations, GraphArn=GRAPH)
    management.disable_organization_admin_account()  # there is none: nothing to do

    # The old graph is not in the way, even while its data are being removed.
    management.enable_organization_admin_account(AccountId=SECURITY)
    new = security.list_graphs()["GraphList"][0]["Arn"]
    check("another graph", new != GRAPH)
    check("without the old members", security.list_members(GraphArn=new)["MemberDetails"], [])
    management.disable_organization_admin_account()
    check("gone with its graph", security.list_graphs()["GraphList"], [])
    refused("DeleteGraph after it", "ResourceNotFoundException", 404, security.delete_graph, GraphArn=new)


GRAPH = graphs()
tags()
invitations()
listing()
membership()
packages()
organization()
usage()
investigations()
ends()
check("all operations were answered", sorted(set(security.meta.service_model.operation_names) - answered), [])
finish()
