"""Scanners whose pulls keep images in use."""

from __future__ import annotations

import pytest

from ecrkit.catalog import check_catalog
from ecrkit.policies.store import PolicyStore

SNYK = "arn:aws:iam::123456789012:role/snyk"
COUNTS = "archive-unpulled-90-expire-365@1"
CATALOG = """\
environments:
  dev: {{account: "123456789012", region: us-east-1{dev}}}
  prod: {{account: "210987654321", region: us-east-1{prod}}}
registry: {registry}
repositories:
  web:
    {settings}
    lifecycle: [{lifecycle}]
"""
WARNING = (
    f"repositories.yaml:7:{{column}}: repositories.web.{{key}}: {SNYK} may pull and is named after the scanner Snyk: "
    "each scan counts as a pull, and the lifecycle policy counts pulls; "
    "add it to registry.pull_time_exclusions [CAT275]"
)


def scanners(settings: str, *, registry: str = "", dev: str = "", prod: str = "", lifecycle: str = COUNTS) -> list[str]:
    """Check a catalog; give the warnings about scanners that nobody silenced."""
    text = CATALOG.format(settings=settings, registry=registry, dev=dev, prod=prod, lifecycle=lifecycle)
    checked = check_catalog(text, file="repositories.yaml", policies=PolicyStore.bundled())
    assert checked.catalog is not None, checked.findings
    return [str(found) for found in checked.findings if found.code == "CAT275" and not found.silenced]


def test_warns_where_access_is_given() -> None:
    """A scanner that may pull is warned of at its key, once for all environments."""
    assert scanners(f"pull: {{principals: ['{SNYK}']}}") == [WARNING.format(column=11, key="pull")]


def test_who_pushes_may_pull() -> None:
    """Under `push` it is warned of too, and only once if it is under both."""
    assert scanners(f"push: {{principals: ['{SNYK}']}}") == [WARNING.format(column=11, key="push")]
    assert len(scanners(f"pull: {{principals: ['{SNYK}']}}\n    push: {{principals: ['{SNYK}']}}")) == 1


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"registry": f"{{pull_time_exclusions: ['{SNYK}']}}"}, id="excluded"),
        pytest.param({"lifecycle": "keep-last-10@1"}, id="policy that counts no pulls"),
    ],
)
def test_no_warning(settings: dict[str, str]) -> None:
    """There is no warning if the scanner is excluded, or no rule counts pulls."""
    assert scanners(f"pull: {{principals: ['{SNYK}']}}", **settings) == []


def test_other_principals() -> None:
    """Principals with other names are not warned of."""
    assert scanners("pull: {principals: ['arn:aws:iam::123456789012:role/deploy'], accounts: ['333333333333']}") == []


def test_environment_without_the_exclusion() -> None:
    """An environment that removes the exclusions is warned of."""
    found = scanners(
        f"pull: {{principals: ['{SNYK}']}}",
        registry=f"{{pull_time_exclusions: ['{SNYK}']}}",
        dev=", registry: {pull_time_exclusions: }",
    )

    assert found == [WARNING.format(column=11, key="pull")]


def test_silence() -> None:
    """A repository may silence the warning, with a reason."""
    assert scanners(f"pull: {{principals: ['{SNYK}']}}\n    silence: {{CAT275: Scans once.}}") == []


TEMPLATE = (
    f"{{creation_templates: {{ROOT: {{applied_for: [CREATE_ON_PUSH], lifecycle: [{COUNTS}], "
    f"pull: {{principals: ['{SNYK}']}}%s}}}}}}"
)


def test_creation_template() -> None:
    """A creation template is warned of in the same way, at its key."""
    column = CATALOG.splitlines()[3].index("{") + TEMPLATE.index("{principals") + 1

    assert scanners("", registry=TEMPLATE % "") == [
        WARNING.replace(":7:", ":4:")
        .format(column=column, key="pull")
        .replace("repositories.web.", "registry.creation_templates.ROOT.")
    ]


def test_creation_template_that_is_fine() -> None:
    """A template whose scanner is excluded in every environment, or that silences the warning, is not warned of."""
    excluded = f", registry: {{pull_time_exclusions: ['{SNYK}']}}"

    assert scanners("", registry=TEMPLATE % ", silence: {CAT275: Scans once.}") == []
    assert scanners("", registry=TEMPLATE % "", dev=excluded, prod=excluded) == []
    assert len(scanners("", registry=TEMPLATE % "", dev=excluded)) == 1
