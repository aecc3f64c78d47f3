"""Access keys with policies: what they allow holds at once on the running server."""

import tempfile

from cast import *

FOLDER = tempfile.TemporaryDirectory()
root, outsider_root = client(SECURITY), client(OUTSIDER)
GRAPH = root.create_graph(Tags={"Team": "green"})["GraphArn"]
ALICE = f"arn:aws:iam::{SECURITY}:user/alice"


def key(*args, want=0):
    return gumshoe("key", *args, "-o", "json", want=want)


def holder(cred, account=SECURITY, service="detective"):
    return client(account, service, key=cred["AccessKeyId"], secret=cred["SecretAccessKey"])


def document(name, *statements):
    """Writes a policy and returns its file."""
    path = pathlib.Path(FOLDER.name, name)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return str(path)


def denied(action, resource="*", arn=ALICE):
    return f"User: {arn} is not authorized to perform: detective:{action} on resource: {resource}"


def no(call, action, resource="*", **kwargs):
    refused(action, "AccessDeniedException", 403, call, message=denied(action, resource), **kwargs)


def managed():
    cred = key("create", SECURITY, "--user", "alice", "--managed-policy", "AmazonDetectiveMemberAccess")
    alice = holder(cred)
    check("who she is", holder(cred, service="sts").get_caller_identity()["Arn"], ALICE)
    check("what members may", alice.list_invitations()["Invitations"], [])
    no(alice.list_graphs, "ListGraphs")
    no(alice.create_graph, "CreateGraph")
    no(alice.list_organization_admin_accounts, "ListOrganizationAdminAccount")
    no(alice.list_members, "ListMembers", GRAPH, GraphArn=GRAPH)
    no(alice.delete_graph, "DeleteGraph", GRAPH, GraphArn=GRAPH)
    no(alice.tag_resource, "TagResource", GRAPH, ResourceArn=GRAPH, Tags={"a": "b"})
    check("nothing came of it", root.list_tags_for_resource(ResourceArn=GRAPH)["Tags"], {"Team": "green"})

    key("policy", cred["AccessKeyId"], "--managed-policy", "AmazonDetectiveInvestigatorAccess")
    check("at once", [g["Arn"] for g in alice.list_graphs()["GraphList"]], [GRAPH])
    check("to investigate", alice.list_investigations(GraphArn=GRAPH)["InvestigationDetails"], [])
    no(alice.create_members, "CreateMembers", GRAPH, GraphArn=GRAPH, Accounts=[{"AccountId": DEV, "EmailAddress": "a@example.com"}])
    key("policy", cred["AccessKeyId"], "--managed-policy", "arn:aws:iam::aws:policy/AmazonDetectiveFullAccess")
    alice.tag_resource(ResourceArn=GRAPH, Tags={"by": "alice"})
    alice.untag_resource(ResourceArn=GRAPH, TagKeys=["by"])
    return cred


def member():
    """An invited account whose key may do what the invitation's mail says."""
    arn = f"arn:aws:iam::{OUTSIDER}:user/bob"
    bob = holder(key("create", OUTSIDER, "--user", "bob", "--policy", document(
        "member.json",
        {"Effect": "Allow", "Action": ["detective:AcceptInvitation", "detective:RejectInvitation"], "Resource": GRAPH},
        {"Effect": "Allow", "Action": "detective:ListInvitations", "Resource": "*"},
    )), OUTSIDER)
    root.create_members(GraphArn=GRAPH, Accounts=[{"AccountId": OUTSIDER, "EmailAddress": f"root-{OUTSIDER}@example.com"}])
    wait("the invitation", bob.list_invitations, lambda answer: answer["Invitations"])
    bob.accept_invitation(GraphArn=GRAPH)
    wait("the membership", bob.list_invitations, lambda answer: answer["Invitations"][0]["Status"] == "ENABLED")
    refused("may not leave", "AccessDeniedException", 403, bob.disassociate_membership, GraphArn=GRAPH,
            message=denied("DisassociateMembership", GRAPH, arn))
    outsider_root.disassociate_membership(GraphArn=GRAPH)


