"""The other scripts of a pipeline: credentials of a role, the base of a review, and the review itself."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository, write_assembly
from builders.pipelines import api, registry_in, run_script
from builders.scans import scanning_account

from ecrkit.cli.review.markdown import REVIEW_MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.accounts import Account

pytestmark = pytest.mark.server

ROLE = "arn:aws:iam::123456789012:role/plan"
REQUEST = "GET /token?api=1&audience=sts.amazonaws.com"
SHOW = "import os; print(*sorted(name for name in os.environ if name.startswith(('AWS_', 'ACTIONS_'))))"


def token(**claims: str) -> str:
    """Make a token that nobody signed."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.e30"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry repository."""
    return registry_in(tmp_path_factory.mktemp("registry"), ci="github")


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """A local AWS."""
    with scanning_account() as account:
        yield account


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry repository with what `make setup` installs."""
    directory = registry_in(tmp_path_factory.mktemp("installed"), ci="github")
    (directory / ".venv").mkdir()
    (directory / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (directory / ".venv" / ".installed").touch()
    for requirements in directory.glob("requirements*.txt"):
        # Older than what is installed, so that no test installs anything.
        os.utime(requirements, (0, 0))
    return directory


def git(directory: Path, *arguments: str) -> str:
    """Run git, as a person with a name."""
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", *names, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True).stdout.strip()


class TestRole:
    def test_github(self, registry: Path, account: Account) -> None:
        """The command gets the credentials of the role, and not the token that GitHub gave for them."""
        with api({REQUEST: {"value": token(sub="repo:acme/registries:ref:refs/heads/main", aud="x")}}) as server:
            environment = {
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request",
                "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.url}/token?api=1",
                "AWS_ENDPOINT_URL": account.url,
                "AWS_REGION": "us-east-1",
            }
            command = ("ci/as_role.py", ROLE, "--", sys.executable, "-c", SHOW)
            result = run_script(registry, *command, environment=environment)

        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.split() == [
            "AWS_ACCESS_KEY_ID",
            "AWS_ENDPOINT_URL",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ]
        assert server.tokens == ["Authorization: Bearer request"]

    def test_gitlab(self, registry: Path, account: Account) -> None:
        """GitLab has the token in a variable; the exit code is that of the command."""
        environment = {"AWS_ENDPOINT_URL": account.url, "AWS_ID_TOKEN": token(sub="x"), "AWS_REGION": "us-east-1"}
        command = ("ci/as_role.py", ROLE, "--", sys.executable, "-c", f"{SHOW}; raise SystemExit(7)")
        result = run_script(registry, *command, environment=environment)

        assert result.returncode == 7
        assert "AWS_ID_TOKEN" not in result.stdout
        assert "AWS_SESSION_TOKEN" in result.stdout

    def test_refusal(self, registry: Path) -> None:
        """A refusal names the subject that the role would have to trust."""
        with api({"POST /": 403}) as server:
            environment = {
                "AWS_ENDPOINT_URL": server.url,
                "AWS_ID_TOKEN": token(sub="repo:acme@1/registries@2:ref:refs/heads/main", aud="sts.amazonaws.com"),
                "AWS_MAX_ATTEMPTS": "1",
                "AWS_REGION": "us-east-1",
            }
            result = run_script(registry, "ci/as_role.py", ROLE, "--", "true", environment=environment)

        assert result.returncode == 3
        assert result.stderr.startswith(f"ci/as_role.py: {ROLE}: ")
        assert result.stderr.endswith(
            "; the role must trust the subject 'repo:acme@1/registries@2:ref:refs/heads/main' and the audience "
            "'sts.amazonaws.com'\n"
        )

    def test_no_token(self, registry: Path) -> None:
        """A job without a token says what it needs."""
        result = run_script(registry, "ci/as_role.py", ROLE, "--", "true", environment={})

        assert result.returncode == 2
        assert result.stderr == (
            "ci/as_role.py: this job has no token; on GitHub it needs 'id-token: write', on GitLab 'id_tokens: "
            "AWS_ID_TOKEN'\n"
        )

    @pytest.mark.parametrize("arguments", [(), ("", "--", "true"), (ROLE, "true"), (ROLE, "--")])
    def test_usage(self, registry: Path, arguments: tuple[str, ...]) -> None:
        """A variable that is not set is a line that names it."""
        result = run_script(registry, "ci/as_role.py", *arguments, environment={})

        assert result.returncode == 2
        assert result.stderr == (
            f"ci/as_role.py: expected ROLE_ARN -- COMMAND…, got {list(arguments)}; set the variables AWS_PLAN_ROLE and "
            "AWS_DEPLOY_ROLE\n"
        )


class TestBase:
    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        """A registry repository with two commits."""
        directory = registry_in(tmp_path, ci="github")
        git(directory, "init", "--quiet")
        for number in (1, 2):
            git(directory, "commit", "--quiet", "--allow-empty", "--message", str(number))
        return directory

    def base_of(self, directory: Path, *commit: str) -> str:
        """Run the script; give what it prints."""
        result = run_script(directory, "ci/base.sh", *commit, environment={})

        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    @pytest.mark.parametrize("commit", ["", "0" * 40, "f" * 40, "--all"])
    def test_unknown_commit(self, clone: Path, commit: str) -> None:
        """A commit that the clone does not have is replaced by the parent."""
        assert self.base_of(clone, commit) == git(clone, "rev-parse", "HEAD^")

    def test_first_known_commit(self, clone: Path) -> None:
        """What is deployed goes before what was pushed last, and an empty name is none."""
        assert self.base_of(clone, "HEAD", "HEAD^") == git(clone, "rev-parse", "HEAD")
        assert self.base_of(clone, "", "f" * 40, "HEAD") == git(clone, "rev-parse", "HEAD")

    def test_known_commit(self, clone: Path) -> None:
        """A commit that the clone has is the base."""
        assert self.base_of(clone, "HEAD") == git(clone, "rev-parse", "HEAD")

    def test_first_commit(self, clone: Path) -> None:
        """The first commit is compared with an empty folder."""
        git(clone, "checkout", "--quiet", "HEAD^")
        base = Path(self.base_of(clone))

        assert list(base.iterdir()) == []
        base.rmdir()


class TestMake:
    def made(self, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile."""
        # A make that runs the tests passes its own settings on.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        command = ["make", *arguments]
        return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)

    def test_sarif(self, installed: Path) -> None:
        """What the checks find is written also if they fail."""
        catalog = installed / "repositories.yaml"
        text = catalog.read_text()
        catalog.write_text(text.replace("keep-50-tagged@1", "keep-50-tagged@9"))
        result = self.made(installed, "sarif")
        catalog.write_text(text)

        assert result.returncode == 0, result.stderr
        runs = json.loads((installed / "sarif" / "catalog.sarif").read_text())["runs"]
        assert "error" in {found["level"] for run in runs for found in run["results"]}
        assert json.loads((installed / "sarif" / "policies.sarif").read_text())["runs"][0]["results"] == []

    def test_accepted_losses(self, installed: Path) -> None:
        """Names in allow.txt are allowed, one by one, as they are written."""
        text = (installed / "allow.txt").read_text()
        (installed / "allow.txt").write_text(f"{text}team/*  # they are gone\n\nmy-app\n")
        result = self.made(installed, "--dry-run", "gate", "BASE=abc")
        (installed / "allow.txt").write_text(text)

        assert result.stdout.splitlines()[-2:] == [
            "ecrkit guard cdk.out --deployed --allow 'team/*' --allow 'my-app'",
            "ecrkit review --base 'abc'  --allow 'team/*' --allow 'my-app'",
        ]

    def test_gate_requires_images(self, installed: Path) -> None:
        """A gate that knows the images of one account refuses to change policies in another."""
        (installed / "images").mkdir()
        (installed / "images" / "web.json").touch()
        result = self.made(installed, "--dry-run", "gate", "BASE=abc")
        shutil.rmtree(installed / "images")

        assert result.stdout.splitlines()[-1] == "ecrkit review --base 'abc' --images images  --require-images "

    def test_images(self, installed: Path) -> None:
        """The images that are there are reviewed, and those in use; an account without images is no failure."""
        command = ("--dry-run", "review", "BASE=abc", "OUTPUT=markdown")
        (installed / "images" / "team").mkdir(parents=True)
        (installed / "in-use.txt").touch()
        without = self.made(installed, *command)
        (installed / "images" / "team" / "web.json").touch()
        result = self.made(installed, *command)
        shutil.rmtree(installed / "images")
        (installed / "in-use.txt").unlink()

        assert without.stdout == "ecrkit review --base 'abc'   --output markdown\n"
        assert result.stdout == "ecrkit review --base 'abc' --images images --in-use in-use.txt  --output markdown\n"

    def test_deploy_of_an_assembly(self, installed: Path) -> None:
        """A deploy takes an assembly that is there, without asking."""
        result = self.made(installed, "--dry-run", "deploy", "APP=cdk.out", "APPROVAL=never")

        assert result.stdout.splitlines()[-1] == "cdk deploy --app cdk.out --all --require-approval never"

    def test_review_that_cannot_be(self, installed: Path) -> None:
        """A review that fails says so in the comment, so that an older one does not stay."""
        summary = installed / "summary"
        variables = {"GITHUB_STEP_SUMMARY": str(summary)}
        result = run_script(installed, "ci/review.sh", "no-such-commit", environment=variables)

        assert result.returncode != 0
        assert (installed / "review.md").read_text() == (
            "<!-- ecrkit:review -->\n\n**The review failed.** The log of the job says why.\n"
        )
        assert summary.read_text() == (installed / "review.md").read_text()

    def test_review(self, installed: Path) -> None:
        """The review of a registry repository is a comment, which the script finds again by its marker."""
        git(installed, "init", "--quiet")
        git(installed, "add", "repositories.yaml", "policies")
        git(installed, "commit", "--quiet", "--message", "Start")
        result = run_script(installed, "ci/review.sh", "HEAD", environment={})

        assert (result.returncode, result.stderr) == (0, "")
        review = (installed / "review.md").read_text(encoding="utf-8")
        assert review.startswith(f"{REVIEW_MARKER}\n")
        assert f'MARKER = "{REVIEW_MARKER.removesuffix(" -->")}"' in (installed / "ci" / "github.py").read_text()

    def test_gate(self, installed: Path, account: Account) -> None:
        """The gate reads the account with the credentials of the role, and passes on a first deploy."""
        write_assembly(installed / "cdk.out", {"Repositories-dev": {"Web": repository("my-app")}})
        environment = {"AWS_ENDPOINT_URL": account.url, "AWS_ID_TOKEN": token(sub="x"), "AWS_REGION": "us-east-1"}
        run_role = ("ci/as_role.py", ROLE, "--", "make", "inventory", "gate", "BASE=HEAD")
        result = run_script(installed, *run_role, environment=environment)

        assert result.returncode == 0, result.stderr
        assert "first deploy: everything is new" in result.stderr
        assert [path.name for path in (installed / "images").glob("*.json")] == ["web.json"]
        assert (
            installed / "in-use.txt"
        ).read_text() == "# no image from 123456789012 us-east-1 is in use in ECS and Lambda\n"

    def test_audit(self, installed: Path, account: Account) -> None:
        """An audit that finds something shows it, keeps it in a file, and fails."""
        environment = {"AWS_ENDPOINT_URL": account.url, "AWS_ID_TOKEN": token(sub="x"), "AWS_REGION": "us-east-1"}
        result = run_script(installed, "ci/as_role.py", ROLE, "--", "make", "audit", environment=environment)

        assert result.returncode != 0
        assert "[AUD102]" in result.stdout
        assert (installed / "audit.txt").read_text() == result.stdout
