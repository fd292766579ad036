from __future__ import annotations

import ast
import os
import resource
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.permissions import unprivileged

import ecrkit
from ecrkit.documents.files import read_text, write_lines, write_text
from ecrkit.errors import UnwritableOutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.posix

NOBODY = 65534


def failure(path: Path) -> str:
    """Write to *path*, which must fail; give the message."""
    with pytest.raises(UnwritableOutputError) as caught:
        write_text(path, "new")
    return str(caught.value)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that everybody may look into, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def full_disk() -> Iterator[None]:
    """Allow no file to have more than a byte; not longer than necessary, since pytest may write to one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_written_as_it_is_read(tmp_path: Path) -> None:
    """In UTF-8, line ends as they are, over the old text, and without a draft left behind."""
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    write_text(path, "é\r\n🚢\n")

    assert read_text(path) == "é\r\n🚢\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("missing/a.json", "no such file or directory", id="no folder"),
        pytest.param("file/a.json", "not a directory", id="a file in its place"),
        pytest.param("a" * 300, "file name too long", id="long name"),
        pytest.param("folder", "is a directory", id="a directory"),
        pytest.param("circle", "too many levels of symbolic links", id="links in a circle"),
        pytest.param("nowhere", "no such file or directory", id="a link into no folder"),
    ],
)
def test_the_error_names_the_file_and_the_reason(name: str, expected: str, tmp_path: Path) -> None:
    """The message names the file that was asked for, not the draft, and nothing changes."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("back")
    (tmp_path / "back").symlink_to("circle")
    (tmp_path / "nowhere").symlink_to("missing/a.json")
    before = sorted(tmp_path.iterdir())

    assert failure(tmp_path / name) == f"{tmp_path / name}: cannot be written: {expected}"
    assert sorted(tmp_path.iterdir()) == before


class TestLinks:
    @pytest.mark.parametrize(
        "links",
        [
            pytest.param({"a.json": "target.json"}, id="one"),
            pytest.param({"a.json": "b.json", "b.json": "c.json", "c.json": "target.json"}, id="chain"),
        ],
    )
    @pytest.mark.parametrize("exists", [pytest.param(True, id="to a file"), pytest.param(False, id="dangling")])
    def test_links_stay(self, links: dict[str, str], exists: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of pytest
        """The file at the end of the links is written, and made where it does not exist."""
        if exists:
            (tmp_path / "target.json").write_text("old", encoding="utf-8")
        for name, target in links.items():
            (tmp_path / name).symlink_to(target)
        write_text(tmp_path / "a.json", "new")

        assert {name: str((tmp_path / name).readlink()) for name in links} == links
        assert read_text(tmp_path / "target.json") == "new"
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*links, "target.json"])

    def test_link_to_another_folder(self, tmp_path: Path) -> None:
        """The draft is where the target is: both folders may be on different disks."""
        for folder in ("here", "there"):
            (tmp_path / folder).mkdir()
        (tmp_path / "here" / "a.json").symlink_to("../there/target.json")
        write_text(tmp_path / "here" / "a.json", "new")

        assert (tmp_path / "here" / "a.json").is_symlink()
        assert read_text(tmp_path / "there" / "target.json") == "new"

    def test_folder_behind_a_link(self, tmp_path: Path) -> None:
        """A link in the middle of a path stays, too."""
        (tmp_path / "real").mkdir()
        (tmp_path / "folder").symlink_to("real")
        write_text(tmp_path / "folder" / "a.json", "new")

        assert (tmp_path / "folder").is_symlink()
        assert read_text(tmp_path / "real" / "a.json") == "new"


