"""References to images."""

from __future__ import annotations

import pytest

from ecrkit.aws.transfers import tag_of
from ecrkit.errors import InvalidNameError
from ecrkit.images.references import ImageReference

DIGEST = f"sha256:{'a' * 64}"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "host", "rest"),
    [
        pytest.param("my-app", "", "my-app", id="name"),
        pytest.param("team/my-app:v1", "", "team/my-app:v1", id="tag"),
        pytest.param(f"my-app@{DIGEST}", "", f"my-app@{DIGEST}", id="digest"),
        pytest.param(f"my-app:v1@{DIGEST}", "", f"my-app@{DIGEST}", id="both"),
        pytest.param(f"{REGISTRY}/team/my-app:v1", REGISTRY, "team/my-app:v1", id="registry"),
        pytest.param("localhost:4566/my-app", "localhost:4566", "my-app", id="port"),
        pytest.param("localhost/my-app", "localhost", "my-app", id="this machine"),
        pytest.param("my.team/my-app", "", "my.team/my-app", id="a dot is no host"),
    ],
)
def test_reference_is_read(text: str, host: str, rest: str) -> None:
    """Host, name, tag and digest are told apart; a digest is the last word."""
    reference = ImageReference.parse(text)

    assert (reference.host, str(reference)) == (host, rest)


def test_default_tag_is_for_those_without() -> None:
    """The default is taken where there is neither tag nor digest."""
    texts = [str(ImageReference.parse(text, default_tag="v0")) for text in ("web", "web:v1", f"web@{DIGEST}")]

    assert texts == ["web:v0", "web:v1", f"web@{DIGEST}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("web@v1", "web@v1: a digest is 'sha256:' and 64 hex digits, got 'v1'", id="digest"),
        pytest.param(
            "web:-v1",
            "web:-v1: a tag is up to 128 letters, digits, '_', '.' and '-', and begins with none of the last two, "
            "got '-v1'",
            id="tag",
        ),
        pytest.param("W", "W: the repository's name must have 2 to 256 characters, got 1", id="name"),
    ],
)
def test_no_reference_is_refused(text: str, message: str) -> None:
    """What no registry would take is refused, and why."""
    with pytest.raises(InvalidNameError) as refused:
        ImageReference.parse(text)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("oci:layout:v1", "v1"),
        ("oci:some/layout", ""),
        ("docker-archive:web.tar:web:v2", "v2"),
        ("web:v3", "v3"),
        ("localhost:5000/web", ""),
        ("docker://registry:5000/web:v4", "v4"),
        (f"web@{DIGEST}", ""),
    ],
)
def test_tag_of_a_source(source: str, tag: str) -> None:
    """An image keeps the tag that it has, however the tool writes it."""
    assert tag_of(source) == tag
