"""Answers of the wrong shape, given by a real server to every operation that ecrkit calls."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from builders.answers import Answer, answering, settings
from builders.commands import ecrkit

from ecrkit import aws
from ecrkit.aws.answers import NEEDED
from ecrkit.aws.client import aws_errors, connect, guarded
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.client import BaseClient
    from botocore.model import Shape
    from builders.answers import Server

pytestmark = pytest.mark.server

FLEET_SERVICES = ("organizations", "glue", "athena", "s3")
SERVICES = (*FLEET_SERVICES, "inspector2", "cloudformation", "ecr", "ecs", "lambda", "sts")
DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a server."""
    with answering() as running:
        yield running


@pytest.fixture(scope="module")
def clients(server: Server) -> dict[str, BaseClient]:
    """Make the clients that ecrkit uses, which lead to the server."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(server.url).items():
            patch.setenv(name, value)
        found = connect(region="us-east-1")
        sts = guarded(found.session.client("sts", config=found.config))
        made = [found.client(service) for service in FLEET_SERVICES]
        made += [found.inspector(), found.cloudformation(), found.ecr(), found.ecs(), found.functions(), sts]
    return dict(zip(SERVICES, made, strict=True))


@cache
def operations() -> dict[str, tuple[str, str]]:
    """Find what the modules of ``ecrkit.aws`` call: the service and the method of each operation."""
    named: set[str] = set()
    for path in Path(aws.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named |= {node.attr} if isinstance(node, ast.Attribute) else set()
            named |= {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
    found = {}
    for service in SERVICES:
        client = boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload] # any service
        for method, operation in client.meta.method_to_api_mapping.items():
            if method in named:
                # Several services have such an operation, of which ecrkit calls that of the last.
                found[operation] = (service, method)
    return found


def arguments(shape: Shape | None) -> Any:  # noqa: ANN401 - arguments of any operation
    """Make up arguments that botocore takes: whatever is required."""
    shapes: Any = shape
    match shapes.type_name if shapes else "":
        case "structure":
            return {name: arguments(shapes.members[name]) for name in shapes.required_members}
        case "list":
            return [arguments(shapes.member)]
        case "string":
            return "x" * 40
        case _:
            return {}


def call(clients: dict[str, BaseClient], operation: str) -> None:
    """Call an operation by the client that ecrkit uses."""
    service, method = operations()[operation]
    client = clients[service]
    with aws_errors():
        getattr(client, method)(**arguments(client.meta.service_model.operation_model(operation).input_shape))


def test_every_operation_is_in_the_table() -> None:
    """The table has a line for each operation that a module calls, and none for others."""
    assert set(NEEDED) == set(operations())


WRONG = {
    "empty object": Answer(b"{}"),
    "list": Answer(b"[]"),
    "null": Answer(b"null"),
    "number": Answer(b"7"),
    "text": Answer(b'"yes"'),
    "empty body": Answer(b""),
    "empty body without a type": Answer(b"", content_type=""),
    "cut": Answer(b'{"repositories": [{"repositoryName": "we'),
    "cut by the connection": Answer(b'{"repositories": [', length=1000),
    "not UTF-8": Answer(b'{"repositories": "\xff\xfe"}'),
    "brackets": Answer(b"[" * 1_000_000),
    "login page": Answer(b"<html>Welcome</html>", content_type="text/html"),
    "login page called JSON": Answer(b"<html>Welcome</html>"),
    "login page called XML": Answer(b"<html><p>Welcome</html>", content_type="text/xml"),
    "empty XML": Answer(b"<x/>", content_type="text/xml"),
    "error that is a list": Answer(b"[]", status=400),
    "error of wrong types": Answer(b'{"__type": 5, "message": {"a": 1}}', status=400),
    "error page": Answer(b"<html>Bad gateway</html>", content_type="text/html", status=502),
    "redirect": Answer(b"", content_type="text/html", status=302),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_answer_is_one_line(server: Server, clients: dict[str, BaseClient], wrong: str) -> None:
    """Every operation that answers something ends in an error of one line, whatever the server says."""
    server.answer = WRONG[wrong]
    for operation in filter(NEEDED.get, operations()):
        with pytest.raises(AwsError) as refused:
            call(clients, operation)

        assert "\n" not in str(refused.value), operation
        assert len(str(refused.value)) < 400, operation


REPOSITORY = {
    "repositoryName": "web",
    "repositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
    "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/web",
    "registryId": "123456789012",
    "createdAt": 1.0,
    "imageScanningConfiguration": {"scanOnPush": True},
    "encryptionConfiguration": {"encryptionType": "AES256"},
    "imageTagMutability": "MUTABLE",
}


def repositories(**changed: object) -> dict[str, object]:
    """Answer DescribeRepositories."""
    return {"repositories": [{**REPOSITORY, **changed}]}


def images(**changed: object) -> dict[str, object]:
    """Answer DescribeImages."""
    return {"imageDetails": [{"imageDigest": DIGEST, "imagePushedAt": 1.0, **changed}]}


def token(**changed: object) -> dict[str, object]:
    """Answer GetAuthorizationToken."""
    data = {"authorizationToken": "QVdTOng=", "expiresAt": 1.0, "proxyEndpoint": "https://registry.example"}
    return {"authorizationData": [{**data, **changed}]}


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        pytest.param("DescribeRepositories", repositories(), id="repositories"),
        pytest.param("DescribeImages", images(imageTags=["v1"], imageSizeInBytes=5), id="images"),
        pytest.param("GetAuthorizationToken", token(), id="token"),
        pytest.param("GetLifecyclePolicy", {"lifecyclePolicyText": '{"rules": []}'}, id="policy"),
        pytest.param("GetLifecyclePolicyPreview", {"status": "IN_PROGRESS"}, id="preview that runs"),
        pytest.param("ListTagsForResource", {"tags": [], "new": {"member": 1}}, id="what no model has yet"),
    ],
)
def test_right_answer_passes(
    server: Server, clients: dict[str, BaseClient], operation: str, answer: dict[str, object]
) -> None:
    """An answer that has what is read is accepted."""
    server.answer = Answer(json.dumps(answer).encode())

    assert call(clients, operation) is None  # type: ignore[func-returns-value] # it raises, or not


@pytest.mark.parametrize(
    ("operation", "answer", "problem"),
    [
        pytest.param(
            "DescribeRepositories",
            repositories(repositoryName="../../etc"),
            "repositories[0].repositoryName must be a name of a repository, got '../../etc'",
            id="name that is a path",
        ),
        pytest.param(
            "DescribeRepositories",
            repositories(registryId="/1"),
            "repositories[0].registryId must be 12 digits, got '/1'",
            id="account",
        ),
        pytest.param(
            "DescribeRepositories",
            repositories(imageScanningConfiguration={"scanOnPush": "yes"}),
            "repositories[0].imageScanningConfiguration.scanOnPush must be true or false, got str",
            id="text for a boolean",
        ),
        pytest.param(
            "DescribeRepositories",
            {"repositories": [{**REPOSITORY, "encryptionConfiguration": {}}]},
            "repositories[0].encryptionConfiguration.encryptionType is missing",
            id="missing",
        ),
        pytest.param(
            "DescribeImages", images(imageTags=[7]), "imageDetails[0].imageTags[0] must be a string, got int", id="tag"
        ),
        pytest.param(
            "DescribeImages",
            images(imageTags=["\ud800"]),
            "imageDetails[0].imageTags[0] must be Unicode",
            id="half a character",
        ),
        pytest.param(
            "DescribeImages",
            images(imageSizeInBytes=True),
            "imageDetails[0].imageSizeInBytes must be a whole number, got bool",
            id="boolean for a number",
        ),
        pytest.param(
            "DescribeImages",
            images(imageSizeInBytes=-1),
            "imageDetails[0].imageSizeInBytes must be a size in bytes, got -1",
            id="negative size",
        ),
        pytest.param(
            "DescribeImages",
            images(imageDigest="sha256:../x"),
            "imageDetails[0].imageDigest must be 'sha256:' and 64 hex digits, got 'sha256:../x'",
            id="digest",
        ),
        pytest.param(
            "GetAuthorizationToken",
            token(proxyEndpoint="https://--help/x"),
            "authorizationData[0].proxyEndpoint must be an address of HTTP",
            id="host that is an option",
        ),
        pytest.param(
            "GetAuthorizationToken",
            token(authorizationToken=["c2VjcmV0"]),
            "authorizationData[0].authorizationToken must be a string, got list",
            id="token",
        ),
        pytest.param(
            "GetLifecyclePolicy",
            {"lifecyclePolicyText": "{}"},
            "lifecyclePolicyText must be a JSON object with a list of rules, got '{}'",
            id="policy without rules",
        ),
        pytest.param(
            "GetDownloadUrlForLayer",
            {"downloadUrl": "file:///etc/passwd"},
            "downloadUrl must be an address of HTTP",
            id="address of a file",
        ),
    ],
)
def test_wrong_value_is_told(
    server: Server, clients: dict[str, BaseClient], operation: str, answer: dict[str, object], problem: str
) -> None:
    """The one thing that is wrong in an answer is named, and never a secret."""
    server.answer = Answer(json.dumps(answer).encode())
    with pytest.raises(AwsError) as refused:
        call(clients, operation)

    assert str(refused.value) == (
        f"{operation}: not an answer of AWS: {problem}; check the network, and AWS_ENDPOINT_URL if it is set"
    )


@pytest.mark.parametrize("answer", ["empty object", "login page called JSON"])
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("repos", "list"), id="repos list"),
        pytest.param(("repos", "delete", "web", "--yes", "--force"), id="repos delete"),
        pytest.param(("images", "list", "web"), id="images list"),
        pytest.param(("images", "inventory", "--all", "-o", "images"), id="images inventory"),
        pytest.param(("images", "in-use"), id="images in-use"),
        pytest.param(("scan", "gate", "web:v1", "--fail-on", "LOW"), id="scan gate"),
        pytest.param(("scan", "summary"), id="scan summary"),
    ],
)
def test_command_ends_in_one_line(server: Server, command: tuple[str, ...], answer: str, tmp_path: Path) -> None:
    """A command that gets a wrong answer prints one line and no result, and exits with 3."""
    server.answer = WRONG[answer]
    result = ecrkit(*command, environment=settings(server.url), cwd=tmp_path)

    assert (result.returncode, result.stdout) == (3, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "user",
    [
        pytest.param("me:hunter2@", id="password"),
        pytest.param("me:hun@ter2@", id="password with an at sign"),
    ],
)
@pytest.mark.parametrize("command", [("repos", "list"), ("login", "--tool", "skopeo"), ("images", "list", "web")])
def test_password_of_an_endpoint_is_not_printed(
    server: Server, command: tuple[str, ...], user: str, tmp_path: Path
) -> None:
    """Whatever the server says, or when there is none: no message has the password that the endpoint has."""
    tool = tmp_path / "skopeo"
    tool.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/called\necho "$*" >&2\nexit 1\n')
    tool.chmod(0o755)
    said = ""
    server.answer = Answer(json.dumps(token()).encode())
    for address in (server.url, "http://localhost:9"):
        endpoint = address.replace("//", f"//{user}")
        result = ecrkit(*command, environment={**settings(endpoint), "PATH": str(tmp_path)}, cwd=tmp_path)
        said += result.stdout + result.stderr

    assert "error: " in said
    assert not any(secret in said for secret in ("hunter2", "ter2"))
    assert command[0] != "login" or "hunter2" not in (tmp_path / "called").read_text()
