"""A table of what readers and schemas for editors are both shown: texts, by the check that says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from builders import events, public, registries
from builders.policies import ABSENT, ARCHIVE, EXPIRE, archived, document, policy_text, pulled, pushed, rule, tagged

from ecrkit.catalog.reading.registry import REGISTRY_KEYS
from ecrkit.cli.schemas import DocumentKind
from ecrkit.policies.store import PolicyStore

__all__ = ["ACCEPTED", "BEYOND", "ENVIRONMENTS", "PARTLY", "REFUSED", "SHIPPED", "STORE"]

ROOT = Path(__file__).parents[2]
STORE = PolicyStore(ROOT / "policies" / "lifecycle")
SHIPPED = [STORE.path(reference) for reference in STORE]

ENVIRONMENTS = 'environments: {dev: {account: "123456789012", region: us-east-1}}\n'
PADDING = " " * 100
STATEMENT = "{Sid: Ci, Effect: Allow, Principal: {AWS: '210987654321'}, Action: 'ecr:BatchGetImage'}"


def environment(*, name: str = "dev", account: str = '"123456789012"', region: str = "us-east-1") -> str:
    """Write a catalog of one environment."""
    return f"environments: {{{name}: {{account: {account}, region: {region}}}}}\nrepositories: {{web: }}\n"


def repositories(text: str) -> str:
    """Write a catalog of repositories, given as a mapping on one line."""
    return f"{ENVIRONMENTS}repositories: {{{text}}}\n"


def settings(text: str, *, defaults: str = "") -> str:
    """Write a catalog of one repository with settings of its own, and *defaults*."""
    return f"{ENVIRONMENTS}defaults: {{{defaults}}}\nrepositories: {{web: {{{text}}}}}\n"


def rules(text: str, own: str = "") -> str:
    """Write a catalog with house rules, and one repository with settings of its own."""
    return f"rules: {{{text}}}\n{settings(own)}"


def with_environment(text: str) -> str:
    """Write a catalog of one environment with something more to it, and one repository."""
    return ENVIRONMENTS.replace("us-east-1", f"us-east-1, {text}") + "repositories: {web: }\n"


def differing(text: str) -> str:
    """Write a catalog of one repository that has something else in its environment."""
    return with_environment(f"repositories: {{web: {text if text[:1] == '[' else '{' + text + '}'}}}")


def image(text: str) -> str:
    """Write the tests of a policy: a case of one image."""
    return f"case: {{images: [{{{text}}}]}}\n"


def without(parts: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if name != key}


ACCEPTED = {
    DocumentKind.POLICY: [
        policy_text(rule()),
        policy_text(rule(description="", storageClass="standard")),
        policy_text(rule(10**30, countNumber=10**30)),
        policy_text(rule(**tagged("a*b*c*d*e"))),
        policy_text(rule(tagStatus="tagged", tagPrefixList=["a*****"])),
        policy_text(rule(**pulled(1), action=ARCHIVE)),
        policy_text(rule(**pushed(1), action=ARCHIVE)),
        policy_text(rule(**archived(90))),
        policy_text(rule(**tagged("a", "a", "-b"))),
        policy_text(*[rule(number, **tagged(f"v{number}")) for number in range(1, 51)]),
        *[path.read_text() for path in SHIPPED],
    ],
    DocumentKind.CATALOG: [
        public.PUBLIC,
        (ROOT / "repositories.yaml").read_text(),
        environment(),
        environment(name="a-B-1", region="us-gov-west-1"),
        f"{ENVIRONMENTS}defaults:\nrepositories: {{web: , api: {{}}}}",
        repositories(f"ab: , a.b_c__d--e/f: , {'x' * 200}: "),
        settings("lifecycle: []"),
        settings("lifecycle: [keep-five-prod@1, keep-last-10@1]"),
        settings("mutable_tags: ['*-*', v1, latest, a.b_c, 'x*']"),
        settings("mutable_tags: []"),
        settings("scan_on_push: false, tags: {team: }", defaults="tags: {team: web}"),
        settings(f"statements: [{STATEMENT}]"),
        settings("tags: {'key +-=._:/@ 1': 'value', Straße: größer, é: ' '}"),
        settings("encryption: omit, removal: destroy, empty_on_delete: true"),
        settings("empty_on_delete: true", defaults="removal: destroy"),
        settings("empty_on_delete: false, removal: retain"),
        settings("output: WebUri2, silence: {ECR211: because}"),
        settings("encryption: {type: KMS_DSSE, key: alias/registry}, mutability: MUTABLE, immutable_tags: ['v*']"),
        settings("encryption: {key: alias/registry}"),
        settings("encryption: {type: KMS}, exports: true, parameters: true, only: [dev]"),
        settings(
            "pull: {accounts: ['210987654321'], principals: ['arn:aws:iam::210987654321:role/ci'],"
            " organization: o-a1b2c3d4e5, units: ['o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'], lambda: true}",
            defaults="push: {organizations: [o-a1b2c3d4e5]}, pull: {}",
        ),
        with_environment("profile: payments-dev"),
        with_environment("shards: 1000, defaults: {mutability: MUTABLE}, repositories: {web: {immutable_tags: [v1]}}"),
        with_environment("defaults: , repositories: {web: }"),
        registries.REGISTRY,
        events.EVENTS,
        f"events:\n{environment()}",
        with_environment("events: []"),
        f"registry:\n{environment()}",
        f"registry: {{{': , '.join(REGISTRY_KEYS)}: }}\n{environment()}",
        with_environment("registry: {replication: [{to: [{region: eu-west-1}]}], policy: }"),
        f"$schema: catalog.schema.json\ninclude: []\n{environment()}",
        f"include:\nrules:\n{environment()}",
        settings("silence: {ECR211: {reason: because}, ECR212: {reason: because, until: '2999-01-31', owner: web}}"),
        settings("silence: {ECR212: {reason: because, until: '2999-01-31'}}"),
        rules(
            "required_tags: [team], names: {dev: web, '*': '[a-z]+'}, lifecycle: ['none', '*', 'web@*', web@3]",
            "tags: {team: web}",
        ),
        rules("access: , encryption: [KMS, AES256], mutability: [IMMUTABLE, MUTABLE_WITH_EXCLUSION]"),
        rules("access: {accounts: ['210987654321'], organizations: [o-a1b2c3d4e5]}"),
    ],
    DocumentKind.REPOSITORIES: [
        "repositories:\n",
        "$schema: ../schemas/repositories.schema.json\nrepositories: {web: , api: {lifecycle: keep-last-10@1}}",
    ],
    DocumentKind.POLICY_TEST: [
        image("pushed_days_ago: 0, expect: stay"),
        image("count: 100000, tags: [], pushed_days_ago: 36500, expect: expire"),
        image("tags: [_, v1.2-rc_3], pushed_days_ago: 0.5, pulled_days_ago: 0.1, expect: archive"),
        image("pushed_days_ago: 9, archived_days_ago: 1, expect: expire"),
        image("pushed_days_ago: 9, activated_days_ago: 1, expect: archive"),
        *[path.with_suffix(".test.yaml").read_text() for path in SHIPPED],
    ],
    DocumentKind.SILENCED: [
        "{}",
        "web@2: {}",
        "web@2: {ECR201: because, ECR206: because}\na.b-c_d@12: {ECR203: because}",
    ],
}

REFUSED = {
    "ECR105": [
        policy_text(rule(tagPattern=[])),
        policy_text(rule() | {"priority": 1}),
        policy_text(rule(action=EXPIRE | {"when": 1})),
        json.dumps(document(rule()) | {"version": 1}),
    ],
    "ECR150": [json.dumps({"repositoryName": "web", "lifecyclePolicyText": policy_text(rule(countNumber=77))})],
    "ECR106": [
        "{}" + PADDING,
        *[policy_text(without(rule(description="x" * 90), key)) for key in ("rulePriority", "selection", "action")],
        *[policy_text(rule(**{key: ABSENT})) for key in ("tagStatus", "countType", "countNumber")],
        policy_text(rule(action={})),
    ],
    "ECR107": [
        "[]" + PADDING,
        "null" + PADDING,
        '{"rules": {}}' + PADDING,
        '{"rules": [7]}' + PADDING,
        policy_text(rule("1")),
        policy_text(rule(True)),  # noqa: FBT003 - that is what is wrong with it
        policy_text(rule(1.5)),
        policy_text(rule(description=None)),
        policy_text(rule() | {"selection": []}),
        policy_text(rule(action="expire")),
        policy_text(rule(action={"type": None})),
        policy_text(rule(tagStatus=1)),
        policy_text(rule(countType=None)),
        policy_text(rule(countNumber="10")),
        policy_text(rule(storageClass=["archive"])),
        policy_text(rule(tagStatus="tagged", tagPatternList="v*")),
        policy_text(rule(tagStatus="tagged", tagPrefixList=[1])),
        policy_text(rule(**pushed(1) | {"countUnit": 1})),
        policy_text(rule(action=ARCHIVE | {"targetStorageClass": None})),
    ],
    "ECR108": ['{"rules": []}' + PADDING],
    "ECR109": [policy_text(*[rule(number, **tagged(f"v{number}")) for number in range(1, 52)])],
    "ECR110": [policy_text(rule(0)), policy_text(rule(-(10**30)))],
    "ECR111": [
        policy_text(rule(tagStatus="ANY")),
        policy_text(rule(countType="imageCount")),
        policy_text(rule(storageClass="glacier")),
        policy_text(rule(action={"type": "EXPIRE"})),
        policy_text(rule(action=ARCHIVE | {"targetStorageClass": "standard"})),
    ],
    "ECR112": [policy_text(rule(countNumber=0))],
    "ECR113": [policy_text(rule(**pushed(1) | {"countUnit": "hours"}))],
    "ECR114": [policy_text(rule(**tagged())), policy_text(rule(tagStatus="tagged", tagPrefixList=[]))],
    "ECR115": [policy_text(rule(**tagged(""))), policy_text(rule(tagStatus="tagged", tagPrefixList=["a", ""]))],
    "ECR116": [policy_text(rule(**tagged("v", "a*b*c*d*e*f"))), policy_text(rule(**tagged("\n*****")))],
    "ECR120": [policy_text(rule(tagStatus="tagged"))],
    "ECR121": [policy_text(rule(**tagged("a"), tagPrefixList=["b"]))],
    "ECR122": [
        policy_text(rule(tagPrefixList=["b"])),
        policy_text(rule(**tagged("a") | {"tagStatus": "untagged"})),
        policy_text(rule(tagPatternList=["a"], tagPrefixList=["b"])),
    ],
    "ECR123": [
        policy_text(rule(countType="sinceImagePushed")),
        policy_text(rule(countType="sinceImagePulled", action=ARCHIVE)),
        policy_text(rule(**archived(90) | {"countUnit": ABSENT})),
    ],
    "ECR124": [policy_text(rule(countUnit="days"))],
    "ECR125": [policy_text(rule(**pulled(1)))],
    "ECR126": [policy_text(rule(**archived(90), action=ARCHIVE))],
    "ECR127": [
        policy_text(rule(**archived(90) | {"storageClass": ABSENT})),
        policy_text(rule(**archived(90) | {"storageClass": "standard"})),
    ],
    "ECR128": [policy_text(rule(storageClass="archive")), policy_text(rule(**pushed(1), storageClass="archive"))],
    "ECR129": [policy_text(rule(**archived(89)))],
    "ECR130": [policy_text(rule(action={"type": "transition"}))],
    "ECR131": [policy_text(rule(action=ARCHIVE | {"type": "expire"}))],
    "CAT103": [
        f"{environment()}repos: {{}}\n",
        settings("lifecyle: keep-last-10@1"),
        settings("", defaults="output: Web"),
        "environments: {dev: {account: '123456789012', region: us-east-1, stage: x}}\nrepositories: {web: }\n",
        settings("pull: {everybody: true}"),
        settings("push: {lambda: true}"),
        settings("encryption: {type: KMS, alias: alias/x}"),
        differing("output: Web"),
    ],
    "CAT104": [
        ENVIRONMENTS,
        "environments: {dev: {account: '123456789012'}}\nrepositories: {web: }\n",
        "environments: {dev: {region: us-east-1}}\nrepositories: {web: }\n",
        settings("encryption: {}"),
    ],
    "CAT105": [
        "[]",
        "environments: []\nrepositories: [web]\n",
        "environments: [dev]\nrepositories: {web: }\n",
        "environments: {dev: us-east-1}\nrepositories: {web: }\n",
        environment(region="[us-east-1]"),
        f"{ENVIRONMENTS}defaults: []\nrepositories: {{web: }}\n",
        repositories("web: keep-last-10@1"),
        settings("lifecycle: 1"),
        settings("lifecycle: {}"),
        settings("lifecycle: [keep-last-10@1, 1]"),
        settings("encryption: null"),
        settings("mutable_tags: latest"),
        settings("mutable_tags: [1.0]"),
        settings("tags: [team]"),
        settings("tags: {team: 1}"),
        settings("removal: true"),
        settings("empty_on_delete: 'no'"),
        settings("silence: [ECR211]"),
        settings("silence: {ECR211: 1}"),
        settings("output: 1"),
        settings("encryption: [KMS]"),
        settings("encryption: {type: 1}"),
        settings("encryption: {type: KMS, key: }"),
        settings("mutability: false"),
        settings("immutable_tags: v1"),
        settings("pull: "),
        settings("pull: [o-a1b2c3d4e5]"),
        settings("pull: {accounts: '210987654321'}"),
        settings("pull: {accounts: [210987654321]}"),
        settings("pull: {organization: [o-a1b2c3d4e5]}"),
        settings("pull: {lambda: 'yes'}"),
        settings("exports: 1"),
        settings("parameters: 'yes'"),
        settings("only: dev"),
        settings("only: [1]"),
        with_environment("shards: '4'"),
        with_environment("shards: 1.5"),
        with_environment("defaults: []"),
        with_environment("repositories: [web]"),
        differing("[]"),
    ],
    "CAT106": [
        settings("encryption: kms"),
        settings("encryption: {type: SSE}"),
        settings("mutability: mutable"),
        settings("removal: delete", defaults="removal: destroy"),
    ],
    "CAT110": ["environments:\nrepositories:\n", "environments: {}\nrepositories: {web: }\n"],
    "CAT111": [environment(name="dev-"), environment(name="d_v"), environment(name="x" * 101)],
    "CAT112": [
        environment(account="123456789012"),
        environment(account="'12345678901'"),
        environment(account='"123456789012\\n"'),
        environment(account="null"),
    ],
    "CAT113": [environment(region="us-east"), environment(region="US-EAST-1")],
    "CAT120": [
        repositories("a: "),
        repositories("My-App: "),
        repositories("my..app: "),
        repositories("a//b: "),
        repositories(f"{'x' * 257}: {{output: X}}"),
    ],
    "CAT121": [
        settings("lifecycle: keep-last-10"),
        settings("lifecycle: [keep-last-10@1, keep-last-10@0]"),
        settings("", defaults="lifecycle: Keep@1"),
    ],
    "CAT122": [
        settings("mutable_tags: ['']"),
        settings("mutable_tags: [a/b]"),
        settings("mutable_tags: ['a*b*c*']"),
        settings(f"mutable_tags: [{'x' * 129}]"),
    ],
    "CAT123": [
        settings("mutable_tags: [a, b, c, d, e, f]"),
        settings("mutability: MUTABLE, immutable_tags: [a, b, c, d, e, f]"),
    ],
    "CAT124": [settings("mutable_tags: [a, b, a]")],
    "CAT125": [
        settings("tags: {'': x}"),
        settings(f"tags: {{{'x' * 128}: x}}"),
        settings(f"tags: {{x: {'x' * 256}}}"),
        settings("tags: {x: ''}"),
        settings("tags: {Aws:x: x}"),
        settings("tags: {x: 'a(b)'}"),
        settings('tags: {x: "a\\tb"}'),
        settings(f"tags: {{{', '.join(f'k{number}: x' for number in range(51))}}}"),
    ],
    "CAT126": [settings("empty_on_delete: true, removal: retain", defaults="removal: destroy")],
    "CAT127": [settings("output: Web-Uri"), settings("output: 1Web"), settings(f"output: {'x' * 256}")],
    "CAT129": [settings("silence: {ECR203: because}")],
    "CAT130": [settings("silence: {ECR211: ' '}")],
    "CAT131": [
        settings("encryption: {type: KMS, key: registry}"),
        settings("encryption: {type: KMS, key: alias/}"),
        settings("encryption: {type: KMS_DSSE, key: 'arn:aws:kms:us-east-1:123456789012:x'}"),
    ],
    "CAT148": [settings("open_to_everyone: ' '"), settings(f"open_to_everyone: '', statements: [{STATEMENT}]")],
    "CAT132": [
        settings("encryption: {type: AES256, key: alias/x}"),
        settings("encryption: {type: omit, key: alias/x}"),
    ],
    "CAT135": [
        settings("pull: {accounts: ['*']}"),
        settings("pull: {principals: ['210987654321']}"),
        settings("pull: {organizations: [a1b2c3d4e5]}"),
        settings("pull: {organization: '*'}"),
        settings("push: {units: [ou-ab12-11111111]}"),
    ],
    "CAT139": [with_environment("shards: 0"), with_environment("shards: -1"), with_environment("shards: 1001")],
    "CAT169": [with_environment("profile: ''"), with_environment("profile: '[dev]'")],
    "TST103": [
        image("pushed: 1, pushed_days_ago: 1, expect: stay"),
        "case: {images: [{pushed_days_ago: 1, expect: stay}], policy: web}",
    ],
    "TST104": ["case: {}", image("expect: stay"), image("pushed_days_ago: 1")],
    "TST105": [
        "[]",
        "case: []",
        "case: {images: {}}",
        "case: {images: [stay]}",
        image("count: '1', pushed_days_ago: 1, expect: stay"),
        image("tags: v1, pushed_days_ago: 1, expect: stay"),
        image("tags: [1.0], pushed_days_ago: 1, expect: stay"),
        image("pushed_days_ago: true, expect: stay"),
        image("pushed_days_ago: '1', expect: stay"),
        image("pushed_days_ago: 1, pulled_days_ago: , expect: stay"),
        image("pushed_days_ago: 1, expect: 1"),
    ],
    "TST106": [image("pushed_days_ago: 1, expect: keep")],
    "TST110": ["{}"],
    "TST111": ["' ': {images: [{pushed_days_ago: 1, expect: stay}]}"],
    "TST112": ["case: {images: []}"],
    "TST114": [image(f"count: {number}, pushed_days_ago: 1, expect: stay") for number in (0, 100_001)],
    "TST115": [image(f"pushed_days_ago: {number}, expect: stay") for number in ("-0.1", "36500.1", ".inf")],
    "TST116": [image(f"tags: [{tag}], pushed_days_ago: 1, expect: stay") for tag in ("''", "-a", "a/b", "x" * 129)],
    "TST117": [image("tags: [a, b, a], pushed_days_ago: 1, expect: stay")],
    "TST120": [image("pushed_days_ago: 9, archived_days_ago: 2, activated_days_ago: 1, expect: stay")],
    "TST123": [image("pushed_days_ago: 9, archived_days_ago: 2, expect: archive")],
    "CAT154": [settings("silence: {ECR211: {reason: because, until: soon}}")],
    "CAT160": [rules("encryption: []"), rules("lifecycle: [web]"), rules("required_tags: ['']")],
    "STO123": ["web@1: {ECR203: {reason: because, until: soon}}"],
    "STO120": [
        "web@1: {ECR203: {until: '2999-01-31'}}",
        "web@1: {ECR203: {reason: because, util: '2999-01-31'}}",
        "[]",
        "web: {}",
        "web@0: {}",
        "Web@1: {}",
        "web@1: [ECR203]",
        "web@1: {ECR203: 1}",
    ],
    "STO121": ["web@1: {ECR211: because}", "web@1: {ECR101: because}"],
    "STO122": ["web@1: {ECR203: ''}", "web@1: {ECR203: ' '}"],
}
"""Texts with nothing wrong but one thing, by the code of the check that says so: the schema says so too."""

TWICE = "of a key that is written twice an editor's schema sees one"
NO_VALUE = "what cannot be parsed, or not as the reader wants it, has no value or another one"
WHOLE = "to a schema 1.0 is an integer"
BESIDE = "a schema compares no value with another"
VERBATIM = "what is handed on as it is has no schema"

BEYOND = {
    "ECR101": (NO_VALUE, ""),
    "ECR102": ("a schema sees no text; one that is too short lacks something else as well", ""),
    "ECR103": ("a schema sees no text", policy_text(rule(description="x" * 30_720))),
    "ECR104": (TWICE, policy_text(rule()).replace('"rulePriority": 1,', '"rulePriority": 2, "rulePriority": 1,')),
    "ECR107": (WHOLE, policy_text(rule(countNumber=10.0))),
    "ECR140": (BESIDE, policy_text(rule(1, **tagged("a")), rule(1, **tagged("b")))),
    "ECR141": (BESIDE, policy_text(rule(1, tagStatus="untagged"), rule(2, tagStatus="untagged"))),
    "ECR142": (BESIDE, policy_text(rule(1), rule(2))),
    "ECR143": (BESIDE, policy_text(rule(1), rule(2, **tagged("a")))),
    "ECR144": (BESIDE, policy_text(rule(1, **tagged("a", "b")), rule(2, **tagged("b", "a")))),
    "CAT101": (NO_VALUE, f"{ENVIRONMENTS}repositories: {{web: &web {{removal: retain}}, api: {{<<: *web}}}}"),
    "CAT102": (TWICE, repositories("web: , web: ")),
    "CAT114": (
        BESIDE,
        ENVIRONMENTS.replace("dev:", "a: {account: '123456789012', region: us-east-1}, dev:") + "repositories: {web: }",
    ),
    "CAT121": ("a schema knows no files", settings("lifecycle: keep-last-11@1")),
    "CAT125": ("a schema has no word for letters of all scripts", settings("tags: {price: 1 €}")),
    "CAT126": (BESIDE, settings("empty_on_delete: true")),
    "CAT128": (BESIDE, repositories("a-b: , a.b: ")),
    "CAT133": (BESIDE, settings("encryption: {type: KMS, key: 'arn:aws:kms:eu-west-1:123456789012:alias/x'}")),
    "CAT134": (
        "what holds may come from the defaults",
        settings("mutable_tags: [latest]", defaults="mutability: MUTABLE"),
    ),
    "CAT136": (
        BESIDE,
        settings(f"pull: {{accounts: [{', '.join(repr(str(number)) for number in range(10**11, 10**11 + 300))}]}}"),
    ),
    "CAT137": (BESIDE, settings("only: [dev, prod]")),
    "CAT138": (BESIDE, with_environment("repositories: {api: }")),
    "CAT140": (BESIDE, repositories(", ".join(f"a{number}: " for number in range(201)))),
    "CAT141": ("whether it is empty, `only` may decide", f"{ENVIRONMENTS}repositories:\n"),
    "CAT146": ("a schema knows no files", settings("lifecycle: [keep-last-10@1, keep-last-10@1]")),
    "CAT147": (
        BESIDE,
        ENVIRONMENTS.replace("dev:", "a: {account: '123456789012', region: eu-west-1, shards: 2}, a-1:")
        + "repositories: {web: }",
    ),
    "CAT149": ("a schema knows no files", f"include: [/web.yaml]\n{environment()}"),
    "CAT150": ("a schema knows no files", f"include: [no-such-file.yaml]\n{environment()}"),
    "CAT152": ("a schema knows no other files", ""),
    "CAT153": ("a schema knows no other files", ""),
    "CAT156": ("the file that it is in decides", settings("silence: {CAT164: because}")),
    "CAT161": (BESIDE, rules("required_tags: [team]")),
    "CAT162": (BESIDE, rules("names: {dev: '[0-9]+'}")),
    "CAT163": (BESIDE, rules("lifecycle: ['*']")),
    "CAT164": (BESIDE, rules("encryption: [KMS]")),
    "CAT165": (BESIDE, rules("mutability: [MUTABLE]")),
    "CAT166": (BESIDE, rules("access: ", "pull: {accounts: ['210987654321']}")),
    "CAT142": (BESIDE, repositories(f"{'/'.join('abcdefghijklm')}: {{parameters: true}}")),
    "CAT143": (VERBATIM, settings("statements: [{Effect: Allow, Action: 'ecr:*'}]")),
    "CAT144": (VERBATIM, settings("statements: [{Effect: Allow, Principal: '*', Action: 'ecr:*'}]")),
    "CAT145": (BESIDE, settings(f"statements: [{STATEMENT}, {STATEMENT}]")),
    "TST101": (NO_VALUE, "a: &a {images: [{pushed_days_ago: 1, expect: stay}]}\nb: {<<: *a}"),
    "TST102": (TWICE, image("pushed_days_ago: 1, expect: stay, expect: stay")),
    "TST105": (WHOLE, image("count: 1.0, pushed_days_ago: 1, expect: stay")),
    "TST113": (BESIDE, "case: {images: [%s, %s]}" % (("{count: 60000, pushed_days_ago: 1, expect: stay}",) * 2)),
    "TST115": ("what is no number is not less than another", image("pushed_days_ago: .nan, expect: stay")),
    "TST121": (BESIDE, image("pushed_days_ago: 1, pulled_days_ago: 2, expect: stay")),
    "TST122": (BESIDE, image("pushed_days_ago: 9, pulled_days_ago: 1, archived_days_ago: 2, expect: stay")),
    "STO120": (TWICE, "web@1: {ECR203: because, ECR203: because}"),
}
"""
What no schema can say, by the code of the check: why, and a text that the schema takes and the reader does not, where
there is one.
"""

for _refused in (*registries.REFUSED, *events.REFUSED, *public.REFUSED):
    if _refused.beyond:
        BEYOND[_refused.code] = (_refused.beyond, _refused.text)
    else:
        REFUSED.setdefault(_refused.code, []).append(_refused.text)

PARTLY = {"CAT201", "CAT203", "ECR107", "CAT121", "CAT125", "CAT126", "TST105", "TST115", "STO120"}
"""Checks that a schema can make in part: they stand in both tables."""
