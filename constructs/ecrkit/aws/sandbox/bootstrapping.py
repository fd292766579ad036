"""Find the CDK command line and let it bootstrap the accounts and regions of a sandbox."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.aws.sandbox.steps import node_first, run_step
from ecrkit.documents.files import write_text
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecrkit.aws.sandbox.running import Sandbox, Target

__all__ = ["bootstrap", "find_cdk"]

_BOOTSTRAP_SECONDS = 300

# The CDK bootstraps each account with that account's own credentials. A plugin hands them out, so
# that a single run serves them all; a run takes a second and a half, mostly to start.
_CREDENTIALS_PLUGIN = """\
module.exports = {
  version: "1",
  init: (host) => host.registerCredentialProviderSource({
    name: "ecrkit sandbox",
    isAvailable: async () => true,
    canProvideCredentials: async () => true,
    getProvider: async (account) => ({ accessKeyId: account, secretAccessKey: "sandbox" }),
  }),
};
"""


def find_cdk(directory: Path, *, search_path: str) -> Path:
    """
    Find the CDK CLI: the project's own, else the installed one.

    Args:
        directory: where to look for ``node_modules/.bin/cdk``, then in its parents.
        search_path: directories to search after that, in the form of ``PATH``.

    Raises:
        SandboxError: the CDK CLI is not installed.
    """
    for folder in (directory, *directory.parents):
        local = folder / "node_modules" / ".bin" / "cdk"
        if local.exists():
            return local
    installed = shutil.which("cdk", path=search_path)
    if installed is None:
        raise SandboxError(
            f"cdk: not found in node_modules/.bin of {directory} and above, nor on PATH; run npm install aws-cdk@2"
        )
    return Path(installed)


def bootstrap(
    sandbox: Sandbox,
    targets: Sequence[Target],
    *,
    cdk: Path,
    node: Path | None,
    report: Callable[[float], None] | None = None,
) -> None:
    """
    Run ``cdk bootstrap``, once for all targets.

    Args:
        sandbox: a running sandbox.
        targets: accounts and Regions; duplicates count once.
        cdk: the CDK command line.
        node: the executable to run it with; ``None`` for the one on ``PATH``.
        report: called twice a second with the elapsed seconds.

    Raises:
        SandboxError: the CDK failed; its last lines are in the message.
    """
    plugin = sandbox.directory / "credentials.js"
    write_text(plugin, _CREDENTIALS_PLUGIN)
    run_step(
        sandbox,
        [cdk.absolute(), "bootstrap", "--plugin", plugin, *map(str, dict.fromkeys(targets))],
        name="cdk bootstrap",
        environment=node_first(sandbox.environment(sandbox.home), node),
        # Far from any cdk.json, whose app a bootstrap would run.
        directory=sandbox.directory,
        at_most_seconds=_BOOTSTRAP_SECONDS,
        report=report,
    )
