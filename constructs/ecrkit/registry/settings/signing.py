"""Checks of which repositories have their images signed on push, and with which profiles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import at, partition_problems, repeated, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Home, SigningRule

__all__ = [
    "MAX_SIGNING_FILTER",
    "MAX_SIGNING_FILTERS",
    "MAX_SIGNING_PROFILE",
    "MAX_SIGNING_RULES",
    "REGIONS_WITHOUT_SIGNING",
    "SIGNING_FILTER",
    "SIGNING_PROFILE",
    "check_signing",
]

MAX_SIGNING_RULES = 10
"""As the API has it; the schema of the CloudFormation type allows 50."""

MAX_SIGNING_FILTERS = 100
SIGNING_FILTER = re.compile(r"(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*")
MAX_SIGNING_FILTER = 256
SIGNING_PROFILE = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z]+)*):signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[a-zA-Z0-9_]{2,}"
)
MAX_SIGNING_PROFILE = 200

REGIONS_WITHOUT_SIGNING = frozenset(
    {
        "ap-east-2",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "cn-north-1",
        "cn-northwest-1",
        "eu-central-2",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "mx-central-1",
    }
)
"""
Regions in which CloudFormation has no ``AWS::ECR::SigningConfiguration``.

Source: CloudFormation resource schemas of every Region, as cfn-lint 1.58.0 has them (read 2026-11-28).
"""


def check_signing(rules: tuple[SigningRule, ...], home: Home) -> Iterator[Finding]:
    """
    Check which images a registry signs.

    The profile may be in another account: AWS Signer shares profiles for container registries across accounts.

    Source: ECR API model 2015-09-21, PutSigningConfiguration; ECR user guide, "Managed signing" (read 2026-11).
    """
    if rules and home.region in REGIONS_WITHOUT_SIGNING:
        yield rulebook.NO_SIGNING.at(at("signing"), region=home.region)
    yield from too_many(rules, MAX_SIGNING_RULES, "rules", "signing")
    for index, rule in enumerate(rules):
        path = ("signing", index)
        yield from _check_profile(rule.profile, home, *path, "profile")
        patterns = (*path, "repositories")
        yield from too_many(rule.repositories, MAX_SIGNING_FILTERS, "patterns", *patterns)
        yield from repeated(rule.repositories, *patterns)
        for number, pattern in enumerate(rule.repositories):
            fits = len(pattern) <= MAX_SIGNING_FILTER and SIGNING_FILTER.fullmatch(pattern)
            if home.is_known(pattern) and not fits:
                yield rulebook.BAD_SIGNING_FILTER.at(at(*patterns, number), got=repr(pattern))


def _check_profile(profile: str, home: Home, *path: str | int) -> Iterator[Finding]:
    if not home.is_known(profile):
        return
    match = SIGNING_PROFILE.fullmatch(profile)
    if match is None or len(profile) > MAX_SIGNING_PROFILE:
        yield rulebook.BAD_SIGNING_PROFILE.at(at(*path), got=repr(profile))
    else:
        yield from partition_problems(match["partition"], home, *path)
