"""The pipelines that `ecrkit init` writes are valid, least privileged, and run only what the tests run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders.pipelines import registry_in

WORKFLOWS = ("deploy", "nightly", "pull-request")
WRITES = {
    ("pull-request", "code-scanning", "security-events"),
    ("pull-request", "comment", "pull-requests"),
    ("deploy", "gate", "id-token"),
    ("deploy", "deploy", "id-token"),
    ("nightly", "images", "id-token"),
    ("nightly", "audit", "id-token"),
}
"""Every permission to write that a job has."""

SCRIPTS = r"(python3|\.venv/bin/python|sh) ci/[a-z_]+\.(py|sh)"


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry repository for GitHub."""
    return registry_in(tmp_path_factory.mktemp("github"), ci="github")


@pytest.fixture(scope="module")
def gitlab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry repository for GitLab."""
    return registry_in(tmp_path_factory.mktemp("gitlab"), ci="gitlab")


def jobs_of(github: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Read every job of every workflow."""
    return {(name, job): document for name in WORKFLOWS for job, document in workflow(github, name)["jobs"].items()}


def workflow(github: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((github / ".github" / "workflows" / f"{name}.yml").read_text())
    return document


def commands_in(path: Path) -> list[str]:
    """Find every command of a workflow or pipeline."""
    document = yaml.safe_load(path.read_text())
    if "jobs" in document:
        return [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
    return [
        command
        for job in document.values()
        if isinstance(job, dict)
        for command in [*job.get("script", []), *job.get("after_script", [])]
    ]


def checked(*command: str | Path) -> str:
    """Run a checker; give what it says if it fails."""
    tool = Path(sys.executable).parent / str(command[0])
    result = subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


class TestGitHub:
    def test_schema(self, github: Path) -> None:
        """The workflows are valid by the schema of GitHub."""
        files = sorted((github / ".github" / "workflows").glob("*.yml"))

        assert [path.stem for path in files] == list(WORKFLOWS)
        assert checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files) == ""

    def test_zizmor(self, github: Path) -> None:
        """The audit of workflows finds nothing."""
        assert checked("zizmor", "--offline", "--no-progress", "--quiet", github) == ""

    def test_actions(self, github: Path) -> None:
        """Every action is of GitHub itself, and pinned by a tag."""
        text = "".join(path.read_text() for path in (github / ".github" / "workflows").iterdir())

        assert set(re.findall(r"uses: (\S+)", text)) == {
            "actions/checkout@v6",
            "actions/download-artifact@v8",
            "actions/setup-python@v6",
            "actions/upload-artifact@v7",
            "github/codeql-action/upload-sarif@v4",
        }

    def test_permissions(self, github: Path) -> None:
        """No workflow has permissions; each job has what it needs, and few can write anything."""
        assert [workflow(github, name)["permissions"] for name in WORKFLOWS] == [{}, {}, {}]
        assert {
            (*where, permission)
            for where, job in jobs_of(github).items()
            for permission, level in job["permissions"].items()
            if level != "read"
        } == WRITES

    def test_pull_request_has_no_credentials(self, github: Path) -> None:
        """A pull request, whose code nobody has read yet, gets no token for AWS."""
        text = (github / ".github" / "workflows" / "pull-request.yml").read_text()

        assert "pull_request_target" not in text
        assert "id-token" not in text
        assert "secrets." not in text
        assert "vars.AWS" not in text

    def test_limits(self, github: Path) -> None:
        """Every job has a time limit, every workflow a concurrency group, and no checkout keeps its token."""
        assert all(job["timeout-minutes"] <= 60 for job in jobs_of(github).values())
        assert all("group" in workflow(github, name)["concurrency"] for name in WORKFLOWS)
        checkouts = [
            step
            for job in jobs_of(github).values()
            for step in job["steps"]
            if step.get("uses", "").startswith("actions/checkout")
        ]
        assert {step["with"]["persist-credentials"] for step in checkouts} == {False}

    def test_gate_reviews_all_since_the_last_deploy(self, github: Path) -> None:
        """A push that the gate refused is not deployed with the next one: the gate begins at what is deployed."""
        gate = jobs_of(github)["deploy", "gate"]
        found, gated = (
            next(step for step in gate["steps"] if text in step.get("run", "")) for text in (" deployed", "gate")
        )

        assert gated["env"] == {"DEPLOYED": f"${{{{ steps.{found['id']}.outputs.commit }}}}"}
        assert '"$(sh ci/base.sh "$DEPLOYED" "$BEFORE")"' in gated["run"]
        assert gate["if"] == "${{ github.ref_name == github.event.repository.default_branch }}"

    def test_artifacts_replace_no_script(self, github: Path) -> None:
        """A job that can write reads artifacts from a folder in which no step runs anything."""
        writers = {job for _, job, permission in WRITES if permission != "id-token"}
        for (_, name), job in jobs_of(github).items():
            for step in job["steps"] if name in writers else ():
                if step.get("uses", "").startswith("actions/download-artifact"):
                    assert step["with"]["path"] in {"artifact", "sarif"}

    def test_deploy_needs_the_gate(self, github: Path) -> None:
        """Nothing is deployed that the gate has not seen: the deploy needs it, and its role."""
        deploy = jobs_of(github)["deploy", "deploy"]

        assert deploy["needs"] == "gate"
        assert "vars.AWS_PLAN_ROLE != ''" in deploy["if"]
        assert deploy["steps"][-1]["run"].endswith("make deploy APP=cdk.out APPROVAL=never")


class TestGitLab:
    def test_schema(self, gitlab: Path) -> None:
        """The pipeline is valid by the schema of GitLab."""
        file = gitlab / ".gitlab-ci.yml"
        options = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")

        assert checked("check-jsonschema", *options, file) == ""

    def test_merge_request_has_no_credentials(self, gitlab: Path) -> None:
        """A job of a merge request gets no token for AWS."""
        document = yaml.safe_load((gitlab / ".gitlab-ci.yml").read_text())
        with_role = {name for name, job in document.items() if isinstance(job, dict) and job.get("extends")}

        assert with_role == {"images", "audit", "gate", "deploy"}
        for name in with_role - {"audit"}:
            assert '$CI_PIPELINE_SOURCE != "merge_request_event"' in document[name]["rules"][0]["if"]
        assert document["audit"]["rules"][0]["if"].startswith('$CI_PIPELINE_SOURCE == "schedule"')

    def test_deploy_needs_the_gate(self, gitlab: Path) -> None:
        """The deploy needs the gate, which begins at what is deployed, and one runs at a time."""
        document = yaml.safe_load((gitlab / ".gitlab-ci.yml").read_text())

        assert 'sh ci/base.sh "$(cat deployed.txt)" "$CI_COMMIT_BEFORE_SHA"' in document["gate"]["script"][-1]
        assert document["deploy"]["needs"] == ["check", "gate"]
        assert document["deploy"]["resource_group"] == "production"


@pytest.mark.parametrize("ci", ["github", "gitlab"])
class TestBoth:
    def test_commands(self, ci: str, github: Path, gitlab: Path) -> None:
        """Every command is a target of the Makefile, or a script that the tests run."""
        directory = {"github": github, "gitlab": gitlab}[ci]
        files = [gitlab / ".gitlab-ci.yml"] if ci == "gitlab" else sorted((github / ".github/workflows").glob("*"))
        targets = set(re.findall(r"^([a-z-]+):", (directory / "Makefile").read_text(), re.MULTILINE))
        for command in (command for file in files for command in commands_in(file)):
            made = re.findall(r"\bmake ([a-z-]+)", command)
            scripts = re.findall(r"\bci/[a-z_]+\.(?:py|sh)", command)

            assert made or scripts, command
            assert set(made) <= targets
            assert all((directory / script).is_file() for script in scripts)
            assert re.match(rf"make |{SCRIPTS}", command)

    def test_scripts_compile(self, ci: str, github: Path, gitlab: Path) -> None:
        """The scripts are clean by the linter, for the oldest Python that ecrkit takes."""
        directory = {"github": github, "gitlab": gitlab}[ci] / "ci"
        options = ("--isolated", "--target-version", "py311", "--line-length", "120", "--no-cache")

        assert checked("ruff", "check", "--select", "E,F,W,B,UP,SIM,I", *options, directory) == ""
        assert checked("ruff", "format", "--check", *options, directory) == ""


def test_without_ci(tmp_path: Path) -> None:
    """Without a CI there are no pipelines and no scripts."""
    directory = registry_in(tmp_path, ci="none")

    assert not (directory / "ci").exists()
    assert not (directory / ".github").exists()
    assert not (directory / ".gitlab-ci.yml").exists()
