"""
How long the commands for a catalog of 10,000 repositories take, as ratios to reading its YAML.

Run it with ``make benchmark``. The commands of a ratio run in turn. Figures are medians of the processor time of whole
processes, start-up included, because other programs on the machine disturb it least.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
ECRKIT = str(Path(sys.executable).with_name("ecrkit"))
ROUNDS = 3
REPOSITORIES = 10_000

COMPOSE = """
import sys, resource, yaml

text = open(sys.argv[1], encoding="utf-8").read()
start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
yaml.compose(text, Loader=yaml.CSafeLoader)
print(resource.getrusage(resource.RUSAGE_SELF).ru_utime - start)
"""

HEAD = """
environments:
  dev: {account: "111122223333", region: us-east-1, shards: 128}
  prod: {account: "444455556666", region: eu-west-1, shards: 128, defaults: {tags: {stage: prod}}}

defaults:
  lifecycle: keep-last-10@1
  tags: {managed-by: ecrkit}
  silence: {ECR213: Deployments pin digests of the newest ten.}

repositories:
"""
POLICIES = (
    "keep-last-10@1",
    "[keep-five-prod@1, keep-last-10@1]",
    "[expire-untagged@1, keep-50-tagged@1]",
    "keep-20-semver@1",
    "[protect-latest-main-prod@1, keep-last-10@1]",
)
"""Five lifecycles; one of each five repositories takes the default."""
KINDS = 20
"""One repository of so many has a grant; one has statements of its own; one is left out of prod."""


def main() -> None:
    """Measure, and print a line a figure."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        old, new = (write_project(directory / each, changed=each == "new") for each in ("old", "new"))
        images = directory / "images"
        images.mkdir()
        # The command wants one file at least. What images take is another benchmark's.
        (images / "my-app.json").write_text('{"imageDetails": []}', encoding="utf-8")
        commands = {
            "compose": [sys.executable, "-c", COMPOSE, str(new)],
            "catalog check": [ECRKIT, "catalog", "check", str(new)],
            "catalog diff": [ECRKIT, "catalog", "diff", str(old), str(new), "--images", str(images)],
            "review": [ECRKIT, "review", "--base", str(old.parent), "--catalog", str(new)],
        }
        seconds = in_turn(commands, folder=new.parent)
    for command, target in (("catalog check", 10), ("catalog diff", 20), ("review", 20)):
        report(command, seconds[command], seconds["compose"], target=target)


def write_project(folder: Path, *, changed: bool) -> Path:
    """Write a catalog and its policies, before or after a change; give the path of the catalog."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    path = folder / "repositories.yaml"
    path.write_text(catalog(changed=changed), encoding="utf-8")
    return path


def catalog(*, changed: bool) -> str:
    """Write a catalog; the change gives one of 500 repositories another policy, and one of 500 another tag."""
    return HEAD.lstrip() + "".join(_entry(number, changed=changed) for number in range(REPOSITORIES))


def _entry(number: int, *, changed: bool) -> str:
    differs = changed and number % 500 == 1
    lines = [f"  team-{number % 97}/app-{number}:"]
    if number % len(POLICIES) or differs:
        lines.append(f"    lifecycle: {POLICIES[(number + 2 * differs) % len(POLICIES)]}")
    lines.append(f"    tags: {{team: team-{number % 97}, tier: {'core' if changed and number % 500 == 2 else 'web'}}}")  # noqa: PLR2004
    kind = number % KINDS
    if kind == 3:  # noqa: PLR2004 - any of them
        lines.append('    pull: {accounts: ["777788889999", "222233334444"], lambda: true}')
    elif kind == 7:  # noqa: PLR2004 - as above
        lines.append('    push: {principals: ["arn:aws:iam::777788889999:role/ci"]}')
    elif kind == 11:  # noqa: PLR2004 - as above
        lines.append("    mutable_tags: [latest, main]")
    elif kind == 13:  # noqa: PLR2004 - as above
        lines.append("    only: [dev]")
    return "\n".join(lines) + "\n"


def in_turn(commands: dict[str, list[str]], *, folder: Path) -> dict[str, float]:
    """Run each command, round by round, and give the median of its seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            seconds[name].append(processor_seconds(command, folder=folder))
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def processor_seconds(command: list[str], *, folder: Path) -> float:
    """Run a command; give the user time of its process, or the seconds that it prints."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - of this file
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode()
    if process.returncode:
        sys.exit(text)
    return float(text) if command[0] == sys.executable else usage.ru_utime


def report(name: str, seconds: float, reference: float, *, target: float) -> None:
    """Print a ratio, what it is made of and what it should be."""
    figures = f"{seconds:.2f} s / {reference:.2f} s"
    print(f"{name:<14} {seconds / reference:5.1f} times yaml.compose ({figures}), at most {target}")  # noqa: T201 - the result


if __name__ == "__main__":
    main()
