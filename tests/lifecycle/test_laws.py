from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.policies import Document, document
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifecycle.mutations import MUTATIONS, Mutation
from lifecycle.strategies import documents, json_values, layouts, rich_documents
from lifecycle.texts import texts

from ecrkit.errors import Finding, errors_in, in_file_order
from ecrkit.lifecycle import (
    RULEBOOK,
    LifecyclePolicy,
    TagStatus,
    check_composition,
    check_policy,
    compose,
    parse_policy,
    render,
)
from ecrkit.lifecycle.checks.check import check_rules

if TYPE_CHECKING:
    from random import Random

DOCUMENTS = documents() | rich_documents()


def normal(drawn: Document) -> Document:
    """Give what *drawn* means, worked out without reading it as a policy: rules by number, no default written out."""
    rules = [json.loads(json.dumps(rule)) for rule in sorted(drawn["rules"], key=lambda rule: rule["rulePriority"])]
    for rule in rules:
        if rule["selection"].get("storageClass") == "standard":
            del rule["selection"]["storageClass"]
    return document(*rules)


def lookup(drawn: object, pointer: str) -> object:
    """Follow a JSON pointer; raises where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        if isinstance(drawn, list):
            drawn = drawn[int(token)]
        else:
            assert isinstance(drawn, dict)
            drawn = drawn[token.replace("~1", "/").replace("~0", "~")]
    return drawn


@given(DOCUMENTS.flatmap(lambda drawn: st.tuples(st.just(drawn), layouts(drawn))))
def test_what_the_grammar_allows_is_accepted(drawn: tuple[Document, str]) -> None:
    """A document of the grammar has no error, however it is laid out, and the policy says what the document says."""
    meant, text = drawn
    checked = check_policy(text, file="policy.json")

    assert errors_in(checked.findings) == ()
    assert checked.policy is not None
    assert json.loads(render(checked.policy)) == normal(meant)


@given(DOCUMENTS.flatmap(layouts))
def test_reading_what_was_rendered_is_identity(text: str) -> None:
    """Parse, render and parse again gives the same policy, and rendering that the same text."""
    policy = parse_policy(text, file="policy.json")
    rendered = render(policy)

    assert parse_policy(rendered, file="policy.json") == policy
    assert render(parse_policy(rendered, file="policy.json")) == rendered
    assert parse_policy(render(policy, indent=2), file="policy.json") == policy


@given(DOCUMENTS.flatmap(layouts))
def test_rendering_never_lengthens(text: str) -> None:
    """The canonical text is no longer than the file, so that a file that fits makes a text that fits."""
    assert len(render(parse_policy(text, file="policy.json"))) <= len(text)


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(drawn: Document, random: Random) -> None:
    """Shuffled rules make the same policy."""
    shuffled = document(*random.sample(drawn["rules"], len(drawn["rules"])))

    assert parse_policy(json.dumps(shuffled), file="a.json") == parse_policy(json.dumps(drawn), file="b.json")


@given(DOCUMENTS.flatmap(layouts))
def test_what_was_read_can_be_checked_again(text: str) -> None:
    """The rules of a valid policy are valid, as they would be if code had made them."""
    policy = parse_policy(text, file="policy.json")

    assert check_rules(policy.rules).policy == policy


@pytest.mark.parametrize(
    "mutation", [pytest.param(mutation, id=f"{mutation.code}: {mutation.name}") for mutation in MUTATIONS]
)
@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_every_way_out_of_the_grammar_is_refused(mutation: Mutation, data: st.DataObject) -> None:
    """A document that is valid but for one thing is refused, by the check for that thing among others."""
    drawn = data.draw(rich_documents())
    changed = mutation.apply(data.draw, drawn)
    text = data.draw(layouts(drawn)) if changed is None else changed
    checked = check_policy(text, file="policy.json")

    assert checked.policy is None
    assert mutation.code in {found.code for found in errors_in(checked.findings)}


TOGETHER = {
    # Whatever has rules that can be read is long enough.
    "leave_next_to_nothing": {"ECR108"},
    "have_no_rules": {"ECR102"},
    "drop_a_required_key": {"ECR102"},
    "change_a_type": {"ECR102"},
    # These make more than one mistake.
    "have_too_many_rules": {"ECR140", "ECR141", "ECR142", "ECR143", "ECR144"},
    "use_too_many_wildcards": {"ECR203"},
    "use_a_number_twice": {"ECR143"},
    "have_a_second_untagged": {"ECR143"},
    "put_a_rule_behind_any": {"ECR206"},
    "have_the_same_list_twice": {"ECR143"},
}
"""Checks that a mutation may set off besides its own."""


@pytest.mark.parametrize(
    "mutation", [pytest.param(mutation, id=f"{mutation.code}: {mutation.name}") for mutation in MUTATIONS]
)
@settings(max_examples=settings().max_examples // 8)
@given(st.data())
def test_nothing_is_found_that_follows_from_an_error(mutation: Mutation, data: st.DataObject) -> None:
    """One mistake is one error, and no warning comes with it that was not there before."""
    drawn = data.draw(rich_documents())
    before = {found.code for found in check_policy(json.dumps(drawn), file="policy.json").findings}
    changed = mutation.apply(data.draw, drawn)
    text = json.dumps(drawn) if changed is None else changed
    after = {found.code for found in check_policy(text, file="policy.json").findings}

    assert after - before <= {mutation.code, *TOGETHER.get(mutation.name, ())}


@given(DOCUMENTS, st.data())
def test_of_a_key_that_is_written_twice_the_last_counts(drawn: Document, data: st.DataObject) -> None:
    """What else is found is what would be found without the first."""
    text = data.draw(st.just(drawn).map(json.dumps))
    selection = data.draw(st.sampled_from(drawn["rules"]))["selection"]
    key = data.draw(st.sampled_from(sorted(selection)))
    other = data.draw(json_values())
    selection["the same key"] = selection.pop(key)
    twice = json.dumps(drawn).replace('"the same key"', f"{json.dumps(key)}: {json.dumps(other)}, {json.dumps(key)}")
    found = [
        (one.code, one.location.pointer) for one in check_policy(twice, file="p.json").findings if one.code != "ECR104"
    ]

    assert sorted(found) == sorted(
        (one.code, one.location.pointer) for one in check_policy(text, file="p.json").findings
    )


def test_there_is_a_way_out_for_every_check() -> None:
    """No error of the rulebook is without a mutation that it must catch."""
    codes = {check.code for check in RULEBOOK if check.code.startswith("ECR1")}

    assert codes == {mutation.code for mutation in MUTATIONS}


def check(text: str) -> tuple[Finding, ...]:
    """Check any text, by every law that holds for all of them."""
    checked = check_policy(text, file="policy.json")

    assert (checked.policy is None) == bool(errors_in(checked.findings))
    assert checked.findings == in_file_order(checked.findings)
    assert len(set(checked.findings)) == len(checked.findings)
    return checked.findings


@given(texts())
def test_anything_is_checked_and_nothing_is_raised(text: str) -> None:
    """A text is a policy, or there is an error; findings are in file order, and none is there twice."""
    assert check(text) == check(text)


@given(st.binary())
def test_bytes_are_checked_and_nothing_is_raised(content: bytes) -> None:
    """Bytes that are no text by any right make findings too."""
    assert check(content.decode("latin-1"))


@given(texts())
def test_positions_lie_within_the_text(text: str) -> None:
    """Each finding is on a character of the text, or right behind the last of a line."""
    lines = text.split("\n")

    for found in check(text):
        assert 1 <= found.location.line <= len(lines)
        assert 1 <= found.location.column <= len(lines[found.location.line - 1]) + 1


@given(texts())
def test_a_finding_is_one_line_that_can_be_printed(text: str) -> None:
    """Neither a key nor a value can break a line, command a terminal or fail to be encoded."""
    for found in check(text):
        assert str(found).isprintable()
        assert str(found).encode()


@given(texts())
def test_a_finding_points_into_the_document(text: str) -> None:
    """The pointer leads to something that is there."""
    findings = check(text)
    assume(not any(found.code == "ECR101" for found in findings))
    drawn = json.loads(text)

    for found in findings:
        lookup(drawn, found.location.pointer)


@given(st.lists(documents(), min_size=2, max_size=3))
def test_a_composition_is_valid_or_refused(drawn: list[Document]) -> None:
    """All rules are there, in order, 'any' last, numbered without gaps; or the error points into one of the files."""
    policies = [parse_policy(json.dumps(one), file=f"{number}.json") for number, one in enumerate(drawn)]
    rules = [rule for policy in policies for rule in policy.rules]
    checked = check_composition(policies)

    assert {found.location.file for found in checked.findings} <= {f"{number}.json" for number in range(len(drawn))}
    assert (checked.policy is None) == bool(errors_in(checked.findings))
    if checked.policy:
        made = checked.policy.rules
        assert [rule.rule_priority for rule in made] == list(range(1, len(rules) + 1))
        assert [(rule.selection, rule.action) for rule in made] == [
            (rule.selection, rule.action)
            for is_any in (False, True)
            for rule in rules
            if (rule.selection.tag_status is TagStatus.ANY) is is_any
        ]
        assert parse_policy(render(checked.policy), file="made.json") == checked.policy


@given(DOCUMENTS)
def test_a_policy_by_itself_composes_to_itself(drawn: Document) -> None:
    """One policy is its own composition."""
    policy = parse_policy(json.dumps(drawn), file="policy.json")

    assert compose([policy]) == policy
    assert LifecyclePolicy(tuple(reversed(policy.rules))) == policy
