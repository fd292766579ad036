"""The layers of the design, held by what every module imports: in functions and for type checking, too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CDK = {"aws_cdk", "cdk_nag", "constructs", "jsii"}
BOTO = {"boto3", "botocore", *(f"mypy_boto3_{name}" for name in ("cloudformation", "ecr", "ecs", "lambda"))}
CLICK = {"click"}
TESTS = {"tests", "builders"}
APP = {"app", "stacks", *TESTS}

# Modules that make ecrkit part of another tool, and that tool: they know the core and it, nothing else.
ADAPTERS = {"ecrkit.cfnlint": "cfnlint", "ecrkit.pytest_plugin": "pytest"}

# What the modules of each layer must not import; the layer of a module is the one with the longest name.
PARTS = {"ecrkit.cdk", "ecrkit.live", "ecrkit.cli", "ecrkit.report"}
CORE = {*CDK, *BOTO, *CLICK, *APP, "plotly", "pytest", *ADAPTERS, *ADAPTERS.values(), *PARTS}
FORBIDDEN = {
    "ecrkit": CORE,
    "ecrkit.cdk": {*BOTO, *CLICK, *APP, "ecrkit.live", "ecrkit.cli"},
    "ecrkit.live": {*CDK, *CLICK, *APP, "ecrkit.cdk", "ecrkit.cli"},
    "ecrkit.cli": APP,
    "ecrkit.report": CORE - {"plotly", "ecrkit.report"},
    "stacks": {*BOTO, *CLICK, *TESTS, "app", "ecrkit.live", "ecrkit.cli"},
    "app": {*BOTO, *CLICK, *TESTS, "ecrkit.live", "ecrkit.cli"},
    **{adapter: CORE - {host} for adapter, host in ADAPTERS.items()},
}


def sources() -> dict[str, Path]:
    """Find every module, by name; of a package that is its ``__init__``."""
    files = {
        **{path: path.relative_to(ROOT / "constructs") for path in (ROOT / "constructs" / "ecrkit").rglob("*.py")},
        **{path: path.relative_to(ROOT) for path in (ROOT / "stacks").rglob("*.py")},
        ROOT / "app.py": Path("app.py"),
    }
    return {
        ".".join(relative.with_suffix("").parts).removesuffix(".__init__"): path for path, relative in files.items()
    }


MODULES = sources()


def imports_of(source: str, *, package: str) -> set[str]:
    """
    Give everything that *source* imports, wherever in it.

    ``from a import b`` is ``a.b``, whether that is a module or a name in one.
    """
    return set(_imports(ast.parse(source), package=package))


def _imports(tree: ast.AST, *, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            parents = parents[: len(parents) - node.level + 1] if node.level else []
            origin = [*parents, *([node.module] if node.module else [])]
            yield from (".".join([*origin, alias.name]) for alias in node.names)


def forbidden_in(module: str) -> set[str]:
    """Find what *module* must not import; what the table does not know is core, which may import least."""
    return next(FORBIDDEN[name] for name in outward(module) if name in FORBIDDEN)


def home_of(name: str) -> str | None:
    """Find the module of ours that an import of *name* loads last, if any."""
    return next((module for module in outward(name) if module in MODULES), None)


def outward(name: str) -> list[str]:
    """Give *name*, the package that it lies in, the one that this lies in, and so on."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def violations(imports: set[str], forbidden: set[str]) -> list[str]:
    """Give those of *imports* that are, or lie in, something *forbidden*."""
    return sorted(name for name in imports if not forbidden.isdisjoint(outward(name)))


def imports_in(module: str) -> set[str]:
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return imports_of(path.read_text(encoding="utf-8"), package=package)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_layer(module: str) -> None:
    """A module imports nothing that its layer must not know."""
    assert violations(imports_in(module), forbidden_in(module)) == []


def test_no_cycles() -> None:
    """Imports go one way only: no module needs, by whatever way, one that needs it."""
    graph = {module: {needed for name in imports_in(module) if (needed := home_of(name))} for module in MODULES}
    # Import every module whose imports are all there, again and again; a cycle never becomes complete.
    while ready := {module for module, needed in graph.items() if not needed}:
        graph = {module: needed - ready for module, needed in graph.items() if module not in ready}

    assert graph == {}


class TestTheTest:
    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("import boto3", id="plain"),
            pytest.param("import json, boto3.session as session", id="among-others"),
            pytest.param("from boto3 import Session", id="from"),
            pytest.param("from boto3.session import Session", id="from-submodule"),
            pytest.param("def client():\n    import boto3\n", id="in-a-function"),
            pytest.param("try:\n    import boto3\nexcept ImportError:\n    boto3 = None\n", id="in-a-try"),
            pytest.param("if TYPE_CHECKING:\n    from boto3 import Session\n", id="for-type-checking"),
            pytest.param("from ecrkit import live", id="own"),
            pytest.param("from ecrkit.live.sandbox import Sandbox", id="own-submodule"),
            pytest.param("from . import live", id="relative"),
            pytest.param("from .live import Sandbox", id="relative-submodule"),
        ],
    )
    def test_seen(self, source: str) -> None:
        """What a layer must not know is seen wherever it stands, however it is written."""
        assert violations(imports_of(source, package="ecrkit"), CORE) != []

    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("import boto3_stubs", id="longer-name"),
            pytest.param("from ecrkit import liveness", id="longer-own-name"),
            pytest.param("import yaml", id="dependency"),
            pytest.param("from . import names", id="relative"),
        ],
    )
    def test_allowed(self, source: str) -> None:
        """What only looks alike is allowed."""
        assert violations(imports_of(source, package="ecrkit"), CORE) == []

    def test_relative_in_a_package(self) -> None:
        """A relative import is resolved from the package it stands in."""
        source = "from ..live import Sandbox\nfrom .values import Rule"

        assert imports_of(source, package="ecrkit.lifecycle") == {
            "ecrkit.live.Sandbox",
            "ecrkit.lifecycle.values.Rule",
        }

    def test_modules(self) -> None:
        """Every layer has modules to be held to it."""
        assert FORBIDDEN.keys() - ADAPTERS.keys() <= MODULES.keys()


class TestImportTime:
    def test_ecrkit(self) -> None:
        """``import ecrkit`` loads no CDK, no AWS SDK, no command line and no YAML."""
        assert loaded_by("import ecrkit") & {*CDK, *BOTO, *CLICK, "yaml"} == set()

    def test_public_names(self) -> None:
        """Its public names load none of them either."""
        assert loaded_by("from ecrkit import LifecyclePolicy, PolicyStore") & {*CDK, *BOTO, *CLICK, "yaml"} == set()

    def test_command_line(self) -> None:
        """The command line loads neither the CDK nor the AWS SDK before a command needs them."""
        assert loaded_by("import ecrkit.cli") & {*CDK, *BOTO} == set()


def loaded_by(statement: str) -> set[str]:
    """Run *statement* in a fresh interpreter; give the top-level modules that it loads."""
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("folder", ["constructs", "tests/constructs"])
def test_constructs_is_no_package(folder: str) -> None:
    """A package named ``constructs`` would stand before the library of that name, which aws_cdk imports."""
    assert not (ROOT / folder / "__init__.py").exists()
