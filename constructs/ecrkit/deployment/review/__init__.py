"""
The review of a change before it is merged: offline, without Node.

- ``base``: what to compare with: a folder, or a commit of git
- ``git``: files of a commit, without a checkout
- ``checks``: the checks of the head
- ``changes``: what differs in the templates
- ``losses``: what happens to images
- ``review``: all of it
- ``values``: what a review finds
"""

from ecrkit.deployment.review.base import Base, opened_base
from ecrkit.deployment.review.review import Evidence, review
from ecrkit.deployment.review.values import Change, Checks, Decision, FailedTest, ImageLoss, Review

__all__ = [
    "Base",
    "Change",
    "Checks",
    "Decision",
    "Evidence",
    "FailedTest",
    "ImageLoss",
    "Review",
    "opened_base",
    "review",
]
