"""What drifted is told, and what only looks different is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import ACCOUNT, actual, found, iam, statement
from builders.stores import policy_text

from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.lifecycle import parse_policy

if TYPE_CHECKING:
    from ecrkit import PolicyStore

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
OTHER_KEY = KEY.replace("9012", "9013")
BACK = "write the deployed value into the catalog, or restore the declared one by hand; deploying again changes nothing"
CREATED = (
    "write the deployed encryption into the catalog; encryption is create-only, so something else created the "
    "repository"
)


def texts(settings: str, policies: PolicyStore, **there: Any) -> list[str]:  # noqa: ANN401 - as many types as settings
    """Give what an audit says of one repository, without what should not be so anyway."""
    findings = found(settings, [actual(**there)], policies)
    return [f"{one.message}; {one.remedy} [{one.code}]" for one in findings if one.code < "AUD121"]


DRIFTED: dict[str, tuple[str, dict[str, Any], str]] = {
    "scanning": ("", {"scan_on_push": False}, f"scanning on push is off, declared on; {BACK} [AUD111]"),
    "scanning that is not declared": (
        "scan_on_push: false",
        {},
        f"scanning on push is on, declared off; {BACK} [AUD111]",
    ),
    "encryption": (
        "",
        {"encryption": "KMS", "encryption_key": KEY},
        f"the encryption is KMS with {KEY}, declared AES256; {CREATED} [AUD112]",
    ),
    "another key": (
        f"encryption: {{type: KMS, key: '{KEY}'}}",
        {"encryption": "KMS", "encryption_key": OTHER_KEY},
        f"the encryption is KMS with {OTHER_KEY}, declared KMS with {KEY}; {CREATED} [AUD112]",
    ),
    "one layer": (
        "encryption: KMS_DSSE",
        {"encryption": "KMS", "encryption_key": KEY},
        f"the encryption is KMS with {KEY}, declared KMS_DSSE; {CREATED} [AUD112]",
    ),
    "mutability": (
        "",
        {"mutability": "MUTABLE"},
        f"the mutability of its tags is MUTABLE, declared IMMUTABLE; {BACK} [AUD113]",
    ),
    "an exception": (
        "mutable_tags: [latest, 'v*']",
        {"mutability": "IMMUTABLE", "exceptions": ("latest",)},
        f"the exceptions of the mutability of its tags are 'latest', declared 'latest', 'v*'; {BACK} [AUD114]",
    ),
    "no exception": (
        "mutable_tags: [latest]",
        {},
        f"the exceptions of the mutability of its tags are none, declared 'latest'; {BACK} [AUD114]",
    ),
    "a policy": (
        "",
        {"repository_policy_text": iam(statement())},
        f"the repository policy differs from the declared one: statement 'Ci' is not declared; {BACK} [AUD115]",
    ),
    "no policy": (
        "pull: {accounts: ['210987654321']}",
        {},
        f"the repository policy differs from the declared one: none is deployed; {BACK} [AUD115]",
    ),
    "lifecycle": (
        "",
        {"lifecycle_policy_text": policy_text(keep=9)},
        f"the lifecycle policy differs from the declared one: 1 rule changed; {BACK} [AUD116]",
    ),
    "no lifecycle": (
        "",
        {"lifecycle_policy_text": None},
        (
            "the lifecycle policy differs from the declared one: none is deployed; remove the lifecycle policy from the"
            " catalog, or restore it by hand; deploying again changes nothing [AUD116]"
        ),
    ),
    "tags": (
        "tags: {team: web, stage: dev}",
        {"tags": {"team": "api"}},
        f"the tags differ from the declared ones: 'stage' is missing; 'team' is 'api', declared 'web'; {BACK} [AUD117]",
    ),
}


@pytest.mark.parametrize("case", DRIFTED)
def test_drift_is_told(policies: PolicyStore, case: str) -> None:
    """Each setting that is not as declared is one finding, with both values and what to do."""
    settings, there, text = DRIFTED[case]

    assert texts(settings, policies, **there) == [text]


POLICY = json.loads(policy_text())
SAME: dict[str, tuple[str, dict[str, Any]]] = {
    "as declared": ("", {}),
    "key by alias": ("encryption: {type: KMS, key: alias/x}", {"encryption": "KMS", "encryption_key": KEY}),
    "key by id": (
        f"encryption: {{type: KMS, key: {KEY.rpartition('/')[2]}}}",
        {"encryption": "KMS", "encryption_key": KEY},
    ),
    "key by ARN, and its id there": (
        f"encryption: {{type: KMS, key: '{KEY}'}}",
        {"encryption": "KMS", "encryption_key": KEY.rpartition("/")[2]},
    ),
    "key of AWS": ("encryption: KMS", {"encryption": "KMS", "encryption_key": KEY}),
    "key of AWS that is not told": ("encryption: KMS", {"encryption": "KMS"}),
    "encryption that is left out": ("encryption: omit", {"encryption": "AES256"}),
    "exceptions in another order": (
        "mutable_tags: [latest, 'v*']",
        {"mutability": "IMMUTABLE", "exceptions": ("v*", "latest")},
    ),
    "tags that nobody declared": ("tags: {team: web}", {"tags": {"team": "web", "cost": "12"}}),
    "lifecycle on one line": ("", {"lifecycle_policy_text": json.dumps(POLICY)}),
    "lifecycle in upper case, with defaults": (
        "",
        {
            "lifecycle_policy_text": json.dumps(
                {
                    "rules": [
                        {
                            **POLICY["rules"][0],
                            "selection": {
                                "tagStatus": "ANY",
                                "storageClass": "STANDARD",
                                "countType": "IMAGE_COUNT_MORE_THAN",
                                "countNumber": 10,
                                "countUnit": None,
                                "tagPrefixList": [],
                            },
                            "action": {"type": "EXPIRE"},
                        }
                    ]
                }
            )
        },
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_what_means_the_same_is_no_drift(policies: PolicyStore, case: str) -> None:
    """What the service only writes in another way, and what nobody declares, is not told."""
    settings, there = SAME[case]

    assert texts(settings, policies, **there) == []


def test_order_is_no_drift() -> None:
    """Neither the order of rules makes a difference, which the service sorts, nor that of the entries of a list."""
    rules: list[dict[str, Any]] = [
        {
            "rulePriority": priority,
            "selection": {
                "tagStatus": "tagged",
                key: entries,
                "countType": "imageCountMoreThan",
                "countNumber": 1,
            },
            "action": {"type": "expire"},
        }
        for priority, key, entries in ((2, "tagPatternList", ["b*", "a*"]), (1, "tagPrefixList", ["d", "c"]))
    ]
    declared = parse_policy(json.dumps({"rules": rules}), file="-")
    for rule in rules:
        for entries in rule["selection"].values():
            if isinstance(entries, list):
                entries.reverse()

    assert lifecycle_difference(declared, json.dumps({"rules": rules[::-1]}), name=None) == ""
    rules[0]["selection"]["tagPatternList"] = ["b*", "b*"]
    assert lifecycle_difference(declared, json.dumps({"rules": rules}), name=None) == "1 rule changed"


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        pytest.param(policy_text(description="Keep some"), "only its descriptions or priorities", id="description"),
        pytest.param("{}", "it is not a policy that ECR accepts", id="no rules"),
        pytest.param("no JSON", "it is not a policy that ECR accepts", id="no JSON"),
    ],
)
def test_lifecycle_difference(policies: PolicyStore, text: str, difference: str) -> None:
    """What differs in a lifecycle policy is said in words."""
    [finding] = texts("", policies, lifecycle_policy_text=text)

    assert finding.startswith(f"the lifecycle policy differs from the declared one: {difference};")
    assert lifecycle_difference(None, text, name="nine@1") == "it is nine@1"
    assert "one is deployed, but none is declared" in texts("lifecycle: []", policies, lifecycle_policy_text=text)[0]
