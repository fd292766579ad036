from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ecrkit.documents.files import decode, files_under, read_text, unreadable
from ecrkit.errors import UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    """Line ends are kept, so that positions and lengths are those of the file."""
    path = tmp_path / "a.json"
    path.write_bytes("é\r\n🚢\n".encode())

    assert read_text(path) == "é\r\n🚢\n"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which, and what the system said."""
    with pytest.raises(UnreadableInputError) as caught:
        read_text(tmp_path / "a.json")

    assert str(caught.value) == f"{tmp_path / 'a.json'}: cannot be read: no such file or directory"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """It cannot be read, and says so."""
    with pytest.raises(UnreadableInputError) as caught:
        read_text(tmp_path)

    assert str(caught.value) == f"{tmp_path}: cannot be read: is a directory"


def test_what_is_not_utf_8_is_told_by_its_first_bad_byte() -> None:
    """The error names the byte and the line that it is on."""
    with pytest.raises(UnreadableInputError) as caught:
        decode("gut\nschön\n".encode("latin-1"), file="-")

    assert str(caught.value) == "-: not UTF-8: byte 0xf6 on line 2; save it as UTF-8"


def test_an_error_without_words_is_told_as_it_is(tmp_path: Path) -> None:
    """Not every error of the system has a text of its own."""
    assert str(unreadable(tmp_path, OSError("Odd"))) == f"{tmp_path}: cannot be read: odd"


def test_files_are_listed_by_name(tmp_path: Path) -> None:
    """The files of a folder come from all folders in it, by path; folders are no files."""
    for name in ("b/c.json", "a.json", "b/.d.json", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "f.json").mkdir()

    assert files_under(tmp_path, "[!.]*.json") == (tmp_path / "a.json", tmp_path / "b/c.json")


def test_folder_that_is_missing(tmp_path: Path) -> None:
    """A folder that does not exist cannot be read."""
    with pytest.raises(UnreadableInputError, match=r"nowhere: cannot be read: no such file or directory$"):
        files_under(tmp_path / "nowhere", "*")
