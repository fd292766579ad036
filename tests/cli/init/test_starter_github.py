"""ci/github.py of a registry repository, with a server in the place of GitHub's API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.pipelines import api, registry_in, run_script

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from builders.pipelines import Api

pytestmark = pytest.mark.server

REVIEW = "<!-- ecrkit:review -->\n\nNothing is lost.\n"
BOT = "github-actions[bot]"
COMMENTS = "/repos/acme/registries/issues/7/comments"
FIRST_PAGE = f"GET {COMMENTS}?per_page=100&page=1"
ARTIFACTS = "GET /repos/acme/registries/actions/artifacts?name=ecrkit-images&per_page=100"
DEPLOYS = "GET /repos/acme/registries/actions/workflows/deploy.yml/runs?branch=main&status=success&per_page=100"
EVENT = {"pull_request": {"number": 7}, "repository": {"default_branch": "main"}}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry repository with a review and an event."""
    directory = registry_in(tmp_path_factory.mktemp("registry"), ci="github")
    (directory / "review.md").write_text(REVIEW)
    (directory / "event.json").write_text(json.dumps(EVENT))
    return directory


def run(server: Api, registry: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script with the variables of a job."""
    environment = {
        "GITHUB_API_URL": server.url,
        "GITHUB_EVENT_PATH": str(registry / "event.json"),
        "GITHUB_OUTPUT": str(registry / "output"),
        "GITHUB_REPOSITORY": "acme/registries",
        "GITHUB_TOKEN": "secret",
        **variables,
    }
    (registry / "output").write_text("")
    return run_script(registry, "ci/github.py", *arguments, environment=environment)


def written(
    number: int, body: str = "<!-- ecrkit:review -->\nOld.", *, by: str = "github-actions[bot]"
) -> dict[str, Any]:
    """Make a comment as GitHub describes it."""
    return {"id": number, "user": {"login": by}, "body": body}


def artifact(run_id: int, *, branch: str = "main", repository: int = 1, expired: bool = False) -> dict[str, Any]:
    """Make an artifact as GitHub describes it."""
    origin = {"id": run_id, "repository_id": 1, "head_repository_id": repository, "head_branch": branch}
    return {"expired": expired, "workflow_run": origin}


def job(name: str, conclusion: str = "success") -> dict[str, str]:
    """Make a job as GitHub describes it."""
    return {"name": name, "conclusion": conclusion}


class TestComment:
    def test_first(self, registry: Path) -> None:
        """The first review is a new comment, also next to a comment of a person that looks like one."""
        answers = {FIRST_PAGE: [written(1, by="mallory"), written(2, "Nice!")], f"POST {COMMENTS}": {}}
        with api(answers) as server:
            result = run(server, registry, "comment", "review.md")

        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert server.calls == [FIRST_PAGE, f"POST {COMMENTS}"]
        assert server.bodies == [{"body": REVIEW}]
        assert set(server.tokens) == {"Authorization: Bearer secret"}

    def test_update(self, registry: Path) -> None:
        """The next review replaces it, also on the second page of comments."""
        update = "PATCH /repos/acme/registries/issues/comments/101"
        others = [written(number, "Hm.") for number in range(100)]
        answers = {FIRST_PAGE: others, f"GET {COMMENTS}?per_page=100&page=2": [written(101)], update: {}}
        with api(answers) as server:
            result = run(server, registry, "comment", "review.md")

        assert result.returncode == 0, result.stderr
        assert server.calls[-1] == update
        assert server.bodies == [{"body": REVIEW}]

    def test_same(self, registry: Path) -> None:
        """The same review is not written again."""
        with api({FIRST_PAGE: [written(1, REVIEW)]}) as server:
            result = run(server, registry, "comment", "review.md")

        assert result.returncode == 0, result.stderr
        assert server.calls == [FIRST_PAGE]

    def test_read_only_token(self, registry: Path) -> None:
        """A token that may not write, as that of a dependency update, is no failure."""
        with api({FIRST_PAGE: [], f"POST {COMMENTS}": 403}) as server:
            result = run(server, registry, "comment", "review.md")

        assert result.returncode == 0
        assert result.stdout == (
            "the token of this job is read-only, so no comment; the summary of the review job has the review\n"
        )

    def test_no_review(self, registry: Path) -> None:
        """A file that is no review is not written into a pull request."""
        with api({}) as server:
            result = run(server, registry, "comment", "README.md")

        assert (result.returncode, server.calls) == (2, [])
        assert result.stderr == (
            "ci/github.py: README.md: must start with '<!-- ecrkit:review'; ecrkit review --output markdown writes it\n"
        )

    def test_failure(self, registry: Path) -> None:
        """An answer that GitHub should not give is a line, without a traceback."""
        with api({FIRST_PAGE: 500}) as server:
            result = run(server, registry, "comment", "review.md")

        assert result.returncode == 3
        assert result.stderr == "ci/github.py: comment: <HTTPError 500: 'Internal Server Error'>\n"


class TestImages:
    def test_newest(self, registry: Path) -> None:
        """The newest run of the default branch is an output."""
        with api({ARTIFACTS: {"artifacts": [artifact(12), artifact(11)]}}) as server:
            result = run(server, registry, "images")

        assert (result.returncode, result.stdout) == (0, "")
        assert (registry / "output").read_text() == "run-id=12\n"

    @pytest.mark.parametrize(
        "artifacts",
        [
            pytest.param([], id="none"),
            pytest.param([artifact(12, repository=2)], id="of-a-fork"),
            pytest.param([artifact(12, branch="feature")], id="of-another-branch"),
            pytest.param([artifact(12, expired=True)], id="expired"),
            pytest.param([{"expired": False, "workflow_run": None}], id="of-no-run"),
        ],
    )
    def test_none(self, registry: Path, artifacts: list[Mapping[str, Any]]) -> None:
        """Without one that can be trusted there is no output, and the job says so."""
        with api({ARTIFACTS: {"artifacts": artifacts}}) as server:
            result = run(server, registry, "images")

        assert result.returncode == 0
        assert result.stdout == "no list of images from the last nights: the review does not check images\n"
        assert (registry / "output").read_text() == ""


class TestDeployed:
    def test_newest(self, registry: Path) -> None:
        """The newest run that deployed counts; one whose deploy was skipped, without a role, does not."""
        answers = {
            DEPLOYS: {"workflow_runs": [{"id": 3, "head_sha": "c"}, {"id": 2, "head_sha": "b"}]},
            "GET /repos/acme/registries/actions/runs/3/jobs?per_page=100": {"jobs": [job("deploy", "skipped")]},
            "GET /repos/acme/registries/actions/runs/2/jobs?per_page=100": {"jobs": [job("gate"), job("deploy")]},
        }
        with api(answers) as server:
            result = run(server, registry, "deployed")

        assert (result.returncode, result.stdout) == (0, "")
        assert (registry / "output").read_text() == "commit=b\n"

    def test_none(self, registry: Path) -> None:
        """Before the first deploy there is no output, and the job says so."""
        with api({DEPLOYS: {"workflow_runs": []}}) as server:
            result = run(server, registry, "deployed")

        assert (result.returncode, (registry / "output").read_text()) == (0, "")
        assert result.stdout == "nothing was deployed yet: the gate reviews the last push\n"

    def test_failure(self, registry: Path) -> None:
        """A gate that cannot find out what is deployed fails."""
        with api({DEPLOYS: 403}) as server:
            result = run(server, registry, "deployed")

        assert (result.returncode, result.stderr) == (3, "ci/github.py: deployed: <HTTPError 403: 'Forbidden'>\n")


class TestNightly:
    @pytest.mark.parametrize(
        ("private", "variable", "runs"),
        [
            pytest.param(True, "", "true", id="private"),
            pytest.param(True, "false", "false", id="private-off"),
            pytest.param(False, "", "false", id="public"),
            pytest.param(False, "true", "true", id="public-on"),
            pytest.param(False, "yes", "false", id="public-mistyped"),
        ],
    )
    def test_decision(self, registry: Path, private: bool, variable: str, runs: str) -> None:  # noqa: FBT001 - a case
        """A public repository runs nothing at night unless its variable is true."""
        with api({"GET /repos/acme/registries": {"private": private}}) as server:
            result = run(server, registry, "nightly", ECRKIT_NIGHTLY=variable)

        assert result.returncode == 0, result.stderr
        assert (registry / "output").read_text() == f"run={runs}\n"


def test_usage(registry: Path) -> None:
    """A mistake in the workflow is a line."""
    with api({}) as server:
        result = run(server, registry, "comment")

    assert (result.returncode, result.stderr) == (
        2,
        "ci/github.py: expected 'comment FILE', 'deployed', 'images' or 'nightly'\n",
    )
