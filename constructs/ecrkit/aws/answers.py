"""Check every answer before it is read: AWS, an emulator, a proxy or a login page may have written it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ecrkit.errors import AwsError, InvalidNameError
from ecrkit.images.hosts import RegistryHost
from ecrkit.images.names import RepositoryName
from ecrkit.images.references import DIGEST
from ecrkit.registry.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.model import OperationModel, Shape

__all__ = ["FOREIGN_ANSWER", "NEEDED", "UNPARSABLE", "CheckedParsers", "check_answer", "host_of", "json_object"]

FOREIGN_ANSWER = "ForeignAnswer"
"""Code of the error for an answer that AWS did not write."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "AssumeRole": (
        "Credentials.AccessKeyId",
        "Credentials.SecretAccessKey",
        "Credentials.SessionToken",
        "Credentials.Expiration",
    ),
    "BatchGetAccountStatus": ("accounts[].accountId", "accounts[].resourceState.ecr.status"),
    "BatchGetImage": ("images[].imageId.imageDigest", "images[].imageManifest"),
    "CreateDatabase": (),
    "CreateTable": (),
    "DeleteObjects": (),
    "DeleteRepository": ("repository.repositoryName",),
    "DescribeImageScanFindings": ("imageScanStatus.status",),
    "DescribeImages": ("imageDetails[].imageDigest", "imageDetails[].imagePushedAt"),
    "DescribePullThroughCacheRules": ("pullThroughCacheRules[].ecrRepositoryPrefix",),
    "DescribeRegistry": ("registryId",),
    "DescribeRepositoryCreationTemplates": ("repositoryCreationTemplates[].prefix",),
    "DescribeRepositories": (
        "repositories[].repositoryName",
        "repositories[].repositoryUri",
        "repositories[].repositoryArn",
        "repositories[].registryId",
        "repositories[].createdAt",
        "repositories[].imageScanningConfiguration.scanOnPush",
        "repositories[].encryptionConfiguration.encryptionType",
        "repositories[].imageTagMutability",
        "repositories[].imageTagMutabilityExclusionFilters[]?.filter",
    ),
    "DescribeServiceRevisions": ("serviceRevisions[].serviceArn",),
    "DescribeServices": ("services[].serviceArn", "services[].currentServiceRevisions[]?.arn"),
    "DescribeStackResource": ("StackResourceDetail.LogicalResourceId",),
    "DescribeStacks": ("Stacks[].StackName",),
    "DescribeTaskDefinition": ("taskDefinition.containerDefinitions[]",),
    "DescribeTasks": ("tasks[].taskArn",),
    "GetAuthorizationToken": (
        "authorizationData[].authorizationToken",
        "authorizationData[].proxyEndpoint",
        "authorizationData[].expiresAt",
    ),
    "GetCallerIdentity": ("Account", "Arn"),
    "GetClustersForImage": (
        "cluster[].clusterArn",
        "cluster[].clusterDetails[]?.lastInUse",
        "cluster[].clusterDetails[]?.clusterMetadata",
    ),
    "GetDatabase": ("Database.Name",),
    "GetDownloadUrlForLayer": ("downloadUrl",),
    "GetFunction": ("Code",),
    "GetLifecyclePolicy": ("lifecyclePolicyText",),
    "GetLifecyclePolicyPreview": ("status", "previewResults[]?.imageDigest", "previewResults[]?.imagePushedAt"),
    "GetAccountSetting": ("value",),
    "GetObject": ("Body", "ETag"),
    "GetQueryExecution": ("QueryExecution.Status.State",),
    "GetQueryResults": ("ResultSet.Rows[].Data[]", "ResultSet.ResultSetMetadata.ColumnInfo[].Name"),
    "GetRegistryPolicy": ("policyText",),
    "GetRegistryScanningConfiguration": ("scanningConfiguration",),
    "GetRepositoryPolicy": ("policyText",),
    "GetSigningConfiguration": ("signingConfiguration",),
    "GetTable": ("Table.Name",),
    "GetTemplate": ("TemplateBody",),
    "GetWorkGroup": ("WorkGroup.Name",),
    "ListAccountsForParent": ("Accounts[].Id",),
    "ListClusters": ("clusterArns[]",),
    "ListCoverage": ("coveredResources[].resourceId", "coveredResources[].resourceType"),
    "ListFunctions": ("Functions[].FunctionName", "Functions[].Version", "Functions[].FunctionArn"),
    "ListObjectsV2": ("Name", "Contents[]?.Key", "Contents[]?.Size"),
    "ListOrganizationalUnitsForParent": ("OrganizationalUnits[].Id",),
    "ListServices": ("serviceArns[]",),
    "DescribeStackResources": (
        "StackResources[].StackName",
        "StackResources[].ResourceType",
        "StackResources[].ResourceStatus",
    ),
    "ListStackResources": ("StackResourceSummaries[].ResourceType", "StackResourceSummaries[].ResourceStatus"),
    "ListStacks": ("StackSummaries[].StackName", "StackSummaries[].StackStatus"),
    "ListPullTimeUpdateExclusions": ("pullTimeUpdateExclusions[]",),
    "ListTagsForResource": ("tags[].Key", "tags[].Value"),
    "ListTasks": ("taskArns[]",),
    "PutImage": ("image.imageId.imageDigest",),
    "PutLifecyclePolicy": ("repositoryName",),
    "PutObject": ("ETag",),
    "StartImageScan": ("imageScanStatus.status",),
    "StartLifecyclePolicyPreview": ("status",),
    "StartQueryExecution": ("QueryExecutionId",),
    "StopQueryExecution": (),
    "UpdateImageStorageClass": ("imageStatus",),
    "UpdateTable": (),
}
"""
What ecrkit reads of each answer and cannot do without, by operation.

``[]`` stands for every element of a list. ``?`` marks what may be missing; what follows it must not. An operation
with an empty answer has an empty row.
"""

