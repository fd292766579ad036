"""
Catalogs to draw from: every key of the table, registry-wide settings, environments and shards.

Most are valid. Names, output keys and lengths are those that come close to each other and to the limits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from ecrkit.catalog.keys import SETTING_KEYS
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.settings.caches import CREDENTIAL_NEEDED, OPEN
from ecrkit.registry.settings.signing import REGIONS_WITHOUT_SIGNING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DRAWN_KEYS", "catalogs"]

Mapping: TypeAlias = dict[str, Any]
Strategy: TypeAlias = st.SearchStrategy[Any]

_ACCOUNT = "123456789012"
_OTHERS = ("210987654321", "333333333333", "444444444444")
_ENVIRONMENTS = ("dev", "dev-1", "Dev", "prod", "prod-12", "staging", "eu-1", "1", "d" * 100)
_REGIONS = ("us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1")
_POLICIES = ("keep-last-10@1", "keep-five-prod@1", "expire-untagged@1")

_ANY_NAME = st.from_regex(r"[a-z0-9]{1,4}([-_./][a-z0-9]{1,4}){1,3}", fullmatch=True)
_NEAR_NAMES = st.sampled_from(
    [
        *("web", "api", "web/uri", "web-uri", "w-eb", "we/b", "a__b", "a--b", "a.b", "2048", "repository2048"),
        *("resource", "uri", "a" * 256, f"{'a' * 255}b", "/".join("abcdefghijkl"), "/".join("abcdefghijklm")),
    ]
)
_OUTPUTS = st.sampled_from(
    [
        *("Web", "WebUri", "WebArn", "WebRepositoryUri", "WebRepositoryArn", "WebRepositoryArnArn", "webUri"),
        *("o" * 248, "o" * 249, "o" * 251, f"{'o' * 248}Uri", f"{'o' * 249}Uri", "o" * 255),
    ]
)
_LENGTHS = st.sampled_from([1, 2, 3, 5, 126, 127]) | st.integers(1, 20)
_TAGS = st.dictionaries(
    _LENGTHS.flatmap(lambda length: st.text("abcXYZ-09_/=+@: é日", min_size=length, max_size=length)),
    st.sampled_from([1, 2, 254, 255]).flatmap(
        lambda length: st.text("abcXYZ-09_/=+@: é日𝒳", min_size=length, max_size=length)
    ),
    max_size=4,
)
_FILTERS = st.lists(st.sampled_from(["latest", "v*", "*-dev-*", "*", "x" * 128, "A_b.c-1"]), max_size=5, unique=True)
_ARNS = (
    "arn:aws:iam::210987654321:role/ci",
    "arn:aws:iam::333333333333:user/team/dev",
    "arn:aws:iam::333333333333:root",
)
_GRANTEES: dict[str, Strategy] = {
    "accounts": st.lists(st.sampled_from(_OTHERS), max_size=2, unique=True),
    "principals": st.lists(st.sampled_from(_ARNS), max_size=2, unique=True),
    "organization": st.just("o-a1b2c3d4e5"),
    "organizations": st.just(["o-a1b2c3d4e5", "o-b1b2c3d4e5"]),
    "units": st.just(["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]),
}
_OPEN = st.just("a public mirror")
_STATEMENTS = st.lists(
    st.sampled_from(
        [
            {
                "Sid": "Ci",
                "Effect": "Allow",
                "Principal": {"AWS": _OTHERS[0]},
                "Action": ["ecr:BatchGetImage", "ecr:PutImage"],
                "Condition": {"Bool": {"aws:SecureTransport": True}},
            },
            {"Effect": "Deny", "Principal": "*", "Action": "ecr:DeleteRepository"},
            {
                "Sid": "Tagged",
                "Effect": "Allow",
                "Principal": {"AWS": list(_ARNS[:2])},
                "Action": "ecr:BatchGetImage",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}},
            },
        ]
    ),
    max_size=3,
    unique_by=json.dumps,
)


@st.composite
def _mutability(draw: Callable[[Strategy], Any]) -> Mapping:
    """Draw both lists of exceptions, so that none from below is left over."""
    word = draw(st.sampled_from(["IMMUTABLE", "MUTABLE"]))
    exceptions = draw(_FILTERS)
    lists = (exceptions, []) if word == "IMMUTABLE" else ([], exceptions)
    return {"mutability": word, **dict(zip(("mutable_tags", "immutable_tags"), lists, strict=True))}


def _some(**parts: Strategy) -> Strategy:
    return st.fixed_dictionaries({}, optional=parts)


_NOTHING: Strategy = st.just({})


def _one(key: str, values: Strategy) -> Strategy:
    return st.fixed_dictionaries({key: values})


_LIFECYCLE = st.sampled_from(_POLICIES) | st.lists(st.sampled_from(_POLICIES), max_size=2, unique=True)
_ALIASES = st.sampled_from(["alias/registry", f"alias/{'a' * 250}", "11111111-2222-3333-4444-555555555555"])

_GROUPS: dict[tuple[str, ...], Strategy] = {
    ("lifecycle",): _one("lifecycle", _LIFECYCLE),
    ("encryption",): _one(
        "encryption",
        st.sampled_from(["AES256", "KMS", "KMS_DSSE", "omit"])
        | st.fixed_dictionaries({"type": st.sampled_from(["KMS", "KMS_DSSE"]), "key": _ALIASES}),
    ),
    ("scan_on_push",): _one("scan_on_push", st.booleans()),
    ("mutability", "mutable_tags", "immutable_tags"): _mutability(),
    ("pull",): _one("pull", st.fixed_dictionaries({}, optional={**_GRANTEES, "lambda": st.booleans()})),
    ("push",): _one("push", st.fixed_dictionaries({}, optional=_GRANTEES)),
    ("statements",): _one("statements", _STATEMENTS),
    ("open_to_everyone",): _one("open_to_everyone", _OPEN),
    ("tags",): _one("tags", _TAGS),
    ("removal", "empty_on_delete"): st.sampled_from(
        [
            {"removal": "retain", "empty_on_delete": False},
            {"removal": "destroy", "empty_on_delete": False},
            {"removal": "destroy", "empty_on_delete": True},
        ]
    ),
    ("exports",): _one("exports", st.booleans()),
    ("parameters",): _one("parameters", st.booleans()),
    ("silence",): _one("silence", st.just({"ECR211": "on purpose"})),
}
"""Keys that have to fit each other are drawn together."""

DRAWN_KEYS = {key for keys in _GROUPS for key in keys}


@st.composite
def _settings(draw: Callable[[Strategy], Any], *, at_most: int = 4) -> Mapping:
    groups = draw(st.lists(st.sampled_from(list(_GROUPS)), max_size=at_most, unique=True))
    drawn = {key: value for group in groups for key, value in draw(_GROUPS[group]).items()}
    return {key: drawn[key] for key in SETTING_KEYS if key in drawn}


# Registry-wide settings of an account and Region.

_PREFIXES = st.sampled_from(["team", "team/quay", "team--quay", "team/quay/", "k8s/", "ROOT", "a" * 30, "ab"])
_FILTER_PREFIXES = st.lists(st.sampled_from(["prod/", "base", "a/b-", "x" * 256]), max_size=2, unique=True)
_SCANNING = st.sampled_from(
    [
        {"type": "BASIC", "rules": [{"frequency": "SCAN_ON_PUSH", "repositories": ["*"]}]},
        {"type": "ENHANCED", "rules": []},
        {
            "type": "ENHANCED",
            "rules": [
                {"frequency": "CONTINUOUS_SCAN", "repositories": ["prod/*", "x" * 255]},
                {"frequency": "SCAN_ON_PUSH", "repositories": ["*"]},
            ],
        },
    ]
)
_REGISTRY_STATEMENT = {
    "Sid": "NobodyDeletes",
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["ecr:DeleteRepository"],
    "Resource": "*",
    "Condition": {"Bool": {"aws:PrincipalIsAWSService": False}},
}
_POLICY = _some(
    replication_from=st.lists(
        st.sampled_from(_OTHERS)
        | st.fixed_dictionaries({"account": st.sampled_from(_OTHERS)}, optional={"repositories": _FILTER_PREFIXES}),
        max_size=2,
        unique_by=lambda source: source if isinstance(source, str) else source["account"],
    ),
    statements=st.sampled_from([[], [_REGISTRY_STATEMENT]]),
    open_to_everyone=_OPEN,
)


def _replication(region: str) -> Strategy:
    near = "cn-northwest-1" if region.startswith("cn-") else "us-gov-east-1" if "gov" in region else "us-west-2"
    destinations = st.sampled_from([[{"region": near}], [{"region": near, "account": _OTHERS[0]}, {"region": near}]])
    rules = st.fixed_dictionaries({"to": destinations}, optional={"repositories": _FILTER_PREFIXES})
    return st.lists(rules, max_size=2)


@st.composite
def _cache(draw: Callable[[Strategy], Any], account: str, region: str) -> Mapping:
    host = draw(st.sampled_from([*CREDENTIAL_NEEDED, *OPEN]))
    secret = f"arn:aws:secretsmanager:{region}:{account}:secret:ecr-pullthroughcache/{host.replace('.', '-')}-a1b2c3"
    credential = {"credential": secret} if host in CREDENTIAL_NEEDED else {}
    return {"upstream": host, **credential, **draw(_some(upstream_prefix=st.sampled_from(["team", "ROOT", "a" * 30])))}


_ACCOUNT_SETTINGS = _some(
    basic_scan_type_version=st.sampled_from(["AWS_NATIVE", "CLAIR"]),
    registry_policy_scope=st.sampled_from(["V1", "V2"]),
    blob_mounting=st.sampled_from(["ENABLED", "DISABLED"]),
)


@st.composite
def _template(draw: Callable[[Strategy], Any], account: str) -> Mapping:
    occasions = st.lists(
        st.sampled_from(["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"]), min_size=1, max_size=3, unique=True
    )
    drawn: Mapping = {"applied_for": draw(occasions), "role": f"arn:aws:iam::{account}:role/ecr-templates"}
    drawn |= draw(
        _some(
            lifecycle=_LIFECYCLE,
            encryption=st.sampled_from(["AES256", "KMS", "KMS_DSSE"]),
            pull=_some(**_GRANTEES),
            push=_some(**_GRANTEES),
            statements=_STATEMENTS,
            open_to_everyone=_OPEN,
            tags=_TAGS,
            description=st.sampled_from(["", "Images", "d" * 256]),
        )
    )
    return {**drawn, **draw(_NOTHING | _mutability())}


def _signing_rule(account: str, region: str) -> Strategy:
    profiles = [
        f"arn:{partition_of(region)}:signer:{region}:{account}:/signing-profiles/{name}"
        for name in ("images", "a1", "x" * 60)
    ]
    patterns = st.lists(st.sampled_from(["*", "prod/*", "a-b", "*b*/c"]), max_size=3, unique=True)
    return _some(repositories=patterns).map(lambda some: {"profile": profiles[len(some)], **some})


def _excluded(account: str, region: str) -> Strategy:
    names = ["role/scanner", "role/a/b/scanner", "user/scanner", "role/a+=,.@-b"]
    return st.sampled_from([f"arn:{partition_of(region)}:iam::{account}:{name}" for name in names])


@st.composite
def _registry(draw: Callable[[Strategy], Any], account: str, region: str) -> Mapping:
    drawn: Mapping = draw(
        _some(
            scanning=_SCANNING,
            replication=_replication(region),
            policy=_POLICY,
            pull_through_cache=st.dictionaries(_PREFIXES, _cache(account, region), max_size=3),
            creation_templates=st.dictionaries(_PREFIXES, _template(account), max_size=3),
            signing=st.lists(_signing_rule(account, region), max_size=0 if region in REGIONS_WITHOUT_SIGNING else 3),
            pull_time_exclusions=st.lists(_excluded(account, region), max_size=3, unique=True),
            account_settings=_ACCOUNT_SETTINGS,
        )
    )
    return drawn


@st.composite
def catalogs(draw: Callable[[Strategy], Any]) -> str:
    """Draw the text of a catalog."""
    names = draw(st.lists(st.one_of(_NEAR_NAMES, _ANY_NAME, _ANY_NAME), min_size=1, max_size=6, unique=True))
    chosen = draw(st.lists(st.sampled_from(_ENVIRONMENTS), min_size=1, max_size=3, unique=True))
    regions = draw(st.permutations(_REGIONS))
    environments = {}
    for name, region in zip(chosen, regions, strict=False):
        account = draw(st.sampled_from([_ACCOUNT, "000000000000"]))
        optional = {
            "shards": st.sampled_from([1, 2, 3, 16]),
            "defaults": _settings(at_most=2),
            "registry": _registry(account, region),
            "repositories": st.dictionaries(st.sampled_from(names), _settings(at_most=2), max_size=2),
        }
        environments[name] = draw(
            st.fixed_dictionaries({"account": st.just(account), "region": st.just(region)}, optional=optional)
        )
    repositories = {}
    for index, name in enumerate(names):
        # The first one is everywhere, so that no environment is empty.
        only = draw(st.sampled_from([{}, {"only": chosen[:1]}])) if index else {}
        output = draw(st.sampled_from([_NOTHING, _NOTHING, _one("output", _OUTPUTS)]).flatmap(lambda some: some))
        repositories[name] = {**draw(_settings()), **only, **output}
    drawn = {"environments": environments, "repositories": repositories, **draw(_some(defaults=_settings(at_most=3)))}
    return json.dumps(drawn, ensure_ascii=False)
