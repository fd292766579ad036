"""Expressions of one template, worked out as far as the template and a choice of parameters determine them."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from ecrkit.errors import InvalidAssemblyError
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.templates.expressions import NO_VALUE, is_known, reference, scalar_text
from ecrkit.registry.templates.functions import FUNCTIONS
from ecrkit.registry.templates.loops import LOOP, parse_loop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["OTHER", "Asked", "Resolver", "Unexpanded", "pseudo_parameters"]

Asked = dict[str, dict[str, bool]]
"""
By the name of a parameter, the values that a template compares it with, in the order found.

Each with whether it is a key of a mapping without which the deploy fails, so that the parameter can be no other.
"""

OTHER: Final = "\0other"
"""The value of a parameter that is none of those that the template compares it with."""

_SCALARS = (str, int, float, NoneType)
MAX_DEPTH = 100
MAX_ENTRIES = 10_000
"""What no template of CloudFormation comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexpanded:
    """
    A loop that cannot be written out.

    Attributes:
        key: as in ``Fn::ForEach::Repositories``.
        value: as written.
        reason: why not.
    """

    key: str
    value: object
    reason: str


def pseudo_parameters(*, account: str = "", region: str = "", stack: str = "") -> dict[str, str]:
    """Give the pseudo parameters that an environment determines; an empty text is not known."""
    known = {"AWS::AccountId": account, "AWS::Region": region, "AWS::StackName": stack}
    if region:
        partition = partition_of(region)
        known["AWS::Partition"] = partition
        known |= {"AWS::URLSuffix": "amazonaws.com"} if partition in ("aws", "aws-us-gov") else {}
        known |= {"AWS::URLSuffix": "amazonaws.com.cn"} if partition == "aws-cn" else {}
    return {name: value for name, value in known.items() if value}


