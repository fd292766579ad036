from __future__ import annotations

from typing import Any

import pytest
from builders.policies import ARCHIVE, archived, policy, pulled, pushed, rule, tagged, untagged

from ecrkit.lifecycle.wording import in_words

LONG = "A description that makes a short policy long enough for the service"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param(rule(), "keep the newest 10 images, expire the rest", id="count"),
        pytest.param(
            rule(**tagged("v*", "*-web"), countNumber=1, action=ARCHIVE),
            "keep the newest image tagged 'v*' and '*-web', archive the rest",
            id="patterns",
        ),
        pytest.param(
            rule(tagStatus="tagged", tagPrefixList=["prod"], **pushed(1)),
            "expire images tagged 'prod…' pushed more than 1 day ago",
            id="prefix",
        ),
        pytest.param(
            rule(**untagged(), **pushed(14)), "expire untagged images pushed more than 14 days ago", id="untagged"
        ),
        pytest.param(rule(**pulled(30), action=ARCHIVE), "archive images last pulled more than 30 days ago", id="pull"),
        pytest.param(
            rule(**archived(1000)), "expire images that were archived more than 1,000 days ago", id="archived"
        ),
    ],
)
def test_in_words(document: dict[str, Any], words: str) -> None:
    """A rule in words says which images, what is counted, and what happens."""
    [found] = policy({**document, "description": LONG}).rules

    assert in_words(found) == words
