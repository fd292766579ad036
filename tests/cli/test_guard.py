"""`ecrkit guard --baseline`, as a process, over assemblies of this project's own app and over small ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from builders.assemblies import repository, setting, synthesize, write_assembly
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, shell

from ecrkit.cdk import Repository
from ecrkit.deployment.guard import read_assembly
from ecrkit.deployment.guard.changes import APP_STACKS

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

# By its name in the first of two stacks, and in the first of four.
STAYS = "payments"

# Named after what becomes of them.
CATALOG = """
  encrypted-otherwise: {}
  encryption-left-out: {}
  encryption-written-out: {encryption: omit}
  emptied: {removal: destroy}
  removed: {}
  removed-and-deleted: {removal: destroy}
  renamed: {}
  unchanged: {}
  weakened: {}
"""
HARMLESS = CATALOG.replace(
    "unchanged: {}", "unchanged: {lifecycle: keep-last-10@1, mutable_tags: [latest], tags: {team: web}}\n  new: {}"
)
HARMFUL = """
  encrypted-otherwise: {encryption: KMS}
  encryption-left-out: {encryption: omit}
  encryption-written-out: {encryption: AES256}
  emptied: {removal: destroy, empty_on_delete: true}
  of-another-name: {}
  unchanged: {}
  weakened: {removal: destroy}
"""


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of the catalog."""
    return synthesize(tmp_path_factory.mktemp("baseline"), CATALOG)


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """A stack of two repositories and a setting."""
    resources = {"Api": repository("team/api"), "Web": repository("web"), "Policy": setting()}
    return write_assembly(tmp_path / "main", {"Shop": resources})


@pytest.fixture
def without_web(tmp_path: Path) -> Path:
    """The same stack without one of the repositories."""
    return write_assembly(tmp_path / "cdk.out", {"Shop": {"Api": repository("team/api"), "Policy": setting()}})


def test_harmless_change_of_the_catalog_passes(synthesized: Path, tmp_path: Path) -> None:
    """Changes that CloudFormation makes in place, and a new repository, pass; a lifecycle policy is a note."""
    now = synthesize(tmp_path, HARMLESS)

    result = ecrkit("guard", now, "--baseline", synthesized)

    assert result.returncode == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["[GRD171]"]
    assert result.stderr == "9 resources compared: nothing would be replaced or removed, 1 note\n"


def test_harmful_changes_of_the_catalog_are_refused(synthesized: Path, tmp_path: Path) -> None:
    """Each change that loses images is refused, by the repository's name, and nothing else is."""
    now = synthesize(tmp_path, HARMFUL)

    result = ecrkit("guard", now, "--baseline", synthesized, "--output", "json")

    found = json.loads(result.stdout)["findings"]
    assert sorted((one["repository"], one["code"]) for one in found) == [
        ("emptied", "GRD133"),
        ("encrypted-otherwise", "GRD102"),
        ("encryption-left-out", "GRD104"),
        ("encryption-written-out", "GRD103"),
        ("removed", "GRD111"),
        ("removed-and-deleted", "GRD112"),
        ("renamed", "GRD111"),
        ("weakened", "GRD131"),
        ("weakened", "GRD132"),
    ]
    assert {one["stack"] for one in found} == {"Repositories-dev"}
    assert result.returncode == 1


def test_environment_that_leaves_the_catalog_is_refused(synthesized: Path, tmp_path: Path) -> None:
    """A stack that is gone is one finding, which its name allows."""
    both = synthesize(tmp_path, CATALOG, environments={"dev": "us-east-1", "prod": "eu-west-1"})

    added = ecrkit("guard", both, "--baseline", synthesized)
    removed = ecrkit("guard", synthesized, "--baseline", both)
    allowed = ecrkit("guard", synthesized, "--baseline", both, "--allow", "Repositories-prod")

    assert (added.returncode, removed.returncode, allowed.returncode) == (0, 1, 0)
    assert removed.stdout.startswith(
        "Repositories-prod: error: the stack leaves the app with 9 repositories ('emptied', 'encrypted-otherwise', "
        "'encryption-left-out' and 6 more): "
    )
    assert removed.stdout.count("\n") == 1


