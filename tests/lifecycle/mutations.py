"""Every single way out of the grammar of lifecycle policies, with the check that has to notice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from builders.policies import ARCHIVE, EXPIRE, Document
from hypothesis import strategies as st
from lifecycle.strategies import FILLED, TEXT, WORDS, Draw, is_any, json_values

__all__ = ["MUTATIONS", "Mutation"]

Break = Callable[[Draw, Document], str | None]


@dataclass(frozen=True)
class Mutation:
    """
    A way to make a document invalid.

    Attributes:
        code: of the check that must object.
        apply: changes a rich document in place, or gives the text that it becomes.
    """

    code: str
    apply: Break

    @property
    def name(self) -> str:
        return self.apply.__name__


MUTATIONS: list[Mutation] = []


def breaks(code: str) -> Callable[[Break], Break]:
    def register(apply: Break) -> Break:
        MUTATIONS.append(Mutation(code, apply))
        return apply

    return register


def _objects(drawn: Document) -> list[tuple[Document, tuple[str, ...]]]:
    """Every object of a document, with the keys that it must have."""
    found: list[tuple[Document, tuple[str, ...]]] = [(drawn, ("rules",))]
    for rule in drawn["rules"]:
        found += [
            (rule, ("rulePriority", "selection", "action")),
            (rule["selection"], ("tagStatus", "countType", "countNumber")),
            (rule["action"], ("type",)),
        ]
    return found


def _rule(draw: Draw, drawn: Document, *, where: Callable[[Document], bool] = lambda _: True) -> Document:
    rule: Document = draw(st.sampled_from([rule for rule in drawn["rules"] if where(rule)]))
    return rule


def _counting(*count_types: str) -> Callable[[Document], bool]:
    return lambda rule: rule["selection"]["countType"] in count_types


def _having(key: str) -> Callable[[Document], bool]:
    return lambda rule: key in rule["selection"]


def _doing(action: str) -> Callable[[Document], bool]:
    return lambda rule: bool(rule["action"]["type"] == action)


def _is_standard(rule: Document) -> bool:
    return not _is_archive(rule)


def _is_archive(rule: Document) -> bool:
    return bool(rule["selection"].get("storageClass") == "archive")


@breaks("ECR101")
def end_the_text_too_early(draw: Draw, drawn: Document) -> str:
    text = json.dumps(drawn)
    return text[: draw(st.integers(0, len(text) - 1))]


@breaks("ECR102")
def leave_next_to_nothing(_draw: Draw, drawn: Document) -> None:
    del drawn["rules"][:]


@breaks("ECR103")
def make_it_too_long(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn)["description"] = "x" * 30_720


@breaks("ECR104")
def write_a_key_twice(draw: Draw, drawn: Document) -> str:
    holder, _ = draw(st.sampled_from(_objects(drawn)))
    key = draw(st.sampled_from(sorted(holder)))
    holder["the same key"] = holder[key]
    return json.dumps(drawn).replace("the same key", key)


@breaks("ECR150")
def put_it_into_a_string(draw: Draw, drawn: Document) -> str:
    key = draw(st.sampled_from(["lifecyclePolicyText", "LifecyclePolicyText", "policy"]))
    return json.dumps({key: json.dumps(drawn)})


@breaks("ECR105")
def add_an_unknown_key(draw: Draw, drawn: Document) -> None:
    holder, _ = draw(st.sampled_from(_objects(drawn)))
    known = {"rules", "rulePriority", "description", "selection", "action", "tagPatternList", "tagPrefixList"}
    known |= {"countUnit", "countNumber", *WORDS}
    elsewhere = [key for key in sorted(known) if not _is_known_in(holder, key)]
    holder[draw(st.sampled_from(elsewhere) | TEXT.filter(lambda key: key not in known))] = draw(json_values())


def _is_known_in(holder: Document, key: str) -> bool:
    by_mark = {
        "rules": {"rules"},
        "selection": {"rulePriority", "description", "selection", "action"},
        "countType": {*WORDS, "tagPatternList", "tagPrefixList", "countUnit", "countNumber"} - {"type"},
        "type": {"type", "targetStorageClass"},
    }
    known = next(keys for mark, keys in by_mark.items() if mark in holder)
    return key in known - ({"targetStorageClass"} if "countType" in holder else set())


@breaks("ECR106")
def drop_a_required_key(draw: Draw, drawn: Document) -> None:
    holder, required = draw(st.sampled_from(_objects(drawn)))
    del holder[draw(st.sampled_from(required))]


@breaks("ECR107")
def change_a_type(draw: Draw, drawn: Document) -> None:
    places: list[tuple[Any, Any]] = [(holder, key) for holder, _ in _objects(drawn) for key in sorted(holder)]
    places += [(drawn["rules"], index) for index in range(len(drawn["rules"]))]
    places += [(entries, 0) for entries in _tag_lists(drawn)]
    holder, key = draw(st.sampled_from(places))
    others = [value for value in (None, True, 7, 7.0, "7", [7], {"7": 7}) if type(value) is not type(holder[key])]
    holder[key] = draw(st.sampled_from(others))


def _tag_lists(drawn: Document) -> list[list[str]]:
    selections = [rule["selection"] for rule in drawn["rules"]]
    return [
        selection[key] for selection in selections for key in ("tagPatternList", "tagPrefixList") if key in selection
    ]


@breaks("ECR107")
def put_null_for_what_is_optional(draw: Draw, drawn: Document) -> None:
    rule = _rule(draw, drawn)
    holder, key = draw(
        st.sampled_from(
            [
                (rule, "description"),
                (rule["selection"], "storageClass"),
                (rule["selection"], "countUnit"),
                (rule["selection"], "tagPatternList"),
                (rule["action"], "targetStorageClass"),
            ]
        )
    )
    holder[key] = None


@breaks("ECR108")
def have_no_rules(_draw: Draw, drawn: Document) -> None:
    drawn["rules"] = []


@breaks("ECR109")
def have_too_many_rules(draw: Draw, drawn: Document) -> None:
    drawn["rules"] += [_rule(draw, drawn)] * 51


@breaks("ECR110")
def number_below_one(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn)["rulePriority"] = draw(st.integers(max_value=0))


@breaks("ECR111")
def use_another_word(draw: Draw, drawn: Document) -> None:
    holders = [part for rule in drawn["rules"] for part in (rule["selection"], rule["action"])]
    holder, key = draw(st.sampled_from([(holder, key) for holder in holders for key in sorted(holder) if key in WORDS]))
    words = WORDS[key]
    holder[key] = draw(
        st.sampled_from([word.upper() for word in words])
        | st.sampled_from(["", "all", "glacier", "sinceImageArchived", "delete", f" {words[0]}"])
        | TEXT.filter(lambda text: text not in words)
    )


@breaks("ECR112")
def count_below_one(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn)["selection"]["countNumber"] = draw(st.integers(max_value=0))


@breaks("ECR113")
def use_another_unit(draw: Draw, drawn: Document) -> None:
    units = st.sampled_from(["hours", "day", "DAYS", ""]) | TEXT.filter(lambda text: text != "days")
    _rule(draw, drawn, where=_having("countUnit"))["selection"]["countUnit"] = draw(units)


@breaks("ECR114")
def empty_a_list(draw: Draw, drawn: Document) -> None:
    draw(st.sampled_from(_tag_lists(drawn))).clear()


@breaks("ECR115")
def empty_an_entry(draw: Draw, drawn: Document) -> None:
    entries = draw(st.sampled_from(_tag_lists(drawn)))
    entries.insert(draw(st.integers(0, len(entries))), "")


@breaks("ECR116")
def use_too_many_wildcards(draw: Draw, drawn: Document) -> None:
    patterns = _rule(draw, drawn, where=_having("tagPatternList"))["selection"]["tagPatternList"]
    pieces = st.lists(FILLED | st.just(""), min_size=6, max_size=8) | st.integers(6, 120).map(
        lambda count: ["x"] * count
    )
    patterns[-1] = "*".join(draw(pieces))


@breaks("ECR120")
def take_the_list_from_tagged(draw: Draw, drawn: Document) -> None:
    key = draw(st.sampled_from(["tagPatternList", "tagPrefixList"]))
    del _rule(draw, drawn, where=_having(key))["selection"][key]


@breaks("ECR121")
def give_tagged_both_lists(draw: Draw, drawn: Document) -> None:
    key, other = draw(st.permutations(["tagPatternList", "tagPrefixList"]))
    _rule(draw, drawn, where=_having(key))["selection"][other] = ["x"]


@breaks("ECR122")
def give_a_list_to_others(draw: Draw, drawn: Document) -> None:
    rule = _rule(draw, drawn, where=lambda rule: bool(rule["selection"]["tagStatus"] != "tagged"))
    rule["selection"][draw(st.sampled_from(["tagPatternList", "tagPrefixList"]))] = draw(st.lists(FILLED, max_size=2))


@breaks("ECR123")
def take_the_unit_from_an_age(draw: Draw, drawn: Document) -> None:
    del _rule(draw, drawn, where=_having("countUnit"))["selection"]["countUnit"]


@breaks("ECR124")
def give_a_unit_to_a_number(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_counting("imageCountMoreThan"))["selection"]["countUnit"] = "days"


@breaks("ECR125")
def expire_by_pull(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_counting("sinceImagePulled"))["action"] = dict(EXPIRE)


@breaks("ECR126")
def archive_from_the_archive(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_is_archive)["action"] = dict(ARCHIVE)


@breaks("ECR127")
def count_time_in_the_archive_elsewhere(draw: Draw, drawn: Document) -> None:
    selection = _rule(draw, drawn, where=_is_archive)["selection"]
    selection["storageClass"] = "standard"
    if draw(st.booleans()):
        del selection["storageClass"]


@breaks("ECR128")
def count_otherwise_in_the_archive(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_is_standard)["selection"]["storageClass"] = "archive"


@breaks("ECR129")
def expire_from_the_archive_too_early(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_is_archive)["selection"]["countNumber"] = draw(st.integers(1, 89))


@breaks("ECR130")
def take_the_target_from_a_transition(draw: Draw, drawn: Document) -> None:
    del _rule(draw, drawn, where=_doing("transition"))["action"]["targetStorageClass"]


@breaks("ECR131")
def give_a_target_to_expiry(draw: Draw, drawn: Document) -> None:
    _rule(draw, drawn, where=_doing("expire"))["action"]["targetStorageClass"] = "archive"


@breaks("ECR140")
def use_a_number_twice(draw: Draw, drawn: Document) -> None:
    one, other = draw(st.permutations(drawn["rules"]))[:2]
    one["rulePriority"] = other["rulePriority"]


def _beside(drawn: Document, rule: Document, **changes: object) -> None:
    """Put a rule like *rule* beside all others, with a number of its own."""
    number = 1 + max(one["rulePriority"] for one in drawn["rules"])
    drawn["rules"].append(rule | {"rulePriority": number, "selection": rule["selection"] | changes})


@breaks("ECR141")
def have_a_second_untagged(draw: Draw, drawn: Document) -> None:
    _beside(drawn, _rule(draw, drawn, where=lambda rule: bool(rule["selection"]["tagStatus"] == "untagged")))


@breaks("ECR142")
def have_a_second_any(draw: Draw, drawn: Document) -> None:
    _beside(drawn, _rule(draw, drawn, where=is_any))


@breaks("ECR143")
def put_a_rule_behind_any(draw: Draw, drawn: Document) -> None:
    rule = _rule(draw, drawn, where=is_any)
    _beside(drawn, rule, tagStatus="tagged", tagPatternList=["a list that no other rule has"])


@breaks("ECR144")
def have_the_same_list_twice(draw: Draw, drawn: Document) -> None:
    key = draw(st.sampled_from(["tagPatternList", "tagPrefixList"]))
    rule = _rule(draw, drawn, where=_having(key))
    _beside(drawn, rule, **{key: draw(st.permutations(rule["selection"][key]))})
