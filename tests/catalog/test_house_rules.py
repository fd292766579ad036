"""House rules of a catalog, exceptions to them, and silences that expire."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ecrkit.catalog import check_catalog
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.errors import Finding

TODAY = date(2026, 11, 28)
CATALOG = """\
rules: RULES
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: us-east-1}
defaults: {silence: {ECR211: Samples., ECR212: Samples., ECR425: Samples.}}
repositories:
  payments/api: SETTINGS
"""
EXCEPTION = "{reason: Legacy., until: 2026-12-31, owner: payments}"


def found(rules: str, settings: str = "", *, text: str = CATALOG, today: date | None = TODAY) -> tuple[Finding, ...]:
    """Check the catalog with house rules and settings of its repository; leave out what the defaults silence."""
    text = text.replace("RULES", rules).replace("SETTINGS", settings)
    findings = check_catalog(text, file="repositories.yaml", today=today).findings
    return tuple(one for one in findings if not one.silenced.startswith("Samples."))


def said(rules: str, settings: str = "", *, text: str = CATALOG) -> list[str]:
    return [f"{one.place} {one.message} [{one.code}]" for one in found(rules, settings, text=text)]


@pytest.mark.parametrize(
    ("rules", "settings", "expected"),
    [
        pytest.param(
            "required_tags: [team, cost-center]",
            "tags: {team: payments, cost-center: }",
            ["7:3 must have the tag 'cost-center', as the house rules require [CAT161]"],
            id="tags",
        ),
        pytest.param(
            "names: {prod: 'prod/.*', '*': '[a-z]+/[a-z]+'}",
            "",
            [
                (
                    "7:3 must match 'prod/.*' in the environment 'prod', as the house rules require, got"
                    " 'payments/api' [CAT162]"
                )
            ],
            id="names",
        ),
        pytest.param(
            "names: {'*': 'payments'}",
            "only: [dev, prod]",
            [
                (
                    "7:3 must match 'payments' in the environment 'dev', as the house rules require, got"
                    " 'payments/api' [CAT162]"
                ),
                (
                    "7:3 must match 'payments' in the environment 'prod', as the house rules require, got"
                    " 'payments/api' [CAT162]"
                ),
            ],
            id="whole name",
        ),
        pytest.param(
            "lifecycle: ['web@3', 'untagged@*']",
            "lifecycle: [untagged@7, web@2]",
            ["7:29 the house rules allow only the lifecycle policies web@3, untagged@*, got web@2 [CAT163]"],
            id="lifecycle",
        ),
        pytest.param(
            "lifecycle: ['*']",
            "",
            ["7:3 the house rules allow only the lifecycle policies *, got none [CAT163]"],
            id="some policy",
        ),
        pytest.param("lifecycle: [none, 'web@*']", "", [], id="no policy is fine"),
        pytest.param(
            "encryption: [KMS, KMS_DSSE]",
            "",
            ["7:3 the house rules allow only the encryption KMS, KMS_DSSE, got AES256 [CAT164]"],
            id="encryption of ecrkit's own defaults",
        ),
        pytest.param(
            "mutability: [IMMUTABLE]",
            "mutable_tags: [latest]",
            ["7:3 the house rules allow only the mutability IMMUTABLE, got IMMUTABLE_WITH_EXCLUSION [CAT165]"],
            id="mutability with exceptions",
        ),
        pytest.param(
            "mutability: [IMMUTABLE], encryption: [AES256]", "mutability: IMMUTABLE", [], id="as it should be"
        ),
    ],
)
def test_what_applies_to_a_repository_is_checked(rules: str, settings: str, expected: list[str]) -> None:
    """Each finding is at the setting that breaks the rule; at the repository where nothing sets it."""
    rules, settings = f"{{{rules}}}", f"{{{settings}}}"

    assert said(rules, settings) == [f"repositories.yaml:{line}" for line in expected]


def statement(principal: str, condition: str = "") -> str:
    more = f", Condition: {condition}" if condition else ""
    return f"statements: [{{Sid: A, Effect: Allow, Principal: {principal}, Action: 'ecr:BatchGetImage'{more}}}]"


@pytest.mark.parametrize(
    ("settings", "strangers"),
    [
        pytest.param("pull: {accounts: ['111122223333', '999999999999']}", ["the account 999999999999"], id="account"),
        pytest.param(
            "push: {principals: ['arn:aws:iam::999999999999:role/ci']}", ["the account 999999999999"], id="principal"
        ),
        pytest.param(
            "pull: {organizations: [o-a1b2c3d4e5, o-zzzzzzzzzz]}", ["the organization o-zzzzzzzzzz"], id="organization"
        ),
        pytest.param("pull: {units: ['o-zzzzzzzzzz/r-ab12/*']}", ["the organization o-zzzzzzzzzz"], id="unit"),
        pytest.param("only: [dev], pull: {accounts: ['123456789012'], lambda: true}", [], id="own account"),
        pytest.param(statement("{AWS: '999999999999'}"), ["the account 999999999999"], id="statement"),
        pytest.param(statement("{Service: codebuild.amazonaws.com}"), [], id="service"),
        pytest.param(
            statement("'*'", "{StringEquals: {'aws:PrincipalOrgID': o-a1b2c3d4e5}}"), [], id="condition on organization"
        ),
        pytest.param(
            statement("'*'", "{StringEquals: {'aws:PrincipalOrgID': o-zzzzzzzzzz}}"),
            ["the organization o-zzzzzzzzzz"],
            id="condition on another organization",
        ),
        pytest.param(
            statement("'*'", "{StringEquals: {'aws:SourceVpc': vpc-0123456789abcdef0}}"), ["everyone"], id="network"
        ),
        pytest.param(
            statement(
                "'*'", "{ArnLike: {'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/a', 'arn:aws:s3:::bucket']}}"
            ),
            ["arn:aws:s3:::bucket"],
            id="condition that names an account, or something else",
        ),
        pytest.param(
            statement("'*'", "{StringLike: {'aws:userid': ['111122223333:*', 'AROAABCDEFGHIJKLMNOP:*']}}"),
            ["AROAABCDEFGHIJKLMNOP:*"],
            id="condition on an account, or on a role whose account nobody knows",
        ),
        pytest.param(
            statement("{AWS: '999999999999'}", "{StringEquals: {'aws:SourceVpc': '111122223333'}}"),
            ["the account 999999999999"],
            id="network whose name looks like an account",
        ),
        pytest.param(
            statement("{AWS: '999999999999'}", "{StringEquals: {'aws:PrincipalOrgID': o-a1b2c3d4e5}}"),
            [],
            id="account of the organization",
        ),
    ],
)
def test_access_is_for_those_who_are_allowed(settings: str, strangers: list[str]) -> None:
    """Accounts and organizations of `pull`, `push` and statements must be in the rule, or the environment's own."""
    rules = "{access: {accounts: ['111122223333'], organizations: [o-a1b2c3d4e5]}}"

    messages = [one.message for one in found(rules, f"{{{settings}}}") if one.code == "CAT166"]

    assert messages == [f"the house rules do not allow access for {who}" for who in strangers]


