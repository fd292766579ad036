"""Arguments that a construct does not have, and what to use instead."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from ecrkit.catalog.public_keys import PUBLIC_INSTEAD as NO_SUCH_KEY
from ecrkit.documents.nearest import near
from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from constructs import Construct

__all__ = ["INSTEAD", "PUBLIC_INSTEAD", "refuse_unknown", "unknown_problems"]

_EXTRACT = "run `ecrkit policy extract cdk.out` before you change the stack, and pass the policy as lifecycle"

INSTEAD: Mapping[str, str] = {
    # aws_ecr.Repository
    "auto_delete_images": "use empty_on_delete",
    "image_scan_on_push": "use scan_on_push",
    "image_tag_mutability": "use mutability",
    "image_tag_mutability_exclusion_filters": "use mutable_tags, or immutable_tags if the other tags are mutable",
    "lifecycle_registry_id": "remove it; the policy applies in the account of the stack",
    "lifecycle_rules": _EXTRACT,
    # aws_ecr.CfnRepository
    "encryption_configuration": "use encryption and encryption_key",
    "image_scanning_configuration": "use scan_on_push",
    "lifecycle_policy": _EXTRACT,
    "repository_policy_text": "use pull and push, or statements",
    # The catalog
    "name": "use repository_name",
    "removal": "use removal_policy",
    "silence": "use Annotations.of(repository).acknowledge_warning(CODE, REASON)",
    "tags": "use Tags.of(repository).add(KEY, VALUE)",
}
"""What to use for an argument that the L2, the L1 or the catalog has, and ``ecrkit.cdk.Repository`` has not."""

PUBLIC_INSTEAD: Mapping[str, str] = {
    # aws_ecr.CfnPublicRepository
    "repository_catalog_data": "use description, about, usage, architectures and operating_systems",
    "repository_description": "use description",
    "about_text": "use about",
    "usage_text": "use usage",
    "repository_policy_text": "use push, or statements",
    "tags": INSTEAD["tags"],
    # aws_ecr.Repository and ecrkit.cdk.Repository
    "lifecycle_policy": NO_SUCH_KEY["lifecycle"],
    "lifecycle_registry_id": NO_SUCH_KEY["lifecycle"],
    "lifecycle_rules": NO_SUCH_KEY["lifecycle"],
    "encryption_configuration": NO_SUCH_KEY["encryption"],
    "encryption_key": NO_SUCH_KEY["encryption"],
    "image_scan_on_push": NO_SUCH_KEY["scan_on_push"],
    "image_scanning_configuration": NO_SUCH_KEY["scan_on_push"],
    "image_tag_mutability": NO_SUCH_KEY["mutability"],
    "image_tag_mutability_exclusion_filters": NO_SUCH_KEY["mutability"],
    "auto_delete_images": NO_SUCH_KEY["empty_on_delete"],
    "exports": "use CfnOutput with repository_arn",
    "parameters": "use StringParameter with repository_arn",
    "logo_image_blob": NO_SUCH_KEY["logo"],
    # The catalog
    **NO_SUCH_KEY,
    "name": "use repository_name",
    "public_alias": "use registry_alias",
    "removal": "use removal_policy",
    "silence": INSTEAD["silence"],
}
"""What to use for an argument that other constructs have, and ``ecrkit.cdk.PublicRepository`` has not."""


def unknown_problems(
    names: Collection[str], *, of: Callable[..., object], instead: Mapping[str, str] | None = None
) -> Iterator[str]:
    """
    Refuse arguments by their names.

    Args:
        names: arguments that were passed, and that *of* does not have.
        of: what they were passed to.
        instead: what to do about each that is known elsewhere.

    Returns:
        A problem for each.
    """
    if not names:
        return  # As almost always; signatures take their time.
    advice = instead or {}
    known = [name for name, each in inspect.signature(of).parameters.items() if each.kind is each.KEYWORD_ONLY]
    for name in names:
        close = near(name, [*known, *advice])
        if name in advice:
            remedy = advice[name]
        elif close and close[0] in advice:
            remedy = advice[close[0]]
        elif close:
            remedy = f"did you mean {close[0]}?"
        else:
            remedy = f"use any of {', '.join(known)}" if known else "remove it"
        yield f"unknown argument {name!r}; {remedy}"


def refuse_unknown(
    scope: Construct,
    construct_id: str,
    names: Collection[str],
    *,
    of: Callable[..., object],
    instead: Mapping[str, str] | None = None,
) -> None:
    """
    Raise if a construct was passed arguments that it does not have.

    Args:
        scope: its scope.
        construct_id: its ID.
        names: as for :func:`unknown_problems`.
        of: as for :func:`unknown_problems`.
        instead: as for :func:`unknown_problems`.

    Raises:
        InvalidPropertyError: it was; lists all of them.
    """
    if names:
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        raise InvalidPropertyError(
            "\n".join(f"{where}: {problem}" for problem in unknown_problems(names, of=of, instead=instead))
        )
