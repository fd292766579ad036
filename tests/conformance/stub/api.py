"""The operations of the stub: those of the ECR API that the kit calls."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from conformance.stub.access_texts import is_accepted
from conformance.stub.lifecycle_texts import refusal
from conformance.stub.previews import previewed
from conformance.stub.state import Refusal, StoredRepository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.stub.previews import StoredImage
    from conformance.stub.state import State

__all__ = ["answer"]

Answer = dict[str, Any]
_PAGE = 3
_INVALID = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"


def answer(state: State, operation: str, given: Mapping[str, Any], *, host: str) -> Answer:
    """
    Answer a request.

    Args:
        state: of the stub.
        operation: its name, as in the API.
        given: its members.
        host: of the stub, with its port.

    Raises:
        Refusal: ECR would refuse it.
    """
    with state.lock:
        state.operations.append(operation)
        if operation == state.refused:
            raise Refusal("AccessDeniedException", f"not authorized to perform: ecr:{operation}")
        return _ANSWERS[operation](state, given) if operation in _ANSWERS else _about_registry(state, operation, host)


def _about_registry(state: State, operation: str, host: str) -> Answer:
    match operation:
        case "GetAuthorizationToken":
            token = base64.b64encode(b"AWS:stub").decode()
            until = state.seconds() + 43_200
            data = {"authorizationToken": token, "expiresAt": until, "proxyEndpoint": f"http://{host}"}
            return {"authorizationData": [data]}
        case "GetRegistryScanningConfiguration":
            return {"scanningConfiguration": state.configuration.get("scanning", {"scanType": "BASIC", "rules": []})}
        case "DescribeRegistry":
            rules = state.configuration.get("replication", [])
            return {"registryId": state.account, "replicationConfiguration": {"rules": rules}}
        case _:
            raise Refusal("InvalidAction", f"the stub has no {operation}")


def _create(state: State, given: Mapping[str, Any]) -> Answer:
    name = given["repositoryName"]
    if name in state.repositories:
        raise Refusal("RepositoryAlreadyExistsException", f"The repository with name '{name}' already exists")
    settings = {key: value for key, value in given.items() if key not in {"repositoryName", "tags"}}
    state.repositories[name] = StoredRepository(
        name, settings, [] if state.has("drops-tags") else given.get("tags", [])
    )
    return {"repository": _description(state, name)}


def _description(state: State, name: str) -> Answer:
    settings = state.repositories[name].settings
    scan = {"scanOnPush": False} if state.has("does-not-scan") else settings.get("imageScanningConfiguration", {})
    aes = {"encryptionType": "AES256"}
    found = {
        "registryId": state.account,
        "repositoryName": name,
        "repositoryArn": f"arn:aws:ecr:us-east-1:{state.account}:repository/{name}",
        "repositoryUri": f"{state.account}.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": state.seconds(),
        "imageTagMutability": settings.get("imageTagMutability", "MUTABLE"),
        "imageScanningConfiguration": {"scanOnPush": False, **scan},
        "encryptionConfiguration": aes
        if state.has("always-aes256")
        else {**aes, **settings.get("encryptionConfiguration", {})},
    }
    filters = settings.get("imageTagMutabilityExclusionFilters")
    if filters and not state.has("drops-exclusions"):
        found["imageTagMutabilityExclusionFilters"] = filters
    return found


def _describe(state: State, given: Mapping[str, Any]) -> Answer:
    names = given.get("repositoryNames") or sorted(state.repositories)
    for name in names:
        state.repository(name)
    start = int(given.get("nextToken", 0))
    found: Answer = {"repositories": [_description(state, name) for name in names[start : start + _PAGE]]}
    return {**found, "nextToken": str(start + _PAGE)} if start + _PAGE < len(names) else found


def _delete(state: State, given: Mapping[str, Any]) -> Answer:
    repository = state.repository(given["repositoryName"])
    if repository.images and not given.get("force"):
        raise Refusal("RepositoryNotEmptyException", "The repository is not empty")
    if not state.has("keeps-repositories"):
        del state.repositories[repository.name]
    return {"repository": {"repositoryName": repository.name}}


def _list_tags(state: State, given: Mapping[str, Any]) -> Answer:
    return {"tags": state.repository(given["resourceArn"].partition("/")[2]).tags}


def _put_lifecycle(state: State, given: Mapping[str, Any]) -> Answer:
    repository, text = state.repository(given["repositoryName"]), given["lifecyclePolicyText"]
    if why := refusal(text, state.has):
        raise Refusal("InvalidParameterException", f"Invalid parameter at 'LifecyclePolicyText': '{why}'")
    if not state.has("drops-lifecycle"):
        repository.lifecycle = text
    return {"repositoryName": repository.name, "lifecyclePolicyText": text}


def _get_lifecycle(state: State, given: Mapping[str, Any]) -> Answer:
    repository = state.repository(given["repositoryName"])
    if not repository.lifecycle:
        raise Refusal("LifecyclePolicyNotFoundException", "Lifecycle policy does not exist")
    document = json.loads(repository.lifecycle)
    document["rules"].sort(key=lambda rule: rule["rulePriority"])
    return {"repositoryName": repository.name, "lifecyclePolicyText": json.dumps(document)}


def _set_access(state: State, given: Mapping[str, Any]) -> Answer:
    repository, text = state.repository(given["repositoryName"]), given["policyText"]
    if not is_accepted(text, state.account, state.has):
        raise Refusal("InvalidParameterException", _INVALID)
    if not state.has("drops-access"):
        repository.access = text
    return {"repositoryName": repository.name, "policyText": text}


def _get_access(state: State, given: Mapping[str, Any]) -> Answer:
    repository = state.repository(given["repositoryName"])
    if not repository.access:
        raise Refusal("RepositoryPolicyNotFoundException", "Repository policy does not exist")
    return {"repositoryName": repository.name, "policyText": repository.access}


def _delete_access(state: State, given: Mapping[str, Any]) -> Answer:
    found = _get_access(state, given)
    state.repository(given["repositoryName"]).access = ""
    return found


def _images(state: State, given: Mapping[str, Any]) -> Answer:
    images = list(state.repository(given["repositoryName"]).images.values())
    start = int(given.get("nextToken", 0))
    found: Answer = {"imageDetails": [_detail(state, given, image) for image in images[start : start + _PAGE]]}
    return {**found, "nextToken": str(start + _PAGE)} if start + _PAGE < len(images) else found


def _detail(state: State, given: Mapping[str, Any], image: StoredImage) -> Answer:
    found = {
        "registryId": state.account,
        "repositoryName": given["repositoryName"],
        "imageDigest": image.digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": image.pushed_at,
        "imageManifestMediaType": image.media_type,
        "imageStatus": "ACTIVE",
    }
    if image.tags:
        found["imageTags"] = sorted(image.tags)
    if image.subject:
        found["subjectManifestDigest"] = image.subject
    return found


def _start_preview(state: State, given: Mapping[str, Any]) -> Answer:
    repository = state.repository(given["repositoryName"])
    text = given.get("lifecyclePolicyText", repository.lifecycle)
    if why := refusal(text, state.has):
        raise Refusal("InvalidParameterException", f"Invalid parameter at 'LifecyclePolicyText': '{why}'")
    fates = previewed(json.loads(text)["rules"], repository.images, state.seconds(), state.has)
    results = [
        {
            "imageDigest": digest,
            "imageTags": sorted(repository.images[digest].tags),
            "imagePushedAt": repository.images[digest].pushed_at,
            "action": {"type": kind, **({"targetStorageClass": "ARCHIVE"} if kind == "TRANSITION" else {})},
            "appliedRulePriority": priority,
        }
        for digest, (kind, priority) in fates.items()
    ]
    # The first question comes too early.
    repository.preview = {"text": text, "results": results, "is_running": True}
    return {"repositoryName": repository.name, "lifecyclePolicyText": text, "status": "IN_PROGRESS"}


def _get_preview(state: State, given: Mapping[str, Any]) -> Answer:
    repository = state.repository(given["repositoryName"])
    preview = repository.preview
    if preview is None:
        raise Refusal("LifecyclePolicyPreviewNotFoundException", "There is no preview")
    found: Answer = {"repositoryName": repository.name, "lifecyclePolicyText": preview["text"]}
    if preview["is_running"]:
        preview["is_running"] = False
        return {**found, "status": "IN_PROGRESS"}
    start = int(given.get("nextToken", 0))
    found |= {"status": "COMPLETE", "previewResults": preview["results"][start : start + _PAGE]}
    return {**found, "nextToken": str(start + _PAGE)} if start + _PAGE < len(preview["results"]) else found


_ANSWERS = {
    "CreateRepository": _create,
    "DescribeRepositories": _describe,
    "DeleteRepository": _delete,
    "ListTagsForResource": _list_tags,
    "PutLifecyclePolicy": _put_lifecycle,
    "GetLifecyclePolicy": _get_lifecycle,
    "SetRepositoryPolicy": _set_access,
    "GetRepositoryPolicy": _get_access,
    "DeleteRepositoryPolicy": _delete_access,
    "DescribeImages": _images,
    "StartLifecyclePolicyPreview": _start_preview,
    "GetLifecyclePolicyPreview": _get_preview,
}