def test_renamed_environment_is_refused(synthesized: Path, tmp_path: Path) -> None:
    """An environment of another name in the same account and Region would create every repository again."""
    now = synthesize(tmp_path, CATALOG, environments={"test": "us-east-1"})

    result = ecrkit("guard", now, "--baseline", synthesized, "--output", "json")

    found = json.loads(result.stdout)["findings"]
    assert {one["code"] for one in found} == {"GRD122"}
    assert len(found) == 9


def sharded(directory: Path, shards: int, repositories: str) -> Path:
    """The assembly of repositories in one environment, over a number of stacks."""
    return synthesize(directory, repositories, environments={"dev": f"us-east-1, shards: {shards}"})


def findings(now: Path, before: Path) -> list[dict[str, Any]]:
    """What the command finds of a real change, which it has to refuse."""
    result = ecrkit("guard", now, "--baseline", before, "--output", "json")
    assert result.returncode == 1, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def test_first_shards_are_refused(tmp_path: Path) -> None:
    """With a second shard no stack keeps its name: each repository would move, and is told."""
    before = sharded(tmp_path / "main", 1, "  web: {}\n  api: {}\n")
    now = sharded(tmp_path / "now", 2, "  web: {}\n  api: {}\n")

    found = findings(now, before)

    assert [(one["stack"], one["repository"], one["code"]) for one in found] == [
        ("Repositories-dev", "api", "GRD123"),
        ("Repositories-dev", "web", "GRD123"),
    ]


def test_more_shards_are_refused_where_nothing_moves(tmp_path: Path) -> None:
    """A changed number is told by itself where every repository happens to stay; its stack allows it."""
    before = sharded(tmp_path / "main", 2, f"  {STAYS}: {{}}\n")
    now = sharded(tmp_path / "now", 4, f"  {STAYS}: {{}}\n")

    [found] = findings(now, before)
    allowed = ecrkit("guard", now, "--baseline", before, "--allow", found["stack"])

    assert (found["logical_id"], found["repository"], found["code"]) == ("", "", "GRD124")
    assert found["message"].startswith("the number of shards changes from 2 to 4, ")
    assert found["remedy"] == "put back 'shards: 2': once deployed, it is fixed"
    assert allowed.returncode == 0


def test_more_shards_are_refused_in_a_folder_of_templates(tmp_path: Path) -> None:
    """A baseline without a manifest has the number of shards in its templates."""
    before = sharded(tmp_path / "main", 2, f"  {STAYS}: {{}}\n")
    (before / "manifest.json").unlink()

    [found] = findings(sharded(tmp_path / "now", 4, f"  {STAYS}: {{}}\n"), before)

    assert found["code"] == "GRD124"


REGISTRY = """
  scanning: {type: BASIC, rules: [{frequency: SCAN_ON_PUSH, repositories: ["*"]}]}
  replication: [{to: [{region: eu-west-1}]}]
  pull_through_cache: {ecr-public: {upstream: public.ecr.aws}}
"""


def test_registry_that_leaves_the_catalog_is_refused(tmp_path: Path) -> None:
    """A stack of settings that is gone is told with what it has, all of which is kept."""
    before = synthesize(tmp_path / "main", "  web: {}\n", registry=REGISTRY)

    [found] = findings(synthesize(tmp_path / "now", "  web: {}\n"), before)

    assert (found["stack"], found["code"]) == ("Registry-dev", "GRD141")
    assert "3 settings (the pull-through cache rule 'ecr-public', " in found["message"]
    assert found["message"].endswith("whoever deletes it would keep 3")


def without_replication(template: dict[str, Any]) -> None:
    del template["Resources"][id_of(template, "ReplicationConfiguration")]


def of_another_upstream(template: dict[str, Any]) -> None:
    rule = template["Resources"][id_of(template, "PullThroughCacheRule")]
    rule["Properties"]["UpstreamRegistryUrl"] = "quay.io"


def of_another_id(template: dict[str, Any]) -> None:
    template["Resources"]["Moved"] = template["Resources"].pop(id_of(template, "RegistryScanningConfiguration"))


def reset_on_delete(template: dict[str, Any]) -> None:
    template["Resources"][id_of(template, "RegistryScanningConfiguration")]["DeletionPolicy"] = "Delete"


