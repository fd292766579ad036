"""One value in many spellings: functions around a value change nothing about it."""

from __future__ import annotations

from typing import Any

from builders.assemblies import repository, stack
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.deployment.guard import compare
from ecrkit.registry.templates import Resolver, possible_values, same

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Open": {"Type": "String"}, "Stage": {"Type": "String", "Default": "dev"}},
    "Conditions": {
        "Yes": {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]},
        "No": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": ["1", 2]}]},
        "Unknown": {"Fn::Equals": [{"Ref": "Open"}, "x"]},
    },
}

TEXTS = st.text(st.sampled_from("abc-/._$!{}"), min_size=1, max_size=8).filter(lambda text: "${" not in text)
"""Texts that mean themselves in `Fn::Sub` too."""


def spelled(text: str) -> st.SearchStrategy[object]:
    """Spellings of a text, one in another."""

    def around(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return st.one_of(
            inner.map(lambda value: {"Fn::Sub": ["${V}", {"V": value}]}),
            inner.map(lambda value: {"Fn::Join": ["", [value]]}),
            inner.map(lambda value: {"Fn::Join": ["", ["", value, ""]]}),
            inner.map(lambda value: {"Fn::If": ["Yes", value, "other"]}),
            inner.map(lambda value: {"Fn::If": ["No", "other", value]}),
            inner.map(lambda value: {"Fn::If": ["Unknown", value, value]}),
            inner.map(lambda value: {"Fn::Select": [0, [value, "other"]]}),
            inner.map(lambda value: {"Fn::Select": ["1", ["other", value]]}),
        )

    cut = st.integers(0, len(text)).map(lambda at: {"Fn::Join": ["", [text[:at], text[at:]]]})
    return st.recursive(st.one_of(st.just(text), st.just({"Fn::Sub": text}), cut), around, max_leaves=4)


@given(TEXTS.flatmap(lambda text: st.tuples(st.just(text), spelled(text))))
def test_every_spelling_is_the_text(case: tuple[str, object]) -> None:
    """A text that functions write is that text."""
    text, spelling = case

    assert Resolver(TEMPLATE).resolve(spelling) == text
    assert possible_values(spelling, TEMPLATE, pseudo={}) == (text,)


@given(TEXTS.flatmap(lambda text: st.tuples(spelled(text), spelled(text))))
def test_spellings_are_no_change(case: tuple[object, object]) -> None:
    """The guard finds nothing where only the spelling changes."""
    before, now = (stack({"It": repository(RepositoryName=name)}, **TEMPLATE) for name in case)

    assert compare([before], [now]) == ()


@given(st.lists(st.one_of(TEXTS, st.sampled_from(["Open", "Topic", "AWS::AccountId"]).map(lambda name: {"Ref": name}))))
def test_parts_are_the_same_joined_and_substituted(parts: list[Any]) -> None:
    """A text that is known only in part has one spelling, and working it out again changes nothing."""
    names = {f"V{index}": part for index, part in enumerate(parts)}
    joined, substituted = {"Fn::Join": ["", parts]}, {"Fn::Sub": ["".join(f"${{{name}}}" for name in names), names]}
    resolver = Resolver(TEMPLATE)

    once = resolver.resolve(joined)
    assert same(once, resolver.resolve(substituted))
    assert resolver.resolve(once) == once


@given(st.one_of(st.booleans(), st.integers()))
def test_scalar_is_the_same_as_its_text(value: bool | int) -> None:  # noqa: FBT001 - hypothesis passes it so
    """CloudFormation takes `"true"` for true and `"14"` for 14."""
    assert same(value, str(value).lower())
