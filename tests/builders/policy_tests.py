"""Files of policy tests, and what a check says of them."""

from __future__ import annotations

from textwrap import dedent

from ecrkit.policies.testing.cases import PolicyTest, check_policy_tests

__all__ = ["errors", "read", "with_image"]


def read(text: str) -> tuple[PolicyTest, ...]:
    """Read *text*, which has to be valid."""
    checked = check_policy_tests(dedent(text), file="v1.test.yaml")
    assert checked.findings == ()
    assert checked.tests is not None
    return checked.tests


def errors(text: str) -> list[str]:
    """Give what is wrong with *text*, as a person reads it."""
    checked = check_policy_tests(dedent(text), file="v1.test.yaml")
    assert checked.tests is None
    return [str(found) for found in checked.findings]


def with_image(image: str) -> str:
    """Write a case of one image; it begins at 3:7."""
    return f"case:\n  images:\n    - {image}\n"