def id_of(template: dict[str, Any], kind: str) -> str:
    [found] = [key for key, resource in template["Resources"].items() if resource["Type"] == f"AWS::ECR::{kind}"]
    return str(found)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        pytest.param(without_replication, "GRD152", id="removed"),
        pytest.param(of_another_upstream, "GRD153", id="replaced"),
        pytest.param(of_another_id, "GRD154", id="moved"),
        pytest.param(reset_on_delete, "GRD131", id="weakened"),
    ],
)
def test_change_of_the_registry_is_refused(
    registry: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None], code: str
) -> None:
    """Each change of the real template of a registry that would reset it, or leave it to nobody, is refused."""
    [found] = findings(edited(registry, tmp_path, edit), registry)

    assert (found["stack"], found["repository"], found["code"]) == ("Registry-dev", "", code)


def test_setting_that_would_be_reset_is_refused(registry: Path, tmp_path: Path) -> None:
    """What was deployed to be deleted with its resource is told as a reset for everyone."""
    deletable = edited(registry, tmp_path / "main", reset_on_delete)

    def without_scanning(template: dict[str, Any]) -> None:
        del template["Resources"][id_of(template, "RegistryScanningConfiguration")]

    [found] = findings(edited(deletable, tmp_path / "now", without_scanning), deletable)

    assert found["code"] == "GRD151"
    assert "scanning falls back to what the service does by itself" in found["message"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of a catalog with a registry."""
    return synthesize(tmp_path_factory.mktemp("registry"), "  web: {}\n", registry=REGISTRY)


def edited(assembly: Path, directory: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """Copy an assembly, with its registry edited."""
    copy = Path(shutil.copytree(assembly, directory / "edited"))
    path = copy / "Registry-dev.template.json"
    template = json.loads(path.read_text())
    edit(template)
    path.write_text(json.dumps(template))
    return copy


def shop(directory: Path, construct_id: str, name: str, *, stack: str = "Shop") -> Path:
    """The assembly of an app of somebody else's, with the construct in it."""
    app = cdk.App(outdir=str(directory), analytics_reporting=False)
    own = cdk.Stack(app, stack, env=cdk.Environment(account="123456789012", region="us-east-1"))
    Repository(own, construct_id, repository_name=name, removal_policy=cdk.RemovalPolicy.DESTROY, empty_on_delete=True)
    app.synth()
    return directory


@pytest.mark.parametrize(
    ("construct_id", "name", "stack", "code"),
    [
        pytest.param("App", "shop/other", "Shop", "GRD101", id="renamed"),
        pytest.param("Other", "shop/app", "Shop", "GRD121", id="logical id"),
        pytest.param("App", "shop/app", "Other", "GRD122", id="stack"),
        pytest.param("Other", "shop/other", "Shop", "GRD113", id="removed and emptied"),
    ],
)
def test_change_of_a_construct_is_refused(tmp_path: Path, construct_id: str, name: str, stack: str, code: str) -> None:
    """In an app with constructs, each change that moves or replaces a repository is refused."""
    before = shop(tmp_path / "main", "App", "shop/app")

    found = findings(shop(tmp_path / "now", construct_id, name, stack=stack), before)

    assert (found[0]["repository"], found[0]["code"]) == ("shop/app", code)


def test_stacks_of_the_app_have_the_scheme(synthesized: Path) -> None:
    """The stacks of this project's app have names by which the guard finds those that are gone."""
    names = [stack.name for stack in read_assembly(synthesized)]

    assert names
    assert all(name.startswith(APP_STACKS) for name in names)


def test_finding_is_a_line(baseline: Path, without_web: Path) -> None:
    """A finding is a line with place, message, remedy and code; the summary says how to allow it."""
    result = ecrkit("guard", without_web, "--baseline", baseline)

    assert result.returncode == 1
    assert result.stdout == (
        "Shop/Web: error: 'web' leaves the stack: CloudFormation would keep it with its images, and no stack manages "
        "it any more, because its DeletionPolicy so far is RetainExceptOnCreate; put it back; or allow it, and delete "
        "the repository by hand when nothing pulls from it [GRD111]\n"
    )
    assert result.stderr == (
        "3 resources compared: 1 error; what is meant to happen can be allowed, as in --allow web\n"
    )


def test_allowed_finding_stays_visible(baseline: Path, without_web: Path) -> None:
    """What is allowed is still shown, marked, and fails no more."""
    result = ecrkit("guard", without_web, "--baseline", baseline, "--allow", "web")

    assert result.returncode == 0
    assert result.stdout.endswith(" [GRD111] (allowed)\n")
    assert result.stderr == "3 resources compared: nothing else would be replaced or removed, 1 allowed\n"


def test_one_allowed_of_several_still_fails(baseline: Path, tmp_path: Path) -> None:
    """Each finding is allowed by itself."""
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = ecrkit("guard", now, "--baseline", baseline, "--allow", "web", "--allow", "Policy")

    assert result.returncode == 1
    assert result.stderr == (
        "3 resources compared: 1 error, 2 allowed; what is meant to happen can be allowed, as in --allow team/api\n"
    )


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        pytest.param("wev", "--allow wev: nothing of that name is found; did you mean web?", id="near"),
        pytest.param("other", "--allow other: nothing of that name is found; remove it", id="far"),
    ],
)
@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_useless_allowance_is_told(baseline: Path, without_web: Path, name: str, warning: str, output: str) -> None:
    """A name that allows nothing is told on standard error, whatever the output."""
    result = ecrkit("guard", without_web, "--baseline", baseline, "--allow", name, "--output", output)

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"warning: {warning}"


