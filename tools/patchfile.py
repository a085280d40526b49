# SPDX-License-Identifier: GPL-2.0
"""Read and write the patches of the series: git format-patch files, byte for byte."""

import re
from dataclasses import dataclass, field
from pathlib import Path

GIT_LINE = re.compile(rb"diff --git a/([!-~]+) b/([!-~]+)")
HUNK_LINE = re.compile(rb"@@ -(0|[1-9]\d*)(,\d+)? \+(0|[1-9]\d*)(,\d+)? @@(.*)", re.DOTALL)
# The lines git writes between "diff --git" and the first hunk, and what they set.
EXTENDED = {
    b"old mode ": "old_mode",
    b"new mode ": "new_mode",
    b"new file mode ": "new_mode",
    b"deleted file mode ": "old_mode",
    b"copy from ": None,
    b"copy to ": None,
    b"rename from ": None,
    b"rename to ": None,
    b"similarity index ": None,
    b"dissimilarity index ": None,
    b"index ": None,
    b"--- ": None,
    b"+++ ": None,
}


class PatchError(ValueError):
    """The file is no patch that can be replayed; the text names file and line."""


@dataclass
class Hunk:
    line: int  # number of the @@ line in the patch file
    old_start: int
    old_tail: bytes  # the count as written, ",7", or nothing for one line
    new_start: int
    new_tail: bytes
    section: bytes  # what follows the second @@
    body: list[bytes] = field(default_factory=list)  # with the ' ', '-', '+', '\' markers

    @property
    def old_count(self):
        return int(self.old_tail[1:] or 1)

    @property
    def new_count(self):
        return int(self.new_tail[1:] or 1)

    # An empty range names the line before it, any other one its own first line.
    @property
    def old_index(self):
        return self.old_start - (self.old_count > 0)

    @property
    def new_index(self):
        return self.new_start - (self.new_count > 0)

    @property
    def ends_file(self):
        """Git takes a hunk without context at its end only at the end of the file."""
        return self.body[-1][:1] != b" "

    def move(self, old_index, new_index):
        self.old_start = old_index + (self.old_count > 0)
        self.new_start = new_index + (self.new_count > 0)

    def lines(self):
        old = b"%d%s" % (self.old_start, self.old_tail)
        new = b"%d%s" % (self.new_start, self.new_tail)
        return [b"@@ -%s +%s @@%s" % (old, new, self.section), *self.body]


@dataclass
class FileDiff:
    old_path: str
    new_path: str
    head: list[bytes]  # from "diff --git" to "+++"
    is_new: bool = False
    is_deleted: bool = False
    is_copy: bool = False
    old_mode: str | None = None
    new_mode: str | None = None
    hunks: list[Hunk] = field(default_factory=list)


@dataclass
class Patch:
    path: Path
    header: list[bytes]  # mail header, commit message, diffstat
    diffs: list[FileDiff]
    trailer: list[bytes]  # base-commit and the mail signature

    @property
    def name(self):
        return self.path.name

    def data(self):
        lines = list(self.header)
        for diff in self.diffs:
            lines += diff.head
            for hunk in diff.hunks:
                lines += hunk.lines()
        return b"\n".join(lines + self.trailer)


class _Parser:
    def __init__(self, path):
        self.path = path
        self.lines = path.read_bytes().split(b"\n")
        self.at = 0

    def fail(self, what, at=None):
        line = (self.at if at is None else at) + 1
        raise PatchError(f"{self.path}:{line}: {what}; write the patch with git format-patch.")

    def peek(self):
        return self.lines[self.at] if self.at < len(self.lines) else b""

    def patch(self):
        while self.at < len(self.lines) and not self.peek().startswith(b"diff --git "):
            self.at += 1
        header = self.lines[: self.at]
        diffs = []
        while self.peek().startswith(b"diff --git "):
            diffs.append(self.file_diff())
        if not diffs:
            self.fail("there is no diff in this file", 0)
        trailer = self.lines[self.at :]
        if trailer and trailer[0] not in (b"", b"-- "):
            self.fail("this line belongs to no hunk")
        for offset, line in enumerate(trailer):
            if line.startswith((b"diff --git ", b"@@ -")):
                self.fail("a diff goes on after the patch's end", self.at + offset)
        return Patch(self.path, header, diffs, trailer)

    def file_diff(self):
        start = self.at
        match = GIT_LINE.fullmatch(self.peek())
        if not match:
            self.fail("the file names are not of the form a/PATH b/PATH, without blanks or quotes")
        old, new = (name.decode("ascii") for name in match.groups())
        diff = FileDiff(old, new, [])
        self.at += 1
        while key := next((k for k in EXTENDED if self.peek().startswith(k)), None):
            if EXTENDED[key]:
                setattr(diff, EXTENDED[key], self.peek()[len(key) :].decode("ascii", "replace"))
            diff.is_new |= key == b"new file mode "
            diff.is_deleted |= key == b"deleted file mode "
            diff.is_copy |= key == b"copy from "
            if key in (b"--- ", b"+++ "):
                self.check_name(diff, key)
            self.at += 1
        if self.peek().startswith((b"GIT binary patch", b"Binary files ")):
            self.fail("binary diffs cannot be replayed")
        diff.head = self.lines[start : self.at]
        while self.peek().startswith(b"@@ "):
            diff.hunks.append(self.hunk(diff.hunks))
        if bool(diff.hunks) != diff.head[-1].startswith(b"+++ "):
            self.fail("the '---' and '+++' lines and the hunks do not go together")
        return diff

    def check_name(self, diff, key):
        if key == b"--- ":
            want = "/dev/null" if diff.is_new else f"a/{diff.old_path}"
        else:
            want = "/dev/null" if diff.is_deleted else f"b/{diff.new_path}"
        if self.peek() != key + want.encode():
            self.fail(f"this is not '{key.decode()}{want}', as its 'diff --git' line has it")

    def hunk(self, before):
        match = HUNK_LINE.fullmatch(self.peek())
        if not match:
            self.fail("this is no '@@ -a,b +c,d @@' line")
        start, old_tail, new_start, new_tail, section = match.groups()
        hunk = Hunk(self.at + 1, int(start), old_tail or b"", int(new_start), new_tail or b"",
                    section)
        if hunk.old_index < (before[-1].old_index + before[-1].old_count if before else 0):
            self.fail("the hunk's old lines overlap or precede the hunk before it")
        self.at += 1
        old, new = hunk.old_count, hunk.new_count
        while old or new or self.peek().startswith(b"\\"):
            mark = self.peek()[:1]
            fits = mark in (b" ", b"-", b"+") or (mark == b"\\" and hunk.body)
            old -= mark in (b" ", b"-")
            new -= mark in (b" ", b"+")
            if not fits or old < 0 or new < 0:
                self.fail("the hunk has not the lines its '@@' line counts, or this line lost "
                          "its ' ', '-' or '+'")
            hunk.body.append(self.peek())
            self.at += 1
        if not hunk.body:
            self.fail("the hunk is empty")
        return hunk


def read(path):
    """Parse one patch; PatchError says what cannot be understood, and where."""
    return _Parser(Path(path)).patch()
