"""
Every exception that ecrkit raises on purpose.

::

    EcrkitError
    ├── UnreadableInputError      a file is missing, cannot be read or is not UTF-8
    ├── UnwritableOutputError     a file cannot be written
    ├── InvalidDocumentError      a document was read and is not valid; carries the findings
    │   ├── InvalidPolicyError
    │   ├── InvalidCatalogError
    │   ├── InvalidAllowListError
    │   ├── InvalidImagesError
    │   ├── InvalidLockError
    │   └── InvalidPolicyTestsError
    ├── InvalidAssemblyError      a folder is no cloud assembly, or a template in it is none
    ├── InvalidInventoryError     images that cannot be those of one repository
    │   ├── DuplicateDigestError
    │   ├── MissingTimeError
    │   └── ReferenceCycleError
    ├── NaiveTimeError            an instant without an offset from UTC
    ├── InvalidNameError          a name that AWS would refuse
    ├── PolicyReferenceError      a policy was named that cannot be resolved
    │   ├── MalformedReferenceError
    │   ├── UnknownPolicyError
    │   ├── UnknownVersionError
    │   └── PublishedPolicyError  a published version is not what the lock says; carries the finding
    │       ├── ChangedPolicyError
    │       └── VanishedPolicyError
    ├── InvalidPropertyError      a construct was given what ECR would refuse
    ├── UnknownRepositoryError    an app asks for a repository that the catalog does not declare
    ├── MissingExtraError         an app needs an extra of ecrkit that is not installed
    ├── NodeError                 the Node that aws_cdk would start is missing, broken or too old
    ├── SynthesisError            CDK refuses to synthesize an app
    ├── SandboxError              the local AWS did not start, or could not be prepared
    ├── RefusedError              what was asked for would do harm, and was not done
    ├── ToolError                 a program such as docker, skopeo or cosign is missing, or failed
    └── AwsError                  AWS refused, or could not be reached; carries AWS's code
        └── NoVerdictError        it answered, and the answer decides nothing

Messages are for people and may change; catch the classes.

Errors in the input of a CDK app are a ``SystemExit`` too: UnreadableInputError, InvalidCatalogError,
UnknownRepositoryError, MissingExtraError, NodeError and SynthesisError. A program that does not catch one prints its
text on stderr and ends with exit code 1, without a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.errors.findings import Finding

__all__ = [
    "AwsError",
    "ChangedPolicyError",
    "DuplicateDigestError",
    "EcrkitError",
    "InvalidAllowListError",
    "InvalidAssemblyError",
    "InvalidCatalogError",
    "InvalidDocumentError",
    "InvalidImagesError",
    "InvalidInventoryError",
    "InvalidLockError",
    "InvalidNameError",
    "InvalidPolicyError",
    "InvalidPolicyTestsError",
    "InvalidPropertyError",
    "MalformedReferenceError",
    "MissingExtraError",
    "MissingTimeError",
    "NaiveTimeError",
    "NoVerdictError",
    "NodeError",
    "PolicyReferenceError",
    "PublishedPolicyError",
    "ReferenceCycleError",
    "RefusedError",
    "SandboxError",
    "SynthesisError",
    "ToolError",
    "UnknownPolicyError",
    "UnknownRepositoryError",
    "UnknownVersionError",
    "UnreadableInputError",
    "UnwritableOutputError",
    "VanishedPolicyError",
]


class _EndsProgram(SystemExit):
    """What Python prints to stderr, and ends with exit code 1, if nobody catches it."""

    @property
    def code(self) -> str:  # type: ignore[override] # SystemExit keeps it in a field, which has nothing to escape
        """The text of the error, in which control characters are escaped."""
        return "\n".join(printable(line) for line in str(self).splitlines())


class EcrkitError(Exception):
    """A problem that the user can fix."""


class UnreadableInputError(EcrkitError, _EndsProgram):
    """A file is missing, cannot be read or is not UTF-8."""


class UnwritableOutputError(EcrkitError):
    """A file cannot be written."""


class InvalidDocumentError(EcrkitError):
    """
    A document was read and is not valid.

    Attributes:
        findings: all problems, in file order, at least one.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """One line per finding."""
        return "\n".join(str(finding) for finding in self.findings)


class InvalidPolicyError(InvalidDocumentError):
    """ECR would reject a lifecycle policy."""


class InvalidCatalogError(InvalidDocumentError, _EndsProgram):
    """A catalog cannot be deployed."""


class InvalidAssemblyError(EcrkitError):
    """A folder is not a cloud assembly, or a template of an assembly or a deployed stack is invalid."""


class InvalidAllowListError(InvalidDocumentError):
    """A list of allowed vulnerabilities is invalid."""


class InvalidImagesError(InvalidDocumentError):
    """A list of images is not from ECR, or not from one repository."""


class InvalidLockError(InvalidDocumentError):
    """The lock of a policy store is invalid, so the published versions are unknown."""


class InvalidPolicyTestsError(InvalidDocumentError):
    """The tests of a policy cannot run."""


class InvalidInventoryError(EcrkitError):
    """Images cannot belong to one repository."""


class DuplicateDigestError(InvalidInventoryError):
    """A digest occurs twice."""


class MissingTimeError(InvalidInventoryError):
    """An archived image has no time of archiving."""


class ReferenceCycleError(InvalidInventoryError):
    """Images refer to each other in a circle."""


class NaiveTimeError(EcrkitError):
    """A time has no offset from UTC, so it is ambiguous."""


class InvalidNameError(EcrkitError):
    """AWS would reject a name."""


class PolicyReferenceError(EcrkitError):
    """
    A policy reference cannot be resolved.

    Attributes:
        message: what is wrong and what was given.
        remedy: what to do.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Message and remedy."""
        return f"{self.message}; {self.remedy}"


class MalformedReferenceError(PolicyReferenceError):
    """A reference is not ``name@N``; usually the version is missing."""


class UnknownPolicyError(PolicyReferenceError):
    """No policy has that name."""


class UnknownVersionError(PolicyReferenceError):
    """The policy has no such version."""


class PublishedPolicyError(PolicyReferenceError):
    """
    A published version differs from the lock.

    Attributes:
        finding: the finding of the store check.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}: {finding.message}", remedy=finding.remedy)
        self.finding = finding


class ChangedPolicyError(PublishedPolicyError):
    """The meaning of a published version has changed."""


class VanishedPolicyError(PublishedPolicyError):
    """The file of a published version is missing."""


class InvalidPropertyError(EcrkitError):
    """ECR or CloudFormation would reject a property of a construct."""


class UnknownRepositoryError(EcrkitError, _EndsProgram):
    """The catalog does not declare a repository that an app uses in that environment."""


class MissingExtraError(EcrkitError, _EndsProgram):
    """An app needs an extra of ecrkit that is not installed."""


class NodeError(EcrkitError, _EndsProgram):
    """The Node that aws_cdk would start is missing, broken or too old."""


class SynthesisError(EcrkitError, _EndsProgram):
    """CDK cannot synthesize an app."""


class SandboxError(EcrkitError):
    """The local AWS did not start, or could not be prepared."""


class RefusedError(EcrkitError):
    """ecrkit did not do what was asked, because it would do harm or have no effect."""


class ToolError(EcrkitError):
    """A program such as docker, skopeo or cosign is missing, or failed."""


class AwsError(EcrkitError):
    """
    AWS rejected a request, or could not be reached.

    Attributes:
        code: AWS's own, as in ``RepositoryNotFoundException``, or the name of botocore's exception.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NoVerdictError(AwsError):
    """AWS gave no usable result; never treat this as a pass."""
