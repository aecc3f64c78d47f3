"""What scripts do that set Detective up in many accounts.

Written from the described behaviour of two of AWS's samples: enable and
disable of amazon-detective-multiaccount-scripts, which invite accounts of a
CSV file, and the Detective solution of the Security Reference Architecture,
which works through the organization. They take roles of the accounts by
AssumeRole, for which there are access keys here, and sleep where this polls.
"""

import csv

from cast import *

COUNT = 60  # two chunks
REGIONS = ("us-east-1", "eu-west-1")
CHUNK = 50  # the most that CreateMembers takes
PAUSE = 0.2  # five calls a second, as the Security Reference Architecture has it
CORE = "DETECTIVE_CORE"
FOLDER = tempfile.TemporaryDirectory()


def chunks(all_of_it):
    return [all_of_it[n:n + CHUNK] for n in range(0, len(all_of_it), CHUNK)]


def members(c, graph, sizes=(None,)):
    """Status by account; the first page may have another size than the rest."""
    found, sizes = {}, list(sizes)
    response = c.list_members(GraphArn=graph, **({"MaxResults": sizes[0]} if sizes[0] else {}))
    while True:
        found |= {m["AccountId"]: m["Status"] for m in response["MemberDetails"]}
        if "NextToken" not in response:
            return found
        response = c.list_members(GraphArn=graph, NextToken=response["NextToken"], **({"MaxResults": sizes[-1]} if sizes[-1] else {}))


