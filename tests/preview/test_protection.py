from __future__ import annotations

from datetime import timedelta

import pytest
from builders.inventories import NOW, digest, image
from builders.policies import ARCHIVE, policy, pushed, rule, tagged

from ecrkit.errors import InvalidImagesError
from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.protection import Protections, UsedImage, read_used_images

EXPIRE_OLD = policy(rule(1, **pushed(1), description="Everything older than a day, for the tests"))
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def inventory(*images: Image, repository: str = "my-app", registry: str = "123456789012") -> Inventory:
    return Inventory(file="i.json", repository=repository, registry=registry, images=ImageTable.of(images))


def violations(protections: Protections, found: Inventory) -> list[tuple[str, ...]]:
    evaluation = evaluate(EXPIRE_OLD, found.images, NOW)
    return [violation.because for violation in protections.violations(evaluation, found, NOW)]


@pytest.mark.parametrize(
    ("line", "used"),
    [
        pytest.param(f"{HOST}/a/b:v1", ("123456789012", "a/b", "v1", ""), id="reference"),
        pytest.param(f"{HOST}/aa", ("123456789012", "aa", "latest", ""), id="no tag"),
        pytest.param(
            f"{HOST}/aa@{digest('a')}", ("123456789012", "aa", "", digest("a")), id="digest, as Lambda has it"
        ),
        pytest.param(f"{HOST}/aa:v1@{digest('a')}", ("123456789012", "aa", "", digest("a")), id="tag and digest"),
        pytest.param(f"docker-pullable://{HOST}/aa:v1", ("123456789012", "aa", "v1", ""), id="as kubectl has it"),
        pytest.param(digest("a"), ("", "", "", digest("a")), id="digest alone, as ECS has it"),
        pytest.param("aa:v1", ("", "aa", "v1", ""), id="without a registry"),
        pytest.param("docker.io/library/nginx:1", ("docker.io", "library/nginx", "1", ""), id="another registry"),
        pytest.param("123456789012.dkr-ecr.us-east-1.on.aws/aa:1", ("123456789012", "aa", "1", ""), id="dual stack"),
        pytest.param("public.ecr.aws/aa/b:1", ("public.ecr.aws", "aa/b", "1", ""), id="public"),
        pytest.param("localhost:5000/a:1", ("localhost:5000", "a", "1", ""), id="with a port"),
    ],
)
def test_references(line: str, used: tuple[str, str, str, str]) -> None:
    """References are read as the tools list them."""
    [found] = read_used_images(f"# running\n\n  {line} \n", file="in-use.txt")

    assert (found.registry, found.repository, found.tag, found.digest) == used
    assert found.origin == "in-use.txt:3"


def test_lines_that_name_no_image() -> None:
    """Every line that names no image is told with its place, and none is left out in silence."""
    with pytest.raises(InvalidImagesError) as caught:
        read_used_images(f"my-app:v1\n  My-App\nmy-app:v2 {'x' * 70}!\nsha256:0123abc\n", file="in-use.txt")

    remedy = f"write one a line, as in '{HOST}/my-app:v1' or 'sha256:0123…' [USE101]"
    assert str(caught.value).splitlines() == [
        f"in-use.txt:2:3: must be an image reference or a digest, got 'My-App'; {remedy}",
        f"in-use.txt:3:11: must be an image reference or a digest, got '{'x' * 60}…'; {remedy}",
        f"in-use.txt:4:1: must be an image reference or a digest, got 'sha256:0123abc'; {remedy}",
    ]


def test_several_in_a_line() -> None:
    """Images are read as the AWS CLI prints text, with a tab between them, and behind a byte order mark."""
    found = read_used_images(f"\ufeffmy-app:v1\tmy-app:v2\nmy-app:v3 {digest('a')}\r\n", file="f")

    assert [(used.text, used.origin) for used in found] == [
        ("my-app:v1", "f:1"),
        ("my-app:v2", "f:1"),
        ("my-app:v3", "f:2"),
        (digest("a"), "f:2"),
    ]


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_list(text: str) -> None:
    """A list that names no image is refused, since one that could not be made is empty, too."""
    with pytest.raises(
        InvalidImagesError, match=r"f:1:1: names no image, so it protects nothing; list the images that run"
    ):
        read_used_images(text, file="f")


def test_nothing_runs() -> None:
    """A comment says that nothing runs."""
    assert read_used_images("# nothing runs here yet\n", file="f") == ()


def test_findings_end() -> None:
    """A file of something else is understood after a few lines."""
    with pytest.raises(InvalidImagesError) as caught:
        read_used_images("{}\n" * 1_000, file="f")

    assert len(caught.value.findings) == 20


@pytest.mark.parametrize(
    ("line", "is_protected"),
    [
        pytest.param(f"{HOST}/my-app:v1", True, id="tag"),
        pytest.param(f"{HOST}/my-app@{digest('a')}", True, id="digest"),
        pytest.param("my-app:v1", True, id="any registry"),
        pytest.param(f"{HOST}/my-app:v2", False, id="another tag"),
        pytest.param(f"{HOST}/other:v1", False, id="another repository"),
        pytest.param("210987654321.dkr.ecr.us-east-1.amazonaws.com/my-app:v1", False, id="another account"),
    ],
)
def test_in_use(line: str, *, is_protected: bool) -> None:
    """An image is protected by a use of its tag in its repository, or of its digest."""
    protections = Protections(used=read_used_images(line, file="in-use.txt"))

    found = violations(protections, inventory(image("a", tags=["v1"], age_days=9)))

    assert found == ([("in use (in-use.txt:1)",)] if is_protected else [])


