"""Lifecycle policies that are there, as versions of the store: one for all repositories that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors import InvalidPolicyError
from ecrkit.lifecycle import compose
from ecrkit.policies.lock import digest
from ecrkit.policies.store import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.catalog import Catalog
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore

__all__ = ["KnownPolicies"]

_PREFIX = "adopted-"
_DIGITS = 8


class KnownPolicies:
    """
    Finds the versions that a policy is.

    Args:
        catalog: composes some.
        policies: the store; versions that are new are made known to it.
    """

    def __init__(self, catalog: Catalog, policies: PolicyStore) -> None:
        self._policies = policies
        # A version of its own goes before a composition.
        self._references = dict(self._composed(catalog)) | dict(self._versions())

    def references(self, policy: LifecyclePolicy | None, preferred: tuple[PolicyRef, ...]) -> tuple[PolicyRef, ...]:
        """
        Name the versions that come to *policy*.

        Args:
            policy: ``None`` for none.
            preferred: what the catalog says anyway.

        Returns:
            *preferred*, if they come to it; else those of the store, or of a composition of the catalog; else one that
            is new, named after the content, so that every run names it the same.
        """
        if policy is None:
            return ()
        wanted = digest(policy)
        if preferred and digest(compose(self._policies[reference] for reference in preferred)) == wanted:
            return preferred
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
                yield digest(compose(self._policies[reference] for reference in references)), references

    def _versions(self) -> Iterator[tuple[str, tuple[PolicyRef, ...]]]:
        for reference in self._policies if self._policies.is_there else ():
            try:
                yield digest(self._policies[reference]), (reference,)
            except InvalidPolicyError:
                # Nobody can have deployed it.
                continue