def enter():
    """Enters the accounts and returns the CSV file of them, the last with a wrong address."""
    path = pathlib.Path(FOLDER.name, "accounts.csv")
    with path.open("w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["Account ID", "Email address"])
        for n in range(COUNT):
            account, email = f"4000000000{n:02}", f"root{n}@example.com"
            made = gumshoe("account", "create", account, "--email", email, "-o", "json")
            ACCOUNTS[account] = made | {"AccessKeyID": made["AccessKeyId"], "Email": email}
            out.writerow([account, email if n < COUNT - 1 else "wrong@example.com"])
    return path


def read(path):
    with path.open(newline="") as f:
        rows = list(csv.reader(f))
    check("the header", rows[0], ["Account ID", "Email address"])
    return {account: email for account, email in rows[1:]}


def enable(administrator, path, tags):
    """enableDetective: returns the graphs by Region, and what was invited."""
    accounts, graphs, invited = read(path), {}, 0
    check("who calls", client(administrator, "sts").get_caller_identity()["Account"], administrator)
    for region in REGIONS:
        c = client(administrator, region=region)
        found = c.list_graphs()["GraphList"]
        graph = graphs[region] = found[0]["Arn"] if found else c.create_graph(Tags=tags)["GraphArn"]
        known = members(c, graph)
        missing = [{"AccountId": a, "EmailAddress": e} for a, e in accounts.items() if known.get(a, "VERIFICATION_FAILED") == "VERIFICATION_FAILED"]
        for chunk in chunks(missing):
            response = c.create_members(GraphArn=graph, Accounts=chunk, Message="Automatically generated invitation")
            check("unprocessed", response["UnprocessedAccounts"], [])
            invited += len(response["Members"])
        known = wait("the end of the verification", lambda: members(c, graph), lambda m: "VERIFICATION_IN_PROGRESS" not in m.values())
        for account, status in known.items():
            if status == "INVITED":
                member = client(account, region=region)
                mine = member.list_invitations()["Invitations"]
                check(account + " is invited", [i["GraphArn"] for i in mine if i["MasterId"] == administrator], [graph])
                member.accept_invitation(GraphArn=graph)
        wait("the members", lambda: members(c, graph), lambda m: set(m.values()) <= {"ENABLED", "VERIFICATION_FAILED"})
    return graphs, invited


def disable(administrator, path, whole):
    """disableDetective: removes the accounts of the file, or deletes the graphs."""
    accounts = read(path)
    for region in REGIONS:
        c = client(administrator, region=region)
        graph = c.list_graphs()["GraphList"][0]["Arn"]
        if whole:
            c.delete_graph(GraphArn=graph)
            check("deleted", c.list_graphs()["GraphList"], [])
            continue
        removed = []
        for chunk in chunks(list(accounts)):
            response = c.delete_members(GraphArn=graph, AccountIds=chunk)
            check("left", response["UnprocessedAccounts"], [])
            removed += response["AccountIds"]
        check("removed", removed, list(accounts))
        check("nobody is left", members(c, graph), {})


def by_csv(path):
    accounts = list(read(path))
    graphs, invited = enable(OUTSIDER, path, {"by": "script"})
    check("invitations", invited, len(REGIONS) * COUNT)
    want = dict.fromkeys(accounts[:-1], "ENABLED") | {accounts[-1]: "VERIFICATION_FAILED"}
    for region, graph in graphs.items():
        c = client(OUTSIDER, region=region)
        check("ARN", graph.split(":")[3], region)
        check("tags", c.list_tags_for_resource(ResourceArn=graph)["Tags"], {"by": "script"})
        check("members", members(c, graph), want)
        check("members page by page", members(c, graph, (7, 25)), want)
    again, invited = enable(OUTSIDER, path, {})
    check("the second run only tries the wrong address again", (again, invited), (graphs, len(REGIONS)))
    disable(OUTSIDER, path, whole=False)
    check("an account that was removed", client(accounts[0]).list_invitations()["Invitations"], [])
    again, invited = enable(OUTSIDER, path, {})
    check("the third run invites all again", (again, invited), (graphs, len(REGIONS) * COUNT))
    disable(OUTSIDER, path, whole=True)
    check("an account whose graph is deleted", client(accounts[0]).list_invitations()["Invitations"], [])


def create_all(c, graph, accounts):
    """CreateMembers until nothing is left but members, as the Security Reference Architecture does."""
    left, tries = [{"AccountId": a, "EmailAddress": ACCOUNTS[a]["Email"]} for a in accounts], 0
    while left and tries < 5:
        tries += 1
        retry = []
        for chunk in chunks(left):
            response = c.create_members(GraphArn=graph, Accounts=chunk, Message="Automated", DisableEmailNotification=True)
            time.sleep(PAUSE)
            for u in response["UnprocessedAccounts"]:
                if u["Reason"] != "Account is already a member":
                    check(f"{u} can be tried again", "error" in u["Reason"])
                    retry.append(u["AccountId"])
        left = [a for a in left if a["AccountId"] in retry]
    return tries, left


def by_organization(path):
    accounts = list(read(path))
    for account in accounts:
        gumshoe("org", "add", account)
    management, c = client(MANAGEMENT), client(SECURITY)
    check("no administrator", management.list_organization_admin_accounts()["Administrators"], [])
    management.enable_organization_admin_account(AccountId=SECURITY)
    graph = wait("the graph", c.list_graphs, lambda answer: answer["GraphList"])["GraphList"][0]["Arn"]
    c.update_organization_configuration(GraphArn=graph, AutoEnable=True)
    check("chunks", create_all(c, graph, accounts[:-1]), (1, []))
    check("a second time", create_all(c, graph, accounts[:-1]), (1, []))
    c.update_datasource_packages(GraphArn=graph, DatasourcePackages=["EKS_AUDIT", CORE])
    found = members(c, graph, (10, 200))
    check("only ENABLED counts", sorted(a for a, status in found.items() if status == "ENABLED"), accounts[:-1])
    states = c.list_datasource_packages(GraphArn=graph)["DatasourcePackages"]
    check("the wanted packages", {p for p, s in states.items() if s["DatasourcePackageIngestState"] == "STARTED"}, {"EKS_AUDIT", CORE})
    got = c.batch_get_graph_member_datasources(GraphArn=graph, AccountIds=accounts)
    check("all at once", (len(got["MemberDatasources"]), [u["AccountId"] for u in got["UnprocessedAccounts"]]), (COUNT - 1, accounts[-1:]))
    # Torn down through the organization alone.
    gumshoe("org", "undelegate")
    check("no administrator", management.list_organization_admin_accounts()["Administrators"], [])
    check("its graph stays", [g["Arn"] for g in c.list_graphs()["GraphList"]], [graph])
    refused("it is no organization's", "ValidationException", 400, c.describe_organization_configuration, GraphArn=graph)


file = enter()
by_csv(file)
by_organization(file)
FOLDER.cleanup()
finish()
