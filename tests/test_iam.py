"""docs/reference/iam.md allows each command what it asks for, and nothing more."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
from builders.accounts import Account, account_in
from builders.archives import Archive
from builders.assemblies import repository, write_assembly
from builders.commands import ecrkit
from builders.empty_wheels import wheel_in
from builders.fleet_accounts import BUCKET, OTHER, fleet_in
from builders.images import oci_layout
from builders.policies import policy_text as text_of
from builders.policies import rule
from builders.proxies import Fault, proxy_to
from builders.sandboxes import HOME
from builders.scans import answers, put_index, scanning_account
from builders.stores import policy_text
from builders.verifiers import signature, verifier
from builders.workloads import inspector_faults, run_function, run_service, run_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci")]

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "iam.md").read_text()
POLICIES = dict(re.findall(r"^## `ecrkit ([a-z -]+)`\n.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
CATALOG = f'environments: {{dev: {{account: "{HOME.account}", region: {HOME.region}}}}}\nrepositories: {{}}\n'
STACKED = CATALOG.replace("{}", "{stacked: {lifecycle: []}}")
STACK = (
    '{"Parameters": {"Stage": {"Type": "String", "Default": "dev"}}, '
    '"Resources": {"Web": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "stacked"}}}}'
)
NO_NAME_IN_IAM = re.compile(r"(GET|HEAD) /v2/|sts:GetCallerIdentity")
"""The registry's greeting, which it gives to whoever logged in, and what nobody can be forbidden."""

BY_ATHENA = {
    "glue:GetDatabase",
    "glue:GetPartitions",
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
}
"""What Athena does with the permissions of its caller; the local AWS needs none."""

READS = re.compile(r"[a-z]+:(BatchGet|Describe|Get|List)[A-Za-z]+")


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account with a repository that holds an image, an empty one, and one of a stack."""
    directory = tmp_path_factory.mktemp("home")
    source = oci_layout(directory)
    account = account_in(ministack, directory)
    account.ecr.create_repository(repositoryName="web")
    account.ecr.create_repository(repositoryName="loose")
    account.ecr.create_repository(repositoryName="copied")
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=STACK)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    ecrkit("images", "push", source, "web:v1", environment=account.environment)
    return account


@pytest.fixture(scope="module")
def scanned() -> Iterator[Account]:
    """An account that scans, with an index of images."""
    with scanning_account() as account:
        put_index(account, "web", "multi")
        run_task(account, "web:v1")
        run_service(account, "web:v1", name="web", tasks=0)
        run_function(account, "web:v1", name="worker")
        yield account


def allowed(command: str) -> set[str]:
    """Read the actions of the policy that the page has for a command."""
    return {action for statement in json.loads(POLICIES[command])["Statement"] for action in statement["Action"]}


def asked(account: Account, *arguments: str | Path, faults: Sequence[Fault] = ()) -> set[str]:
    """Run a command and tell what it asked for; *faults* answer what a local AWS does not."""
    with proxy_to(account.url, *faults) as proxy:
        result = ecrkit(*arguments, environment=account.at(proxy.url))

    assert result.returncode in {0, 1}, result.stderr
    return {action for action in proxy.actions if not NO_NAME_IN_IAM.fullmatch(action)}


def answers_xml(operation: str, result: str) -> Callable[[Any], bool]:
    """Have a proxy answer a call of CloudFormation, whose answers are XML."""
    body = f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>".encode()

    def befall(handler: Any) -> bool:  # noqa: ANN401 - the proxy's own
        handler.answer(200, {"Content-Type": "text/xml"}, body)
        return False

    return befall


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("repos list", ()),
        ("login", ("--tool", "skopeo")),
        ("images list", ("web",)),
        ("images push", ("oci:{directory}/other/image:v1", "web:v2")),
        ("images copy", ("web:v1", "copied:v1")),
        ("images pull", ("web:v1", "oci:{directory}/back:v1")),
        ("audit", ("--catalog", "{directory}/stacked.yaml", "--max-scan-age", "30")),
        ("adopt", ("--all", "--dry-run", "--catalog", "{directory}/repositories.yaml")),
        ("repos delete", ("stacked", "loose", "--yes", "--owned-by-stack")),
    ],
)
def test_policy_is_what_the_command_asks_for(
    account: Account, tmp_path: Path, command: str, arguments: tuple[str, ...]
) -> None:
    """The actions of the page's policy are exactly those that the command asks for."""
    (tmp_path / "other").mkdir()
    oci_layout(tmp_path / "other")
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    (tmp_path / "stacked.yaml").write_text(STACKED)

    # Of a registry that is as AWS makes it, nobody has to find the stack.
    scanning = {"scanningConfiguration": {"scanType": "ENHANCED", "rules": []}}
    faults = [Fault("ecr:GetRegistryScanningConfiguration", answers(scanning))]
    paths = (argument.format(directory=tmp_path) for argument in arguments)

    assert asked(account, *command.split(), *paths, faults=faults) == allowed(command)


