"""The examples of the rules: each is given to the real check, which finds that problem and no other."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from builders.rule_examples import whole
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog
from ecrkit.cli.rulebooks import CHECKS
from ecrkit.deployment.guard import parse_template
from ecrkit.documents.explanations import explain
from ecrkit.errors import InvalidDocumentError, Location, Severity, errors_in
from ecrkit.images.inventory.manifests import read_manifests
from ecrkit.images.inventory.reading import parse_images
from ecrkit.images.scans.allow_list import read_allow_list
from ecrkit.lifecycle import COMPLETENESS_CODES, check_completeness, check_policy, parse_policy
from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import digest, lock_path, render_lock
from ecrkit.policies.testing.cases import check_policy_tests
from ecrkit.preview.protection import read_used_images
from ecrkit.registry.access_policy import check_policy_document
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.statements import PolicyKind
from ecrkit.registry.templates import ACCESS_PROPERTIES, judge_access, judge_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ecrkit.errors import Finding


def in_policy(text: str) -> Iterable[Finding]:
    return check_policy(text, file="v1.json").findings


def in_repository(text: str) -> Iterable[Finding]:
    policy = parse_policy(text, file="v1.json")
    return check_completeness(policy, location=Location("repositories.yaml", 1, 1))


def in_template(text: str) -> Iterable[Finding]:
    template = parse_template(text, name="example")
    (resource,) = template["Resources"].values()
    kind = resource["Type"]
    judged = [
        *judge_policy(POLICY_PROPERTIES[kind], resource["Properties"], template),
        *judge_access(ACCESS_PROPERTIES[kind], resource, template),
    ]
    return [found.finding for found in judged]


def in_tests(text: str) -> Iterable[Finding]:
    return check_policy_tests(text, file="v1.test.yaml").findings


def in_catalog(text: str) -> Iterable[Finding]:
    """Check a catalog; a comment with a file name begins each file of several."""
    _, *parts = re.split(r"^# (\S+\.yaml)\n", text, flags=re.MULTILINE) if text.startswith("# ") else ["", "", text]
    with TemporaryDirectory() as folder:
        for name, part in zip(parts[::2], parts[1::2], strict=True):
            path = Path(folder, name or "repositories.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(part)
        path = Path(folder, "repositories.yaml")
        return check_catalog(path.read_text(), file=str(path), policies=PolicyStore.bundled(), today=TODAY).findings


def in_images(text: str) -> Iterable[Finding]:
    return raised(lambda: parse_images(text.encode(), file="images.json"))


def in_manifests(text: str) -> Iterable[Finding]:
    return raised(lambda: read_manifests(text, file="manifests.json"))


def in_allow_list(text: str) -> Iterable[Finding]:
    return raised(lambda: read_allow_list(text, file="allow.yaml"))


def in_access_policy(text: str) -> Iterable[Finding]:
    return check_policy_document(text, name="RepositoryPolicyText", kind=PolicyKind.REPOSITORY)


def raised(read: Callable[[], object]) -> Iterable[Finding]:
    with pytest.raises(InvalidDocumentError) as caught:
        read()
    return caught.value.findings


READERS: dict[str, Callable[[str], Iterable[Finding]]] = {
    "ECR": in_policy,
    "TPL": in_template,
    "TST": in_tests,
    "CAT": in_catalog,
    "IMG": in_images,
    "ALW": in_allow_list,
    **dict.fromkeys(COMPLETENESS_CODES, in_repository),
    **{check.code: in_access_policy for check in ACCESS_RULEBOOK},
    "ECR427": in_catalog,
    "IMG120": in_manifests,
}
"""What reads an example, by code or else by the first letters of it."""

IN_A_SHELL = {"STO", "USE"}
"""Their examples are commands."""

UNAVOIDABLE = {"ECR102": {"ECR108"}, "STO124": {"STO114"}}
"""No policy that has a rule is so short, and no version of the store has a warning to silence."""

TODAY = date(2026, 11, 28)

ILLUSTRATIONS = {"AUD", "GRD"}
"""Their examples are changes of what AWS has."""


def codes(findings: Iterable[Finding], *, like: str) -> set[str]:
    """Give the codes of *findings*; beside an error, no warnings, which often follow from it."""
    is_error = CHECKS[like].severity is Severity.ERROR
    return {found.code for found in (errors_in(findings) if is_error else findings)}


@pytest.mark.parametrize("code", [code for code in CHECKS if code[:3] in READERS])
def test_document_has_that_problem_alone(code: str) -> None:
    """A document of an example has the problem that it is an example of, and no other."""
    read = READERS.get(code) or READERS[code[:3]]

    found = codes(read(whole(explain(CHECKS[code]).example)), like=code)

    assert found - UNAVOIDABLE.get(code, set()) == {code}


@pytest.mark.parametrize("code", [code for code in CHECKS if code.startswith("STO")])
@pytest.mark.posix
def test_commands_make_that_problem_of_a_store(code: str, tmp_path: Path) -> None:
    """The commands of an example give that problem, and no other, to a store that had none."""
    store = make_store(tmp_path, {"api/v1.json": policy_text(keep=20), "web/v1.json": policy_text()})
    published = check_store(store).policies
    lock_path(store).write_text(render_lock({reference: digest(policy) for reference, policy in published.items()}))
    assert check_store(store, with_tests=True).findings == ()

    in_a_shell(code, tmp_path)

    found = codes(check_store(store, with_tests=True, today=TODAY).findings, like=code)
    assert found - UNAVOIDABLE.get(code, set()) == {code}


@pytest.mark.parametrize("code", [code for code in CHECKS if code.startswith("USE")])
@pytest.mark.posix
def test_commands_write_such_a_list_of_images_in_use(code: str, tmp_path: Path) -> None:
    """The commands of an example write a list that has that problem, and no other."""
    in_a_shell(code, tmp_path)
    text = (tmp_path / "in-use.txt").read_text(encoding="utf-8")

    assert codes(raised(lambda: read_used_images(text, file="in-use.txt")), like=code) == {code}


def in_a_shell(code: str, cwd: Path) -> None:
    subprocess.run(["sh", "-euc", explain(CHECKS[code]).example], cwd=cwd, check=True)  # noqa: S607 - where sh is differs


def test_every_example_is_run_or_an_illustration() -> None:
    """A new kind of checks gets a reader above."""
    kinds = {code[:3] for code in CHECKS}

    assert kinds == {key[:3] for key in READERS} | IN_A_SHELL | ILLUSTRATIONS
