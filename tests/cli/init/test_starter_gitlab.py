"""ci/gitlab.py of a registry repository, with a server in the place of GitLab's API."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from builders.pipelines import api, registry_in, run_script

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from builders.pipelines import Api

pytestmark = pytest.mark.server

REVIEW = "<!-- ecrkit:review -->\n\nNothing is lost.\n"
NOTES = "/projects/5/merge_requests/7/notes"
FIRST_PAGE = f"GET {NOTES}?per_page=100&page=1"
USER = "GET /user"
DEPLOYS = "GET /projects/5/deployments?environment=production&status=success&order_by=id&sort=desc&per_page=1"
IMAGES = "GET /projects/5/jobs/artifacts/release%2Fnext/download?job=images"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry repository with a review."""
    directory = registry_in(tmp_path / "registry", ci="gitlab")
    (directory / "review.md").write_text(REVIEW)
    return directory


def run(server: Api, registry: Path, *arguments: str, has_token: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the script with the variables of a job, of a project with or without a token."""
    environment = {
        "CI_API_V4_URL": server.url,
        "CI_DEFAULT_BRANCH": "release/next",
        "CI_JOB_TOKEN": "job",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_PROJECT_ID": "5",
        "ECRKIT_TOKEN": "secret" if has_token else "",
    }
    return run_script(registry, "ci/gitlab.py", *arguments, environment=environment)


def written(number: int, body: str = "<!-- ecrkit:review -->\nOld.", *, by: int = 3) -> dict[str, Any]:
    """Make a note as GitLab describes it."""
    return {"id": number, "author": {"id": by}, "body": body}


def archive(*names: str) -> bytes:
    """Make the archive of an artifact."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "{}")
    return content.getvalue()


class TestNote:
    def test_first(self, registry: Path) -> None:
        """The first review is a new note, also next to one of somebody else that looks like it."""
        with api({USER: {"id": 3}, FIRST_PAGE: [written(1, by=4)], f"POST {NOTES}": {}}) as server:
            result = run(server, registry, "note", "review.md")

        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert server.calls == [USER, FIRST_PAGE, f"POST {NOTES}"]
        assert server.bodies == [{"body": REVIEW}]
        assert set(server.tokens) == {"PRIVATE-TOKEN: secret"}

    def test_update(self, registry: Path) -> None:
        """The next review replaces it."""
        with api({USER: {"id": 3}, FIRST_PAGE: [written(1), written(2)], f"PUT {NOTES}/1": {}}) as server:
            result = run(server, registry, "note", "review.md")

        assert result.returncode == 0, result.stderr
        assert server.calls[-1] == f"PUT {NOTES}/1"

    def test_without_token(self, registry: Path) -> None:
        """Without a token nothing is asked, and the review stays an artifact."""
        with api({}) as server:
            result = run(server, registry, "note", "review.md", has_token=False)

        assert (result.returncode, server.calls) == (0, [])
        assert result.stdout == "no ECRKIT_TOKEN, so no note; the artifact review.md of this job has the review\n"

    def test_failure(self, registry: Path) -> None:
        """A refusal of GitLab is a line."""
        with api({USER: 401}) as server:
            result = run(server, registry, "note", "review.md")

        assert (result.returncode, result.stderr) == (3, "ci/gitlab.py: note: <HTTPError 401: 'Unauthorized'>\n")


class TestImages:
    def test_images(self, registry: Path) -> None:
        """The images of the default branch are fetched, and nothing else that is in the archive."""
        content = archive("images/team/web.json", "in-use.txt", "ci/gitlab.py", "Makefile", "images/../../evil")
        script = (registry / "ci" / "gitlab.py").read_text()
        with api({IMAGES: content}) as server:
            result = run(server, registry, "images")

        assert result.returncode == 0, result.stderr
        assert (registry / "images" / "team" / "web.json").read_text() == "{}"
        assert (registry / "in-use.txt").read_text() == "{}"
        assert (registry / "ci" / "gitlab.py").read_text() == script
        assert not (registry.parent / "evil").exists()

    def test_redirect(self, registry: Path) -> None:
        """The token does not follow a redirect to a store of objects."""
        with api({"GET /object": archive("in-use.txt")}) as store, api({IMAGES: f"{store.url}/object"}) as server:
            result = run(server, registry, "images", has_token=False)

        assert result.returncode == 0, result.stderr
        assert (registry / "in-use.txt").exists()
        assert (server.tokens, store.tokens) == (["JOB-TOKEN: job"], [])

    @pytest.mark.parametrize("status", [401, 403, 404])
    def test_none(self, registry: Path, status: int) -> None:
        """Without images, or the right to fetch them, the job says so and goes on."""
        with api({IMAGES: status}) as server:
            result = run(server, registry, "images")

        assert result.returncode == 0
        assert result.stdout.startswith(f"no list of images (HTTP Error {status}: ")
        assert result.stdout.endswith("): the review does not check images\n")


class TestDeployed:
    @pytest.mark.parametrize(
        ("found", "printed", "said"),
        [
            pytest.param([{"sha": "abc"}], "abc\n", "", id="one"),
            pytest.param([], "", "nothing was deployed yet: the gate reviews the last push\n", id="none"),
        ],
    )
    def test_newest(self, registry: Path, found: list[Any], printed: str, said: str) -> None:
        """The newest successful deployment is printed, if there is one."""
        with api({DEPLOYS: found}) as server:
            result = run(server, registry, "deployed", has_token=False)

        assert (result.returncode, result.stdout, result.stderr) == (0, printed, said)

    def test_failure(self, registry: Path) -> None:
        """A gate that cannot find out what is deployed fails."""
        with api({DEPLOYS: 403}) as server:
            result = run(server, registry, "deployed")

        assert (result.returncode, result.stderr) == (3, "ci/gitlab.py: deployed: <HTTPError 403: 'Forbidden'>\n")


def test_usage(registry: Path) -> None:
    """A mistake in the pipeline is a line."""
    with api({}) as server:
        result = run(server, registry, "note")

    assert (result.returncode, result.stderr) == (2, "ci/gitlab.py: expected 'note FILE', 'deployed' or 'images'\n")