_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "blob": (bytes, "bytes"),
    "boolean": (bool, "true or false"),
    "double": ((float, int), "a number"),
    "float": ((float, int), "a number"),
    "integer": (int, "a whole number"),
    "list": (list, "a list"),
    "long": (int, "a whole number"),
    "map": (dict, "a mapping"),
    "string": (str, "a string"),
    "structure": (dict, "a mapping"),
    "timestamp": (datetime, "a time"),
}
_ARN = re.compile(r"arn:[a-z-]+:[^\s:]+:.+")
_MAX_SHOWN = 60
_MAX_BYTES = 2**63
_ADVICE = "check the network, and AWS_ENDPOINT_URL if it is set"
# What botocore's parsers raise for a document of another shape than they expect.
UNPARSABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_FIRST_ERROR_STATUS = 300
_PROTOCOL_OF_S3 = "rest-xml"


class _Parser(Protocol):
    def parse(self, response: dict[str, Any], shape: Shape | None) -> dict[str, Any]: ...


class _ParserFactory(Protocol):
    def create_parser(self, protocol_name: str) -> _Parser: ...


@dataclass(frozen=True, slots=True)
class CheckedParsers:
    """
    Makes botocore's parsers, and has them refuse what they cannot parse.

    Attributes:
        factory: botocore's own.
    """

    factory: _ParserFactory

    def create_parser(self, protocol_name: str) -> _Parser:
        """Make a parser for one of AWS's protocols; answers of S3 are files, which may be anything."""
        parser = self.factory.create_parser(protocol_name)
        return parser if protocol_name == _PROTOCOL_OF_S3 else _CheckedParser(parser)

    def set_parser_defaults(self, **defaults: object) -> None:
        """Pass on what boto3 wants of every parser."""
        self.factory.set_parser_defaults(**defaults)  # type: ignore[attr-defined] # botocore has no types