def conditions(cred):
    alice = holder(cred)
    key("policy", cred["AccessKeyId"], "--policy", document(
        "tags.json",
        {"Effect": "Allow", "Action": ["detective:List*", "detective:Get*"], "Resource": GRAPH,
         "Condition": {"StringEquals": {"aws:ResourceTag/Team": "green"}}},
        {"Effect": "Allow", "Action": ["detective:TagResource", "detective:UntagResource"], "Resource": "arn:aws:detective:*:*:graph:*",
         "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["Env", "Team"]}, "Null": {"aws:TagKeys": "false"}}},
        {"Effect": "Deny", "Action": "detective:TagResource", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestTag/Team": "red"}}},
    ))
    check("aws:ResourceTag", alice.list_members(GraphArn=GRAPH)["MemberDetails"], [])
    no(alice.list_graphs, "ListGraphs")  # its resource is *, not the graph
    alice.tag_resource(ResourceArn=GRAPH, Tags={"Env": "test"})
    no(alice.tag_resource, "TagResource", GRAPH, ResourceArn=GRAPH, Tags={"Other": "x"})
    no(alice.tag_resource, "TagResource", GRAPH, ResourceArn=GRAPH, Tags={"Env": "x", "Other": "x"})
    no(alice.tag_resource, "TagResource", GRAPH, ResourceArn=GRAPH, Tags={"Team": "red"})
    no(alice.untag_resource, "UntagResource", GRAPH, ResourceArn=GRAPH, TagKeys=["Other"])
    alice.untag_resource(ResourceArn=GRAPH, TagKeys=["Env"])
    check("what came of it", alice.list_tags_for_resource(ResourceArn=GRAPH)["Tags"], {"Team": "green"})
    alice.tag_resource(ResourceArn=GRAPH, Tags={"Team": "blue"})
    no(alice.list_members, "ListMembers", GRAPH, GraphArn=GRAPH)

    carol = holder(key("create", PROD, "--user", "carol", "--policy", document(
        "create.json", {"Effect": "Allow", "Action": ["detective:CreateGraph", "detective:TagResource"], "Resource": "*",
                        "Condition": {"StringLike": {"aws:RequestTag/Team": "gr*"}}})), PROD)
    arn = f"arn:aws:iam::{PROD}:user/carol"
    for tags in ({}, {"Tags": {"Team": "red"}}, {"Tags": {"Env": "green"}}):
        refused(f"a graph with {tags}", "AccessDeniedException", 403, carol.create_graph, message=denied("CreateGraph", arn=arn), **tags)
    check("a graph with the tag", carol.create_graph(Tags={"Team": "grey"})["GraphArn"].split(":")[4], PROD)


def ends(cred):
    old, new = holder(cred), key("rotate", cred["AccessKeyId"])
    refused("rotated", "UnrecognizedClientException", 403, old.list_graphs)
    alice = holder(new)
    check("the same user", holder(new, service="sts").get_caller_identity()["Arn"], ALICE)
    no(alice.list_graphs, "ListGraphs")  # with the same policies
    mine = [k for k in key("list") if k["AccessKeyId"] == new["AccessKeyId"]]
    check("as listed", [(k["UserName"], k["Policies"]) for k in mine], [("alice", ["tags.json"])])
    key("policy", new["AccessKeyId"], "--none", want=2)  # an IAM user may do nothing without a policy
    key("policy", new["AccessKeyId"], "--managed-policy", "AmazonDetectiveFullAccess")
    check("more", len(alice.list_graphs()["GraphList"]), 1)
    key("revoke", new["AccessKeyId"])
    refused("revoked", "UnrecognizedClientException", 403, alice.list_graphs)
    check("the other keys stay", len(root.list_graphs()["GraphList"]), 1)
    check("it cannot come back", new["AccessKeyId"] in key("rotate", new["AccessKeyId"], want=1))


def mistakes():
    def told(words, *args, want=2):
        got = key(*args, want=want)
        check(f"{args}: {got}", all(w in got for w in words))

    bad = document("bad.json", {"Effect": "Deny", "Action": "detective:ListGraph", "Resource": "*"})
    told(["bad.json", "detective:ListGraph"], "create", DEV, "--policy", bad)
    told(["AmazonDetectiveAccess", "AmazonDetectiveMemberAccess"], "create", DEV, "--managed-policy", "AmazonDetectiveAccess")
    told(["policy"], "create", DEV, "--user", "dave")
    told(["777777777777"], "create", "777777777777", want=1)
    told(["none.json"], "create", DEV, "--policy", str(pathlib.Path(FOLDER.name, "none.json")), want=1)
    check("no key came of it", [k["AccessKeyId"] for k in key("list") if k["AccountId"] == DEV], [ACCOUNTS[DEV]["AccessKeyID"]])


cred = managed()
member()
conditions(cred)
ends(cred)
mistakes()
FOLDER.cleanup()
finish()
