"""What `events:` of a catalog, and of an environment, come to, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import catalog, errors
from builders.events import EVENTS, REFUSED, RefusedEvents
from builders.policies import edited

from ecrkit.catalog import check_catalog
from ecrkit.errors import Severity
from ecrkit.registry.events import EVENTS_RULEBOOK, Event, EventKind, EventSeverity

if TYPE_CHECKING:
    from ecrkit.policies.store import PolicyStore

TWO_ENVIRONMENTS = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: us-east-1%s}
events:
  - {when: [push], to: "arn:aws:events:us-east-1:333333333333:event-bus/images"}
repositories: {web: }
"""
OF_ALL = Event(when=(EventKind.PUSH,), to="arn:aws:events:us-east-1:333333333333:event-bus/images")
QUEUE = "arn:aws:sqs:us-east-1:210987654321:images"


def notes(text: str) -> list[str]:
    """Give the notes of a catalog, without the file."""
    found = check_catalog(text, file="repositories.yaml").findings
    return [str(one).partition(":")[2] for one in found if one.severity is Severity.NOTE]


def events_of(text: str) -> dict[str, tuple[Event, ...]]:
    return {environment.name: environment.events for environment in catalog(text).environments}


def test_every_key() -> None:
    """Events are in order, with all that they say."""
    assert events_of(EVENTS)["dev"] == (
        Event(
            when=(EventKind.PUSH, EventKind.DELETE),
            repositories=("web", "team/*"),
            to="arn:aws:sns:us-east-1:123456789012:images",
        ),
        Event(
            when=(EventKind.SCAN_COMPLETED, EventKind.FINDING),
            severity=EventSeverity.HIGH,
            repositories=("*/base", "t*m/web"),
            to="arn:aws:sqs:us-east-1:123456789012:images.fifo",
        ),
        Event(when=(EventKind.FINDING,), to="arn:aws:events:eu-west-1:210987654321:event-bus/security"),
    )


@pytest.mark.parametrize(
    ("own", "events"),
    [
        pytest.param("", (OF_ALL,), id="of all environments"),
        pytest.param(
            f", events: [{{when: [delete], to: '{QUEUE}'}}]",
            (Event(when=(EventKind.DELETE,), to=QUEUE),),
            id="of its own",
        ),
        pytest.param(", events: ", (), id="none"),
        pytest.param(", events: []", (), id="an empty list"),
    ],
)
def test_environment(own: str, events: tuple[Event, ...]) -> None:
    """The events of an environment replace those of the catalog, and an empty key removes them."""
    assert events_of(TWO_ENVIRONMENTS % own) == {"dev": (OF_ALL,), "prod": events}


@pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code} {case.id}") for case in REFUSED])
def test_says_what_is_wrong_where_and_what_to_do(refused: RefusedEvents, policies: PolicyStore) -> None:
    """Each thing that could not be deployed is an error, and the only one, at its own place."""
    assert errors(refused.text, policies) == [f"repositories.yaml:{refused.finding}"]
    assert refused.finding.endswith(f"[{refused.code}]")


def test_every_check_has_a_case() -> None:
    """No error of the rulebook is without a case."""
    made = {check.code for check in EVENTS_RULEBOOK if check.severity is Severity.ERROR}

    assert made == {case.code for case in REFUSED} - {"CAT202", "CAT203"}


@pytest.mark.parametrize(
    ("edit", "finding"),
    [
        pytest.param(
            ("when: [push, delete]", "when: [pull, delete]"),
            "4:12: events[0].when[0]: must be 'push' or 'delete' or 'scan_completed' or 'finding', got 'pull' [CAT106]",
            id="kind",
        ),
        pytest.param(
            ("severity: HIGH", "severity: UNDEFINED"),
            "8:15: events[1].severity: must be 'CRITICAL' or 'HIGH' or 'MEDIUM' or 'LOW' or 'INFORMATIONAL', got "
            "'UNDEFINED' [CAT106]",
            id="severity",
        ),
        pytest.param(
            ("    to: arn:aws:sns:us-east-1:123456789012:images\n", ""),
            "4:5: events[0]: the required key 'to' is missing; add it [CAT104]",
            id="target",
        ),
        pytest.param(
            ("[web, team/*]", "web"),
            '5:19: events[0].repositories: must be a list, got a string; write ["web"] [CAT105]',
            id="no list",
        ),
    ],
)
def test_what_cannot_be_read_is_the_only_error(edit: tuple[str, str], finding: str, policies: PolicyStore) -> None:
    """A word that is none, and a key that is missing, are errors where they are, and nothing follows from them."""
    assert errors(edited(EVENTS, edit), policies) == [f"repositories.yaml:{finding}"]


