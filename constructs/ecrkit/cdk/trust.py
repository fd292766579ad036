"""
The pipelines that a role trusts: the subjects of their OpenID Connect tokens, as conditions of IAM.

Source: GitHub documentation, "OpenID Connect reference", with "Immutable subject claims"; GitLab documentation, "OpenID
Connect (OIDC) Authentication Using ID Tokens"; IAM user guide, "Create a role for OpenID Connect federation" (read
2026-11).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "MAX_TRUST_POLICY",
    "TRUST_POLICY_QUOTA",
    "GitHubWorkflow",
    "GitLabPipeline",
    "Pipeline",
    "trust_conditions",
    "trust_policy_length",
]

TRUST_POLICY_QUOTA, MAX_TRUST_POLICY = 2_048, 4_096
"""Characters of a trust policy: the default quota, and the highest that AWS raises it to."""

_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_GITHUB_REPOSITORY = re.compile(rf"{_OWNER}/[A-Za-z0-9._-]+|{_OWNER}@[0-9]+/[A-Za-z0-9._-]+@[0-9]+")
_GITLAB_PROJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_REF = re.compile(r"[^\s?\[\]~^:\\${}]+")
"""A branch or tag; Git allows no other character. ``*`` matches any characters."""
_ENVIRONMENT = re.compile(r"[^*?${}\x00-\x1f]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubWorkflow:
    """
    The workflows of a GitHub repository that run on a branch, on a tag or in an environment.

    Exactly one of *branch*, *tag* and *environment* is required. The subject of a job with an environment has no
    branch: restrict the branches of the environment on GitHub.

    Attributes:
        repository: The repository as ``owner/name``. Since 2026-07-15 GitHub adds IDs to the subjects of new, renamed
            and transferred repositories: then write ``owner@123456/name@456789``. ``gh api repos/OWNER/NAME --jq
            '.owner.id, .id'`` prints both IDs. Case matters.
        branch: The branch, as in ``main``; ``*`` matches any characters. Default: none.
        tag: The tag, as in ``v1.2.0``; ``*`` matches any characters. Default: none.
        environment: The environment of the job, without wildcards. Default: none.
    """

    issuer: ClassVar[str] = "token.actions.githubusercontent.com"

    repository: str
    branch: str | None = None
    tag: str | None = None
    environment: str | None = None

    @property
    def subject(self) -> str:
        """The ``sub`` claim of the tokens."""
        if self.environment is not None:
            return f"repo:{self.repository}:environment:{self.environment.replace(':', '%3A')}"
        ref = f"tags/{self.tag}" if self.branch is None else f"heads/{self.branch}"
        return f"repo:{self.repository}:ref:refs/{ref}"

    def problems(self) -> Iterator[str]:
        """Report values that match no token, or too many."""
        yield from _name_problems("repository", self.repository, _GITHUB_REPOSITORY, example="'acme/registries'")
        places = {"branch": self.branch, "tag": self.tag, "environment": self.environment}
        yield from _one_of(places)
        yield from _ref_problems({"branch": self.branch, "tag": self.tag})
        if self.environment is not None and not _matches(_ENVIRONMENT, self.environment):
            yield f"environment: must be a name without wildcards, got {self.environment!r}; name each environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabPipeline:
    """
    The pipelines of a GitLab project that run on a branch or on a tag.

    Exactly one of *branch* and *tag* is required. Protect the branch: everyone who can push to it gets the role.

    Attributes:
        project: The path of the project, as in ``group/subgroup/project``. Case matters.
        branch: The branch, as in ``main``; ``*`` matches any characters. Default: none.
        tag: The tag, as in ``v1.2.0``; ``*`` matches any characters. Default: none.
    """

    issuer: ClassVar[str] = "gitlab.com"

    project: str
    branch: str | None = None
    tag: str | None = None

    @property
    def subject(self) -> str:
        """The ``sub`` claim of the tokens."""
        kind, ref = ("tag", self.tag) if self.branch is None else ("branch", self.branch)
        return f"project_path:{self.project}:ref_type:{kind}:ref:{ref}"

    def problems(self) -> Iterator[str]:
        """Report values that match no token, or too many."""
        yield from _name_problems("project", self.project, _GITLAB_PROJECT, example="'acme/platform/registries'")
        places = {"branch": self.branch, "tag": self.tag}
        yield from _one_of(places)
        yield from _ref_problems(places)


Pipeline = GitHubWorkflow | GitLabPipeline


def trust_conditions(pipelines: Sequence[Pipeline], *, issuer: str, audience: str) -> dict[str, dict[str, object]]:
    """
    Write the condition of the statement that lets pipelines assume a role.

    Args:
        pipelines: Pipelines without problems, at least one.
        issuer: The issuer of the tokens, without ``https://``.
        audience: The ``aud`` claim of the tokens.

    Returns:
        The ``Condition``: the audience, and one of the subjects.
    """
    subjects = sorted({pipeline.subject for pipeline in pipelines})
    exact: dict[str, object] = {f"{issuer}:aud": audience}
    # Two operators would both have to be true, so one of them has all subjects.
    if any("*" in subject for subject in subjects):
        return {"StringEquals": exact, "StringLike": {f"{issuer}:sub": subjects}}
    return {"StringEquals": {**exact, f"{issuer}:sub": subjects}}


def trust_policy_length(conditions: Mapping[str, Mapping[str, object]], *, provider_arn: str) -> int:
    """
    Count the characters of the trust policy of a role as IAM does: without white space.

    Args:
        conditions: what :func:`trust_conditions` gave.
        provider_arn: the ARN of the provider, or a text of that length.

    Source: IAM user guide, "IAM and AWS STS quotas": Role trust policy length (read 2026-11).
    """
    statement = {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return len("".join(json.dumps(policy, ensure_ascii=False).split()))


def _name_problems(prop: str, text: object, grammar: re.Pattern[str], *, example: str) -> Iterator[str]:
    if isinstance(text, str) and ("*" in text or "?" in text):
        yield f"{prop}: must not have wildcards, which give other repositories access, got {text!r}; name each one"
    elif not _matches(grammar, text):
        yield f"{prop}: must be a path as in {example}, got {text!r}"


def _one_of(places: dict[str, str | None]) -> Iterator[str]:
    given = [name for name, value in places.items() if value is not None]
    if len(given) != 1:
        names = f"{', '.join(list(places)[:-1])} and {list(places)[-1]}"
        yield f"give one of {names}, got {' and '.join(given) or 'none'}"


def _ref_problems(refs: dict[str, str | None]) -> Iterator[str]:
    for prop, ref in refs.items():
        if ref is None:
            continue
        if isinstance(ref, str) and ref.startswith("refs/"):
            yield f"{prop}: must be a name without 'refs/…', got {ref!r}; write {ref.split('/', 2)[-1]!r}"
        elif not _matches(_REF, ref):
            yield f"{prop}: must be the name of a {prop}, got {ref!r}"


def _matches(grammar: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and grammar.fullmatch(text) is not None
