"""The drawings of the evaluation are its verdicts, and everybody can read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from builders.pages import ROOT

from docs.drawings import draw, legend, read_example
from ecrkit.errors import InvalidPolicyError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PAGE = (ROOT / "docs" / "concepts" / "evaluation.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```\{lifecycle-example\} ([^\n]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
WIDTH = 380
"""Of a drawing, in the pixels of a narrow phone."""

EXPIRE = """
rules:
  - rulePriority: 1
    description: Long enough for ECR
    selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 1}
    action: {type: expire}
images:
  - {name: A, tags: [old], pushed_days_ago: 2, in_use: true, expect: expire}
  - {name: B, tags: [new], pushed_days_ago: 1, expect: stay}
"""


def drawn(text: str) -> Element:
    return ET.fromstring(draw(read_example("An example", text)))  # noqa: S314 - our own drawing


@pytest.mark.parametrize(("title", "text"), [pytest.param(*example, id=example[0]) for example in EXAMPLES])
def test_examples_of_the_page(title: str, text: str) -> None:
    """Each example of the page comes out as it expects, has a row for each image, and fits a phone."""
    example = read_example(title, text)
    root = ET.fromstring(draw(example))  # noqa: S314 - our own drawing

    assert [node.text for node in root if node.get("class") == "name"] == list(example.images)
    assert root.get("viewBox", "").startswith(f"0 0 {WIDTH} ")


def test_titles_are_unique() -> None:
    """A title names one drawing of the page, since readers of screens are led by it."""
    assert EXAMPLES
    assert len({title for title, _ in EXAMPLES}) == len(EXAMPLES)


def test_wrong_expectation() -> None:
    """An example that expects something else does not build, and says what came out."""
    with pytest.raises(ValueError, match=r"^An example: expected .*, got \{'B': 'stay', 'A': 'expire'\}$"):
        draw(read_example("An example", EXPIRE.replace("expect: expire", "expect: stay")))


def test_invalid_policy() -> None:
    """An example whose rules ECR would reject does not build."""
    with pytest.raises(InvalidPolicyError, match="ECR112"):
        read_example("An example", EXPIRE.replace("countNumber: 1", "countNumber: 0"))


def test_description() -> None:
    """A drawing has a title, and a description with the verdict of each image and its reason."""
    root = drawn(EXPIRE)
    texts = {node.tag: node.text for node in root if node.tag in ("title", "desc")}

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "an-example-title an-example-desc"
    assert texts["title"] == "An example"
    assert (texts["desc"] or "").startswith("B stays: ")
    assert "A expires: " in (texts["desc"] or "")


def test_marks() -> None:
    """A rule shows the place of an image that it counts, in parentheses where a rule above has claimed it."""
    text = EXPIRE.replace("rulePriority: 1", "rulePriority: 2").replace(
        "rules:\n",
        "rules:\n"
        '  - {rulePriority: 1, selection: {tagStatus: tagged, tagPatternList: ["old"], countType: sinceImagePushed, '
        "countUnit: days, countNumber: 1}, action: {type: expire}}\n",
    )
    root = drawn(text)

    assert [node.text for node in root if node.get("class") in ("mark", "claimed")] == ["no. 1", "2 d", "(no. 2)"]


@pytest.mark.parametrize("fate", ["stay", "expire", "archive", "protected"])
def test_shapes(fate: str) -> None:
    """Each fate has a shape of its own, not only a colour, and the style sheet has its colour."""
    root = ET.fromstring(legend())  # noqa: S314 - our own drawing
    shapes = {node.get("class"): (node.tag, re.sub(r"[\d.-]+", "", node.get("d", ""))) for node in root}
    fates = [shapes[name] for name in ("stay", "expire", "archive", "protected")]

    assert len(set(fates)) == len(fates)
    assert f"figure.lifecycle .{fate} " in (ROOT / "docs" / "_static" / "ecrkit.css").read_text(encoding="utf-8")
