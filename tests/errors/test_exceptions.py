from __future__ import annotations

import inspect
import re

import pytest

from ecrkit import errors as package
from ecrkit.errors import (
    AwsError,
    Check,
    EcrkitError,
    InvalidDocumentError,
    InvalidPolicyError,
    Location,
    PolicyReferenceError,
)
from ecrkit.errors import exceptions as errors


def drawn_tree() -> dict[str, str]:
    """Each class that the docstring draws, and the one that it hangs from."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r" {4}(?P<branches>[│├└─ ]*)(?P<name>[A-Z]\w+)", line)
        if match:
            depth = len(match["branches"]) // 4
            del above[depth:]
            parents[match["name"]] = above[-1] if above else "Exception"
            above.append(match["name"])
    return parents


def test_the_tree_that_is_drawn_is_the_tree_that_is() -> None:
    """Every exception is in the docstring, below the class that it inherits from, and nothing else is."""
    found = inspect.getmembers(errors, inspect.isclass)
    classes = {name: kind for name, kind in found if not name.startswith("_")}

    assert drawn_tree() == {name: cls.__bases__[0].__name__ for name, cls in classes.items()}


def test_every_exception_is_public() -> None:
    """What is raised on purpose can be caught by name."""
    assert sorted(errors.__all__) == sorted(drawn_tree())
    assert set(errors.__all__) <= set(package.__all__)


def test_catching_the_root_catches_all() -> None:
    """There is one class that stands for all of them."""
    assert all(issubclass(getattr(errors, name), EcrkitError) for name in errors.__all__)


def test_an_invalid_document_is_told_a_line_a_finding() -> None:
    """The exception carries the findings and reads as they do."""
    check = Check(code="T1", title="", message="wrong", source="")
    findings = [check.at(Location("a.json", line, 1)) for line in (1, 2)]

    with pytest.raises(InvalidDocumentError) as caught:
        raise InvalidPolicyError(findings)

    assert caught.value.findings == tuple(findings)
    assert str(caught.value) == "a.json:1:1: wrong [T1]\na.json:2:1: wrong [T1]"


def test_what_aws_refused_carries_its_code() -> None:
    """The code is AWS's own, and empty where there is none."""
    assert AwsError("there is no repository 'web'", code="RepositoryNotFoundException").code == (
        "RepositoryNotFoundException"
    )
    assert AwsError("no route to the endpoint").code == ""


def test_a_reference_that_leads_nowhere_says_what_to_do() -> None:
    """Message and remedy are there apart, and together as the text."""
    error = PolicyReferenceError("no policy 'web'", remedy="did you mean api@1?")

    assert (error.message, error.remedy) == ("no policy 'web'", "did you mean api@1?")
    assert str(error) == "no policy 'web'; did you mean api@1?"


@pytest.mark.parametrize(
    "kind",
    [
        "UnreadableInputError",
        "InvalidCatalogError",
        "UnknownRepositoryError",
        "MissingExtraError",
        "NodeError",
        "SynthesisError",
    ],
)
def test_an_error_of_an_app_ends_it_in_lines(kind: str) -> None:
    """Python prints ``code`` of a SystemExit: the text, line by line, without characters that a terminal obeys."""
    check = Check(code="T1", title="", message="wrong \x1b[31m", source="")
    given = [check.at(Location("a.json", line, 1)) for line in (1, 2)] if kind == "InvalidCatalogError" else "a\n\x1bb"
    error = getattr(errors, kind)(given)

    assert isinstance(error, SystemExit)
    code = str(error.code)
    assert code.splitlines() == [line.replace("\x1b", "\\x1b") for line in str(error).splitlines()]
    assert len(code.splitlines()) == 2
