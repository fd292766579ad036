"""Lists of allowed vulnerabilities."""

from __future__ import annotations

from datetime import date

import pytest

from ecrkit.errors import InvalidAllowListError
from ecrkit.images.scans import Package, Severity, Vulnerability, read_allow_list


def vulnerability(*packages: str) -> Vulnerability:
    """A vulnerability of these packages."""
    return Vulnerability(
        id="CVE-2026-1",
        severity=Severity.HIGH,
        packages=tuple(Package(name=name, version="1", fixed_in="") for name in packages),
        title="",
        uri="",
        is_active=True,
    )


def test_entry_says_why_and_until_when() -> None:
    """An entry has a reason, a last day, and packages if it is for some only."""
    allowed = read_allow_list("CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n  packages: [zlib]\n", file="a.yaml")

    allowance = allowed["CVE-2026-1"]
    assert (allowance.reason, allowance.expires, allowance.packages) == ("Why.", date(2027, 3, 31), ("zlib",))


def test_day_may_be_quoted() -> None:
    """YAML's own dates and quoted ones are the same day."""
    allowed = read_allow_list('CVE-2026-1:\n  reason: Why.\n  expires: "2027-03-31"\n', file="a.yaml")

    assert allowed["CVE-2026-1"].expires == date(2027, 3, 31)


def test_allowance_without_packages_is_for_any() -> None:
    """Where packages are not spoken of, it is allowed in all of them."""
    allowed = read_allow_list("CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n", file="a.yaml")

    assert allowed["CVE-2026-1"].covers(vulnerability("zlib"))


def test_empty_list_allows_nothing() -> None:
    """A list that has only comments is one."""
    assert read_allow_list("# nothing\n", file="a.yaml") == {}


@pytest.mark.parametrize(
    ("packages", "found", "covers"),
    [
        pytest.param("[zlib, curl]", ("zlib",), True, id="listed"),
        pytest.param("[curl]", ("curl", "zlib"), False, id="one of two"),
    ],
)
def test_packages_narrow_it(packages: str, found: tuple[str, ...], *, covers: bool) -> None:
    """An allowance for some packages is none for a vulnerability that is in another one too."""
    text = f"CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n  packages: {packages}\n"

    assert read_allow_list(text, file="a.yaml")["CVE-2026-1"].covers(vulnerability(*found)) == covers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: [\n", "a.yaml:2:1: not a list of allowances: the text ", id="no YAML"),
        pytest.param("[CVE-2026-1]", "a.yaml:1:1: must be a mapping, got a list [ALW105]", id="list"),
        pytest.param(
            "CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31 12:00:00\n",
            "a.yaml:3:12: CVE-2026-1.expires: must be the last day on which it is allowed, as in 2027-03-31, "
            "got a datetime [ALW111]",
            id="instant",
        ),
        pytest.param(
            "CVE-2026-1:\n  reason: 7\n  expires: 2027-03-31\n",
            'a.yaml:2:11: CVE-2026-1.reason: must be a string, got an integer; write "7" [ALW105]',
            id="number",
        ),
        pytest.param(
            "CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n  packages: zlib\n",
            'a.yaml:4:13: CVE-2026-1.packages: must be a list, got a string; write ["zlib"] [ALW105]',
            id="packages",
        ),
        pytest.param(
            "CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n  packages: [7]\n",
            'a.yaml:4:14: CVE-2026-1.packages[0]: must be a string, got an integer; write "7" [ALW105]',
            id="package",
        ),
        pytest.param(
            "CVE-2026-1:\n  reason: Why.\n  expires: 2027-03-31\n  packages: []\n",
            "a.yaml:4:13: CVE-2026-1.packages: must name packages, got none; "
            "remove the key to allow it in any package [ALW112]",
            id="no package",
        ),
        pytest.param(
            "CVE-2026-1: {reason: A, expires: 2027-03-31}\nCVE-2026-1: {reason: B, expires: 2027-03-31}\n",
            "a.yaml:2:1: CVE-2026-1: the key 'CVE-2026-1' is written twice, first on line 1; remove one [ALW102]",
            id="twice",
        ),
    ],
)
def test_mistake_has_a_place(text: str, message: str) -> None:
    """Whatever cannot be read is refused, with file, line and column."""
    with pytest.raises(InvalidAllowListError) as refused:
        read_allow_list(text, file="a.yaml")

    assert str(refused.value).startswith(message)
