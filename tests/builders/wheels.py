"""Wheels: built, installed, and from earlier commits."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[2]


def made(source: Path, into: Path, *, umask: int = -1) -> tuple[Path, Path]:
    """Run ``make dist`` in a tree; gives the wheel and the source distribution."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # Where the tree has no environment of its own, the one of the tests serves.
    search_path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    subprocess.run(
        ["make", "--silent", "dist", f"DIST={into}"],  # noqa: S607 - every machine has its own
        cwd=source,
        env={**inherited, "PATH": search_path},
        capture_output=True,
        check=True,
        umask=umask,
    )
    [wheel], [archive] = into.glob("*.whl"), into.glob("*.tar.gz")
    return wheel, archive


def built(source: Path, into: Path) -> Path:
    """Build the wheel of a tree that may have no Makefile; gives its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    [path] = into.glob("*.whl")
    return path


def clone(into: Path, *options: str) -> Path:
    """Clone the last commit of this repository."""
    # With an address, git takes options that it ignores with a path.
    _git("clone", "--quiet", *options, ROOT.as_uri(), str(into))
    return into


def previous_release(tree: Path = ROOT) -> str:
    """
    Name the commit that an upgrade starts from: the newest release before this commit, or else its parent.

    Raises:
        AssertionError: this clone lacks it; the text says what to do.
    """
    if _git("rev-parse", "--verify", "--quiet", "HEAD^", tree=tree, check=False).returncode:
        is_shallow = _git("rev-parse", "--is-shallow-repository", tree=tree).stdout == b"true\n"
        remedy = "run git fetch --unshallow --tags" if is_shallow else "make a second commit"
        raise AssertionError(f"HEAD^: the upgrade test needs the commit before this one, got none; {remedy}")
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^", tree=tree, check=False)
    return "HEAD^" if tag.returncode else tag.stdout.decode().strip()


def checkout(commit: str, into: Path) -> Path:
    """Write the files of a commit to a folder."""
    with tarfile.open(fileobj=BytesIO(_git("archive", "--format=tar", commit).stdout)) as archive:
        # Python before 3.11.4 has no filters, and no argument for one.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(into)  # noqa: S202 - our own commit
    return into


def environment(into: Path) -> Path:
    """Make an environment that has everything of the tests' own except ecrkit; gives the folder of its programs."""
    venv.create(into, symlinks=True)
    # Python reads no .pth file in a folder that a .pth file names: the one there leads to this tree.
    [packages] = into.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return into / "bin"


def install(wheel: Path, programs: Path) -> None:
    """Install a wheel, or upgrade to it, without its dependencies."""
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", "--no-index"]
    # Two commits may be of the same version.
    subprocess.run([*pip, "--no-deps", "--force-reinstall", str(wheel)], check=True, capture_output=True)


def _git(*arguments: str, tree: Path = ROOT, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(tree), *arguments], capture_output=True, check=check)  # noqa: S607 - as above
