"""The profile that AWS is called with."""

from __future__ import annotations

import pytest

from ecrkit.aws.client import connect


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_an_empty_variable_names_no_profile(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline sets AWS_PROFILE to nothing to use no profile; that is no profile without a name."""
    monkeypatch.setenv(variable, "")

    assert connect(region="us-east-1").region == "us-east-1"
