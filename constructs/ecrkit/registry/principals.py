"""
Who a statement can name: the grammar of ``Principal``.

Source: IAM user guide, "AWS JSON policy elements: Principal" and "IAM identifiers" (read 2026-11). The refusal of a
wildcard in an ARN: hashicorp/terraform-provider-aws, issue 3924.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.documents.nearest import near

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ACCOUNT",
    "ORGANIZATION",
    "PARTITIONS",
    "PRINCIPAL",
    "ROOT",
    "UNKNOWN",
    "PrincipalProblem",
    "is_expression",
    "principal_problems",
    "unique_ids",
]

ACCOUNT = re.compile(r"[0-9]{12}")
ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
ROOT = re.compile(r"arn:aws(?:-[a-z]+)*:iam::([0-9]{12}):root")
"""The principal that stands for an account."""

PRINCIPAL = re.compile(
    r"arn:aws(-[a-z]+)*:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/[^\s*?]+)"
)
"""The ARN of an account, a role, a user or a session."""

UNKNOWN = re.compile(r"\$\{Token\[[^\]]*\]\}|\{\{resolve:[^{}]*\}\}")
"""The part of a text that is known only at deploy, as CDK writes it, or CloudFormation: a dynamic reference."""

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")
"""Source: botocore 1.43.106, partitions."""

_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_UNIQUE_ID = re.compile(r"A(RO|ID)A[A-Z0-9]{12,124}")
_EVERYONE = "*"
_FORMS = "name an account, the ARN of a role or user, or '*'"


class PrincipalProblem(NamedTuple):
    """
    Why a principal is none.

    Attributes:
        problem: what is wrong, and what was given.
        remedy: what to do.
    """

    problem: str
    remedy: str


def principal_problems(value: object, *, partition: str | None = None) -> Iterator[PrincipalProblem]:
    """
    Find what is no principal.

    Args:
        value: of ``Principal`` or ``NotPrincipal``.
        partition: of the repository; ``None`` where it is not known.
    """
    if value == _EVERYONE or is_expression(value) or (isinstance(value, str) and UNKNOWN.search(value)):
        return
    if not isinstance(value, dict):
        yield PrincipalProblem(f"must be '*' or a mapping such as {{AWS: …}}, got {value!r}", _FORMS)
        return
    if not value:
        yield PrincipalProblem("must name a principal, got {}", _FORMS)
    for kind, names in value.items():
        if kind not in _KINDS:
            folded = {known.lower(): known for known in _KINDS}
            close = near(str(kind).lower(), folded)
            remedy = f"did you mean {folded[close[0]]}?" if close else f"write any of {', '.join(_KINDS)}"
            yield PrincipalProblem(f"{kind!r} is not a kind of principal", remedy)
            continue
        listed = names if isinstance(names, list | tuple) else [names]
        if not listed:
            yield PrincipalProblem(f"{kind} must name a principal, got []", _FORMS)
        for name in listed:
            yield from _name_problems(kind, name, partition)


def unique_ids(value: object) -> Iterator[str]:
    """
    Find the unique IDs of roles and users among principals: what IAM leaves of one that was deleted.

    Args:
        value: of ``Principal`` or ``NotPrincipal``.
    """
    names = value.get("AWS") if isinstance(value, dict) else value
    for name in names if isinstance(names, list | tuple) else [names]:
        if isinstance(name, str) and _UNIQUE_ID.fullmatch(name):
            yield name


def is_expression(value: object) -> bool:
    """Whether CloudFormation works a value out: a mapping of one function."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (name,) = value
    return name == "Ref" or str(name).startswith("Fn::")


def _name_problems(kind: str, name: object, partition: str | None) -> Iterator[PrincipalProblem]:
    if is_expression(name):
        return
    if not isinstance(name, str):
        yield PrincipalProblem(f"{kind} must be text, got {name!r}", "write it in quotes")
        return
    known = UNKNOWN.sub("", name)
    if kind == "Service" and known == name and not _SERVICE.fullmatch(name):
        yield PrincipalProblem(
            f"Service must be a service, as in 'lambda.amazonaws.com', got {name!r}",
            "name a service, without wildcards",
        )
    if kind in {"Federated", "CanonicalUser"} and not name:
        yield PrincipalProblem(f"{kind} must name a principal, got ''", _FORMS)
    if kind != "AWS" or name == _EVERYONE:
        return
    if re.search(r"[*?]", known):
        remedy = "write '*' and a condition such as ArnLike on aws:PrincipalArn"
        yield PrincipalProblem(f"a principal must have no wildcard, got {name!r}", remedy)
    elif known != name:
        return
    elif name.startswith("arn:"):
        yield from _arn_problems(name, partition)
    elif not ACCOUNT.fullmatch(name) and not _UNIQUE_ID.fullmatch(name):
        yield PrincipalProblem(f"must be an account, the ARN of a role or user, or '*', got {name!r}", _FORMS)


def _arn_problems(arn: str, partition: str | None) -> Iterator[PrincipalProblem]:
    given = arn.split(":")[1]
    if ":group/" in arn:
        yield PrincipalProblem(f"a group cannot be a principal, got {arn!r}", "name roles or users")
    elif not PRINCIPAL.fullmatch(arn):
        yield PrincipalProblem(f"must be the ARN of an account, a role, a user or a session, got {arn!r}", _FORMS)
    elif given not in PARTITIONS:
        yield PrincipalProblem(f"{given!r} is not a partition, got {arn!r}", f"write any of {', '.join(PARTITIONS)}")
    elif partition is not None and given != partition:
        remedy = "name a principal of that partition; access cannot cross partitions"
        yield PrincipalProblem(f"must be in the partition {partition}, got {arn!r}", remedy)
