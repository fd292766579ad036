"""Compare what ECR accepts with what the rulebooks accept: lifecycle policies and repository policies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.access_cases import access_cases
from conformance.lifecycle_cases import lifecycle_cases
from conformance.values import Result

from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError, Severity
from ecrkit.lifecycle import check_policy
from ecrkit.registry.access_policy import check_policy_document
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.values import Account

    from ecrkit.errors import Finding

__all__ = ["ACCEPTED", "REJECTED", "access_results", "access_verdict", "lifecycle_results", "lifecycle_verdict"]

ACCEPTED, REJECTED = "accepted", "rejected"

_REFUSALS = {"InvalidParameterException", "ValidationException", "LifecyclePolicyValidationException"}
_HOUSE_RULES = {"ECR403", "ECR406"}
"""What ecrkit rejects and ECR accepts: a policy that lets everyone in, and one that matches nobody."""


def lifecycle_verdict(text: str) -> str:
    """Tell what the rulebook says of a lifecycle policy."""
    return _verdict(check_policy(text, file="policy.json").findings)


def access_verdict(text: str) -> str:
    """Tell what the rulebook says ECR does with a repository policy."""
    found = check_policy_document(text, name="policy", kind=PolicyKind.REPOSITORY, partition="aws")
    return _verdict(finding for finding in found if finding.code not in _HOUSE_RULES)


def _verdict(findings: Iterable[Finding]) -> str:
    return REJECTED if any(found.severity is Severity.ERROR for found in findings) else ACCEPTED


def lifecycle_results(account: Account) -> Iterator[Result]:
    """Send lifecycle policies to an empty repository."""
    repository = account.create("lifecycle-texts")
    for name, text in lifecycle_cases().items():
        put = partial(account.ecr.put_lifecycle_policy, repositoryName=repository, lifecyclePolicyText=text)
        theirs, note = _sent(put)
        ours = lifecycle_verdict(text)
        yield Result(part="lifecycle", name=name, given={"policy_text": text}, ours=ours, theirs=theirs, note=note)


def access_results(account: Account) -> Iterator[Result]:
    """Send repository policies to an empty repository, and remove each at once."""
    repository = account.create("access-texts")
    for name, text in access_cases(account.number).items():
        theirs, note = _sent(partial(account.ecr.set_repository_policy, repositoryName=repository, policyText=text))
        if theirs == ACCEPTED:
            account.ecr.delete_repository_policy(repositoryName=repository)
        ours = access_verdict(text)
        yield Result(part="access", name=name, given={"policy_text": text}, ours=ours, theirs=theirs, note=note)


def _sent(send: Callable[[], object]) -> tuple[str, str]:
    """Send something, and give the verdict of ECR with its message."""
    try:
        with aws_errors():
            send()
    except AwsError as error:
        if error.code not in _REFUSALS:
            raise
        return REJECTED, str(error)
    return ACCEPTED, ""
