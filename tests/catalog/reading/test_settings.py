from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from builders.catalogs import ONE_ENVIRONMENT, errors, repository
from builders.policies import edited

from ecrkit.catalog import Encryption, Mutability, Removal
from ecrkit.images.names import TagFilter
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.outputs import OutputKey

if TYPE_CHECKING:
    from ecrkit.catalog import RepositoryEntry


def value_of(entry: RepositoryEntry, setting: str) -> object:
    """Give what an entry, or its properties, have of the name of a key."""
    value: object = (
        getattr(entry.properties, setting) if hasattr(entry.properties, setting) else getattr(entry, setting)
    )
    return value


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        pytest.param("lifecycle", "a@1", (PolicyRef("a", 1),), id="lifecycle"),
        pytest.param("encryption", "KMS", Encryption.KMS, id="encryption"),
        pytest.param("mutable_tags", "[latest]", (TagFilter("latest"),), id="mutable_tags"),
        pytest.param("tags", "{a: b}", {"a": "b"}, id="tags"),
        pytest.param("removal", "destroy", Removal.DESTROY, id="removal"),
        pytest.param("scan_on_push", "false", False, id="scan_on_push"),
        pytest.param(
            "statements",
            "[{Effect: Deny, Principal: '*', Action: 'ecr:*', Condition: {Bool: {'aws:SecureTransport': false}}}]",
            (
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "ecr:*",
                    "Condition": {"Bool": {"aws:SecureTransport": False}},
                },
            ),
            id="statements",
        ),
        pytest.param("encryption", "{key: alias/web}", Encryption.KMS, id="a key alone is KMS"),
        pytest.param("mutability", "MUTABLE", Mutability.MUTABLE, id="mutability"),
        pytest.param("immutable_tags", "[v1], mutability: MUTABLE", (TagFilter("v1"),), id="immutable_tags"),
        pytest.param("exports", "true", True, id="exports"),
        pytest.param("parameters", "true", True, id="parameters"),
        pytest.param("silence", "{ECR211: on purpose}", {"ECR211": "on purpose"}, id="silence"),
    ],
)
def test_a_default_holds_where_a_repository_says_nothing(setting: str, value: str, expected: object) -> None:
    """A repository with nothing behind its name takes the defaults as they are."""
    assert value_of(repository("", defaults=f"{{{setting}: {value}}}"), setting) == expected


@pytest.mark.parametrize(
    ("setting", "default", "own", "expected"),
    [
        pytest.param("lifecycle", "a@1", "b@2", (PolicyRef("b", 2),), id="another policy"),
        pytest.param("lifecycle", "a@1", "[]", (), id="no policy"),
        pytest.param("encryption", "KMS", "omit", Encryption.OMIT, id="encryption left out"),
        pytest.param("mutable_tags", "[latest]", "[]", (), id="no mutable tags"),
        pytest.param("tags", "{a: b, c: d}", "{c: e, f: g}", {"a": "b", "c": "e", "f": "g"}, id="tags are merged"),
        pytest.param("tags", "{a: b}", "{}", {"a": "b"}, id="no tags of its own"),
        pytest.param("tags", "{a: b, c: d}", "{a: }", {"c": "d"}, id="a tag left out"),
        pytest.param("scan_on_push", "true", "false", False, id="not scanned"),
        pytest.param("removal", "destroy", "retain", Removal.RETAIN, id="removal"),
        pytest.param(
            "silence",
            "{ECR211: a, ECR212: b}",
            "{ECR212: c}",
            {"ECR211": "a", "ECR212": "c"},
            id="silences are merged",
        ),
    ],
)
def test_what_a_repository_says_itself_wins(setting: str, default: str, own: str, expected: object) -> None:
    """Its own setting replaces the default, an empty one too; mappings are merged, key by key."""
    assert value_of(repository(f"{{{setting}: {own}}}", defaults=f"{{{setting}: {default}}}"), setting) == expected


def test_a_repository_can_be_spared_the_emptying_of_all_others() -> None:
    """What is false is said, and not left out."""
    defaults = "{removal: destroy, empty_on_delete: true}"
    spared = "{empty_on_delete: false, removal: retain}"

    assert repository("", defaults=defaults).properties.empty_on_delete is True
    assert repository(spared, defaults=defaults).properties.empty_on_delete is False


