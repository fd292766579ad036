"""``ecrkit policy extract``: the lifecycle policies of templates as files of a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import dry_run_option, folder_option, format_option
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.deployment.extraction.plan import plan_extraction, write_extraction
from ecrkit.deployment.extraction.templates import find_policies, template_files

if TYPE_CHECKING:
    from ecrkit.deployment.extraction.plan import ExtractedPolicy, Extraction
    from ecrkit.deployment.extraction.templates import Place

__all__ = ["extract"]

_STORE = Path("policies/lifecycle")


@click.command("extract", short_help="Write the policies of CloudFormation templates to files.")
@click.argument("template", type=click.Path(path_type=Path))
@folder_option("Folder to write new policies to.  [default: the policy store]")
@click.option(
    "--policies",
    "store",
    type=click.Path(path_type=Path, file_okay=False),
    help="Policy store whose versions to reuse if they are equal.  [default: DIR, or policies/lifecycle]",
)
@dry_run_option("Show what would be written, and write nothing.")
@format_option()
def extract(template: Path, *, destination: Path | None, store: Path | None, dry_run: bool, output: str) -> None:
    """
    Write the lifecycle policies of TEMPLATE to policy files.

    TEMPLATE is a CloudFormation template, in JSON or YAML, or a folder of them such as cdk.out. Reads the policies of
    repositories and of repository creation templates. Evaluates functions and conditions with the default values of
    parameters. Each policy becomes one version, NAME/vN.json, named after the first repository that has it. Reuses a
    version of the store if it is equal. Never overwrites a file, and publishes nothing.

    Exits with 1 if a policy depends on a value that only a deploy knows, or if ECR rejects it; writes the others.

    \b
    Examples:
      ecrkit policy extract cdk.out
      ecrkit policy extract template.yaml --policies policies/lifecycle --dry-run
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    store = store or destination or _STORE
    planned = plan_extraction(find_policies(template_files(template)), store=store, folder=destination)
    if not dry_run:
        write_extraction(planned)
    if output == "json":
        echo_json(_document(planned, dry_run=dry_run))
    else:
        for each in planned.policies:
            for line in _lines(each):
                echo(line)
    for problem in planned.unknown:
        echo(f"not extracted: {problem}", err=True)
    _summarize(planned, destination or store, dry_run=dry_run)
    end([str(problem) for problem in planned.unknown], are_told=True)


def _summarize(planned: Extraction, folder: Path, *, dry_run: bool) -> None:
    new = [each for each in planned.policies if each.is_new]
    counts = [f"{count_of(len(new), 'file')} {'would be written' if dry_run else 'written'}"]
    if len(new) < len(planned.policies):
        counts.append(f"{len(planned.policies) - len(new)} in the store already")
    if planned.unknown:
        counts.append(f"{len(planned.unknown)} not extracted")
    advice = f"; publish with `ecrkit policy lock {folder.as_posix()}`" if new and not dry_run else ""
    if planned.policies or planned.unknown:
        echo(f"{', '.join(counts)}{advice}", err=True)
    else:
        echo("no lifecycle policy found", err=True)


def _lines(each: ExtractedPolicy) -> tuple[str, ...]:
    return (
        f"{each.path.as_posix()}{'' if each.is_new else ' (exists)'}",
        f"  catalog:   lifecycle: {each.reference}",
        f'  construct: lifecycle=policies["{each.reference}"]',
        *(f"  for {place}" for place in each.places),
    )


def _document(planned: Extraction, *, dry_run: bool) -> dict[str, object]:
    return {
        "policies": [
            {
                "policy": str(each.reference),
                "file": each.path.as_posix(),
                "is_new": each.is_new,
                "resources": [_place(place) for place in each.places],
            }
            for each in planned.policies
        ],
        "not_extracted": [{**_place(each.place), "problem": each.problem} for each in planned.unknown],
        "dry_run": dry_run,
    }


def _place(place: Place) -> dict[str, object]:
    name = {"repositoryName": place.name} if place.name else {}
    return {"template": place.template, "line": place.line, "logicalId": place.logical_id, **name}
