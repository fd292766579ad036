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
    ├── NodeError                 the Node that aws_cdk would start is missing, broken or too old
    ├── SynthesisError            CDK refuses to synthesize an app
    ├── SandboxError              the local AWS did not start, or could not be prepared
    ├── RefusedError              what was asked for would do harm, and was not done
    ├── ToolError                 docker, podman or skopeo is missing, or failed
    └── AwsError                  AWS refused, or could not be reached; carries AWS's code
        └── NoVerdictError        it answered, and the answer decides nothing

Messages are for people and may change; catch the classes.

Errors in the input of a CDK app are a ``SystemExit`` too: UnreadableInputError, InvalidCatalogError,
UnknownRepositoryError, NodeError and SynthesisError. A program that does not catch one prints its text on stderr and
ends with exit code 1, without a traceback.
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
    """Something is wrong that the person at the keyboard can mend."""


class UnreadableInputError(EcrkitError, _EndsProgram):
    """A file is missing, cannot be read or is not UTF-8."""


class UnwritableOutputError(EcrkitError):
    """A file cannot be written."""


class InvalidDocumentError(EcrkitError):
    """
    A document was read and is not valid.

    Attributes:
        findings: everything that is wrong with it, in file order, at least one.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """One line per finding."""
        return "\n".join(str(finding) for finding in self.findings)


class InvalidPolicyError(InvalidDocumentError):
    """A lifecycle policy that ECR would refuse."""


class InvalidCatalogError(InvalidDocumentError, _EndsProgram):
    """A catalog that could not be deployed."""


class InvalidAssemblyError(EcrkitError):
    """A folder is no cloud assembly, or a template in it, or of a deployed stack, is none."""


class InvalidAllowListError(InvalidDocumentError):
    """A list of allowed vulnerabilities that cannot be read as one."""


class InvalidImagesError(InvalidDocumentError):
    """A list of images that ECR would not have given, or not of one repository."""


class InvalidLockError(InvalidDocumentError):
    """The lock of a policy store is none, so that nobody knows what was published."""


class InvalidPolicyTestsError(InvalidDocumentError):
    """Tests of a policy that cannot be run."""


class InvalidInventoryError(EcrkitError):
    """Images that cannot be those of one repository."""


class DuplicateDigestError(InvalidInventoryError):
    """A digest occurs twice."""


class MissingTimeError(InvalidInventoryError):
    """An archived image does not say when it was archived."""


class ReferenceCycleError(InvalidInventoryError):
    """Images refer to each other in a circle."""


class NaiveTimeError(EcrkitError):
    """An instant without an offset from UTC: nobody knows when that was."""


class InvalidNameError(EcrkitError):
    """A name that AWS would refuse."""


class PolicyReferenceError(EcrkitError):
    """
    A policy was named that cannot be resolved.

    Attributes:
        message: what is wrong and what was got.
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
    """A reference that is not ``name@N``; most often the version is missing."""


class UnknownPolicyError(PolicyReferenceError):
    """No policy has that name."""


class UnknownVersionError(PolicyReferenceError):
    """The policy exists, that version of it does not."""


class PublishedPolicyError(PolicyReferenceError):
    """
    A published version is not what the lock says.

    Attributes:
        finding: what a check of the store reports of it.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}: {finding.message}", remedy=finding.remedy)
        self.finding = finding


class ChangedPolicyError(PublishedPolicyError):
    """The file of a published version means something else than when it was published."""


class VanishedPolicyError(PublishedPolicyError):
    """The file of a published version is gone."""


class InvalidPropertyError(EcrkitError):
    """A construct was given what ECR, or CloudFormation, would refuse."""


class UnknownRepositoryError(EcrkitError, _EndsProgram):
    """An app asks for a repository that the catalog does not declare in that environment."""


class NodeError(EcrkitError, _EndsProgram):
    """The Node that aws_cdk would start is missing, broken or too old."""


class SynthesisError(EcrkitError, _EndsProgram):
    """CDK refuses to synthesize an app."""


class SandboxError(EcrkitError):
    """The local AWS did not start, or could not be prepared."""


class RefusedError(EcrkitError):
    """What was asked for would do harm, or come to nothing, and was not done."""


class ToolError(EcrkitError):
    """docker, podman or skopeo is missing, or failed."""


class AwsError(EcrkitError):
    """
    AWS refused, or could not be reached.

    Attributes:
        code: AWS's own, as in ``RepositoryNotFoundException``, or the name of botocore's exception.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NoVerdictError(AwsError):
    """AWS answered, and the answer decides nothing; it must not pass for a good one."""
