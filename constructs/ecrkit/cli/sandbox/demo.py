"""``ecrkit sandbox --demo``: deploy a catalog, push two images and preview a policy, all in a sandbox."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.aws.sandbox import node_first, push_sample, run_step, sample_image, write_layout
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.progress import ProgressLine
from ecrkit.cli.console.tables import echo_labelled
from ecrkit.documents.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.aws.sandbox import Sandbox

__all__ = ["Demo"]

_DEPLOY_SECONDS = 900
_COMMAND_SECONDS = 120
_COMMAND_WIDTH = 40
_LISTED = 10
"""A longer list of repositories is not shown."""

_TAGS = ("v1", "v2")
_POLICY = "keep-newest.json"
_KEEP_NEWEST = """\
{"rules": [{
  "rulePriority": 1,
  "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
  "action": {"type": "expire"}
}]}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """
    What a demo needs.

    Attributes:
        sandbox: bootstrapped for the environments of the catalog.
        catalog: its file.
        repositories: names that its first environment has, in the order of the catalog.
        skipped_stacks: stacks of public repositories and registry-wide settings, whose resource types MiniStack does
            not support.
        cdk: the CDK command line.
        node: the executable to run it with; ``None`` for the one on ``PATH``.
    """

    sandbox: Sandbox
    catalog: Path
    repositories: Sequence[str]
    skipped_stacks: Sequence[str]
    cdk: Path
    node: Path | None

    def run(self) -> None:
        """
        Run all steps.

        Raises:
            SandboxError: a step failed; the last lines of its program are in the message.
        """
        self._deploy()
        if self.repositories:
            self._push(self.repositories[0])
        if len(self.repositories) <= _LISTED:
            _echo_command("ecrkit", "repos", "list", gap=True)
            self._run("repos", "list", "--catalog", str(self.catalog), is_shown=True)
        if self.repositories:
            echo()
            echo("What if a policy kept only the newest image? Nothing is deleted: it is a preview.")
            write_text(self.sandbox.directory / _POLICY, _KEEP_NEWEST)
            command = ["policy", "preview", _POLICY, "--repository", self.repositories[0]]
            _echo_command("ecrkit", *command)
            self._run(*command, is_shown=True, directory=self.sandbox.directory)
        _say_what_is_next(self.catalog)

    def _deploy(self) -> None:
        stacks = ["Repositories-*", "--exclusively"] if self.skipped_stacks else ["--all"]
        _echo_command("cdk", "deploy", *stacks, gap=True)
        if self.skipped_stacks:
            listed = ", ".join(self.skipped_stacks)
            echo(f"not deployed: {listed}: the local AWS supports private repositories only")
        options: list[str | Path] = ["--require-approval", "never", "--output", self.sandbox.directory / "cdk.out"]
        context = [] if self.catalog == Path("repositories.yaml") else ["--context", f"catalog={self.catalog}"]
        with ProgressLine() as line:
            run_step(
                self.sandbox,
                [self.cdk.absolute(), "deploy", *stacks, *options, *context],
                name="cdk deploy",
                environment=node_first(self.sandbox.environment(self.sandbox.home), self.node),
                directory=Path.cwd(),
                at_most_seconds=_DEPLOY_SECONDS,
                report=lambda seconds: line.tell("deploying", seconds),
            )
        echo(f"deployed {count_of(len(self.repositories), 'repository')}")

    def _push(self, repository: str) -> None:
        """Push with skopeo, as a person would, else without any tool."""
        images = [sample_image(tag) for tag in _TAGS]
        has_tool = shutil.which("skopeo") is not None
        echo()
        if not has_tool:
            echo("skopeo is not installed, so `ecrkit images push` is skipped: the images are sent directly")
        for image in images:
            if has_tool:
                write_layout(self.sandbox.directory / image.tag, image)
                source, target = f"oci:{image.tag}:{image.tag}", f"{repository}:{image.tag}"
                _echo_command("ecrkit", "images", "push", source, target)
                self._run("images", "push", source, target, directory=self.sandbox.directory)
            else:
                push_sample(self.sandbox, repository, image)
                echo(f"pushed {repository}:{image.tag}")
            if image is not images[-1]:
                # ECR orders images by the second of their push.
                time.sleep(1)

    def _run(self, *arguments: str, is_shown: bool = False, directory: Path | None = None) -> None:
        """Run a command of ours."""
        run_step(
            self.sandbox,
            [sys.executable, "-m", "ecrkit", *arguments],
            name=f"ecrkit {' '.join(arguments[:2])}",
            environment=self.sandbox.environment(self.sandbox.home),
            directory=directory or Path.cwd(),
            at_most_seconds=_COMMAND_SECONDS,
            is_shown=is_shown,
        )


def _echo_command(*words: str, gap: bool = False) -> None:
    if gap:
        echo()
    echo(f"$ {shlex.join(words)}")


def _say_what_is_next(catalog: Path) -> None:
    echo()
    echo("The local AWS stops now. What to try next:")
    environment = Path(sys.prefix)
    if sys.prefix != sys.base_prefix and not os.environ.get("VIRTUAL_ENV") and environment.is_relative_to(Path.cwd()):
        activate = environment.relative_to(Path.cwd()) / "bin" / "activate"
        echo_labelled(f"  . {activate}", "put ecrkit on the PATH of this shell", width=_COMMAND_WIDTH)
    for command, purpose in (
        (f"ecrkit catalog check {catalog}", "add a repository there, then check it"),
        ("ecrkit sandbox -- npx cdk deploy --all", "run any command in a local AWS"),
        ("ecrkit sandbox", "keep a local AWS until Ctrl-C"),
        ("ecrkit --help", "all commands"),
    ):
        echo_labelled(f"  {command}", purpose, width=_COMMAND_WIDTH)
