from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents.nearest import near
from ecrkit.errors import InvalidNameError
from ecrkit.images.names import PublicRepositoryName, RepositoryName, TagFilter
from ecrkit.registry.outputs import OutputKey, construct_id, output_key, public_output_key

PARTS = st.from_regex(r"[a-z0-9]{1,4}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(lambda name: len(name) > 1)
SEPARATORS = ("/", "-", "--", ".", "_", "__")


def refusal(make: type[str], text: str) -> str:
    with pytest.raises(InvalidNameError) as caught:
        make(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "my-app",
        "payments/api",
        "a/b/c/d",
        "a__b",
        "a--b",
        "a---b",
        "a.b_c-d",
        "0/1",
        "42",
        pytest.param("a" * 256, id="256 characters"),
    ],
)
def test_a_repository_name_that_ecr_accepts(text: str) -> None:
    """Among them two underscores and any number of dashes, which narrower grammars refuse."""
    assert RepositoryName(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "My-app",
        "a___b",
        "a..b",
        "a._b",
        "-a",
        "a-",
        "/a",
        "a/",
        "a//b",
        "a b",
        "a:b",
        "é" * 2,
        pytest.param("ab\n", id="end of line"),
        pytest.param("١٢", id="digits that are not ASCII"),
    ],
)
def test_a_repository_name_that_ecr_refuses(text: str) -> None:
    """The error says what a name is made of, and what was got."""
    assert refusal(RepositoryName, text) == (
        "must be parts of lower-case letters and digits, joined by '.', '_', '__', dashes or '/', got " + repr(text)
    )


@pytest.mark.parametrize(
    ("text", "length"), [pytest.param("", 0, id="empty"), ("a", 1), pytest.param("a" * 257, 257, id="257")]
)
def test_a_repository_name_has_2_to_256_characters(text: str, length: int) -> None:
    """Anything shorter or longer is refused for that."""
    assert refusal(RepositoryName, text) == f"must have 2 to 256 characters, got {length}"


def test_a_long_name_is_refused_at_once() -> None:
    """No name makes the check try every way to take it apart."""
    assert refusal(RepositoryName, "a-" * 127 + "!").startswith("must be parts of")


@pytest.mark.parametrize("text", ["MyAppRepositoryUri", "a", "A1", pytest.param("a" * 255, id="255 characters")])
def test_an_output_key_that_cloudformation_accepts(text: str) -> None:
    """A letter, then letters and digits."""
    assert OutputKey(text) == text


@pytest.mark.parametrize("text", ["", "1a", "a-b", "a_b", "é", "a\n", pytest.param("a" * 256, id="256 characters")])
def test_an_output_key_that_cloudformation_refuses(text: str) -> None:
    """The error says what a key is made of, and what was got."""
    assert refusal(OutputKey, text) == f"must be a letter and then letters and digits, 255 at most, got {text!r}"


@pytest.mark.parametrize("text", ["latest", "*", "3.*", "v*-*", "A_b-1", pytest.param("a" * 128, id="128 characters")])
def test_a_tag_filter_that_ecr_accepts(text: str) -> None:
    """A tag, or a pattern of two wildcards at most."""
    assert TagFilter(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "must be 1 to 128 letters, digits, '.', '_', '-' and '*', got ''", id="empty"),
        pytest.param("a/b", "must be 1 to 128 letters, digits, '.', '_', '-' and '*', got 'a/b'", id="slash"),
        pytest.param("a\n", r"must be 1 to 128 letters, digits, '.', '_', '-' and '*', got 'a\n'", id="end of line"),
        pytest.param(
            "a" * 129,
            f"must be 1 to 128 letters, digits, '.', '_', '-' and '*', got '{'a' * 129}'",
            id="129 characters",
        ),
        pytest.param("*-*-*", "must have at most 2 wildcards (*), got 3 in '*-*-*'", id="three wildcards"),
    ],
)
def test_a_tag_filter_that_ecr_refuses(text: str, expected: str) -> None:
    """The error says what a filter is made of, and what was got."""
    assert refusal(TagFilter, text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("my-app", "MyAppRepositoryUri", id="dash"),
        pytest.param("payments/api", "PaymentsApiRepositoryUri", id="slash"),
        pytest.param("a__b.c", "ABCRepositoryUri", id="underscores and dot"),
        pytest.param("3rd-party/nginx", "Repository3rdPartyNginxRepositoryUri", id="digit first"),
        pytest.param("Registry", "RegistryRepositoryUri", id="id of a construct"),
    ],
)
def test_an_output_is_named_after_its_repository(name: str, expected: str) -> None:
    """In PascalCase, with a letter first, as CloudFormation wants it."""
    assert output_key(name) == expected


