"""
Kinds of input that a command must not accept, or not without a word: the rows of the matrix "same input, every door".

A kind is a difference from a project that is in order; :mod:`builders.doors` has the project, and the ways into it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builders.policies import ARCHIVE, archived, document, policy_text, pushed, rule, tagged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from builders.policies import Document

__all__ = ["GOOD", "HOSTILE", "KINDS", "LOCK", "VERSION", "Kind"]

STORE = Path("policies/lifecycle")
VERSION = STORE / "web" / "v1.json"
LOCK = Path("policies/lifecycle.lock.json")
HOSTILE = "a\x1b[31m\r::error title=PWNED::b\u202e##[error]"

GOOD = policy_text(rule(1, **tagged("prod-*"), countNumber=99), rule(2, tagStatus="untagged"))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """
    Something that is wrong with a project.

    Attributes:
        about: ``version``, ``policy``, ``statements``, ``images`` or ``deploy``: which doors it can reach.
        says: what a door says of it.
        is_error: whether a door refuses it.
        policy: text of ``web@1``, which the repository ``web`` has.
        statements: of the repository ``web``.
        acknowledged: why they let everyone in.
        change: changes the project, when it is written and published.
        in_use: an image that must stay pullable.
        children: whether ``v1`` is a manifest list, of which nobody knows the children.
        late: whether templates have both policies as a parameter without a default.
        answers: what a door says instead, by its name.
        why: a door has nothing to say of it, by its name.
    """

    about: str
    says: str
    is_error: bool = True
    policy: str = GOOD
    statements: Sequence[Mapping[str, Any]] = ()
    acknowledged: str = ""
    change: Callable[[], object] = lambda: None
    in_use: str = ""
    children: bool = False
    late: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


def _allow(**elements: object) -> dict[str, object]:
    return {"Sid": "Everyone", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", **elements}


def _ours(**elements: object) -> dict[str, object]:
    return _allow(Principal={"AWS": "arn:aws:iam::210987654321:root"}, **elements)


def _change_version() -> None:
    VERSION.write_text(policy_text(rule(1, countNumber=3)))


def _unpublish() -> None:
    published = json.loads(LOCK.read_text())
    del published["policies"]["web@1"]
    LOCK.write_text(json.dumps(published))


def _pipe() -> None:
    VERSION.unlink()
    os.mkfifo(VERSION)


_UNPUBLISHED = "web@1 is not published"
_OWN_TESTS = dict.fromkeys(("policy test", "pytest plugin"), "runs what the policy's own tests expect")
_COMPARED = {"audit": "compares it with the declared policy, which `catalog check` judges"}
_WARNED = {"catalog diff": "compares lifecycle policies; `catalog check` warns of statements"}
_COMPLETENESS = dict.fromkeys(("catalog check", "catalog template", "construct"), "ECR213")


def _hazard(says: str, *rules: Document, preview: str, diff: str) -> Kind:
    answers = {**_COMPLETENESS, "policy preview": preview, **dict.fromkeys(("policy diff", "catalog diff"), diff)}
    text = policy_text(*rules)
    why = {**_OWN_TESTS, **_COMPARED}
    return Kind(about="policy", says=says, policy=text, is_error=False, answers=answers, why=why)


def _rejected(says: str, policy: str, *, adopt: str = "its lifecycle policy: ") -> Kind:
    return Kind(about="policy", says=says, policy=policy, answers={"adopt": adopt})


KINDS = {
    "changed published version": Kind(
        about="version", says="web@1 is published, but its meaning has changed", change=_change_version
    ),
    "vanished published version": Kind(
        about="version", says="web@1 is published, but its file is missing", change=VERSION.unlink
    ),
    "lock that is none": Kind(
        about="version", says="not a valid lock", change=lambda: LOCK.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    ),
    "unpublished version": Kind(
        about="version",
        says=_UNPUBLISHED,
        change=_unpublish,
        is_error=False,
        answers={"policy lock": "1 version would be published"},
    ),
    "deleted lock": Kind(
        about="version",
        says=_UNPUBLISHED,
        change=LOCK.unlink,
        is_error=False,
        answers={"policy lock": "2 versions would be published"},
    ),
    "named pipe": Kind(about="version", says="a named pipe", change=_pipe),
    "policy that every tag matches": _hazard(
        "ECR205", rule(1, **tagged("*"), **pushed(30)), preview="1 expire", diff="1 newly expired"
    ),
    "policy that archives what runs": _hazard(
        "ECR207",
        rule(1, **pushed(30), action=ARCHIVE),
        rule(2, tagStatus="any", **archived(90)),
        preview="2 archive",
        diff="2 images with a different outcome",
    ),
    "policy that ECR rejects": _rejected("must be 1 or more, got 0", policy_text(rule(1, countNumber=0))),
    "missing storage class": _rejected(
        "storageClass", policy_text(rule(1, **{**archived(90), "storageClass": "standard"}))
    ),
    "over-long policy": _rejected("30,720", json.dumps(document(rule(1, description="x" * 31_000)))),
    "policy of many brackets": _rejected(
        "100 levels", "[" * 200_000, adopt="not an answer of AWS: lifecyclePolicyText"
    ),
    "huge key": _rejected("unknown key", json.dumps(document({**rule(1), "k" * 20_000: 1}))),
    "hostile text": _rejected("must be", json.dumps(document(rule(1, action={"type": HOSTILE})), ensure_ascii=False)),
    "statement open to everyone": Kind(about="statements", says="lets everyone in", statements=[_allow()]),
    "condition that names nobody": Kind(
        about="statements",
        says="lets everyone in",
        statements=[_allow(Condition={"Bool": {"aws:SecureTransport": "true"}})],
    ),
    "acknowledged open statement": Kind(
        about="statements",
        says="the base images are public",
        statements=[_allow()],
        acknowledged="the base images are public",
        is_error=False,
        answers={"adopt": "lets everyone in"},
        why={
            **_WARNED,
            **dict.fromkeys(("cdk synth", "construct", "plugin", "cfn-lint"), "accepted; `audit` shows it"),
        },
    ),
    "statement that ECR rejects": Kind(about="statements", says="Resource", statements=[_ours(Resource="*")]),
    "principal that is none": Kind(about="statements", says="'foo'", statements=[_allow(Principal={"AWS": "foo"})]),
    "statement without effect": Kind(
        about="statements",
        says="did you mean ecr:BatchGetImage?",
        statements=[_ours(Action="ecr:BatchGetImages")],
        is_error=False,
        why=_WARNED,
    ),
    "over-long repository policy": Kind(
        about="statements",
        says="10,240",
        statements=[_allow(Principal={"AWS": [f"arn:aws:iam::210987654321:role/{'x' * 40}{n}" for n in range(200)]})],
        why={"audit": "judges statements; ECR has no policy that is longer than it takes"},
    ),
    "hostile statement": Kind(
        about="statements", says="must be actions of ECR", statements=[_ours(Action=f"ecr:{HOSTILE}")]
    ),
    "protected image expired": Kind(
        about="images", says="in use", policy=policy_text(rule(1, **tagged("v*"), **pushed(1))), in_use="web:v1"
    ),
    "protected image archived": Kind(
        about="images",
        says="in use",
        policy=policy_text(rule(1, **tagged("v*"), **pushed(1), action=ARCHIVE)),
        in_use="web:v1",
    ),
    "manifest list of unknown children": Kind(
        about="images",
        says="unknown",
        policy=policy_text(rule(1, tagStatus="untagged", **pushed(1))),
        children=True,
        is_error=False,
    ),
    "policies known at deploy": Kind(about="deploy", says="not checked", late=True, is_error=False),
}
"""By name; what follows from one fact is one kind."""
