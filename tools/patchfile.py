# SPDX-License-Identifier: GPL-2.0
"""Read the patches of the series, and write them with other line numbers, else byte for byte."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

GIT_LINE = re.compile(rb"diff --git a/([!-~]+) b/([!-~]+)")
INDEX_LINE = re.compile(rb"index ([0-9a-f]{7,40})\.\.[0-9a-f]{7,40}(?: \d+)?")
HUNK_LINE = re.compile(rb"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@(.*)", re.DOTALL)


class PatchError(ValueError):
    """The file is no patch that can be replayed; the text names it."""


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

    def head(self):
        old = b"%d%s" % (self.old_start, self.old_tail)
        new = b"%d%s" % (self.new_start, self.new_tail)
        return b"@@ -%s +%s @@%s" % (old, new, self.section)


@dataclass
class FileDiff:
    old_path: str
    new_path: str
    is_new: bool = False
    is_deleted: bool = False
    is_copy: bool = False
    index: int = 0  # the number of the line 'index OLD..NEW', if there is one
    old_blob: str = ""
    hunks: list[Hunk] = field(default_factory=list)


@dataclass
class Patch:
    path: Path
    lines: list[bytes]
    diffs: list[FileDiff]
    gone: set[int] = field(default_factory=set)  # the numbers of lines that are left out

    @property
    def name(self):
        return self.path.name

    def data(self):
        lines = list(self.lines)
        for hunk in (hunk for diff in self.diffs for hunk in diff.hunks):
            lines[hunk.line - 1] = hunk.head()
        return b"\n".join(line for number, line in enumerate(lines, 1) if number not in self.gone)


def parse(lines):
    """The diffs in the lines of a patch that git can read."""
    diffs = []
    old = new = 0
    for number, line in enumerate(lines, 1):
        if old or new or (line[:1] == b"\\" and diffs and diffs[-1].hunks):
            diffs[-1].hunks[-1].body.append(line)
            old -= line[:1] in (b" ", b"-")
            new -= line[:1] in (b" ", b"+")
        elif names := GIT_LINE.fullmatch(line):
            diffs.append(FileDiff(*(name.decode("ascii") for name in names.groups())))
        elif diffs and (head := HUNK_LINE.fullmatch(line)):
            start, old_tail, new_start, new_tail, section = head.groups()
            hunk = Hunk(number, int(start), old_tail or b"", int(new_start), new_tail or b"",
                        section)
            before = diffs[-1].hunks[-1:]
            if before and hunk.old_index < before[0].old_index + before[0].old_count:
                raise PatchError(f"line {number}: the hunk's old lines overlap or precede the "
                                 "hunk before it")
            diffs[-1].hunks.append(hunk)
            old, new = hunk.old_count, hunk.new_count
        elif diffs and not diffs[-1].hunks:
            diffs[-1].is_new |= line.startswith(b"new file mode ")
            diffs[-1].is_deleted |= line.startswith(b"deleted file mode ")
            diffs[-1].is_copy |= line.startswith(b"copy from ")
            if blobs := INDEX_LINE.fullmatch(line):
                diffs[-1].index, diffs[-1].old_blob = number, blobs[1].decode("ascii")
        elif diffs and line in (b"", b"-- "):
            break
        elif diffs:
            raise PatchError(f"line {number}: this line belongs to no hunk")
    return diffs


def numstat(diff):
    body = [line[:1] for hunk in diff.hunks for line in hunk.body]
    return f"{body.count(b'+')}\t{body.count(b'-')}\t{diff.new_path}"


def read(path):
    """One patch; PatchError says what cannot be understood, and where."""
    path = Path(path)
    lines = path.read_bytes().split(b"\n")
    # Not in a repository, where git leaves out what is not below the folder.
    git = subprocess.run(["git", "apply", "--numstat", path.resolve()], cwd="/",
                         capture_output=True, text=True, check=False)
    try:
        if git.returncode:
            raise PatchError(git.stderr.strip().splitlines()[-1].removeprefix("error: "))
        diffs = parse(lines)
        if [numstat(diff) for diff in diffs] != git.stdout.splitlines():
            raise PatchError("git finds other changes in it than its 'diff --git' and '@@' lines "
                             "announce")
    except PatchError as error:
        raise PatchError(f"{path}: {error}; write the patch with git format-patch.") from None
    return Patch(path, lines, diffs)


def read_series(folder):
    """All patches below a folder, without cover letters."""
    paths = sorted(folder.rglob("[0-9][0-9][0-9][0-9]-*.patch"))
    series = [read(path) for path in paths if not path.name.startswith("0000-")]
    if not series:
        raise PatchError(f"{folder} holds no NNNN-*.patch; name the folder with the series with "
                         "--patches.")
    return series
