"""``ecrkit policy test``: the tests of policies, run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.policies import note_unpublished
from ecrkit.cli.console.endings import end, first_lines
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.styles import verdict
from ecrkit.documents.terminal import write_text
from ecrkit.errors import InvalidDocumentError, PolicyReferenceError, UnreadableInputError, printable
from ecrkit.policies.testing.running import find_policy_tests, read_policy_tests, run_policy_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.errors import EcrkitError
    from ecrkit.policies.testing.cases import PolicyTest
    from ecrkit.policies.testing.running import Failure

    Result = tuple[Path, PolicyTest, tuple[Failure, ...]]

__all__ = ["case_document", "failure_line", "test_command"]

_DEFAULT_STORE = Path("policies/lifecycle")
_EXIT_UNREADABLE = 2


@click.command("test")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(path_type=Path))
@output_option()
def test_command(paths: tuple[Path, ...], *, output: str) -> None:
    """
    Run the tests of policies: v1.test.yaml tests v1.json.

    PATH is a file of tests, a policy, or a directory with both. Without PATH, runs the tests in
    policies/lifecycle.

    Exits with 1 if a test fails, and with 2 if one cannot be read or a published policy changed.

    \b
    Examples:
      ecrkit policy test
      ecrkit policy test policies/lifecycle/web/v2.test.yaml
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    files: list[Path] = []
    unreadable: list[EcrkitError] = []
    for path in paths or (_DEFAULT_STORE,):
        try:
            files += find_policy_tests(path)
        except UnreadableInputError as error:
            # The others are still worth running.
            unreadable.append(error)
    if not files and not unreadable:
        raise click.UsageError(f"no tests in {', '.join(map(str, paths or (_DEFAULT_STORE,)))}; write a v1.test.yaml")
    results: list[Result] = []
    for path in files:
        try:
            read = read_policy_tests(path)
        except (InvalidDocumentError, PolicyReferenceError, UnreadableInputError) as error:
            unreadable.append(error)
            continue
        note_unpublished([read.unpublished] if read.unpublished else [])
        results += [(path, test, run_policy_test(read.policy, test)) for test in read.tests]
    for problem in unreadable:
        write_text(f"error: {problem}", err=True)
    _echo(results, unreadable, output=output)
    if unreadable:
        sys.exit(_EXIT_UNREADABLE)
    failing = [failure_line(path, test, failure) for path, test, failures in results for failure in failures]
    end(first_lines(failing, noun="failure"), are_told=output == "text")


def failure_line(path: Path, test: PolicyTest, failure: Failure) -> str:
    """Write what failed, and where its test is."""
    return f"{_place(path, failure)}: {printable(test.name)}: {failure.message}"


def _echo(results: Sequence[Result], unreadable: Sequence[EcrkitError], *, output: str) -> None:
    if output == "json":
        echo_json({"cases": [case_document(*result) for result in results]})
        return
    for path, test, failures in results:
        for failure in failures:
            echo(failure_line(path, test, failure))
    failed = sum(bool(failures) for _, _, failures in results)
    read_files = len({path for path, _, _ in results})
    said = verdict(_verdict(failed, unreadable), is_passed=not (failed or unreadable))
    echo(f"{count_of(len(results), 'case')} of {count_of(read_files, 'policy')}: ", said, err=True)


def _verdict(failed: int, unreadable: Sequence[EcrkitError]) -> str:
    """Sum up; what was not run has not passed."""
    if not unreadable:
        return f"{failed:,} failed" if failed else "all passed"
    not_run = f"{count_of(len(unreadable), 'file')} not run"
    return f"{failed:,} failed, {not_run}" if failed else not_run


def _place(path: Path, failure: Failure) -> str:
    return (
        f"{path.as_posix()}:{failure.location.line}:{failure.location.column}" if failure.location else path.as_posix()
    )


def case_document(path: Path, test: PolicyTest, failures: tuple[Failure, ...]) -> dict[str, object]:
    """Turn a test that ran into an object for JSON."""
    return {
        "file": path.as_posix(),
        "name": test.name,
        "passed": not failures,
        "failures": [
            {"line": failure.location and failure.location.line, "message": failure.message} for failure in failures
        ],
    }
