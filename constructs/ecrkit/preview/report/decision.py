"""The first thing that a report says: is it safe to apply this policy?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.report.markup import element, escaped, icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.preview.layers import LayerBytes
    from ecrkit.preview.preview import Totals
    from ecrkit.preview.protection import Violation

__all__ = ["Decision", "decision", "freed", "missing_images", "protected_images"]

_SHOWN = 5
_LISTED = 500

_ICONS = {
    "stop": "M5.3 1h5.4L15 5.3v5.4L10.7 15H5.3L1 10.7V5.3ZM7 4v5h2V4ZM7 10.5v2h2v-2Z",
    "check": "M8 1 15.5 15H.5ZM7.1 6v4.5h1.8V6ZM7.1 11.7v1.8h1.8v-1.8Z",
    "safe": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM6.9 11.3 3.7 8.1l1.2-1.2 2 2 4.2-4.2 1.2 1.2Z",
}
_SIZE = re.compile(r"(\d) (?=[kMGT]?B\b)")
_WORDS = {"stop": "Stop", "check": "Check", "safe": "Safe"}


@dataclass(frozen=True, slots=True)
class Decision:
    """
    A verdict on a policy.

    Attributes:
        verdict: ``stop``, ``check`` or ``safe``.
        text: one or two sentences.
    """

    verdict: str
    text: str

    def markup(self, more: str = "") -> str:
        """Write it in the color of the verdict, with an icon and a word; *more* is markup below it."""
        drawn = element(
            "svg",
            element("path", d=_ICONS[self.verdict], fill_rule="evenodd"),
            class_="icon",
            viewBox="0 0 16 16",
            aria_hidden="true",
            focusable="false",
        )
        word = element("strong", f"{drawn}{_WORDS[self.verdict]}", class_="verdict")
        # A size stays on one line, and so does an option.
        text = _SIZE.sub("\\1&nbsp;", escaped(self.text))
        text = text.replace("--in-use", element("code", "--in-use", class_="unbroken"))
        sentence = element("p", f"{word} {text}", class_="sentence")
        return element("section", sentence + more, class_=f"decision {self.verdict}", aria_label="Decision")


def decision(  # noqa: PLR0913 - a verdict says each of them
    totals: Totals,
    violations: Sequence[Violation],
    *,
    is_checked: bool,
    where: str,
    layers: LayerBytes | None = None,
    number: int | None = None,
) -> Decision:
    """
    Decide whether it is safe to apply a policy.

    Args:
        totals: of the images.
        violations: protected images that would expire or be archived.
        is_checked: whether anything was named that must stay.
        where: what has the images: ``my-app``, ``312 repositories``.
        layers: bytes that are really freed; shown next to the sizes if they are known.
        number: how many protected images would go, if *violations* has only the first of them.
    """
    number = len(violations) if number is None else number
    if not totals.images:
        have = "have" if where.endswith("repositories") else "has"
        return Decision("safe", f"{where} {have} no images, so nothing expires. Below is what the policy would do.")
    if not totals.expire and not totals.archive:
        stay = "the image stays" if totals.images == 1 else f"all {totals.images:,} images stay"
        return Decision("safe", f"No image expires: {stay}.")
    text = _what_happens(totals, layers)
    if violations:
        are = "is" if number == 1 else "are"
        runs = all(because.startswith("in use") for violation in violations for because in violation.because)
        what = ("runs now" if number == 1 else "run now") if runs else f"{are} protected"
        if totals.expire + totals.archive == 1:
            return Decision("stop", f"{text} It {'runs now' if runs else 'is protected'}.")
        return Decision("stop", f"{text} {number:,} of them {what}.")
    if not totals.stay and totals.expire == totals.images and totals.images > 1:
        text = f"{text} No image stays."
    if is_checked:
        of_them = "It is not protected." if totals.expire + totals.archive == 1 else "None of them is protected."
        return Decision("safe" if totals.expire < totals.images else "check", f"{text} {of_them}")
    which = "it" if totals.expire + totals.archive == 1 else "any of them"
    return Decision("check", f"{text} Pass --in-use to check whether {which} runs.")


def freed(totals: Totals) -> str:
    """Write the bytes of what expires; unknown if no size is known."""
    if totals.expire and totals.without_size == totals.expire:
        return "unknown"
    return readable_size(totals.expire_bytes)


def _what_happens(totals: Totals, layers: LayerBytes | None) -> str:
    size = freed(totals) if totals.without_size < totals.expire else "of unknown size"
    if layers and layers.is_known:
        size += f" ({layers.freed_text} really freed)"
    if totals.images == 1:
        return f"The only image expires, {size}." if totals.expire else "The only image is archived."
    if not totals.expire:
        are = "is" if totals.archive == 1 else "are"
        return f"{totals.archive:,} of {totals.images:,} images {are} archived."
    expire = "expires" if totals.expire == 1 else "expire"
    text = f"{totals.expire:,} of {totals.images:,} images {expire}, {size}"
    if totals.archive:
        text += f", and {totals.archive:,} {'is' if totals.archive == 1 else 'are'} archived"
    return f"{text}."


def protected_images(violations: Sequence[Violation], *, names: Sequence[str] = (), number: int | None = None) -> str:
    """
    List protected images that would go: the first five, and the others folded.

    Args:
        violations: all of them.
        names: repository of each; none if all are in one.
        number: how many they are, if *violations* has only the first of them.
    """
    number = len(violations) if number is None else number
    if not violations:
        return ""
    named = [*names] or [""] * len(violations)
    items = [_item(violation, name) for violation, name in zip(violations[:_LISTED], named, strict=False)]
    first = element("ul", "".join(items[:_SHOWN]), class_="protected")
    others = number - _SHOWN
    if others <= 0:
        return first
    left = number - len(items)
    rest = element("ul", "".join(items[_SHOWN:]), class_="protected")
    if left:
        rest += element("p", f"{left:,} more are in the JSON output.", class_="soft")
    what = f"and {count_of(others, 'more protected image')}"
    return first + element("details", element("summary", what) + rest)


def missing_images(missing: Sequence[str]) -> str:
    """List what is in use and was not found, folded with its number."""
    if not missing:
        return ""
    items = [element("li", escaped(text)) for text in missing[:_LISTED]]
    left = len(missing) - len(items)
    rest = element("p", f"{left:,} more are in the JSON output.", class_="soft") if left else ""
    are = "is in use, but was" if len(missing) == 1 else "are in use, but were"
    summary = element("summary", f"{count_of(len(missing), 'image')} {are} not found")
    return element("details", summary + element("ul", "".join(items)) + rest, class_="missing")


def _item(violation: Violation, name: str) -> str:
    image, rule = violation.verdict.image, violation.verdict.rule
    tags = ", ".join(image.tags) or "untagged"
    fate = (
        "expires" if violation.verdict.action is ActionType.EXPIRE else "is archived, and cannot be pulled afterwards"
    )
    by = f" by rule {rule.rule_priority}" if rule else ""
    where = f"{name}: " if name else ""
    text = f": {' and '.join(violation.because)}; {fate}{by}"
    return element(
        "li",
        icon("protected")
        + escaped(where)
        + element("strong", escaped(tags))
        + " "
        + element("code", escaped(image.digest[7:19]), title=image.digest)
        + escaped(text),
    )