class Resolver:
    """
    Works out the expressions of one template.

    What the template does not determine stays an expression, in one spelling for all ways to write it.

    Args:
        template: as parsed; any JSON.
        given: values of parameters that a deploy, or the stack around this one, passes; expressions too.
        pseudo: of pseudo parameters.
        chosen: of parameters and pseudo parameters in the case to look at; :data:`OTHER` is none of the known ones.
        is_open: leave parameters open that only have a default, so that *asked* learns what depends on them.
        asked: gets what parameters that are open are compared with.
    """

    def __init__(  # noqa: PLR0913 - keyword-only, and each of another kind
        self,
        template: Mapping[str, Any],
        *,
        given: Mapping[str, object] | None = None,
        pseudo: Mapping[str, str] | None = None,
        chosen: Mapping[str, str] | None = None,
        is_open: bool = False,
        asked: Asked | None = None,
    ) -> None:
        self.template = template
        self.given = given or {}
        self.pseudo = pseudo or {}
        self.chosen = chosen or {}
        self.is_open = is_open
        self.asked: Asked = {} if asked is None else asked
        self._conditions: dict[str, object] | None = None
        self._decided: dict[str, object] = {}
        self._deciding: set[str] = set()
        self._depth = 0
        self._entries = 0

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """
        Work out a value of the template.

        Raises:
            InvalidAssemblyError: it is nested deeper than any template of CloudFormation.
        """
        if isinstance(value, _SCALARS):
            return value
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise InvalidAssemblyError(f"the template nests values more than {MAX_DEPTH} levels deep")
            if isinstance(value, list | tuple):
                return [item for item in map(self.resolve, value) if item != NO_VALUE]
            if isinstance(value, dict):
                return self._mapping(value)
        finally:
            self._depth -= 1
        # YAML has dates.
        return str(value)

    def section(self, name: str) -> Mapping[str, Any]:
        """Give a section of the template; an empty one where it is none."""
        found = self.template.get(name)
        return found if isinstance(found, dict) else {}

    def entries(self, section: Mapping[str, Any]) -> Iterator[tuple[str, Any] | Unexpanded]:
        """Give what a mapping has, its loops written out; nothing in it is worked out yet."""
        for key, value in section.items():
            if not str(key).startswith(LOOP):
                yield str(key), value
                continue
            loop = parse_loop(value)
            items = self.resolve(loop.collection) if loop else None
            if loop is None or not isinstance(items, list) or not is_known(items):
                yield Unexpanded(key=key, value=value, reason="its collection is known only at deploy")
                continue
            for item in items:
                for made in loop.entries(scalar_text(item) or ""):
                    self._entries += 1
                    if self._entries > MAX_ENTRIES:
                        raise InvalidAssemblyError(f"the loops of the template make more than {MAX_ENTRIES:,} entries")
                    yield from self.entries(dict([made]))

    def decide(self, name: object) -> object:
        """Decide a condition by its name: true, false, or the expression that is left of it."""
        if not isinstance(name, str):
            return {"Condition": name}
        if name not in self._decided:
            definition = self._condition(name)
            if definition is None or name in self._deciding:
                return {"Condition": name}
            self._deciding.add(name)
            self._decided[name] = self.resolve(definition)
            self._deciding.discard(name)
        return self._decided[name]

    def test(self, value: Any) -> object:  # noqa: ANN401 - any JSON
        """Decide an expression in a condition, where ``{"Condition": NAME}`` and plain names are conditions."""
        if isinstance(value, str):
            return value == "true" if value in ("true", "false") else self.decide(value)
        decided = self.resolve(value)
        return decided == "true" if decided in ("true", "false") else decided

    def refer(self, name: str) -> object:
        """Give what a parameter or a pseudo parameter is; its ``Ref`` where only a deploy knows."""
        if name in self.chosen:
            return {"Ref": name} if self.chosen[name] == OTHER else self._typed(name, self.chosen[name])
        if name in self.given:
            return self._typed(name, self.given[name])
        if name in self.pseudo:
            return self.pseudo[name]
        parameter = self.section("Parameters").get(name)
        if not isinstance(parameter, dict) or "AWS::SSM::" in str(parameter.get("Type")):
            return {"Ref": name}
        if self.is_open:
            allowed = parameter.get("AllowedValues")
            if isinstance(allowed, list) and allowed:
                self.asked.setdefault(name, {})
            return {"Ref": name}
        default = scalar_text(parameter.get("Default"))
        return {"Ref": name} if default is None else self._typed(name, default)

    def note(self, value: object, compared: Iterable[str], *, is_key: bool = False) -> None:
        """Note what an open parameter is compared with."""
        if reference(value):
            self.asked.setdefault(reference(value), {}).update(dict.fromkeys(compared, is_key))

    def is_other(self, value: object) -> bool:
        """Whether a value is a parameter of which only is known what it is not."""
        return self.chosen.get(reference(value)) == OTHER

    def inner(self, template: Mapping[str, Any], parameters: object) -> Resolver:
        """
        Make the resolver of a nested stack.

        Args:
            template: of the nested stack.
            parameters: that it is passed, as written in this template.
        """
        passed = self.resolve(parameters)
        names = template.get("Parameters")
        own = set(names) if isinstance(names, dict) else set()
        # Pseudo parameters are those of the outer stack, except its name; so is what an outer parameter is not.
        chosen = {
            name: value
            for name, value in self.chosen.items()
            if name != "AWS::StackName" and (name.startswith("AWS::") or (value == OTHER and name not in own))
        }
        return Resolver(
            template,
            given=passed if isinstance(passed, dict) else {},
            pseudo={name: value for name, value in self.pseudo.items() if name != "AWS::StackName"},
            chosen=chosen,
            asked=self.asked,
        )

    def _mapping(self, value: dict[str, Any]) -> object:
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Condition" and isinstance(argument, str) and self._deciding:
                return self.decide(argument)
            function = FUNCTIONS.get(name) if isinstance(name, str) else None
            if function is not None:
                return function(self, argument)
        resolved = {}
        for entry in self.entries(value):
            if isinstance(entry, Unexpanded):
                resolved[entry.key] = entry.value
            elif (inner := self.resolve(entry[1])) != NO_VALUE:
                resolved[entry[0]] = inner
        return resolved

    def _condition(self, name: str) -> object:
        if self._conditions is None:
            self._conditions = {}
            entries = (entry for entry in self.entries(self.section("Conditions")) if isinstance(entry, tuple))
            self._conditions = dict(entries)
        return self._conditions.get(name)

    def _typed(self, name: str, value: object) -> object:
        parameter = self.section("Parameters").get(name)
        kind = str(parameter.get("Type")) if isinstance(parameter, dict) else ""
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [part.strip() for part in value.split(",")] if is_list and isinstance(value, str) else value
