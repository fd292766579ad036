"""An audit of what is there: what is missing or unknown, what should not be so, and what is silenced."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import actual, found, iam, statement

from ecrkit.deployment.audit import AUDIT_RULEBOOK

if TYPE_CHECKING:
    from ecrkit import PolicyStore
    from ecrkit.errors import Check, Finding


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in findings]


def test_what_is_as_declared_has_no_findings(policies: PolicyStore) -> None:
    """A repository with the defaults of ecrkit has nothing to be told of."""
    assert found("", [actual()], policies) == ()


def test_missing_and_unknown_are_told_where_they_stand(policies: PolicyStore) -> None:
    """What is declared and not there points to its entry, what is there and not declared to where it would stand."""
    findings = found("", [actual("other/api")], policies)

    assert [str(one) for one in findings] == [
        (
            'repositories.yaml:3:1: repositories["other/api"]: is deployed in 123456789012 us-east-1, but not in the '
            "catalog; declare it with `ecrkit adopt other/api`, or delete it with `ecrkit repos delete other/api` "
            "[AUD102]"
        ),
        (
            "repositories.yaml:4:3: repositories.web: is declared, but not deployed in 123456789012 us-east-1; "
            "deploy it; if it was deleted by hand, deploy once without its entry, then once with it [AUD101]"
        ),
    ]


def test_repository_of_another_stack_is_that_stacks(policies: PolicyStore) -> None:
    """What another stack has is not judged, unless it lets everyone in; of our own it is told which one has it."""
    theirs = actual("theirs", stack="Shop", mutability="MUTABLE")
    public = actual("public", stack="Shop", repository_policy_text=iam(statement(Principal="*")), scan_on_push=False)
    ours = actual("ours", stack="Repositories-dev")

    findings = found("", [actual(), theirs, public, ours], policies)

    assert [(one.location.pointer, one.code) for one in findings] == [
        ("/repositories/ours", "AUD103"),
        ("/repositories/public", "AUD121"),
    ]
    assert str(findings[0]) == (
        "repositories.yaml:3:1: repositories.ours: is a resource of the stack Repositories-dev, but not in the "
        "catalog; put its entry back; or deploy the stack without it, after checking the change with `ecrkit guard` "
        "[AUD103]"
    )


def test_repository_of_a_cache_is_ecrs(policies: PolicyStore) -> None:
    """What ECR makes for a cache of the catalog is not unknown, nor is it judged, unless it lets everyone in."""
    cached = actual("quay/app", mutability="MUTABLE", scan_on_push=False)
    public = actual("quay/open", repository_policy_text=iam(statement(Principal="*")))
    others = [actual("quayside/app"), actual("quay")]
    caches = "pull_through_cache: {quay: {upstream: quay.io}}"

    findings = found("", [actual(), cached, public, *others], policies, registry=caches)

    assert sorted((one.location.pointer, one.code) for one in findings) == [
        ("/repositories/quay", "AUD102"),
        ("/repositories/quayside~1app", "AUD102"),
        ("/repositories/quay~1open", "AUD121"),
    ]
    assert codes(found("", [actual(), cached], policies)) == ["AUD102", "AUD122", "AUD123"]


@pytest.mark.parametrize(
    ("there", "code"),
    [
        pytest.param({"repository_policy_text": iam(statement(Principal="*"))}, "AUD121", id="public"),
        pytest.param({"mutability": "MUTABLE"}, "AUD122", id="mutable"),
        pytest.param(
            {"mutability": "MUTABLE", "exceptions": ("v*",)},
            "AUD122",
            id="mutable, but",
        ),
        pytest.param({"mutability": "IMMUTABLE", "exceptions": ("*",)}, "AUD122", id="as good as"),
        pytest.param({"scan_on_push": False}, "AUD123", id="not scanned"),
        pytest.param({"lifecycle_policy_text": None}, "AUD124", id="no lifecycle policy"),
    ],
)
def test_posture_is_told_of_what_nobody_declares(policies: PolicyStore, there: dict[str, Any], code: str) -> None:
    """What should not be so is told also where no catalog says how it should be."""
    assert codes(found("", [actual(), actual("other", **there)], policies)) == ["AUD102", code]


def test_named_exceptions_are_fine(policies: PolicyStore) -> None:
    """A tag that is named and may be overwritten is no posture to tell of."""
    there = actual(mutability="IMMUTABLE", exceptions=("latest",))

    assert found("mutable_tags: [latest]", [there], policies) == ()


def test_catalog_silences_what_it_means(policies: PolicyStore) -> None:
    """A declared posture is silenced with a reason, and stays visible."""
    there = actual(mutability="MUTABLE", scan_on_push=False)
    settings = "mutability: MUTABLE, scan_on_push: false, silence: {AUD122: on purpose}"

    assert [(one.code, one.silenced) for one in found(settings, [there], policies)] == [
        ("AUD122", "on purpose"),
        ("AUD123", ""),
    ]


def test_silences_end_on_their_day(policies: PolicyStore) -> None:
    """The day after, the finding is not silenced, and says whose silence it was."""
    there = actual(mutability="MUTABLE")
    silence = "silence: {AUD122: {reason: Legacy., until: 2026-12-31, owner: web}}"

    [last] = found(f"mutability: MUTABLE, {silence}", [there], policies, today=date(2026, 12, 31))
    [after] = found(f"mutability: MUTABLE, {silence}", [there], policies, today=date(2027, 1, 1))

    assert last.silenced == "Legacy. (until 2026-12-31, owner: web)"
    assert (after.silenced, after.message) == ("", f"{last.message} (the silence expired on 2026-12-31, owner: web)")


def test_reason_for_no_cap_is_one_for_no_policy(policies: PolicyStore) -> None:
    """Who said to the catalog why nothing expires has said it to the audit."""
    settings = "lifecycle: [], silence: {ECR212: They go by hand.}"

    [finding] = found(settings, [actual(lifecycle_policy_text=None)], policies)
    assert (finding.code, finding.silenced) == ("AUD124", "They go by hand.")


def test_registry_that_scans_is_enough(policies: PolicyStore) -> None:
    """A repository that the registry's declared rules scan is scanned."""
    from builders.catalogs import ONE_ENVIRONMENT, catalog  # noqa: PLC0415 - for this one

    from ecrkit.deployment.audit.posture import posture  # noqa: PLC0415 - as above
    from ecrkit.errors import Location  # noqa: PLC0415 - as above

    rules = "{frequency: SCAN_ON_PUSH, repositories: ['team/*', prod]}"
    text = f"{ONE_ENVIRONMENT}registry: {{scanning: {{type: BASIC, rules: [{rules}]}}}}\nrepositories: {{web: }}\n"
    [environment] = catalog(text, policies).environments
    assert environment.registry

    def is_told(name: str) -> bool:
        there = actual(name, scan_on_push=False)
        scanning = environment.registry.scanning if environment.registry else None
        return bool(list(posture(there, scanning=scanning, location=Location("", 1, 1), region="us-east-1")))

    assert [is_told(name) for name in ("team/web", "my-prod-app", "web")] == [False, False, True]