def test_policy_is_what_an_emergency_asks_for(account: Account, tmp_path: Path) -> None:
    """The same for a suspension, and for its end where only the deployed template has the policy."""
    text = policy_text()
    account.ecr.create_repository(repositoryName="stopped")
    account.ecr.put_lifecycle_policy(repositoryName="stopped", lifecyclePolicyText=text)
    properties = {"RepositoryName": "held", "LifecyclePolicy": {"LifecyclePolicyText": text}}
    parameters = {"Stage": {"Type": "String", "Default": "dev"}}
    held = {"Parameters": parameters, "Resources": {"Held": {**repository("held"), "Properties": properties}}}
    account.cloudformation.create_stack(StackName="Held", TemplateBody=json.dumps(held))
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Held", WaiterConfig={"Delay": 1})
    state = tmp_path / "state.json"
    options = ("--yes", "--state", state)

    suspended = asked(account, "policy", "suspend", "stopped", "held", "--reason", "incident", *options)
    state.unlink()
    resumed = asked(account, "policy", "resume", "held", *options)

    assert suspended == allowed("policy suspend")
    assert resumed == allowed("policy resume")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("scan gate", ("--fail-on", "LOW")),
        ("scan findings", ()),
    ],
)
def test_policy_is_what_the_scan_asks_for(scanned: Account, command: str, arguments: tuple[str, ...]) -> None:
    """The same for scans: of an index, which asks for most."""
    assert asked(scanned, *command.split(), "web:multi", *arguments) == allowed(command)


