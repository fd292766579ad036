"""
Suspended lifecycle policies: the policy that acts on nothing, and what it records about the one that it replaces.

The suspension is itself a lifecycle policy, so that everyone who looks at the repository sees it. Its one rule matches
unusual tags, and only images that are a hundred years old. Its description says who suspended the
policy, when, until when and why, and identifies the replaced policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.errors import UnreadableInputError, printable
from ecrkit.lifecycle import Action, ActionType, CountType, LifecyclePolicy, Rule, Selection, TagStatus, render
from ecrkit.policies.lock import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MAX_REASON", "SavedPolicies", "Suspension", "parse_saved", "policy_mark", "suspension_in"]

MAX_REASON = 200
"""Characters of a reason."""

_PREFIX = "ecrkit-suspended-"
_AGE_DAYS = 36_500
_MARK_DIGITS = 16
_FORMAT = 1
_DESCRIPTION = re.compile(
    r"suspended by (?P<by>\S+) with ecrkit on (?P<since>\S+), until (?P<until>\S+), "
    r"instead of (?P<original>[0-9a-f]{16}), declared (?P<declared>[0-9a-f]{16}|unknown|none): (?P<reason>.+)",
    re.DOTALL,
)
_OPEN_END = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """
    What is known about a suspended lifecycle policy.

    Attributes:
        reason: why, on one line.
        by: who suspended it, as AWS names the caller.
        since: timezone-aware, in whole seconds.
        until: the announced end; ``None`` without one.
        original: the :func:`policy_mark` of the replaced policy.
        declared: the mark of the policy that the catalog declared at that time; ``none`` if it declared no policy, and
            ``unknown`` without a catalog.
    """

    reason: str
    by: str
    since: datetime
    until: datetime | None
    original: str
    declared: str = "unknown"

    @property
    def policy(self) -> LifecyclePolicy:
        """The lifecycle policy that acts on nothing."""
        until = f"{self.until:%Y-%m-%dT%H:%M:%SZ}" if self.until else _OPEN_END
        description = (
            f"suspended by {self.by} with ecrkit on {self.since:%Y-%m-%dT%H:%M:%SZ}, until {until}, "
            f"instead of {self.original}, declared {self.declared}: {self.reason}"
        )
        return _acts_on_nothing(description)

    @property
    def text(self) -> str:
        """The lifecycle policy, as ECR takes it."""
        return render(self.policy)

    @property
    def end(self) -> str:
        """The announced end in words: ``until 2026-12-05 10:00 UTC``, or ``without an end``."""
        return f"until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else "without an end"

    def is_overdue(self, now: datetime) -> bool:
        """Whether the announced end has passed."""
        return self.until is not None and self.until < now


@dataclass(frozen=True, slots=True)
class SavedPolicies:
    """
    The policies that suspensions replaced, verbatim: the content of a state file.

    Attributes:
        texts: text of each policy, by the name of its repository.
        restored: names of the repositories that have their policy back.
    """

    texts: Mapping[str, str]
    restored: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The content of the file."""
        saved = {
            name: {
                "mark": policy_mark(text),
                "lifecyclePolicyText": text,
                **({"restored": True} if name in self.restored else {}),
            }
            for name, text in sorted(self.texts.items())
        }
        return json.dumps({"format": _FORMAT, "repositories": saved}, indent=2) + "\n"

    def with_policies(self, texts: Mapping[str, str]) -> SavedPolicies:
        """Save more; a later one of the same repository replaces an earlier one."""
        return SavedPolicies({**self.texts, **texts}, self.restored - texts.keys())

    def with_restored(self, names: Iterable[str]) -> SavedPolicies:
        """Note that repositories have their policies back."""
        return SavedPolicies(self.texts, self.restored | (self.texts.keys() & frozenset(names)))


def suspension_in(text: str | None) -> Suspension | None:
    """
    Recognize a suspension.

    Args:
        text: a deployed lifecycle policy; ``None`` without one.

    Returns:
        ``None`` for any other policy, and for a suspension that somebody edited.
    """
    if text is None or _PREFIX not in text:
        return None
    policy = read_deployed_policy(text).policy
    if policy is None or len(policy.rules) != 1:
        return None
    description = policy.rules[0].description or ""
    found = _DESCRIPTION.fullmatch(description)
    if found is None or policy != _acts_on_nothing(description):
        return None
    try:
        since = _instant(found["since"])
        until = None if found["until"] == _OPEN_END else _instant(found["until"])
    except ValueError:
        return None
    return Suspension(
        reason=found["reason"],
        by=found["by"],
        since=since,
        until=until,
        original=found["original"],
        declared=found["declared"],
    )


def policy_mark(policy: LifecyclePolicy | str) -> str:
    """
    Identify a lifecycle policy in few characters.

    Args:
        policy: the policy, or its text; formatting makes no difference if ecrkit can read the text.

    Returns:
        16 hex digits.
    """
    if isinstance(policy, str):
        read = read_deployed_policy(policy).policy
        if read is None:
            return hashlib.sha256(policy.encode()).hexdigest()[:_MARK_DIGITS]
        policy = read
    return digest(policy).partition(":")[2][:_MARK_DIGITS]


def parse_saved(text: str, *, file: str) -> SavedPolicies:
    """
    Read a state file.

    Args:
        text: its content.
        file: its name, for the error.

    Raises:
        UnreadableInputError: it is not a state file, or somebody edited a policy in it.
    """
    try:
        document = json.loads(text)
        if document["format"] != _FORMAT:
            raise UnreadableInputError(f"{printable(file)}: has a format other than {_FORMAT}; update ecrkit")
        saved = {name: str(entry["lifecyclePolicyText"]) for name, entry in document["repositories"].items()}
        entries = document["repositories"].items()
        edited = sorted(name for name, entry in entries if policy_mark(saved[name]) != entry["mark"])
        restored = frozenset(name for name, entry in entries if entry.get("restored"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableInputError(
            f"{printable(file)}: not a file that `ecrkit policy suspend` writes; restore it, or pass another one with "
            "--state"
        ) from None
    if edited:
        raise UnreadableInputError(
            f"{printable(file)}: the policy of {printable(edited[0])} was edited; restore the file, or pass another "
            "one with --state"
        )
    return SavedPolicies(saved, restored)


def _acts_on_nothing(description: str) -> LifecyclePolicy:
    return LifecyclePolicy(
        (
            Rule(
                rule_priority=1,
                description=description,
                selection=Selection(
                    tag_status=TagStatus.TAGGED,
                    tag_prefix_list=(_PREFIX,),
                    count_type=CountType.SINCE_IMAGE_PUSHED,
                    count_number=_AGE_DAYS,
                ),
                action=Action(type=ActionType.EXPIRE),
            ),
        )
    )


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
