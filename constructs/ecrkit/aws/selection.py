"""Repositories that a person chose: by name, by URI, or by pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ecrkit.aws.repositories import NOT_FOUND, deployed_repositories, repository_of
from ecrkit.errors import AwsError, InvalidNameError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.repositories import DeployedRepository

__all__ = ["chosen_repositories", "is_pattern"]


def is_pattern(text: str) -> bool:
    """Whether *text* is a pattern: no name of a repository has such characters."""
    return any(character in text for character in "*?[")


def chosen_repositories(client: ECRClient, chosen: Iterable[str]) -> list[DeployedRepository]:
    """
    Describe the repositories that names, URIs and patterns choose.

    Args:
        client: client of the Region.
        chosen: names, URIs, and patterns as in ``team/*``, where ``*`` matches slashes, too.

    Returns:
        Each repository once, by name. Only patterns list all repositories of the account.

    Raises:
        InvalidNameError: a text is neither; an image is no repository.
        AwsError: some do not exist, a pattern matches none, AWS refused, or could not be reached.
        RefusedError: a URI is of another registry.
    """
    texts = list(dict.fromkeys(chosen))
    references = [_reference(text) for text in texts if not is_pattern(text)]
    patterns = [text for text in texts if is_pattern(text)]
    everything = deployed_repositories(client) if patterns else []
    found: dict[str, DeployedRepository] = {}
    missing: list[str] = []
    for reference in references:
        try:
            repository = repository_of(client, reference)
        except AwsError as error:
            if error.code != NOT_FOUND:
                raise
            missing.append(str(error))
        else:
            found[repository.name] = repository
    for pattern in patterns:
        matching = {one.name: one for one in everything if fnmatchcase(one.name, pattern)}
        if not matching:
            missing.append(
                f"{pattern}: matches no repository in {client.meta.region_name}; run `ecrkit repos list` to list the "
                "repositories"
            )
        found |= matching
    if missing:
        raise AwsError("\n".join(missing), code=NOT_FOUND)
    return [found[name] for name in sorted(found)]


def _reference(text: str) -> ImageReference:
    reference = ImageReference.parse(text)
    if reference.suffix:
        raise InvalidNameError(f"{text}: name a repository, without {reference.suffix!r}")
    return reference
