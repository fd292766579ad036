"""The expression, clause by clause where the laws do not reach, and in every dialect."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlglot
from builders.datasets import place, write_dataset
from builders.inventories import NOW, image
from builders.inventories import digest as digest_of
from builders.policies import EXPIRE, policy, pushed, rule

from ecrkit.errors import InvalidInventoryError, MissingExtraError, ReferenceCycleError
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.expression import ROUNDS, summary, translated, verdicts
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.protection import Protections, UsedImage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ecrkit.images import Image
    from ecrkit.preview.fleet.expression import Dialect
    from ecrkit.preview.fleet.steps import Query

WEB = place("web")
OLD = policy(rule(1, tagStatus="any", **pushed(5), action=EXPIRE))


FUNCTIONS = {
    "array_agg": ("array_agg(n ORDER BY n DESC)", [2, 1]),
    "array_position": ("min(array_position(ARRAY[7, 8, 8], 8))", 2),
    "cardinality": ("min(cardinality(ARRAY[7, 8]))", 2),
    "coalesce": ("coalesce(max(n), 9)", 2),
    "contains": ("bool_and(contains(ARRAY[7, 8], 8))", True),
    "count": ("count(*)", 2),
    "count_if": ("count_if(n = 2)", 1),
    "element_at": ("element_at(array_agg(n ORDER BY n), 1)", 1),
    "filter": ("filter(array_agg(n ORDER BY n), each -> each > 1)", [2]),
    "max": ("max(n)", 2),
    "min": ("min(n)", 1),
    "row_number": ("max(n) + row_number() OVER (PARTITION BY 1 ORDER BY 1)", 3),
    "sum": ("sum(n) FILTER (WHERE n = 2)", 2),
}
"""Functions of the expression, each in an example in the dialect of Trino, and its value."""


def fates(folder: Path, images: Sequence[Image]) -> dict[str, tuple[str | None, str]]:
    """Give the action and the cause of every image under a policy that expires what is older than five days."""
    with Fleet(write_dataset(folder, {WEB: images})) as fleet:
        fleet.set_policies({WEB: OLD}, now=NOW)
        return {found.digest: (found.action, found.cause) for found in fleet.verdicts()}


def chain(length: int, *, last_age: float) -> list[Image]:
    """Make images of which each is about the one before; the first has its own age, all others are new."""
    names = [f"{number:03x}" for number in range(length)]
    first = image(names[0], age_days=last_age)
    return [first, *(image(name, age_days=1, subject=before) for before, name in pairwise(names))]


def used(*, digest: str = "", tag: str = "", repository: str = "", registry: str = "") -> UsedImage:
    """Name an image in use; *digest* is a name."""
    found = digest_of(digest) if digest else ""
    return UsedImage(text="x", origin="in-use.txt:1", registry=registry, repository=repository, tag=tag, digest=found)


class TestReferences:
    @pytest.mark.parametrize("length", [2, ROUNDS, ROUNDS + 1, ROUNDS + 2, 20], ids="{} images".format)
    def test_depth(self, length: int, tmp_path: Path) -> None:
        """A chain of signatures goes with its image, however long it is."""
        images = chain(length, last_age=9)
        expected = {verdict.image.digest: verdict.action for verdict in evaluate(OLD, images, NOW).verdicts}

        found = fates(tmp_path / "dataset", images)

        assert found == {name: ("expire", cause_of(name, images)) for name in expected}

    def test_circle(self, tmp_path: Path) -> None:
        """Images that wait for each other are an error that names one, as with the evaluator."""
        images = [image("a", subject="b", children=["b"]), image("b")]

        with pytest.raises(ReferenceCycleError) as raised:
            fates(tmp_path / "dataset", images)

        assert str(raised.value) == (
            f"web@{digest_of('a')}: is in a circle of references, so no image can go first; delete it yourself"
        )

    @pytest.mark.parametrize("age_days", [pytest.param(1, id="stays"), pytest.param(9, id="goes")])
    def test_long_row(self, age_days: int, tmp_path: Path) -> None:
        """A row of references that is too long for a signature of an SBOM is no circle, and has the same verdicts."""
        images = [image("1", age_days=age_days)]
        images += [image(f"{number:x}", age_days=10 - age_days, subject=f"{number - 1:x}") for number in range(2, 50)]
        expected = {verdict.image.digest: verdict.cause.name for verdict in evaluate(OLD, images, NOW).verdicts}

        with Fleet(write_dataset(tmp_path / "dataset", {WEB: images})) as fleet:
            fleet.set_policies({WEB: OLD}, now=NOW)
            found = {verdict.digest: verdict.cause for verdict in fleet.verdicts()}

        assert found == expected

    def test_too_long_row(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A row that no query follows to its end is refused with the way to preview it."""
        monkeypatch.setattr("ecrkit.preview.fleet.fleet._MOST_ROUNDS", 32)
        images = [image("1"), *(image(f"{number:x}", subject=f"{number - 1:x}") for number in range(2, 50))]

        with pytest.raises(InvalidInventoryError) as raised:
            fates(tmp_path / "dataset", images)

        assert str(raised.value) == (
            "web: more than 32 images refer to one another in a row; preview the repository with "
            "`ecrkit policy preview`"
        )

    def test_list_waits_with_the_lowest_digest(self, tmp_path: Path) -> None:
        """Of several lists that keep an image the one with the lowest digest is named."""
        images = [image("c", age_days=9), *(image(name, children=["c"]) for name in "ba")]

        with Fleet(write_dataset(tmp_path / "dataset", {WEB: images})) as fleet:
            fleet.set_policies({WEB: OLD}, now=NOW)
            found = next(fleet.verdicts(f"digest = '{digest_of('c')}'"))

        assert (found.cause, found.because_of) == ("LIST_STAYS", digest_of("a"))


