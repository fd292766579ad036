"""A store is checked with the tests of its policies."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from builders.commands import ecrkit
from builders.policy_tests import with_image
from builders.stores import make_store, policy_text

from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import lock_path

if TYPE_CHECKING:
    from pathlib import Path


class TestStore:
    def test_tests_of_every_version_are_checked(self, tmp_path: Path) -> None:
        """A store reports what is wrong with each file of tests, also of one whose version is not there."""
        store = make_store(
            tmp_path,
            {
                "web/v1.json": policy_text(),
                "web/v1.test.yaml": with_image("{pushed_days_ago: -1, expect: stay}"),
                "web/v2.test.yaml": "{}",
            },
        )

        findings = check_store(store, with_tests=True).findings
        found = [(found.location.file, found.code) for found in findings if found.code.startswith("TST")]

        assert found == [(f"{store}/web/v1.test.yaml", "TST115"), (f"{store}/web/v2.test.yaml", "TST110")]

    def test_broken_tests_stop_publishing(self, tmp_path: Path) -> None:
        """A version is not published with tests that cannot be read."""
        store = make_store(tmp_path, {"web/v1.json": policy_text(), "web/v1.test.yaml": "web: {}"})

        result = ecrkit("policy", "lock", store)

        assert result.returncode == 1
        assert result.stdout == (
            f"{store}/web/v1.test.yaml:1:6: error: web: the required key 'images' is missing; add it [TST104]\n"
        )
        assert not lock_path(store).exists()

    def test_checking_policies_needs_no_yaml(self, tmp_path: Path) -> None:
        """A store is checked without loading a YAML reader, unless its tests are asked for."""
        store = make_store(tmp_path, {"web/v1.json": policy_text(), "web/v1.test.yaml": "web: {}"})
        code = (
            "import sys; from pathlib import Path; from ecrkit.policies.checks import check_store\n"
            "print(check_store(Path(sys.argv[1])).checked, 'yaml' in sys.modules)\n"
        )

        result = subprocess.run([sys.executable, "-c", code, store], capture_output=True, check=True, text=True)

        assert result.stdout == "1 False\n"

    def test_what_accompanies_policies_is_no_finding(self, tmp_path: Path) -> None:
        """A store may have a README, notes, a licence and what systems leave in any folder, at each level."""
        names = (
            "README.md",
            "readme",
            "LICENSE",
            "CODEOWNERS",
            "CHANGELOG.md",
            ".gitkeep",
            ".DS_Store",
            "Thumbs.db",
            "NOTES.md",
            "why-we-keep-ten.rst",
            "decisions.adoc",
        )
        files = {f"{folder}{name}": "" for folder in ("", "web/") for name in names}
        store = make_store(tmp_path, {"web/v1.json": policy_text(tag_status="untagged"), **files})

        assert [found.code for found in check_store(store).findings] == ["STO112"]

    def test_other_files_are_findings(self, tmp_path: Path) -> None:
        """A file that may be a policy with a wrong name is one, and so is a folder named like a README."""
        store = make_store(tmp_path, {"web/v1.json": policy_text(), "web/v2.jsn": "", "web/README/x": "", "a.json": ""})

        found = [found.location.file.removeprefix(f"{store}/") for found in check_store(store).findings]
        assert {"a.json", "web/README", "web/v2.jsn"} <= {*found}
