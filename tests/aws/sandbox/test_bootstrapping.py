"""Every target of a sandbox is bootstrapped, by the CDK of the project."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.sandbox_checks import ELSEWHERE, OTHER, project, repository_names, session
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import Sandbox, Target, bootstrap, find_cdk, running_sandbox
from ecrkit.cdk.node import bundled_node
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server

APP = """
import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr

app = cdk.App(analytics_reporting=False)
for account, region in [{targets}]:
    stack = cdk.Stack(app, f"Registry-{{account}}-{{region}}",
                      env=cdk.Environment(account=account, region=region))
    ecr.Repository(stack, "App", repository_name=f"app-of-{{account}}-{{region}}")
app.synth()
"""


@pytest.fixture(scope="module")
def bootstrapped() -> Iterator[Sandbox]:
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        cdk = find_cdk(Path(__file__).parent, search_path=os.environ["PATH"])
        bootstrap(sandbox, [HOME, ELSEWHERE, OTHER, HOME], cdk=cdk, node=bundled_node())
        yield sandbox


class TestBootstrap:
    @pytest.mark.parametrize("target", [HOME, ELSEWHERE, OTHER], ids=str)
    def test_every_target(self, bootstrapped: Sandbox, target: Target) -> None:
        """One run bootstraps several regions and several accounts."""
        client = session(bootstrapped, target).client("cloudformation", endpoint_url=bootstrapped.endpoint_url)
        stacks = client.describe_stacks(StackName="CDKToolkit")

        assert [stack["StackStatus"] for stack in stacks["Stacks"]] == ["CREATE_COMPLETE"]

    def test_deploys_to_every_target(self, bootstrapped: Sandbox, tmp_path: Path) -> None:
        """With the credentials of one account, an app deploys to all that are bootstrapped."""
        targets = [HOME, ELSEWHERE, OTHER]
        pairs = ", ".join(repr((target.account, target.region)) for target in targets)
        (tmp_path / "app.py").write_text(APP.format(targets=pairs))
        cdk = find_cdk(Path(__file__).parent, search_path=os.environ["PATH"])
        app = f"{shlex.quote(sys.executable)} app.py"
        environment = bootstrapped.environment(HOME)
        deployed = subprocess.run(
            [cdk, "deploy", "--all", "--require-approval", "never", "--app", app],
            cwd=tmp_path,
            env=environment | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert deployed.returncode == 0, deployed.stderr
        for target in targets:
            name = f"app-of-{target.account}-{target.region}"
            assert name in repository_names(bootstrapped, target)

    def test_failure(self, running: Sandbox, tmp_path: Path) -> None:
        """A bootstrap that fails is reported with what the CDK said."""
        project(tmp_path, cdk="echo no such luck; exit 3")
        cdk = find_cdk(tmp_path, search_path="")
        with pytest.raises(SandboxError) as caught:
            bootstrap(running, [HOME], cdk=cdk, node=bundled_node())

        assert str(caught.value) == "cdk bootstrap: exit code 3; its output:\nno such luck"

    def test_no_app_is_run(self, running: Sandbox, tmp_path: Path) -> None:
        """The CDK runs where no cdk.json is, for it would run the app in it."""
        project(tmp_path, cdk="pwd; exit 1")
        with pytest.raises(SandboxError) as caught:
            bootstrap(running, [HOME], cdk=find_cdk(tmp_path, search_path=""), node=bundled_node())

        assert str(caught.value).splitlines()[-1] == str(running.directory.resolve())


class TestFindCdk:
    def test_of_the_project(self, tmp_path: Path) -> None:
        """The CDK of a project is found from every folder in it, before that on PATH."""
        project(tmp_path)
        inner = tmp_path / "a" / "b"
        installed = project(tmp_path / "elsewhere") / "node_modules" / ".bin"

        found = find_cdk(inner, search_path=str(installed))

        assert found == tmp_path / "node_modules" / ".bin" / "cdk"

    def test_on_path(self, tmp_path: Path) -> None:
        """Without one in the project, the CDK on PATH is taken."""
        installed = project(tmp_path / "elsewhere") / "node_modules" / ".bin"

        assert find_cdk(tmp_path, search_path=str(installed)) == installed / "cdk"

    def test_none(self, tmp_path: Path) -> None:
        """Without any, the message says where it was looked for and how to get one."""
        with pytest.raises(SandboxError) as caught:
            find_cdk(tmp_path, search_path=str(tmp_path))

        assert str(caught.value) == (
            f"cdk: not found in node_modules/.bin of {tmp_path} and above, nor on PATH; run npm install aws-cdk@2"
        )
