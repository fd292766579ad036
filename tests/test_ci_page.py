"""What docs/ci.md says of the roles is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecrkit.cdk import GitHubWorkflow, GitLabPipeline

PAGE = (Path(__file__).parents[1] / "docs" / "ci.md").read_text(encoding="utf-8")


@pytest.mark.node
def test_sample_synthesizes(tmp_path: Path) -> None:
    """The first sample runs as it stands, and has the outputs of the table."""
    sample = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    environment = {"PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", sample], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    template = (tmp_path / "Pipeline.template.json").read_text(encoding="utf-8")
    outputs = re.findall(r"`(Pipeline\w+RoleArn)`", PAGE)
    assert len(outputs) == 3
    assert [name for name in outputs if f'"{name}"' not in template] == []


@pytest.mark.parametrize(
    ("kind", "arguments", "subject"), re.findall(r"^\| `(\w+)\((.*?)\)` \| `(\S+)` \|$", PAGE, re.MULTILINE)
)
def test_subject(kind: str, arguments: str, subject: str) -> None:
    """Each pipeline of the table has the subject next to it."""
    pairs = dict(re.findall(r'(\w+)="([^"]*)"', arguments))
    kinds = {"GitHubWorkflow": GitHubWorkflow, "GitLabPipeline": GitLabPipeline}

    assert kinds[kind](**pairs).subject == subject
