"""
Lifecycle policies as files: ``<name>/v<N>.json``, each a verbatim ECR document, named ``name@N``.

A published version never changes, so that a pin means the same thing next year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.documents.files import read_text, unreadable
from ecrkit.documents.nearest import near
from ecrkit.errors import MalformedReferenceError, PolicyReferenceError, UnknownPolicyError, UnknownVersionError
from ecrkit.lifecycle import compose, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["REFERENCE", "PolicyRef", "PolicyStore", "is_policy_name"]

_NAME = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
REFERENCE = re.compile(rf"(?P<name>{_NAME})@(?P<version>[1-9][0-9]{{0,8}})")
_UNPINNED = re.compile(_NAME)
_VERSION_FILE = re.compile(r"v([1-9][0-9]{0,8})\.json")


@dataclass(frozen=True, slots=True, order=True)
class PolicyRef:
    """
    A version of a policy.

    Attributes:
        name: lower-case letters and digits, joined by ``.``, ``_`` or ``-``.
        version: 1 or more.
    """

    name: str
    version: int

    @classmethod
    def parse(cls, text: str) -> PolicyRef:
        """
        Read ``name@N``.

        Raises:
            MalformedReferenceError: *text* is something else.
        """
        match = REFERENCE.fullmatch(text)
        if match:
            return cls(match["name"], int(match["version"]))
        if _UNPINNED.fullmatch(text):
            raise MalformedReferenceError(
                f"the policy '{text}' is named without a version", remedy=f"pin one, as in '{text}@1'"
            )
        raise MalformedReferenceError(
            f"a policy is named 'name@N', got {text!r}",
            remedy="as in 'keep-last-10@1': in lower case, and N is 1 or more",
        )

    def __str__(self) -> str:
        """``name@N``."""
        return f"{self.name}@{self.version}"


def is_policy_name(text: str) -> bool:
    """Whether *text* can stand before the ``@``."""
    return _UNPINNED.fullmatch(text) is not None


class PolicyStore:
    """
    A directory of lifecycle policies.

    Args:
        root: holds ``<name>/v<N>.json``.

    Indexing by ``name@N``, as text or :class:`PolicyRef`, reads and checks that version, once.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)
        self._read: dict[PolicyRef, LifecyclePolicy] = {}
        self._unwritten: set[PolicyRef] = set()

    @property
    def root(self) -> Path:
        """The directory."""
        return self._root

    @classmethod
    def bundled(cls) -> PolicyStore:
        """Open the policies that come with ecrkit."""
        here = Path(__file__).parent
        # The wheel carries a copy; in a checkout they stand beside the source root.
        packaged = here / "bundled" / "lifecycle"
        return cls(packaged if packaged.is_dir() else here.parents[2] / "policies" / "lifecycle")

    def __getitem__(self, reference: str | PolicyRef) -> LifecyclePolicy:
        """
        Read the version named.

        Raises:
            MalformedReferenceError: *reference* is not ``name@N``.
            UnknownPolicyError: there is no policy of that name.
            UnknownVersionError: that policy has no such version.
            InvalidPolicyError: ECR would refuse it.
            UnreadableInputError: the file, or the store, cannot be read.
        """
        reference = PolicyRef.parse(reference) if isinstance(reference, str) else reference
        if reference not in self._read:
            path = self.path(reference)
            self._read[reference] = parse_policy(read_text(path), file=str(path))
        return self._read[reference]

    def expect(self, reference: PolicyRef, policy: LifecyclePolicy) -> None:
        """Take *policy* for a version whose file is still to be written."""
        self._read[reference] = policy
        self._unwritten.add(reference)

    @property
    def is_there(self) -> bool:
        """Whether the directory exists; a catalog that names no policy needs none."""
        return self._root.exists()

    def compose(self, references: Iterable[PolicyRef]) -> LifecyclePolicy | None:
        """
        Make one policy of several versions, in order of precedence; ``None`` of none.

        Raises:
            InvalidPolicyError: ECR would refuse one, or what they make together.
            PolicyReferenceError: one is not there.
            UnreadableInputError: a file cannot be read.
        """
        policies = [self[reference] for reference in references]
        return compose(policies) if policies else None

    def __iter__(self) -> Iterator[PolicyRef]:
        """List every version of every policy, by name and version."""
        return iter(sorted(self._references()))

    def path(self, reference: PolicyRef) -> Path:
        """
        Find the file of a version.

        Raises:
            UnknownPolicyError: there is no policy of that name.
            UnknownVersionError: that policy has no such version.
            UnreadableInputError: the store cannot be read.
        """
        path = self._root / reference.name / f"v{reference.version}.json"
        try:
            is_there = reference in self._unwritten or path.is_file()
        except OSError as error:
            raise unreadable(path, error) from None
        if not is_there:
            raise self._unknown(reference)
        return path

    def _references(self) -> Iterator[PolicyRef]:
        try:
            for directory in self._root.iterdir():
                for file in directory.iterdir() if directory.is_dir() else ():
                    match = _VERSION_FILE.fullmatch(file.name)
                    if match and file.is_file():
                        yield PolicyRef(directory.name, int(match[1]))
        except OSError as error:
            raise unreadable(self._root, error) from None

    def _unknown(self, reference: PolicyRef) -> PolicyReferenceError:
        known = list(self)
        versions = [str(other) for other in known if other.name == reference.name]
        if versions:
            return UnknownVersionError(
                f"the policy '{reference.name}' has no version {reference.version}",
                remedy=f"there is {_listed(versions)}",
            )
        names = list(dict.fromkeys(other.name for other in known))
        close = near(reference.name, names)
        if close:
            meant = _listed(str(other) for name in close for other in known if other.name == name)
            remedy = f"did you mean {meant}?"
        elif names:
            remedy = f"there is {_listed(names)}"
        else:
            remedy = "there is none yet"
        return UnknownPolicyError(f"there is no policy '{reference.name}' in {self._root}", remedy=remedy)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