def test_what_is_not_known_may_be_anything() -> None:
    """A tag in use protects images of a repository that the file does not name."""
    protections = Protections(used=read_used_images(f"{HOST}/my-app:v1", file="in-use.txt"))

    assert violations(protections, inventory(image(tags=["v1"], age_days=9), repository="", registry="")) != []


def test_reasons_add_up() -> None:
    """Every reason that protects an image is told; one that stays needs none."""
    protections = Protections(
        used=read_used_images("my-app:v1\nmy-app:v1\n", file="in-use.txt"),
        pulled_within=timedelta(days=30),
        must_keep=("v*", "keep-*"),
    )
    images = [
        image("a", tags=["v1", "v1.2"], age_days=40, pulled_days_ago=30),
        image("b", tags=["v1"], age_days=0.5),
        image("c", tags=["x"], age_days=40, pulled_days_ago=30.1),
    ]

    assert violations(protections, inventory(*images)) == [
        ("in use (in-use.txt:1)", "pulled on 2026-10-02", "matches 'v*'")
    ]


def test_missing() -> None:
    """What is in use, and gone from a repository that is at hand, is told."""
    used = read_used_images(
        f"my-app:v1\nmy-app:gone\nother:v1\nmy-app@{digest('a')}\nmy-app@{digest('b')}\n{digest('c')}", file="f"
    )
    missing = Protections(used=used).missing([inventory(image("a", tags=["v1"]))])

    assert [found.text for found in missing] == ["my-app:gone", f"my-app@{digest('b')}"]


def test_archived() -> None:
    """A protected image that would be archived is found too, after those that would expire: nobody can pull it."""
    rules = policy(rule(1, **tagged("v*"), **pushed(1), action=ARCHIVE), rule(2, **pushed(1)))
    found = inventory(
        image("a", tags=["v1"], age_days=9), image("b", age_days=9), image("c", tags=["w1"], age_days=9), image("d")
    )
    protections = Protections(used=read_used_images("my-app:v1 my-app:w1", file="f"))
    evaluation = evaluate(rules, found.images, NOW)

    assert [violation.text for violation in protections.violations(evaluation, found, NOW)] == [
        f"{digest('c')} (w1): in use (f:1), and rule 2 would expire it",
        f"{digest('a')} (v1): in use (f:1), and rule 1 would archive it: archived images cannot be pulled",
    ]


@pytest.mark.parametrize(
    ("protections", "idle"),
    [
        pytest.param(Protections(must_keep=("v*", "w*")), ["no image has a tag that matches 'w*'"], id="pattern"),
        pytest.param(
            Protections(used=read_used_images("other:v1", file="f")),
            ["no image in use belongs to these repositories"],
            id="another repository",
        ),
        pytest.param(
            Protections(used=read_used_images(digest("b"), file="f")),
            ["no image in use belongs to these repositories"],
            id="another digest",
        ),
        pytest.param(Protections(used=read_used_images("other:v1 my-app:gone", file="f")), [], id="gone"),
        pytest.param(Protections(used=read_used_images(digest("a"), file="f")), [], id="digest"),
        pytest.param(Protections(pulled_within=timedelta(days=1)), [], id="none named"),
    ],
)
def test_idle(protections: Protections, idle: list[str]) -> None:
    """A protection that has nothing to protect is told: it may be misspelt."""
    assert list(protections.idle([inventory(image("a", tags=["v1"]))])) == idle


def test_thousands_of_both() -> None:
    """Thousands of images in use are looked for among thousands of images without comparing each with each."""
    used = read_used_images("\n".join(f"my-app:v{number}" for number in range(20_000)), file="f")
    found = inventory(*(image(tags=[f"v{number}"]) for number in range(1, 20_000)))

    assert [each.text for each in Protections(used=used).missing([found])] == ["my-app:v0"]


def test_an_image_in_use_is_in_its_own_repository() -> None:
    """Both the registry and the repository have to be the same, where both are known."""
    used = UsedImage(text="", origin="", registry="123456789012", repository="my-app")

    assert used.may_be_in(inventory())
    assert not used.may_be_in(inventory(registry="210987654321"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'"{HOST}/aa:v1"\n"{HOST}/aa:v2"\n', id="jq without -r"),
        pytest.param(f"'{HOST}/aa:v1'\n'{HOST}/aa:v2'\n", id="single quotes"),
        pytest.param(f'"{HOST}/aa:v1",\n"{HOST}/aa:v2",\n', id="commas"),
        pytest.param(f'["{HOST}/aa:v1","{HOST}/aa:v2"]', id="jq -c"),
        pytest.param(f'[\n  "{HOST}/aa:v1",\n  "{HOST}/aa:v2"\n]\n', id="jq"),
        pytest.param(f"{HOST}/aa:v1,{HOST}/aa:v2", id="commas alone"),
        pytest.param(f'{HOST}/aa:v1 # web "blue"\n"{HOST}/aa:v2",\t#batch\n', id="comments"),
    ],
)
def test_quotes_and_lists(text: str) -> None:
    """References are found in quotes and in a list of JSON, too."""
    assert [used.text for used in read_used_images(text, file="u")] == [f"{HOST}/aa:v1", f"{HOST}/aa:v2"]


def test_an_empty_list_of_json_is_empty() -> None:
    """A list without references protects nothing, whatever its brackets."""
    with pytest.raises(InvalidImagesError) as caught:
        read_used_images("[]\n", file="u")

    assert "[USE102]" in str(caught.value)
