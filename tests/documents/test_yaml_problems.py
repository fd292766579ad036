"""Messages about text that is not YAML: in our words, with both parsers."""

from __future__ import annotations

import pytest
import yaml

from ecrkit.documents import SyntaxProblem, yaml_text
from ecrkit.documents.yaml_problems import yaml_problem
from ecrkit.documents.yaml_text import parse_yaml

QUOTES = "put it in quotes"
NO_KEY = "has a line that is no key; write 'key: value'"
INDENTED = "has a line that is indented unlike the keys above; indent the keys of a mapping alike"
BELOW = "has a key below another one that has a value already; indent both alike, or remove that value"

CASES = {
    "tab": ("a:\n\tb: 1\n", "2:1: has a tab in the indentation; indent with spaces"),
    "tab after spaces": ("a:\n  b: 1\n\tc: 2\n", "3:1: has a tab in the indentation; indent with spaces"),
    "at sign": ("a: @b\n", f"1:4: has a value that begins with '@'; {QUOTES}"),
    "backtick": ("a: `b`\n", f"1:4: has a value that begins with '`'; {QUOTES}"),
    "percent": ("a: %b\n", f"1:4: has a value that begins with '%'; {QUOTES}"),
    "question mark": ("a: ? b\n", f"1:4: has a value that begins with '?'; {QUOTES}"),
    "star": ("a: [*]\n", f"1:5: has a value that begins with '*'; {QUOTES}"),
    "alias": ("a: *foo\n", f"1:4: has the alias '*foo' without an anchor; {QUOTES} if it is a value"),
    "anchor": ("a: & b\n", f"1:4: has a value that begins with '&'; {QUOTES}"),
    "anchor twice": ("a: &x 1\nb: &x 2\nc: *x\n", "2:4: has an anchor twice; name them differently"),
    "tag": ("a: !foo b\n", f"1:4: has a value that begins with '!'; {QUOTES}"),
    "tag with a handle": ("a: !x!y b\n", f"1:4: has a value that begins with '!'; {QUOTES}"),
    "no space after the colon": (
        "a:\n  lifecycle:web@1\n  tags: {}\n",
        "2:3: has no space after the colon of 'lifecycle'; write 'lifecycle: web@1'",
    ),
    "no space, last": (
        "a:\n  x: 1\n  lifecycle:web@1\n",
        "3:3: has no space after the colon of 'lifecycle'; write 'lifecycle: web@1'",
    ),
    "no colon": ("a:\n  web\n  b: 1\n", f"2:3: {NO_KEY}"),
    "two colons": ("a: b: c\n", f"1:5: has a value with ': ' in it; {QUOTES}"),
    "indented further": ("a:\n  b: 1\n   c: 2\n", f"3:4: {BELOW}"),
    "indented less": ("a:\n  b: 1\n c: 2\n", f"3:2: {INDENTED}"),
    "below a value": ("a: 1\n  b: 2\n", f"2:3: {BELOW}"),
    "open quote": ('a: "b\nc: 1\n', "1:4: opens a quote and does not close it; add the closing quote"),
    "open single quote": ("a: 'b\nc: 1\n", "1:4: opens a quote and does not close it; add the closing quote"),
    "quoted key": ('"a: 1\nb: 2\n', "1:1: opens a quote and does not close it; add the closing quote"),
    "apostrophe": (
        "a: 'it's'\n",
        "1:8: continues with 's'' after a value that is complete; put all of it in quotes",
    ),
    "text after quotes": (
        'a: "b" c\nd: 1\n',
        "1:8: continues with 'c' after a value that is complete; put all of it in quotes",
    ),
    "open bracket": ("a: [1, 2\nb: 1\n", "1:4: opens '[' and does not close it; add ']'"),
    "open bracket at the end": ("a: [1, 2", "1:4: opens '[' and does not close it; add ']'"),
    "open brace": ("a: {b: 1\nc: 2\n", "1:4: opens '{' and does not close it; add '}'"),
    "no comma": (
        "a: {b: 1 c: 2}\n",
        "1:11: has a second ':' in a value; add ',' before the key, or put the value in quotes",
    ),
    "other bracket": ("a: {b: [1}\n", "1:10: has '}' where ',' or ']' is expected"),
    "only a closing bracket": ("a: 1\nb: ]\n", "2:4: has ']' where a value is expected"),
    "two commas": ("a: [1, , 2]\n", "1:8: has ',' where a value is expected"),
    "escape": ('a: |\n  b\nc: "\\xZZ"\n', "3:7: has an invalid escape in double quotes"),
    "two documents": ("a: 1\n---\nb: 2\n", "2:1: has several documents; keep one, and remove '---' before the others"),
    "after the end": (
        "[a]\nb: 1\n",
        "2:1: continues after the end of its value; check the indentation and the brackets",
    ),
    "item on the line of its key": ("a: - b\n", "1:4: has '- ' on the line of a key; begin a line below it"),
    "key among items": (
        "a:\n  - b\n  c: 1\n",
        "3:3: has a line without '- ' among the items of a list; indent it, or begin it with '- '",
    ),
    "item among keys": (
        "a: 1\n- b\n",
        "2:1: has an item of a list among the keys of a mapping; indent it below a key",
    ),
    "block scalar": (
        "a: | x\n  y\n",
        "1:6: has something else after '|' or '>'; begin the text on the next line",
    ),
}


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_a_text_that_is_not_yaml_is_explained(
    text: str, expected: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cause with its place, in words about what people write, whichever parser found it."""
    monkeypatch.setattr(yaml_text, "LOADER", getattr(yaml, loader, yaml.SafeLoader))

    with pytest.raises(SyntaxProblem) as caught:
        parse_yaml(text)

    line, column = caught.value.position
    assert f"{line}:{column}: {caught.value.message}" == expected


def test_no_word_of_the_parser_reaches_people() -> None:
    """What has no row of its own gets a general advice, and not the grammar's words."""
    problem = yaml_problem(yaml.MarkedYAMLError(problem="found a frobnicated indicatrix"), "a: b\n")

    assert problem.message == "cannot be read as YAML here; check the indentation, the quotes and the brackets"
