"""Events for tests: a catalog with every kind of them, and a table of what may be wrong with it, check by check."""

from __future__ import annotations

from dataclasses import dataclass

from builders.refused import RefusedCatalog

__all__ = ["EVENTS", "REFUSED", "RefusedEvents"]

EVENTS = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
events:
  - when: [push, delete]
    repositories: [web, team/*]
    to: arn:aws:sns:us-east-1:123456789012:images
  - when: [scan_completed, finding]
    severity: HIGH
    repositories: ["*/base", t*m/web]
    to: arn:aws:sqs:us-east-1:123456789012:images.fifo
  - {when: [finding], to: "arn:aws:events:eu-west-1:210987654321:event-bus/security"}
repositories: {web: , team/web: , team/base: }
"""
"""Every kind of event and of target."""

_BESIDE = "a schema compares no value with another"


@dataclass(frozen=True)
class RefusedEvents(RefusedCatalog):
    """Edits of the catalog above, and what is wrong with it then."""

    catalog = EVENTS


def _elsewhere(arn: str) -> tuple[tuple[str, str], ...]:
    return (("arn:aws:sns:us-east-1:123456789012:images", arn),)


REFUSED = (
    RefusedEvents(
        "CAT202",
        "no kind",
        edits=(("when: [push, delete]", "when: []"),),
        finding=(
            "4:11: events[0].when: must have at least 1 kind of event, got none; write any of push, delete, "
            "scan_completed, finding [CAT202]"
        ),
    ),
    RefusedEvents(
        "CAT203",
        "kind twice",
        edits=(("when: [push, delete]", "when: [push, push]"),),
        finding="4:18: events[0].when[1]: 'push' is listed twice; remove one [CAT203]",
    ),
    RefusedEvents(
        "CAT203",
        "the same event",
        edits=(
            ("- {when: [finding], to:", "- {when: [push, delete], repositories: [team/*, web], to:"),
            ("arn:aws:events:eu-west-1:210987654321:event-bus/security", "arn:aws:sns:us-east-1:123456789012:images"),
        ),
        finding="11:5: events[2]: the same event is listed twice; remove one [CAT203]",
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT290",
        "a function",
        edits=_elsewhere("arn:aws:lambda:us-east-1:123456789012:function:images"),
        finding=(
            "6:9: events[0].to: must be the ARN of an SNS topic, an SQS queue or an event bus, got "
            "'arn:aws:lambda:us-east-1:123456789012:function:images' [CAT290]"
        ),
    ),
    RefusedEvents(
        "CAT291",
        "another Region",
        edits=_elsewhere("arn:aws:sns:us-west-2:123456789012:images"),
        finding=(
            "6:9: events[0].to: the topic is in us-west-2, but the registry is in us-east-1; name one in that Region; "
            "an environment can have its own `events:` [CAT291]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT291",
        "another partition",
        edits=_elsewhere("arn:aws-cn:events:cn-north-1:123456789012:event-bus/security"),
        finding=(
            "6:9: events[0].to: the event bus is in cn-north-1 (aws-cn), but the registry is in us-east-1; name one in "
            "that Region; an environment can have its own `events:` [CAT291]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT292",
        "the bus of ECR",
        edits=_elsewhere("arn:aws:events:us-east-1:123456789012:event-bus/default"),
        finding=(
            "6:9: events[0].to: must not be the event bus that ECR sends its "
            "events to; name another, or remove the event [CAT292]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT293",
        "FIFO topic",
        edits=_elsewhere("arn:aws:sns:us-east-1:123456789012:images.fifo"),
        finding=(
            "6:9: events[0].to: must be a standard topic, because EventBridge does not support FIFO topics; name a "
            "standard topic, or a FIFO queue [CAT293]"
        ),
        beyond="the pattern of the schema is that of all targets",
    ),
    RefusedEvents(
        "CAT294",
        "severity of pushes",
        edits=(("when: [push, delete]", "when: [push, delete]\n    severity: LOW"),),
        finding=(
            "5:15: events[0].severity: severity needs 'finding' or 'scan_completed' in when, got 'push', 'delete'; "
            "remove it, or add one of them [CAT294]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT295",
        "two wildcards",
        edits=(("team/*", "team/**"),),
        finding=(
            "5:25: events[0].repositories[1]: must be the name of a repository, or a pattern with single '*', of 1 to "
            "256 characters, got 'team/**' [CAT295]"
        ),
    ),
    RefusedEvents(
        "CAT296",
        "many repositories",
        edits=(("[web, team/*]", f"['*x', {', '.join(f'team/service-{number}*' for number in range(100))}]"),),
        finding=(
            "5:19: events[0].repositories: the event pattern must have at most 2,048 characters, got 3,046; use "
            "patterns with '*', or list the rest of the repositories in another event [CAT296]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT297",
        "many wildcards",
        edits=(
            (
                "repositories: {web",
                "".join(
                    f"  - {{when: [push], repositories: [w*{number}b], "
                    'to: "arn:aws:sns:us-east-1:123456789012:images"}\n'
                    for number in range(28)
                )
                + "repositories: {web",
            ),
        ),
        finding=(
            "4:3: events: must need at most 30 rules with wildcards of EventBridge, got 31; write patterns with one "
            "'*' at their end, which need no wildcard [CAT297]"
        ),
        beyond=_BESIDE,
    ),
    RefusedEvents(
        "CAT297",
        "many rules",
        edits=(
            (
                "repositories: {web",
                "".join(
                    f"  - {{when: [push], repositories: [w{number}], "
                    'to: "arn:aws:sns:us-east-1:123456789012:images"}\n'
                    for number in range(295)
                )
                + "repositories: {web",
            ),
        ),
        finding=(
            "4:3: events: must need at most 300 rules of EventBridge, got 301; name more repositories in one event "
            "[CAT297]"
        ),
        beyond=_BESIDE,
    ),
)
"""At least one for each error that the rulebook of events has."""
