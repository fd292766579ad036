"""What the construct refuses: every property that ECR or CloudFormation would, each in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ecr as ecr
from constructs import IValidation

from ecrkit.documents.nearest import correction
from ecrkit.errors import InvalidNameError
from ecrkit.images.names import RepositoryName, TagFilter
from ecrkit.lifecycle import LifecyclePolicy
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.access_policy import NO_STATEMENT, check_length, judge_statements
from ecrkit.registry.cloudformation import export_problem, partition_of
from ecrkit.registry.outputs import OutputKey
from ecrkit.registry.properties import KMS_KEY, Encryption, Mutability, RepositoryProperties
from ecrkit.registry.settings.fields import at
from ecrkit.registry.statements import PolicyKind
from ecrkit.registry.templates import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import UnionType

    from ecrkit.registry.access_policy import Judged

__all__ = [
    "PolicyLength",
    "encryption_of",
    "encryption_problems",
    "is_token",
    "judged_statements",
    "key_of",
    "known_now",
    "lifecycle_problems",
    "listed",
    "mutability_of",
    "mutability_problems",
    "name_problems",
    "output_problems",
    "removal_problems",
    "type_problems",
    "warning_text",
]

_REMOVAL_POLICIES = (
    cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    cdk.RemovalPolicy.RETAIN,
    cdk.RemovalPolicy.DESTROY,
)

_SAVE_IT = "save it as policies/lifecycle/NAME/v1.json, and pass PolicyStore('policies/lifecycle')['NAME@1']"
_EXTRACT_IT = "run `ecrkit policy extract cdk.out` before you change the stack, and pass the policy that it writes"

# What it is in words, its type, and the type of what is in it.
_TYPES: dict[str, tuple[str, type | UnionType, type]] = {
    "repository_name": ("a string", str | None, object),
    "scan_on_push": ("True or False", bool, object),
    "mutable_tags": ("a list of tags", Sequence, str),
    "immutable_tags": ("a list of tags", Sequence, str),
    "statements": ("a list of statements", Sequence, Mapping),
    "open_to_everyone": ("a string", str, object),
    "removal_policy": ("a RemovalPolicy", cdk.RemovalPolicy, object),
    "empty_on_delete": ("True or False", bool, object),
    "exports": ("True or False", bool, object),
    "parameters": ("True or False", bool, object),
    "output": ("a string", str | None, object),
    "description": ("a string", str, object),
    "about": ("a string", str, object),
    "usage": ("a string", str, object),
    "architectures": ("a list of strings", Sequence, str),
    "operating_systems": ("a list of strings", Sequence, str),
    "registry_alias": ("a string", str | None, object),
}


def type_problems(props: Mapping[str, object]) -> Iterator[str]:
    """
    Refuse what is of another type than it is declared to be, for those who have no type checker.

    Args:
        props: by name.
    """
    for prop, value in props.items():
        expected, kind, kind_of_entries = _TYPES[prop]
        entries = value if kind is Sequence and isinstance(value, Sequence) else ()
        if not isinstance(value, kind) or not all(isinstance(entry, kind_of_entries) for entry in entries):
            yield f"{prop}: must be {expected}, got {value!r}"


def known_now(text: str | None) -> str:
    """Give *text*, or an empty one where there is none or CDK learns it later."""
    return "" if text is None or is_token(text) else text


def is_token(text: str) -> bool:
    """Whether CDK learns *text* later."""
    # Asking CDK is a round trip to another process; no name has the brace of an encoded token.
    return "${" in text and cdk.Token.is_unresolved(text)


def name_problems(
    repository_name: str | None, *, checked: Callable[[str], object] = RepositoryName, prop: str = "repository_name"
) -> list[str]:
    """Refuse a name that ECR would; *checked* is the type of the name, and *prop* has it."""
    if repository_name is None or is_token(repository_name):
        return []
    return _refused(prop, checked, repository_name)


def listed(lifecycle: LifecyclePolicy | Iterable[LifecyclePolicy] | None) -> tuple[LifecyclePolicy, ...]:
    """List the policies that were given, and what was given for one."""
    if lifecycle is None:
        return ()
    if isinstance(lifecycle, Iterable) and not isinstance(lifecycle, str | Mapping | LifecyclePolicy):
        return tuple(lifecycle)
    return (lifecycle,)  # type: ignore[return-value] # what is no policy is refused


def lifecycle_problems(entries: Iterable[object]) -> list[str]:
    """Refuse the name of a policy, its JSON, and the rules of the L2 where the policy is meant."""
    return [_lifecycle_problem(entry) for entry in entries if not isinstance(entry, LifecyclePolicy)]


def _lifecycle_problem(entry: object) -> str:
    if isinstance(entry, Mapping | ecr.CfnRepository.LifecyclePolicyProperty):
        return f"lifecycle: must be policies, got a {type(entry).__name__}; {_SAVE_IT}"
    if isinstance(entry, ecr.LifecycleRule):
        return f"lifecycle: must be policies, got a LifecycleRule; {_EXTRACT_IT}"
    if isinstance(entry, str) and entry.lstrip().startswith(("{", "[")):
        return f"lifecycle: must be policies, got JSON text; {_SAVE_IT}"
    if isinstance(entry, str | PolicyRef):
        given = "the string " if isinstance(entry, str) else ""
        name = repr(str(entry))
        return f"lifecycle: must be policies, got {given}{name}; look it up, as in PolicyStore.bundled()[{name}]"
    return f"lifecycle: must be policies, got {entry!r}"


def key_of(given: object) -> object:
    """Give the ARN of a key that is a construct; anything else as it is."""
    reference = getattr(given, "key_ref", None)
    return getattr(given, "key_arn", None) or getattr(reference, "key_arn", given)


def encryption_of(given: object, key: object) -> object:
    """Give the word for CDK's own value; without one, a key decides: with a key it is KMS."""
    if given is None:
        return Encryption.AES256 if key is None else Encryption.KMS
    return given.value if isinstance(given, ecr.RepositoryEncryption) else given


