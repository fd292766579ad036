"""What every test may need: programs that not every machine has, and the truth about what was skipped."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import core_run
import pytest
from hypothesis import HealthCheck, settings

import ecrkit.cdk  # noqa: F401 - before aws_cdk, in every test: it chooses the Node that aws_cdk starts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

_HOW_TO_GET = {
    "docker": "apt-get install docker.io, or brew install docker",
    "chromium": "apt-get install chromium",
    "jq": "apt-get install jq, or brew install jq",
    "skopeo": "apt-get install skopeo, or brew install skopeo",
    "umoci": "apt-get install umoci, or brew install umoci",
    "make": "apt-get install make, or xcode-select --install",
    "podman": "apt-get install podman, or brew install podman",
}


# Without an option the same few examples every time, so that a run says something about a change and not about luck;
# --hypothesis-profile=long searches for minutes, somewhere else each time.
settings.register_profile("brief", max_examples=40, derandomize=True, database=None, deadline=None)
settings.register_profile(
    "long", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="session")
def ministack() -> Iterator[Sandbox]:
    """One local AWS for all tests; ``builders.accounts.account_in`` gives a test an empty account in it."""
    from builders.sandboxes import HOME  # noqa: PLC0415 - brings boto3, which not every test needs

    from ecrkit.aws.sandbox import running_sandbox  # noqa: PLC0415 - as above

    with running_sandbox(HOME, environ=os.environ) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that ``--wheel`` names, or else one of this tree."""
    from builders.wheels import ROOT, made  # noqa: PLC0415 - most runs need none

    named = request.config.getoption("--wheel")
    return request.config.invocation_params.dir / named if named else made(ROOT, tmp_path_factory.mktemp("wheel"))[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--core", action="store_true", help="leave out tests that need Node, a server or a browser")
    parser.addoption(
        "--without", action="append", default=[], metavar="PROGRAM", help="leave out tests that need a program"
    )
    parser.addoption("--wheel", metavar="FILE", help="test this wheel instead of one of this tree")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("brief")
    config.addinivalue_line("markers", "needs(*programs): skipped where one of them is not installed")
    config.addinivalue_line("markers", f"{core_run.POSIX}: needs what Windows lacks; left out there")
    for name, meaning in core_run.MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    # The process that only hands tests to others starts those others, with its own environment.
    runs_tests = hasattr(config, "workerinput") or not config.getoption("numprocesses", None)
    if config.getoption("--core") and runs_tests:
        core_run.guard()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    marks = _marks_left_out(config)
    return True if marks and core_run.is_left_out(collection_path, marks) else None


def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    marks, programs = _marks_left_out(config), set(config.getoption("--without"))
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name in marks)
        or any(not programs.isdisjoint(marker.args) for marker in item.iter_markers("needs"))
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _marks_left_out(config: pytest.Config) -> tuple[str, ...]:
    core = tuple(core_run.MARKERS) if config.getoption("--core") else ()
    return core if core_run.IS_POSIX else (*core, core_run.POSIX)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if shutil.which(program) is None:
                pytest.skip(f"needs {program}: {_HOW_TO_GET[program]}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On a build server nobody reads what was skipped, so it fails there."""
    if os.environ.get("CI") == "true" and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = _skipped(config)
    if skipped:
        verdict = "a failure, since CI is true" if os.environ.get("CI") == "true" else "get what they need"
        terminalreporter.section(f"{len(skipped)} skipped: {verdict}")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longreprtext}")


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    """Give what was skipped, in whichever process; a worker, which reports to another, gives nothing."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []
