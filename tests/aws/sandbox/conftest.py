from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import Sandbox, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def running() -> Iterator[Sandbox]:
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        yield sandbox