def encryption_problems(encryption: object, key: object) -> list[str]:
    """Refuse another word, and a key that is none or that nothing uses."""
    if encryption not in list(Encryption):
        return [
            f"encryption: must be one of {', '.join(Encryption)}, got {encryption!r}{_meant(encryption, Encryption)}"
        ]
    if key is None:
        return []
    if not Encryption(str(encryption)).takes_key:
        return [f"encryption_key: needs encryption 'KMS' or 'KMS_DSSE', got {str(encryption)!r}; remove one of them"]
    if not isinstance(key, str):
        return [f"encryption_key: must be a key, or the alias, ID or ARN of one, got {key!r}"]
    if not is_token(key) and not KMS_KEY.fullmatch(key):
        return [f"encryption_key: must be the alias, ID or ARN of a KMS key, as in 'alias/registry', got {key!r}"]
    return []


def judged_statements(
    given: Sequence[Mapping[str, object]],
    *,
    region: str,
    acknowledged: str,
    kind: PolicyKind = PolicyKind.REPOSITORY,
) -> tuple[list[str], list[Judged]]:
    """
    Judge statements of a repository policy.

    Args:
        given: JSON values, which may contain intrinsic functions and tokens.
        region: of the repository, or a token of it.
        acknowledged: why they may let everyone in.
        kind: of the policy.

    Returns:
        What ECR would reject or lets everyone in, in words; and what is to be warned of.
    """
    partition = partition_of(region) if known_now(region) else None
    # A function that needs nothing but its arguments may write anything, '*' among it.
    statements = Resolver({}).resolve(list(given))
    judged = [
        one
        for one in judge_statements(statements, kind=kind, partition=partition, acknowledged=acknowledged)
        # A statement that lets everyone in may be added later.
        if one.index != NO_STATEMENT and not one.acknowledged
    ]
    problems = [one for one in judged if one.is_error]
    return [_text(one) for one in problems], [one for one in judged if not one.is_error]


@jsii.implements(IValidation)
class PolicyLength:
    """Refuses, at synth, a repository policy that is longer than ECR takes: CDK merges statements until then."""

    def __init__(self, resource: ecr.CfnRepository | ecr.CfnPublicRepository) -> None:
        self._resource = resource

    def validate(self) -> list[str]:
        """Measure the policy; CDK calls this when all statements are there."""
        policy = self._resource.stack.resolve(self._resource.repository_policy_text)
        return [found.text for found in check_length(policy, name="RepositoryPolicyText")]


