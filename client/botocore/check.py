"""Checks the data files of this folder with boto3 against a server of its own.

    AWS_DATA_PATH=<this folder> python check.py

It needs boto3, and a loopback address. It prints "ok" and the number of checks.
"""

import collections
import http.server
import json
import os
import pathlib
import threading

import boto3
import botocore.exceptions

HERE = pathlib.Path(__file__).resolve().parent
GRAPH = "arn:aws:detective:us-east-1:111122223333:graph:027c7c4610ea4aacaf0b883093cab899"
RUN = {"GraphArn": GRAPH, "InvestigationId": "000000000000000000001"}
ACCOUNT = "222233334444"

replies = collections.defaultdict(list)  # route -> what to answer, one call after the other
asked = collections.defaultdict(list)  # route -> the bodies it was asked with
checks = 0


class Detective(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        asked[self.path].append(body)
        left = replies[self.path]
        status, answer = 200, left.pop(0) if left else {"Message": f"no reply left for {self.path}"}
        if "Message" in answer:
            status = 404
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 404:
            self.send_header("x-amzn-ErrorType", "ResourceNotFoundException")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args):
        pass


def check(what, got, want):
    global checks
    checks += 1
    if got != want:
        raise SystemExit(f"{what}: got {got!r}, want {want!r}")


def script(route, *answers):
    replies[route], asked[route] = list(answers), []


def client(endpoint):
    return boto3.session.Session().client(
        "detective", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="secret"
    )


# operation, route, result member, arguments, two items
LISTS = [
    ("list_graphs", "/graphs/list", "GraphList", {}, [{"Arn": "a"}, {"Arn": "b"}]),
    ("list_members", "/graph/members/list", "MemberDetails", {"GraphArn": GRAPH}, [{"AccountId": "1"}, {"AccountId": "2"}]),
    ("list_invitations", "/invitations/list", "Invitations", {}, [{"GraphArn": "a"}, {"GraphArn": "b"}]),
    ("list_organization_admin_accounts", "/orgs/adminAccountslist", "Administrators", {}, [{"AccountId": "1"}, {"AccountId": "2"}]),
    ("list_investigations", "/investigations/listInvestigations", "InvestigationDetails", {"GraphArn": GRAPH}, [{"InvestigationId": "1"}, {"InvestigationId": "2"}]),
    ("list_indicators", "/investigations/listIndicators", "Indicators", RUN, [{"IndicatorType": "NEW_ASO"}, {"IndicatorType": "NEW_USER_AGENT"}]),
]


def paginators(detective):
    for operation, route, key, arguments, (first, second) in LISTS:
        fixed = RUN if operation == "list_indicators" else {}
        pages = [{key: [first], "NextToken": "t1", **fixed}, {key: [], "NextToken": "t2", **fixed}, {key: [second], **fixed}]
        check(f"can_paginate({operation})", detective.can_paginate(operation), True)

        script(route, *pages)
        got = [page[key] for page in detective.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 1})]
        check(f"pages of {operation}", got, [[first], [], [second]])
        want = [{**arguments, "MaxResults": 1, **({"NextToken": t} if t else {})} for t in (None, "t1", "t2")]
        check(f"requests of {operation}", asked[route], want)

        script(route, *pages)
        got = detective.get_paginator(operation).paginate(**arguments).build_full_result()
        check(f"full result of {operation}", got, {key: [first, second], **fixed})

        script(route, {key: [first, second]})
        got = detective.get_paginator(operation).paginate(**arguments, PaginationConfig={"MaxItems": 1}).build_full_result()
        check(f"first item of {operation}", got[key], [first])
        script(route, {key: [first, second]})
        got = detective.get_paginator(operation).paginate(**arguments, PaginationConfig={"StartingToken": got["NextToken"]}).build_full_result()
        check(f"the rest of {operation}", got[key], [second])

        script(route, *[{key: [first], "NextToken": "t1"}] * 3)
        try:
            got = list(detective.get_paginator(operation).paginate(**arguments))
        except botocore.exceptions.PaginationError as e:
            got = "received twice" in str(e)
        check(f"duplicate token of {operation}", got, True)

    # The one with a map.
    route, key = "/graph/datasources/list", "DatasourcePackages"
    states = [{"DETECTIVE_CORE": {"DatasourcePackageIngestState": "STARTED"}}, {"EKS_AUDIT": {"DatasourcePackageIngestState": "STOPPED"}}]
    check("can_paginate(list_datasource_packages)", detective.can_paginate("list_datasource_packages"), True)
    script(route, {key: states[0], "NextToken": "t1"}, {key: states[1]})
    got = [page[key] for page in detective.get_paginator("list_datasource_packages").paginate(GraphArn=GRAPH)]
    check("pages of list_datasource_packages", got, states)

    check("can_paginate(list_tags_for_resource)", detective.can_paginate("list_tags_for_resource"), False)


