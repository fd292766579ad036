"""What is wrong with `registry:` of a catalog, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import errors
from builders.policies import edited
from builders.registries import REFUSED, REGISTRY, RefusedRegistry

from ecrkit.catalog import check_catalog
from ecrkit.errors import Severity
from ecrkit.registry.settings import REGISTRY_RULEBOOK

if TYPE_CHECKING:
    from ecrkit.policies.store import PolicyStore


@pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code} {case.id}") for case in REFUSED])
def test_says_what_is_wrong_where_and_what_to_do(refused: RefusedRegistry, policies: PolicyStore) -> None:
    """Each thing that could not be deployed is an error, and the only one, at its own place."""
    assert errors(refused.text, policies) == [f"repositories.yaml:{refused.finding}"]
    assert refused.finding.endswith(f"[{refused.code}]")
    assert check_catalog(refused.text, file="repositories.yaml", policies=policies).catalog is None


def test_every_check_has_a_case() -> None:
    """No error of the rulebook is without a case; the tests of warnings are in `test_registry.py`."""
    made = {check.code for check in REGISTRY_RULEBOOK if check.severity is Severity.ERROR}

    assert made == {case.code for case in REFUSED}


@pytest.mark.parametrize(
    ("edits", "findings"),
    [
        pytest.param(
            (("type: ENHANCED", "type: BETTER"),),
            ["5:11: registry.scanning.type: must be 'BASIC' or 'ENHANCED', got 'BETTER' [CAT106]"],
            id="type, and not what it was meant to be",
        ),
        pytest.param(
            (("frequency: SCAN_ON_PUSH", "frequency: MANUAL"),),
            [
                (
                    "8:21: registry.scanning.rules[1].frequency: must be 'SCAN_ON_PUSH' or 'CONTINUOUS_SCAN',"
                    " got 'MANUAL' [CAT106]"
                )
            ],
            id="frequency",
        ),
        pytest.param(
            (('["*"]', "[7]"),),
            [
                (
                    "8:50: registry.scanning.rules[1].repositories[0]: must be a string, got an"
                    ' integer; write "7" [CAT105]'
                )
            ],
            id="pattern, and not that there is none",
        ),
        pytest.param(
            (("{region: us-west-2}", "{account: 210987654321}, {region: Oregon}"),),
            [
                "12:12: registry.replication[1].to[0]: the required key 'region' is missing; add it [CAT104]",
                (
                    "12:22: registry.replication[1].to[0].account: must be a string, got an integer;"
                    ' write "210987654321" [CAT105]'
                ),
                (
                    "12:46: registry.replication[1].to[1].region: must be a Region as in 'eu-west-1', got 'Oregon'"
                    " [CAT205]"
                ),
            ],
            id="place, and that of the next one",
        ),
        pytest.param(
            (("    - to: [{region: us-west-2}]", "    - repositories: [a]"),),
            [
                "12:7: registry.replication[1]: the required key 'to' is missing; add it [CAT104]",
                (
                    "12:22: registry.replication[1].repositories[0]: must be the beginning of a"
                    " repository's name, as in"
                    " 'prod/', of 2 to 256 characters, got 'a' [CAT206]"
                ),
            ],
            id="rule without destinations",
        ),
        pytest.param(
            (('["210987654321", {', "[7, {"), ("333333333333", "me")),
            [
                '14:24: registry.policy.replication_from[0]: must be a string, got an integer; write "7" [CAT105]',
                (
                    "14:37: registry.policy.replication_from[1].account: must be an account of 12 digits, got 'me'"
                    " [CAT204]"
                ),
            ],
            id="source, and the one behind it",
        ),
        pytest.param(
            (
                (
                    "Condition: {Bool: {aws:PrincipalIsAWSService: false}}",
                    "Condition: {DateLessThan: {a: 2026-01-01}}",
                ),
            ),
            [
                (
                    "22:39: registry.policy.statements[0].Condition.DateLessThan.a: must be a string, got a date;"
                    ' write "2026-01-01" [CAT105]'
                )
            ],
            id="date in a statement",
        ),
        pytest.param(
            (("registry-1.docker.io", "[docker]"),),
            ['25:17: registry.pull_through_cache["docker-hub"].upstream: must be a string, got a list [CAT105]'],
            id="upstream",
        ),
        pytest.param(
            (("credential: arn", "credential: [arn"), ("docker-hub-a1b2c3", "docker-hub-a1b2c3]")),
            ['26:19: registry.pull_through_cache["docker-hub"].credential: must be a string, got a list [CAT105]'],
            id="credential, and not that there is none",
        ),
        pytest.param(
            (("type: KMS,", "type: SSE,"),),
            [
                (
                    '36:26: registry.creation_templates["docker-hub"].encryption.type: must be'
                    " 'AES256' or 'KMS' or"
                    " 'KMS_DSSE', got 'SSE' [CAT106]"
                )
            ],
            id="encryption",
        ),
        pytest.param(
            (("lifecycle: expire-untagged@1", "lifecycle: expire-untagged@9"),),
            [
                (
                    "35:18: registry.creation_templates[\"docker-hub\"].lifecycle: the policy 'expire-untagged' has "
                    "no version 9; it has expire-untagged@1 [CAT121]"
                )
            ],
            id="policy",
        ),
        pytest.param(
            (("tags: {team: platform}", "tags: {aws:team: platform}"),),
            [
                (
                    '40:14: registry.creation_templates["docker-hub"].tags["aws:team"]: a tag\'s key must not begin'
                    " with 'aws:', got 'aws:team' [CAT125]"
                )
            ],
            id="tags",
        ),
        pytest.param(
            (("silence: {ECR212:", "silence: {ECR203:"),),
            [
                (
                    '43:17: registry.creation_templates["docker-hub"].silence.ECR203: must be'
                    " one of ECR211, ECR212,"
                    " ECR213, CAT267, ECR421, ECR422, ECR423, ECR424, ECR425, ECR426, ECR427, CAT275,"
                    " got 'ECR203' [CAT129]"
                )
            ],
            id="silence",
        ),
        pytest.param(
            (("  scanning:", "  scaning:"),),
            ["4:3: registry.scaning: unknown key 'scaning'; did you mean scanning? [CAT103]"],
            id="key",
        ),
    ],
)
def test_unreadable(edits: tuple[tuple[str, str], ...], findings: list[str], policies: PolicyStore) -> None:
    """What cannot be read is told where it stands, all at once, and nothing is concluded from it."""
    found = errors(edited(REGISTRY, *edits), policies)

    assert found == [f"repositories.yaml:{finding}" for finding in findings]


def test_without_environments() -> None:
    """What is wrong with a registry is told in one go with what is wrong with the environments."""
    text = "environments: {}\nregistry: {replication: [{to: []}]}\nrepositories: {web: }\n"

    assert [found.rpartition(" ")[2] for found in errors(text)] == ["[CAT110]", "[CAT202]"]
