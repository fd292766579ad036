"""CloudFormation and STS of the stub: stacks of repositories, and who calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from conformance.stub.api import answer
from conformance.stub.state import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.stub.state import State

__all__ = ["answer_query"]

_REPOSITORY = "AWS::ECR::Repository"
_SETTINGS = {
    "ImageTagMutability": "imageTagMutability",
    "ImageTagMutabilityExclusionFilters": "imageTagMutabilityExclusionFilters",
    "ImageScanningConfiguration": "imageScanningConfiguration",
    "EncryptionConfiguration": "encryptionConfiguration",
    "Tags": "tags",
}


def answer_query(state: State, action: str, given: Mapping[str, str]) -> str:
    """
    Answer a request in the form of a query, by XML.

    Raises:
        Refusal: the service would refuse it.
    """
    with state.lock:
        state.operations.append(action)
        return f"<{action}Response><{action}Result>{_result(state, action, given)}</{action}Result></{action}Response>"


def _result(state: State, action: str, given: Mapping[str, str]) -> str:
    name = given.get("StackName", "")
    match action:
        case "GetCallerIdentity":
            arn = f"arn:aws:iam::{state.account}:user/stub"
            return f"<Arn>{arn}</Arn><UserId>stub</UserId><Account>{state.account}</Account>"
        case "CreateStack":
            resources = json.loads(given["TemplateBody"])["Resources"].values()
            state.stacks[name] = [_create(state, one["Properties"]) for one in resources if one["Type"] == _REPOSITORY]
            return f"<StackId>{escape(name)}</StackId>"
        case "DeleteStack":
            for repository in state.stacks.pop(name, []):
                answer(state, "DeleteRepository", {"repositoryName": repository, "force": True}, host="")
            return ""
        case "DescribeStacks":
            if name and name not in state.stacks:
                raise Refusal("ValidationError", f"Stack with id {name} does not exist")
            return f"<Stacks>{''.join(map(_stack, [name] if name else state.stacks))}</Stacks>"
        case _:
            raise Refusal("InvalidAction", f"the stub has no {action}")


def _stack(name: str) -> str:
    status = "<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-27T00:00:00Z</CreationTime>"
    return f"<member><StackName>{escape(name)}</StackName>{status}</member>"


def _create(state: State, properties: Mapping[str, Any]) -> str:
    name = str(properties["RepositoryName"])
    settings = {_SETTINGS[key]: value for key, value in properties.items() if key in _SETTINGS}
    for key in ("imageScanningConfiguration", "encryptionConfiguration"):
        settings[key] = {_lower(inner): value for inner, value in settings.get(key, {}).items()}
    if "imageTagMutabilityExclusionFilters" in settings:
        settings["imageTagMutabilityExclusionFilters"] = [
            {
                "filter": one["ImageTagMutabilityExclusionFilterValue"],
                "filterType": one["ImageTagMutabilityExclusionFilterType"],
            }
            for one in settings["imageTagMutabilityExclusionFilters"]
        ]
    answer(state, "CreateRepository", {"repositoryName": name, **settings}, host="")
    if "LifecyclePolicy" in properties:
        text = properties["LifecyclePolicy"]["LifecyclePolicyText"]
        answer(state, "PutLifecyclePolicy", {"repositoryName": name, "lifecyclePolicyText": text}, host="")
    if "RepositoryPolicyText" in properties:
        text = json.dumps(properties["RepositoryPolicyText"])
        answer(state, "SetRepositoryPolicy", {"repositoryName": name, "policyText": text}, host="")
    return name


def _lower(key: str) -> str:
    return key[0].lower() + key[1:]
