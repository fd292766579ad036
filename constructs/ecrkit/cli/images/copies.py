"""What ``ecrkit images copy`` reads and prints: pairs of images, plans, results."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import click

from ecrkit.cli.console.output import count_of
from ecrkit.documents.files import read_argument
from ecrkit.errors import AwsError, InvalidNameError, ToolError, UnreadableInputError
from ecrkit.images.references import ImageReference
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.aws.promotion import Artifact, CopyPlan

__all__ = ["Copies", "Pair", "copy_document", "planned_line", "read_pairs"]

_MOST_WORDS = 2


class Pair(NamedTuple):
    """
    An image to copy, and where it goes.

    Attributes:
        source: tag or digest included.
        destination: without a digest; without a tag if the source has none.
    """

    source: ImageReference
    destination: ImageReference


@dataclass(slots=True, kw_only=True)
class Copies:
    """
    What was done.

    Attributes:
        plans: all of them.
        copied: targets of those that were carried out.
        failures: by target.
    """

    plans: Sequence[CopyPlan]
    copied: set[str] = field(default_factory=set)
    failures: dict[str, AwsError | ToolError] = field(default_factory=dict)

    def status(self, plan: CopyPlan) -> str:
        """Say what became of an image: ``present``, ``copied``, ``failed`` or ``planned``."""
        if plan.is_done:
            return "present"
        if plan.target in self.copied:
            return "copied"
        return "failed" if plan.target in self.failures else "planned"

    def raise_failures(self, *, number: int) -> None:
        """
        Report what failed, if anything; *number* images were tried.

        Raises:
            AwsError: AWS refused one of several.
            ToolError: the program failed.
        """
        if not self.failures:
            return
        first = next(iter(self.failures.values()))
        if number == 1:
            raise first
        told = [f"{target}: not copied: {error}" for target, error in self.failures.items()]
        text = "\n".join([*told, f"{len(self.copied)} of {count_of(number, 'image')} copied; run the command again"])
        raise AwsError(text, code=first.code) if isinstance(first, AwsError) else ToolError(text)


def read_pairs(source: str | None, destination: str | None, *, file: str | None) -> list[Pair]:
    """
    Read which images to copy, each pair once: of the arguments, or of a file.

    Raises:
        InvalidNameError: a reference is none.
        UnreadableInputError: the file cannot be read, or a line of it is no pair.
        click.UsageError: both or neither are given.
    """
    if file is None:
        if source is None or destination is None:
            raise click.UsageError("name SOURCE and DESTINATION, or pass --from FILE")
        return [_pair(source, destination)]
    if source is not None:
        raise click.UsageError("name SOURCE and DESTINATION or pass --from, not both")
    text, name = read_argument(file)
    pairs = list(dict.fromkeys(_pairs(text, name)))
    if not pairs:
        raise UnreadableInputError(f"{name}: names no image; write SOURCE and DESTINATION in each line")
    return pairs


def planned_line(plan: CopyPlan) -> str:
    """Say what happens to an image."""
    name = f"{plan.source} to {plan.target}"
    if plan.is_done:
        return f"{name}: already there, {plan.digest}"
    others = len(plan.artifacts) - 1
    parts = [readable_size(plan.size_bytes)]
    if others:
        parts.append(f"with {count_of(others, 'artifact')} that {'belongs' if others == 1 else 'belong'} to it")
    there = sum(artifact.is_there for artifact in plan.artifacts)
    if there:
        parts.append(f"{there} of {len(plan.artifacts)} manifests already there")
    parts += [f"moves the tag {tag} from {digest}" for tag, digest in plan.moved_tags]
    return f"{name}: {', '.join(parts)}"


def copy_document(copies: Copies, *, dry_run: bool) -> dict[str, object]:
    """Write what was done, with the names of AWS where it has one."""
    return {"images": [_document(copies, plan) for plan in copies.plans], "dryRun": dry_run}


def _document(copies: Copies, plan: CopyPlan) -> dict[str, object]:
    failure = copies.failures.get(plan.target)
    return {
        "source": f"{plan.source_repository.uri}{plan.source.suffix}",
        "destination": plan.target,
        "imageDigest": plan.digest,
        "status": copies.status(plan),
        "movedTags": [{"imageTag": tag, "imageDigest": digest} for tag, digest in plan.moved_tags],
        "artifacts": list(map(_artifact, plan.artifacts[1:])),
        **({"error": str(failure)} if failure else {}),
    }


def _artifact(artifact: Artifact) -> dict[str, object]:
    return {
        "imageDigest": artifact.image.digest,
        "imageTags": list(artifact.tags),
        "artifactMediaType": artifact.image.artifact_media_type or None,
        "subjectManifestDigest": artifact.image.subject_digest,
    }


def _pairs(text: str, name: str) -> Iterator[Pair]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) > _MOST_WORDS:
            raise UnreadableInputError(f"{name}:{number}: must be SOURCE and DESTINATION, got {len(words)} words")
        try:
            yield _pair(words[0], words[1] if len(words) == _MOST_WORDS else None)
        except (InvalidNameError, click.UsageError) as error:
            problem = error.message if isinstance(error, click.UsageError) else str(error)
            raise UnreadableInputError(f"{name}:{number}: {problem}") from None


def _pair(source: str, destination: str | None) -> Pair:
    """Read a pair; without a destination, it is the repository of the same name."""
    from_ = ImageReference.parse(source)
    if not from_.suffix:
        raise click.UsageError(f"{source}: name a tag or a digest, as in {source}:v1")
    to = ImageReference.parse(destination) if destination else replace(from_, host=None, digest="")
    if to.digest:
        raise click.UsageError(f"{destination}: a copy keeps the digest of its source; name a tag or none")
    # A tag beside a digest says nothing of the image that is copied.
    tag = to.tag or from_.tag
    return Pair(replace(from_, tag="") if from_.digest else from_, replace(to, tag=tag))