def test_an_output_key_of_a_long_name_is_shortened() -> None:
    """Names that differ at the end only have different keys, which leave room for ``ecr:`` of an export."""
    key, other = output_key("a" * 256), output_key("a" * 255 + "b")

    assert key != other
    assert len(key) == len(other) == 251
    assert key.startswith("A" + "a" * 200)
    assert key.endswith("RepositoryUri")
    assert output_key("a" * 238) == "A" + "a" * 237 + "RepositoryUri"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("my-app", "my-app", id="as it is"),
        pytest.param("payments/api", "payments:api", id="slash"),
        pytest.param("x1/y", "x1:y", id="digit second"),
        pytest.param("payments--api", "payments--api", id="what CDK would make of a slash"),
        pytest.param("3rd-party/nginx", "Repository3rd-party:nginx", id="digit first"),
    ],
)
def test_a_construct_is_named_after_its_repository(name: str, expected: str) -> None:
    """The id is a contract: another one would replace the repository."""
    assert construct_id(RepositoryName(name)) == expected


@given(st.lists(PARTS, min_size=6, max_size=6, unique=True))
def test_no_two_repositories_share_a_construct(parts: list[str]) -> None:
    """Different names have different ids, however alike the names, and CDK would change none of them."""
    names = {f"{one}{joint}{other}" for one in parts for joint in SEPARATORS for other in parts}
    ids = {construct_id(RepositoryName(name)) for name in names}

    assert len(ids) == len(names)
    assert not any("/" in one for one in ids)


@given(NAMES)
def test_every_repository_has_an_output_key(name: str) -> None:
    """The key of a name that is not very long is one that CloudFormation accepts."""
    assert OutputKey(output_key(RepositoryName(name))) == output_key(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("keep-lst-10", ("keep-last-10", "keep-last-100"), id="near, nearest first"),
        pytest.param("something else", (), id="like none"),
        pytest.param("keep-last", ("keep-last-1", "keep-last-10", "keep-last-100"), id="three at most"),
    ],
)
def test_what_a_name_may_have_been_meant_for(name: str, expected: tuple[str, ...]) -> None:
    """Names that are like it, and no others."""
    known = ["expire-untagged", "keep-last-100", "keep-last-10", "keep-last-1", "keep-last-1000"]

    assert near(name, known)[: len(expected)] == expected
    assert len(near(name, known)) <= 3


@pytest.mark.parametrize("text", ["cli", "tools/cli", "a.b_c-d", "0/1", pytest.param("a" * 205, id="205 characters")])
def test_a_name_that_ecr_public_accepts(text: str) -> None:
    """Every name of a public repository is one of a private one, too."""
    assert str(PublicRepositoryName(text)) == str(RepositoryName(text)) == text


@pytest.mark.parametrize(
    "text", ["a__b", "a--b", "A", "a/", "/a", "tools//cli", "a.", pytest.param("a" * 206, id="long")]
)
def test_a_name_that_ecr_public_refuses(text: str) -> None:
    """Two separators in a row, which private repositories may have, are among them."""
    assert refusal(PublicRepositoryName, text).startswith("must ")


def test_output_of_a_public_repository() -> None:
    """It is another one than that of a private repository of the same name."""
    assert public_output_key("tools/cli") == "ToolsCliPublicRepositoryUri"
    assert output_key("tools/cli") == "ToolsCliRepositoryUri"
