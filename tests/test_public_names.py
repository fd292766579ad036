from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import ecrkit
import ecrkit.cdk


class TestPublicNames:
    @pytest.mark.parametrize(
        ("name", "home"),
        [
            pytest.param("Image", "ecrkit.images", id="Image"),
            pytest.param("LifecyclePolicy", "ecrkit.lifecycle", id="LifecyclePolicy"),
            pytest.param("PolicyStore", "ecrkit.policies.store", id="PolicyStore"),
            pytest.param("evaluate", "ecrkit.lifecycle.evaluation.evaluation", id="evaluate"),
            pytest.param("read_images", "ecrkit.images.inventory.sources", id="read_images"),
            pytest.param("read_policy", "ecrkit.lifecycle", id="read_policy"),
        ],
    )
    def test_name(self, name: str, home: str) -> None:
        """A public name of ``ecrkit`` is the one of the module that it lives in."""
        assert getattr(ecrkit, name) is getattr(importlib.import_module(home), name)
        assert name in ecrkit.__all__
        assert name in dir(ecrkit)

    @pytest.mark.node
    @pytest.mark.parametrize(
        ("name", "home"),
        [
            pytest.param("DeployRole", "ecrkit.cdk.deploy_role", id="DeployRole"),
            pytest.param("GitHubWorkflow", "ecrkit.cdk.trust", id="GitHubWorkflow"),
            pytest.param("GitLabPipeline", "ecrkit.cdk.trust", id="GitLabPipeline"),
            pytest.param("Grantees", "ecrkit.registry.access", id="Grantees"),
            pytest.param("LifecyclePolicyValidation", "ecrkit.cdk.validation", id="LifecyclePolicyValidation"),
            pytest.param("Registry", "ecrkit.cdk.registry", id="Registry"),
            pytest.param("Repository", "ecrkit.cdk.repository", id="Repository"),
        ],
    )
    def test_name_of_cdk(self, name: str, home: str) -> None:
        """So is a public name of ``ecrkit.cdk``, and there are no others."""
        assert getattr(ecrkit.cdk, name) is getattr(importlib.import_module(home), name)
        assert name in ecrkit.cdk.__all__
        assert name in dir(ecrkit.cdk)
        with pytest.raises(AttributeError, match=f"has no attribute '{name}s'"):
            getattr(ecrkit.cdk, f"{name}s")

    def test_star(self) -> None:
        """``from ecrkit import *`` gives every public name."""
        script = "from ecrkit import *; print(sorted(set(dir()) & {'LifecyclePolicy', 'PolicyStore', '__version__'}))"
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        assert run.stdout == "['LifecyclePolicy', 'PolicyStore', '__version__']\n"

    def test_unknown(self) -> None:
        """A name that is not there is an error as of any module."""
        with pytest.raises(AttributeError) as caught:
            importlib.import_module("ecrkit").PolicyStor  # noqa: B018 - reading it is what fails

        assert str(caught.value) == "module 'ecrkit' has no attribute 'PolicyStor'"
