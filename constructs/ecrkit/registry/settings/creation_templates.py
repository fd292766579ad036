"""Checks of what a repository becomes that ECR creates by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.errors import InvalidNameError, silence
from ecrkit.images.names import TagFilter
from ecrkit.lifecycle import COMPLETENESS_CODES
from ecrkit.registry.access import policy_statements
from ecrkit.registry.access_policy import MAX_POLICY, policy_text
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.properties import Mutability
from ecrkit.registry.rulebook import ACCESS_WARNINGS
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.caches import check_prefixes
from ecrkit.registry.settings.fields import at, repeated, role_problems, too_many
from ecrkit.registry.settings.policy import partition_findings, statement_findings
from ecrkit.registry.settings.values import AppliedFor, TemplateEncryption
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import CreationTemplate, Home

__all__ = [
    "KEY",
    "MAX_ARN",
    "MAX_DESCRIPTION",
    "MAX_PREFIX",
    "MIN_PREFIX",
    "TEMPLATE_WARNINGS",
    "check_templates",
    "repository_policy",
]

TEMPLATE_WARNINGS = (
    *COMPLETENESS_CODES,
    rulebook.NEVER_UPDATED.code,
    *ACCESS_WARNINGS,
    rulebook.SCANNER_COUNTS.code,
)
"""What a template can be warned of, and may silence."""

MIN_PREFIX, MAX_PREFIX = 1, 256
MAX_DESCRIPTION = 256
KEY = re.compile(r"arn:aws[a-z0-9-]*:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[a-z0-9-]+")
MAX_ARN = 2048


def check_templates(templates: Mapping[str, CreationTemplate], home: Home) -> Iterator[Finding]:
    """
    Check creation templates; their lifecycle policies are checked where they are composed.

    Args:
        templates: by prefix.
        home: where the registry is.

    Source: ECR API model 2015-09-21, CreateRepositoryCreationTemplate; CloudFormation resource schema,
    AWS::ECR::RepositoryCreationTemplate; ECR user guide, "Creating a repository creation template" (read 2026-11).
    """
    yield from check_prefixes(templates, MIN_PREFIX, MAX_PREFIX, "creation_templates")
    for prefix, template in templates.items():
        yield from silence(_check_template(template, home, "creation_templates", prefix), template.silence)


def _check_template(template: CreationTemplate, home: Home, *path: str | int) -> Iterator[Finding]:
    if not template.applied_for:
        remedy = f"name any of {', '.join(AppliedFor)}"
        yield rulebook.TOO_FEW.at(at(*path, "applied_for"), what="occasion", remedy=remedy)
    yield from repeated(map(str, template.applied_for), *path, "applied_for")
    length = len(template.description or "")
    if length > MAX_DESCRIPTION:
        yield rulebook.DESCRIPTION_TOO_LONG.at(at(*path, "description"), max=MAX_DESCRIPTION, length=length)
    yield from _check_mutability(template, home, *path)
    yield from _check_encryption(template, home, *path)
    yield from _check_role(template, home, *path)
    for verb in ("pull", "push"):
        for index, principal in enumerate(getattr(template.access, verb).principals):
            yield from partition_findings(principal, home, *path, verb, "principals", index)
    yield from statement_findings(
        template.statements, *path, kind=PolicyKind.REPOSITORY, home=home, acknowledged=template.open_to_everyone
    )
    length = len(repository_policy(template, home.region or "", account=home.account or "") or "")
    if length > MAX_POLICY and home.account and home.region:
        yield rulebook.REPOSITORY_POLICY_TOO_LONG.at(at(*path), length=length, max=MAX_POLICY)


def repository_policy(
    template: CreationTemplate, region: str, *, account: str, partition: str | None = None
) -> str | None:
    """
    Write the policy of repositories created from a template.

    Args:
        template: the template, with its access settings.
        region: Region of the registry, or a token of it.
        account: account of the registry, or a token of it.
        partition: ``aws``, or a token of it. Default: that of *region*.

    Returns:
        JSON text; ``None`` if nobody gets access.
    """
    place = {"partition": partition or partition_of(region), "region": region, "account": account}
    statements = [*policy_statements(template.access, **place), *template.statements]
    return policy_text({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _check_mutability(template: CreationTemplate, home: Home, *path: str | int) -> Iterator[Finding]:
    for key, entries, needed in (
        ("mutable_tags", template.mutable_tags, Mutability.IMMUTABLE),
        ("immutable_tags", template.immutable_tags, Mutability.MUTABLE),
    ):
        if entries and template.mutability is not needed:
            yield rulebook.TAGS_OF_THE_OTHER.at(
                at(*path, key), key=key, needed=needed.value, got=template.mutability.value
            )
        yield from too_many(entries, TagFilter.MAX_PER_REPOSITORY, "entries", *path, key)
        yield from repeated(entries, *path, key)
        for index, entry in enumerate(entries):
            try:
                TagFilter(entry if home.is_known(entry) else "*")
            except InvalidNameError as error:
                yield rulebook.BAD_TAG_FILTER.at(at(*path, key, index), problem=str(error))
    is_immutable = template.mutability is Mutability.IMMUTABLE and not template.mutable_tags
    if is_immutable and AppliedFor.PULL_THROUGH_CACHE in template.applied_for:
        yield rulebook.NEVER_UPDATED.at(at(*path))


def _check_encryption(template: CreationTemplate, home: Home, *path: str | int) -> Iterator[Finding]:
    key = template.key
    if key is None:
        return
    if template.encryption_type is TemplateEncryption.AES256:
        yield rulebook.KEY_WITHOUT_KMS.at(at(*path, "key"), encryption=template.encryption_type.value)
    if not home.is_known(key):
        return
    match = KEY.fullmatch(key)
    if match is None or len(key) > MAX_ARN:
        remedy = "not an alias or ID" if not key.startswith("arn:") else ""
        yield rulebook.BAD_KEY.at(at(*path, "key"), got=repr(key), remedy=remedy)
    elif home.region is not None and match["region"] != home.region:
        yield rulebook.KEY_ELSEWHERE.at(at(*path, "key"), region=match["region"], expected=home.region)


def _check_role(template: CreationTemplate, home: Home, *path: str | int) -> Iterator[Finding]:
    if template.role is not None:
        yield from role_problems(template.role, home, *path, "role", takes_path=False)
        return
    if template.tags:
        yield rulebook.NEEDS_ROLE.at(at(*path, "tags"), what="a template with tags")
    if template.encryption_type is not TemplateEncryption.AES256:
        yield rulebook.NEEDS_ROLE.at(at(*path, "encryption"), what=f"the encryption {template.encryption_type.value}")
