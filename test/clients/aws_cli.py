"""Every command of `aws detective`, run by the real AWS CLI within this process, as several accounts."""

import contextlib
import io

import awscli.clidriver

from cast import *

drivers, commands = {}, set()


class Capture(io.StringIO):
    encoding = "utf-8"


def run(account, *args):
    """Runs `aws detective ARGS` as an account and returns its exit code, standard output and standard error."""
    who = ACCOUNTS[account]
    os.environ.update(AWS_ACCESS_KEY_ID=who["AccessKeyID"], AWS_SECRET_ACCESS_KEY=who["SecretAccessKey"])
    if account not in drivers:  # a driver keeps the credentials that it found first
        drivers[account] = awscli.clidriver.create_clidriver()
    out, err = Capture(), Capture()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            rc = drivers[account].main(["detective", *map(str, args)])
        except SystemExit as e:  # of argparse
            rc = e.code
    if rc == 0:
        commands.add(args[0])
    return rc, out.getvalue(), err.getvalue()


def aws(account, *args):
    """Runs a command that succeeds and returns its JSON."""
    rc, out, err = run(account, *args)
    check(f"aws detective {' '.join(map(str, args))}", (rc, err), (0, ""))
    return json.loads(out) if out else {}


def fails(account, *args, rc=255, says):
    """Runs a command that ends with rc and says something on standard error."""
    got, out, err = run(account, *args)
    check(f"aws detective {' '.join(map(str, args))}: {err}", (got, out, says in err), (rc, "", True))


def until(what, good, account, *args):
    return wait(what, lambda: aws(account, *args), good)


def email(account):
    return f"AccountId={account},EmailAddress={ACCOUNTS[account]['Email']}"


check("nothing yet", aws(SECURITY, "list-graphs"), {"GraphList": []})
check("nothing is said of success", aws(SECURITY, "create-graph", "--tags", "Team=blue,Env=test").keys(), {"GraphArn"})
GRAPH = aws(SECURITY, "list-graphs")["GraphList"][0]["Arn"]
ARN = ("--graph-arn", GRAPH)
TAGS = ("--resource-arn", GRAPH)
check("TagResource", aws(SECURITY, "tag-resource", *TAGS, "--tags", '{"Team": "green", "a/b:c+d": "x"}'), {})
check("ListTagsForResource", aws(SECURITY, "list-tags-for-resource", *TAGS), {"Tags": {"Team": "green", "Env": "test", "a/b:c+d": "x"}})
check("UntagResource", aws(SECURITY, "untag-resource", *TAGS, "--tag-keys", "a/b:c+d", "Env"), {})
check("and they are gone", aws(SECURITY, "list-tags-for-resource", *TAGS), {"Tags": {"Team": "green"}})

made = aws(SECURITY, "create-members", *ARN, "--accounts", email(OUTSIDER), email(DEV), "--message", "Welcome", "--no-disable-email-notification")
check("CreateMembers", ([m["AccountId"] for m in made["Members"]], made["UnprocessedAccounts"]), ([OUTSIDER, DEV], []))
for account in (OUTSIDER, DEV):
    until("the invitation", lambda answer: answer["Invitations"], account, "list-invitations")
