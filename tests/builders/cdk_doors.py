"""Ways of an input into CDK apps: more columns of the matrix "same input, every door"."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import cloudformation_include as cfn_include
from builders.apps import findings_in, quiet_app
from builders.doors import Answer, template_of

from ecrkit.cdk import LifecyclePolicyValidation, Repository, catalog_stacks, synthesize
from ecrkit.errors import EcrkitError
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest
    from builders.doors import Door
    from builders.kinds import Kind

__all__ = ["CDK_DOORS"]


def _synth(_: Kind, __: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    app = quiet_app()
    try:
        catalog_stacks(app)
        found = _lines(findings_in(synthesize(app)))
    except EcrkitError as error:
        return Answer("".join((str(error), *capsys.readouterr())), is_refusal=True)
    return Answer("".join((*found, *capsys.readouterr())), is_refusal=False)


def _construct(kind: Kind, *_: object) -> Answer:
    app = quiet_app()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            Repository(
                cdk.Stack(app, "Shop", env=cdk.Environment(account="123456789012", region="us-east-1")),
                "Web",
                repository_name="web",
                lifecycle=PolicyStore("policies/lifecycle")["web@1"],
                statements=kind.statements,
                open_to_everyone=kind.acknowledged,
            )
            assembly = synthesize(app)
        except EcrkitError as error:
            return Answer(str(error), is_refusal=True)
    messages = [str(message.entry.data) for stack in assembly.stacks for message in stack.messages]
    return Answer("\n".join((*messages, *(str(warning.message) for warning in warned))), is_refusal=False)


def _plugin(kind: Kind, *_: object) -> Answer:
    app = quiet_app()
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
    Path("shop.json").write_text(json.dumps(template_of(kind)), encoding="utf-8")
    cfn_include.CfnInclude(cdk.Stack(app, "Shop"), "Web", template_file=str(Path("shop.json").absolute()))
    found = [each for each in findings_in(app.synth()) if each["ruleName"].startswith(("ECR", "TPL", "STO"))]
    return Answer("".join(_lines(found)), is_refusal=any(each["severity"] == "error" for each in found))


def _lines(found: Iterable[dict[str, Any]]) -> list[str]:
    return [f"{each['ruleName']} {each['description']} {each.get('suggestedFix', '')}\n" for each in found]


CDK_DOORS: Mapping[str, Door] = {"cdk synth": _synth, "construct": _construct, "plugin": _plugin}
