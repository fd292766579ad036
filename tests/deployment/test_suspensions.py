"""Suspended lifecycle policies: they act on nothing, are recognized, and say what they replace."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders.inventories import image
from builders.stores import policy_text

from ecrkit.deployment.suspensions import (
    MAX_REASON,
    SavedPolicies,
    Suspension,
    parse_saved,
    policy_mark,
    suspension_in,
)
from ecrkit.errors import UnreadableInputError
from ecrkit.lifecycle import check_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate

SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)
SUSPENSION = Suspension(
    reason="wrong images expired: see incident 42",
    by="assumed-role/Admin/alice@example.com",
    since=SINCE,
    until=SINCE + timedelta(days=7),
    original=policy_mark(policy_text()),
    declared="none",
)


@pytest.mark.parametrize(
    "suspension",
    [
        pytest.param(SUSPENSION, id="with an end"),
        pytest.param(replace(SUSPENSION, until=None), id="without an end"),
        pytest.param(replace(SUSPENSION, declared="unknown"), id="without a catalog"),
        pytest.param(replace(SUSPENSION, reason="x"), id="short"),
        pytest.param(replace(SUSPENSION, reason="ü" * MAX_REASON), id="long"),
        pytest.param(replace(SUSPENSION, reason="until 1, instead of 2, declared none: 3"), id="confusing"),
    ],
)
def test_suspension_is_a_valid_policy_that_says_everything(suspension: Suspension) -> None:
    """A suspension is a policy without findings, and everything that it records is read back from it."""
    assert check_policy(suspension.text, file="-").findings == ()
    assert suspension_in(suspension.text) == suspension


def test_suspension_acts_on_nothing() -> None:
    """No image expires or is archived, however old it is and whatever its tags are."""
    images = [
        image(f"{age} {tags} {archived}", tags=tags, age_days=age, archived_days_ago=archived)
        for age in (0, 400, 9_000)
        for tags in ([], ["v1"], ["ecrkit-suspended-1"])
        for archived in (None, 0, 8_000)
    ]

    verdicts = evaluate(SUSPENSION.policy, images, now=SINCE).verdicts

    assert {verdict.action for verdict in verdicts} == {None}


def test_what_the_service_returns_is_recognized() -> None:
    """Another layout of the JSON, and upper case, make no difference."""
    document = json.loads(SUSPENSION.text)
    document["rules"][0]["selection"]["tagStatus"] = "TAGGED"

    assert suspension_in(json.dumps(document, indent=4)) == SUSPENSION


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no policy"),
        pytest.param(policy_text(), id="another policy"),
        pytest.param(SUSPENSION.text.replace("36500", "30"), id="edited number"),
        pytest.param(SUSPENSION.text.replace("ecrkit-suspended-", "v"), id="edited prefix"),
        pytest.param(SUSPENSION.text.replace("suspended by", "stopped by"), id="edited description"),
        pytest.param(SUSPENSION.text.replace("2026-11-20T", "yesterday-"), id="edited instant"),
        pytest.param("ecrkit-suspended-", id="not JSON"),
    ],
)
def test_everything_else_is_no_suspension(text: str | None) -> None:
    """A policy that somebody edited is theirs."""
    assert suspension_in(text) is None


def test_end_passes() -> None:
    """A suspension is overdue after its end; one without an end never is."""
    assert not SUSPENSION.is_overdue(SINCE + timedelta(days=7))
    assert SUSPENSION.is_overdue(SINCE + timedelta(days=7, seconds=1))
    assert not replace(SUSPENSION, until=None).is_overdue(SINCE + timedelta(days=9_999))


def test_mark_is_of_the_meaning() -> None:
    """Layout makes no difference to a mark, a number does; a text that is no policy has one, too."""
    compact = json.dumps(json.loads(policy_text()))

    assert policy_mark(policy_text()) == policy_mark(compact)
    assert policy_mark(policy_text()) != policy_mark(policy_text(keep=11))
    assert re.fullmatch("[0-9a-f]{16}", policy_mark("{}"))


def test_saved_policies_are_read_back() -> None:
    """A state file has every text verbatim; a later suspension of a repository replaces an earlier one."""
    saved = SavedPolicies({}).with_policies({"b": policy_text(), "a/x": "{}"}).with_restored(["b", "unknown"])

    assert parse_saved(saved.text, file="s.json") == saved
    assert saved.restored == {"b"}
    assert saved.with_policies({"b": "[]"}) == SavedPolicies({"b": "[]", "a/x": "{}"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "not a file that `ecrkit policy suspend` writes", id="empty"),
        pytest.param('{"format": 1, "repositories": []}', "not a file that", id="list"),
        pytest.param('{"format": 2, "repositories": {}}', "has a format other than 1; update ecrkit", id="newer"),
        pytest.param(
            SavedPolicies({"web": policy_text()}).text.replace("10", "1000"),
            "the policy of web was edited",
            id="edited",
        ),
    ],
)
def test_other_files_are_refused(text: str, problem: str) -> None:
    """What is no state file, is newer, or was edited, is not restored from."""
    with pytest.raises(UnreadableInputError, match=re.escape(f"s.json: {problem}")):
        parse_saved(text, file="s.json")
