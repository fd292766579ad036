"""``ecrkit policy usage``: who pins a policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import read_catalog, read_catalog_text
from ecrkit.catalog.pins import Pins
from ecrkit.cli.arguments.completions import POLICY_NAME
from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.paths import STORE, require_readable
from ecrkit.cli.console.listing import echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.tables import echo_table
from ecrkit.documents.files import read_text
from ecrkit.documents.nearest import near
from ecrkit.policies.references import REFERENCE, PolicyRef, is_policy_name
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.catalog.pins import Site

__all__ = ["usage"]

_HEADINGS = ("ENVIRONMENT", "REPOSITORY", "PINNED", "BY")


@click.command("usage")
@click.argument("policy", metavar="NAME[@N]", type=POLICY_NAME)
@click.option(
    "--catalog",
    default="repositories.yaml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Catalog to search.",
)
@click.option(
    "--policies",
    type=STORE,
    help="Policy store.  [default: policies/lifecycle next to the catalog]",
)
@click.option(
    "--deployed",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Output of `ecrkit repos list --output json`, to add deployed versions. May be given several times.",
)
@click.option(
    "--audit",
    "audits",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Output of `ecrkit audit --output json`, to add deployed versions. May be given several times.",
)
@output_option()
def usage(  # noqa: PLR0913 - one parameter per option
    policy: str,
    *,
    catalog: Path,
    policies: Path | None,
    deployed: tuple[Path, ...],
    audits: tuple[Path, ...],
    output: str,
) -> None:
    """
    Show which repositories pin a policy.

    Lists the environment of each, and the place in the catalog.

    Without @N, shows every version. With --deployed or --audit, shows the deployed policy of each repository, and
    also lists repositories whose deployed version is no longer pinned in the catalog. Several policies of
    one repository are joined by +.

    \b
    Examples:
      ecrkit policy usage keep-last-10
      ecrkit policy usage keep-last-10@1 --deployed repositories.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    store = PolicyStore(policies or catalog.parent / "policies" / "lifecycle")
    require_readable([catalog, *deployed, *audits])
    wanted = _Wanted.parse(policy)
    pins = Pins.read(read_catalog_text(catalog), file=catalog.as_posix())
    there = _deployed(catalog, store, deployed, audits) if deployed or audits else None
    rows = _rows(pins, wanted, there)
    versions = _versions(rows, wanted, store)
    if not rows:
        _require_known(wanted, store, versions)
    if output == "json":
        counts = {str(reference): count for reference, count in versions.items()}
        echo_json_list("uses", (row.document() for row in rows), others={"versions": counts})
        return
    headings = _HEADINGS if there is None else (*_HEADINGS, "DEPLOYED")
    echo_table(headings, (row.cells()[: len(headings)] for row in rows))
    for site in _idle(pins, wanted):
        echo(f"note: {site.location}: {site.location.path} applies to no repository", err=True)
    for reference, count in versions.items():
        echo(f"{reference}: {count_of(count, 'pin') if count else 'not pinned'}", err=True)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A policy to look for."""

    name: str
    version: int | None

    @classmethod
    def parse(cls, text: str) -> _Wanted:
        if is_policy_name(text):
            return cls(text, None)
        reference = PolicyRef.parse(text)
        return cls(reference.name, reference.version)

    def matches(self, reference: PolicyRef) -> bool:
        return reference.name == self.name and self.version in {None, reference.version}

    def matches_text(self, policy: str) -> bool:
        """Whether one of the policies that a text joins by ``+`` is the one."""
        return any(self.matches(PolicyRef.parse(part)) for part in policy.split("+") if REFERENCE.fullmatch(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A repository, or a creation template, and what it has of the policy."""

    environment: str
    name: str
    is_template: bool = False
    pinned: tuple[PolicyRef, ...] = ()
    site: Site | None = None
    deployed: str | None = None

    def cells(self) -> tuple[str, ...]:
        return (
            self.environment,
            f"{self.name} (creation template)" if self.is_template else self.name,
            ", ".join(map(str, self.pinned)) or "-",
            self.site.location.path if self.site else "-",
            self.deployed or "-",
        )

    def document(self) -> dict[str, object]:
        where = self.site.location if self.site else None
        return {
            "environment": self.environment,
            "creationTemplatePrefix" if self.is_template else "repositoryName": self.name,
            "pinned": [str(reference) for reference in self.pinned],
            "pinnedBy": {"file": where.file, "line": where.line, "column": where.column, "pointer": where.pointer}
            if where
            else None,
            "deployed": self.deployed,
        }


def _rows(pins: Pins, wanted: _Wanted, deployed: Mapping[tuple[str, str], str] | None) -> Sequence[_Row]:
    found: dict[tuple[str, str, bool], _Row] = {}
    for use in pins.uses():
        if wanted.matches(use.reference):
            key = (use.environment, use.name, use.is_template)
            before = found[key].pinned if key in found else ()
            found[key] = _Row(
                environment=use.environment,
                name=use.name,
                is_template=use.is_template,
                pinned=(*before, use.reference),
                site=use.site,
                deployed=None if use.is_template else (deployed or {}).get((use.environment, use.name)),
            )
    for (environment, name), policy in (deployed or {}).items():
        if (environment, name, False) not in found and wanted.matches_text(policy):
            found[environment, name, False] = _Row(environment=environment, name=name, deployed=policy)
    return tuple(found.values())


def _deployed(
    path: Path, store: PolicyStore, listings: Iterable[Path], audits: Iterable[Path]
) -> dict[tuple[str, str], str]:
    from ecrkit.deployment.policies import PolicyNames  # noqa: PLC0415 - few usages are about what is deployed
    from ecrkit.deployment.usage import read_audit, read_listing  # noqa: PLC0415 - as above

    catalog = read_catalog(path, policies=store, may_be_empty=True)
    names = PolicyNames(catalog, store)
    # A listing has the policies themselves: it decides.
    found = [one for file in audits for one in read_audit(read_text(file), file=str(file), catalog=catalog)]
    for file in listings:
        found += read_listing(read_text(file), file=str(file), catalog=catalog, names=names)
    return {(one.environment, one.repository): one.policy for one in found}


def _versions(rows: Iterable[_Row], wanted: _Wanted, store: PolicyStore) -> dict[PolicyRef, int]:
    """Count the pins of every version, of those in the store that nobody pins, too."""
    counts = Counter(reference for row in rows for reference in row.pinned)
    known = {reference for reference in store if wanted.matches(reference)} if store.is_there else set()
    return {reference: counts[reference] for reference in sorted(known | counts.keys())}


def _require_known(wanted: _Wanted, store: PolicyStore, versions: Mapping[PolicyRef, int]) -> None:
    """
    Make sure that a policy that nobody uses exists.

    Raises:
        PolicyReferenceError: the policy has no such version.
        click.UsageError: the store has no such policy.
    """
    if versions:
        return
    if wanted.version is not None and store.is_there:
        store.path(PolicyRef(wanted.name, wanted.version))
    names = sorted({reference.name for reference in store}) if store.is_there else []
    nearest = near(wanted.name, names)
    advice = f"did you mean {nearest[0]}?" if nearest else f"it has {', '.join(names) or 'none'}"
    raise click.UsageError(f"no policy '{wanted.name}' in {store.root}; {advice}")


def _idle(pins: Pins, wanted: _Wanted) -> Iterator[Site]:
    """Find the places that pin the policy for nothing."""
    used = {use.site.path for use in pins.uses()}
    for site in pins.sites():
        if site.path not in used and any(map(wanted.matches, site.references)):
            yield site