def test_overrides_of_an_environment_count() -> None:
    """What an environment sets is what is checked there, and the finding is there."""
    text = CATALOG.replace(
        '"210987654321", region: us-east-1',
        '"210987654321", region: us-east-1, repositories: {payments/api: {mutability: MUTABLE}}',
    )

    assert said("{mutability: [IMMUTABLE]}", text=text) == [
        "repositories.yaml:4:96 the house rules allow only the mutability IMMUTABLE, got MUTABLE [CAT165]"
    ]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param("{names: {dev: '['}}", "1:22 must be a regular expression, got '[': unterminated", id="pattern"),
        pytest.param("{names: {test: a}}", "1:17 unknown environment 'test'", id="environment"),
        pytest.param("{lifecycle: [web]}", "1:21 must be a version as in 'web@3'", id="lifecycle"),
        pytest.param("{encryption: []}", "1:21 must have at least 1 entry, got none", id="empty"),
        pytest.param("{encryption: [kms]}", "1:22 must be 'AES256' or 'KMS'", id="word"),
        pytest.param("{required_tags: ['']}", "1:25 must be a tag key", id="tag"),
        pytest.param("{access: {accounts: ['1']}}", "1:29 must be an account of 12 digits, got '1'", id="account"),
        pytest.param("{tags: [team]}", "1:9 unknown key 'tags'", id="key"),
    ],
)
def test_rules_are_checked_themselves(rules: str, expected: str) -> None:
    """What no repository could follow is an error at its own place."""
    [only] = said(rules)

    assert only.startswith(f"repositories.yaml:{expected}")


