"""
Draw images/review-comment.png: what `ecrkit review --output markdown` writes, as a pull request shows it.

Run ``python docs/review_comment.py`` where git and chromium are. The change is that of tasks/review-a-change.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

from ecrkit.policies.store import PolicyStore

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "review-comment.png"
PROJECT = ROOT / "tests" / "data" / "pages" / "tasks" / "review-a-change"
WIDTH, HEIGHT = 960, 500
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 16px; font: 14px/1.5 "Noto Sans", "DejaVu Sans", sans-serif; color: #1f2328; background: #fff }}
article {{ border: 1px solid #d1d9e0; border-radius: 6px }}
header {{ padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }}
main {{ padding: 0 16px 8px }}
h3 {{ font-size: 1.25em; margin: 16px 0 12px }}
table {{ border-collapse: collapse; margin: 12px 0 }}
th {{ white-space: nowrap }}
td, th {{ border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left }}
tr:nth-child(2n) {{ background: #f6f8fa }}
code {{ white-space: nowrap; background: #eff1f3; border-radius: 6px; padding: 2px 5px;
  font: 12px "Noto Sans Mono", "DejaVu Sans Mono", monospace }}
sub {{ color: #59636e }}
</style><article><header><b>github-actions</b> commented</header><main>{comment}</main></article>"""


def main() -> None:
    """Review the change in a folder of its own, and draw the comment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "comment.html"
        page.write_text(PAGE.format(comment=MarkdownIt("commonmark").enable("table").render(review(folder))))
        browser = shutil.which("chromium") or "google-chrome"
        size = f"--window-size={WIDTH},{HEIGHT}"
        run(browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=2", size,
            f"--screenshot={PICTURE}", page.as_uri(), cwd=folder)  # fmt: skip


def review(folder: Path) -> str:
    """Make the change, and give the comment."""
    project = folder / "registries"
    shutil.copytree(PROJECT, project)
    store = project / "policies" / "lifecycle"
    shutil.copytree(PolicyStore.bundled().root / "keep-20-semver", store / "keep-20-semver")
    ecrkit = [sys.executable, "-m", "ecrkit"]
    run(*ecrkit, "policy", "lock", cwd=project)
    git = ("git", "-c", "user.name=Team", "-c", "user.email=team@example.com")
    run(*git, "init", "--quiet", "--initial-branch=main", cwd=project)
    run(*git, "add", "--all", cwd=project)
    run(*git, "commit", "--quiet", "--message=Start", cwd=project)
    first = (store / "keep-20-semver" / "v1.json").read_text()
    (store / "keep-20-semver" / "v2.json").write_text(first.replace("20", "10"))
    run(*ecrkit, "policy", "lock", cwd=project)
    run(*ecrkit, "catalog", "pin", "keep-20-semver@2", "--yes", cwd=project)
    return run(*ecrkit, "review", "--base", "main", "--images", "images", "--output", "markdown", cwd=project, code=1)


def run(*command: str, cwd: Path, code: int = 0) -> str:
    """Run a command, and give its output; it must exit with *code*."""
    done = subprocess.run(  # noqa: S603 - the commands above
        command, cwd=cwd, env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode != code:
        raise SystemExit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
