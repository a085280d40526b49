# SPDX-License-Identifier: GPL-2.0
"""Mainline as line fingerprints: which lines a file has, without holding its text.

A file of them has for each file of mainline a line 'path, blob id, number of lines, status',
and below it the hashes of the lines. Only where one of these rows ends is free.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

DIGITS = 8
ENTRY = re.compile(r"(\S+) ([0-9a-f]{40}) (\d+) (proven|likely)")
ROW = re.compile(rf"(?:[0-9a-f]{{{DIGITS}}})+")


class FingerprintError(ValueError):
    """The fingerprints are damaged; the text names the file."""


class ConflictError(Exception):
    """A patch creates, removes or renames a file in a way the tree does not allow."""


@dataclass
class File:
    status: str  # as recorded, or "new" or "removed" by the series
    hashes: list[str]
    blob: str = ""  # as recorded


def line_hash(line):
    return hashlib.sha256(line).hexdigest()[:DIGITS]


def entry(path, blob, status, data):
    """What is recorded of a file. A row ends at a blank line: a change spoils few others."""
    hashes = [line_hash(line) for line in data.removesuffix(b"\n").split(b"\n")] if data else []
    rows = [""]
    for line in hashes:
        rows[-1] += line
        if line == line_hash(b"") and len(rows[-1]) >= 12 * DIGITS:
            rows.append("")
    return "\n".join([f"{path} {blob} {len(hashes)} {status}", *filter(None, rows), ""])


def _side(hunk, markers):
    return [line_hash(line[1:]) for line in hunk.body if line[:1] in markers]


def old_hashes(hunk):
    return _side(hunk, (b" ", b"-"))


def matches(file, hunk, floor=0):
    """The indices, from FLOOR on, at which the hunk matches."""
    old = old_hashes(hunk)
    last = len(file.hashes) - len(old)
    if hunk.ends_file:
        floor = max(floor, last)
    return [at for at in range(floor, last + 1) if file.hashes[at : at + len(old)] == old]


def mismatch(file, hunk, at):
    """Index of the first body line that does not match at AT, or None.

    One past the body stands for a file that goes on where the hunk wants its end.
    """
    for index, line in enumerate(hunk.body):
        if line[:1] in (b" ", b"-"):
            if file.hashes[at : at + 1] != [line_hash(line[1:])]:
                return index
            at += 1
    if hunk.ends_file and at < len(file.hashes):
        return len(hunk.body)
    return None


def apply(file, hunk, at):
    """Apply the hunk at AT if it matches there; else return its first mismatch."""
    bad = mismatch(file, hunk, at)
    if bad is None:
        new = _side(hunk, (b" ", b"+"))
        file.hashes = file.hashes[:at] + new + file.hashes[at + hunk.old_count :]
    return bad


def closest(file, hunk, floor, wanted):
    """The index where most of the hunk's lines match; of equal ones the nearest."""
    old = old_hashes(hunk)

    def score(at):
        same = sum(a == b for a, b in zip(old, file.hashes[at:], strict=False))
        return same, -abs(at - wanted)

    return max(range(floor, len(file.hashes) + 1), key=score)


def describe(hunk, bad, at):
    """Say which line of the patch does not match when the hunk is put at AT."""
    if bad == len(hunk.body):
        return (f"patch line {hunk.line + bad} is the last of the hunk and should end the file, "
                f"which goes on after line {at + hunk.old_count}")
    text = hunk.body[bad].decode("utf-8", "replace")
    line = at + 1 + sum(body[:1] in (b" ", b"-") for body in hunk.body[:bad])
    return f"patch line {hunk.line + 1 + bad} does not match line {line} of the file: '{text}'"


class Tree:
    """Every known file, as mainline has it and as the series changes it."""

    def __init__(self, path):
        self.files = {}
        counts = {}
        for number, line in enumerate(Path(path).read_text("utf-8", "replace").splitlines(), 1):
            if line.startswith("#"):
                continue
            if (entry := ENTRY.fullmatch(line)) and entry[1] not in self.files:
                name, blob, count, status = entry.groups()
                counts[name] = int(count)
                self.files[name] = File(status, [], blob)
            elif self.files and ROW.fullmatch(line):
                self.files[name].hashes += re.findall(f".{{{DIGITS}}}", line)
            else:
                raise FingerprintError(
                    f"{path}:{number}: this is neither 'path, blob id, number of lines, status' of "
                    f"a file not seen before nor hashes of {DIGITS} digits; restore it from git.")
        for name, file in self.files.items():
            if len(file.hashes) != counts[name]:
                raise FingerprintError(f"{path} has {len(file.hashes)} hashes of {name} and says "
                                       f"that it has {counts[name]} lines; restore it from git.")
        if not self.files:
            raise FingerprintError(f"{path} knows no file; restore it from git.")

    def begin(self):
        """Call this before each patch: its renames and copies start from this state."""
        self.before = {path: file and replace(file) for path, file in self.files.items()}

    def enter(self, diff):
        """The file DIFF's hunks apply to, None if it has no fingerprints."""
        old, new = self.before.get(diff.old_path), self.files.get(diff.new_path)
        moves = diff.old_path != diff.new_path
        if (diff.is_new or moves) and new and new.status != "removed":
            raise ConflictError("the patch creates this file, which is there already")
        if not diff.is_new and old and old.status == "removed":
            raise ConflictError("the patch changes this file, which an earlier patch removed")
        file = File("new", []) if diff.is_new else old and replace(old)
        if diff.is_deleted or (moves and not diff.is_copy):
            self.files[diff.old_path] = File("removed", [])
        if not diff.is_deleted:
            self.files[diff.new_path] = file
        return file

    @staticmethod
    def leave(diff, file):
        """Call this after the hunks: a file that is removed must be empty by now."""
        if diff.is_deleted and file.hashes:
            raise ConflictError(f"the patch removes this file, yet leaves {len(file.hashes)} lines")
