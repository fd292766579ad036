"""``--debug``: AWS calls and tracebacks on standard error, and nothing that is secret."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import pytest
from builders.answers import Answer, answering, settings
from builders.commands import ecrkit, run_here
from builders.stores import policy_text

from ecrkit.cli.console import tracebacks
from ecrkit.errors import EcrkitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.answers import Server

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "c2VjcmV0LWtleS1vZi10aGUtdGVzdA",
    "AWS_SESSION_TOKEN": "dG9rZW4tb2YtdGhlLXRlc3Q",
    "GITHUB_TOKEN": "ghp_planted_in_the_test",
}
ENDPOINT_SECRET = "hunter2-of-the-endpoint"  # noqa: S105 - planted
REGISTRY_SECRET = "password-of-the-registry"  # noqa: S105 - planted
PROFILE_SECRET = "a2V5LW9mLWEtcHJvZmlsZQ"  # noqa: S105 - planted
CALL = re.compile(r"debug: (\S+) in (\S+): (.*), ([0-9]+ retr(?:y|ies)), [0-9,]+ ms")
REPOSITORY = {
    "registryId": "123456789012",
    "repositoryName": "web",
    "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/web",
    "repositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
    "createdAt": 1_760_000_000.0,
}


@pytest.fixture
def server() -> Iterator[Server]:
    with answering() as running:
        yield running


@pytest.fixture
def planted(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server, and secrets in the environment and in a profile."""
    lines = ["[default]", "aws_access_key_id = AKIAPLANTED", f"aws_secret_access_key = {PROFILE_SECRET}"]
    (tmp_path / "credentials").write_text("\n".join(lines))
    environment = {**settings(server.url), **SECRETS, "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return server


def calls(stderr: str) -> list[tuple[str, ...]]:
    return [found.groups() for line in stderr.splitlines() if (found := CALL.fullmatch(line))]


@pytest.mark.server
@pytest.mark.parametrize("position", ["before", "after"])
def test_calls_are_logged(server: Server, position: str) -> None:
    """Each call is a line: operation, Region, status, request ID, retries and duration; stdout stays the result."""
    server.answer = Answer(json.dumps({"repositories": [REPOSITORY]}).encode())
    command = ["repos", "list", "--output", "json"]
    words = ["--debug", *command] if position == "before" else [*command, "--debug"]

    plain = ecrkit(*command, environment=settings(server.url))
    result = ecrkit(*words, environment=settings(server.url))

    assert calls(plain.stderr) == []
    assert (result.returncode, result.stdout) == (plain.returncode, plain.stdout)
    assert ("ecr:DescribeRepositories", "us-east-1", "200, request without ID", "0 retries") in calls(result.stderr)


@pytest.mark.server
def test_refusal_is_logged_with_its_code_and_retries(server: Server) -> None:
    """A call that AWS refused has the code of the error, the ID of the request and the number of retries."""
    server.answer = Answer(b'{"__type": "ServerException", "message": "no"}', status=500)

    result = ecrkit("repos", "list", "--debug", environment={**settings(server.url), "AWS_MAX_ATTEMPTS": "2"})

    assert result.returncode == 3
    assert calls(result.stderr) == [
        ("ecr:DescribeRepositories", "us-east-1", "500 ServerException, request without ID", "1 retry")
    ]
    assert result.stderr.splitlines()[-1].startswith("error: DescribeRepositories: ServerException: no")
    assert "\nTraceback (most recent call last):\n" in result.stderr


@pytest.mark.server
@pytest.mark.parametrize(
    "case",
    [
        pytest.param((Answer(b'{"repositories": "no list"}'), ""), id="wrong shape"),
        pytest.param((Answer(b"<html>log in</html>", content_type="text/html"), ""), id="page"),
        pytest.param((Answer(b"{", status=400), ""), id="no JSON"),
        pytest.param((Answer(b""), f"http://user:{ENDPOINT_SECRET}@127.0.0.1:1"), id="nobody listens"),
        pytest.param((Answer(b""), f"http://user:{ENDPOINT_SECRET}@127.0.0.1:port"), id="no port"),
    ],
)
@pytest.mark.parametrize("command", ["repos list", "scan findings web:v1", "login"])
def test_secrets_never_appear(
    command: str,
    case: tuple[Answer, str],
    planted: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever goes wrong: no key, token or password of the environment, of a profile or of the endpoint is printed."""
    planted.answer, endpoint = case
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint or planted.url)
    if command == "login":
        # Else the profile is not read.
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    code = run_here(f"{command} --debug", monkeypatch)
    said = "".join(capsys.readouterr())

    assert code == 3
    assert "Traceback (most recent call last):" in said
    assert [
        secret for secret in (*SECRETS.values(), ENDPOINT_SECRET, PROFILE_SECRET, "AKIAPLANTED") if secret in said
    ] == []
    assert not re.search("Authorization:|X-Amz|Signature=", said)


@pytest.mark.server
def test_password_of_the_registry_is_not_logged(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The call that gives the password is a line like any other; the answer is not in it."""
    token = base64.b64encode(f"AWS:{REGISTRY_SECRET}".encode()).decode()
    server.answer = Answer(
        json.dumps(
            {
                "authorizationData": [
                    {"authorizationToken": token, "expiresAt": 1_900_000_000.0, "proxyEndpoint": server.url}
                ]
            }
        ).encode()
    )
    for name, value in settings(server.url).items():
        monkeypatch.setenv(name, value)

    run_here("login --tool skopeo --debug", monkeypatch)
    said = "".join(capsys.readouterr())

    assert "ecr:GetAuthorizationToken" in [call[0] for call in calls(said)]
    assert REGISTRY_SECRET not in said
    assert token not in said


def test_expected_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With --debug a traceback comes before the line that an error always has; the exit code is the same."""
    path = tmp_path / "nowhere.json"
    plain = (run_here(f"policy check {path}", monkeypatch), capsys.readouterr())
    debug = (run_here(f"policy preview {path} --images {path} --debug", monkeypatch), capsys.readouterr())
    after = (run_here(f"policy check {path}", monkeypatch), capsys.readouterr())

    line = f"error: {path}: cannot be read: no such file or directory\n"
    assert plain == after
    assert (plain[0], plain[1].err) == (2, line)
    assert debug[0] == 2
    assert debug[1].err.startswith("Traceback (most recent call last):\n")
    assert debug[1].err.endswith(line)


@pytest.mark.parametrize("option", ["", "--debug"])
def test_fault(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of ecrkit is one line that names the place and how to report it; the traceback comes with --debug."""
    (tmp_path / "policy.json").write_text(policy_text())

    def fail(*_: object, **__: object) -> None:
        raise KeyError("rules")

    monkeypatch.setattr("ecrkit.cli.policy.check.echo_report", fail)
    code = run_here(f"policy check {tmp_path / 'policy.json'} {option}".strip(), monkeypatch)
    said = capsys.readouterr().err

    advice = "the traceback above" if option else "what the same command prints with --debug"
    assert code == 3
    assert re.sub(":[0-9]+:", ":N:", said.splitlines()[-1]) == (
        f"error: KeyError in ecrkit/cli/policy/check.py:N: this is a fault of ecrkit, not yours; report {advice}"
    )
    assert ("Traceback" in said, len(said.splitlines()) > 1) == (bool(option), bool(option))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        pytest.param("no 'rules'", "no 'rules'", id="plain"),
        pytest.param("https://me:pw@host/v2/", "https://***@host/v2/", id="address"),
        pytest.param("https://s3/layer?X-Amz-Signature=abc&a=b", "https://s3/layer?***", id="presigned"),
        pytest.param("password: hunter2 was wrong", "password: *** was wrong", id="password"),
        pytest.param('{"SecretAccessKey": "abc", "a": 1}', '{"SecretAccessKey": ***, "a": 1}', id="JSON"),
        pytest.param("got ghp_planted_in_the_test", "got ***", id="variable"),
    ],
)
def test_messages_lose_secrets(message: str, shown: str) -> None:
    """The message of an error stays, without what looks like a secret."""
    lines = list(tracebacks.traceback_lines(EcrkitError(message), environ=SECRETS))

    assert lines == [f"ecrkit.errors.exceptions.EcrkitError: {shown}"]
