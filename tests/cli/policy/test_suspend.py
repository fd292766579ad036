"""`ecrkit policy suspend` and `ecrkit policy resume` against a local AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.proxies import Fault, aws_error, proxy_to
from builders.sandboxes import HOME
from builders.stores import make_store, policy_text, publish

from ecrkit.deployment.suspensions import parse_saved, suspension_in

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = f"""\
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
defaults: {{lifecycle: ten@1}}
repositories:
  team/api:
  team/web:
"""
STATE = f".ecrkit/suspended/{HOME.account}-{HOME.region}.json"
SUSPEND = ("policy", "suspend", "--reason", "incident 42", "--yes")
RESUME = ("policy", "resume", "--yes")


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path) -> Account:
    """Two repositories with policies, and one without."""
    account = account_in(ministack, tmp_path)
    for name in ("bare", "team/api", "team/web"):
        account.ecr.create_repository(repositoryName=name)
    for name in ("team/api", "team/web"):
        account.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy_text())
    return account


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a catalog of both."""
    publish(make_store(tmp_path, {"ten/v1.json": policy_text(), "twenty/v1.json": policy_text(keep=20)}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def run(account: Account, project: Path, *arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    return ecrkit(*arguments, environment=account.at(url or account.url), cwd=project)


def policy_of(account: Account, name: str) -> str:
    return account.ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]


def is_suspended(account: Account, name: str) -> bool:
    return suspension_in(policy_of(account, name)) is not None


def test_policies_are_suspended_and_resumed(account: Account, project: Path) -> None:
    """A pattern suspends what it matches, records why, and saves what was there; resuming restores it verbatim."""
    before = policy_of(account, "team/web")
    suspended = run(account, project, *SUSPEND, "team/*", "bare", "--for", "7d")
    suspension = suspension_in(policy_of(account, "team/web"))

    assert suspended.returncode == 0
    assert suspended.stdout == "suspended: team/api\nsuspended: team/web\n"
    assert suspended.stderr == (
        "bare: has no lifecycle policy, skipped\n"
        "team/api: 1 rule, to be suspended\n"
        "team/web: 1 rule, to be suspended\n"
        f"the replaced policies are in {STATE}\n"
        "expired images are lost; images that were due may still expire within 24 hours\n"
        "a deploy that changes a repository ends its suspension, whatever it changes\n"
    )
    assert suspension is not None
    assert suspension.reason == "incident 42"
    assert suspension.until is not None
    assert (suspension.until - suspension.since).days == 7
    assert parse_saved((project / STATE).read_text(), file="").texts == {"team/api": before, "team/web": before}

    resumed = run(account, project, *RESUME, "--environment", "dev")
    again = run(account, project, *RESUME, "team/web", "bare")

    assert resumed.stderr == (
        "team/api: to be restored from the state file\nteam/web: to be restored from the state file\n"
    )
    assert resumed.stdout == "restored: team/api\nrestored: team/web\n"
    assert policy_of(account, "team/web") == before
    assert again.returncode == 0
    assert again.stderr == "bare: has no lifecycle policy, skipped\nteam/web: already restored, skipped\n"


def test_suspending_again_changes_reason_and_end(account: Account, project: Path) -> None:
    """Another reason or end replaces the old one, and what comes back is still what was there at first."""
    before = policy_of(account, "team/web")
    run(account, project, *SUSPEND, "team/web")
    same = run(account, project, *SUSPEND, "team/web")
    document = json.loads(
        run(account, project, *SUSPEND, "team/web", "--reason", "incident 43", "--output", "json").stdout
    )
    suspension = suspension_in(policy_of(account, "team/web"))
    run(account, project, *RESUME, "team/web")

    assert same.stderr == "team/web: suspended already, skipped\n"
    assert document["repositories"] == [{"repositoryName": "team/web", "status": "change"}]
    assert suspension is not None
    assert suspension.reason == "incident 43"
    assert policy_of(account, "team/web") == before


def test_it_asks_first(account: Account, project: Path) -> None:
    """Without --yes the terminal decides, and --dry-run changes nothing; a reason is required."""
    shown = ecrkit_on_terminal(
        *("policy", "suspend", "team/web", "--reason", "x"), environment=account.environment, typed="n\n"
    )
    dry = run(account, project, *SUSPEND, "team/web", "--dry-run")
    unreasoned = run(account, project, "policy", "suspend", "team/web", "--yes")
    unnamed = run(account, project, *SUSPEND)

    assert "Suspend 1 lifecycle policy without an end? [y/N]: " in shown
    assert "error: nothing suspended" in shown
    assert dry.stdout == "would be suspended: team/web\n"
    assert "Missing option '--reason'" in unreasoned.stderr
    assert unnamed.stderr.endswith("Error: name repositories, or pass --environment\n")
    assert not is_suspended(account, "team/web")
    assert not (project / STATE).exists()


def test_changed_catalog_is_refused(account: Account, project: Path) -> None:
    """If the catalog pins another policy meanwhile, nothing is restored unless told."""
    run(account, project, *SUSPEND, "--environment", "dev")
    (project / "repositories.yaml").write_text(CATALOG.replace("team/web:", "team/web: {lifecycle: twenty@1}"))

    refused = run(account, project, *RESUME, "--environment", "dev")
    told = run(account, project, *RESUME, "--environment", "dev", "--original")

    assert refused.returncode == 1
    assert refused.stderr.endswith(
        "error: team/web: the catalog changed its lifecycle policy while it was suspended; deploy the new one, or pass "
        "--original to restore the old one\n"
    )
    assert told.stdout == "restored: team/api\nrestored: team/web\n"


def test_changed_suspension_is_refused(account: Account, project: Path) -> None:
    """A policy that somebody put after the suspension stays."""
    run(account, project, *SUSPEND, "team/web")
    account.ecr.put_lifecycle_policy(repositoryName="team/web", lifecyclePolicyText=policy_text(keep=30))

    refused = run(account, project, *RESUME, "team/*")

    assert refused.returncode == 1
    assert refused.stderr.endswith(
        "error: team/web: somebody changed its suspended lifecycle policy; compare it with the catalog: "
        "`ecrkit audit`\n"
    )


def test_deploy_ends_a_suspension(account: Account, project: Path) -> None:
    """A repository whose new policy was deployed meanwhile is skipped, so that the others come back."""
    run(account, project, *SUSPEND, "--environment", "dev")
    (project / "repositories.yaml").write_text(CATALOG.replace("team/web:", "team/web: {lifecycle: twenty@1}"))
    account.ecr.put_lifecycle_policy(repositoryName="team/web", lifecyclePolicyText=policy_text(keep=20))

    resumed = run(account, project, *RESUME, "--environment", "dev")

    assert resumed.returncode == 0
    assert resumed.stdout == "restored: team/api\n"
    assert "team/web: has the lifecycle policy that the catalog declares, skipped\n" in resumed.stderr
    assert json.loads(policy_of(account, "team/web")) == json.loads(policy_text(keep=20))


@pytest.mark.parametrize(
    ("command", "verb"),
    [pytest.param(SUSPEND, "suspended", id="suspend"), pytest.param(RESUME, "restored", id="resume")],
)
def test_policy_that_changes_during_the_command_stays(
    account: Account, project: Path, command: tuple[str, ...], verb: str
) -> None:
    """A policy that somebody puts after it was read, as during the question, stays; the exit code is 1."""
    if command is RESUME:
        run(account, project, *SUSPEND, "team/web")
    new = policy_text(keep=30)

    def somebody_else(_: object) -> bool:
        account.ecr.put_lifecycle_policy(repositoryName="team/web", lifecyclePolicyText=new)
        return True

    with proxy_to(account.url, Fault("ecr:GetLifecyclePolicy", somebody_else, after=1, times=1)) as proxy:
        result = run(account, project, *command, "team/web", url=proxy.url)

    assert result.returncode == 1
    assert result.stderr.endswith(
        f"error: team/web: not {verb}: its lifecycle policy changed in the meantime\n"
        f"0 of 1 lifecycle policy {verb}; run the command again\n"
    )
    assert json.loads(policy_of(account, "team/web")) == json.loads(new)


def test_nothing_is_suspended_that_cannot_be_saved(account: Account, project: Path) -> None:
    """If the state file cannot be written, every policy stays; if it cannot be updated, policies come back anyway."""
    (project / ".ecrkit").write_text("a file")
    unsaved = run(account, project, *SUSPEND, "team/web")
    (project / ".ecrkit").unlink()
    untouched = is_suspended(account, "team/web")
    run(account, project, *SUSPEND, "team/web")
    (project / STATE).chmod(0o400)
    (project / STATE).parent.rename(project / "elsewhere")
    resumed = run(account, project, *RESUME, "team/web", "--state", f"elsewhere/{HOME.account}-{HOME.region}.json")

    assert unsaved.returncode == 2
    assert unsaved.stdout == ""
    assert not untouched
    assert resumed.returncode == 0
    assert not is_suspended(account, "team/web")


def test_policy_is_restored_without_the_file(account: Account, project: Path) -> None:
    """
    Without the state file, the policy comes from the catalog or the deployed template.

    If neither has it, the error says where to look.
    """
    template = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "shop"}}
    template["Properties"] = {
        "RepositoryName": "shop",
        "LifecyclePolicy": {"LifecyclePolicyText": policy_text(keep=40)},
    }
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=json.dumps({"Resources": {"Shop": template}}))
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    account.ecr.put_lifecycle_policy(repositoryName="team/api", lifecyclePolicyText=policy_text(keep=50))
    run(account, project, *SUSPEND, "shop", "team/*")
    (project / STATE).unlink()

    refused = run(account, project, *RESUME, "team/*", "shop")
    restored = run(account, project, *RESUME, "shop", "team/web", "--output", "json")

    assert refused.stderr.splitlines()[-1] == (
        f"error: team/api: the replaced policy is not in {STATE}, the catalog or the deployed "
        "template; run this in the directory where it was suspended, or pass the file with --state"
    )
    assert json.loads(restored.stdout)["repositories"] == [
        {"repositoryName": "shop", "status": "restore", "source": "deployed template"},
        {"repositoryName": "team/web", "status": "restore", "source": "catalog"},
    ]
    assert json.loads(policy_of(account, "shop")) == json.loads(policy_text(keep=40))
    assert is_suspended(account, "team/api")


