"""
What nobody documents about lifecycle policies, and what ecrkit takes to be so.

Every decision that the evaluation makes without a source is a member here. An evaluation names those that mattered:
had ECR decided otherwise, the fate of an image could be another.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["OpenQuestion"]


class OpenQuestion(Enum):
    """A question without a documented answer; the value is ecrkit's answer, for people."""

    TIED_PUSH_TIMES = "of images pushed at the same instant the one with the lower digest counts as the newer"
    """Any fixed order would do. This one does not depend on the order of the file."""

    AGE_AFTER_RESTORATION = "the age of an image restored from the archive is counted from its restoration"
    """Documented for the order of images, and for days since the last pull; not for days since the push."""

    ACTIVATING = "an image on its way back from the archive counts as archived until it is active"

    EVERYTHING_COUNTS = (
        "manifest lists, the images that they refer to, signatures and SBOMs each count as one image to a rule"
    )
    """Observed: issue 2613 of the AWS containers roadmap."""

    SUBJECT_DECIDES = "a signature, SBOM or similar is deleted with its subject, even if no rule selects it"
    """Documented is that it follows within 24 hours; not what a rule of its own changes about that."""
