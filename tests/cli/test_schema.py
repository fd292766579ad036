"""
The schemas for editors, beside the readers that decide.

A schema refuses what its reader refuses, but for what no schema can say. A check that is new fails these tests until
one of the two tables has a case of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from builders.commands import ecrkit
from builders.schema_cases import ACCEPTED, BEYOND, ENVIRONMENTS, PARTLY, REFUSED, SHIPPED, STORE
from builders.schema_documents import almost, load
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycle.mutations import MUTATIONS, Mutation
from lifecycle.strategies import documents, rich_documents

from ecrkit.catalog import CATALOG_RULEBOOK, check_catalog
from ecrkit.cli.schemas import DocumentKind, render_schema, schema
from ecrkit.errors import Severity, errors_in
from ecrkit.lifecycle import RULEBOOK, check_policy
from ecrkit.policies.silences import SILENCE_RULEBOOK, read_silences
from ecrkit.policies.testing.cases import check_policy_tests
from ecrkit.policies.testing.rulebook import POLICY_TEST_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ecrkit.errors import Check, Finding

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Reader:
    """
    The reader of a kind of document.

    Attributes:
        findings: what it says of a text.
        rulebook: the checks that it makes.
    """

    findings: Callable[[str], Iterable[Finding]]
    rulebook: tuple[Check, ...]


def in_team_file(text: str) -> Iterable[Finding]:
    """Check a file that a catalog includes."""
    with TemporaryDirectory() as folder:
        Path(folder, "team.yaml").write_text(text, encoding="utf-8")
        catalog = f"include: [team.yaml]\n{ENVIRONMENTS}repositories: {{from-the-catalog: }}\n"
        return check_catalog(catalog, file=f"{folder}/repositories.yaml", policies=STORE).findings


READERS = {
    DocumentKind.POLICY: Reader(lambda text: check_policy(text, file="v1.json").findings, RULEBOOK),
    DocumentKind.CATALOG: Reader(
        lambda text: check_catalog(text, file="repositories.yaml", policies=STORE).findings, CATALOG_RULEBOOK
    ),
    DocumentKind.REPOSITORIES: Reader(in_team_file, ()),
    DocumentKind.POLICY_TEST: Reader(
        lambda text: check_policy_tests(text, file="v1.test.yaml").findings, POLICY_TEST_RULEBOOK
    ),
    DocumentKind.SILENCED: Reader(lambda text: read_silences(text, file="silenced.yaml")[1], SILENCE_RULEBOOK),
}


def for_python(part: Any) -> Any:  # noqa: ANN401 - JSON
    """Translate the patterns of a schema: in ECMAScript, whose they are, a ``$`` does not match before a line end."""
    if isinstance(part, list):
        return [for_python(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        key: re.sub(r"\$$", r"\\Z", inner) if key == "pattern" else for_python(inner) for key, inner in part.items()
    }


VALIDATORS = {kind: jsonschema.Draft7Validator(for_python(schema(kind))) for kind in DocumentKind}


def codes(kind: DocumentKind, text: str) -> set[str]:
    """Give the codes of the errors that the reader of *kind* finds in *text*."""
    return {found.code for found in errors_in(READERS[kind].findings(text))}


def is_refused(kind: DocumentKind, value: object) -> bool:
    """Tell whether an editor shows *value* as wrong."""
    return not VALIDATORS[kind].is_valid(value)


KINDS = {"ECR": DocumentKind.POLICY, "CAT": DocumentKind.CATALOG, "TST": DocumentKind.POLICY_TEST}


def kind_of(code: str) -> DocumentKind:
    return KINDS.get(code[:3], DocumentKind.SILENCED)


class TestSameCases:
    @pytest.mark.parametrize(
        ("kind", "text"),
        [pytest.param(kind, text, id=f"{kind} {n}") for kind in ACCEPTED for n, text in enumerate(ACCEPTED[kind])],
    )
    def test_what_is_valid_is_accepted_by_both(self, kind: DocumentKind, text: str) -> None:
        """No editor shows a problem where there is none."""
        assert codes(kind, text) == set()
        assert not is_refused(kind, load(kind, text))

    @pytest.mark.parametrize(
        ("code", "text"),
        [pytest.param(code, text, id=f"{code} {n}") for code in REFUSED for n, text in enumerate(REFUSED[code])],
    )
    def test_what_a_schema_can_say_is_refused_by_both(self, code: str, text: str) -> None:
        """For one thing that is wrong, the reader gives its code and an editor shows it."""
        kind = kind_of(code)

        assert codes(kind, text) == {code}
        assert is_refused(kind, load(kind, text))

    @pytest.mark.parametrize("code", [code for code, (_, text) in BEYOND.items() if text])
    def test_what_no_schema_can_say_is_refused_by_the_reader(self, code: str) -> None:
        """The list of what an editor cannot show is not longer than it has to be."""
        kind, (_, text) = kind_of(code), BEYOND[code]

        assert codes(kind, text) == {code}
        assert not is_refused(kind, load(kind, text))

    @pytest.mark.parametrize("kind", DocumentKind)
    def test_every_check_is_classified(self, kind: DocumentKind) -> None:
        """A new check of a rulebook has to be put into a schema, or on the list of those that cannot be."""
        made = {check.code for check in READERS[kind].rulebook if check.severity is Severity.ERROR}

        assert made == {code for code in (*REFUSED, *BEYOND) if kind_of(code) is kind}
        assert {code for code in REFUSED if code in BEYOND} == PARTLY


# Documents that are drawn.


def as_a_schema_sees_it(value: object) -> object:
    """Turn whole numbers into integers: a schema knows no difference."""
    if isinstance(value, dict):
        return {key: as_a_schema_sees_it(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_a_schema_sees_it(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def agree(kind: DocumentKind, value: object) -> bool:
    """Tell whether an editor shows *value* as wrong exactly when the reader refuses what a schema can say."""
    found = codes(kind, json.dumps(as_a_schema_sees_it(value)))
    # Whether a repository may be emptied depends on the defaults, which a schema does not look up.
    unseen = BEYOND.keys() - PARTLY
    # What an included file may have, its own schema says.
    unseen -= {"CAT152"} if kind is DocumentKind.REPOSITORIES else set()
    return found == {"CAT126"} or is_refused(kind, value) == bool(found - unseen)


class TestDrawn:
    @settings(deadline=None)
    @given(documents() | rich_documents())
    def test_valid_policies_are_accepted(self, drawn: dict[str, Any]) -> None:
        """A schema takes every document of the grammar."""
        assert not is_refused(DocumentKind.POLICY, drawn)

    @pytest.mark.parametrize(
        "mutation",
        [pytest.param(mutation, id=mutation.name) for mutation in MUTATIONS if mutation.code != "ECR101"],
    )
    @settings(max_examples=settings().max_examples // 4, deadline=None)
    @given(drawn=rich_documents(), data=st.data())
    def test_single_mutations_are_refused(self, mutation: Mutation, drawn: dict[str, Any], data: st.DataObject) -> None:
        """Whatever is changed for the worse in a valid policy, a schema shows unless it is on the list."""
        text = mutation.apply(data.draw, drawn)
        value = json.loads(text) if text else drawn

        assert mutation.code in codes(DocumentKind.POLICY, text or json.dumps(drawn))
        assert agree(DocumentKind.POLICY, value)

    @pytest.mark.parametrize("kind", DocumentKind)
    @settings(deadline=None)
    @given(data=st.data())
    def test_what_is_almost_right(self, kind: DocumentKind, data: st.DataObject) -> None:
        """Of parts of valid documents, put together rightly or wrongly, both refuse the same but for the list."""
        assert agree(kind, data.draw(almost(kind)))


class TestSchemas:
    @pytest.mark.parametrize("kind", DocumentKind)
    def test_the_file_is_what_the_command_prints(self, kind: DocumentKind) -> None:
        """schemas/*.schema.json are the output of `ecrkit schema`, to the letter."""
        result = ecrkit("schema", kind)

        assert result.returncode == 0
        assert result.stdout == (ROOT / "schemas" / f"{kind}.schema.json").read_text()

    @pytest.mark.parametrize("kind", DocumentKind)
    def test_it_is_a_schema(self, kind: DocumentKind) -> None:
        """Each is valid by the draft that it names, and stays so through its text."""
        made = json.loads(render_schema(kind))

        jsonschema.Draft7Validator.check_schema(made)
        assert made == schema(kind)
        assert made["$schema"] == jsonschema.Draft7Validator.META_SCHEMA["$schema"]

    @pytest.mark.parametrize("kind", DocumentKind)
    def test_every_key_is_explained(self, kind: DocumentKind) -> None:
        """An editor shows help for every key that a person may write."""
        unexplained = [
            f"{path}/{key}"
            for path, part in _objects(schema(kind), "")
            for key, described in part["properties"].items()
            if not described["description"]
        ]

        assert unexplained == []

    def test_an_unknown_kind_is_misuse(self) -> None:
        """The command names the kinds that there are."""
        result = ecrkit("schema", "polcy")

        assert result.returncode == 2
        assert "'polcy' is not one of 'policy', 'catalog', 'repositories', 'policy-test', 'silenced'." in result.stderr

    @pytest.mark.parametrize(
        "path",
        [ROOT / "repositories.yaml", *[path.with_suffix(".test.yaml") for path in SHIPPED]],
        ids=lambda path: path.parent.name,
    )
    def test_the_shipped_files_name_their_schema(self, path: Path) -> None:
        """The first line leads an editor to the schema, from where the file stands."""
        first_line = path.read_text().partition("\n")[0]
        named = first_line.removeprefix("# yaml-language-server: $schema=")
        kind = DocumentKind.CATALOG if path.name == "repositories.yaml" else DocumentKind.POLICY_TEST

        assert (path.parent / named).resolve() == ROOT / "schemas" / f"{kind}.schema.json"


def _objects(part: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object that a schema describes, but for its conditions."""
    if isinstance(part, dict):
        if part.get("type") in ("object", ["object", "null"]) and "properties" in part:
            yield path, part
        for key, inner in part.items():
            if key not in ("allOf", "if", "then"):
                yield from _objects(inner, f"{path}/{key}")
