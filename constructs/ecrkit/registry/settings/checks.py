"""The one function that everything calls to learn whether the settings of a registry are valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.registry.settings.caches import check_caches
from ecrkit.registry.settings.creation_templates import check_templates
from ecrkit.registry.settings.policy import check_policy
from ecrkit.registry.settings.pull_times import check_exclusions
from ecrkit.registry.settings.scanning import check_replication, check_scanning
from ecrkit.registry.settings.signing import check_signing

if TYPE_CHECKING:
    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Home, RegistrySettings

__all__ = ["check_registry"]


def check_registry(registry: RegistrySettings, home: Home) -> tuple[Finding, ...]:
    """
    Check registry-wide settings, without calling AWS.

    Args:
        registry: the settings.
        home: account and Region of the registry.

    Returns:
        All findings, with pointers into *registry*, as in ``/replication/0/to/1/region``. Missing rules of template
        policies are not checked here.
    """
    findings: list[Finding] = []
    if registry.scanning is not None:
        findings += check_scanning(registry.scanning, home)
    findings += check_replication(registry.replication, home)
    if registry.policy is not None:
        findings += check_policy(registry.policy, caches=registry.pull_through_cache, home=home)
    findings += check_caches(registry.pull_through_cache, home)
    findings += check_templates(registry.creation_templates, home)
    findings += check_signing(registry.signing, home)
    findings += check_exclusions(registry.pull_time_exclusions, home)
    return tuple(findings)
