"""Quotas, the limit of calls, and callers who are not let in, as boto3 sees them.

The server has the configuration of TestBoto3MeetsLimits.
"""

import botocore.auth

from cast import *

security, dev, outsider = map(client, (SECURITY, DEV, OUTSIDER))
GRAPH = security.create_graph()["GraphArn"]
MEMBERS, BYTES, BURST = 3, 20_000, 2  # of the configuration


def invite(*accounts):
    return security.create_members(
        GraphArn=GRAPH, Accounts=[{"AccountId": a, "EmailAddress": f"root-{a}@example.com"} for a in accounts])


def members():
    return {m["AccountId"]: m for m in security.list_members(GraphArn=GRAPH)["MemberDetails"]}


def member(account):
    return members().get(account, {})


def until(account, status):
    return wait(f"{account} {status}", lambda: member(account), lambda m: m.get("Status") == status)


def quota(what, call, resource, **kwargs):
    answer = refused(what, "ServiceQuotaExceededException", 402, call, GraphArn=GRAPH, **kwargs)
    check(what + ": Resources", answer.get("Resources"), [resource])


def number_of_members():
    accounts = [{"AccountId": f"30000000000{n}", "EmailAddress": "a@example.com"} for n in range(MEMBERS + 1)]
    quota("one too many", security.create_members, "Member accounts", Accounts=accounts)
    check("none is entered", members(), {})
    invite(*(a["AccountId"] for a in accounts[:MEMBERS]))
    quota("another", security.create_members, "Member accounts", Accounts=accounts[MEMBERS:])
    security.delete_members(GraphArn=GRAPH, AccountIds=[a["AccountId"] for a in accounts[:MEMBERS]])


def bytes_a_day():
    invite(OUTSIDER, DEV)
    until(DEV, "INVITED")
    outsider.accept_invitation(GraphArn=GRAPH)
    until(OUTSIDER, "ENABLED")
    sizes = logs(SECURITY, OUTSIDER, DEV)
    check("either fits, both do not", max(sizes.values()) < BYTES < sum(sizes.values()))
    dev.accept_invitation(GraphArn=GRAPH)
    m = wait("a reason", lambda: member(DEV), lambda m: "DisabledReason" in m)
    check("too much", (m["Status"], m["DisabledReason"]), ("ACCEPTED_BUT_DISABLED", "VOLUME_TOO_HIGH"))
    check("what was refused counts", (m["VolumeUsageInBytes"], m["VolumeUsageByDatasourcePackage"]["DETECTIVE_CORE"]["VolumeUsageInBytes"]),
          (sizes[DEV], sizes[DEV]))
    check("its share in percent", abs(m["PercentOfGraphUtilization"] - 100 * sizes[DEV] / BYTES) < 1e-9)
    check("nothing is taken", "STARTED" in m["DatasourcePackageIngestStates"].values(), False)
    security.start_monitoring_member(GraphArn=GRAPH, AccountId=DEV)
    check("still too much", (member(DEV)["Status"], member(DEV)["DisabledReason"]), ("ACCEPTED_BUT_DISABLED", "VOLUME_TOO_HIGH"))
    security.delete_members(GraphArn=GRAPH, AccountIds=[OUTSIDER])
    security.start_monitoring_member(GraphArn=GRAPH, AccountId=DEV)
    check("there is room now", (member(DEV)["Status"], member(DEV).get("DisabledReason")), ("ENABLED", None))

    security.update_datasource_packages(GraphArn=GRAPH, DatasourcePackages=["DETECTIVE_CORE"])
    logs(SECURITY, DEV, calls=40)
    check("above the quota", member(DEV)["PercentOfGraphUtilization"] > 100)
    quota("no more members", security.create_members, "Data volume per day",
          Accounts=[{"AccountId": OUTSIDER, "EmailAddress": f"root-{OUTSIDER}@example.com"}])
    quota("no more packages", security.update_datasource_packages, "Data volume per day", DatasourcePackages=["EKS_AUDIT"])
    check("no package was started", security.list_datasource_packages(GraphArn=GRAPH)
          ["DatasourcePackages"]["EKS_AUDIT"]["DatasourcePackageIngestState"], "STOPPED")


def rate():
    for _ in range(20):
        security.list_graphs()  # its model knows no TooManyRequestsException
    for _ in range(BURST):
        security.list_investigations(GraphArn=GRAPH)
    refused("too many calls", "TooManyRequestsException", 429, security.list_investigations, GraphArn=GRAPH, message="Rate exceeded")
    refused("of another operation", "TooManyRequestsException", 429, security.list_indicators, GraphArn=GRAPH, InvestigationId=21 * "0")
    check("membership goes on", len(security.list_members(GraphArn=GRAPH)["MemberDetails"]), 1)
    outside = client(OUTSIDER)
    refused("other accounts too", "ResourceNotFoundException", 404, outside.list_investigations, GraphArn=GRAPH)


def callers():
    unknown = "UnrecognizedClientException"
    refused("a wrong secret", "InvalidSignatureException", 403, client(SECURITY, secret="wrong").list_graphs)
    refused("an unknown key", unknown, 403, client(SECURITY, key="AKIAIOSFODNN7EXAMPLE").list_graphs)
    refused("a session token", unknown, 403, client(SECURITY, aws_session_token="token").list_graphs)
    refused("another Region", "InvalidSignatureException", 403, client(SECURITY, region="ap-south-1").list_graphs)
    now = botocore.auth.get_current_datetime

    def off(minutes):
        botocore.auth.get_current_datetime = lambda *a, **kw: now(*a, **kw) + dt.timedelta(minutes=minutes)

    for minutes, words in ((16, "Signature not yet current"), (-16, "Signature expired")):
        off(minutes)
        answer = refused("a clock that is off", "InvalidSignatureException", 403, security.list_graphs)
        check("why", answer["Error"].get("Message", "").startswith(words))
    for minutes in (14, -14):
        off(minutes)
        check("a clock that is a little off", len(security.list_graphs()["GraphList"]), 1)
    botocore.auth.get_current_datetime = now
    check("who one is", client(OUTSIDER, "sts").get_caller_identity()["Arn"], f"arn:aws:iam::{OUTSIDER}:root")


number_of_members()
bytes_a_day()
rate()
callers()
finish()
