"""Lifecycle policies that are deployed: how to read one, and which versions of the store it is."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from ecrkit.errors import InvalidPolicyError
from ecrkit.lifecycle import check_policy, compose, render
from ecrkit.lifecycle.values import CountType
from ecrkit.policies.lock import digest
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.catalog import Catalog
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.checks.check import CheckedPolicy
    from ecrkit.policies.store import PolicyStore

__all__ = ["PolicyNames", "policy_text", "read_deployed_policy"]

_PREFIX = "adopted-"
_DIGITS = 8

_LOWER_CASE = ("tagStatus", "storageClass", "countUnit", "type", "targetStorageClass")
_COUNT_TYPES = {word.value.lower(): word.value for word in CountType}
# Longer than the shortest text that ECR takes, however little the policy says.
_INDENT = 8


# Thousands of repositories have the same few policies.
@lru_cache(maxsize=256)
def read_deployed_policy(text: str) -> CheckedPolicy:
    """Read a policy that the service has, whatever the case of its words, and whether or not defaults are written."""
    checked = check_policy(text, file="-")
    if checked.policy is not None:
        return checked
    try:
        document = json.loads(text)
    except ValueError:
        return checked
    again = check_policy(json.dumps(_in_our_words(document), indent=_INDENT), file="-")
    return checked if again.policy is None else again


def policy_text(policy: LifecyclePolicy) -> str:
    """Render the file of a version."""
    return f"{render(policy, indent=2)}\n"


class PolicyNames:
    """
    Names deployed policies as a catalog does.

    Args:
        catalog: composes some.
        policies: the store.
    """

    def __init__(self, catalog: Catalog, policies: PolicyStore) -> None:
        self._policies = policies
        # A version of its own goes before a composition.
        self._references = dict(self._composed(catalog)) | dict(self._versions())

    def name(self, text: str) -> str | None:
        """
        Name the policy that a text is: ``name@N``, or several, joined by ``+``.

        Args:
            text: as ECR has it.

        Returns:
            ``None`` for one that is neither in the store nor composed by the catalog.
        """
        policy = read_deployed_policy(text).policy
        references = self._references.get(digest(policy)) if policy else None
        return "+".join(map(str, references)) if references else None

    def adopt(self, policy: LifecyclePolicy | None, *, preferred: Sequence[PolicyRef]) -> tuple[PolicyRef, ...]:
        """
        Name the versions that come to *policy*; one that is new is made known to the store.

        Args:
            policy: ``None`` for none.
            preferred: what the catalog declares anyway.

        Returns:
            *preferred*, if they come to it; else those of the store, or of a composition of the catalog; else one that
            is new, named after the content, so that every run names it the same.
        """
        if policy is None:
            return ()
        wanted = digest(policy)
        if preferred and digest(compose(self._policies.read(reference) for reference in preferred)) == wanted:
            return tuple(preferred)
        if wanted not in self._references:
            reference = PolicyRef(f"{_PREFIX}{wanted.partition(':')[2][:_DIGITS]}", 1)
            self._policies.expect(reference, policy)
            self._references[wanted] = (reference,)
        return self._references[wanted]

    @staticmethod
    def is_adopted(reference: PolicyRef) -> bool:
        """Whether a version was made for repositories that were adopted."""
        return reference.name.startswith(_PREFIX)

    def _composed(self, catalog: Catalog) -> Iterator[tuple[str, tuple[PolicyRef, ...]]]:
        entries = {entry.lifecycle for environment in catalog.environments for entry in environment.repositories}
        for references in sorted(entries):
            if references:
                yield digest(compose(self._policies.read(reference) for reference in references)), references

    def _versions(self) -> Iterator[tuple[str, tuple[PolicyRef, ...]]]:
        for reference in self._policies if self._policies.is_there else ():
            try:
                yield digest(self._policies.read(reference)), (reference,)
            except InvalidPolicyError:
                # Nobody can have deployed it.
                continue


def _in_our_words(value: object, key: str = "") -> object:
    match value:
        case dict():
            return {name: _in_our_words(inner, name) for name, inner in value.items() if inner not in (None, [])}
        case list():
            return [_in_our_words(inner) for inner in value]
        case str() if key in _LOWER_CASE:
            return value.lower()
        case str() if key == "countType":
            return _COUNT_TYPES.get(value.replace("_", "").lower(), value)
        case _:
            return value