check("accept says nothing", aws(OUTSIDER, "accept-invitation", *ARN), {})
check("reject says nothing", aws(DEV, "reject-invitation", *ARN), {})
m = until("ENABLED", lambda answer: answer["MemberDetails"][0]["Status"] == "ENABLED", SECURITY, "get-members", *ARN, "--account-ids", OUTSIDER)
check("times as the CLI prints them", bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", m["MemberDetails"][0]["InvitedTime"])))
check("the volume", m["MemberDetails"][0]["VolumeUsageInBytes"], 0)
check("ListMembers", [m["AccountId"] for m in aws(SECURITY, "list-members", *ARN, "--max-results", 1)["MemberDetails"]], [OUTSIDER])

check("packages", aws(SECURITY, "list-datasource-packages", *ARN)["DatasourcePackages"].keys(), {"DETECTIVE_CORE", "EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"})
aws(SECURITY, "update-datasource-packages", *ARN, "--datasource-packages", "DETECTIVE_CORE")
of = aws(SECURITY, "batch-get-graph-member-datasources", *ARN, "--account-ids", OUTSIDER)["MemberDatasources"][0]
check("stopped", "STOPPED" in of["DatasourcePackageIngestHistory"]["EKS_AUDIT"])
mine = aws(OUTSIDER, "batch-get-membership-datasources", "--graph-arns", GRAPH)
check("for the member too", [m["GraphArn"] for m in mine["MembershipDatasources"]], [GRAPH])
check("DisassociateMembership", aws(OUTSIDER, "disassociate-membership", *ARN), {})

check("no administrator", aws(MANAGEMENT, "list-organization-admin-accounts"), {"Administrators": []})
aws(MANAGEMENT, "enable-organization-admin-account", "--account-id", SECURITY)
check("an administrator", aws(MANAGEMENT, "list-organization-admin-accounts")["Administrators"][0]["GraphArn"], GRAPH)
check("AutoEnable", aws(SECURITY, "describe-organization-configuration", *ARN), {"AutoEnable": False})
aws(SECURITY, "update-organization-configuration", *ARN, "--auto-enable")
check("AutoEnable", aws(SECURITY, "describe-organization-configuration", *ARN), {"AutoEnable": True})
aws(SECURITY, "update-organization-configuration", *ARN, "--no-auto-enable")
check("straight to ENABLED", aws(SECURITY, "create-members", *ARN, "--accounts", email(DEV))["Members"][0]["Status"], "ENABLED")
gumshoe("org", "suspend", DEV)
check("monitoring says nothing", aws(SECURITY, "start-monitoring-member", *ARN, "--account-id", DEV), {})
gumshoe("org", "restore", DEV)

logs(SECURITY, SECURITY, DEV)
scope = ("--scope-start-time", DAY.strftime("%Y-%m-%dT%H:%M:%SZ"), "--scope-end-time", int(DAY.timestamp()) + 86400)
found = aws(SECURITY, "start-investigation", *ARN, "--entity-arn", user(DEV), *scope)["InvestigationId"]
RUN = (*ARN, "--investigation-id", found)
got = until("the end", lambda i: i["Status"] != "RUNNING", SECURITY, "get-investigation", *RUN)
check("GetInvestigation", (got["Status"], got["State"], got["EntityArn"]), ("SUCCESSFUL", "ACTIVE", user(DEV)))
check("ListIndicators", len(aws(SECURITY, "list-indicators", *RUN)["Indicators"]) > 0)
check("UpdateInvestigationState", aws(SECURITY, "update-investigation-state", *RUN, "--state", "ARCHIVED"), {})
listed = aws(SECURITY, "list-investigations", *ARN, "--filter-criteria", "State={Value=ARCHIVED}", "--sort-criteria", "Field=SEVERITY,SortOrder=DESC")
check("ListInvestigations", [i["InvestigationId"] for i in listed["InvestigationDetails"]], [found])

# What goes wrong ends with 255, or 2 for a command line that is none, and words on standard error.
fails(PROD, "list-members", *ARN, says="(ResourceNotFoundException) when calling the ListMembers operation")
fails(DEV, "list-members", *ARN, says=f"(AccessDeniedException) when calling the ListMembers operation: User: arn:aws:iam::{DEV}:root is not authorized")
fails(SECURITY, "list-members", "--graph-arn", "nope", says="(ValidationException)")
fails(OUTSIDER, "list-organization-admin-accounts", says="account is not a member of an organization")
fails(SECURITY, "create-members", *ARN, "--accounts", *(f"AccountId=3000000000{n:02},EmailAddress=a@example.com" for n in range(51)),
      says="CreateMembersRequest.Accounts must have length less than or equal to 50. Found 51.")
fails(SECURITY, "list-members", rc=2, says="--graph-arn")

check("DeleteMembers", aws(SECURITY, "delete-members", *ARN, "--account-ids", DEV, PROD)["AccountIds"], [DEV])
check("DeleteGraph", aws(SECURITY, "delete-graph", *ARN), {})
fails(SECURITY, "delete-graph", *ARN, says="(ResourceNotFoundException)")
# A Conflict as long as the old graph is being removed.
wait("another graph", lambda: run(MANAGEMENT, "enable-organization-admin-account", "--account-id", SECURITY), lambda got: got[0] == 0)
check("DisableOrganizationAdminAccount", aws(MANAGEMENT, "disable-organization-admin-account"), {})
check("gone with its graph", aws(SECURITY, "list-graphs"), {"GraphList": []})

every = {botocore.xform_name(name, "-") for name in client(SECURITY).meta.service_model.operation_names}
check("commands that were never run", sorted(every - commands), [])
finish()