def test_an_output_can_be_named() -> None:
    """The key that a repository gives itself is used as it is."""
    assert repository("{output: Web}").output == OutputKey("Web")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            "{lifecycle: }",
            [".lifecycle: must be a string, got null"],
            id="no lifecycle is []",
        ),
        pytest.param(
            "{lifecycle: [a@1, 3, b]}",
            [
                '.lifecycle[1]: must be a string, got an integer; write "3"',
                ".lifecycle[2]: the policy 'b' is named without a version; pin one, as in 'b@1'",
            ],
            id="each policy",
        ),
        pytest.param(
            "{lifecycle: A@1}",
            [
                (
                    ".lifecycle: a policy is named 'name@N', got 'A@1';"
                    " as in 'keep-last-10@1': in lower case, and N is 1 or more"
                )
            ],
            id="capitals",
        ),
        pytest.param(
            "{encryption: [KMS]}",
            [".encryption: must be 'AES256' or 'KMS' or 'KMS_DSSE' or 'omit', got a list"],
            id="encryption",
        ),
        pytest.param(
            "{encryption: {}}",
            [".encryption: the required key 'type' is missing; add it"],
            id="neither encryption nor a key",
        ),
        pytest.param(
            "{encryption: {type: SSE, key: web}}",
            [
                ".encryption.type: must be 'AES256' or 'KMS' or 'KMS_DSSE' or 'omit', got 'SSE'",
                ".encryption.key: must be the alias, ID or ARN of a KMS key, as in 'alias/registry', got 'web'",
            ],
            id="encryption and key",
        ),
        pytest.param(
            "{mutability: immutable}",
            [".mutability: must be 'IMMUTABLE' or 'MUTABLE', got 'immutable'; write 'IMMUTABLE'"],
            id="mutability",
        ),
        pytest.param(
            "{mutability: mutable, immutable_tags: [v1]}",
            [".mutability: must be 'IMMUTABLE' or 'MUTABLE', got 'mutable'; write 'MUTABLE'"],
            id="what mutability was meant to be is not guessed",
        ),
        pytest.param("{pull: }", [".pull: must be a mapping, got null"], id="pull"),
        pytest.param(
            "{pull: {accounts: [210987654321, everybody]}}",
            [
                '.pull.accounts[0]: must be a string, got an integer; write "210987654321"',
                ".pull.accounts[1]: must be an account of 12 digits, got 'everybody'",
            ],
            id="each account",
        ),
        pytest.param(
            "{push: {lambda: true}}",
            [
                (
                    ".push.lambda: unknown key 'lambda'; known keys: accounts, principals, organizations, units,"
                    " organization"
                )
            ],
            id="functions only pull",
        ),
        pytest.param("{exports: 1}", [".exports: must be true or false, got an integer"], id="exports"),
        pytest.param("{only: dev}", ['.only: must be a list, got a string; write ["dev"]'], id="only"),
        pytest.param("{only: [1]}", ['.only[0]: must be a string, got an integer; write "1"'], id="each of only"),
        pytest.param("{removal: keep}", [".removal: must be 'retain' or 'destroy', got 'keep'"], id="removal"),
        pytest.param(
            "{removal: delete, empty_on_delete: true}",
            [".removal: must be 'retain' or 'destroy', got 'delete'"],
            id="what removal was meant to be is not guessed",
        ),
        pytest.param(
            "{empty_on_delete: 1}", [".empty_on_delete: must be true or false, got an integer"], id="empty_on_delete"
        ),
        pytest.param("{output: 1}", ['.output: must be a string, got an integer; write "1"'], id="output"),
        pytest.param(
            '{mutable_tags: [1, "", a]}',
            [
                '.mutable_tags[0]: must be a string, got an integer; write "1"',
                ".mutable_tags[1]: must be 1 to 128 letters, digits, '.', '_', '-' and '*', got ''",
            ],
            id="each mutable tag",
        ),
        pytest.param("{statements: [x]}", [".statements[0]: must be a mapping, got a string"], id="statements"),
        pytest.param("{tags: [a]}", [".tags: must be a mapping, got a list"], id="tags"),
        pytest.param(
            '{tags: {"": a, b: [], c: 1, d: "\\n", "e#": "!", f: "", g: }}',
            [
                '.tags[""]: a tag\'s key must have 1 to 127 characters, got 0',
                ".tags.b: must be a string, got a list",
                '.tags.c: must be a string, got an integer; write "1"',
                r".tags.d: a tag's value must be letters, digits, spaces and any of _ . : / = + - @, got '\n'",
                ".tags[\"e#\"]: a tag's key must be letters, digits, spaces and any of _ . : / = + - @, got 'e#'",
                ".tags[\"e#\"]: a tag's value must be letters, digits, spaces and any of _ . : / = + - @, got '!'",
                ".tags.f: a tag's value must have 1 to 255 characters, got 0",
            ],
            id="each tag",
        ),
        pytest.param(
            f"{{tags: {{{'k' * 128}: {'v' * 256}}}}}",
            [
                f".tags.{'k' * 128}: a tag's key must have 1 to 127 characters, got 128",
                f".tags.{'k' * 128}: a tag's value must have 1 to 255 characters, got 256",
            ],
            id="long tags",
        ),
        pytest.param("{silence: yes}", [".silence: must be a mapping, got a boolean"], id="silence"),
        pytest.param(
            "{silence: {ECR211: }}", [".silence.ECR211: must be a string, got null"], id="silenced for nothing"
        ),
        pytest.param("[]", [": must be a mapping, got a list"], id="no mapping"),
        pytest.param("KMS", [": must be a mapping, got a string"], id="a word"),
    ],
)
def test_every_setting_is_checked(settings: str, expected: list[str]) -> None:
    """Each problem is told, at the setting."""
    found = errors(f"{ONE_ENVIRONMENT}repositories:\n  web: {settings}\n")
    texts = [line.split(": ", 1)[1].rpartition(" [")[0] for line in found]

    assert texts == [f"repositories.web{text}" for text in expected]


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        pytest.param("tags", f"{{{'k' * 127}: {'v' * 255}}}", {"k" * 127: "v" * 255}, id="tag"),
        pytest.param("mutable_tags", "[a, b, c, d, e]", tuple("abcde"), id="mutable tags"),
    ],
)
def test_what_is_as_long_as_it_may_be_is_accepted(setting: str, value: str, expected: object) -> None:
    """The limits are where AWS draws them, and not nearer."""
    assert value_of(repository(f"{{{setting}: {value}}}"), setting) == expected


