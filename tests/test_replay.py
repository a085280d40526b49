#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the fingerprints of mainline and of what reads them, on tiny made-up trees."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import ktap_unittest

TOOLS = Path(__file__).resolve().parent.parent / "tools"
sys.path.insert(0, str(TOOLS))
import fingerprints  # noqa: E402
import patchfile  # noqa: E402

GIT_ENV = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "A Tester"), ("EMAIL", "tester@example.org"))},
}
OLD = [f"line {number}" for number in range(1, 41)]
# Mainline has five more lines at the top than the kernel the patches were written on.
SHIFTED = [f"mainline {number}" for number in range(1, 6)] + OLD


def edit(lines, **changes):
    """LINES with 'line N' replaced, as in edit(OLD, line_7="new")."""
    return [changes.get(line.replace(" ", "_"), line) for line in lines]


class ReplayTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        self.patches = self.top / "patches"
        self.base = self.top / "base"
        self.patches.mkdir()

    def git(self, *args):
        return subprocess.run(["git", "-C", self.top / "tree", *args], env=GIT_ENV, check=True,
                              capture_output=True, text=True)

    def lay_out(self, files):
        """Write a tree; a file that is None is removed."""
        for name, lines in files.items():
            path = self.top / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if lines is None:
                path.unlink()
            else:
                path.write_text("".join(line + "\n" for line in lines))

    def commit(self, subject):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)

    def series(self, before, *commits, context=3, finding="-M"):
        """Make self.patches from a tree and the files each commit changes in it."""
        self.lay_out(before)
        self.git("init", "-q")
        self.commit("base")
        for number, files in enumerate(commits, 1):
            self.lay_out(files)
            self.commit(f"patch {number}")
        self.git("format-patch", "-q", f"-U{context}", finding, "-o", self.patches,
                 f"HEAD~{len(commits)}")

    def mainline(self, files, **status):
        """Fingerprint a tree; status: file name up to its dot = its status."""
        self.base.write_text("".join(
            fingerprints.entry(name, self.blob(lines), status.get(name.partition(".")[0], "proven"),
                               "".join(line + "\n" for line in lines).encode())
            for name, lines in files.items()))

    def blob(self, lines):
        text = "".join(line + "\n" for line in lines)
        return subprocess.run(["git", "hash-object", "--stdin"], check=True, capture_output=True,
                              input=text, text=True).stdout.strip()

    def tool(self, name, *args):
        return subprocess.run([sys.executable, TOOLS / name, "--fingerprints", self.base, *args],
                              check=False, capture_output=True, text=True)

    def replay(self, code):
        run = self.tool("replay-on-mainline", "--patches", self.patches)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        if code != 2:
            self.assertEqual(run.stderr, "")
        return run.stdout

    def anchor(self, code=0):
        run = self.tool("anchor-to-mainline", *sorted(self.patches.iterdir()))
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stderr if code else run.stdout

    def bad_input(self, *words):
        """Both tools refuse, with one sentence that holds the words."""
        for name, args in (("replay-on-mainline", ["--patches", self.patches]),
                           ("anchor-to-mainline", sorted(self.patches.glob("*")) or ["none"])):
            with self.subTest(name):
                run = self.tool(name, *args)
                self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
                self.assertRegex(run.stderr, rf"\A{name}: [^\n]+\.\n\Z")
                for word in words:
                    self.assertIn(word, run.stderr)

    def contents(self):
        return {path.name: path.read_bytes() for path in self.patches.iterdir()}

    def change(self, path, old, new):
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def starts(self, number=1):
        path = next(self.patches.glob(f"{number:04}-*"))
        return [hunk.old_start for diff in patchfile.read(path).diffs for hunk in diff.hunks]

    # A series that fits.

    def test_clean_series_passes(self):
        first = edit(OLD, line_5="five", line_30="thirty")
        self.series({"mm/a.c": OLD}, {"mm/a.c": first}, {"mm/a.c": edit(first, line_6="six")})
        self.mainline({"mm/a.c": OLD})
        out = self.replay(0)
        self.assertTrue(out.startswith("KTAP version 1\n1..2\n"), out)
        self.assertIn("\nok 1 0001-patch-1.patch\n", out)
        self.assertIn("\nok 2 0002-patch-2.patch\n", out)
        self.assertIn("# Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0\n", out)
        self.assertRegex(out, r"# 3 hunks checked, 0 not checked, \d+\.\d\d s\n")

    def test_cover_letter_is_no_patch(self):
        self.series({"a.c": OLD}, {"a.c": edit(OLD, line_5="five")})
        self.mainline({"a.c": OLD})
        (self.patches / "0000-cover-letter.patch").write_text("Subject: nothing\n")
        self.assertIn("1..1\n", self.replay(0))

    def test_new_file_changed_later(self):
        self.series({"a.c": OLD}, {"b.c": OLD}, {"b.c": edit(OLD, line_20="twenty")},
                    {"b.c": [*edit(OLD, line_20="twenty"), "end"]})
        self.mainline({"a.c": OLD})
        out = self.replay(0)
        self.assertNotIn("not checked: b.c", out)
        path = self.patches / "0003-patch-3.patch"
        self.change(path, " line 39", " line 93")
        self.assertIn("b.c: hunk 1: ", self.replay(1))

    def test_new_file_that_mainline_has(self):
        self.series({"a.c": OLD}, {"b.c": OLD})
        self.mainline({"a.c": OLD, "b.c": OLD})
        self.assertIn("0001-patch-1.patch: b.c: the patch creates this file", self.replay(1))
        self.assertIn("b.c: the patch creates this file", self.anchor(1))

    def test_removed_file(self):
        self.series({"a.c": OLD, "b.c": OLD}, {"a.c": None}, {"a.c": ["again"]})
        self.mainline({"a.c": OLD})
        self.replay(0)
        self.mainline({"a.c": [*OLD, "left over"]})
        self.assertIn("a.c: hunk 1: patch line ", self.replay(1))
        self.mainline({"a.c": SHIFTED})
        self.assertIn("leaves 5 lines", self.anchor(1))
        self.change(self.patches / "0001-patch-1.patch", "@@ -1,40 +0,0 @@", "@@ -6,40 +5,0 @@")
        self.assertIn("leaves 5 lines", self.replay(1))

    def test_change_after_removal(self):
        self.series({"a.c": OLD, "b.c": OLD}, {"a.c": edit(OLD, line_9="x")}, {"a.c": None})
        self.mainline({"a.c": OLD})
        self.replay(0)
        (self.patches / "0001-patch-1.patch").rename(self.patches / "0003-patch-1.patch")
        self.mainline({"a.c": edit(OLD, line_9="x")})
        self.assertIn("which an earlier patch removed", self.replay(1))

    def test_renamed_file(self):
        moved = edit(OLD, line_9="nine")
        self.series({"a.c": OLD}, {"a.c": None, "b.c": moved},
                    {"b.c": edit(moved, line_8="x"), "a.c": ["a new one"]})
        self.assertIn(b"rename from a.c", self.contents()["0001-patch-1.patch"])
        self.mainline({"a.c": OLD})
        self.assertIn("0 not checked", self.replay(0))
        self.mainline({"a.c": edit(OLD, line_8="other")})
        self.assertIn("b.c: hunk 1: ", self.replay(1))

    def test_copied_file(self):
        first = edit(OLD, line_9="nine")
        self.series({"a.c": OLD}, {"a.c": edit(OLD, line_5="x"), "b.c": first},
                    {"b.c": edit(first, line_8="x"), "a.c": OLD}, finding="-C")
        self.assertIn(b"copy from a.c", self.contents()["0001-patch-1.patch"])
        self.mainline({"a.c": OLD})
        self.assertIn("# 4 hunks checked, 0 not checked", self.replay(0))

    # A series that does not fit.

    def test_changed_context_fails(self):
        self.series({"mm/a.c": OLD}, {"mm/a.c": edit(OLD, line_5="five", line_30="thirty")})
        self.mainline({"mm/a.c": edit(OLD, line_28="other")})
        path = self.patches / "0001-patch-1.patch"
        line = path.read_text().splitlines().index(" line 28") + 1
        why = f"mm/a.c: hunk 2: patch line {line} does not match line 28 of the file: ' line 28'"
        out = self.replay(1)
        self.assertIn(f"# 0001-patch-1.patch: {why}\n", out)
        self.assertIn("\nnot ok 1 0001-patch-1.patch\n", out)
        self.assertNotIn("would apply", out)
        before = self.contents()
        self.assertIn(f"0001-patch-1.patch: {why}", self.anchor(1))
        self.assertEqual(before, self.contents())

    def test_anchor_names_the_line_at_the_best_place(self):
        self.series({"a.c": OLD}, {"a.c": edit(OLD, line_30="x")})
        best = edit(SHIFTED, line_28="other")
        # The third of seven lines differs there; elsewhere only the first lines match.
        self.mainline({"a.c": [*best, "line 27", "line 28"]})
        self.assertIn("does not match line 33 of the file: ' line 28'", self.anchor(1))
        self.mainline({"a.c": [*best, *best]})
        self.assertIn("does not match line 33 of the file: ' line 28'", self.anchor(1))
        self.mainline({"a.c": [*best[30:], *best]})
        self.assertIn("does not match line 48 of the file: ' line 28'", self.anchor(1))

    def test_later_patches_of_a_broken_file(self):
        first = edit(OLD, line_5="five")
        self.series({"a.c": OLD}, {"a.c": first}, {"a.c": edit(first, line_30="x")})
        self.mainline({"a.c": edit(OLD, line_4="other")})
        out = self.replay(1)
        self.assertIn("0002-patch-2.patch: a.c: not checked after the failure in 0001-patch-1", out)
        self.assertIn("not ok 2", out)

    def test_hunk_that_must_end_the_file(self):
        self.series({"a.c": OLD}, {"a.c": [*OLD, "end"]})
        self.mainline({"a.c": [*OLD, "more"]})
        self.assertIn("should end the file, which goes on after line 40", self.replay(1))
        self.assertIn("should end the file", self.anchor(1))

    def test_wrong_new_side_number(self):
        self.series({"a.c": OLD}, {"a.c": edit(OLD, line_20="x")})
        self.mainline({"a.c": OLD})
        self.change(self.patches / "0001-patch-1.patch", "+17,7", "+18,7")
        self.assertIn("hunk 1: patch line 14 says +18 where +17 is right", self.replay(1))
        self.anchor()
        self.replay(0)

    # Anchoring.

    def test_offset_fails_and_anchor_mends_it(self):
        first = edit(OLD, line_5="five", line_30="thirty")
        first.insert(10, "extra")
        self.series({"a.c": OLD}, {"a.c": first}, {"a.c": edit(first, line_29="x")})
        self.mainline({"a.c": SHIFTED})
        original = self.contents()
        out = self.replay(1)
        self.assertIn("# 0001-patch-1.patch: a.c: hunk 1: patch line ", out)
        self.assertIn("; would apply at line 7 (offset +5): run make refresh\n", out)
        self.assertRegex(out, r"# 0002-patch-2.patch: a.c: hunk 1: .* line 32 \(offset \+5\)")
        self.anchor()
        self.replay(0)
        self.assertEqual(self.starts(1), [7, 32])
        for name, data in original.items():
            numbers = re.compile(rb"^@@ -[\d,]+ \+[\d,]+ @@|^index .*\n", re.MULTILINE)
            self.assertEqual(numbers.sub(b"", data), numbers.sub(b"", self.contents()[name]))

    def test_git_agrees_with_anchor(self):
        first = edit(OLD, line_5="five", line_30="thirty")
        del first[12:15]
        self.series({"a.c": OLD}, {"a.c": first})
        self.mainline({"a.c": SHIFTED})
        self.git("checkout", "-q", "--orphan", "mainline")
        self.lay_out({"a.c": SHIFTED})
        check = ["apply", "-v", "--check", self.patches / "0001-patch-1.patch"]
        self.assertIn("(offset 5 lines)", self.git(*check).stderr)
        self.anchor()
        self.assertNotIn("offset", self.git(*check).stderr)

    def test_index_lines_are_those_of_mainline(self):
        """Of a.c, which is mainline's, and of what the series makes; not of the others."""
        before = {"a.c": OLD, "b.c": OLD, "c.c": OLD, "d.c": OLD}
        changed = edit(OLD, line_20="changed")
        self.series(before, {**dict.fromkeys(before, changed), "new.c": OLD},
                    dict.fromkeys([*before, "new.c"], edit(changed, line_30="again")))
        self.mainline({"a.c": OLD, "b.c": SHIFTED, "c.c": OLD}, c="likely")
        self.anchor()
        for text in self.contents().values():
            with_index = re.findall(rb"^diff --git a/(\S+) .*\n(?:new .*\n)?index ", text,
                                    re.MULTILINE)
            self.assertEqual(with_index, [b"a.c", b"new.c"])
        self.lay_out({"a.c": OLD, "b.c": SHIFTED, "c.c": OLD, "d.c": OLD})
        (self.top / "tree/new.c").unlink()
        self.commit("mainline")
        self.git("am", *sorted(self.patches.iterdir()))

    def test_anchor_twice_changes_nothing(self):
        twice = [*OLD, *OLD, *OLD]
        new = list(twice)
        new[59] = "x"
        self.series({"a.c": twice}, {"a.c": new})
        self.mainline({"a.c": ["top"] * 30 + twice})
        self.anchor()
        once = self.contents()
        self.assertIn("0 of 1 hunks moved", self.anchor())
        self.assertEqual(once, self.contents())

    def test_anchor_is_all_or_nothing(self):
        self.series({"a.c": OLD, "b.c": OLD}, {"a.c": edit(OLD, line_5="x")},
                    {"b.c": edit(OLD, line_5="x")})
        self.mainline({"a.c": SHIFTED, "b.c": edit(OLD, line_6="other")})
        before = self.contents()
        self.assertRegex(self.anchor(1), "0002-patch-2.patch: b.c: hunk 1: .*nothing was rewritten")
        self.assertEqual(before, self.contents())
        self.mainline({"a.c": SHIFTED, "b.c": SHIFTED})
        self.anchor()
        after = self.contents()
        self.assertEqual(before.keys(), after.keys())
        self.assertTrue(all(before[name] != after[name] for name in before))

    def nearest(self, index, line, offset):
        """Change one of two equal blocks; the hunk must be anchored at the line."""
        block = ["{", "a", "b", "c", "}"]
        before = ["top", *block, *["x"] * 20, *block, "end"]
        after = list(before)
        after[index] = "changed"
        self.series({"a.c": before}, {"a.c": after}, context=2)
        self.mainline({"a.c": [*before[:6], "more", *before[6:]]})
        if offset:
            self.assertIn(f"would apply at line {line} (offset {offset:+})", self.replay(1))
        else:
            self.replay(0)
        self.assertIn(f"a.c: hunk 1: 2 places match, took line {line}\n", self.anchor())
        self.assertEqual(self.starts(), [line])

    def test_anchor_picks_the_nearest_first_block(self):
        self.nearest(3, 2, 0)

    def test_anchor_picks_the_nearest_second_block(self):
        self.nearest(28, 28, 1)

    def test_anchor_follows_the_running_offset(self):
        block = ["{", "a", "b", "c", "}"]
        before = ["p", "q", "r", "s", "t", *["x"] * 10, *block, "x", *block]
        after = edit(before, r="changed")
        after[17] = "changed"
        self.series({"a.c": before}, {"a.c": after}, context=2)
        self.assertEqual(self.starts(), [1, 16])
        # Six lines more on top: line 22 is the place, though line 16 holds a block, too.
        self.mainline({"a.c": [*["y"] * 6, *before[:5], *["x"] * 4, *block, "x", *before[15:]]})
        self.anchor()
        self.assertEqual(self.starts(), [7, 22])

    def test_hunks_keep_their_order(self):
        block = ["{", "a", "b", "c", "}"]
        before = [*block, *["x"] * 9, *block]
        after = list(before)
        after[2] = after[16] = "changed"
        self.series({"a.c": before}, {"a.c": after}, context=2)
        # The last block only: the second hunk has no place behind the first any more.
        self.mainline({"a.c": [*["x"] * 9, *block]})
        self.assertIn("a.c: hunk 2: ", self.anchor(1))

    # What can only be checked in part.

    def test_file_without_fingerprints(self):
        self.series({"a.c": OLD, "b.c": OLD},
                    {"a.c": edit(OLD, line_5="x"), "b.c": edit(OLD, line_5="x", line_30="y")},
                    {"b.c": edit(OLD, line_9="z")})
        self.mainline({"a.c": OLD})
        out = self.replay(0)
        self.assertIn("# not checked: b.c (no fingerprints)\nok 1 0001-patch-1.patch\n", out)
        self.assertIn("\nok 2 0002-patch-2.patch # SKIP no fingerprints", out)
        self.assertRegex(out, r"# 1 hunk checked, \d not checked")
        self.assertRegex(out, r"# not checked: b\.c \(no fingerprints\), \d hunks\n\Z")
        before = {name: re.sub(rb"(b/b\.c\n)index .*\n", rb"\1", data)
                  for name, data in self.contents().items()}
        self.assertIn("b.c: left as it is (no fingerprints)", self.anchor())
        self.assertEqual(before, self.contents())

    def test_likely_file_is_named(self):
        self.series({"a.c": OLD}, {"a.c": edit(OLD, line_5="x")})
        self.mainline({"a.c": OLD}, a="likely")
        out = self.replay(0)
        self.assertIn("# a.c: 1 hunk as stated (likely: not proven to be that of v7.0-rc2)\n", out)
        self.assertIn("\n# likely: a.c\n", out)

    # Bad input.

    def some_series(self):
        self.series({"mm/a.c": OLD}, {"mm/a.c": edit(OLD, line_20="x")})
        self.mainline({"mm/a.c": OLD})

    def test_tampered_fingerprints(self):
        self.some_series()
        good = self.base.read_text()
        head, first, *rest = good.splitlines(keepends=True)
        for text, words in (
            (good.replace(first[:4], "no h", 1), ("base:2: ", "hashes of 8 digits")),
            (head + first[1:] + "".join(rest), ("base:2: ", "hashes of 8 digits")),
            (head + first[8:] + "".join(rest), ("has 39 hashes of mm/a.c", "it has 40 lines")),
            (good.replace("proven", "sure"), ("base:1: ", "restore it")),
            (good.replace(" 40 ", " "), ("base:1: ", "restore it")),
            (good + good, (f"base:{len(rest) + 3}: ", "not seen before")),
            (first + good, ("base:1: ", "restore it")),
            ("# nothing\n", ("base knows no file",)),
        ):
            with self.subTest(words):
                self.base.write_text(text)
                self.bad_input(*words)
        self.base.write_text(good.replace(fingerprints.line_hash(b"line 19"),
                                          fingerprints.line_hash(b"other")))
        self.assertIn("does not match line 19 of the file", self.replay(1))
        self.base.unlink()
        self.bad_input(f"{self.base} (No such file or directory)")

    def test_malformed_patches(self):
        self.some_series()
        path = self.patches / "0001-patch-1.patch"
        good = path.read_text()
        for old, new, why in (
            ("@@ -17,7 +17,7 @@", "@@ -17,7 17,7 @@", "corrupt patch at line 14"),
            ("@@ -17,7 +17,7 @@", "@@ -17,8 +17,8 @@", "corrupt patch at line 24"),
            ("@@ -17,7 +17,7 @@", "@@ -17,6 +17,6 @@", "line 22: this line belongs to no hunk"),
            (" line 21\n", "", "corrupt patch at line 23"),
            (" line 18\n", "line 18\n", "corrupt patch at line 16"),
            ("+++ b/mm/a.c", "+++ b/mm/b.c", "git finds other changes"),
            ("a/mm/a.c b/mm/a.c", "mm/a.c mm/a.c", "git finds other changes"),
            ("diff --git ", "diff ", "git finds other changes"),
            (good[good.index("--- a/") :], "Binary files a/x and b/x differ\n",
             "git finds other changes"),
            (good[good.index(" line 22") :], "", "corrupt patch at line 21"),
            ("-- \n", f"-- \n{good[good.index('diff --git') :]}", "git finds other changes"),
            ("-- \n", "@@ -18 +18 @@\n-line 18\n+y\n-- \n", "overlap or precede the hunk before"),
            ("-- \n", "@@ -30,0 +30,0 @@\n-- \n", "corrupt patch at line 24"),
            (good[good.index("diff --git") :], "", "No valid patches"),
        ):
            with self.subTest(why, new=new):
                path.write_text(good)
                self.change(path, old, new)
                self.bad_input("0001-patch-1.patch: ", why, "git format-patch")

    def test_no_series(self):
        self.mainline({"a.c": OLD})
        run = self.tool("replay-on-mainline", "--patches", self.patches)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertRegex(run.stderr, r"\A[^\n]+ holds no NNNN-\*\.patch; [^\n]+\.\n\Z")
        run = self.tool("anchor-to-mainline", self.patches / "0001-x.patch")
        self.assertEqual(run.returncode, 2)
        self.assertIn("cannot read or write", run.stderr)

    def test_wrong_arguments_and_help(self):
        for name in ("replay-on-mainline", "anchor-to-mainline"):
            with self.subTest(name):
                run = self.tool(name, "--no-such-option")
                self.assertEqual(run.returncode, 2)
                self.assertRegex(run.stderr, rf"\A{name}: [^\n]+; see --help\.\n\Z")
                run = self.tool(name, "--help")
                self.assertEqual(run.returncode, 0)
                self.assertIn("exit codes:", run.stdout)

    # The parser.

    def test_patches_are_written_back_unchanged(self):
        self.series({"a.c": ["one"], "b.c": OLD, "c.c": OLD},
                    {"a.c": ["two"], "b.c": None, "d/e.c": ["new"], "c.c": OLD[:-1]})
        (self.top / "tree/a.c").write_bytes(b"no newline \xff")
        (self.top / "tree/d/e.c").chmod(0o755)
        (self.top / "tree/empty").touch()
        self.commit("odd files")
        self.git("format-patch", "-q", "-1", "--start-number", "2", "-o", self.patches)
        for path in self.patches.iterdir():
            self.assertEqual(patchfile.read(path).data(), path.read_bytes())
        diffs = patchfile.read(next(self.patches.glob("0002-*"))).diffs
        self.assertEqual([(diff.new_path, diff.is_new, len(diff.hunks)) for diff in diffs],
                         [("a.c", False, 1), ("d/e.c", False, 0), ("empty", True, 0)])
        self.assertEqual(diffs[0].hunks[0].body[-1], b"\\ No newline at end of file")


if __name__ == "__main__":
    ktap_unittest.main()