def cause_of(name: str, images: Sequence[Image]) -> str:
    return "PAST_THE_AGE" if name == images[0].digest else "FOLLOWS_SUBJECT"


class TestProtection:
    @pytest.mark.parametrize(
        "protections",
        [
            pytest.param(Protections(must_keep=("prod-*",)), id="must-keep"),
            pytest.param(Protections(must_keep=("x", "*-1")), id="one-of-several"),
            pytest.param(Protections(pulled_within=timedelta(days=3)), id="pulled-within"),
            pytest.param(Protections(used=(used(digest="a"),)), id="digest"),
            pytest.param(Protections(used=(used(digest="a", repository="web"),)), id="digest-of-the-repository"),
            pytest.param(Protections(used=(used(tag="prod-1", repository="web"),)), id="tag"),
            pytest.param(
                Protections(used=(used(tag="prod-1", repository="web", registry=WEB.account),)), id="registry"
            ),
        ],
    )
    def test_protected(self, protections: Protections, tmp_path: Path) -> None:
        """An image that must stay pullable is counted if it would go."""
        images = [image("a", age_days=9, tags=["prod-1"], pulled_days_ago=3), image("b", age_days=9)]

        with Fleet(write_dataset(tmp_path / "dataset", {WEB: images})) as fleet:
            fleet.set_policies({WEB: OLD}, now=NOW, protections=protections)
            totals = fleet.totals()
            protected = [found.digest for found in fleet.verdicts() if found.is_protected]

        assert (totals[0].protected_expiring, totals[0].protected_transitioning) == (1, 0)
        assert protected == [digest_of("a")]

    @pytest.mark.parametrize(
        "protections",
        [
            pytest.param(Protections(must_keep=("prod-*",)), id="must-keep"),
            pytest.param(Protections(pulled_within=timedelta(days=2)), id="pulled-before"),
            pytest.param(Protections(used=(used(digest="b"),)), id="stays"),
            pytest.param(Protections(used=(used(digest="a", repository="other"),)), id="other-repository"),
            pytest.param(Protections(used=(used(tag="v1", repository="web", registry="999999999999"),)), id="registry"),
        ],
    )
    def test_not_protected(self, protections: Protections, tmp_path: Path) -> None:
        """An image that stays, of another repository or registry, or that nobody protects is not counted."""
        images = [image("a", age_days=9, tags=["v1"], pulled_days_ago=3), image("b", age_days=1, tags=["prod-1"])]

        with Fleet(write_dataset(tmp_path / "dataset", {WEB: images})) as fleet:
            fleet.set_policies({WEB: OLD}, now=NOW, protections=protections)
            totals = fleet.totals()

        assert (totals[0].expiring, totals[0].protected_expiring) == (1, 0)


class TestDialects:
    @pytest.mark.parametrize("dialect", ["athena", "trino", "duckdb"])
    @pytest.mark.parametrize("rounds", [0, 1, ROUNDS])
    @pytest.mark.parametrize("write", [verdicts, summary])
    def test_parses(self, write: Callable[..., Query], rounds: int, dialect: Dialect) -> None:
        """The text for every engine is valid in its dialect, and says the same when it is translated once more."""
        text = translated(write(rounds=rounds, protected=True).text, dialect=dialect)

        assert sqlglot.parse_one(text, read=dialect).sql(dialect=dialect, pretty=True) == text

    def test_functions(self) -> None:
        """The expression calls only functions whose translation is tested, below."""
        text = "".join(write(rounds=1, protected=True).text for write in (verdicts, summary))
        called = set(re.findall(r"([a-z_]+)\(", re.sub(r"--.*|'[^']*'", "", text)))

        assert called - {"side", "u"} == set(FUNCTIONS)

    def test_translation(self) -> None:
        """Every function means to DuckDB what it means to Trino."""
        selected = ", ".join(text for text, _ in FUNCTIONS.values())
        query = f"SELECT {selected} FROM (SELECT 2 AS n UNION ALL SELECT 1 AS n) AS t"  # noqa: S608 - from the table above

        with connect() as database:
            row = database.execute(translated(query, dialect="duckdb")).fetchone()

        assert row == tuple(value for _, value in FUNCTIONS.values())

    def test_without_sqlglot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without SQLGlot the error says how to install it."""
        monkeypatch.setitem(sys.modules, "sqlglot", None)

        with pytest.raises(MissingExtraError, match=r"^SQLGlot is not installed; pip install "):
            translated.__wrapped__("SELECT 1", dialect="duckdb")
