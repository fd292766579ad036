"""The layers of ecrkit: one list, and what every module imports, inside functions and for type checking too."""

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
SOURCE = ROOT / "constructs" / "ecrkit"

LAYERS = (
    "errors",
    "documents",
    "images",
    "lifecycle",
    "policies",
    "preview",
    "registry",
    "catalog",
    "cdk",
    "deployment",
    "aws",
    "cli",
)
"""The packages. Each imports from those above it, never from one below."""

CDK = {"aws_cdk", "cdk_nag", "constructs", "jsii"}
BOTO = {"boto3", "botocore", *(f"mypy_boto3_{name}" for name in ("cloudformation", "ecr", "ecs", "lambda"))}
CLICK = {"click"}
FLEET = {"duckdb", "sqlglot"}
HOSTS = {"cfnlint": {"cfnlint.py"}, "pytest": {"pytest_plugin.py"}}
"""Tools of others, and the only modules or packages of ours that may import each."""

AT_THE_TOP = {"__init__.py", "__main__.py", "cfnlint.py", "pytest_plugin.py", "py.typed"}


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


def modules() -> dict[str, Path]:
    """Find every module of ecrkit, by name; that of a package is its ``__init__``."""
    return {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCE.rglob("*.py")
    }


MODULES = modules()


def imports_in(module: str) -> set[str]:
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return imports_of(path.read_text(encoding="utf-8"), package=package)


def layer_of(name: str) -> str:
    """Give the package of ecrkit that *name* is in; empty for the top, and for what is not ours."""
    top, _, rest = f"{name}.".partition(".")
    package = rest.partition(".")[0]
    return package if top == "ecrkit" and package in LAYERS else ""


def upwards(imports: set[str], *, layer: str) -> list[str]:
    """Give those of *imports* that lie below *layer* in the list."""
    below = LAYERS[LAYERS.index(layer) + 1 :]
    return sorted(name for name in imports if layer_of(name) in below)


def home_of(name: str) -> str | None:
    """Find the module of ours that an import of *name* loads last, if any."""
    parts = name.split(".")
    outward = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((module for module in outward if module in MODULES), None)


IN_LAYERS = sorted(module for module in MODULES if layer_of(module))


def test_packages() -> None:
    """Every folder of ecrkit is in the list, and beside the folders are the adapters only."""
    folders = {path.name for path in SOURCE.iterdir() if any(path.glob("*.py"))}

    assert folders == set(LAYERS)
    assert {path.name for path in SOURCE.iterdir() if path.is_file()} == AT_THE_TOP


@pytest.mark.parametrize("module", IN_LAYERS)
def test_layer(module: str) -> None:
    """A module imports only from its own package and those above it."""
    assert upwards(imports_in(module), layer=layer_of(module)) == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_libraries(module: str) -> None:
    """CDK stays in ``cdk``, boto3 in ``aws``, click in ``cli``, DuckDB in the fleet, other tools in an adapter."""
    tops = {name.partition(".")[0] for name in imports_in(module)}
    place = layer_of(module) or MODULES[module].name
    allowed = {"cdk": CDK, "aws": BOTO, "cli": CLICK}.get(place, set())
    if f"{module}.".startswith("ecrkit.preview.fleet."):
        allowed = FLEET
    hosts = {host for host, places in HOSTS.items() if place not in places}

    assert tops & ({*CDK, *BOTO, *CLICK, *FLEET, *hosts} - allowed) == set()
    assert tops & {"tests", "builders", "app", "stacks"} == set()


@pytest.mark.parametrize("adapter", ["ecrkit.cfnlint", "ecrkit.pytest_plugin"])
def test_adapters(adapter: str) -> None:
    """An adapter imports the core only: not what needs CDK, AWS or the command line."""
    assert {layer_of(name) for name in imports_in(adapter)} & {"cdk", "deployment", "aws", "cli"} == set()


@pytest.mark.parametrize("path", [ROOT / "app.py", *sorted((ROOT / "stacks").glob("*.py"))], ids=lambda path: path.name)
def test_app(path: Path) -> None:
    """The app of this repository uses the library as any app does: neither boto3 nor the command line."""
    imports = imports_of(path.read_text(encoding="utf-8"), package="stacks")

    assert {name.partition(".")[0] for name in imports} & {*BOTO, *CLICK, "tests", "builders"} == set()
    assert {layer_of(name) for name in imports} & {"aws", "cli"} == set()


def test_no_cycles() -> None:
    """Imports go one way: no module needs, directly or not, one that needs it."""
    graph = {
        module: {needed for name in imports_in(module) if (needed := home_of(name)) not in {None, "ecrkit"}}
        for module in MODULES
    }
    # Remove every module whose imports are all removed, again and again; a cycle never goes.
    while ready := {module for module, needed in graph.items() if not needed}:
        graph = {module: needed - ready for module, needed in graph.items() if module not in ready}

    assert graph == {}


class TestTheTest:
    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("import ecrkit.aws", id="plain"),
            pytest.param("import json, ecrkit.cli.console as console", id="among-others"),
            pytest.param("from ecrkit import aws", id="from"),
            pytest.param("from ecrkit.aws.sandbox import Sandbox", id="from-submodule"),
            pytest.param("def client():\n    import ecrkit.aws.client\n", id="in-a-function"),
            pytest.param("try:\n    import ecrkit.aws\nexcept ImportError:\n    pass\n", id="in-a-try"),
            pytest.param("if TYPE_CHECKING:\n    from ecrkit.aws import client\n", id="for-type-checking"),
            pytest.param("from ..aws import client", id="relative"),
        ],
    )
    def test_seen(self, source: str) -> None:
        """An import upwards is seen wherever it is, however it is written."""
        assert upwards(imports_of(source, package="ecrkit.catalog"), layer="catalog") != []

    @pytest.mark.parametrize(
        "source",
        [
            pytest.param("import boto3_stubs", id="library"),
            pytest.param("from ecrkit import awscli", id="longer-name"),
            pytest.param("from ecrkit.errors import Check", id="above"),
            pytest.param("from . import values", id="own"),
        ],
    )
    def test_allowed(self, source: str) -> None:
        """What is above, one's own, or only looks alike is allowed."""
        assert upwards(imports_of(source, package="ecrkit.catalog"), layer="catalog") == []


class TestImportTime:
    def test_ecrkit(self) -> None:
        """``import ecrkit`` loads no CDK, no AWS SDK, no DuckDB, no command line and no YAML."""
        assert loaded_by("import ecrkit") & {*CDK, *BOTO, *FLEET, *CLICK, "yaml"} == set()

    def test_public_names(self) -> None:
        """Its public names load none of them either."""
        assert (
            loaded_by("from ecrkit import LifecyclePolicy, PolicyStore") & {*CDK, *BOTO, *FLEET, *CLICK, "yaml"}
            == set()
        )

    def test_command_line(self) -> None:
        """The command line loads neither the CDK nor the AWS SDK nor DuckDB before a command needs them."""
        assert loaded_by("import ecrkit.cli") & {*CDK, *BOTO, *FLEET} == set()


def loaded_by(statement: str) -> set[str]:
    """Run *statement* in a fresh interpreter; give the top-level modules that it loads."""
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("folder", ["constructs", "tests/constructs"])
def test_constructs_is_no_package(folder: str) -> None:
    """A package named ``constructs`` would hide the library of that name, which aws_cdk imports."""
    assert not (ROOT / folder / "__init__.py").exists()
