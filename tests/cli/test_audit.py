"""`ecrkit audit` against a local AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit
from builders.inventories import LIST_TYPE, image, write_images
from builders.proxies import Fault, aws_error, delay, drop, proxy_to, xml_error
from builders.sandboxes import HOME
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

STACK = '{"Resources": {"Theirs": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "theirs"}}}}'
CATALOG = f"""\
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
  far: {{account: "{HOME.account}", region: eu-west-1}}
  other: {{account: "210987654321", region: {HOME.region}}}
defaults: {{lifecycle: ten@1}}
repositories:
  web: {{tags: {{team: web}}}}
  gone: {{only: [dev, far, other]}}
  mutable:
    mutability: MUTABLE
    silence: {{AUD122: Tags move here.}}
"""


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account with a repository as declared, one that nobody declares, one of another stack, and a changed one."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    for name, mutability in (("mutable", "MUTABLE"), ("web", "IMMUTABLE")):
        account.ecr.create_repository(
            repositoryName=name,
            imageTagMutability=mutability,  # type: ignore[arg-type] # one of two words
            imageScanningConfiguration={"scanOnPush": True},
        )
        account.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy_text())
    account.ecr.create_repository(repositoryName="unknown")
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=STACK)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    return account


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a catalog and a policy."""
    publish(make_store(tmp_path, {"ten/v1.json": policy_text()}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def audit(account: Account, project: Path, *options: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    return ecrkit("audit", *options, environment=account.at(url or account.url), cwd=project)


def test_text_is_one_line_per_finding(account: Account, project: Path) -> None:
    """What is found is told by place in the catalog, and counted; what is silenced stays visible."""
    result = audit(account, project)

    assert result.returncode == 1
    found = [(line.split(": ")[0], line.split("[")[-1]) for line in result.stdout.splitlines()]
    assert found == [
        ("repositories.yaml:6:1", "AUD102]"),
        ("repositories.yaml:6:1", "AUD122]"),
        ("repositories.yaml:6:1", "AUD123]"),
        ("repositories.yaml:6:1", "AUD124]"),
        ("repositories.yaml:7:3", "AUD117]"),
        ("repositories.yaml:8:3", "AUD101]"),
        ("repositories.yaml:9:3", "AUD122] (silenced: Tags move here.)"),
    ]
    assert result.stderr == (
        "deployed template: not checked for 2 repositories, which no stack owns\n"
        "4 repositories checked: 3 errors, 3 warnings, 1 warning silenced\n"
    )


def test_drift_only_leaves_out_what_should_not_be_so_anyway(account: Account, project: Path) -> None:
    """For a pipeline that looks at drift alone there is that."""
    result = audit(account, project, "--drift-only", "--output", "json")

    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document["checked"] == 4
    assert document["environment"] == "dev"
    assert (document["account"], document["region"]) == (HOME.account, HOME.region)
    assert [(one["pointer"], one["code"]) for one in document["findings"]] == [
        ("/repositories/unknown", "AUD102"),
        ("/repositories/web", "AUD117"),
        ("/repositories/gone", "AUD101"),
    ]


def test_sarif_has_rules_and_places(account: Account, project: Path) -> None:
    """Code scanning gets the rules of the findings, and each finding at its place in the catalog."""
    result = audit(account, project, "--output", "sarif")
    [run] = json.loads(result.stdout)["runs"]

    # The report goes to a file in a pipeline, and the log has standard error only.
    failed = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert "[AUD" in failed[0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({result["ruleId"] for result in run["results"]})
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    [region] = [
        result["locations"][0]["physicalLocation"]["region"]
        for result in run["results"]
        if result["ruleId"] == "AUD117"
    ]
    assert region == {"startLine": 7, "startColumn": 3}


def test_nothing_to_find_exits_with_0(account: Account, project: Path) -> None:
    """A catalog that says what is there is told so."""
    (project / "repositories.yaml").write_text(
        CATALOG.replace("web: {tags: {team: web}}", "web:")
        .replace("  gone: {only: [dev, far, other]}\n", "")
        .replace(
            "  mutable:",
            "  unknown:\n    {lifecycle: [], scan_on_push: false, mutability: MUTABLE,\n"
            "     silence: {AUD122: so, AUD123: so, ECR211: so, ECR212: so}}\n  mutable:",
        )
    )

    result = audit(account, project)

    assert result.returncode == 0, result.stdout
    assert result.stderr.endswith("\n4 repositories checked: nothing wrong, 4 warnings silenced\n")


def test_shared_layers(account: Account, project: Path) -> None:
    """With an inventory that has layers, the audit says which layers repositories share; a note does not fail it."""
    (project / "images").mkdir()
    for name in ("mutable", "web", "other"):
        found = [image(layers={"ba5e": 5, "b": 1})]
        found += [image(media_type=LIST_TYPE)] if name == "web" else []
        found += [image(), image()] if name == "other" else []
        write_images(project / "images" / f"{name}.json", found, repository=name)

    text = audit(account, project, "--images", "images")
    document = json.loads(audit(account, project, "--images", "images", "--output", "json").stdout)

    assert (
        "2 layers are in more than one repository: 12 B stored repeatedly, 12 B in mutable, other, web" in text.stdout
    )
    unknown = "shared layers: 2 images of other: not checked, images does not have their layers"
    assert f"{unknown}\n" in text.stderr
    assert unknown in document["notChecked"]
    assert document["sharedLayers"] == [
        {"repositories": ["mutable", "other", "web"], "layerCount": 2, "sizeInBytes": 6, "repeatedBytes": 12}
    ]


def test_inventory_without_layers(account: Account, project: Path) -> None:
    """An inventory without layers shows nothing about them, and the audit says so; drift has no layers at all."""
    (project / "images").mkdir()
    write_images(project / "images" / "web.json", [image()], repository="web")

    result = audit(account, project, "--images", "images")
    refused = audit(account, project, "--images", "images", "--drift-only")

    assert "shared layers: not checked, images has no layers of this environment\n" in result.stderr
    assert refused.returncode == 2
    assert "--images reports shared layers, which are not drift; omit --drift-only" in refused.stderr


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param(
            ("--environment", "dve"), "Error: the catalog has no environment 'dve'; did you mean dev?", id="unknown"
        ),
        pytest.param(
            ("--environment", "other"),
            "Error: the environment 'other' is in account 210987654321, but the credentials are for 123456789012; "
            "pass another --profile",
            id="account",
        ),
        pytest.param(
            ("--environment", "far", "--region", "us-east-1"),
            "Error: the environment 'far' is in eu-west-1, but --region is us-east-1",
            id="region",
        ),
        pytest.param(
            ("--region", "ap-south-1"),
            "Error: the catalog has no environment in 123456789012 ap-south-1; it has dev (123456789012 us-east-1), "
            "far (123456789012 eu-west-1), other (210987654321 us-east-1)",
            id="nowhere",
        ),
    ],
)
def test_wrong_environment_is_told(account: Account, project: Path, options: tuple[str, ...], line: str) -> None:
    """Nothing is held against a catalog that is about something else."""
    result = audit(account, project, *options)

    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == line
    assert result.stdout == ""


def test_environment_has_its_region(account: Account, project: Path) -> None:
    """The name of an environment is enough to look in its Region, where here everything is missing."""
    result = audit(account, project, "--environment", "far", "--output", "json")

    assert {one["code"] for one in json.loads(result.stdout)["findings"]} == {"AUD101"}


def test_catalog_that_is_not_there_is_told(account: Account, tmp_path: Path) -> None:
    """Without a catalog there is nothing to hold against."""
    result = audit(account, tmp_path)

    assert result.returncode == 2
    assert result.stderr == (
        "error: repositories.yaml: no such file; write a catalog with an environment, or name one as --catalog\n"
    )


def test_nothing_is_written(account: Account, project: Path) -> None:
    """Of all that is asked of AWS, nothing changes anything."""
    with proxy_to(account.url) as proxy:
        audit(account, project, url=proxy.url)

    assert {"ecr:DescribeRepositories", "ecr:GetRepositoryPolicy"} <= set(proxy.actions)
    assert {
        action for action in proxy.actions if not action.split(":")[1].startswith(("Describe", "Get", "List"))
    } == set()
    assert sorted(path.name for path in project.iterdir()) == ["policies", "repositories.yaml"]


def test_network_changes_nothing_in_the_result(account: Account, project: Path) -> None:
    """Throttled, dropped and delayed now and then, it finds the same."""
    undisturbed = audit(account, project).stdout
    faults = (
        Fault("ecr:GetRepositoryPolicy", aws_error("ThrottlingException", message="Rate exceeded"), times=2),
        Fault("ecr:GetLifecyclePolicy", drop, times=1),
        Fault("ecr:ListTagsForResource", delay(0.3), times=2),
    )
    with proxy_to(account.url, *faults) as proxy:
        disturbed = audit(account, project, url=proxy.url)

    assert disturbed.stdout == undisturbed
    assert proxy.actions.count("ecr:GetRepositoryPolicy") == 4 + 2


def test_stack_and_quota_are_checked_or_said_not_to_be(account: Account, tmp_path: Path) -> None:
    """
    A changed catalog is a note that does not fail.

    Without the permissions it is drift, and a message names what is missing.
    """
    publish(make_store(tmp_path, {"ten/v1.json": policy_text(), "ten/v2.json": policy_text(keep=20)}))
    catalog = tmp_path / "repositories.yaml"
    catalog.write_text(CATALOG.split("  web:", maxsplit=1)[0] + "  stacked:\n")
    template = ecrkit("catalog", "template", "--environment", "dev", cwd=tmp_path).stdout
    account.cloudformation.create_stack(StackName="Repositories-dev", TemplateBody=template)
    account.cloudformation.get_waiter("stack_create_complete").wait(
        StackName="Repositories-dev", WaiterConfig={"Delay": 1}
    )
    catalog.write_text(catalog.read_text().replace("ten@1", "ten@2") + "  new:\n")

    def stacked(*options: str, url: str = account.url) -> tuple[list[tuple[str, str]], dict[str, Any]]:
        document = json.loads(audit(account, tmp_path, "--output", "json", *options, url=url).stdout)
        found = [
            (one["code"], one["severity"]) for one in document["findings"] if one["pointer"].endswith(("d", "new"))
        ]
        return found, document

    found, document = stacked("--max-scan-age", "30")
    [facts] = [one for one in document["repositories"] if one["repositoryName"] == "stacked"]
    assert found == [("AUD104", "note"), ("AUD104", "note")]
    assert (facts["stackName"], facts["deployedTemplateChecked"]) == ("Repositories-dev", True)
    assert (facts["imageCount"], facts["suspended"]) == (0, None)
    assert document["notChecked"] == []

    denied = aws_error("AccessDeniedException", status=400)
    faults = [Fault("cloudformation:GetTemplate", xml_error("AccessDenied")), Fault("ecr:DescribeImages", denied)]
    with proxy_to(account.url, *faults) as proxy:
        found, document = stacked(url=proxy.url)
    assert [code for code, _ in found] == ["AUD116", "AUD101"]
    assert [line.split(", ")[0] for line in document["notChecked"]] == [
        "deployed template of Repositories-dev: not checked for 1 repository",
        "quota of images: not checked",
    ]


def test_public_repositories_are_not_checked(account: Account, project: Path) -> None:
    """The audit says how many public repositories of the environment it leaves out."""
    with (project / "repositories.yaml").open("a", encoding="utf-8") as catalog:
        catalog.write("public_repositories: {cli: , tool: {only: [other]}}\n")
    result = audit(account, project, "--drift-only")

    assert "1 public repository: not checked, the audit reads private repositories only" in result.stderr.splitlines()
