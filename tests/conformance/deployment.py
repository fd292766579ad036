"""Deploy the catalog of the tests, compare every property with what ECR has, and delete it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from botocore.exceptions import WaiterError
from builders.catalogs import EVERYTHING
from conformance.values import Result

from ecrkit.catalog import check_catalog, templates
from ecrkit.errors import AwsError, InvalidCatalogError, errors_in
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.values import Account, Json
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef

__all__ = ["catalog_text", "delete_stack", "deployment_results"]

_ORGANIZATION = "o-a1b2c3d4e5"
_WAITER: WaiterConfigTypeDef = {"Delay": 5, "MaxAttempts": 120}


def catalog_text(account: Account) -> str:
    """Write the catalog of the tests for one environment, with the prefix before each name."""
    catalog = yaml.safe_load(EVERYTHING)
    catalog["environments"] = {"conformance": {"account": account.number, "region": account.region}}
    repositories = {account.name(name): entry for name, entry in catalog["repositories"].items()}
    repositories[account.name("granted")] = {"pull": {"organization": _ORGANIZATION, "lambda": True}}
    catalog["repositories"] = repositories
    return str(yaml.safe_dump(catalog, sort_keys=False))


def deployment_results(account: Account) -> Iterator[Result]:
    """Deploy in one stack, compare, and delete the stack."""
    body = _template(account)
    resources = [one for one in body["Resources"].values() if one["Type"] == "AWS::ECR::Repository"]
    account.cloudformation.create_stack(StackName=account.prefix, TemplateBody=json.dumps(body))
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName=account.prefix, WaiterConfig=_WAITER)
    for resource in resources:
        declared = _declared(resource["Properties"])
        deployed = _deployed(account, declared["RepositoryName"])
        for key, value in declared.items():
            name = f"{declared['RepositoryName'].removeprefix(account.prefix)[1:]}: {key}"
            yield Result(
                part="deployment", name=name, given={"declared": value}, ours=value, theirs=deployed.get(key, "nothing")
            )
    delete_stack(account, account.prefix)


def _template(account: Account) -> dict[str, Any]:
    store = PolicyStore.bundled()
    checked = check_catalog(catalog_text(account), file="repositories.yaml", policies=store)
    if checked.catalog is None:
        raise InvalidCatalogError(errors_in(checked.findings))
    (template,) = templates(checked.catalog, store).values()
    return json.loads(template.text)  # type: ignore[no-any-return] # what json gives


def _declared(properties: Mapping[str, Any]) -> dict[str, Json]:
    """Write properties in the order and form of ECR's answers; each property of the template is there."""
    declared = dict(properties)
    if "LifecyclePolicy" in declared:
        declared["LifecyclePolicy"] = _in_order(declared["LifecyclePolicy"]["LifecyclePolicyText"])
    if "RepositoryPolicyText" in declared:
        declared["RepositoryPolicyText"] = _plain(declared["RepositoryPolicyText"])
    if "Tags" in declared:
        declared["Tags"] = {tag["Key"]: tag["Value"] for tag in declared["Tags"]}
    if "EncryptionConfiguration" in declared:
        declared["EncryptionConfiguration"] = declared["EncryptionConfiguration"]["EncryptionType"]
    if "ImageScanningConfiguration" in declared:
        declared["ImageScanningConfiguration"] = declared["ImageScanningConfiguration"]["ScanOnPush"]
    if "ImageTagMutabilityExclusionFilters" in declared:
        declared["ImageTagMutabilityExclusionFilters"] = sorted(
            one["ImageTagMutabilityExclusionFilterValue"] for one in declared["ImageTagMutabilityExclusionFilters"]
        )
    # What only CloudFormation knows.
    declared.pop("EmptyOnDelete", None)
    return declared


def _deployed(account: Account, name: str) -> dict[str, Json]:
    """Read everything that a template can declare."""
    (found,) = account.ecr.describe_repositories(repositoryNames=[name])["repositories"]
    tags = account.ecr.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
    deployed: dict[str, Json] = {
        "RepositoryName": name,
        "ImageTagMutability": found["imageTagMutability"],
        "ImageTagMutabilityExclusionFilters": sorted(
            one["filter"] for one in found.get("imageTagMutabilityExclusionFilters", [])
        ),
        "ImageScanningConfiguration": found["imageScanningConfiguration"]["scanOnPush"],
        "EncryptionConfiguration": found["encryptionConfiguration"]["encryptionType"],
        "Tags": {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")},
    }
    missing = account.ecr.exceptions
    try:
        deployed["LifecyclePolicy"] = _in_order(
            account.ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
        )
    except missing.LifecyclePolicyNotFoundException:
        deployed["LifecyclePolicy"] = "nothing"
    try:
        deployed["RepositoryPolicyText"] = _plain(
            json.loads(account.ecr.get_repository_policy(repositoryName=name)["policyText"])
        )
    except missing.RepositoryPolicyNotFoundException:
        deployed["RepositoryPolicyText"] = "nothing"
    return deployed


def _in_order(text: str) -> Json:
    """Read a lifecycle policy, with its rules as ECR sorts them."""
    document = json.loads(text)
    document["rules"].sort(key=lambda rule: rule["rulePriority"])
    return document


def _plain(value: Json) -> Json:
    """Write lists of one as that one, and other lists in order: IAM sees no difference."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in sorted(value.items())}
    if not isinstance(value, list):
        return value
    items = sorted(map(_plain, value), key=json.dumps)
    return items[0] if len(items) == 1 else items


def delete_stack(account: Account, name: str) -> None:
    """Delete a stack, and wait until it is gone; one that does not exist is none."""
    account.cloudformation.delete_stack(StackName=name)
    try:
        account.cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=_WAITER)
    except WaiterError as error:
        raise AwsError(f"{name}: the stack was not deleted; delete it in CloudFormation", code="WaiterError") from error
