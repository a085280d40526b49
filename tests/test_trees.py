#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what makes, changes, checks and builds trees, on tiny made-up ones."""

import hashlib
import os
import select
import shutil
import subprocess
import sys
import unittest.mock

import kit
import ktap_unittest

sys.path.insert(0, str(kit.TOOLS))
import fingerprints  # noqa: E402

FILE = "kernel/dma/lines.c"
SERIES = os.environ.get("SERIES", "v7.0-rc2")
LINES = [f"line {number}" for number in range(1, 31)]


class TreeTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        self.base = self.folder / "mainline.base"
        self.series = self.folder / "series"
        self.patches = self.folder / "patches" / SERIES / "1-all"
        self.patches.mkdir(parents=True)
        # A tool takes what is next to its folder.
        (self.folder / "base").mkdir()
        self.link("tools", "base/sources")

    def record(self, status, text="", name="kernel/dma/mapping.c"):
        """Have fingerprints of one file of mainline."""
        blob = subprocess.run(["git", "hash-object", "--stdin"], input=text, check=True,
                              capture_output=True, text=True).stdout.strip()
        (self.folder / f"base/{SERIES}.fingerprints").write_text(
            "# a comment\n" + fingerprints.entry(name, blob, status, text.encode()))

    def kernel(self, folder, version="7.0.0-rc2"):
        """A tree that passes for a kernel."""
        (folder / "kernel/dma").mkdir(parents=True)
        (folder / "Kbuild").write_text("")
        (folder / "Makefile").write_text(f"kernelversion:\n\t@echo {version}\n")
        (folder / "kernel/dma/mapping.c").write_text("")
        (folder / FILE).write_text("\n".join(LINES) + "\n")
        return folder

    def patch(self, number, old, new):
        """A patch that turns the line `old` into `new`."""
        where = LINES.index(old) if old in LINES else 9
        context = LINES[where - 3:where], LINES[where + 1:where + 4]
        body = [f" {line}" for line in context[0]] + [f"-{old}", f"+{new}"] \
            + [f" {line}" for line in context[1]]
        (self.patches / f"{number:04}-change.patch").write_text(
            "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
            "From: A Tester <tester@example.org>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
            f"Subject: [PATCH {number}/2] mapping: Change {old}\n\nBecause.\n---\n"
            f"diff --git a/{FILE} b/{FILE}\n--- a/{FILE}\n+++ b/{FILE}\n"
            f"@@ -{where - 2},7 +{where - 2},7 @@\n" + "\n".join(body) + "\n")

    def cover(self, text="From: A Tester <tester@example.org>\nSubject: [PATCH 0/2] All\n\nWhy.\n"):
        (self.patches / "0000-cover-letter.patch").write_text(text + "\nbase-commit: 0\n")

    def contents(self):
        return {path.name: path.read_text() for path in self.patches.iterdir()}

    def git(self, *args):
        return subprocess.run(["git", "-C", self.series, "-c", "user.name=A Tester",
                               "-c", "user.email=tester@example.org", *args],
                              check=True, capture_output=True, text=True).stdout

    def base_of(self, tree, **options):
        return self.tool(self.folder / "tools/make-base", tree, self.base, **options)

    def make_base(self):
        self.succeeds(self.base_of(self.kernel(self.folder / "mainline")))

    def make_series(self):
        return self.tool("make-series", "--patches", self.patches.parent, self.base, self.series)

    def link(self, *names):
        for name in names:
            if not (self.folder / name).exists():
                (self.folder / name).symlink_to(kit.TOP / name)

    def refresh(self, **options):
        """With the patches of the test."""
        return self.tool(self.folder / "tools/refresh", self.series, **options)

    def test_build_says_what_it_is_made_of(self):
        """Of the tree that is built: patches/ may hold something else by then."""
        made = []
        fragment = self.folder / "fragment"
        fragment.write_text("CONFIG_A=y\n")

        def build(tree):
            self.succeeds(self.tool("build-kernel", tree, "x86_64", fragment))
            self.assertIn("nothing has changed",
                          self.tool("build-kernel", tree, "x86_64", fragment).stdout)
            built = (tree / "obj-x86_64/built").read_text().splitlines()
            made.append("".join(line for line in built if line.startswith("made of ")))

        build(self.tiny_kernel(self.folder / "not-laid-out"))
        self.succeeds(self.base_of(self.tiny_kernel(self.kernel(self.folder / "mainline"))))
        build(self.base)
        self.patch(1, "line 10", "line ten")
        self.cover()
        self.succeeds(self.make_series())
        held = [self.contents()]
        self.patch(1, "line 10", "line X")
        build(self.series)
        (self.series / FILE).write_text("work\n")
        build(self.series)
        self.git("commit", "--all", "--message", "work")
        build(self.series)
        # No file changes then.
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.refresh())
        held.append(self.contents())
        build(self.series)
        texts = ["".join(text for _, text in sorted(files.items())).encode() for files in held]
        ids = [hashlib.sha1(b"blob %d\0" % len(text) + text).hexdigest()[:12] for text in texts]
        base = "made of Linux 7.0.0-rc2"
        self.assertEqual(made, ["", base, f"{base}, patches {ids[0]}",
                                *[f"{base}, patches {ids[0]}, with changes"] * 2,
                                f"{base}, patches {ids[1]}"])

    def test_mainline_is_copied(self):
        self.make_base()
        self.assertEqual((self.base / FILE).read_text(),
                         (self.folder / "mainline" / FILE).read_text())
        self.assertFalse((self.folder / "mainline/.git").exists())

    def test_base_is_no_kernel(self):
        (self.folder / "empty").mkdir()
        self.refuses(self.base_of(self.folder / "empty"), "no Linux kernel")
        self.assertEqual(list(self.folder.glob("mainline.base*")), [])

    def test_base_does_not_exist(self):
        self.refuses(self.base_of(self.folder / "nowhere"), "there is no")

    def test_base_is_another_version(self):
        tree = self.kernel(self.folder / "old", "6.12.0")
        self.refuses(self.base_of(tree), "6.12.0", "v7.0-rc2")
        self.assertEqual(list(self.folder.glob("mainline.base*")), [])

    def test_base_is_not_what_was_recorded(self):
        """It is taken, with a word about it."""
        tree = self.kernel(self.folder / "mainline")
        for name, text in (("kernel/dma/mapping.c", "changed"), ("kernel/dma/none.c", "")):
            self.record("proven", text, name)
            shutil.rmtree(self.base, ignore_errors=True)
            done = self.base_of(tree)
            self.succeeds(done)
            self.assertRegex(done.stdout, rf"files of \S+ that are not those of base/\S+: {name} ")

    def test_base_is_what_was_recorded(self):
        for status in ("proven", "likely"):
            self.record(status)
            self.base = self.folder / f"{status}.base"
            done = self.base_of(self.kernel(self.folder / status))
            self.succeeds(done)
            self.assertNotIn("mapping.c", done.stdout)

    def fingerprint(self, tree):
        return self.tool("fingerprint", "--patches", self.patches.parent, tree)

    def test_fingerprints_of_a_tree(self):
        """Of what the series changes; a row ends at the first blank line after a dozen."""
        tree = self.kernel(self.folder / "mainline")
        texts = {"empty": "", "few": "a\n\nno newline", FILE: "\n".join(["x"] * 11 + ["", "y"] * 2)}
        expected = []
        for number, (name, text) in enumerate(sorted(texts.items()), 1):
            (tree / name).write_text(text)
            self.patch(number, "line 10", "line ten")
            patch = self.patches / f"{number:04}-change.patch"
            patch.write_text(patch.read_text().replace(FILE, name))
            blob = subprocess.run(["git", "hash-object", tree / name], check=True,
                                  capture_output=True, text=True).stdout.strip()
            lines = [hashlib.sha256(line.encode()).hexdigest()[:8]
                     for line in text.split("\n") if text]
            expected += [f"{name} {blob} {len(lines)} proven", "".join(lines[:12]),
                         "".join(lines[12:])]
        self.patch(9, "line 20", "line twenty")
        new = self.patches / "0009-change.patch"
        new.write_text(new.read_text().replace(FILE, "not-there"))
        done = self.fingerprint(tree)
        self.succeeds(done)
        rows = [row for row in done.stdout.splitlines() if not row.startswith("#")]
        self.assertEqual(rows, list(filter(None, expected)))

        (self.folder / f"base/{SERIES}.fingerprints").write_text(done.stdout)
        self.succeeds(self.base_of(tree))
        files = fingerprints.Tree(self.folder / f"base/{SERIES}.fingerprints").files
        self.assertEqual({name: len(file.hashes) for name, file in files.items()},
                         {"empty": 0, "few": 3, FILE: 15})

    def test_fingerprints_of_no_such_tree(self):
        self.refuses(self.fingerprint(self.folder), "no kernel tree")
        self.refuses(self.fingerprint(self.kernel(self.folder / "old", "6.12.0")), "Linux 6.12.0",
                     "7.0.0-rc2")
        tree = self.kernel(self.folder / "mainline")
        self.refuses(self.fingerprint(tree), "holds no NNNN-*.patch")
        self.patch(1, "line 10", "line ten")
        (tree / FILE).unlink()
        self.refuses(self.fingerprint(tree), "none of the files")

    def test_base_without_space(self):
        df = self.stand_in("df", "echo h; echo x 100 99 1 99% /")
        tree = self.kernel(self.folder / "mainline")
        self.refuses(self.base_of(tree, path=df), "has 1 MB free")

    def test_base_without_git(self):
        done = self.alone(self.folder / "tools/make-base", self.folder, self.base,
                          commands=("sh", "dirname", "date", "cat", "sed"))
        self.refuses(done, "'git' is not installed", "make setup")

    def test_patches_become_commits(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.patch(2, "line 20", "line twenty")
        self.succeeds(self.make_series())
        self.assertEqual(self.git("log", "--format=%s|%an", "base.."),
                         "mapping: Change line 20|A Tester\nmapping: Change line 10|A Tester\n")
        self.assertIn("line ten\n", (self.series / FILE).read_text())
        self.assertNotIn("line ten\n", (self.base / FILE).read_text())

    def test_patch_that_does_not_apply(self):
        self.make_base()
        self.patch(1, "line 20", "line twenty")
        text = (self.patches / "0001-change.patch").read_text()
        second = text.partition("@@")[2]
        (self.patches / "0001-change.patch").write_text(
            text.replace("@@" + second, "@@ -4,3 +4,3 @@\n line 4\n-line 5\n+line five\n line 6\n@@"
                         + second.replace("line 19", "line nineteen")))
        self.refuses(self.make_series(), "0001-change.patch", FILE, "hunk 2")
        self.assertEqual(list(self.folder.glob("series*")), [])

    def test_fuzz_is_refused(self):
        self.make_base()
        self.patch(1, "line 20", "line twenty")
        name = self.patches / "0001-change.patch"
        name.write_text(name.read_text().replace(" line 17\n", " line seventeen\n"))
        self.refuses(self.make_series(), "0001-change.patch", "hunk 1")

    def test_changed_patch_replaces_the_commits(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        self.patch(1, "line 10", "line X")
        self.succeeds(self.make_series())
        self.assertIn("line X\n", (self.series / FILE).read_text())
        self.assertEqual(len(self.git("log", "--oneline", "base..").splitlines()), 1)

    def test_bad_patch_leaves_the_old_commits(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        self.patch(1, "no such line", "x")
        self.refuses(self.make_series(), "0001-change.patch")
        self.assertIn("line ten\n", (self.series / FILE).read_text())
        self.patch(1, "line 10", "line X")
        self.succeeds(self.make_series())

    def test_unwritten_work_is_kept(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        (self.series / FILE).write_text("work\n")
        self.refuses(self.make_series(), "make refresh")
        self.git("commit", "--all", "--message", "mapping: Work")
        self.refuses(self.make_series(), "make refresh")
        self.assertEqual((self.series / FILE).read_text(), "work\n")

    def test_cover_letter_becomes_an_empty_commit(self):
        self.make_base()
        self.cover()
        self.patch(1, "line 10", "line ten")
        done = self.make_series()
        self.succeeds(done)
        self.assertIn("holds 1 patches and 1 cover letters on 7.0.0-rc2", done.stdout)
        self.assertEqual(self.git("log", "--format=%s", "base.."), "mapping: Change line 10\nAll\n")
        self.assertEqual(self.git("diff", "base", "HEAD^"), "")
        self.assertEqual(self.git("log", "--format=%b", "-1", "HEAD^").strip(), "Why.")

    def test_cover_letter_that_is_no_mail(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        for text in ("", "no mail\n", "Subject: of nobody\n\n"):
            self.cover(text)
            self.refuses(self.make_series(), "1-all/0000-cover-letter.patch", "repair it")
        self.cover()
        self.succeeds(self.make_series())

    def test_interrupted_copy_is_removed(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        started = self.folder / "started"
        # Which has a child of its own.
        path = self.stand_in("cp", f"sleep 60 & echo >{started}; wait")
        ours, theirs = os.pipe()
        code = self.interrupt(started, "make-series", "--patches", self.patches.parent, self.base,
                              self.series, path=path, pass_fds=[theirs])
        os.close(theirs)
        # Whoever is left keeps the pipe open.
        self.assertEqual(select.select([ours], [], [], 10)[0], [ours])
        os.close(ours)
        self.assertEqual(code, 130)
        self.assertEqual(list(self.folder.glob("series*")), [self.folder / "series.log"])

    def test_changed_base_is_taken_over(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        shutil.rmtree(self.base)
        shutil.rmtree(self.folder / "mainline")
        self.addCleanup(LINES.__setitem__, -1, LINES[-1])
        LINES[-1] = "the last line"
        self.make_base()
        self.succeeds(self.make_series())
        self.assertIn("the last line\n", (self.series / FILE).read_text())
        self.assertIn("line ten\n", (self.series / FILE).read_text())

    def test_base_of_another_package_is_taken_over(self):
        """Git knows only the folders that the series touches."""
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        (self.base / "elsewhere").write_text("")
        # git takes the last -C.
        self.git("-C", self.base, "commit", "--amend", "--allow-empty", "--message",
                 "Debian's linux-source 7.2.99-1")
        self.git("-C", self.base, "tag", "--force", "base")
        self.succeeds(self.make_series())
        self.assertTrue((self.series / "elsewhere").exists())

    def test_refresh_wants_commits(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        (self.series / FILE).write_text("work\n")
        self.refuses(self.tool("refresh", self.series), "not committed")

    def test_edit_where_git_does_not_look(self):
        """It is built, so it has to be in a patch, or a build without it is another one."""
        self.make_base()
        self.cover()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        (self.folder / ".kit").touch()
        for name in ("Makefile", "mm/new.c"):
            edit = self.series / name
            edit.parent.mkdir(exist_ok=True)
            before = edit.stat() if edit.exists() else None
            edit.touch()
            for tool in (["refresh", self.series], ["clean", self.folder],
                         ["make-series", "--patches", self.patches.parent, self.base,
                          self.series]):
                self.refuses(self.tool(*tool), f"in {name}:", "take them back")
            if before:
                os.utime(edit, (before.st_atime, before.st_mtime))
            else:
                edit.unlink()
        # What kunit.py leaves is not built.
        (self.series / ".kunit").mkdir()
        (self.series / ".kunit/kernel.o").touch()
        self.succeeds(self.make_series())

    def test_refresh_wants_a_series(self):
        self.refuses(self.tool("refresh", self.folder), "make tree")

    def test_refresh_wants_cover_letters(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        for _ in ("no cover letter", "one that is not at the beginning"):
            self.refuses(self.refresh(), "an empty commit, its cover letter", "1-all")
            self.git("commit", "--allow-empty", "--message", "All")
        self.git("reset", "--hard", "HEAD^^")
        self.cover()
        self.succeeds(self.make_series())
        (self.patches.parent / "2-more").mkdir()
        before = self.contents()
        self.refuses(self.refresh(), "an empty commit, its cover letter", "1-all 2-more")
        self.assertEqual(self.contents(), before)

    def lay_out_and_work(self):
        self.make_base()
        self.cover()
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.make_series())
        file = self.series / FILE
        file.write_text(file.read_text().replace("line 20", "line twenty"))
        self.git("commit", "--all", "--message", "mapping: Work")

    def written(self):
        """Nothing but the patches is left, and the next steps go on with them."""
        self.assertEqual(sorted(self.contents()), [
            "0000-cover-letter.patch", "0001-mapping-Change-line-10.patch",
            "0002-mapping-Work.patch"])
        self.assertEqual(list((self.folder / "patches").iterdir()), [self.patches.parent])
        self.assertEqual(list(self.patches.parent.iterdir()), [self.patches])
        self.succeeds(self.refresh())
        self.succeeds(self.make_series())
        self.assertIn("line twenty\n", (self.series / FILE).read_text())

    def test_refresh_writes_commits(self):
        self.lay_out_and_work()
        self.succeeds(self.refresh())
        self.assertIn("[PATCH 0/2] All", self.contents()["0000-cover-letter.patch"])
        self.written()

    def test_refresh_numbers_the_cover_letter_as_git_does(self):
        self.lay_out_and_work()
        for number in range(3, 11):
            (self.series / FILE).write_text(f"{number}\n")
            self.git("commit", "--all", "--message", f"mapping: Work {number}")
        self.succeeds(self.refresh())
        self.assertIn("[PATCH 00/10] All", self.contents()["0000-cover-letter.patch"])
        self.assertIn("[PATCH 09/10]", self.contents()["0009-mapping-Work-9.patch"])

    def test_cover_letter_without_base_commit(self):
        """What refresh appends is no part of it, or it would be appended again."""
        self.make_base()
        self.cover()
        self.patch(1, "line 10", "line ten")
        cover = self.patches / "0000-cover-letter.patch"
        cover.write_text(cover.read_text().replace("base-commit: 0", "prerequisite-patch-id: 0"))
        self.succeeds(self.make_series())
        self.assertEqual(self.git("log", "--format=%B", "-1", "HEAD^").strip(), "All\n\nWhy.")

    def test_suite_of_another_series(self):
        """It is laid out with the names of this one, and stays a link."""
        self.make_base()
        self.cover()
        self.patch(1, "line 10", "line ten")
        self.patch(2, "line 20", "LINE 20")
        (self.patches / "0002-change.patch").rename(self.folder / "patches/suite.patch")
        link = self.patches / "0002-mapping-Change-line-20.suite"
        link.symlink_to("../../suite.patch")
        (self.patches.parent / "names.sed").write_text("s/LINE/Line/\n")
        self.succeeds(self.make_series())
        self.assertIn("\nLine 20\n", (self.series / FILE).read_text())
        self.succeeds(self.refresh())
        self.assertEqual(link.readlink().name, "suite.patch")
        (self.series / FILE).write_text("work\n")
        self.git("commit", "--all", "--amend", "--no-edit")
        self.refuses(self.refresh(), "not what ../../suite.patch holds: change it there")
        self.assertEqual(link.readlink().name, "suite.patch")

    def test_refresh_writes_the_line_numbers_of_mainline(self):
        self.lay_out_and_work()
        text = "\n".join(["more"] * 5 + LINES) + "\n"
        self.record("proven", text, FILE)
        self.succeeds(self.refresh())
        self.assertIn("\n@@ -22,7 +22,7 @@", self.contents()["0002-mapping-Work.patch"])

    def test_refresh_keeps_edits_of_patches(self):
        self.lay_out_and_work()
        self.patch(1, "line 10", "line X")
        edited = self.contents()
        self.refuses(self.refresh(), "was edited since it was laid out", "take these edits back")
        self.assertEqual(self.contents(), edited)
        self.patch(1, "line 10", "line ten")
        self.succeeds(self.refresh())

    def test_interrupted_refresh_loses_nothing(self):
        """A terminal sends it to all that run."""
        self.lay_out_and_work()
        move = self.stand_in("mv", f'kill $PPID $$; exec {shutil.which("mv")} "$@"')
        self.succeeds(self.refresh(path=move))
        self.written()

    def clean(self, *words):
        self.link("Makefile", "make", "tests", "scenarios")
        # Not as a part of the make that runs this.
        env = {name: value for name, value in os.environ.items() if "MAKE" not in name}
        return subprocess.run(["make", "clean", *words], cwd=self.folder, env=env,
                              capture_output=True, text=True, check=False)

    def test_clean_keeps_unwritten_work(self):
        self.make_base()
        self.patch(1, "line 10", "line ten")
        for place in ("build/series", "build/mainline/series", "build/other/mainline/series"):
            self.series = self.folder / place
            self.series.parent.mkdir(parents=True, exist_ok=True)
            self.succeeds(self.make_series())
            (self.series / FILE).write_text("work\n")
            for change in ("add", "commit --message work"):
                self.git(*change.split(), "--all")
                done = self.clean()
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(f"clean: {place} has work that is not in patches/", done.stderr)
                self.assertEqual((self.series / FILE).read_text(), "work\n")
            self.git("reset", "--hard", "HEAD^")
        # As plant-mutants makes it.
        planted = self.folder / "build/mutants/series"
        (planted / ".git").mkdir(parents=True)
        (planted / ".git/copied").touch()
        (planted / "mutants").touch()
        self.succeeds(self.clean())
        self.assertFalse((self.folder / "build").exists())

    def test_clean_removes_only_what_make_has_made(self):
        self.patch(1, "line 10", "line ten")
        for name in (".", "", "mine", str(self.folder)):
            (self.folder / "mine").mkdir(exist_ok=True)
            (self.folder / "mine/work").touch()
            self.assertRegex(self.clean(f"O={name}").stderr, "not made by make|O is ''")
            self.assertTrue((self.folder / "mine/work").exists())
        (self.folder / "mine/.kit").touch()
        (self.folder / "build").mkdir()
        self.succeeds(self.clean("O=mine"))
        self.assertFalse((self.folder / "mine").exists())
        self.assertTrue((self.folder / "build").exists())


class CheckPatchTest(kit.ToolTest):
    def test_finding_is_reported(self):
        bad = self.folder / "bad.patch"
        bad.write_text(
            "From: A Tester <tester@example.org>\nSubject: [PATCH] dma: Add a line\n\n"
            "It is attribtue.\n---\n a.c | 1 +\n 1 file changed, 1 insertion(+)\n\n"
            "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,3 @@\n int a;\n"
            "+int b ;\n int c;\n")
        good = self.folder / "good.patch"
        good.write_text(bad.read_text().replace("attribtue", "an attribute").replace("b ;", "b;"))
        self.succeeds(self.tool("check-patches", kit.OUT / "base", good))
        done = self.tool("check-patches", kit.OUT / "base", *[good] * 10, bad)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("\nok "), 10)
        self.assertIn("\nnot ok 11 checkpatch bad\n", done.stdout)
        self.assertIn("SPACING", done.stdout)
        # The kernel's own list does not have it.
        self.assertIn("TYPO_SPELLING", done.stdout)

    def test_no_kernel_tree(self):
        self.refuses(self.tool("check-patches", self.folder, "a.patch"), "checkpatch.pl")

    def test_checkpatch_that_fails(self):
        """It finds nothing then."""
        (self.folder / "scripts").mkdir()
        (self.folder / "scripts/checkpatch.pl").write_text("print 'no root'; exit 2;\n")
        (self.folder / "a.patch").write_text("")
        done = self.tool("check-patches", self.folder, self.folder / "a.patch")
        self.refuses(done, "ended with 2 and these words: no root")
        self.assertEqual(done.stdout, "")


class BuildKernelTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        self.tree = self.tiny_kernel(self.folder / "tree")
        self.fragment = self.folder / "fragment"
        self.fragment.write_text("# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=\"c\"\n")

    def drop(self, file, command):
        """Have a script of the tree take CONFIG_B out of the configuration."""
        with (self.tree / file).open("a") as script:
            script.write(command)

    def build(self):
        return self.tool("build-kernel", self.tree, "x86_64", self.fragment)

    def fails(self):
        done = self.build()
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not grant: CONFIG_B=y;", done.stderr)

    def test_all_is_granted(self):
        self.succeeds(self.build())

    def test_jobs(self):
        self.drop("Makefile", "modules: tell\ntell:\n\t@echo told: $(MAKEFLAGS)\n")
        with unittest.mock.patch.dict(os.environ, JOBS="7"):
            self.succeeds(self.build())
        self.assertRegex((self.tree / "obj-x86_64.log").read_text(), "told: .*-j7 ")

    def test_dropped_when_configured(self):
        self.drop("scripts/kconfig/merge_config.sh", 'sed -i /CONFIG_B/d "$folder/.config"\n')
        self.fails()
        self.assertFalse((self.tree / "obj-x86_64/.config").exists())

    def test_dropped_by_a_build(self):
        self.succeeds(self.build())
        makefile = (self.tree / "Makefile").read_text()
        self.drop("Makefile", "modules: drop\ndrop:\n\tsed -i /CONFIG_B/d $(O)/.config\n")
        self.fails()
        (self.tree / "Makefile").write_text(makefile)
        self.succeeds(self.build())

    def test_nothing_has_changed(self):
        self.succeeds(self.build())
        self.assertIn("nothing has changed", self.build().stdout)
        (self.tree / "obj-x86_64/arch/x86/boot/bzImage").unlink()
        self.assertNotIn("nothing has changed", self.build().stdout, "without the image")
        self.assertIn("nothing has changed", self.build().stdout)
        for change in ((self.tree / "kernel/dma/mapping.c").touch,
                       (self.tree / "kernel/dma/new").mkdir,
                       (self.tree / "kernel/dma/new").rmdir,
                       (self.tree / "obj-x86_64.Kconfig").touch,
                       lambda: (self.tree / "obj-x86_64/built").write_text("another gcc"),
                       self.fragment.touch):
            change()
            done = self.build()
            self.succeeds(done)
            self.assertNotIn("nothing has changed", done.stdout, change)

    def test_nothing_has_changed_since_it_failed(self):
        self.succeeds(self.build())
        self.drop("Makefile", "modules: fail\nfail:\n\tfalse\n")
        for _ in range(2):
            self.assertEqual(self.build().returncode, 1)

    def test_objects_of_another_tree(self):
        """What was changed after the tree was copied is newer than the objects that come
        with it, even if those were made later; what was not is older."""
        other = self.tiny_kernel(self.folder / "other")
        self.succeeds(self.tool("build-kernel", other, "x86_64", self.fragment))
        objects = other / "obj-x86_64"
        (objects / ".a.o.cmd").write_text(f"cc {other}/a.c\n")
        (self.tree / ".git").mkdir()
        os.utime(self.tree / "Kbuild", (1000, 1000))
        (self.tree / ".git/copied").write_text("")
        os.utime(self.tree / ".git/copied", (2000, 2000))
        os.utime(self.tree / "kernel/dma/mapping.c", (3000, 3000))
        os.utime(objects / ".a.o.cmd", (4000, 4000))
        (objects / "of-other").write_text("")
        self.succeeds(self.tool("build-kernel", "--from", other, self.tree, "x86_64",
                                self.fragment))
        copy = self.tree / "obj-x86_64"
        self.assertEqual((copy / ".a.o.cmd").read_text(), f"cc {self.tree}/a.c\n")
        self.assertEqual((copy / "of-other").stat().st_mtime, 2000)
        self.assertGreater((copy / ".config").stat().st_mtime, 2000)
        self.assertFalse((self.tree / "obj-x86_64.part").exists())

        (copy / "of-other").unlink()
        self.succeeds(self.tool("build-kernel", "--from", other, self.tree, "x86_64",
                                self.fragment))
        self.assertFalse((copy / "of-other").exists(), "copied again")

        shutil.rmtree(copy)
        (objects / "built").unlink()
        self.succeeds(self.tool("build-kernel", "--from", other, self.tree, "x86_64",
                                self.fragment))
        self.assertFalse((copy / "of-other").exists(), "copied from a build that was cut off")

    def test_objects_of_another_tree_for_no_copy(self):
        other = self.tiny_kernel(self.folder / "other")
        self.refuses(self.tool("build-kernel", "--from", other, self.tree, "x86_64",
                               self.fragment), "no copy that make-series has made")
        self.assertFalse((self.tree / "obj-x86_64").exists())


if __name__ == "__main__":
    ktap_unittest.main()