def test_policy_is_what_a_signature_asks_for(scanned: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a gate with a signature, next to what the program asks for, for which there is a stand-in."""
    verifier(tmp_path, "cosign", {"verify": (0, signature(), "")})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "cosign.pub").touch()
    options = ("--fail-on", "LOW", "--require-signature", tmp_path / "cosign.pub")

    actions = asked(scanned, "scan", "gate", "web:multi", *options)

    asked_by_cosign = {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert actions - allowed("scan gate") == allowed("scan gate --require-signature") - asked_by_cosign


def test_policy_is_what_a_summary_asks_for(scanned: Account) -> None:
    """The same for an overview with an index in it, and it does not write."""
    actions = asked(scanned, "scan", "summary")

    assert actions == allowed("scan summary")
    assert all(READS.fullmatch(action) for action in actions)


def test_policy_is_what_an_inventory_asks_for(scanned: Account, tmp_path: Path) -> None:
    """The same for an inventory of images and an index, and it does not write."""
    actions = asked(scanned, "images", "inventory", "--all", "-o", tmp_path)

    assert actions == allowed("images inventory")
    assert all(READS.fullmatch(action) for action in actions)


@pytest.mark.parametrize(("command", "status"), [("images archive", "ACTIVE"), ("images restore", "ARCHIVED")])
def test_policy_is_what_the_archive_asks_for(scanned: Account, command: str, status: str) -> None:
    """The same for an image beside a list, into the archive and out of it."""
    archive = Archive(time.time())
    archive.add("a", tags=("v1",), status=status)
    archive.add("b", tags=("v2",), children=("sha256:" + "c" * 64,))

    assert asked(scanned, *command.split(), "web", "v1", "--yes", faults=archive.faults()) == allowed(command)


def test_policy_is_what_a_list_of_running_images_asks_for(scanned: Account) -> None:
    """The same for a task, a service that tells its revision, and a function."""
    service = {"serviceArn": "s", "currentServiceRevisions": [{"arn": "r"}], "taskDefinition": "shop"}
    faults = [
        Fault("ecs:DescribeServices", answers({"services": [service]})),
        Fault("ecs:DescribeServiceRevisions", answers({"serviceRevisions": []})),
    ]
    actions = asked(scanned, "images", "in-use", faults=faults)

    assert actions == allowed("images in-use")
    assert all(READS.fullmatch(action) for action in actions)


def test_policy_is_what_a_list_from_inspector_asks_for(scanned: Account) -> None:
    """The same for what Amazon Inspector sees, beside ECR alone."""
    faults = inspector_faults(f"sha256:{'a' * 64}", repository="web")
    actions = asked(scanned, "images", "in-use", "--inspector", "--no-ecs", "--no-lambda", faults=faults)

    assert actions == allowed("images in-use --inspector")


def test_policy_is_what_the_guard_asks_for(account: Account, tmp_path: Path) -> None:
    """The same for a guarded stack with a parameter and a nested stack."""
    parameters = {"Stage": {"Type": "String", "Default": "dev"}}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/nested"}}
    body = json.dumps({"Parameters": parameters, "Resources": {"Nested": nested, "Web": repository("guarded")}})
    detail = (
        "<StackResourceDetail><LogicalResourceId>Nested</LogicalResourceId><ResourceType>t</ResourceType>"
        "<LastUpdatedTimestamp>2026-11-01T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>CREATE_COMPLETE"
        "</ResourceStatus></StackResourceDetail>"
    )
    faults = [
        Fault("cloudformation:GetTemplate", answers_xml("GetTemplate", f"<TemplateBody>{escape(body)}</TemplateBody>")),
        Fault("cloudformation:DescribeStackResource", answers_xml("DescribeStackResource", detail)),
    ]
    assembly = write_assembly(tmp_path, {"Shop": {}}, environment=f"aws://{HOME.account}/{HOME.region}")

    actions = asked(account, "guard", assembly, "--deployed", faults=faults)

    assert actions == allowed("guard --deployed")
    assert all(READS.fullmatch(action) for action in actions)


def test_policy_is_what_a_preview_asks_for(scanned: Account, tmp_path: Path) -> None:
    """The same for a preview of a repository of which an image expires, beside ECR's own."""
    policy = tmp_path / "policy.json"
    text = text_of(rule(1, countNumber=1))
    policy.write_text(text)
    result = {"status": "COMPLETE", "lifecyclePolicyText": text, "previewResults": []}
    faults = [
        Fault("ecr:StartLifecyclePolicyPreview", answers({"status": "IN_PROGRESS"})),
        Fault("ecr:GetLifecyclePolicyPreview", answers(result)),
    ]
    arguments = ("policy", "preview", policy, "--repository", "web", "--compare-with-ecr")

    assert asked(scanned, *arguments, faults=faults) == allowed("policy preview")


def test_policy_is_what_a_start_asks_for(account: Account, tmp_path: Path) -> None:
    """The same for a new registry repository, in an account that already has repositories."""
    answers_of = (
        "--account",
        account.environment["AWS_ACCESS_KEY_ID"],
        "--region",
        HOME.region,
        "--ci",
        "none",
        "--yes",
    )

    assert asked(account, "init", tmp_path / "new", *answers_of, "--wheel", wheel_in(tmp_path)) == allowed("init")


def test_policy_is_what_the_doctor_asks_for(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the doctor of an app, which looks for the bootstrap of its environments."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    (tmp_path / "cdk.json").write_text("{}")
    monkeypatch.chdir(tmp_path)

    actions = asked(account, "doctor")

    assert actions == allowed("doctor")
    assert all(READS.fullmatch(action) for action in actions)


def test_policy_is_what_starting_asks_for() -> None:
    """The same for a scan that is started alone."""
    with scanning_account() as account:
        put_index(account, "web", "multi")
        actions = asked(account, "scan", "start", "web:multi")

    assert actions == allowed("scan start")


def test_policy_is_what_a_fleet_asks_for(ministack: Sandbox, tmp_path: Path) -> None:
    """The same for an inventory of two accounts into S3, its tables, and previews by both engines."""
    fleet = fleet_in(ministack, tmp_path / "home")
    fleet.add_list("web", "multi", account=OTHER, region="us-east-1")
    root = fleet.client("organizations").list_roots()["Roots"][0]["Id"]
    account = Account(ministack.endpoint_url, fleet.environment, ministack)
    where = ("--inventory", f"s3://{BUCKET}/daily")
    places = ("--accounts", OTHER, "--organizational-units", root, "--role", "inventory")

    asked_by_inventory = asked(account, "fleet", "inventory", "-o", where[1], *places)
    asked_by_table = asked(account, "fleet", "table", *where)
    fleet.client("glue").update_table(
        DatabaseName="ecrkit_fleet", TableInput={"Name": "images", "Parameters": {"projection.enabled": "false"}}
    )
    asked_by_table |= asked(account, "fleet", "table", *where)
    preview = ("fleet", "preview", "--deployed-policies", *where)

    assert asked_by_inventory == allowed("fleet inventory")
    assert asked_by_table == allowed("fleet table")
    assert asked(account, *preview) == allowed("fleet preview")
    verdicts = f"s3://{BUCKET}/verdicts"
    assert asked(account, *preview, "--write", verdicts) == allowed("fleet preview --write")
    (tmp_path / "keep.json").write_text(policy_text(keep=1))
    assert asked(account, "fleet", "diff", "--deployed-policies", tmp_path / "keep.json", *where) == allowed(
        "fleet diff"
    )
    stopped = {"athena:StopQueryExecution"}
    assert asked(account, *preview, "--engine", "athena") | BY_ATHENA | stopped == allowed(
        "fleet preview --engine athena"
    )


def test_every_command_has_a_policy() -> None:
    """The page has a policy for every command that talks to AWS, and for no other."""
    groups = ("repos", "images", "scan")
    commands = {
        "images in-use --inspector",
        "scan gate --require-signature",
        "login",
        "policy preview",
        "policy resume",
        "policy suspend",
        "audit",
        "adopt",
        "guard --deployed",
        "init",
        "doctor",
        "fleet diff",
        "fleet inventory",
        "fleet preview",
        "fleet preview --write",
        "fleet preview --engine athena",
        "fleet table",
    }
    for group in groups:
        listing = ecrkit(group, "--help").stdout.partition("Commands:\n")[2]
        commands |= {f"{group} {line.split()[0]}" for line in listing.splitlines()}

    assert set(POLICIES) == commands
