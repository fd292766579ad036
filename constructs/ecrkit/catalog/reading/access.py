"""What `pull` and `push` of a repository may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.errors import InvalidNameError
from ecrkit.registry.access import Grantees, check_grantee

if TYPE_CHECKING:
    from ecrkit.documents import At, Reader

__all__ = ["AccessReader"]

_LISTS = ("accounts", "principals", "organizations", "units")


class AccessReader:
    """
    Reads who is let in, and reports what is wrong with each.

    Args:
        reader: of the catalog.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def pull(self, at: At) -> Grantees:
        """Read who may pull."""
        members = self._reader.fields(at, known=(*_LISTS, "organization", "lambda"))
        lambda_functions = self._reader.boolean(members["lambda"]) if "lambda" in members else False
        return self._grantees(members, lambda_functions=bool(lambda_functions))

    def push(self, at: At) -> Grantees:
        """Read who may push: whoever may pull, save Lambda functions."""
        return self._grantees(self._reader.fields(at, known=(*_LISTS, "organization")), lambda_functions=False)

    def _grantees(self, members: dict[str, At], *, lambda_functions: bool) -> Grantees:
        lists = {key: self._texts(members[key], key) for key in _LISTS if key in members}
        if "organization" in members:
            found = self._text(members["organization"], "organizations")
            lists["organizations"] = (*lists.get("organizations", ()), *found)
        return Grantees(**lists, lambda_functions=lambda_functions)

    def _texts(self, at: At, kind: str) -> tuple[str, ...]:
        return tuple(text for item in self._reader.items(at) or () for text in self._text(item, kind))

    def _text(self, at: At, kind: str) -> tuple[str, ...]:
        """Read one, if it is what it should be."""
        text = self._reader.string(at)
        if text is None:
            return ()
        try:
            check_grantee(kind, text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_GRANTEE, at.location, problem=str(error))
            return ()
        return (text,)
