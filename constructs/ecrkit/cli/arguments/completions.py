"""What the shell completes a value to: files, policies, environments and codes of checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ecrkit.errors import EcrkitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.policies.store import PolicyStore

__all__ = ["BUNDLED_POLICY", "CHECK", "DIRECTORY", "ENVIRONMENT", "FILE", "PINNABLE_POLICY", "POLICY", "POLICY_NAME"]

_CATALOG = Path("repositories.yaml")


class _Text(click.ParamType[str]):
    """A text as it was given."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        return value


class _Path(_Text):
    """A path that the command reads itself, which may be ``-``."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - as above
        incomplete: str,
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type=self._kind)]


class _Known(_Text):
    """
    One of those that the project has.

    Args:
        is_path: whether a path will do, too.
    """

    def __init__(self, *, is_path: bool = False) -> None:
        self._is_path = is_path

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        try:
            found = [name for name in self.known(ctx) if name.startswith(incomplete)]
        except (EcrkitError, OSError):
            # The command says what is wrong; a shell would print it over the line that somebody types.
            found = []
        paths = [CompletionItem(incomplete, type="file")] if self._is_path and not found else []
        return [*map(CompletionItem, found), *paths]

    def known(self, ctx: click.Context) -> Iterable[str]:
        raise NotImplementedError


class _Environments(_Known):
    def known(self, ctx: click.Context) -> Sequence[str]:
        from ecrkit.catalog import read_catalog_text  # noqa: PLC0415 - loads a YAML reader
        from ecrkit.catalog.pins import Pins  # noqa: PLC0415 - as above

        path = _catalog(ctx)
        return list(Pins.read(read_catalog_text(path), file=path.as_posix()).environments)


class _Policies(_Known):
    """
    Policies of the store, or of those that ecrkit ships.

    Args:
        is_bundled: of those that ecrkit ships.
        is_name: also by name, without a version.
        is_path: whether a path will do, too.
    """

    def __init__(self, *, is_bundled: bool = False, is_name: bool = False, is_path: bool = False) -> None:
        super().__init__(is_path=is_path)
        self._is_bundled = is_bundled
        self._is_name = is_name

    def known(self, ctx: click.Context) -> Iterator[str]:
        references = list(self._store(ctx))
        if self._is_name:
            yield from dict.fromkeys(reference.name for reference in references)
        yield from map(str, references)

    def _store(self, ctx: click.Context) -> PolicyStore:
        from ecrkit.policies.store import PolicyStore  # noqa: PLC0415 - only for completion

        given = next((path for name in ("store", "policies") if isinstance(path := ctx.params.get(name), Path)), None)
        store = PolicyStore(given or _catalog(ctx).parent / "policies" / "lifecycle")
        return PolicyStore.bundled() if self._is_bundled or not store.is_there else store


class _Checks(_Known):
    def known(self, ctx: click.Context) -> Iterable[str]:  # noqa: ARG002 - of every project
        from ecrkit.cli.rulebooks import CHECKS  # noqa: PLC0415 - loads every rulebook

        return CHECKS


def _catalog(ctx: click.Context) -> Path:
    return Path(ctx.params.get("catalog") or _CATALOG)


FILE = _Path("file")
DIRECTORY = _Path("dir")
ENVIRONMENT = _Environments()
POLICY = _Policies(is_path=True)
POLICY_NAME = _Policies(is_name=True)
PINNABLE_POLICY = _Policies()
BUNDLED_POLICY = _Policies(is_bundled=True, is_name=True)
CHECK = _Checks()