@dataclass(frozen=True, slots=True)
class _CheckedParser:
    parser: _Parser

    def parse(self, response: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - comes with boto3

        is_error = response["status_code"] >= _FIRST_ERROR_STATUS
        foreign = _why_foreign(response)
        if foreign and not is_error:
            raise AwsError(foreign, code=FOREIGN_ANSWER)
        try:
            parsed = self.parser.parse(response, shape)
            error = parsed.get("Error", {})
            details = {key: str(error.get(key) or "") for key in ("Code", "Message")} if error or foreign else {}
        except (ResponseParserError, *UNPARSABLE) as problem:
            if not foreign:
                raise ResponseParserError(str(problem)) from problem
            parsed, details = {"ResponseMetadata": {"HTTPStatusCode": response["status_code"], "HTTPHeaders": {}}}, {}
        if foreign:
            # Not raised yet: botocore tries again after some of a proxy's errors.
            details = {"Code": FOREIGN_ANSWER, "Message": foreign}
        return {**parsed, "Error": {**parsed.get("Error", {}), **details}} if details else parsed


def check_answer(*, parsed: Mapping[str, Any], model: OperationModel, **_: object) -> None:
    """
    Check an answer; a handler of botocore's event ``after-call``.

    Everything in it must have the type that AWS documents. Names, digests and addresses must be such, since they
    become paths and arguments. What :data:`NEEDED` lists must be there.

    Args:
        parsed: the answer.
        model: of the operation.

    Raises:
        AwsError: the answer has another shape.
    """
    if "Error" in parsed:
        return
    content = {key: value for key, value in parsed.items() if key != "ResponseMetadata"}
    problem = next(_problems_of_types(content, model.output_shape, ""), None) or next(
        (found for path in NEEDED.get(model.name, ()) if (found := _missing(content, path, ""))), None
    )
    if problem:
        raise AwsError(f"{model.name}: not an answer of AWS: {problem}; {_ADVICE}", code="UnexpectedAnswer")


def json_object(text: str | bytes) -> dict[str, Any]:
    """
    Read an object out of text that is part of an answer.

    Raises:
        ValueError: it is not JSON, or not an object.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError(f"must be a mapping, got {type(document).__name__}")  # noqa: TRY004 - bad text, no bad call
    return document


def host_of(url: str) -> str:
    """Name the host of an address, with its port and without the user and password that it may have."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _why_foreign(response: Mapping[str, Any]) -> str:
    """Tell who wrote an answer that is neither JSON nor XML; empty for an answer that AWS may have written."""
    content_type = response["headers"].get("content-type", "")
    # moto's server calls JSON text; no log-in page begins like an object.
    is_json = "json" in content_type or response["body"].startswith(b"{")
    if is_json or "xml" in content_type:
        return ""
    return (
        f"no answer from AWS: something in between answered {response['status_code']} with "
        f"{content_type or 'no content type'}; check the network, its proxy or log-in page, and "
        "AWS_ENDPOINT_URL if it is set"
    )


def _problems_of_types(value: object, shape: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - botocore's shapes have no types
    """Compare a value with the shape that AWS documents for it, and all values in it."""
    expected, description = _TYPES[shape.type_name if shape else "structure"]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield f"{path} must be {description}, got {type(value).__name__}"
    elif isinstance(value, dict) and shape is not None and shape.type_name == "map":
        for each in value.values():
            yield from _problems_of_types(each, shape.value, f"{path}[*]")
    elif isinstance(value, dict):
        members = shape.members if shape else {}
        for key, each in value.items():
            yield from _problems_of_member(key, each, members.get(key), f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _problems_of_types(each, shape.member, f"{path}[{number}]")
    elif isinstance(value, datetime) and not _is_instant(value):
        yield f"{path} must be a valid time"
    elif isinstance(value, str) and not value.isascii() and not _is_unicode(value):
        yield f"{path} must be Unicode"


def _missing(value: Any, path: str, above: str) -> str:  # noqa: ANN401 - any part of an answer
    """Name what is not there; empty where everything is."""
    if not path:
        return ""
    step, _, rest = path.partition(".")
    key, _, mark = step.partition("[]")
    where = f"{above}.{key}" if above else key
    if key not in value:
        return "" if mark == "?" else f"{where} is missing"
    if "[]" not in step:
        return _missing(value[key], rest, where)
    found = (_missing(each, rest, f"{where}[{number}]") for number, each in enumerate(value[key]))
    return next(filter(None, found), "")


def _is_instant(value: datetime) -> bool:
    try:
        value.astimezone(UTC)
    except (OverflowError, ValueError):
        return False
    return value.tzinfo is not None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_repository_name(text: str) -> bool:
    try:
        RepositoryName(text)
    except InvalidNameError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and RegistryHost.find(parts.netloc) is not None


def _is_object(text: str) -> bool:
    try:
        json_object(text)
    except ValueError:
        return False
    return True


def _has_rules(text: str) -> bool:
    return _is_object(text) and isinstance(json_object(text).get("rules"), list)


_CHECKS: Mapping[str, tuple[Callable[[Any], object], str, bool]] = {
    "Account": (ACCOUNT.fullmatch, "12 digits", True),
    "Arn": (_ARN.fullmatch, "an ARN", True),
    "downloadUrl": (_is_address, "an address of HTTP", False),
    "imageDigest": (DIGEST.fullmatch, "'sha256:' and 64 hex digits", True),
    "imageSizeInBytes": (range(_MAX_BYTES).__contains__, "a size in bytes", True),
    "lifecyclePolicyText": (_has_rules, "a JSON object with a list of rules", True),
    "policyText": (_is_object, "a JSON object", True),
    "proxyEndpoint": (_is_address, "an address of HTTP", False),
    "registryId": (ACCOUNT.fullmatch, "12 digits", True),
    "repositoryName": (_is_repository_name, "a name of a repository", True),
}
"""Members that become paths, arguments or JSON: how each is checked, what it must be, and whether an error shows it."""


def _problems_of_member(key: str, value: object, shape: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if shape is None:
        # botocore adds what no model has.
        return
    if (shape.type_name == "string" and isinstance(value, dict)) or shape.serialization.get("streaming"):
        # botocore reads templates itself, and files are read later.
        return
    yield from _problems_of_types(value, shape, path)
    if key in _CHECKS and isinstance(value, str | int):
        is_valid, description, is_shown = _CHECKS[key]
        if not is_valid(value):
            shown = f", got {value if isinstance(value, int) else repr(value[:_MAX_SHOWN])}" if is_shown else ""
            yield f"{path} must be {description}{shown}"