def test_json_has_documented_keys(baseline: Path, without_web: Path) -> None:
    """JSON is an object of findings, each with seven keys, and an eighth where it is allowed."""
    refused = ecrkit("guard", without_web, "--baseline", baseline, "--output", "json")
    allowed = ecrkit("guard", without_web, "--baseline", baseline, "--output", "json", "--allow", "web")

    finding = {
        "stack": "Shop",
        "logical_id": "Web",
        "repository": "web",
        "code": "GRD111",
        "severity": "error",
        "message": (
            "'web' leaves the stack: CloudFormation would keep it with its images, and no stack manages it any more, "
            "because its DeletionPolicy so far is RetainExceptOnCreate"
        ),
        "remedy": "put it back; or allow it, and delete the repository by hand when nothing pulls from it",
    }
    assert json.loads(refused.stdout) == {"findings": [finding]}
    assert json.loads(allowed.stdout) == {"findings": [{**finding, "allowed": True}]}
    assert refused.stderr == ""


def test_json_of_nothing_is_an_empty_list(baseline: Path) -> None:
    """Where nothing is found JSON still has the key."""
    result = ecrkit("guard", baseline, "--baseline", baseline, "--output", "json")

    assert json.loads(result.stdout) == {"findings": []}


def test_github_annotates(baseline: Path, without_web: Path) -> None:
    """GitHub's format is a workflow command per finding; an allowed one is a notice."""
    refused = ecrkit("guard", without_web, "--baseline", baseline, "--output", "github")
    allowed = ecrkit("guard", without_web, "--baseline", baseline, "--output", "github", "--allow", "web")

    assert refused.stdout.startswith("::error title=GRD111::Shop/Web: 'web' leaves the stack: ")
    assert allowed.stdout.startswith("::notice title=GRD111::Shop/Web: 'web' leaves the stack: ")
    assert allowed.stdout.endswith(" (allowed)\n")


def test_note_does_not_fail(baseline: Path, tmp_path: Path) -> None:
    """A changed repository policy is a note: shown, no error, and nothing that could be allowed."""
    web = repository("web", RepositoryPolicyText={"Statement": []})
    now = write_assembly(
        tmp_path / "cdk.out", {"Shop": {"Api": repository("team/api"), "Web": web, "Policy": setting()}}
    )

    result = ecrkit("guard", now, "--baseline", baseline, "--allow", "web")
    github = ecrkit("guard", now, "--baseline", baseline, "--output", "github")

    assert result.returncode == 0
    assert result.stdout == (
        "Shop/Web: note: the policy that grants access to 'web' is added; run 'cdk diff Shop' to see the statements "
        "[GRD172]\n"
    )
    assert result.stderr == (
        "3 resources compared: nothing would be replaced or removed, 1 note\n"
        "warning: --allow web: nothing of that name is found; remove it\n"
    )
    assert github.stdout.startswith("::notice title=GRD172::Shop/Web: ")


