"""References to images."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.aws.transfers import tag_of
from ecrkit.errors import InvalidNameError
from ecrkit.images.hosts import RegistryHost
from ecrkit.images.references import ImageReference

DIGEST = f"sha256:{'a' * 64}"
ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
HOSTS = (REGISTRY, f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws", "public.ecr.aws", "localhost", "localhost:4566", "ghcr.io")

# The first part has no dot: it would be a host.
repositories = st.from_regex(
    r"[a-z0-9]{2,9}([_-][a-z0-9]{1,9})?(/[a-z0-9]{1,9}([._-][a-z0-9]{1,9})?){0,2}", fullmatch=True
)
references = st.builds(
    ImageReference,
    host=st.one_of(st.none(), st.sampled_from(HOSTS).map(RegistryHost.parse)),
    repository=repositories,
    tag=st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)),
    digest=st.one_of(st.just(""), st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)),
)


@pytest.mark.parametrize(
    ("text", "host", "rest"),
    [
        pytest.param("my-app", "", "my-app", id="name"),
        pytest.param("team/my-app:v1", "", "team/my-app:v1", id="tag"),
        pytest.param(f"my-app@{DIGEST}", "", f"my-app@{DIGEST}", id="digest"),
        pytest.param(f"my-app:v1@{DIGEST}", "", f"my-app@{DIGEST}", id="both"),
        pytest.param("my.app", "", "my.app", id="a dot in a name alone"),
        pytest.param("team/my.app:v1.2", "", "team/my.app:v1.2", id="a dot behind the first slash"),
        pytest.param(f"{REGISTRY}/team/my-app:v1", REGISTRY, "team/my-app:v1", id="registry"),
        pytest.param("localhost:4566/my-app", "localhost:4566", "my-app", id="port"),
        pytest.param("localhost/my-app", "localhost", "my-app", id="this machine"),
        pytest.param(
            f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/web", f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws", "web", id="dual stack"
        ),
        pytest.param("ghcr.io/acme/api:v1", "ghcr.io", "acme/api:v1", id="another registry"),
        pytest.param("docker.io/x", "docker.io", "x", id="one character in another registry"),
        pytest.param("public.ecr.aws/acme/api", "public.ecr.aws", "acme/api", id="public"),
        pytest.param(f"{REGISTRY}/ghcr.io/acme/api", REGISTRY, "ghcr.io/acme/api", id="named like a host"),
    ],
)
def test_reference_is_read(text: str, host: str, rest: str) -> None:
    """Host, name, tag and digest are told apart; in its registry an image goes by its digest, if it has one."""
    reference = ImageReference.parse(text)

    assert (str(reference.host or ""), reference.in_registry) == (host, rest)


@given(references)
def test_what_is_written_is_read(reference: ImageReference) -> None:
    """A reference is written as it is read, with its host, its tag and its digest."""
    assert ImageReference.parse(str(reference)) == reference


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
            "web:-v1: a tag is up to 128 letters, digits, '_', '.' and '-', and does not begin with '.' or '-', got "
            "'-v1'",
            id="tag",
        ),
        pytest.param("W", "W: the repository's name must have 2 to 256 characters, got 1", id="name"),
        pytest.param(
            f"{REGISTRY}/w", f"{REGISTRY}/w: the repository's name must have 2 to 256 characters, got 1", id="ECR"
        ),
        pytest.param(REGISTRY, f"{REGISTRY}: names a registry but no repository; write '{REGISTRY}/NAME'", id="host"),
        pytest.param(
            f"{REGISTRY}:v1",
            f"{REGISTRY}:v1: names a registry but no repository; write '{REGISTRY}/NAME'",
            id="host and tag",
        ),
        pytest.param(
            "my_team.example/web",
            "my_team.example/web: the registry must be a host, as in 'public.ecr.aws' or 'localhost:5000', "
            "got 'my_team.example'",
            id="not a host",
        ),
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
