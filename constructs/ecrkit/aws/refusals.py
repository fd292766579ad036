"""What AWS's refusals mean, and what to do about them, in one line each."""

from __future__ import annotations

import re

__all__ = ["explain_client_error", "explain_failure"]

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"})
_WRONG_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_THROTTLED = frozenset(
    {"RequestLimitExceeded", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_SPECIAL = {
    "RepositoryNotFoundException": "{message}; run `ecrkit repos list` to list the repositories",
    "StartImageScan: LimitExceededException": "scanned in the last 24 hours already ({code}); "
    "`ecrkit scan findings` shows what was found",
    "StartImageScan: ValidationException": "{code}: {message}; enhanced scanning starts automatically",
}
"""What helps beyond AWS's own words, by code, or by operation and code."""

_USER_IN_URL = re.compile(r"//[^/\s]*@")
"""A name and a password before the host, of an endpoint or of a proxy."""

_CHECK_NETWORK = "check the network, the Region, and AWS_ENDPOINT_URL if it is set"
_FAILURES = (
    (
        {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"},
        "no AWS credentials: {message}; set AWS_PROFILE, or pass --profile",
    ),
    (
        {"SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError"},
        "no AWS credentials: {message}; run `aws sso login`",
    ),
    ({"NoRegionError"}, "no AWS Region; set AWS_REGION, or pass --region"),
    ({"ProfileNotFound"}, "{message}; run `aws configure list-profiles` to list the profiles"),
    (
        {
            "ConnectTimeoutError",
            "ConnectionClosedError",
            "ConnectionError",
            "EndpointConnectionError",
            "HTTPClientError",
            "ProxyConnectionError",
            "ReadTimeoutError",
            "ResponseStreamingError",
        },
        f"no answer from AWS: {{message}}; {_CHECK_NETWORK}",
    ),
    ({"ResponseParserError"}, f"no answer from AWS: something else answered; {_CHECK_NETWORK}"),
)
"""Names of botocore's exceptions, and what they mean; a class need not be imported to be named."""


def explain_client_error(operation: str, *, code: str, message: str) -> str:
    """
    Explain an error that AWS answered with.

    Args:
        operation: as in ``DescribeImages``.
        code: of the error, in AWS's words.
        message: of the error, on one line.
    """
    if code in _EXPIRED:
        return f"{operation}: the credentials have expired ({code}); renew them, with `aws sso login` for example"
    if code in _WRONG_CREDENTIALS:
        return f"{operation}: AWS does not accept these credentials ({code}); check the profile and the access key"
    if code in _DENIED:
        return f"{operation}: access denied: {message}; docs/reference/iam.md lists what each command needs"
    if code in _THROTTLED:
        return f"{operation}: throttled, at every attempt ({code}); try again later, or raise AWS_MAX_ATTEMPTS"
    special = _SPECIAL.get(code) or _SPECIAL.get(f"{operation}: {code}") or "{code}: {message}"
    return f"{operation}: {special.format(code=code, message=message)}"


def explain_failure(error: Exception) -> str:
    """Explain why there is no answer; *error* is botocore's."""
    message = _USER_IN_URL.sub("//", " ".join(str(error).split()).rstrip("."))
    for kinds, text in _FAILURES:
        if type(error).__name__ in kinds:
            return text.format(message=message[:1].lower() + message[1:])
    return message
