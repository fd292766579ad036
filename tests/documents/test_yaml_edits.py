"""What a person wrote stays as it is, whatever is added to it."""

from __future__ import annotations

from textwrap import dedent

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents.yaml_edits import YamlEditor
from ecrkit.errors import RefusedError

NEW = {"web": {"tags": {"a": "1", "b": None}, "only": ["dev"]}, "api": {}}
LINES = "web:\n  tags: {a: '1', b: null}\n  only: [dev]\napi: {}\n"


def added(text: str, members: dict[str, object] | None = None, *path: str) -> str:
    editor = YamlEditor(text, "repositories.yaml")
    editor.add_members(path or ("repositories",), NEW if members is None else members)
    return editor.result()


def indented(columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in LINES.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("repositories:\n  a: {}\n", f"repositories:\n  a: {{}}\n{indented(2)}", id="block"),
        pytest.param("repositories:\n    a:\n", f"repositories:\n    a:\n{indented(4)}", id="four columns"),
        pytest.param("repositories:\n  a: {}", f"repositories:\n  a: {{}}\n{indented(2)}", id="no last line end"),
        pytest.param("repositories: {}\n", f"repositories:\n{indented(2)}", id="nothing yet"),
        pytest.param("repositories:\n", f"repositories:\n{indented(2)}", id="nothing at all"),
        pytest.param(
            "repositories: {}  # none\nx: y\n", f"repositories:  # none\n{indented(2)}x: y\n", id="a comment beside"
        ),
        pytest.param(
            "repositories: # all\n  a: b # c\n    # of a\n  # of all\n\n# of x\nx: y\n",
            f"repositories: # all\n  a: b # c\n    # of a\n  # of all\n{indented(2)}\n# of x\nx: y\n",
            id="comments",
        ),
        pytest.param(
            "repositories:\r\n  a: {}\r\nx: y\r\n",
            f"repositories:\n  a: {{}}\n{indented(2)}x: y\n".replace("\n", "\r\n"),
            id="line ends of Windows",
        ),
        pytest.param(
            "\ufeffrepositories:\n  ü: ö\nx: y\n",
            f"\ufeffrepositories:\n  ü: ö\n{indented(2)}x: y\n",
            id="byte order mark",
        ),
        pytest.param(
            "repositories: {a: , b: {c: d}}\n",
            "repositories: {a: , b: {c: d}, web: {tags: {a: '1', b: null}, only: [dev]}, api: {}}\n",
            id="flow",
        ),
        pytest.param(
            "repositories: {\n  a: b,  # c\n}\n",
            "repositories: {\n  a: b, web: {tags: {a: '1', b: null}, only: [dev]}, api: {},  # c\n}\n",
            id="flow over lines",
        ),
        pytest.param(
            "repositories:\n  a:\n    b: |\n      text\n\nx: y\n",
            f"repositories:\n  a:\n    b: |\n      text\n{indented(2)}\nx: y\n",
            id="a text over lines",
        ),
    ],
)
def test_members_are_appended(before: str, after: str) -> None:
    """New keys stand behind the old ones, laid out as those are; nothing else changes."""
    assert added(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("e:\n  dev: {a: b}  # c\n", "e:\n  dev: {a: b, r: {web: {x: y}}}  # c\n", id="flow"),
        pytest.param("e:\n  dev: {a: b, r: }\n", "e:\n  dev: {a: b, r: {web: {x: y}}}\n", id="nothing in flow"),
        pytest.param("e:\n  dev: {a: b, r: {}}\n", "e:\n  dev: {a: b, r: {web: {x: y}}}\n", id="empty in flow"),
        pytest.param("e:\n  dev:\n    a: b\n", "e:\n  dev:\n    a: b\n    r:\n      web: {x: y}\n", id="block"),
    ],
)
def test_mapping_that_is_not_there_is_made(before: str, after: str) -> None:
    """A key is added with its mapping, in the style of what it stands in."""
    assert added(before, {"web": {"x": "y"}}, "e", "dev", "r") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("r: {only: [a, b]}\n", "r: {only: [a, b, prod]}\n", id="flow"),
        pytest.param("r: {only: []}\n", "r: {only: [prod]}\n", id="empty"),
        pytest.param("r:\n  only:\n  - a # x\n  # y\n", "r:\n  only:\n  - a # x\n  # y\n  - prod\n", id="block"),
    ],
)
def test_item_is_appended(before: str, after: str) -> None:
    """A list gets an item, in its own style."""
    editor = YamlEditor(before, "repositories.yaml")
    editor.add_item(("r", "only"), "prod")

    assert editor.result() == after


def test_nested_mappings_that_end_at_one_line() -> None:
    """What is added at several depths stands in the mapping that it belongs to, also where all of them end."""
    editor = YamlEditor("a:\n  b:\n    c: 1\n    # of b\n  # of a\nz: 9\n", "f")
    editor.add({"a": {"d": 2, "b": {"e": 3}}})

    assert editor.result() == "a:\n  b:\n    c: 1\n    # of b\n    e: 3\n  # of a\n  d: 2\nz: 9\n"


def test_several_additions_do_not_disturb_each_other() -> None:
    """Additions to one text are applied together, also where they meet at one place."""
    text = "r:\n  a:\n    only:\n    - dev\n"
    editor = YamlEditor(text, "repositories.yaml")
    editor.add_item(("r", "a", "only"), "prod")
    editor.add_members(("r",), {"b": {}})

    assert editor.result() == "r:\n  a:\n    only:\n    - dev\n    - prod\n  b: {}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("repositories: &all\n  a: b\nx: *all\n", id="anchor"),
        pytest.param("repositories:\n  a: |+\n    b\n\n\nx: y\n", id="text that keeps its line ends"),
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    """Where an addition would change something else, nothing is written."""
    with pytest.raises(RefusedError) as caught:
        added(text)

    assert str(caught.value) == (
        "repositories.yaml: cannot be edited as it is laid out; write it in block style, without anchors, and try again"
    )


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=140)
KEYS = st.text("abcxyz019-_./:on", min_size=1, max_size=140)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(0, 9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
LAYOUTS = st.sampled_from(
    [
        "# a\nrepositories:\n  old: {x: y}  # b\n\n  # c\n",
        "repositories: {old: {x: y}}\nother: z\n",
        "repositories:\n      old:\n        x: y\n# d\nother: z",
    ]
)


@given(LAYOUTS, st.dictionaries(KEYS.filter(lambda key: key != "old"), VALUES, min_size=1, max_size=3))
def test_whatever_is_added_is_there_and_nothing_is_lost(text: str, members: dict[str, object]) -> None:
    """Read again, the text has what it had and what was added; each line that was not added to is there, in order."""
    result = added(text, members)

    before = yaml.safe_load(text)
    assert yaml.safe_load(result) == {**before, "repositories": {**before["repositories"], **members}}
    rest = iter(result.splitlines())
    assert all(line in rest for line in text.splitlines() if "{old" not in line)


def test_layout_is_readable() -> None:
    """A nested value is laid out in lines, one that is flat in brackets."""
    statement = {"Sid": "A", "Action": ["ecr:BatchGetImage"], "Condition": {"Bool": {"aws:SecureTransport": "true"}}}

    assert added("repositories:\n", {"web": {"statements": [statement]}}) == dedent(
        """\
        repositories:
          web:
            statements:
            - Sid: A
              Action: ['ecr:BatchGetImage']
              Condition:
                Bool: {'aws:SecureTransport': 'true'}
        """
    )
