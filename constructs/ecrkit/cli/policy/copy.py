"""``ecrkit policy copy``: a policy that ecrkit ships, in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import BUNDLED_POLICY
from ecrkit.cli.arguments.options import dry_run_option, output_option
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.policies.copies import plan_copy, shipped_version, write_copy
from ecrkit.policies.references import is_policy_name
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copy"]


@click.command("copy")
@click.argument("policy", metavar="NAME[@N]", type=BUNDLED_POLICY)
@click.option(
    "--policies",
    "store",
    default="policies/lifecycle",
    show_default=True,
    type=STORE,
    help="Policy store to copy to.",
)
@click.option("--as", "name", metavar="NAME", help="Copy under this name, as its next version.")
@dry_run_option("List the files that would be written, and write nothing.")
@output_option()
def copy(policy: str, *, store: Path, name: str | None, dry_run: bool, output: str) -> None:
    """
    Copy a policy that ecrkit ships to the policy store.

    Without @N, copies the newest version. Writes the policy, its tests and the warnings that it silences, and
    publishes it in the lock. Also copies the versions before it, so the numbers stay the same. Never overwrites a
    file. Exits with 1 if the store has another policy under that name.

    \b
    Examples:
      ecrkit policy copy keep-20-semver
      ecrkit policy copy keep-last-10@1 --as keep-web
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if name is not None and not is_policy_name(name):
        raise click.UsageError(f"--as: must be a name without a version, in lower case, as in 'keep-web', got {name!r}")
    shipped = PolicyStore.bundled()
    planned = plan_copy(shipped_version(policy, shipped), shipped=shipped, store=store, name=name)
    if not dry_run:
        write_copy(planned)
    references, files = [list(map(str, each)) for each in (planned.references, planned.files)]
    if output == "json":
        echo_json({"policies": references, "files": files, "dry_run": dry_run})
    else:
        for file in files:
            echo(file)
    if not files:
        echo(f"{store} has {references[-1]} already, nothing to copy", err=True)
        return
    verb = "would be written" if dry_run else "written"
    echo(f"{count_of(len(files), 'file')} {verb}; pin {references[-1]} in the catalog", err=True)
