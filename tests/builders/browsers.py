"""A real browser, without a window."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS = 90
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def dom_of(page: Path, *, profile: Path, script: str = "") -> str:
    """
    Open *page* in Chromium and give the document as it is when it has loaded.

    Args:
        page: an HTML file.
        profile: a directory for the browser, new.
        script: run at the end of the page, as if a person did it.
    """
    if script:
        acted = page.with_name(f"acted-{page.name}")
        html = page.read_text(encoding="utf-8").replace("</body>", f"<script>{script}</script></body>")
        # The page allows its own script only.
        hashed = b64encode(sha256(script.encode()).digest()).decode()
        acted.write_text(html.replace("script-src ", f"script-src 'sha256-{hashed}' ", 1), encoding="utf-8")
        page = acted
    command = ["chromium", *OPTIONS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
    result = subprocess.run(command, capture_output=True, check=True, timeout=_TIMEOUT_SECONDS)
    return result.stdout.decode()