def test_codes_are_unique_and_in_order() -> None:
    """A code stands for one check for ever, and tables list them in order."""
    given = [check.code for check in AUDIT_RULEBOOK]

    assert given == sorted(set(given))
    assert all(re.fullmatch("AUD[0-9]{3}", code) for code in given)


@pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in AUDIT_RULEBOOK])
def test_texts_are_in_the_house_style(check: Check) -> None:
    """A message begins in lower case, and neither it nor the remedy has a full stop."""
    assert check.message[0] == check.message[0].lower()
    assert not check.message.endswith(".")
    assert not check.remedy.endswith(".")


def test_acknowledged_statement_stays_visible(policies: PolicyStore) -> None:
    """An open policy that the catalog acknowledges is a silenced warning, as long as it is open."""
    opened = statement(Principal="*")
    settings = f"open_to_everyone: base images, statements: [{opened}]"

    [told] = found(settings, [actual(repository_policy_text=iam(opened))], policies)

    assert (told.code, told.severity.value, told.silenced) == ("AUD121", "warning", "base images")
    assert told.message.startswith("statement 'Ci' of its policy lets everyone in")


def test_statement_without_effect_is_told(policies: PolicyStore) -> None:
    """A principal that was deleted, and an action that does not exist, are warnings that may be silenced."""
    deleted = statement(Principal={"AWS": "AROAEXAMPLEIDENTIFIER"}, Action=["ecr:BatchGetImages"])
    settings = f"statements: [{deleted}], silence: {{ECR421: a new action}}"

    told = found(settings, [actual(repository_policy_text=iam(deleted))], policies)

    assert [(one.code, one.silenced) for one in told] == [("ECR421", "a new action"), ("ECR425", "")]
    assert told[1].message.startswith("statement 'Ci' of its policy: 'AROAEXAMPLEIDENTIFIER' is a unique ID")