def warning_text(judged: Judged) -> str:
    """Write a warning for the synth."""
    return f"{_text(judged)} [{judged.found.check.code}]"


def _text(judged: Judged) -> str:
    return judged.at(at("statements", judged.index)).text


def mutability_of(given: object) -> object:
    """Give the word for a member of CDK's enum: the tags that are exceptions say the rest."""
    return RepositoryProperties.mutability_in(given.name) if isinstance(given, ecr.TagMutability) else given


def mutability_problems(given: object, mutable_tags: Sequence[str], immutable_tags: Sequence[str]) -> list[str]:
    """Refuse another word, filters that ECR does not take, and those of the other mutability."""
    mutability = mutability_of(given)
    problems = [
        *_tag_problems("mutable_tags", mutable_tags),
        *_tag_problems("immutable_tags", immutable_tags),
    ]
    exceptions = {Mutability.IMMUTABLE: "mutable_tags", Mutability.MUTABLE: "immutable_tags"}
    if mutability not in list(Mutability):
        word = RepositoryProperties.mutability_in(str(given))
        remedy = _meant(given, Mutability)
        if word in exceptions and word != str(given).upper():
            remedy = f"; write {word}: {exceptions[Mutability(word)]} makes it so"
        return [*problems, f"mutability: must be one of {', '.join(Mutability)}, got {given!r}{remedy}"]
    if isinstance(given, ecr.TagMutability) and given.name != mutability and not (mutable_tags or immutable_tags):
        needed = exceptions[Mutability(str(mutability))]
        problems.append(f"mutability: {given.name} needs {needed}, got none; pass them, or {mutability}")
    for needed, prop in exceptions.items():
        tags = mutable_tags if prop == "mutable_tags" else immutable_tags
        if tags and mutability != needed:
            problems.append(f"{prop}: needs mutability {needed.value!r}, got {str(mutability)!r}; remove it")
    return problems


def _meant(given: object, words: Iterable[str]) -> str:
    """Suggest the word that was meant; nothing where it could be any."""
    advice = correction(str(given), words)
    return f"; {advice}" if advice else ""


def _tag_problems(prop: str, tags: Sequence[str]) -> list[str]:
    if isinstance(tags, str):
        return [f"{prop}: must be a list of tags, got the string {tags!r}; write [{tags!r}]"]
    problems = []
    if len(tags) > TagFilter.MAX_PER_REPOSITORY:
        problems.append(f"{prop}: must have at most {TagFilter.MAX_PER_REPOSITORY} entries, got {len(tags)}")
    if len(set(tags)) < len(tags):
        problems.append(f"{prop}: an entry is listed twice in {list(tags)}; remove one")
    for entry in dict.fromkeys(tags):
        problems += _refused(prop, TagFilter, entry)
    return problems


def removal_problems(removal_policy: cdk.RemovalPolicy, *, empty_on_delete: bool) -> list[str]:
    """Refuse a policy that repositories do not have, and emptying what is kept."""
    if removal_policy not in _REMOVAL_POLICIES:
        allowed = ", ".join(policy.name for policy in _REMOVAL_POLICIES)
        return [f"removal_policy: must be one of {allowed}, got {removal_policy.name}"]
    if empty_on_delete and removal_policy is not cdk.RemovalPolicy.DESTROY:
        needs = f"needs removal_policy=RemovalPolicy.DESTROY, got {removal_policy.name}"
        return [f"empty_on_delete: {needs}; pass both only if every image may be lost"]
    return []


def output_problems(output: str | None, *, exports: bool) -> list[str]:
    """Refuse a key that CloudFormation would, and one that makes the name of an export too long."""
    if output is None:
        return []
    problem = export_problem(output) if exports else ""
    return _refused("output", OutputKey, output) or ([f"output: {problem}"] if problem else [])


def _refused(prop: str, checked: Callable[[str], object], text: str) -> list[str]:
    try:
        checked(text)
    except InvalidNameError as error:
        return [f"{prop}: {error}"]
    return []