class TestModes:
    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
    def test_kept(self, mode: int, tmp_path: Path) -> None:
        """A file keeps its mode, whatever the umask."""
        path = tmp_path / "a.json"
        path.touch()
        path.chmod(mode)
        write_text(path, "new")

        assert oct(path.stat().st_mode & 0o7777) == oct(mode)

    @pytest.mark.parametrize(
        ("mask", "mode"), [pytest.param(0o022, 0o644, id="usual"), pytest.param(0o077, 0o600, id="private")]
    )
    def test_new(self, mask: int, mode: int, tmp_path: Path) -> None:
        """A new file gets what the umask leaves, as from any other program."""
        before = os.umask(mask)
        try:
            write_text(tmp_path / "a.json", "new")
        finally:
            os.umask(before)

        assert oct((tmp_path / "a.json").stat().st_mode & 0o7777) == oct(mode)

    def test_owner(self, open_folder: Path) -> None:
        """A file keeps its owner where the system allows it: for root, as in a container."""
        path = open_folder / "a.json"
        path.touch()
        if not os.geteuid():
            os.chown(path, NOBODY, NOBODY)
        before = path.stat()
        write_text(path, "new")

        assert (path.stat().st_uid, path.stat().st_gid) == (before.st_uid, before.st_gid)


class TestNothingIsLost:
    def test_read_only_folder(self, open_folder: Path) -> None:
        """A writable file in a folder that is not is left alone, and the message says what to do."""
        path = open_folder / "a.json"
        path.write_text("old", encoding="utf-8")
        path.chmod(0o666)
        open_folder.chmod(0o555)
        with unprivileged():
            message = failure(path)

        assert message == f"{path}: cannot be written: permission denied in its folder; make {open_folder} writable"
        assert read_text(path) == "old"

    def test_new_file_in_a_read_only_folder(self, open_folder: Path) -> None:
        """A file that does not exist is refused as by any other program."""
        open_folder.chmod(0o555)
        with unprivileged():
            message = failure(open_folder / "a.json")

        assert message == f"{open_folder / 'a.json'}: cannot be written: permission denied"

    def test_full_disk(self, tmp_path: Path) -> None:
        """The old text is still whole, and the draft is gone."""
        path = tmp_path / "a.json"
        path.write_text("o", encoding="utf-8")
        with full_disk():
            message = failure(path)

        assert message == f"{path}: cannot be written: file too large"
        assert read_text(path) == "o"
        assert list(tmp_path.iterdir()) == [path]

    def test_full_device(self, tmp_path: Path) -> None:
        """A device is written and not replaced, also behind a link."""
        path = tmp_path / "a.json"
        path.symlink_to("/dev/full")

        assert failure(path) == f"{path}: cannot be written: no space left on device"
        assert path.is_char_device()
        assert path.readlink() == Path("/dev/full")

    def test_pipe(self, tmp_path: Path) -> None:
        """A pipe is written and not replaced."""
        path = tmp_path / "pipe"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        write_text(path, "new")

        assert os.read(reader, 10) == b"new"
        assert path.is_fifo()
        os.close(reader)

    def test_interrupted(self, tmp_path: Path) -> None:
        """Ctrl-C after the text and before the replacement leaves the old file and no draft."""
        path = tmp_path / "a.json"
        path.write_text("old", encoding="utf-8")

        def lines() -> Iterator[str]:
            yield "new"
            signal.raise_signal(signal.SIGINT)

        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                write_lines(path, lines())
        finally:
            signal.signal(signal.SIGINT, before)

        assert read_text(path) == "old"
        assert list(tmp_path.iterdir()) == [path]


def test_every_file_is_written_here() -> None:
    """No other module writes a file by itself; the sandbox gives the programs that it starts a file for their log."""
    root = Path(ecrkit.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and is_write(node)
    }

    assert found == {"documents/files.py", "aws/sandbox/running.py", "aws/sandbox/steps.py"}


def is_write(call: ast.Call) -> bool:
    """Whether it writes a file: by a method of a path, or by opening the file; ``os.devnull`` is no file."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if "os.devnull" in ast.unparse(call):
        return False
    modes = [str(node.value).replace("b", "") for node in call.args if isinstance(node, ast.Constant)]
    is_opened = name in {"open", "fdopen"} and any(mode in ("w", "a", "x", "w+") for mode in modes)
    is_method = name in {"write_text", "write_bytes"} and isinstance(call.func, ast.Attribute)
    return is_method or is_opened
