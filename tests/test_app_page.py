"""What docs/tasks/cdk-app.md says is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tasks" / "cdk-app.md").read_text(encoding="utf-8")


@pytest.mark.node
def test_samples_run(tmp_path: Path) -> None:
    """The samples, one after the other, synthesize the shipped catalog and a stack that uses it."""
    shutil.copy(ROOT / "repositories.yaml", tmp_path)
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    first, second = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    program = first.replace("synthesize(app)\n", f"{second}synthesize(app)\n")
    environ = {**os.environ, "CDK_OUTDIR": str(tmp_path / "out")}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")
    template = json.loads((tmp_path / "out" / "Build.template.json").read_text(encoding="utf-8"))
    assert "arn:aws:ecr:us-east-1:123456789012:repository/payments/api" in json.dumps(template)


def test_app_is_short() -> None:
    """``app.py`` of this repository has at most 20 lines."""
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 20
