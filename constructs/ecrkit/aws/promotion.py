"""
Copying images between repositories, accounts and Regions: with what belongs to them, by digest, the tag last.

A program copies manifests and layers. ecrkit decides which: the image, what describes it as a subject (signatures,
SBOMs, attestations), and what Cosign tagged by its digest. Then it compares digests, and sets the tags through ECR:
an interrupted copy leaves no tag that is not whole, and the next run goes on where it ended.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.aws.client import aws_errors
from ecrkit.aws.images import deployed_images, find_image, image_at
from ecrkit.aws.local import refuse_other_account
from ecrkit.aws.login import password_for
from ecrkit.aws.manifests import manifest_of
from ecrkit.aws.passwords import password_directory
from ecrkit.aws.repositories import repository_of
from ecrkit.aws.transfers import how_to_declare, how_to_restore
from ecrkit.errors import AwsError, RefusedError
from ecrkit.images.cosign import CosignTag
from ecrkit.images.manifests import MANIFEST_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.copiers import Copier
    from ecrkit.aws.images import DeployedImage
    from ecrkit.aws.login import Registry
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.images.references import ImageReference

__all__ = ["Artifact", "CopyPlan", "CopyPlanner", "Promotion", "conflicts", "promotion"]


def _unchanged(repository: DeployedRepository) -> DeployedRepository:
    return repository


class Artifact(NamedTuple):
    """
    A manifest to copy: the image itself, or what belongs to it.

    Attributes:
        image: at the source.
        tags: to set at the destination.
        is_there: whether the destination has the manifest.
        missing_tags: of *tags*, those that the destination has not, or has at another image.
        size_bytes: of the image, or of all images of a list; ECR gives the largest one as the size of a list.
    """

    image: DeployedImage
    tags: tuple[str, ...]
    is_there: bool
    missing_tags: tuple[str, ...]
    size_bytes: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is to do."""
        return self.is_there and not self.missing_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """
    A copy that nothing known stands against.

    Attributes:
        source: what was asked for.
        destination: where it goes; its tag may be empty for an image that is copied by digest alone.
        source_repository: that it comes from.
        destination_repository: that it goes to.
        artifacts: the image first, then what belongs to it.
        moved_tags: tags that the destination takes from another image, with the digest of that.
    """

    source: ImageReference
    destination: ImageReference
    source_repository: DeployedRepository
    destination_repository: DeployedRepository
    artifacts: tuple[Artifact, ...]
    moved_tags: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Of the image."""
        return self.artifacts[0].image.digest

    @property
    def target(self) -> str:
        """Where the image is after the copy: the URI, with the tag or else the digest."""
        return f"{self.destination_repository.uri}{self.destination.suffix or f'@{self.digest}'}"

    @property
    def is_done(self) -> bool:
        """Whether everything is at the destination already."""
        return all(artifact.is_done for artifact in self.artifacts)

    @property
    def size_bytes(self) -> int:
        """At most what is copied: layers that the destination has are not copied again."""
        return sum(artifact.size_bytes for artifact in self.artifacts if not artifact.is_there)


class CopyPlanner:
    """
    Looks before copies; it lists each repository once.

    Args:
        source: client of the account and Region that images come from.
        destination: client of the account and Region that they go to.
        with_referrers: copy signatures, SBOMs and attestations, too.
        complete: adds the exceptions of the mutability that a local AWS has dropped, if they are known.
    """

    def __init__(
        self,
        source: ECRClient,
        destination: ECRClient,
        *,
        with_referrers: bool,
        complete: Callable[[DeployedRepository], DeployedRepository] = _unchanged,
    ) -> None:
        self._source = source
        self._destination = destination
        self._with_referrers = with_referrers
        self._complete = complete
        self._sources: dict[str, DeployedRepository] = {}
        self._destinations: dict[str, DeployedRepository] = {}
        self._listed: dict[str, list[DeployedImage]] = {}
        self._lists: dict[str, frozenset[str]] = {}

    def plan(self, source: ImageReference, destination: ImageReference) -> CopyPlan:
        """
        Look before a copy.

        Args:
            source: tag or digest included.
            destination: without a digest; without a tag for an image that gets none.

        Raises:
            RefusedError: the image is archived, a tag is immutable and at another image, or a local AWS would copy
                elsewhere.
            AwsError: there is no such repository or image, AWS refused, or could not be reached.
        """
        source_repository = self._repository(self._source, source, self._sources)
        destination_repository = self._repository(self._destination, destination, self._destinations)
        image = image_at(self._source, source)
        if image.status != "ACTIVE":
            raise RefusedError(
                f"{source}: the image is {image.status.lower()}, and cannot be copied; {how_to_restore(source, image)}"
            )
        wanted: list[tuple[DeployedImage, tuple[str, ...]]] = [(image, (destination.tag,) if destination.tag else ())]
        if self._with_referrers:
            wanted += [(one, tuple(filter(CosignTag.find, one.tags))) for one in self._belonging_to(image, source)]
        found = [self._artifact(one, tags, destination, size=self._size(one, source)) for one, tags in wanted]
        moved = tuple(pair for _, pairs in found for pair in pairs)
        self._refuse_immutable(destination, destination_repository, moved)
        return CopyPlan(
            source=source,
            destination=destination,
            source_repository=source_repository,
            destination_repository=destination_repository,
            artifacts=tuple(artifact for artifact, _ in found),
            moved_tags=moved,
        )

    def _repository(
        self, client: ECRClient, reference: ImageReference, known: dict[str, DeployedRepository]
    ) -> DeployedRepository:
        key = f"{reference.host}/{reference.repository}"
        if key not in known:
            remedy = {"remedy": how_to_declare(reference)} if known is self._destinations else {}
            found = repository_of(client, reference, **remedy)
            refuse_other_account(client, found.host, found.name)
            known[key] = found
        return known[key]

    def _belonging_to(self, image: DeployedImage, source: ImageReference) -> list[DeployedImage]:
        """Find what describes an image, its images for each platform, or what describes it: signatures of SBOMs too."""
        name = source.repository
        subjects: set[str] = set()
        found: dict[str, DeployedImage] = {}
        new = [image]
        while new:
            for one in new:
                subjects.add(one.digest)
                subjects |= self._images_of(one, name)
            new = [
                one for one in self._active(name) if one.digest not in subjects and not _about(one).isdisjoint(subjects)
            ]
            found |= {one.digest: one for one in new}
        return list(found.values())

    def _active(self, name: str) -> list[DeployedImage]:
        if name not in self._listed:
            self._listed[name] = [one for one in deployed_images(self._source, name) if one.status == "ACTIVE"]
        return self._listed[name]

    def _images_of(self, image: DeployedImage, name: str) -> frozenset[str]:
        """Give the digests of the images of a list; none for an image that is no list."""
        if not image.is_index:
            return frozenset()
        if image.digest not in self._lists:
            children = manifest_of(self._source, name, image.digest).children
            self._lists[image.digest] = frozenset(child.digest for child in children)
        return self._lists[image.digest]

    def _size(self, image: DeployedImage, source: ImageReference) -> int:
        images = self._images_of(image, source.repository)
        if not images:
            return image.size_bytes
        return sum(one.size_bytes for one in self._active(source.repository) if one.digest in images)

    def _artifact(
        self, image: DeployedImage, tags: Sequence[str], destination: ImageReference, *, size: int
    ) -> tuple[Artifact, list[tuple[str, str]]]:
        missing, moved = [], []
        for tag in tags:
            present = find_image(self._destination, replace(destination, tag=tag))
            if present is None or present.digest != image.digest:
                missing.append(tag)
            if present and present.digest != image.digest:
                moved.append((tag, present.digest))
        there = find_image(self._destination, destination.by_digest(image.digest))
        if there and there.status != "ACTIVE":
            # Pushing an archived image restores it.
            there = None
        return Artifact(image, tuple(tags), there is not None, tuple(missing), size), moved

    def _refuse_immutable(
        self, destination: ImageReference, repository: DeployedRepository, moved: Sequence[tuple[str, str]]
    ) -> None:
        if moved and repository.lacks_filters:
            repository = self._complete(repository)
        refused = [
            f"{replace(destination, tag=tag)}: the tag exists with another digest, {digest}, and is immutable; "
            "copy to another tag, or add this one to mutable_tags in the catalog"
            for tag, digest in moved
            if repository.is_immutable(tag)
        ]
        if refused:
            raise RefusedError("\n".join(refused))


def conflicts(plans: Iterable[CopyPlan]) -> list[RefusedError]:
    """Find tags that several images of *plans* would get; each copy alone would move the tag of the one before."""
    wanted: dict[tuple[str, str], dict[str, ImageReference]] = {}
    for plan in plans:
        for artifact in plan.artifacts:
            for tag in artifact.tags:
                digests = wanted.setdefault((plan.destination_repository.uri, tag), {})
                digests.setdefault(artifact.image.digest, plan.source)
    return [
        RefusedError(
            f"{uri}:{tag}: would be the tag of several images: "
            f"{', '.join(f'{digest} of {source}' for digest, source in digests.items())}; copy one, or to another tag"
        )
        for (uri, tag), digests in wanted.items()
        if len(digests) > 1
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """
    Copies under way; :func:`promotion` makes it.

    Attributes:
        copier: logged in at both registries.
        source: client of the source.
        destination: client of the destination.
        source_registry: that images come from.
        destination_registry: that they go to.
    """

    copier: Copier
    source: ECRClient
    destination: ECRClient
    source_registry: Registry
    destination_registry: Registry

    def copy(self, plan: CopyPlan, *, report: Callable[[str], None]) -> None:
        """
        Copy an image and what belongs to it, verify the digests, and set the tags: that of the image last.

        Args:
            plan: of the image.
            report: called with what is done next.

        Raises:
            AwsError: AWS refused, could not be reached, or has another digest now.
            ToolError: the program failed.
        """
        # Another copy of this run may have brought some of it since the plan was made.
        for number, artifact in enumerate(plan.artifacts, start=1):
            digest = artifact.image.digest
            if artifact.is_there or self._is_at(plan.destination.by_digest(digest), digest):
                continue
            report(f"{plan.source}: copying {number} of {len(plan.artifacts)}, {digest[:19]}")
            self.copier.copy(
                self.source_registry,
                f"{plan.source.repository}@{digest}",
                self.destination_registry,
                f"{plan.destination.repository}@{digest}",
            )
            self._verify(plan.destination.by_digest(digest), digest)
        for artifact in reversed(plan.artifacts):
            for tag in artifact.missing_tags:
                tagged = replace(plan.destination, tag=tag, digest="")
                if not self._is_at(tagged, artifact.image.digest):
                    self._tag(plan, artifact.image, tag)
                    self._verify(tagged, artifact.image.digest)

    def _is_at(self, reference: ImageReference, digest: str) -> bool:
        found = find_image(self.destination, reference)
        return found is not None and found.digest == digest and found.status == "ACTIVE"

    def _tag(self, plan: CopyPlan, image: DeployedImage, tag: str) -> None:
        """Set a tag at the destination, with the manifest as it is at the source, byte for byte."""
        with aws_errors():
            answer = self.source.batch_get_image(
                repositoryName=plan.source.repository,
                imageIds=[{"imageDigest": image.digest}],
                acceptedMediaTypes=sorted(MANIFEST_TYPES | ({image.media_type} if image.media_type else set())),
            )
        text = answer["images"][0]["imageManifest"] if answer["images"] else ""
        if f"sha256:{sha256(text.encode()).hexdigest()}" != image.digest:
            raise AwsError(f"{plan.source.by_digest(image.digest)}: ECR gave another manifest; run the command again")
        with aws_errors():
            self.destination.put_image(
                repositoryName=plan.destination.repository,
                imageManifest=text,
                imageManifestMediaType=image.media_type,
                imageTag=tag,
                imageDigest=image.digest,
            )

    def _verify(self, reference: ImageReference, digest: str) -> None:
        found = find_image(self.destination, reference)
        if found is None or found.digest != digest:
            got = found.digest if found else "no image"
            raise AwsError(f"{reference}: must be {digest} after the copy, got {got}; run the command again")


@contextmanager
def promotion(source: ECRClient, destination: ECRClient, copier: Copier) -> Iterator[Promotion]:
    """
    Log in at both registries, for the time of the context; the passwords are nowhere afterwards.

    Raises:
        AwsError: AWS refused, or could not be reached.
        ToolError: the log-in failed.
    """
    source_registry, source_password = password_for(source)
    destination_registry, destination_password = password_for(destination)
    with password_directory() as (directory, group):
        private = copier.keeping(directory, process_group=group)
        private.log_in(source_registry, source_password)
        if destination_registry != source_registry:
            private.log_in(destination_registry, destination_password)
        yield Promotion(
            copier=private,
            source=source,
            destination=destination,
            source_registry=source_registry,
            destination_registry=destination_registry,
        )


def _about(image: DeployedImage) -> set[str]:
    """Give the digests that an image describes."""
    tagged = {found.digest for found in map(CosignTag.find, image.tags) if found}
    return tagged | ({image.subject_digest} if image.subject_digest else set())