def test_baseline_without_anything_of_ecr_is_told(baseline: Path, tmp_path: Path) -> None:
    """Where the baseline has nothing of ECR, everything is new."""
    empty = write_assembly(tmp_path / "empty", {"Shop": {}})

    result = ecrkit("guard", baseline, "--baseline", empty)

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "the baseline has nothing of ECR: everything is new\n"


def test_baseline_without_stacks_exits_2(baseline: Path, tmp_path: Path) -> None:
    """A baseline without stacks is the wrong folder."""
    empty = write_assembly(tmp_path / "empty", {})

    result = ecrkit("guard", baseline, "--baseline", empty)

    assert result.returncode == 2
    assert result.stderr == f"error: {empty}: has no stacks to compare with; give the cdk.out of an app that has\n"


def test_names_are_no_commands_to_a_terminal(tmp_path: Path) -> None:
    """What is no visible character is shown as its escape."""
    before = write_assembly(tmp_path / "main", {"Shop": {"It": repository("web\x1b[31m\n")}})
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = ecrkit("guard", now, "--baseline", before)

    assert result.stdout.startswith("Shop/It: error: 'web\\x1b[31m\\n' leaves the stack: ")
    assert "\x1b" not in result.stdout + result.stderr


def test_severity_is_coloured_on_a_terminal(baseline: Path, without_web: Path) -> None:
    """On a terminal an error is red."""
    shown = ecrkit_on_terminal("guard", without_web, "--baseline", baseline, environment={"NO_COLOR": ""})

    assert "\x1b[31m" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "give one of '--baseline DIR' and '--deployed'.", id="neither"),
        pytest.param(("--baseline", ".", "--deployed"), "give one of '--baseline DIR' and '--deployed'.", id="both"),
        pytest.param(
            ("--baseline", ".", "--region", "r"), "'--profile' and '--region' need '--deployed'.", id="region"
        ),
    ],
)
def test_misuse_exits_2(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """It compares with one thing, and asks AWS only when told to."""
    result = ecrkit("guard", tmp_path, *arguments)

    assert result.returncode == 2
    assert result.stderr.endswith(f"Error: {message}\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("none", "cannot be read: no such directory; run 'cdk synth' first", id="missing"),
        pytest.param("main", "not a cloud assembly: has no manifest.json; run 'cdk synth' first", id="no assembly"),
    ],
)
def test_unreadable_exits_2(tmp_path: Path, name: str, message: str) -> None:
    """What cannot be read is no finding: exit 2, and one line."""
    (tmp_path / "main").mkdir()

    result = ecrkit("guard", tmp_path / name, "--baseline", tmp_path / "main")

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"error: {tmp_path / name}: {message}\n"


def test_broken_json_exits_2(baseline: Path, tmp_path: Path) -> None:
    """A template that is not JSON is told with its file."""
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})
    (now / "Shop.template.json").write_text("{")

    result = ecrkit("guard", now, "--baseline", baseline)

    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {now}/Shop.template.json:1:2: not JSON: ")


def test_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`| head` ends the command without a traceback."""
    many = {f"It{number}": repository(f"web-{number}") for number in range(2_000)}
    before = write_assembly(tmp_path / "main", {"Shop": many})
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = shell('"$0" guard "$1" --baseline "$2" | head -n 1', ECRKIT, now, before)

    assert result.stdout.startswith("Shop/It0: error: ")
    assert "Traceback" not in result.stderr


def test_guarding_loads_nothing_heavy() -> None:
    """Comparing two assemblies loads neither CDK, boto3 nor a YAML reader."""
    code = (
        "import sys\n"
        "import ecrkit.cli.guard\n"
        "print(sorted({'aws_cdk', 'jsii', 'boto3', 'botocore', 'yaml'} & sys.modules.keys()))\n"
    )

    result = shell('"$(dirname "$0")/python" -c "$1"', ECRKIT, code)

    assert result.stdout == "[]\n"
