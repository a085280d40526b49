# SPDX-License-Identifier: GPL-2.0
"""The functions and macros of a C file in the kernel's style.

The braces of a function's body stand alone at column 0.
"""

import re
from dataclasses import dataclass

# Words with parentheses that stand beside the function's own.
ANNOTATION = re.compile(r"\b(?:__attribute__|__printf|__acquires|__releases|__must_hold)\b")
MACRO = re.compile(r"#define (\w+)(?:\(([^)]*)\))?\s(.*)", re.DOTALL)


@dataclass(frozen=True)
class Unit:
    """What can have another version beside it."""
    start: int  # number of its first line, from 0
    end: int  # of the line behind its last one
    head: str
    name: str
    arguments: tuple[str, ...] | None  # None: a macro without any
    body: str


def _arguments(parameters: str) -> tuple[str, ...] | None:
    """What they are called; None for those that are not understood."""
    names, word, depth = [], "", 0
    for char in parameters + ",":
        depth += (char == "(") - (char == ")")
        if char != "," or depth:
            word += char
            continue
        match = re.search(r"\(\*(\w+)\)|(\w+)(?:\[\w*\])*$", word.strip())
        if not match:
            return None
        names.append(match[1] or match[2])
        word = ""
    return () if names == ["void"] else tuple(names)


def _function(lines: list[str], opening: int) -> Unit | None:
    start = opening
    while start and re.match(r"\s*\w", lines[start - 1]) and \
            not lines[start - 1].endswith((";", ":", "\\", "*/")):
        start -= 1
    head, end = "\n".join(lines[start:opening]), lines.index("}", opening)
    match = re.fullmatch(r".*?\b(\w+)\((.*)\)\s*", head, re.DOTALL)
    arguments = match and _arguments(match[2])
    if arguments is None or ANNOTATION.search(head):
        return None
    return Unit(start, end + 1, head, match[1], arguments, "\n".join(lines[opening + 1:end]))


def _macro(lines: list[str], start: int) -> Unit | None:
    end = start + 1
    while lines[end - 1].endswith("\\"):
        end += 1
    match = MACRO.fullmatch("\n".join(lines[start:end]))
    if not match:
        return None
    arguments = None if match[2] is None else tuple(word.strip() for word in match[2].split(","))
    return Unit(start, end, match[0][:match.start(3)], match[1], arguments, match[3])


def units(lines: list[str]) -> list[Unit]:
    """Those of a file, in its order."""
    found, here = [], 0
    while here < len(lines):
        unit = None
        if lines[here] == "{":
            unit = _function(lines, here)
        elif lines[here].startswith("#define "):
            unit = _macro(lines, here)
        if unit:
            found.append(unit)
        here = unit.end if unit else here + 1
    return found
