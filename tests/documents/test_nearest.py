"""Suggestions for misspelled words and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ecrkit.documents.nearest import correction, key_correction
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus
from ecrkit.policies.testing.cases import Expectation
from ecrkit.registry.properties import MUTABILITY_INSTEAD, Encryption, Mutability, Removal
from ecrkit.registry.settings.values import AppliedFor, ScanFrequency, ScanType, TemplateEncryption

if TYPE_CHECKING:
    from enum import StrEnum

WORDS: list[type[StrEnum]] = [
    *(ActionType, AppliedFor, CountType, Encryption, Expectation, Mutability, Removal, ScanFrequency, ScanType),
    *(StorageClass, TagStatus, TemplateEncryption),
]


@pytest.mark.parametrize("words", [pytest.param(words, id=words.__name__) for words in WORDS])
def test_each_word_is_found_in_another_case_and_with_a_letter_less(words: type[StrEnum]) -> None:
    """For every list of words, of every document, another case is corrected and a misspelling is asked about."""
    for word in words:
        other = word.upper() if word.upper() != word else word.lower()
        assert correction(other, words) == f"write '{word}'"
        assert correction(f"{word}x", words) in {f"did you mean '{word}'?", ""}


@pytest.mark.parametrize(
    ("given", "words", "advice"),
    [
        pytest.param("kms", Encryption, "write 'KMS'", id="case"),
        pytest.param("AES_256", Encryption, "write 'AES256'", id="CDK"),
        pytest.param("kms-dsse", Encryption, "write 'KMS_DSSE'", id="separators"),
        pytest.param("imageCountMoreThen", CountType, "did you mean 'imageCountMoreThan'?", id="misspelled"),
        pytest.param("SSE", Encryption, "", id="another meaning"),
        pytest.param("ROT13", Encryption, "", id="nothing like it"),
    ],
)
def test_words(given: str, words: type[StrEnum], advice: str) -> None:
    """A word of another meaning is not suggested."""
    assert correction(given, words) == advice


def test_words_that_others_use() -> None:
    """ECR's own words for a repository with exceptions are translated."""
    assert correction("IMMUTABLE_WITH_EXCLUSION", Mutability, instead=MUTABILITY_INSTEAD) == (
        "write 'IMMUTABLE': mutable_tags makes it so"
    )


@pytest.mark.parametrize(
    ("given", "used", "advice"),
    [
        pytest.param("scanOnPush", (), "did you mean scan_on_push?", id="separators"),
        pytest.param("lifecycl", (), "did you mean lifecycle?", id="misspelled"),
        pytest.param("lifecycl", ("lifecycle",), "remove it: 'lifecycle' is set", id="set already"),
        pytest.param("zzz", (), "known keys: lifecycle, scan_on_push", id="nothing like it"),
    ],
)
def test_keys(given: str, used: tuple[str, ...], advice: str) -> None:
    """A key that is set already is not suggested: it would be written twice."""
    assert key_correction(given, ("lifecycle", "scan_on_push"), used=used) == advice
