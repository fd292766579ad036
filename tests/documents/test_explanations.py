from __future__ import annotations

import pytest

from ecrkit.documents.explanations import Explanation, parse_explanations

TEXTS = "checks: A., why: B., example: c, fix: D."


def test_explanations_are_read_by_code() -> None:
    """A code maps to its four texts."""
    assert parse_explanations(f"ECR101: {{{TEXTS}}}") == {
        "ECR101": Explanation(checks="A.", why="B.", example="c", fix="D.")
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "explanations: must be a mapping", id="nothing"),
        pytest.param("ECR101: A.", "ECR101: must be a mapping", id="a text alone"),
        pytest.param(
            f"ECR101: {{{TEXTS}}}\nECR101: {{{TEXTS}}}",
            "explanations: the key 'ECR101' is written twice",
            id="code twice",
        ),
        pytest.param(f"ECR101: {{{TEXTS}, fix: E.}}", "ECR101: the key 'fix' is written twice", id="key twice"),
        pytest.param(
            f"ECR101: {{{TEXTS}, fixes: E.}}",
            "ECR101: must have the keys ['checks', 'example', 'fix', 'why'], "
            "got ['checks', 'example', 'fix', 'fixes', 'why']",
            id="unknown key",
        ),
        pytest.param(
            "ECR101: {checks: A.}",
            "ECR101: must have the keys ['checks', 'example', 'fix', 'why'], got ['checks']",
            id="missing keys",
        ),
        pytest.param(f"ECR101: {{{TEXTS.replace('A.', '7')}}}", "ECR101.checks: must be a text", id="a number"),
        pytest.param(f"ECR101: {{{TEXTS.replace('A.', '')}}}", "ECR101.checks: must be a text", id="empty"),
    ],
)
def test_what_is_no_explanation_is_refused(text: str, problem: str) -> None:
    """A mistake in our own texts ends in an error, not in a page without them."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_explanations(text)

    assert str(caught.value) == problem
