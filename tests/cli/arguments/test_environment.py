"""`--environment`: the AWS profile that an environment of the catalog names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit
from builders.sandbox_checks import OTHER

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = f"""\
environments:
  dev: {{account: "123456789012", region: us-east-1, profile: nobody-has-it}}
  prod: {{account: "{OTHER.account}", region: {OTHER.region}, profile: company prod}}
repositories: {{web: {{}}}}
"""
CREDENTIALS = "[{}]\naws_access_key_id = {}\naws_secret_access_key = x\n"


def test_profile_of_the_environment(ministack: Sandbox, tmp_path: Path) -> None:
    """A command uses the profile of its environment, unless --profile is given or this machine does not have it."""
    profiles = {"company prod": OTHER.account, "mine": "123456789012"}
    (tmp_path / "credentials").write_text("".join(CREDENTIALS.format(*profile) for profile in profiles.items()))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    file = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    environment = {**account_in(ministack, tmp_path).environment, **file}

    def audit(*arguments: str) -> tuple[int, str]:
        result = ecrkit("audit", *arguments, "--output", "json", cwd=tmp_path, environment=environment)
        return result.returncode, result.stdout + result.stderr

    assert audit("--environment", "dev")[0] == 1
    code, prod = audit("--environment", "prod")
    assert (code, f'"account": "{OTHER.account}"' in prod) == (1, True)
    code, refused = audit("--environment", "prod", "--profile", "mine")
    assert code == 2
    assert f"is in account {OTHER.account}, but the credentials are for 123456789012; pass another --profile" in refused
