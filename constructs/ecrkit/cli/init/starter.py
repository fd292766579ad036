"""Every file of a new registry repository: the templates in ``files/``, starter policies, schemas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.cli.init.answers import Ci
from ecrkit.cli.schemas import DocumentKind, render_schema
from ecrkit.documents.files import read_bytes, read_text
from ecrkit.policies.lock import digest, render_lock
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.store import PolicyStore
from ecrkit.policies.testing.running import TEST_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.cli.init.answers import Answers
    from ecrkit.cli.init.installation import Installation

__all__ = ["REQUIREMENT", "STARTER_POLICIES", "StarterFile", "starter_files"]

STARTER_POLICIES = (
    "expire-pull-requests-after-14-days@1",
    "expire-untagged-after-1-day@1",
    "expire-untagged@1",
    "keep-20-semver@1",
    "keep-50-tagged@1",
    "protect-latest-main-prod@1",
)
"""Bundled policies that a new repository gets: those that its catalog pins."""

REQUIREMENT = "requirements-ecrkit.txt"
"""The file that says where pip gets ecrkit from."""

_TEMPLATES = Path(__file__).parent / "files"
_SUFFIX = ".tmpl"
_OWN = {"repositories.yaml", "CODEOWNERS", "README.md", "allow.txt"}
"""Files that a team makes its own: an upgrade leaves them alone."""


@dataclass(frozen=True, slots=True)
class StarterFile:
    """
    A file of a new repository.

    Attributes:
        content: its bytes.
        is_yours: whether it is only a start, which no upgrade touches.
    """

    content: bytes
    is_yours: bool = False


def starter_files(answers: Answers, installation: Installation) -> dict[str, StarterFile]:
    """
    Render every file of a new repository.

    Args:
        answers: account, Region and CI.
        installation: where it gets ecrkit from.

    Returns:
        The files by path, relative to the repository, with ``/``.
    """
    files = dict(_rendered(answers, installation))
    files |= {path: StarterFile(content, is_yours=True) for path, content in _policies()}
    files |= {f"schemas/{kind}.schema.json": StarterFile(render_schema(kind).encode()) for kind in DocumentKind}
    if installation.wheel:
        files[f"vendor/{installation.wheel.name}"] = StarterFile(installation.wheel.content)
    return dict(sorted(files.items()))


def _rendered(answers: Answers, installation: Installation) -> Iterator[tuple[str, StarterFile]]:
    values = {
        "@@account@@": answers.account,
        "@@region@@": answers.region,
        "@@version@@": installation.version,
        "@@requirement@@": installation.requirement,
    }
    folders = ["all", answers.ci] if answers.ci is Ci.NONE else ["all", "pipelines", answers.ci]
    for folder in (_TEMPLATES / name for name in folders):
        for template in sorted(folder.rglob(f"*{_SUFFIX}")):
            text = read_text(template)
            for placeholder, value in values.items():
                text = text.replace(placeholder, value)
            path = template.relative_to(folder).as_posix().removesuffix(_SUFFIX)
            yield path, StarterFile(text.encode(), is_yours=path in _OWN)


def _policies() -> Iterator[tuple[str, bytes]]:
    """Copy the starter policies and their tests, and publish them in a lock of their own."""
    store = PolicyStore.bundled()
    references = [PolicyRef.parse(reference) for reference in STARTER_POLICIES]
    for reference in references:
        path = store.path(reference)
        for file in (path, path.with_suffix(TEST_SUFFIX)):
            yield f"policies/lifecycle/{reference.name}/{file.name}", read_bytes(file)
    digests = {reference: digest(store.read(reference)) for reference in references}
    yield "policies/lifecycle.lock.json", render_lock(digests).encode()
