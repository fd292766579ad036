"""One sample of every key of a repository in the catalog, which is not its default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builders.actual import iam, statement
from builders.stores import make_store, policy_text

from ecrkit.lifecycle import parse_policy
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.access import Access, Grantees, policy_statements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["SAMPLES", "Sample", "store_of_samples"]

_FIVE = policy_text(keep=5)
_GRANTEES = Grantees(accounts=("210987654321",))


@dataclass(frozen=True, kw_only=True)
class Sample:
    """
    A value of a key.

    Attributes:
        text: in the catalog, as a member of a mapping in flow style.
        beside: other keys that it needs.
        deployed: what :func:`builders.actual.actual` takes for a repository with that value.
        argument: the same of the construct.
        beside_argument: other arguments that it needs.
    """

    text: str
    beside: str = ""
    deployed: Mapping[str, Any] = field(default_factory=dict)
    argument: object = None
    beside_argument: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> str:
        """The sample and what it needs."""
        return ", ".join(filter(None, (self.beside, self.text)))


def _granted(access: Access) -> dict[str, Any]:
    """Give a deployed repository with the policy that *access* makes."""
    made = policy_statements(access, partition="aws", region="us-east-1", account="123456789012")
    return {"repository_policy_text": iam(*made)}


SAMPLES = {
    "lifecycle": Sample(
        text="lifecycle: five@1",
        deployed={"lifecycle_policy_text": _FIVE},
        argument=parse_policy(_FIVE, file="five/v1.json"),
    ),
    "encryption": Sample(text="encryption: KMS", deployed={"encryption": "KMS"}, argument="KMS"),
    "scan_on_push": Sample(text="scan_on_push: false", deployed={"scan_on_push": False}, argument=False),
    "mutability": Sample(text="mutability: MUTABLE", deployed={"mutability": "MUTABLE"}, argument="MUTABLE"),
    "mutable_tags": Sample(text="mutable_tags: [latest]", deployed={"exceptions": ("latest",)}, argument=["latest"]),
    "immutable_tags": Sample(
        text="immutable_tags: [v1]",
        beside="mutability: MUTABLE",
        deployed={"mutability": "MUTABLE", "exceptions": ("v1",)},
        argument=["v1"],
        beside_argument={"mutability": "MUTABLE"},
    ),
    "pull": Sample(
        text="pull: {accounts: ['210987654321']}", deployed=_granted(Access(pull=_GRANTEES)), argument=_GRANTEES
    ),
    "push": Sample(
        text="push: {accounts: ['210987654321']}", deployed=_granted(Access(push=_GRANTEES)), argument=_GRANTEES
    ),
    "statements": Sample(
        text=f"statements: [{statement()}]",
        deployed={"repository_policy_text": iam(statement())},
        argument=[statement()],
    ),
    "open_to_everyone": Sample(
        text="open_to_everyone: the base images are public",
        beside=f"statements: [{statement()}]",
        argument="the base images are public",
        beside_argument={"statements": [statement()]},
    ),
    "tags": Sample(text="tags: {team: web}", deployed={"tags": {"team": "web"}}),
    "removal": Sample(text="removal: destroy", argument="DESTROY"),
    "empty_on_delete": Sample(
        text="empty_on_delete: true",
        beside="removal: destroy",
        argument=True,
        beside_argument={"removal_policy": "DESTROY"},
    ),
    "exports": Sample(text="exports: true", argument=True),
    "parameters": Sample(text="parameters: true", argument=True),
    "silence": Sample(text="silence: {ECR212: on purpose}"),
}
"""By key. What ECR does not store has no deployed value; what CDK has a way of its own for has no argument."""


def store_of_samples(directory: Path) -> PolicyStore:
    """Make a store with ``ten@1``, which the defaults of :func:`builders.actual.found` name, and ``five@1``."""
    return PolicyStore(make_store(directory, {"ten/v1.json": policy_text(), "five/v1.json": _FIVE}))