def waits(detective, waiter, route, arguments, answers, want):
    """Runs a waiter; want is the number of looks, or the text of the failure."""
    script(route, *answers)
    try:
        detective.get_waiter(waiter).wait(**arguments, WaiterConfig={"Delay": 0, "MaxAttempts": 5})
        got = len(asked[route])
    except botocore.exceptions.WaiterError as e:
        got = str(e)
    if isinstance(want, str):
        check(f"{waiter} of {answers}: {got!r} has {want!r}", want in str(got) and not replies[route], True)
    else:
        check(f"{waiter} of {answers}", got, want)
    for body in asked[route]:
        check(f"request of {waiter}", body, arguments)


def waiters(detective):
    check("waiter names", detective.waiter_names, ["graph_gone", "investigation_finished", "invitation_received", "member_enabled"])

    def member(status, **more):
        return {"AccountId": ACCOUNT, "Status": status, **more}

    def members(*details, unprocessed=()):
        return {"MemberDetails": list(details), "UnprocessedAccounts": list(unprocessed)}

    terminal = "terminal failure state"
    missing = {"Message": "no such graph"}
    args = ("member_enabled", "/graph/members/get", {"GraphArn": GRAPH, "AccountIds": [ACCOUNT]})
    way = [members(member(s)) for s in ("VERIFICATION_IN_PROGRESS", "INVITED", "ACCEPTED_BUT_DISABLED")]
    enabled, reason = member("ENABLED"), {"DisabledReason": "VOLUME_TOO_HIGH"}
    waits(detective, *args, [*way, members(), members(enabled)], 5)
    waits(detective, *args, [members(enabled, member("INVITED")), members(enabled, enabled)], 2)
    waits(detective, *args, [{"MemberDetails": [enabled]}], 1)
    waits(detective, *args, [members(member("ENABLED", **reason))], 1)
    waits(detective, *args, [*way, members(enabled, member("VERIFICATION_FAILED"))], terminal)
    waits(detective, *args, [*way, members(enabled, member("ACCEPTED_BUT_DISABLED", **reason))], terminal)
    waits(detective, *args, [members(enabled, unprocessed=[{"AccountId": "1", "Reason": "not a member"}])], terminal)
    waits(detective, *args, [missing], "no such graph")
    waits(detective, *args, way[:1] * 5, "Max attempts")

    args = ("invitation_received", "/invitations/list", {"MaxResults": 200})
    accepted = {"Invitations": [member("ENABLED")]}
    waits(detective, *args, [{"Invitations": []}, accepted, {"Invitations": [member("ENABLED"), member("INVITED")]}], 3)
    waits(detective, *args, [accepted] * 5, "Max attempts")

    args = ("graph_gone", "/graphs/list", {})
    graph = {"GraphList": [{"Arn": GRAPH}]}
    waits(detective, *args, [graph, {"GraphList": [], "NextToken": "t"}, {"GraphList": []}], 3)
    waits(detective, *args, [graph] * 5, "Max attempts")

    args = ("investigation_finished", "/investigations/getInvestigation", RUN)
    running, done = {"Status": "RUNNING"}, {"Status": "SUCCESSFUL"}
    waits(detective, *args, [running, running, done], 3)
    waits(detective, *args, [running, {"Status": "FAILED"}], terminal)
    waits(detective, *args, [missing], "no such graph")
    waits(detective, *args, [running] * 5, "Max attempts")


def the_rest(detective):
    """Nothing else of botocore's own data is hidden."""
    check("operations", len(detective.meta.service_model.operation_names), 29)
    check("endpoint of AWS", client(None).meta.endpoint_url, "https://api.detective.us-east-1.amazonaws.com")
    check("another service", "iam" in boto3.session.Session().get_available_services(), True)


def without_the_data(endpoint):
    """boto3 as it comes: what is checked above is due to the data here."""
    path = os.environ.pop("AWS_DATA_PATH")
    try:
        plain = client(endpoint)
        check("can_paginate without the data", [plain.can_paginate(name) for name, *_ in LISTS], [False] * len(LISTS))
        check("waiters without the data", plain.waiter_names, [])
    finally:
        os.environ["AWS_DATA_PATH"] = path


def main():
    paths = os.environ.get("AWS_DATA_PATH", "").split(os.pathsep)
    check("AWS_DATA_PATH has the folder of this script", HERE in [pathlib.Path(p).expanduser().resolve() for p in paths if p], True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Detective)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        detective = client(endpoint)
        paginators(detective)
        waiters(detective)
        the_rest(detective)
        without_the_data(endpoint)
    finally:
        server.shutdown()
        server.server_close()
    print("ok,", checks, "checks")


main()
