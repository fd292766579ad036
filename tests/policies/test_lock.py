from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents import SyntaxProblem
from ecrkit.policies.lock import compare_file, parse_lock, render_lock
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = f"sha256:{'a' * 64}"
REFERENCES = st.builds(PolicyRef, st.sampled_from(["web", "keep-last-10", "a.b"]), st.integers(1, 999))


@given(st.dictionaries(REFERENCES, st.just(DIGEST)))
def test_parse_of_render_is_identity(digests: dict[PolicyRef, str]) -> None:
    """A lock that was written is read as what was written."""
    read = parse_lock(render_lock(digests), file="lifecycle.lock.json")

    assert {reference: locked.digest for reference, locked in read.items()} == digests


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("[]", "has something else where a mapping is expected", 1),
        ('{"format": 1}', "does not have the keys 'format' and 'policies'", 1),
        ('{"format": 2,\n "policies": {}}', "has a format other than 1; update ecrkit", 1),
        ('{"format": true, "policies": {}}', "has a format other than 1; update ecrkit", 1),
        ('{"format": 1,\n "format": 1, "policies": {}}', "has 'format' twice", 2),
        ('{"format": 1, "policies": {"web": ""}}', "has 'web' where 'name@N' is expected", 1),
        ('{"format": 1, "policies":\n {"web@1": 5}}', "has something else where a digest is expected", 2),
        ('{"format": 1, "policies": {"web@1": "md5:5"}}', "has something else where a digest is expected", 1),
        ('{"format": 1, "policies": []}', "has something else where a mapping is expected", 1),
    ],
)
def test_what_is_no_lock_is_told_where(text: str, problem: str, line: int) -> None:
    """A lock that somebody edited or merged wrongly is refused with the place."""
    with pytest.raises(SyntaxProblem) as caught:
        parse_lock(text, file="lifecycle.lock.json")

    assert caught.value.message == problem
    assert caught.value.position.line == line


def test_deleted_lock_publishes_nothing(tmp_path: Path) -> None:
    """A file that lies as a version does is not published where the lock is gone, and any other file is no version."""
    policy = PolicyStore.bundled().read(PolicyRef("keep-last-10", 1))
    file = tmp_path / "lifecycle" / "web" / "v1.json"
    file.parent.mkdir(parents=True)
    file.touch()

    found = compare_file(file, policy)

    assert found is not None
    assert found.code == "STO112"
    assert compare_file(tmp_path / "lifecycle" / "web.json", policy) is None
