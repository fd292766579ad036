"""What docs/tasks/review-in-ci.md and docs/reference/deploy-role.md say is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders.pipelines import registry_in

from ecrkit.cdk import GitHubWorkflow, GitLabPipeline

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "tasks" / "review-in-ci.md").read_text(encoding="utf-8")
ROLES = (DOCS / "reference" / "deploy-role.md").read_text(encoding="utf-8")


@pytest.mark.node
def test_sample_synthesizes(tmp_path: Path) -> None:
    """The first sample runs as it stands, and has the outputs of the table."""
    sample = re.findall(r"```python\n(.*?)```", ROLES, re.DOTALL)[0]
    environment = {"PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", sample], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    template = (tmp_path / "Pipeline.template.json").read_text(encoding="utf-8")
    outputs = re.findall(r"`(Pipeline\w+RoleArn)`", ROLES)
    assert len(outputs) == 3
    assert [name for name in outputs if f'"{name}"' not in template] == []


def test_variables(tmp_path: Path) -> None:
    """The page lists every variable that the pipelines read."""
    read: set[str] = set()
    for ci in ("github", "gitlab"):
        directory = registry_in(tmp_path / ci, ci=ci)
        files = [*directory.glob(".github/workflows/*.yml"), *directory.glob(".gitlab-ci.yml")]
        text = "".join(path.read_text(encoding="utf-8") for path in files)
        read |= set(re.findall(r"\b(?:ECRKIT|AWS)_[A-Z_]+\b", text))

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == read - {"AWS_REGION", "AWS_ID_TOKEN"}


@pytest.mark.parametrize(
    ("kind", "arguments", "subject"), re.findall(r"^\| `(\w+)\((.*?)\)` \| `(\S+)` \|$", ROLES, re.MULTILINE)
)
def test_subject(kind: str, arguments: str, subject: str) -> None:
    """Each pipeline of the table has the subject next to it."""
    pairs = dict(re.findall(r'(\w+)="([^"]*)"', arguments))
    kinds = {"GitHubWorkflow": GitHubWorkflow, "GitLabPipeline": GitLabPipeline}

    assert kinds[kind](**pairs).subject == subject
