"""The validation plugin: what a synthesis makes of its findings."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from builders.apps import ROOT, run_app
from builders.validations import BAD, INCOMPLETE, TOO_LOW, UNPROTECTED

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

REPORT = f"""\
ERROR {TOO_LOW} (ecrkit)
   Registry/App (App) aws-cdk-lib.aws_ecr.CfnRepository
   Acknowledge with 'ecrkit::ECR112'
"""

WARNING = f"""\
WARNING {UNPROTECTED} (ecrkit)
   Registry/App (App) aws-cdk-lib.aws_ecr.CfnRepository
   Suggested fix: put a rule above it for the deployed tags
   Acknowledge with 'ecrkit::ECR213'
"""


@dataclass(frozen=True)
class Program:
    """
    An app as its users write it, in a process of its own.

    Attributes:
        path: of the script.
    """

    path: Path

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it without the CDK command line."""
        return self._run([sys.executable, str(self.path)])

    def synth(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run it by ``cdk synth``."""
        cdk_cli = str(ROOT / "node_modules" / ".bin" / "cdk")
        output = str(self.path.with_name("cdk.out"))
        return self._run([cdk_cli, "synth", "--quiet", *options, "--app", f"python {self.path}", "--output", output])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # Where pytest is, CDK puts its report into the exception instead of showing it.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
        settings = {"PATH": path, "PYTHONPATH": str(ROOT), "CDK_OUTDIR": str(self.path.with_name("cdk.out"))}
        return subprocess.run(
            command,
            cwd=self.path.parent,
            env={**environ, **settings, "AWS_EC2_METADATA_DISABLED": "true", "CI": "true"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Program]:
    def write(text: str) -> Program:
        """Write an app of one stack and one repository, an L1, with the policy *text*."""
        path = tmp_path / "program.py"
        source = f"""\
            import aws_cdk as cdk
            from aws_cdk import aws_ecr as ecr
            from ecrkit.cdk import LifecyclePolicyValidation

            app = cdk.App(analytics_reporting=False)
            cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
            stack = cdk.Stack(app, "Registry")
            ecr.CfnRepository(stack, "App", lifecycle_policy={{"lifecyclePolicyText": {text!r}}})
            app.synth()
        """
        path.write_text(dedent(source), encoding="utf-8")
        return Program(path)

    return write


@pytest.fixture
def tampered(tmp_path: Path) -> Program:
    """An app of our catalog, with a plain repository in every stack, whose policy ECR refuses."""
    path = tmp_path / "tampered.py"
    source = f"""\
        from ecrkit.cdk import RepositoriesStack, catalog_stacks, synthesize
        import aws_cdk as cdk
        from aws_cdk import aws_ecr as ecr

        class Tampered(RepositoriesStack):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                ecr.CfnRepository(self, "App", lifecycle_policy={{"lifecyclePolicyText": {BAD!r}}})

        app = cdk.App()
        catalog_stacks(
            app,
            {str(ROOT / "repositories.yaml")!r},
            policies={str(ROOT / "policies" / "lifecycle")!r},
            repositories_stack=Tampered,
        )
        synthesize(app)
    """
    path.write_text(dedent(source), encoding="utf-8")
    return Program(path)


class TestSynth:
    def test_error(self, program: Callable[[str], Program]) -> None:
        """``cdk synth`` of an app with an invalid policy fails, and shows the finding."""
        synth = program(BAD).synth()

        assert synth.stderr == f"{REPORT}Synthesis finished with errors\n"
        assert synth.returncode == 1

    def test_error_alone(self, program: Callable[[str], Program]) -> None:
        """So does the app without the CDK command line."""
        run = program(BAD).run()

        assert run.stderr.count(REPORT) == 1
        assert run.returncode == 1

    def test_warning(self, program: Callable[[str], Program]) -> None:
        """A warning alone is shown, and does not stop a synthesis."""
        synth = program(INCOMPLETE).synth()

        assert synth.stderr.startswith(WARNING)
        assert synth.returncode == 0

    def test_warning_alone(self, program: Callable[[str], Program]) -> None:
        """Nor without the CDK command line."""
        run = program(INCOMPLETE).run()

        assert run.stderr.startswith(WARNING)
        assert run.returncode == 0

    def test_strict(self, program: Callable[[str], Program]) -> None:
        """``cdk synth --strict`` fails on a warning."""
        synth = program(INCOMPLETE).synth("--strict")

        assert synth.stderr == f"{WARNING}Synthesis finished with warnings (--strict mode)\n"
        assert synth.returncode == 1


class TestOurApp:
    """The app of this repository has the plugin, and whatever it finds ends in lines that a person can act on."""

    REPORT = REPORT.replace("Registry/App", "Repositories-dev/App")

    def test_stopped(self, tampered: Program) -> None:
        """Under ``cdk synth`` the finding is shown once, and nothing else."""
        synth = tampered.synth()

        assert synth.stderr == f"{self.REPORT}Synthesis finished with errors\n"
        assert synth.returncode == 1

    def test_stopped_alone(self, tampered: Program) -> None:
        """Run alone, the app shows the finding once, without a traceback, Python's or JavaScript's."""
        run = tampered.run()

        assert run.stderr.count(self.REPORT) == run.stderr.count("ECR112") == 1
        assert "ValidationFailed: Validation failed. A copy of this report can be found in: " in run.stderr
        assert "Traceback" not in run.stderr
        assert "    at " not in run.stderr
        assert run.returncode == 1

    def test_bad_file(self, tmp_path: Path) -> None:
        """A policy file that ECR rejects is reported once, with file, line and column."""
        path = tmp_path / "store" / "ours" / "v1.json"
        path.parent.mkdir(parents=True)
        path.write_text(BAD, encoding="utf-8")
        catalog = tmp_path / "repositories.yaml"
        catalog.write_text(
            'environments: {dev: {account: "123456789012", region: us-east-1}}\n'
            "repositories: {app: {lifecycle: ours@1}}\n",
            encoding="utf-8",
        )
        run = run_app(tmp_path / "out", context={"catalog": str(catalog), "policies": str(tmp_path / "store")})

        assert run.stderr == f"{path}:8:24: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]\n"
        assert (run.returncode, run.stdout) == (1, "")
