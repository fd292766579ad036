"""Registries for tests: a catalog with every setting, and a table of what may be wrong with it, check by check."""

from __future__ import annotations

from dataclasses import dataclass

from builders.refused import RefusedCatalog

__all__ = ["REFUSED", "REGISTRY", "RefusedRegistry"]

REGISTRY = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
registry:
  scanning:
    type: ENHANCED
    rules:
      - {frequency: CONTINUOUS_SCAN, repositories: ["prod/*", base]}
      - {frequency: SCAN_ON_PUSH, repositories: ["*"]}
  replication:
    - to: [{region: eu-west-1}, {account: "210987654321", region: us-east-1}]
      repositories: [prod/]
    - to: [{region: us-west-2}]
  policy:
    replication_from: ["210987654321", {account: "333333333333", repositories: [prod/, base/]}]
    pull_through_by: ["arn:aws:iam::123456789012:role/ci", "444444444444"]
    statements:
      - Sid: NobodyDeletes
        Effect: Deny
        Principal: "*"
        Action: [ecr:DeleteRepository]
        Resource: "*"
        Condition: {Bool: {aws:PrincipalIsAWSService: false}}
  pull_through_cache:
    docker-hub:
      upstream: registry-1.docker.io
      credential: arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1b2c3
    ecr-public: {upstream: public.ecr.aws}
    shared/images:
      upstream: 210987654321.dkr.ecr.us-east-1.amazonaws.com
      role: arn:aws:iam::123456789012:role/service/ecr-pull
      upstream_prefix: team
  creation_templates:
    docker-hub:
      applied_for: [PULL_THROUGH_CACHE]
      lifecycle: expire-untagged@1
      encryption: {type: KMS, key: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"}
      mutability: MUTABLE
      immutable_tags: ["v*"]
      pull: {organization: o-a1b2c3d4e5}
      tags: {team: platform}
      description: Images of Docker Hub
      role: arn:aws:iam::123456789012:role/ecr-templates
      silence: {ECR212: They are cached again when they are pulled again.}
    ROOT:
      applied_for: [REPLICATION, CREATE_ON_PUSH]
      mutable_tags: [latest, edge]
  signing:
    - {profile: "arn:aws:signer:us-east-1:123456789012:/signing-profiles/prod_images", repositories: ["prod/*", base]}
    - profile: arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images
  pull_time_exclusions: ["arn:aws:iam::123456789012:role/security/scanner", "arn:aws:iam::210987654321:user/scanner"]
  account_settings: {basic_scan_type_version: AWS_NATIVE, registry_policy_scope: V2, blob_mounting: ENABLED}
repositories: {web: }
"""
"""Every kind of setting."""

_BESIDE = "a schema compares no value with another"
_FREE = "a schema says of statements only what they are made of"
_CREDENTIAL = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1b2c3"
_STATEMENT = """\
      - Sid: NobodyDeletes
        Effect: Deny
        Principal: "*"
        Action: [ecr:DeleteRepository]
        Resource: "*"
        Condition: {Bool: {aws:PrincipalIsAWSService: false}}
"""


@dataclass(frozen=True)
class RefusedRegistry(RefusedCatalog):
    """Edits of the catalog above, and what is wrong with it then."""

    catalog = REGISTRY


def _several(count: int, pattern: str) -> str:
    return ", ".join(pattern.format(number) for number in range(count))


REFUSED = (
    RefusedRegistry(
        "CAT201",
        "scanning patterns",
        edits=(('["*"]', f"['*', {_several(100, 'a{}')}]"),),
        finding=("8:49: registry.scanning.rules[1].repositories: must have at most 100 patterns, got 101 [CAT201]"),
    ),
    RefusedRegistry(
        "CAT201",
        "replication rules",
        edits=(("    - to: [{region: us-west-2}]\n", "    - to: [{region: us-west-2}]\n" * 25),),
        finding="10:5: registry.replication: must have at most 25 rules, got 26 [CAT201]",
    ),
    RefusedRegistry(
        "CAT201",
        "prefixes",
        edits=(("      repositories: [prod/]\n", f"      repositories: [{_several(101, 'a{}/')}]\n"),),
        finding="11:21: registry.replication[0].repositories: must have at most 100 prefixes, got 101 [CAT201]",
    ),
    RefusedRegistry(
        "CAT201",
        "destinations",
        edits=(("[{region: us-west-2}]", "[" + _several(24, "{{region: ap-east-{}}}") + "]"),),
        finding=(
            "10:5: registry.replication: must have at most 25 different destinations in all rules "
            "together, got 26 [CAT201]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT201",
        "caches",
        edits=(
            (
                "  creation_templates:\n",
                "".join(f"    quay{number}: {{upstream: quay.io}}\n" for number in range(48))
                + "  creation_templates:\n",
            ),
        ),
        finding="24:5: registry.pull_through_cache: must have at most 50 caches, got 51 [CAT201]",
    ),
    RefusedRegistry(
        "CAT201",
        "tags",
        edits=(("[latest, edge]", "[a, b, c, d, e, f]"),),
        finding=("46:21: registry.creation_templates.ROOT.mutable_tags: must have at most 5 entries, got 6 [CAT201]"),
    ),
    RefusedRegistry(
        "CAT202",
        "no pattern",
        edits=(('["*"]', "[]"),),
        finding=(
            "8:49: registry.scanning.rules[1].repositories: must have at least 1 pattern, got none; "
            "write ['*'] for every repository [CAT202]"
        ),
    ),
    RefusedRegistry(
        "CAT202",
        "no destination",
        edits=(("[{region: us-west-2}]", "[]"),),
        finding=(
            "12:11: registry.replication[1].to: must have at least 1 destination, got none; write "
            "[{region: eu-west-1}] [CAT202]"
        ),
    ),
    RefusedRegistry(
        "CAT202",
        "no occasion",
        edits=(("[PULL_THROUGH_CACHE]", "[]"),),
        finding=(
            '34:20: registry.creation_templates["docker-hub"].applied_for: must have at least 1 '
            "occasion, got none; name any of PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH [CAT202]"
        ),
    ),
    RefusedRegistry(
        "CAT203",
        "pattern",
        edits=(('["*"]', '["*", a, a]'),),
        finding="8:58: registry.scanning.rules[1].repositories[2]: 'a' is listed twice; remove one [CAT203]",
    ),
    RefusedRegistry(
        "CAT203",
        "prefix",
        edits=(("[prod/, base/]", "[prod/, prod/]"),),
        finding=(
            "14:88: registry.policy.replication_from[1].repositories[1]: 'prod/' is listed twice; remove one [CAT203]"
        ),
    ),
    RefusedRegistry(
        "CAT211",
        "destination",
        edits=(("[{region: us-west-2}]", "[{region: us-west-2}, {region: us-west-2}]"),),
        finding="12:33: registry.replication[1].to[1]: 'us-west-2' is listed twice; remove one [CAT211]",
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT211",
        "destination in other words",
        edits=(("[{region: us-west-2}]", '[{region: us-west-2}, {region: us-west-2, account: "123456789012"}]'),),
        finding="12:33: registry.replication[1].to[1]: 'us-west-2' is listed twice; remove one [CAT211]",
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT211",
        "source",
        edits=(("333333333333", "210987654321"),),
        finding="14:40: registry.policy.replication_from[1]: '210987654321' is listed twice; remove one [CAT211]",
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT203",
        "principal",
        edits=(('"arn:aws:iam::123456789012:role/ci"', '"444444444444"'),),
        finding="15:39: registry.policy.pull_through_by[1]: '444444444444' is listed twice; remove one [CAT203]",
    ),
    RefusedRegistry(
        "CAT203",
        "occasion",
        edits=(("[REPLICATION, ", "[CREATE_ON_PUSH, "),),
        finding=(
            "45:37: registry.creation_templates.ROOT.applied_for[1]: 'CREATE_ON_PUSH' is listed twice; "
            "remove one [CAT203]"
        ),
    ),
    RefusedRegistry(
        "CAT203",
        "tag",
        edits=(("[latest, edge]", "[edge, edge]"),),
        finding=(
            "46:28: registry.creation_templates.ROOT.mutable_tags[1]: 'edge' is listed twice; remove one [CAT203]"
        ),
    ),
    RefusedRegistry(
        "CAT204",
        "destination",
        edits=(('account: "210987654321"', 'account: "me"'),),
        finding=("10:43: registry.replication[0].to[1].account: must be an account of 12 digits, got 'me' [CAT204]"),
    ),
    RefusedRegistry(
        "CAT204",
        "source",
        edits=(('["210987654321", {', '["2109-8765-4321", {'),),
        finding=(
            "14:24: registry.policy.replication_from[0]: must be an account of 12 digits, got '2109-8765-4321' [CAT204]"
        ),
    ),
    RefusedRegistry(
        "CAT205",
        "Region",
        edits=(("us-west-2", "Oregon"),),
        finding=(
            "12:21: registry.replication[1].to[0].region: must be a Region as in 'eu-west-1', got 'Oregon' [CAT205]"
        ),
    ),
    RefusedRegistry(
        "CAT206",
        "prefix",
        edits=(("[prod/]\n", '["Prod/*"]\n'),),
        finding=(
            "11:22: registry.replication[0].repositories[0]: must be the beginning of a repository's "
            "name, as in 'prod/', of 2 to 256 characters, got 'Prod/*' [CAT206]"
        ),
    ),
    RefusedRegistry(
        "CAT206",
        "one character",
        edits=(("[prod/]\n", "[p]\n"),),
        finding=(
            "11:22: registry.replication[0].repositories[0]: must be the beginning of a repository's "
            "name, as in 'prod/', of 2 to 256 characters, got 'p' [CAT206]"
        ),
    ),
    RefusedRegistry(
        "CAT207",
        "of a cache",
        edits=(("ecr-public:", "ECR:"),),
        finding=(
            "27:5: registry.pull_through_cache.ECR: must be parts of a repository's name, or ROOT, of 2 "
            "to 30 characters, got 'ECR' [CAT207]"
        ),
    ),
    RefusedRegistry(
        "CAT207",
        "of a template",
        edits=(("ROOT:", "root/*:"),),
        finding=(
            '44:5: registry.creation_templates["root/*"]: must be parts of a repository\'s name, or ROOT, '
            "of 1 to 256 characters, got 'root/*' [CAT207]"
        ),
    ),
    RefusedRegistry(
        "CAT207",
        "upstream",
        edits=(("upstream_prefix: team", "upstream_prefix: Team"),),
        finding=(
            '31:24: registry.pull_through_cache["shared/images"].upstream_prefix: must be parts of a '
            "repository's name, or ROOT, of 2 to 30 characters, got 'Team' [CAT207]"
        ),
    ),
    RefusedRegistry(
        "CAT208",
        "with a slash",
        edits=(("ecr-public:", "docker-hub/:"),),
        finding=(
            "27:5: registry.pull_through_cache[\"docker-hub/\"]: the same prefix as 'docker-hub', because ECR "
            "appends a slash to both; remove one [CAT208]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT209",
        "no role",
        edits=(("role/service/ecr-pull", "user/ecr-pull"),),
        finding=(
            '30:13: registry.pull_through_cache["shared/images"].role: must be the ARN of a role, got '
            "'arn:aws:iam::123456789012:user/ecr-pull' [CAT209]"
        ),
    ),
    RefusedRegistry(
        "CAT209",
        "with a path",
        edits=(("role/ecr-templates", "role/service/ecr-templates"),),
        finding=(
            '42:13: registry.creation_templates["docker-hub"].role: must be the ARN of a role without a '
            "path, got 'arn:aws:iam::123456789012:role/service/ecr-templates' [CAT209]"
        ),
    ),
    RefusedRegistry(
        "CAT210",
        "elsewhere",
        edits=(("iam::123456789012:role/ecr-t", "iam::210987654321:role/ecr-t"),),
        finding=(
            '42:13: registry.creation_templates["docker-hub"].role: the role is in 210987654321, but the registry '
            "is in 123456789012; name a role in that account; an environment can have its own `registry:` [CAT210]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT220",
        "pattern",
        edits=(('["*"]', '["*", "Prod/*"]'),),
        finding=(
            "8:55: registry.scanning.rules[1].repositories[1]: must be part of a repository's name, or a "
            "pattern with '*', of 1 to 255 characters, got 'Prod/*' [CAT220]"
        ),
    ),
    RefusedRegistry(
        "CAT220",
        "two separators",
        edits=(('["*"]', '["*", a--b]'),),
        finding=(
            "8:55: registry.scanning.rules[1].repositories[1]: must be part of a repository's name, or a "
            "pattern with '*', of 1 to 255 characters, got 'a--b' [CAT220]"
        ),
    ),
    RefusedRegistry(
        "CAT221",
        "basic",
        edits=(("ENHANCED", "BASIC"),),
        finding=(
            "7:21: registry.scanning.rules[0].frequency: the frequency CONTINUOUS_SCAN needs 'type: "
            "ENHANCED', got 'type: BASIC'; write SCAN_ON_PUSH, or the other type, which is billed "
            "[CAT221]"
        ),
    ),
    RefusedRegistry(
        "CAT222",
        "frequency twice",
        edits=(("CONTINUOUS_SCAN", "SCAN_ON_PUSH"),),
        finding=(
            "8:21: registry.scanning.rules[1].frequency: a second rule for SCAN_ON_PUSH; merge the two rules [CAT222]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT230",
        "itself",
        edits=(("us-west-2", "us-east-1"),),
        finding=(
            "12:12: registry.replication[1].to[0]: the destination is the registry itself, 123456789012 "
            "in us-east-1; remove it; an environment can have its own `registry:` [CAT230]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT231",
        "China",
        edits=(("us-west-2", "cn-north-1"),),
        finding=(
            "12:21: registry.replication[1].to[0].region: cn-north-1 is in the partition aws-cn, but the registry's "
            "us-east-1 is in aws; remove it; ECR replicates within a partition [CAT231]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT240",
        "own account",
        edits=(("333333333333", "123456789012"),),
        finding=(
            "14:50: registry.policy.replication_from[1].account: 123456789012 is the account of the registry, which "
            "needs no permission; remove it; an environment can have its own `registry:` [CAT240]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT241",
        "group",
        edits=((":role/ci", ":group/ci"),),
        finding=(
            "15:23: registry.policy.pull_through_by[0]: must be an account of 12 digits, or the ARN of a "
            "role or user, got 'arn:aws:iam::123456789012:group/ci' [CAT241]"
        ),
    ),
    RefusedRegistry(
        "CAT242",
        "unknown key",
        edits=(("Sid:", "Id:"),),
        finding="17:13: registry.policy.statements[0].Id: unknown key 'Id'; did you mean Sid? [CAT242]",
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "no principal",
        edits=(('        Principal: "*"\n', ""),),
        finding=(
            "17:9: registry.policy.statements[0]: must have either Principal or NotPrincipal, got neither [CAT242]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "two resources",
        edits=(('Resource: "*"\n', 'Resource: "*"\n        NotResource: "*"\n'),),
        finding=(
            "17:9: registry.policy.statements[0]: must have either Resource or NotResource, got Resource "
            "and NotResource [CAT242]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "effect",
        edits=(("Deny", "deny"),),
        finding=(
            "18:17: registry.policy.statements[0].Effect: Effect must be 'Allow' or 'Deny', got 'deny'; write 'Deny'"
            " [CAT242]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "no effect",
        edits=(("        Effect: Deny\n", ""),),
        finding="17:9: registry.policy.statements[0]: Effect must be 'Allow' or 'Deny', got nothing [CAT242]",
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "action",
        edits=(("ecr:DeleteRepository", "DeleteRepository"),),
        finding=(
            "20:17: registry.policy.statements[0].Action: must be actions of ECR, as in "
            "'ecr:ReplicateImage', got 'DeleteRepository' [CAT242]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT242",
        "no action",
        edits=(("[ecr:DeleteRepository]", "7"),),
        finding=(
            "20:17: registry.policy.statements[0].Action: must be actions of ECR, as in "
            "'ecr:ReplicateImage', got 7 [CAT242]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT243",
        "everybody",
        edits=(("Deny", "Allow"), ("        Condition: {Bool: {aws:PrincipalIsAWSService: false}}\n", "")),
        finding=(
            "19:20: registry.policy.statements[0].Principal: lets everyone in: it has the Principal '*' "
            "and no condition; name principals, or add a condition as on aws:PrincipalOrgID [CAT243]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT243",
        "everybody but services",
        edits=(("Deny", "Allow"),),
        finding=(
            "19:20: registry.policy.statements[0].Principal: lets everyone in: it has the Principal '*', but its "
            "condition does not limit who may call; name principals, or add a condition as on aws:PrincipalOrgID "
            "[CAT243]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT243",
        "everybody in a list",
        edits=(
            ("Deny", "Allow"),
            ('Principal: "*"', 'Principal: {AWS: ["*"]}'),
            ("Condition: {Bool: {aws:PrincipalIsAWSService: false}}", "Condition: {}"),
        ),
        finding=(
            "19:20: registry.policy.statements[0].Principal: lets everyone in: it has the Principal '*' "
            "and no condition; name principals, or add a condition as on aws:PrincipalOrgID [CAT243]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT243",
        "everybody else",
        edits=(
            ("Deny", "Allow"),
            ('        Principal: "*"', '        NotPrincipal: {AWS: "210987654321"}'),
            ("        Condition: {Bool: {aws:PrincipalIsAWSService: false}}\n", ""),
        ),
        finding=(
            "19:23: registry.policy.statements[0].NotPrincipal: lets everyone in: it has a NotPrincipal "
            "and no condition; name principals, or add a condition as on aws:PrincipalOrgID [CAT243]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT244",
        "ours",
        edits=(("NobodyDeletes", "PullThrough"),),
        finding=(
            "17:14: registry.policy.statements[0].Sid: another statement has the Sid 'PullThrough', which ecrkit "
            "writes; write another [CAT244]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT244",
        "twice",
        edits=((_STATEMENT, _STATEMENT * 2),),
        finding=(
            "23:14: registry.policy.statements[1].Sid: another statement has the Sid 'NobodyDeletes'; write another "
            "[CAT244]"
        ),
        beyond=_FREE,
    ),
    RefusedRegistry(
        "CAT245",
        "long",
        edits=(
            (
                '["arn:aws:iam::123456789012:role/ci", ',
                "[" + _several(190, '"arn:aws:iam::123456789012:role/builders-of-images-{}"') + ", ",
            ),
        ),
        finding=(
            "14:5: registry.policy: the policy must have at most 10,240 characters, got 11,574; cover several with a "
            "condition or a prefix [CAT245]"
        ),
        beyond="a schema sees no text",
    ),
    RefusedRegistry(
        "CAT246",
        "no cache",
        edits=((REGISTRY[REGISTRY.index("  pull_through_cache:") : REGISTRY.index("  creation_templates:")], ""),),
        finding=(
            "15:22: registry.policy.pull_through_by: no pull-through cache is declared; add one under "
            "pull_through_cache, or remove this [CAT246]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT250",
        "nickname",
        edits=(("public.ecr.aws", "docker.io"),),
        finding=(
            '27:28: registry.pull_through_cache["ecr-public"].upstream: must be a registry that ECR '
            "caches, got 'docker.io'; did you mean registry-1.docker.io, with a credential? [CAT250]"
        ),
    ),
    RefusedRegistry(
        "CAT250",
        "typo",
        edits=(("public.ecr.aws", "publik.ecr.aws"),),
        finding=(
            '27:28: registry.pull_through_cache["ecr-public"].upstream: must be a registry that ECR '
            "caches, got 'publik.ecr.aws'; did you mean public.ecr.aws? [CAT250]"
        ),
    ),
    RefusedRegistry(
        "CAT250",
        "unknown",
        edits=(("public.ecr.aws", "harbor.example"),),
        finding=(
            '27:28: registry.pull_through_cache["ecr-public"].upstream: must be a registry that ECR '
            "caches, got 'harbor.example'; known registries: registry-1.docker.io, ghcr.io, "
            "registry.gitlab.com, cgr.dev, public.ecr.aws, registry.k8s.io, quay.io, NAME.azurecr.io, "
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com [CAT250]"
        ),
    ),
    RefusedRegistry(
        "CAT251",
        "no credential",
        edits=((f"      credential: {_CREDENTIAL}\n", ""),),
        finding=(
            '24:5: registry.pull_through_cache["docker-hub"]: registry-1.docker.io needs a credential; '
            "add 'credential:' and the ARN of a secret whose name begins with ecr-pullthroughcache/ "
            "[CAT251]"
        ),
    ),
    RefusedRegistry(
        "CAT251",
        "of a registry in Azure",
        edits=(("public.ecr.aws", "example.azurecr.io"),),
        finding=(
            '27:5: registry.pull_through_cache["ecr-public"]: example.azurecr.io needs a credential; add '
            "'credential:' and the ARN of a secret whose name begins with ecr-pullthroughcache/ [CAT251]"
        ),
    ),
    RefusedRegistry(
        "CAT252",
        "name",
        edits=((":secret:ecr-pullthroughcache/", ":secret:team/registries/"),),
        finding=(
            '26:19: registry.pull_through_cache["docker-hub"].credential: must be the ARN of a secret '
            "whose name begins with ecr-pullthroughcache/, got "
            "'arn:aws:secretsmanager:us-east-1:123456789012:secret:team/registries/docker-hub-a1b2c3' "
            "[CAT252]"
        ),
    ),
    RefusedRegistry(
        "CAT253",
        "elsewhere",
        edits=(("secretsmanager:us-east-1", "secretsmanager:eu-west-1"),),
        finding=(
            '26:19: registry.pull_through_cache["docker-hub"].credential: the secret is in eu-west-1 of '
            "123456789012, but the registry is in us-east-1 of 123456789012; name a secret in that account and "
            "Region; an environment can have its own `registry:` [CAT253]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT254",
        "role",
        edits=(("public.ecr.aws}", "public.ecr.aws, role: 'arn:aws:iam::123456789012:role/r'}"),),
        finding=(
            '27:50: registry.pull_through_cache["ecr-public"].role: public.ecr.aws must have no role; remove it'
            " [CAT254]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT254",
        "credential",
        edits=(("      upstream_prefix: team\n", f"      credential: {_CREDENTIAL}\n"),),
        finding=(
            '31:19: registry.pull_through_cache["shared/images"].credential: '
            "210987654321.dkr.ecr.us-east-1.amazonaws.com must have no credential; remove it; ECR assumes a "
            "role there [CAT254]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT255",
        "no role",
        edits=(("      role: arn:aws:iam::123456789012:role/service/ecr-pull\n", ""),),
        finding=(
            '28:5: registry.pull_through_cache["shared/images"]: '
            "210987654321.dkr.ecr.us-east-1.amazonaws.com is in another account, so it needs a role; add "
            "'role:' and the ARN of one that ECR may assume to pull from there [CAT255]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT256",
        "itself",
        edits=(("210987654321.dkr", "123456789012.dkr"),),
        finding=(
            '29:17: registry.pull_through_cache["shared/images"].upstream: the upstream is the registry '
            "itself; remove it; an environment can have its own `registry:` [CAT256]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT257",
        "ROOT",
        edits=(("shared/images:", "ROOT:"),),
        finding=(
            "31:24: registry.pull_through_cache.ROOT.upstream_prefix: the prefix ROOT must have no upstream_prefix; "
            "remove it, or give the cache a prefix [CAT257]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT260",
        "description",
        edits=(("Images of Docker Hub", "x" * 257),),
        finding=(
            '41:20: registry.creation_templates["docker-hub"].description: must have at most 256 '
            "characters, got 257 [CAT260]"
        ),
    ),
    RefusedRegistry(
        "CAT261",
        "tags",
        edits=(
            ("      role: arn:aws:iam::123456789012:role/ecr-templates\n", ""),
            (REGISTRY[REGISTRY.index("      encryption:") : REGISTRY.index("      mutability:")], ""),
        ),
        finding=(
            '39:13: registry.creation_templates["docker-hub"].tags: a template with tags needs a role '
            "for ECR to assume; add 'role:' and its ARN [CAT261]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT261",
        "KMS",
        edits=(
            ("      role: arn:aws:iam::123456789012:role/ecr-templates\n", ""),
            ("      tags: {team: platform}\n", ""),
        ),
        finding=(
            '36:19: registry.creation_templates["docker-hub"].encryption: the encryption KMS needs a '
            "role for ECR to assume; add 'role:' and its ARN [CAT261]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT262",
        "alias",
        edits=(('"arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"', "alias/images"),),
        finding=(
            '36:36: registry.creation_templates["docker-hub"].encryption.key: must be the ARN of a KMS '
            "key, got 'alias/images'; not an alias or ID [CAT262]"
        ),
    ),
    RefusedRegistry(
        "CAT262",
        "ARN of an alias",
        edits=(("key/11111111-2222-3333-4444-555555555555", "alias/images"),),
        finding=(
            '36:36: registry.creation_templates["docker-hub"].encryption.key: must be the ARN of a KMS '
            "key, got 'arn:aws:kms:us-east-1:123456789012:alias/images' [CAT262]"
        ),
    ),
    RefusedRegistry(
        "CAT263",
        "no KMS",
        edits=(("type: KMS,", "type: AES256,"),),
        finding=(
            '36:39: registry.creation_templates["docker-hub"].encryption.key: the encryption AES256 '
            "must have no key; remove it, or write 'type: KMS' [CAT263]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT264",
        "elsewhere",
        edits=(("kms:us-east-1", "kms:eu-west-1"),),
        finding=(
            '36:36: registry.creation_templates["docker-hub"].encryption.key: the key is in eu-west-1, but the '
            "registry is in us-east-1; name a key in that Region; an environment can have its own `registry:` "
            "[CAT264]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT265",
        "immutable_tags",
        edits=(("mutability: MUTABLE", "mutability: IMMUTABLE"),),
        finding=(
            '38:23: registry.creation_templates["docker-hub"].immutable_tags: immutable_tags needs \'mutability: '
            "MUTABLE', got 'mutability: IMMUTABLE'; remove it, or write the other mutability [CAT265]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT265",
        "mutable_tags",
        edits=(
            ("      mutable_tags: [latest, edge]\n", "      mutable_tags: [latest, edge]\n      mutability: MUTABLE\n"),
        ),
        finding=(
            "46:21: registry.creation_templates.ROOT.mutable_tags: mutable_tags needs 'mutability: IMMUTABLE', got "
            "'mutability: MUTABLE'; remove it, or write the other mutability [CAT265]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT266",
        "slash",
        edits=(("[latest, edge]", "[latest, a/b]"),),
        finding=(
            "46:30: registry.creation_templates.ROOT.mutable_tags[1]: must be 1 to 128 letters, digits, "
            "'.', '_', '-' and '*', got 'a/b' [CAT266]"
        ),
    ),
    RefusedRegistry(
        "CAT266",
        "wildcards",
        edits=(("[latest, edge]", '[latest, "a*b*c*"]'),),
        finding=(
            "46:30: registry.creation_templates.ROOT.mutable_tags[1]: must have at most 2 wildcards (*), "
            "got 3 in 'a*b*c*' [CAT266]"
        ),
    ),
    RefusedRegistry(
        "CAT268",
        "long",
        edits=(("organization: o-a1b2c3d4e5", "accounts: [" + _several(400, "'2{:011}'") + "]"),),
        finding=(
            '33:5: registry.creation_templates["docker-hub"]: the repository policy must have at most 10,240 '
            "characters, got 13,397; grant to an organization or a unit instead of many accounts [CAT268]"
        ),
        beyond="a schema sees no text",
    ),
    RefusedRegistry(
        "CAT201",
        "signing rules",
        edits=(
            (
                "    - profile: arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images\n",
                "    - profile: arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images\n" * 10,
            ),
        ),
        finding="48:5: registry.signing: must have at most 10 rules, got 11 [CAT201]",
    ),
    RefusedRegistry(
        "CAT201",
        "signing patterns",
        edits=(('["prod/*", base]}\n    - profile', f"[{_several(101, 'a{}')}]}}\n    - profile"),),
        finding="48:102: registry.signing[0].repositories: must have at most 100 patterns, got 101 [CAT201]",
    ),
    RefusedRegistry(
        "CAT201",
        "exclusions",
        edits=(
            (
                '"arn:aws:iam::210987654321:user/scanner"]',
                f"{_several(100, 'arn:aws:iam::210987654321:user/{}')}]",
            ),
        ),
        finding="50:25: registry.pull_time_exclusions: must have at most 100 principals, got 101 [CAT201]",
    ),
    RefusedRegistry(
        "CAT203",
        "exclusion",
        edits=(("arn:aws:iam::210987654321:user/scanner", "arn:aws:iam::123456789012:role/security/scanner"),),
        finding=(
            "50:77: registry.pull_time_exclusions[1]: 'arn:aws:iam::123456789012:role/security/scanner' is listed "
            "twice; remove one [CAT203]"
        ),
    ),
    RefusedRegistry(
        "CAT270",
        "version",
        edits=(("/signing-profiles/all_images", "/signing-profiles/all_images/a1b2c3d4e5"),),
        finding=(
            "49:16: registry.signing[1].profile: must be the ARN of a signing profile of AWS Signer, got "
            "'arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images/a1b2c3d4e5'; write "
            "arn:aws:signer:us-east-1:123456789012:/signing-profiles/name, without a version [CAT270]"
        ),
    ),
    RefusedRegistry(
        "CAT271",
        "upper case",
        edits=(('["prod/*", base]}\n    - profile', '["prod/*", Base]}\n    - profile'),),
        finding=(
            "48:113: registry.signing[0].repositories[1]: must be a repository's name, or a pattern with '*', of 1 to "
            "256 characters, got 'Base' [CAT271]"
        ),
    ),
    RefusedRegistry(
        "CAT272",
        "Region",
        edits=(
            ("region: us-east-1}\nregistry:", "region: eu-central-2}\nregistry:"),
            (REGISTRY[REGISTRY.index("  pull_through_cache:") : REGISTRY.index("  signing:")], ""),
            ('    pull_through_by: ["arn:aws:iam::123456789012:role/ci", "444444444444"]\n', ""),
        ),
        finding=(
            "23:5: registry.signing: must not be declared in eu-central-2, where CloudFormation has no "
            "AWS::ECR::SigningConfiguration; remove it there: an environment can have its own `registry:` [CAT272]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT273",
        "profile",
        edits=(("arn:aws:signer:us-east-1:210987654321", "arn:aws-cn:signer:cn-north-1:210987654321"),),
        finding=(
            "49:16: registry.signing[1].profile: the ARN is in the partition aws-cn, but the registry's us-east-1 is "
            "in aws; name one in that partition; an environment can have its own `registry:` [CAT273]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT273",
        "exclusion",
        edits=(("arn:aws:iam::210987654321:user/scanner", "arn:aws-us-gov:iam::210987654321:user/scanner"),),
        finding=(
            "50:77: registry.pull_time_exclusions[1]: the ARN is in the partition aws-us-gov, but the registry's "
            "us-east-1 is in aws; name one in that partition; an environment can have its own `registry:` [CAT273]"
        ),
        beyond=_BESIDE,
    ),
    RefusedRegistry(
        "CAT274",
        "session",
        edits=(("arn:aws:iam::210987654321:user/scanner", "arn:aws:sts::210987654321:assumed-role/scanner/nightly"),),
        finding=(
            "50:77: registry.pull_time_exclusions[1]: must be the ARN of a role or user, of at most 200 characters, "
            "got 'arn:aws:sts::210987654321:assumed-role/scanner/nightly'; name the role, not its session [CAT274]"
        ),
    ),
    RefusedRegistry(
        "CAT274",
        "account",
        edits=(('"arn:aws:iam::210987654321:user/scanner"', '"210987654321"'),),
        finding=(
            "50:77: registry.pull_time_exclusions[1]: must be the ARN of a role or user, of at most 200 characters, "
            "got '210987654321'; write arn:aws:iam::123456789012:role/scanner [CAT274]"
        ),
    ),
)
