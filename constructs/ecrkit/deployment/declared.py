"""What a catalog says about an account and Region, to hold against what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors import InvalidPolicyError
from ecrkit.lifecycle import compose, read_policy
from ecrkit.policies.lock import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.catalog import Catalog
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyRef, PolicyStore

__all__ = ["Declared"]


class Declared:
    """
    A catalog, as far as it is about one account and Region.

    Args:
        catalog: that is valid, with all the policies that it names.
        policies: the store.
        account: twelve digits.
        region: as in ``us-east-1``.
    """

    def __init__(self, catalog: Catalog, policies: PolicyStore, *, account: str, region: str) -> None:
        self._catalog = catalog
        self._policies = policies
        here = [place for place in catalog.environments if (place.account, place.region) == (account, region)]
        self.is_about_it = bool(here)
        """Whether the account and Region are an environment of the catalog."""
        self.names = frozenset(str(entry.name) for place in here for entry in place.repositories)
        """Of the repositories that should be there."""
        self._names_of_policies = dict(self._policy_names())

    def policy_name(self, text: str) -> str | None:
        """
        Name the policy that a lifecycle policy's text is: ``name@N``, or several, joined by ``+``.

        Args:
            text: as ECR has it.

        Returns:
            ``None`` for one that is neither in the store nor composed by the catalog.
        """
        try:
            return self._names_of_policies.get(digest(read_policy(text, file="-")))
        except InvalidPolicyError:
            return None

    def _policy_names(self) -> Iterator[tuple[str, str]]:
        """Compositions first, so that what stands in the store under a name of its own has that name."""
        entries = (entry for place in self._catalog.environments for entry in place.repositories)
        for references in {entry.lifecycle for entry in entries if entry.lifecycle}:
            composed = compose(self._policies[reference] for reference in references)
            yield digest(composed), _joined(references)
        for reference in self._policies if self._policies.is_there else ():
            policy = self._readable(reference)
            if policy:
                yield digest(policy), str(reference)

    def _readable(self, reference: PolicyRef) -> LifecyclePolicy | None:
        try:
            return self._policies[reference]
        except InvalidPolicyError:
            # Nobody can have deployed it.
            return None


def _joined(references: Sequence[PolicyRef]) -> str:
    return "+".join(map(str, references))