def test_failure_does_not_stop_the_others(account: Account, project: Path) -> None:
    """If AWS refuses one policy, the others are suspended, and another run does the rest."""
    refused = Fault("ecr:PutLifecyclePolicy", aws_error("KmsException", message="No key"), times=1)
    with proxy_to(account.url, refused) as proxy:
        first = run(account, project, *SUSPEND, "team/*", url=proxy.url)
    second = run(account, project, *SUSPEND, "team/*")

    # Both are put at the same time.
    lost, done = ("team/api", "team/web") if "team/api: not" in first.stderr else ("team/web", "team/api")
    assert first.returncode == 3
    assert first.stdout == f"suspended: {done}\n"
    assert first.stderr.endswith(
        f"error: {lost}: not suspended: PutLifecyclePolicy: KmsException: No key\n"
        "1 of 2 lifecycle policies suspended; run the command again\n"
    )
    assert second.stdout == f"suspended: {lost}\n"
    assert run(account, project, *RESUME, "--environment", "dev").returncode == 0


def test_broken_catalog_stops_no_emergency(account: Account, project: Path) -> None:
    """A catalog that cannot be read stops no suspension by name; `audit` and `repos list` tell what is suspended."""
    (project / "repositories.yaml").write_text("repositories: [\n")
    result = run(account, project, *SUSPEND, "team/web")
    (project / "repositories.yaml").write_text(CATALOG)
    listed = run(account, project, "repos", "list")
    audit = run(account, project, "audit", "--drift-only", "--output", "json")

    assert result.returncode == 0
    assert result.stderr.startswith("the catalog was not read: repositories.yaml:")
    assert [line.split()[5] for line in listed.stdout.splitlines() if "team/web" in line] == ["suspended"]
    document = json.loads(audit.stdout)
    assert [one["code"] for one in document["findings"] if one["pointer"] == "/repositories/team~1web"][-1] == "AUD118"
    [facts] = [one for one in document["repositories"] if one["repositoryName"] == "team/web"]
    assert facts["suspended"]["reason"] == "incident 42"


def test_catalog_is_not_needed(account: Account, project: Path) -> None:
    """Suspend and resume work without a catalog. Resume says that nothing was compared."""
    (project / "repositories.yaml").unlink()
    suspended = run(account, project, *SUSPEND, "team/web")
    resumed = run(account, project, *RESUME, "team/web")

    assert suspended.returncode == 0
    assert resumed.stdout == "restored: team/web\n"
    assert resumed.stderr.startswith("the catalog was not checked for changes; pass --catalog\n")


def test_repository_that_is_not_suspended_is_refused(account: Account, project: Path) -> None:
    """Naming a repository whose policy is not suspended is refused, a pattern skips it."""
    named = run(account, project, *RESUME, "team/web")
    matched = run(account, project, *RESUME, "team/*")

    assert named.returncode == 1
    assert named.stderr == (
        "error: team/web: its lifecycle policy is not suspended; `ecrkit audit` lists those that are\n"
    )
    assert matched.returncode == 0
    assert matched.stderr == "team/api: not suspended, skipped\nteam/web: not suspended, skipped\n"
