# SPDX-License-Identifier: GPL-2.0
"""KTAP, read with the kernel's own kunit.py."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

KUNIT = "tools/testing/kunit/kunit.py"


class NoKunit(Exception):
    """The tree has no kunit.py."""


def check(tree: Path) -> None:
    if not (tree / KUNIT).is_file():
        raise NoKunit(f"{tree} has no kunit.py; give a kernel tree.")


def parse(tree: Path, file: Path) -> dict | None:
    """The JSON that `tree`'s kunit.py makes of `file`; None if it makes none."""
    done = subprocess.run([sys.executable, KUNIT, "parse", "--json", str(file.resolve())],
                          cwd=tree, capture_output=True, text=True, check=False)
    start = done.stdout.find("\n{")
    if start < 0:
        return None
    return json.JSONDecoder().raw_decode(done.stdout[start:].lstrip())[0]


def cases(group: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """All (names from the suite down, status) in a group: PASS, SKIP, FAIL or ERROR."""
    for case in group.get("test_cases", []):
        yield ((*path, case["name"]), case["status"])
    for sub in group.get("sub_groups", []):
        yield from cases(sub, (*path, sub["name"]))


def passed(group: dict) -> bool:
    return all(status in ("PASS", "SKIP") for _, status in cases(group)) and not broken(group)


def broken(group: dict) -> bool:
    """A plan that was not kept, a crash: something else than a failed test."""
    return bool(group["misc"]["errors"] or group["misc"]["crashed"])
