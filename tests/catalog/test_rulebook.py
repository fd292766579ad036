"""What is wrong with a catalog: a table with a case or more for each check, and the tests that read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from builders.catalogs import CATALOG, errors
from builders.policies import edited

from ecrkit.catalog import CATALOG_RULEBOOK, check_catalog
from ecrkit.registry.events import EVENTS_RULEBOOK
from ecrkit.registry.public import PUBLIC_RULEBOOK
from ecrkit.registry.settings import REGISTRY_RULEBOOK

if TYPE_CHECKING:
    from ecrkit.errors import Check
    from ecrkit.policies.store import PolicyStore


@dataclass(frozen=True)
class Refused:
    """Edits of the catalog above, and what is wrong with it then."""

    code: str
    id: str
    edits: tuple[tuple[str, str], ...]
    finding: str


PRINCIPALS = ", ".join(f"'arn:aws:iam::210987654321:role/{number:0>40}'" for number in range(140))
STATEMENT = "{Sid: Ci, Effect: Allow, Principal: {AWS: '210987654321'}, Action: 'ecr:BatchGetImage'}"
OVER_TLS = (
    STATEMENT.replace("210987654321", "*").removesuffix("}") + ", Condition: {Bool: {'aws:SecureTransport': true}}}"
)
MANY = "".join(f"  app-{number}:\n" for number in range(198))

ELSEWHERE = {
    *("CAT149", "CAT150", "CAT151", "CAT152", "CAT153"),  # included files
    *(
        "CAT154",
        "CAT155",
        "CAT156",
        "CAT160",
        "CAT161",
        "CAT162",
        "CAT163",
        "CAT164",
        "CAT165",
        "CAT166",
    ),  # house rules
}
"""`test_inclusion.py` and `test_house_rules.py` have their cases."""

REFUSED = (
    Refused(
        "CAT101",
        "not YAML",
        edits=(("  my-app:\n", "\tmy-app:\n"),),
        finding=("8:1: not a YAML catalog: the text has a tab in the indentation; indent with spaces [CAT101]"),
    ),
    Refused(
        "CAT102",
        "repository twice",
        edits=(("ci/cache:", "my-app:"),),
        finding=(
            "14:3: repositories[\"my-app\"]: the key 'my-app' is written twice, first on line 8; remove one; YAML "
            "readers silently drop the first [CAT102]"
        ),
    ),
    Refused(
        "CAT103",
        "unknown key",
        edits=(("encryption:", "encrypton:"),),
        finding="12:5: repositories[\"payments/api\"].encrypton: unknown key 'encrypton'; did you mean encryption?"
        " [CAT103]",
    ),
    Refused(
        "CAT104",
        "missing key",
        edits=((", region: eu-west-1", ""),),
        finding="3:9: environments.prod: the required key 'region' is missing; add it [CAT104]",
    ),
    Refused(
        "CAT105",
        "wrong type",
        edits=(("[latest]", "latest"),),
        finding='9:19: repositories["my-app"].mutable_tags: must be a list, got a string; write ["latest"] [CAT105]',
    ),
    Refused(
        "CAT106",
        "not a choice",
        edits=(("KMS", "AWS"),),
        finding=(
            "12:17: repositories[\"payments/api\"].encryption: must be 'AES256' or 'KMS' or 'KMS_DSSE' or"
            " 'omit', got 'AWS' [CAT106]"
        ),
    ),
    Refused(
        "CAT110",
        "no environment",
        edits=(
            (
                (
                    '\n  dev: {account: "123456789012", region: us-east-1}'
                    '\n  prod: {account: "210987654321", region: eu-west-1}'
                ),
                " {}",
            ),
        ),
        finding=(
            "1:15: environments: must have at least 1 environment, got none; add one with an account and a region"
            " [CAT110]"
        ),
    ),
    Refused(
        "CAT111",
        "bad environment name",
        edits=(("prod:", "prod_eu:"),),
        finding=(
            "3:3: environments.prod_eu: the name must be letters and digits, joined by dashes, 100 characters at most,"
            " got 'prod_eu' [CAT111]"
        ),
    ),
    Refused(
        "CAT112",
        "bad account",
        edits=(("210987654321", "2109-8765-4321"),),
        finding="3:19: environments.prod.account: must be a string of 12 digits, got '2109-8765-4321' [CAT112]",
    ),
    Refused(
        "CAT113",
        "bad Region",
        edits=(("eu-west-1", "Frankfurt"),),
        finding="3:43: environments.prod.region: must be a Region as in 'us-east-1', got 'Frankfurt' [CAT113]",
    ),
    Refused(
        "CAT114",
        "same environment",
        edits=(('"210987654321", region: eu-west-1', '"123456789012", region: us-east-1'),),
        finding=(
            "3:3: environments.prod: the same account and Region as 'dev': 123456789012, us-east-1; remove one; "
            "repository names are unique per account and Region [CAT114]"
        ),
    ),
    Refused(
        "CAT120",
        "bad repository name",
        edits=(("my-app:", "My-App:"),),
        finding=(
            '8:3: repositories["My-App"]: the name must be parts of lower-case letters and digits, joined by'
            " '.', '_', '__', dashes or '/', got 'My-App' [CAT120]"
        ),
    ),
    Refused(
        "CAT121",
        "unpinned policy",
        edits=(("  lifecycle: keep-ten@1", "  lifecycle: keep-ten"),),
        finding=(
            "5:14: defaults.lifecycle: the policy 'keep-ten' is named without a version; pin one, as in 'keep-ten@1'"
            " [CAT121]"
        ),
    ),
    Refused(
        "CAT122",
        "bad mutable tag",
        edits=(("[latest]", '[latest, "*-*-*"]'),),
        finding=(
            '9:28: repositories["my-app"].mutable_tags[1]: must have at most 2 wildcards (*), got 3 in'
            " '*-*-*' [CAT122]"
        ),
    ),
    Refused(
        "CAT123",
        "too many mutable tags",
        edits=(("[latest]", "[a, b, c, d, e, f]"),),
        finding=(
            '9:19: repositories["my-app"].mutable_tags: must have at most 5 entries, got 6; cover several with one '
            "wildcard [CAT123]"
        ),
    ),
    Refused(
        "CAT124",
        "mutable tag twice",
        edits=(("[latest]", "[latest, latest]"),),
        finding="9:28: repositories[\"my-app\"].mutable_tags[1]: 'latest' is listed twice; remove one [CAT124]",
    ),
    Refused(
        "CAT125",
        "bad tag",
        edits=(("{team: payments}", "{aws:team: payments}"),),
        finding=(
            '13:12: repositories["payments/api"].tags["aws:team"]: a tag\'s key must not begin with \'aws:\','
            " got 'aws:team' [CAT125]"
        ),
    ),
    Refused(
        "CAT126",
        "emptied but not destroyed",
        edits=(("    removal: destroy\n", ""),),
        finding=(
            "15:22: repositories[\"ci/cache\"].empty_on_delete: empty_on_delete needs 'removal: destroy',"
            " got 'removal: retain'; write both only if every image may be lost [CAT126]"
        ),
    ),
    Refused(
        "CAT127",
        "bad output key",
        edits=(("    encryption:", "    output: payments-api\n    encryption:"),),
        finding=(
            '12:13: repositories["payments/api"].output: must be a letter and then letters and digits, 255 at most,'
            " got 'payments-api' [CAT127]"
        ),
    ),
    Refused(
        "CAT128",
        "names with the same output key",
        edits=(("ci/cache:", "payments-api:"),),
        finding=(
            "14:3: repositories[\"payments-api\"]: 'payments-api' and 'payments/api' both have the output key"
            " 'PaymentsApiRepositoryUri'; set another for one of them with 'output: …' [CAT128]"
        ),
    ),
    Refused(
        "CAT128",
        "the output key of another's ARN",
        edits=(
            ("    removal:", "    output: MyAppRepositoryArn\n    removal:"),
            ("    mutable_tags", "    exports: true\n    mutable_tags"),
        ),
        finding=(
            "15:3: repositories[\"ci/cache\"]: 'ci/cache' and 'my-app' both have the output key"
            " 'MyAppRepositoryArn'; set another for one of them with 'output: …' [CAT128]"
        ),
    ),
    Refused(
        "CAT127",
        "an output key that is too long to be exported",
        edits=(("    encryption:", f"    exports: true\n    output: {'a' * 249}\n    encryption:"),),
        finding=(
            '13:13: repositories["payments/api"].output: must have at most 248 characters for an export, got 249'
            " [CAT127]"
        ),
    ),
    Refused(
        "CAT129",
        "unknown warning",
        edits=(("  tags: {managed-by: ecrkit}", "  silence: {ECR203: on purpose}"),),
        finding=(
            "6:13: defaults.silence.ECR203: must be one of ECR211, ECR212, ECR213, AUD122, AUD123,"
            " AUD124, AUD125, AUD126, AUD127, ECR421, ECR422, ECR423, ECR424, ECR425, ECR426, ECR427, CAT275, CAT161,"
            " CAT162, CAT163, CAT164, CAT165, CAT166, got 'ECR203' [CAT129]"
        ),
    ),
    Refused(
        "CAT130",
        "silenced without a reason",
        edits=(("  tags: {managed-by: ecrkit}", '  silence: {ECR213: " "}'),),
        finding="6:21: defaults.silence.ECR213: must say why ECR213 is silenced, got nothing [CAT130]",
    ),
    Refused(
        "CAT131",
        "no key",
        edits=(("KMS", "{type: KMS, key: payments}"),),
        finding=(
            '12:34: repositories["payments/api"].encryption.key: must be the alias, ID or ARN of a KMS key,'
            " as in 'alias/registry', got 'payments' [CAT131]"
        ),
    ),
    Refused(
        "CAT132",
        "a key without KMS",
        edits=(("KMS", "{type: AES256, key: alias/payments}"),),
        finding=(
            "12:32: repositories[\"payments/api\"].encryption.key: the encryption 'AES256' must have no key; remove"
            " it, or write 'type: KMS' [CAT132]"
        ),
    ),
    Refused(
        "CAT133",
        "a key in another Region",
        edits=(("KMS", "{type: KMS, key: 'arn:aws:kms:us-east-1:123456789012:alias/payments'}"),),
        finding=(
            "12:17: repositories[\"payments/api\"].encryption: the key is in us-east-1, but the environment 'prod' "
            "is in eu-west-1; name an alias that exists in both, or another key for this environment [CAT133]"
        ),
    ),
    Refused(
        "CAT134",
        "mutable tags of a mutable repository",
        edits=(("[latest]", "[latest]\n    mutability: MUTABLE"),),
        finding=(
            "9:19: repositories[\"my-app\"].mutable_tags: mutable_tags needs 'mutability: IMMUTABLE', got "
            "'mutability: MUTABLE'; remove it [CAT134]"
        ),
    ),
    Refused(
        "CAT135",
        "a grantee that is none",
        edits=(("KMS", "KMS\n    pull: {accounts: [payments]}"),),
        finding=(
            '13:23: repositories["payments/api"].pull.accounts[0]: must be an account of 12 digits, got'
            " 'payments' [CAT135]"
        ),
    ),
    Refused(
        "CAT136",
        "a long repository policy",
        edits=(("    encryption: KMS", f"    push: {{principals: [{PRINCIPALS}]}}"),),
        finding=(
            '12:11: repositories["payments/api"].push: the repository policy must have at most 10,240 characters, '
            "got 10,802; grant to an organization or a unit instead of many accounts [CAT136]"
        ),
    ),
    Refused(
        "CAT137",
        "unknown environment",
        edits=(("KMS", "KMS\n    only: [dev, staging]"),),
        finding=(
            "10:3: repositories[\"payments/api\"]: unknown environment 'staging'; the catalog has dev, prod [CAT137]"
        ),
    ),
    Refused(
        "CAT138",
        "unknown repository",
        edits=(("eu-west-1}", "eu-west-1, repositories: {my-ap: }}"),),
        finding=(
            "3:69: environments.prod.repositories[\"my-ap\"]: unknown repository 'my-ap' in this environment; did "
            "you mean my-app? [CAT138]"
        ),
    ),
    Refused(
        "CAT139",
        "no number of stacks",
        edits=(("eu-west-1}", "eu-west-1, shards: 0}"),),
        finding=("3:62: environments.prod.shards: must be 1 to 1000, got 0 [CAT139]"),
    ),
    Refused(
        "CAT169",
        "no profile",
        edits=(("eu-west-1}", "eu-west-1, profile: '[prod]'}"),),
        finding=(
            "3:63: environments.prod.profile: must consist of letters, digits, spaces and _.:@/+-, got '[prod]'; "
            "name a profile of ~/.aws/config, or remove the key [CAT169]"
        ),
    ),
    Refused(
        "CAT140",
        "too many for a stack",
        edits=(("us-east-1}", "us-east-1, shards: 256}"), ("  ci/cache:", f"{MANY}  ci/cache:")),
        finding=(
            "3:3: environments.prod: the stack 'Repositories-prod' must have at most 200 outputs, got 201;"
            " write 'shards: 4', before the first deploy of this environment [CAT140]"
        ),
    ),
    Refused(
        "CAT141",
        "an environment without repositories",
        edits=(
            ("    mutable_tags", "    only: [dev]\n    mutable_tags"),
            ("    encryption", "    only: [dev]\n    encryption"),
            ("    removal", "    only: [dev]\n    removal"),
        ),
        finding=(
            "3:3: environments.prod: the environment 'prod' has no repository, but CloudFormation rejects empty "
            "stacks; add one; to remove the last, run `cdk destroy`, which keeps it and its images [CAT141]"
        ),
    ),
    Refused(
        "CAT142",
        "a deep name",
        edits=(("ci/cache:\n", "a/b/c/d/e/f/g/h/i/j/k/l/m:\n    parameters: true\n"),),
        finding=(
            '15:17: repositories["a/b/c/d/e/f/g/h/i/j/k/l/m"].parameters: the SSM parameter must have at most 15 '
            "levels, got 16; write 'parameters: false' [CAT142]"
        ),
    ),
    Refused(
        "CAT143",
        "a statement with a resource",
        edits=(("    encryption: KMS", f"    statements: [{STATEMENT}]"), ("Sid: Ci", "Sid: Ci, Resource: x")),
        finding=(
            "12:38: repositories[\"payments/api\"].statements[0].Resource: unknown key 'Resource'; remove it: the"
            " policy of a repository applies to this repository [CAT143]"
        ),
    ),
    Refused(
        "CAT144",
        "a statement for everybody",
        edits=(("    encryption: KMS", f"    statements: [{STATEMENT.replace('210987654321', '*')}]"),),
        finding=(
            '12:54: repositories["payments/api"].statements[0].Principal: lets everyone in: it has the Principal'
            " '*' and no condition; name principals, or add a condition as on aws:PrincipalOrgID [CAT144]"
        ),
    ),
    Refused(
        "CAT144",
        "a statement for everybody who uses TLS",
        edits=(("    encryption: KMS", f"    statements: [{OVER_TLS}]"),),
        finding=(
            '12:54: repositories["payments/api"].statements[0].Principal: lets everyone in: it has the Principal'
            " '*', but its condition does not limit who may call; name principals, or add a condition as on"
            " aws:PrincipalOrgID [CAT144]"
        ),
    ),
    Refused(
        "CAT145",
        "a Sid twice",
        edits=(
            ("    encryption: KMS", f"    pull: {{lambda: true}}\n    statements: [{STATEMENT}]"),
            ("Sid: Ci", "Sid: PullByLambda"),
        ),
        finding=(
            "13:18: repositories[\"payments/api\"].statements[0]: another statement has the Sid 'PullByLambda', "
            "which ecrkit writes; write another [CAT145]"
        ),
    ),
    Refused(
        "CAT147",
        "an environment named as a shard",
        edits=(("us-east-1}", "us-east-1, shards: 2}"), ("prod:", "dev-1:")),
        finding=(
            "3:3: environments[\"dev-1\"]: its stack 'Repositories-dev-1' would have the same name as a stack of 'dev';"
            " rename it [CAT147]"
        ),
    ),
    Refused(
        "CAT148",
        "open without a reason",
        edits=(("    encryption: KMS", "    open_to_everyone: ' '"),),
        finding=(
            '12:23: repositories["payments/api"].open_to_everyone: must say why the policy may let everyone in, got'
            " nothing; write the reason [CAT148]"
        ),
    ),
    Refused(
        "CAT147",
        "an environment named as another but for case",
        edits=(("prod:", "DEV:"),),
        finding=(
            "3:3: environments.DEV: its stack 'Repositories-DEV' would have the same name as a stack of 'dev' but for"
            " case; rename it [CAT147]"
        ),
    ),
    Refused(
        "CAT146",
        "policies that clash",
        edits=(("[expire-untagged@1, keep-ten@1]", "[keep-five@1, keep-ten@1]"),),
        finding=(
            '11:16: repositories["payments/api"].lifecycle: keep-five@1, keep-ten@1 cannot be combined:'
            " STORE/keep-ten/v1.json:3:5: rules[0].selection.tagStatus: a second 'any' rule for storage class"
            " 'standard', in addition to STORE/keep-five/v1.json:3; merge the two [ECR142] [CAT146]"
        ),
    ),
)


@pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code}: {case.id}") for case in REFUSED])
def test_says_what_is_wrong_where_and_what_to_do(refused: Refused, policies: PolicyStore) -> None:
    """Each thing that could not be deployed is an error, and the only one, at its own place."""
    text = edited(CATALOG, *refused.edits)

    assert errors(text, policies) == [f"repositories.yaml:{refused.finding}".replace("STORE", str(policies.root))]
    assert refused.finding.endswith(f"[{refused.code}]")
    assert check_catalog(text, file="repositories.yaml", policies=policies).catalog is None


def test_every_check_has_a_case() -> None:
    """No check of the rulebook is without a case above; a registry, public repositories and events have tables too."""
    codes = {check.code for check in CATALOG_RULEBOOK}
    codes -= {check.code for check in (*REGISTRY_RULEBOOK, *PUBLIC_RULEBOOK, *EVENTS_RULEBOOK)}

    assert codes - ELSEWHERE == {case.code for case in REFUSED}


def test_codes_are_unique_and_in_order() -> None:
    """A code stands for one check for ever, and tables list them in order."""
    codes = [check.code for check in CATALOG_RULEBOOK]

    assert codes == sorted(set(codes))
    assert all(re.fullmatch("CAT[0-9]{3}", code) for code in codes)


@pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in CATALOG_RULEBOOK])
def test_texts_are_in_the_house_style(check: Check) -> None:
    """A row has a title and a source; its message begins in lower case, and neither that nor the remedy has a stop."""
    assert check.title
    assert check.source
    assert check.message[0] == check.message[0].lower()
    assert not check.message.endswith(".")
    assert not check.remedy.endswith(".")
