"""
Write the bill of materials of this version: ``python release/sbom.py FILE``.

It lists ecrkit and what its extras install, in the versions of the lock files, as CycloneDX. uv resolves the
dependencies and needs a package index; the same lock files give the same bytes. Run it with ``make sbom``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import ecrkit

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([\w.-]+==[^\\\n]+?)\s*\\?$", re.MULTILINE)


def main() -> None:
    """Write the file."""
    [target] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "pyproject.toml").write_text(project(), encoding="utf-8")
        uv = ["uv", "--quiet", "--no-config", "--project", directory]
        export = ["export", "--frozen", "--all-extras", "--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
        for command in ([*uv, "lock"], [*uv, *export]):
            result = subprocess.run(command, capture_output=True, check=False, text=True)
            if result.returncode:
                sys.exit(f"error: {result.stderr.strip()}")
    Path(target).write_text(f"{reproducible(result.stdout)}\n", encoding="utf-8", newline="\n")


def project() -> str:
    """Describe ecrkit, its dependencies and the only versions of them, as a project that uv resolves."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locks = sorted(ROOT.glob("requirements*.txt"))
    pins = sorted({pin for lock in locks for pin in _PIN.findall(lock.read_text(encoding="utf-8"))})
    # A JSON text, or array of texts, is one of TOML, too.
    extras = (f"{name} = {json.dumps(several)}" for name, several in declared["optional-dependencies"].items())
    return "\n".join(
        (
            "[project]",
            f"name = {json.dumps(declared['name'])}",
            f"version = {json.dumps(ecrkit.__version__)}",
            f"requires-python = {json.dumps(declared['requires-python'])}",
            f"dependencies = {json.dumps(declared['dependencies'])}",
            "[project.optional-dependencies]",
            *extras,
            "[tool.uv]",
            "package = false",
            f"constraint-dependencies = {json.dumps(pins)}",
            "",
        )
    )


def reproducible(document: str) -> str:
    """Remove what differs from run to run; CycloneDX requires neither."""
    bill = json.loads(document)
    del bill["serialNumber"], bill["metadata"]["timestamp"]
    return json.dumps(bill, indent=2)


if __name__ == "__main__":
    main()
