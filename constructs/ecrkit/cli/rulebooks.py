"""Every check that ecrkit makes: the one list behind ``ecrkit rules``, docs/rules.md and SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecrkit.catalog import CATALOG_RULEBOOK
from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.deployment.guard import GUARD_RULEBOOK
from ecrkit.images.inventory.rulebook import IMAGES_RULEBOOK
from ecrkit.images.scans.allow_list import ALLOW_LIST_RULEBOOK
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.checks import STORE_RULEBOOK
from ecrkit.policies.testing.rulebook import POLICY_TEST_RULEBOOK
from ecrkit.preview.protection import IN_USE_RULEBOOK
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Check

__all__ = ["CHECKS", "RULEBOOKS", "Rulebook"]


class Rulebook(NamedTuple):
    """
    The checks of one kind of document, or of one comparison.

    Attributes:
        heading: what is checked.
        introduction: which commands make these checks, for the page.
        checks: by code.
    """

    heading: str
    introduction: str
    checks: tuple[Check, ...]


RULEBOOKS = (
    Rulebook(
        "Lifecycle policies (ECR)",
        "`ecrkit policy check`, `ecrkit catalog check`, the CDK construct, the CDK validation plugin and the cfn-lint\n"
        "rules report these. ECR211, ECR212 and ECR213 apply to the combined policy of a repository, so that\n"
        "`ecrkit policy check` does not report them. An example is a lifecycle policy.",
        RULEBOOK,
    ),
    Rulebook(
        "CloudFormation templates (TPL)",
        "The CDK validation plugin and, with `cfn-lint -c I`, the cfn-lint rules report these. An example is a\n"
        "template.",
        TEMPLATE_RULEBOOK,
    ),
    Rulebook(
        "Access policies (ECR)",
        "`ecrkit catalog check`, the CDK constructs, the CDK validation plugin, the cfn-lint rules and `ecrkit audit`\n"
        "report these for repository policies and registry policies. The catalog has codes of its own for ECR402 and\n"
        "ECR403. An example is a repository policy; for ECR427, a `repositories.yaml`.",
        ACCESS_RULEBOOK,
    ),
    Rulebook(
        "Policy stores (STO)",
        "`ecrkit policy check` reports these for a whole store, and `ecrkit catalog check` for that of a catalog.\n"
        "Everything that resolves `name@N` reports STO110 to STO113 of that version. An example starts from a store\n"
        "with the published versions `api@1` and `web@1`, and runs in the folder that contains `policies/`.",
        STORE_RULEBOOK,
    ),
    Rulebook(
        "Policy tests (TST)",
        "`ecrkit policy test`, `ecrkit policy lock` and the pytest plugin report these. An example is a\n"
        "`vN.test.yaml`.",
        POLICY_TEST_RULEBOOK,
    ),
    Rulebook(
        "Catalogs (CAT)",
        "`ecrkit catalog check` and `cdk synth` report these. An example is a `repositories.yaml`. It may use the\n"
        "policies that ecrkit bundles.",
        CATALOG_RULEBOOK,
    ),
    Rulebook(
        "Image lists (IMG)",
        "Every command that reads a list of images reports these: `ecrkit policy preview`, `ecrkit policy diff` and\n"
        "`ecrkit catalog diff`. An example is the output of `aws ecr describe-images`; for IMG120, of\n"
        "`aws ecr batch-get-image`.",
        IMAGES_RULEBOOK,
    ),
    Rulebook(
        "Allow lists (ALW)",
        "`ecrkit scan gate --allow` reports these. An example is an allow list.",
        ALLOW_LIST_RULEBOOK,
    ),
    Rulebook(
        "Images in use (USE)",
        "`ecrkit policy preview --in-use` reports these. An example is a command that writes such a list.",
        IN_USE_RULEBOOK,
    ),
    Rulebook(
        "Deployments (GRD)",
        "[`ecrkit guard`](concepts/guard.md) reports these. An example is a change of a template.",
        GUARD_RULEBOOK,
    ),
    Rulebook(
        "Deployed repositories (AUD)",
        "[`ecrkit audit`](tasks/audit.md) reports these. An example is a command that makes the problem.",
        AUDIT_RULEBOOK,
    ),
)

CHECKS: Mapping[str, Check] = {check.code: check for rulebook in RULEBOOKS for check in rulebook.checks}
"""Every check, by code, in the order of the list."""