def test_an_exception_applies_until_its_last_day() -> None:
    """It is a silenced warning; on the day after, the error is back and says whose exception it was."""
    settings = f"{{silence: {{CAT164: {EXCEPTION}}}}}"
    rules = "{encryption: [KMS]}"

    [before] = found(rules, settings, today=date(2026, 12, 1))
    assert (before.severity, before.silenced) == (Severity.WARNING, "Legacy. (until 2026-12-31, owner: payments)")
    assert [one.code for one in found(rules, settings, today=date(2026, 12, 31)) if one.silenced] == ["CAT164"]
    [after] = found(rules, settings, today=date(2027, 1, 1))
    assert (after.severity, after.silenced) == (Severity.ERROR, "")
    assert after.message.endswith("got AES256 (the silence expired on 2026-12-31, owner: payments)")


def test_synth_does_not_depend_on_the_day() -> None:
    """Without a day, what has expired still applies: a deploy does not fail because time passed."""
    [only] = found("{encryption: [KMS]}", f"{{silence: {{CAT164: {EXCEPTION}}}}}", today=None)

    assert only.silenced


def test_warnings_come_back_too() -> None:
    """An expired silence of a warning leaves the warning, with the day and the owner."""
    text = CATALOG.replace("ECR212: Samples.", "ECR212: {reason: Later., until: 2026-11-27, owner: web}")

    assert [one for one in said("{}", text=text) if "ECR212" in one] == [
        (
            "repositories.yaml:7:3 no rule for every tagged image, so their number grows forever (the silence expired"
            " on 2026-11-27, owner: web) [ECR212]"
        )
    ]


def test_the_end_is_announced() -> None:
    """For two weeks before, a note says when the silence ends."""
    text = CATALOG.replace("ECR212: Samples.", "ECR212: {reason: Samples., until: '2026-12-12'}")

    [note] = found("{}", text=text)

    assert (note.severity, note.text) == (
        Severity.NOTE,
        (
            "defaults.silence.ECR212.until: the silence expires on 2026-12-12; fix the cause, or set a later day in "
            "'until'"
        ),
    )


@pytest.mark.parametrize(
    ("silence", "code"),
    [
        pytest.param("{ECR212: {reason: Later., until: someday}}", "CAT154", id="no day"),
        pytest.param("{ECR212: {until: 2027-01-01}}", "CAT104", id="no reason"),
        pytest.param("{ECR212: {reason: ' '}}", "CAT130", id="blank reason"),
        pytest.param("{ECR212: {reason: Later., util: 2027-01-01}}", "CAT103", id="unknown key"),
        pytest.param("{CAT164: Later.}", "CAT156", id="an exception without an end"),
        pytest.param("{CAT164: {reason: Later., until: 2027-01-01}}", "CAT156", id="an exception without an owner"),
    ],
)
def test_silences_are_checked(silence: str, code: str) -> None:
    """A silence needs a reason, and an exception to a house rule also an end and an owner."""
    codes = [one.code for one in found("{}", f"{{silence: {silence}}}") if one.severity is Severity.ERROR]

    assert codes == [code]


def test_teams_make_no_exceptions_for_themselves(tmp_path: Path) -> None:
    """In an included file, an exception is an error that says where it belongs."""
    (tmp_path / "team.yaml").write_text(f"repositories: {{web: {{silence: {{CAT164: {EXCEPTION}}}}}}}\n")
    text = "include: [team.yaml]\n" + CATALOG.replace("RULES", "{encryption: [AES256]}").replace("SETTINGS", "{}")

    findings = check_catalog(text, file=f"{tmp_path}/repositories.yaml").findings

    assert [one.text for one in findings if one.severity is Severity.ERROR] == [
        (
            "repositories.web.silence.CAT164: an included file must not make exceptions to house rules; move it to "
            f"{tmp_path}/repositories.yaml, under 'repositories' of an environment"
        )
    ]
