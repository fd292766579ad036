"""What a stack has of ECR, worked out from its template for one choice of parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import EVENT_RULE, LOOP, MACRO, NESTED_STACK, REPOSITORIES, Resource, Source, Stack
from ecrkit.errors import InvalidAssemblyError
from ecrkit.registry.cloudformation import SHARDS
from ecrkit.registry.templates import Resolver, Unexpanded, candidates, key_of, macros_of, pseudo_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ecrkit.registry.templates import Asked, Choice

    Template = Mapping[str, Any]
    Nested = Callable[[str, Template], Template | str]

__all__ = ["chosen_for", "open_parameters", "stack_of", "with_deployed_parameters"]

_COMPARING = ("Parameters", "Conditions", "Mappings")
"""The sections of a template without which nothing in it depends on a parameter."""

_MAX_NESTED = 1_000
_LEVELS = 20


def stack_of(  # noqa: PLR0913 - keyword-only, what a stack is
    template: Template,
    *,
    name: str,
    nested: Nested,
    account: str = "",
    region: str = "",
    lookup_role: str = "",
    parameters: Mapping[str, str] | None = None,
) -> Stack:
    """
    Read the ECR resources of a template.

    Args:
        template: the parsed template; other parts are ignored.
        name: name of the stack.
        nested: returns the template of a nested stack by its logical ID and resource, or why it cannot.
        account: account ID of 12 digits; empty if unknown before the deploy.
        region: Region; empty if unknown before the deploy.
        lookup_role: ARN of the role that reads the account for CDK.
        parameters: parameters that the stack was deployed with, if known.

    Returns:
        The stack, with repositories and settings of the registry in the order of the template, parameters at their
        defaults. Resources of a nested stack have the logical IDs of both, and are kept if the nested stack is.

    Raises:
        InvalidAssemblyError: templates contain themselves, or are nested deeper than CloudFormation allows.
    """
    metadata = template.get("Metadata")
    shards = metadata.get(SHARDS) if isinstance(metadata, dict) else None
    source = Source(template=template, parameters=parameters or {})
    stack = Stack(
        name=name,
        account=account,
        region=region,
        shards=shards if isinstance(shards, int) else 1,
        lookup_role=lookup_role,
        source=source,
    )
    inner: dict[str, Template | str] = {}
    try:
        _read_nested(_resolver(stack, source), nested, inner, prefix="", chain=(template,))
        return chosen_for(replace(stack, source=replace(source, nested=inner)), {})
    except RecursionError:
        raise InvalidAssemblyError(f"{name}: its template is nested too deeply") from None
    except InvalidAssemblyError as error:
        raise InvalidAssemblyError(f"{name}: {error}") from None


def chosen_for(stack: Stack, chosen: Choice) -> Stack:
    """Work out the resources of a stack again, for other values of its parameters."""
    if stack.source is None:
        return stack
    resolver = _resolver(stack, stack.source, chosen=chosen)
    return replace(stack, resources=tuple(_resources(resolver, stack.source, prefix="")))


def with_deployed_parameters(new: Sequence[Stack], old: Sequence[Stack]) -> tuple[Stack, ...]:
    """
    Resolve stacks with their deployed parameters, which CDK passes again.

    Args:
        new: stacks to deploy.
        old: deployed stacks.
    """
    made = []
    for stack in new:
        deployed = next((found for found in old if found.name == stack.name and found.may_be_where(stack)), None)
        if deployed and stack.source and deployed.source and deployed.source.parameters:
            source = replace(stack.source, parameters={**deployed.source.parameters, **stack.source.parameters})
            made.append(chosen_for(replace(stack, source=source), {}))
        else:
            made.append(stack)
    return tuple(made)


def open_parameters(stack: Stack) -> dict[str, list[str]]:
    """Give the parameters on which something of ECR depends, and the values of each that make a difference."""
    source = stack.source
    if source is None or not (source.nested or any(source.template.get(section) for section in _COMPARING)):
        return {}
    asked: Asked = {}
    for _ in _resources(_resolver(stack, source, is_open=True, asked=asked), source, prefix=""):
        pass
    return candidates(source.template, asked)


def _resolver(
    stack: Stack,
    source: Source,
    *,
    chosen: Choice | None = None,
    is_open: bool = False,
    asked: Asked | None = None,
) -> Resolver:
    return Resolver(
        source.template,
        given=source.parameters,
        pseudo=pseudo_parameters(account=stack.account, region=stack.region, stack=stack.name),
        chosen=chosen,
        is_open=is_open,
        asked=asked,
    )


def _read_nested(
    resolver: Resolver,
    nested: Nested,
    found: dict[str, Template | str],
    *,
    prefix: str,
    chain: tuple[Template, ...],
) -> None:
    for entry in resolver.entries(resolver.section("Resources")):
        if isinstance(entry, Unexpanded) or not isinstance(entry[1], dict) or entry[1].get("Type") != NESTED_STACK:
            continue
        logical_id = f"{prefix}{entry[0]}"
        template = found[logical_id] = nested(logical_id, entry[1])
        if isinstance(template, str):
            continue
        if any(template is outer for outer in chain) or len(chain) > _LEVELS or len(found) > _MAX_NESTED:
            raise InvalidAssemblyError(f"the nested stack {logical_id} contains itself; synthesize again")
        parameters = _properties(resolver, entry[1]).get("Parameters")
        inner = resolver.inner(template, parameters)
        _read_nested(inner, nested, found, prefix=f"{logical_id}/", chain=(*chain, template))


def _resources(resolver: Resolver, source: Source, *, prefix: str) -> Iterator[Resource]:
    for key, written in macros_of(resolver.template):
        yield _macro(f"{prefix}{key}", written)
    for entry in resolver.entries(resolver.section("Resources")):
        if isinstance(entry, Unexpanded):
            yield from _loop(resolver, entry, prefix=prefix)
            continue
        key, declared = entry
        kind = declared.get("Type") if isinstance(declared, dict) else None
        if kind not in (*REPOSITORIES, NESTED_STACK, *SETTINGS):
            continue
        resource = _resource(resolver, f"{prefix}{key}", declared)
        # Rules of EventBridge are of interest only if they send events of images.
        if resource is None or (kind == EVENT_RULE and not resource.is_event):
            continue
        if kind != NESTED_STACK:
            yield resource
            if MACRO in resource.properties:
                yield _macro(f"{resource.logical_id}/{MACRO}", resource.properties[MACRO])
            continue
        template = source.nested.get(resource.logical_id, {})
        if isinstance(template, str):
            yield replace(resource, unread=template)
            continue
        inner = resolver.inner(template, resource.properties.get("Parameters"))
        for found in _resources(inner, source, prefix=f"{resource.logical_id}/"):
            # A nested stack that is kept is kept as a whole, and what is in it exists where both conditions hold.
            kept = replace(found, deletion_policy="Retain") if resource.outlives_its_stack else found
            yield replace(kept, condition=_both(resource.condition, found.condition))


def _resource(resolver: Resolver, logical_id: str, declared: Template) -> Resource | None:
    name = declared.get("Condition")
    decided = resolver.decide(name) if isinstance(name, str) else True
    if decided is False:
        return None
    return Resource(
        logical_id=logical_id,
        type=declared["Type"],
        properties=_properties(resolver, declared),
        deletion_policy=resolver.resolve(declared.get("DeletionPolicy")) or "Delete",
        update_replace_policy=resolver.resolve(declared.get("UpdateReplacePolicy")) or "Delete",
        condition=None if decided is True else (str(name), decided),
    )


def _properties(resolver: Resolver, declared: Template) -> dict[str, Any]:
    properties = resolver.resolve(declared.get("Properties"))
    return properties if isinstance(properties, dict) else {}


def _both(outer: tuple[str, object] | None, inner: tuple[str, object] | None) -> tuple[str, object] | None:
    if outer is None or inner is None:
        return outer or inner
    return f"{outer[0]} and {inner[0]}", {"Fn::And": [outer[1], inner[1]]}


def _macro(logical_id: str, written: object) -> Resource:
    reason = "only a deploy knows what a macro writes"
    return Resource(logical_id=logical_id, type=MACRO, properties={"Macro": written}, unread=reason)


def _loop(resolver: Resolver, loop: Unexpanded, *, prefix: str) -> Iterator[Resource]:
    """Give a loop that cannot be written out, if something that the guard looks at may be in it."""
    text = key_of(loop.value)
    if '"AWS::ECR::' in text or f'"{NESTED_STACK}"' in text:
        collection = resolver.resolve(loop.value[1]) if isinstance(loop.value, list) and len(loop.value) > 1 else None
        properties = {"Collection": collection, "Block": loop.value}
        yield Resource(logical_id=f"{prefix}{loop.key}", type=LOOP, properties=properties, unread=loop.reason)