def test_target_in_another_account_is_noted() -> None:
    """A note has the statement that the policy of the target needs."""
    assert notes(EVENTS) == [
        (
            "11:27: events[2].to: the event bus is in account 210987654321, so its own policy must allow "
            'events:PutEvents for account 123456789012; add this statement there: {"Effect": "Allow", "Principal": '
            '{"AWS": "arn:aws:iam::123456789012:root"}, "Action": "events:PutEvents", "Resource": '
            '"arn:aws:events:eu-west-1:210987654321:event-bus/security"} [CAT299]'
        )
    ]


def test_name_that_matches_nothing_is_noted() -> None:
    """A note names each repository and pattern that matches no repository of the catalog."""
    text = edited(
        EVENTS, ("[web, team/*]", "[wbe, cached/*, '*']"), ("210987654321:event-bus", "123456789012:event-bus")
    )

    assert notes(text) == [
        (
            "5:20: events[0].repositories[0]: 'wbe' matches no repository of the catalog; write 'web', unless ECR "
            "creates the repository [CAT298]"
        ),
        (
            "5:25: events[0].repositories[1]: 'cached/*' matches no repository of the catalog; correct it, unless ECR "
            "creates the repository [CAT298]"
        ),
    ]


def test_prefix_is_no_pattern() -> None:
    """A prefix, as rules of replication take it, matches nothing here; the note says how to write it."""
    text = edited(EVENTS, ("[web, team/*]", "[web, team/]"), ("{web", "{team/api: , web"))

    assert [one for one in notes(text) if "CAT298" in one] == [
        (
            "5:25: events[0].repositories[1]: 'team/' matches no repository of the catalog; write 'team/*', unless "
            "ECR creates the repository [CAT298]"
        )
    ]


@pytest.mark.parametrize("pattern", ["Web", "w**b", "w b", "''", "w?b"])
def test_what_is_no_pattern_is_not_said_to_match_nothing(pattern: str) -> None:
    """A pattern that EventBridge would not take is an error, and no note follows from it."""
    text = edited(EVENTS, ("[web, team/*]", f"[web, {pattern}]"))

    found = check_catalog(text, file="x").findings
    assert [one.code for one in found if one.location.pointer.startswith("/events/0/")] == ["CAT295"]


def test_more_targets_than_a_stack_has_room_for() -> None:
    """Each target takes a rule and a role, so that the limit of resources comes before that of rules."""

    def wrong(targets: int) -> list[str]:
        arns = [f"arn:aws:sns:us-east-1:123456789012:images-{number}" for number in range(targets)]
        events = "".join(f"  - {{when: [push], to: '{arn}'}}\n" for arn in arns)
        head = 'environments:\n  dev: {account: "123456789012", region: us-east-1}\n'
        return errors(f"{head}events:\n{events}repositories: {{web: }}\n")

    assert wrong(250) == []
    assert wrong(251) == [
        (
            "repositories.yaml:2:3: environments.dev: the stack 'Events-dev' must have at most 500 resources, got 502; "
            "send events to fewer targets, such as one event bus that sends them on [CAT140]"
        )
    ]


def test_events_of_all_environments_are_judged_once() -> None:
    """What is wrong in every environment is one finding."""
    text = edited(TWO_ENVIRONMENTS % "", ("event-bus/images", "archive/images"))

    assert len([one for one in check_catalog(text, file="x").findings if one.code == "CAT290"]) == 1