@pytest.mark.parametrize("value", ["été", "a b", "a\xa0b", "日本", "½", "_.:/=+-@"])
def test_a_tag_may_be_in_any_language(value: str) -> None:
    """Letters, digits and spaces are those of Unicode."""
    assert repository(f"{{tags: {{key: {value}}}}}").properties.tags == {"key": value}


@pytest.mark.parametrize(
    ("default_tags", "own_tags", "expected"),
    [
        pytest.param(0, 50, [], id="fifty"),
        pytest.param(1, 49, [], id="fifty together"),
        pytest.param(
            0, 51, ['3:18: repositories["my-app"].tags: must have at most 50 tags, got 51'], id="fifty-one of its own"
        ),
        pytest.param(
            51, 1, ["2:18: defaults.tags: must have at most 50 tags, got 51"], id="fifty-one of the defaults, told once"
        ),
        pytest.param(
            1,
            50,
            ['3:18: repositories["my-app"].tags: must have at most 50 tags, got 51 with those of the defaults'],
            id="fifty-one together",
        ),
    ],
)
def test_a_resource_has_50_tags_at_most(default_tags: int, own_tags: int, expected: list[str]) -> None:
    """Those of the defaults count too."""
    defaults = ", ".join(f"d{number}: x" for number in range(default_tags))
    own = ", ".join(f"o{number}: x" for number in range(own_tags))
    found = errors(
        f"{ONE_ENVIRONMENT}defaults: {{tags: {{{defaults}}}}}\nrepositories: {{my-app: {{tags: {{{own}}}}}}}\n"
    )

    assert [re.sub(r"^repositories.yaml:(\d+):\d+", r"\1:18", line).rpartition(" [")[0] for line in found] == expected


def test_emptying_by_default_is_told_at_each_repository_that_stays() -> None:
    """The finding stands where the repository is, and a word that is none is told where it is, and nowhere else."""
    stays = (
        f"{ONE_ENVIRONMENT}defaults: {{empty_on_delete: true}}\nrepositories:\n  web: {{removal: destroy}}\n  api:\n"
    )

    assert errors(stays) == [
        (
            "repositories.yaml:5:3: repositories.api: empty_on_delete needs 'removal: destroy', got 'removal: retain';"
            " write both only if every image may be lost [CAT126]"
        )
    ]
    assert errors(edited(stays, ("true}", "true, removal: destory}"))) == [
        (
            "repositories.yaml:2:44: defaults.removal: must be 'retain' or 'destroy', got 'destory'; did you mean"
            " 'destroy'? [CAT106]"
        )
    ]


def test_the_longest_names_are_taken() -> None:
    """A name as long as ECR takes it needs no key of its own."""
    text = f"{ONE_ENVIRONMENT}repositories:\n  {'a' * 256}:\n  {'a' * 255}b:\n"

    assert errors(text) == []


def test_only_a_repository_has_an_output() -> None:
    """As a default it would be every repository's."""
    assert errors(f"{ONE_ENVIRONMENT}defaults: {{output: Web}}\nrepositories: {{web: }}\n") == [
        (
            "repositories.yaml:2:12: defaults.output: unknown key 'output'; known keys: lifecycle, encryption,"
            " scan_on_push, mutability, mutable_tags, immutable_tags, pull, push, statements, open_to_everyone, tags,"
            " removal, empty_on_delete, exports, parameters, silence [CAT103]"
        )
    ]
