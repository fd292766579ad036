"""Whether a vulnerability may pass: laws, and a case for each verdict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.errors import Location
from ecrkit.images.scans import Allowance, Package, Severity, Verdict, Vulnerability, judge, sarif

TODAY = date(2026, 11, 23)
severities = st.sampled_from(list(Severity))


def vulnerability(severity: Severity = Severity.HIGH, *, is_active: bool = True) -> Vulnerability:
    """A vulnerability of one package."""
    return Vulnerability(
        id="CVE-2026-1",
        severity=severity,
        packages=(Package(name="zlib", version="1.2", fixed_in="1.3"),),
        title="",
        uri="",
        is_active=is_active,
    )


def allowance(*, days: int = 0, packages: tuple[str, ...] = ()) -> Allowance:
    """An allowance that ends so many days from now."""
    place = Location("a.yaml", 1, 1)
    return Allowance(reason="Why.", expires=TODAY + timedelta(days=days), packages=packages, location=place)


@pytest.mark.parametrize(
    ("found", "allowed", "verdict"),
    [
        pytest.param(vulnerability(), {}, Verdict.FAILS, id="fails"),
        pytest.param(vulnerability(Severity.LOW), {}, Verdict.BELOW, id="below"),
        pytest.param(vulnerability(), {"CVE-2026-1": allowance()}, Verdict.ALLOWED, id="allowed"),
        pytest.param(vulnerability(), {"CVE-2026-1": allowance(days=-1)}, Verdict.EXPIRED, id="expired"),
        pytest.param(vulnerability(), {"CVE-2026-1": allowance(packages=("curl",))}, Verdict.FAILS, id="elsewhere"),
        pytest.param(vulnerability(), {"CVE-2026-2": allowance()}, Verdict.FAILS, id="another"),
        pytest.param(vulnerability(is_active=False), {}, Verdict.SUPPRESSED, id="suppressed"),
    ],
)
def test_verdict(found: Vulnerability, allowed: dict[str, Allowance], verdict: Verdict) -> None:
    """Each way in which a vulnerability fails or passes."""
    (judgement,) = judge([found], fail_on=Severity.HIGH, allowed=allowed, today=TODAY)

    assert judgement.verdict is verdict
    assert judgement.fails == (verdict in {Verdict.FAILS, Verdict.EXPIRED})


@given(severities, severities, severities)
def test_stricter_gate_lets_nothing_more_pass(severity: Severity, one: Severity, other: Severity) -> None:
    """What fails at a severity fails at any that is less grave."""
    strict, lax = sorted((one, other), key=lambda each: each.rank, reverse=True)
    fails = {
        fail_on: judge([vulnerability(severity)], fail_on=fail_on, allowed={}, today=TODAY)[0].fails
        for fail_on in (strict, lax)
    }

    assert fails[strict] or not fails[lax]


@given(severities, st.integers(-400, 400), st.integers(0, 400))
def test_time_lets_nothing_more_pass(severity: Severity, days: int, later: int) -> None:
    """What fails on a day fails on every later one."""
    allowed = {"CVE-2026-1": allowance(days=days)}
    fails = [
        judge([vulnerability(severity)], fail_on=Severity.LOW, allowed=allowed, today=day)[0].fails
        for day in (TODAY, TODAY + timedelta(days=later))
    ]

    assert fails[1] or not fails[0]


def test_sarif_tells_suppressions() -> None:
    """What Inspector suppresses is suppressed in SARIF, and the package and its fix are in the text."""
    judgements = judge([vulnerability(is_active=False)], fail_on=Severity.LOW, allowed={}, today=TODAY)

    document: Any = sarif({"web@sha256:0": judgements}, version="1")
    (result,) = document["runs"][0]["results"]
    assert result["message"] == {"text": "HIGH in zlib 1.2; fixed in 1.3"}
    assert result["suppressions"] == [{"kind": "external", "justification": "suppressed or closed in Amazon Inspector"}]
