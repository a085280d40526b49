#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the repository itself: style, and that what it says of itself is true."""

import fnmatch
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import kit
import ktap_unittest

FILES = [kit.TOP / name for name in subprocess.run(
    ["git", "-C", kit.TOP, "ls-files"], check=True, capture_output=True, text=True)
    .stdout.splitlines() if (kit.TOP / name).is_file()]
SERIES = kit.TOP / "patches" / os.environ.get("SERIES", "v7.0-rc2")
COVERS = sorted(SERIES.glob("*/0000-cover-letter.patch"))
PATCHES = sorted(set(SERIES.glob("*/*.patch")) - set(COVERS))


def scripts(interpreter):
    return [path for path in FILES if path.suffix in ("", ".sh", ".py") and
            path.read_bytes().startswith(b"#!") and interpreter in path.open().readline()]


class StyleTest(unittest.TestCase):
    def test_shellcheck(self):
        done = subprocess.run(["shellcheck", "-x", *scripts("/sh")], cwd=kit.TOP,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    @unittest.skipUnless(shutil.which("ruff"), "Debian 12 has no package of ruff")
    def test_ruff(self):
        done = subprocess.run(["ruff", "check", "tools", "tests", *scripts("python3")],
                              cwd=kit.TOP, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    @unittest.skipUnless(shutil.which("sphinx-build"), "sphinx-build is not installed")
    def test_documentation(self):
        """With results, and without."""
        for results in (None, "0 boots of 0 machines; none of them"):
            with tempfile.TemporaryDirectory() as folder:
                top = kit.Path(folder)
                shutil.copytree(kit.TOP / "Documentation", top / "Documentation")
                if results:
                    (top / "build/report").mkdir(parents=True)
                    (top / "build/report/results.rst").write_text(results)
                done = subprocess.run(["sphinx-build", "-q", "-W", "-b", "text",
                                       top / "Documentation", top / "out"],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(results or "make matrix", (top / "out/results.txt").read_text())

    def test_every_file_names_its_licence(self):
        bare = [str(path.relative_to(kit.TOP)) for path in FILES
                if "SPDX-License-Identifier" not in path.read_text()[:400]
                and path.name != "COPYING" and SERIES.parent not in path.parents
                and not {"debian-7.2", "v7.0-rc2"} & set(path.parts)]
        self.assertEqual(bare, [])

    def test_every_tool_has_help(self):
        for tool in scripts("/sh") + scripts("python3"):
            if tool.parent.name == "tools":
                done = subprocess.run([tool, "--help"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, tool)
                self.assertIn(f"usage: {tool.name}", done.stdout)

    def test_no_mirror_is_named(self):
        hosts = set()
        for source in ("sources.list", "sources.list.d/*"):
            for path in kit.Path("/etc/apt").glob(source):
                hosts |= set(re.findall(r"https?://([^/\s]+)", path.read_text()))
        for path in FILES:
            named = [host for host in hosts if host in path.read_text()]
            self.assertEqual(named, [], path)


class SeriesTest(unittest.TestCase):
    def touched(self, patch):
        return set(re.findall(r"^diff --git a/(\S+)", patch.read_text(), re.MULTILINE))

    def test_readme_names_the_files_that_the_series_touches(self):
        rows = re.findall(r"^\| (\w+) \| ([\w/., -]+) \|", (kit.TOP / "README.md").read_text(),
                          re.MULTILINE)
        named = {f"{folder}/{name}" for folder, names in rows if folder != "folder"
                 for name in names.split(", ")}
        self.assertEqual(named, set().union(*map(self.touched, PATCHES)))

    def test_fingerprints_are_of_files_that_the_series_touches(self):
        folder = kit.TOP / "base/v7.0-rc2"
        known = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertLessEqual(known - {"MANIFEST"}, set().union(*map(self.touched, PATCHES)))

    def test_readme_commands_exist(self):
        readme = (kit.TOP / "README.md").read_text()
        targets = set(re.findall(r"^(\w+):", (kit.TOP / "Makefile").read_text(), re.MULTILINE))
        for target in re.findall(r"(?:^    |`)make (\w+)", readme, re.MULTILINE):
            if target not in ("BASE", "SERIES"):
                self.assertIn(target, targets)

    def test_readme_command_applies_all(self):
        command = re.search(r"^    (git am .*)$", (kit.TOP / "README.md").read_text(), re.MULTILINE)
        with tempfile.TemporaryDirectory() as folder:
            tree = kit.Path(folder) / "linux"
            subprocess.run(["git", "clone", "-q", kit.OUT / "series", tree], check=True)
            subprocess.run(["git", "checkout", "-q", "base"], cwd=tree, check=True)
            (tree / "patches").symlink_to(kit.TOP / "patches")
            done = subprocess.run(
                command[1], shell=True, cwd=tree, capture_output=True, text=True, check=False,
                env={**os.environ, "GIT_COMMITTER_NAME": "A Tester",
                     "GIT_COMMITTER_EMAIL": "tester@example.org"})
            self.assertEqual(done.returncode, 0, done.stderr)
            applied = subprocess.run(["git", "rev-list", "--count", "base..HEAD"], cwd=tree,
                                     check=True, capture_output=True, text=True).stdout
            self.assertEqual(int(applied), len(PATCHES))
            subprocess.run(["git", "diff", "--quiet", "HEAD", "origin/HEAD"], cwd=tree, check=True)

    def test_refresh_writes_what_is_there(self):
        """But not over what it does not know."""
        with tempfile.TemporaryDirectory() as folder:
            top = kit.Path(folder)
            for name in ("tools", "base", SERIES.relative_to(kit.TOP)):
                shutil.copytree(kit.TOP / name, top / name)
            tree = top / "series"
            subprocess.run(["git", "clone", "-q", kit.OUT / "series", tree], check=True)
            # Which line names a function is for the kernel's own attributes to say.
            shutil.copy(kit.OUT / "series/.gitattributes", tree / ".git/info/attributes")
            patches = {path: top / path.relative_to(kit.TOP) for path in COVERS + PATCHES}

            def laid_out():
                (tree / ".git/patches").write_bytes(subprocess.run(
                    ["sh", "-c", '. "$0" && series_id "$1"', top / "tools/lib.sh",
                     top / SERIES.relative_to(kit.TOP)], check=True, capture_output=True).stdout)

            laid_out()
            for copy in patches.values():
                copy.write_text("")
            done = subprocess.run([top / "tools/refresh", tree], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("take these edits back", done.stderr)
            self.assertEqual({copy.read_text() for copy in patches.values()}, {""})
            laid_out()
            subprocess.run([top / "tools/refresh", tree], check=True, capture_output=True)
            for path, copy in patches.items():
                self.assertEqual(copy.read_text(), path.read_text())

    def test_cover_letters_name_their_prerequisites(self):
        wanted = []
        self.assertEqual([cover.parent for cover in COVERS], sorted(SERIES.iterdir()))
        commit = re.search(rf"^{SERIES.name} .* (\w+)$", (kit.TOP / "base/sources").read_text(),
                           re.MULTILINE)[1]
        for cover in COVERS:
            text = cover.read_text()
            count = str(len(list(cover.parent.iterdir())) - 1)
            self.assertIn(f"[PATCH {0:0{len(count)}}/{count}]", text)
            self.assertIn(f"\nbase-commit: {commit}\n", text)
            self.assertEqual(re.findall(r"^prerequisite-patch-id: (\w+)$", text, re.MULTILINE),
                             wanted, cover)
            for patch in PATCHES:
                if patch.parent == cover.parent:
                    wanted += subprocess.run(
                        ["git", "patch-id", "--stable"], input=patch.read_bytes(), check=True,
                        capture_output=True).stdout.decode().split()[:1]

    def test_nobody_signed_off(self):
        for patch in PATCHES + COVERS:
            self.assertNotIn("\nSigned-off-by:", patch.read_text(), patch.name)

    def test_new_files_have_maintainers(self):
        """By the kernel's own MAINTAINERS, which the series does not change."""
        patterns = re.findall(r"^F:\s+(\S+)", (kit.OUT / "base/MAINTAINERS").read_text(),
                              re.MULTILINE)
        new = [path for patch in PATCHES for path in
               re.findall(r"^--- /dev/null\n\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE)]
        self.assertGreater(len(new), 0)
        for path in new:
            # The one for everything is not meant.
            self.assertTrue([p for p in patterns if p not in ("*", "*/") and
                             (path.startswith(p) if p.endswith("/") else
                              fnmatch.fnmatch(path, p))], path)

    def test_old_name_is_gone(self):
        left = subprocess.run(
            ["grep", "-rl", "DMA_ATTR_CPU_CACHE_CLEAN", "Documentation", "drivers", "include",
             "kernel", "mm", "net", "sound", "block", "fs", "tools", "arch", "rust", "lib"],
            cwd=kit.OUT / "series", capture_output=True, text=True, check=False).stdout
        self.assertEqual(left, "")

    @unittest.skipIf(kit.OUT.name == "mainline", "people have moved since v7.0-rc2")
    def test_everybody_is_sent_what_is_theirs(self):
        """All that the kernel's get_maintainer.pl names for a patch, by our MAINTAINERS."""
        sections = []
        for text in (kit.TOP / "MAINTAINERS").read_text().split("\n\n"):
            patterns = re.findall(r"^F:\s+(\S+)", text, re.MULTILINE)
            for pattern in patterns:
                self.assertTrue(pattern.endswith("/") or list(kit.TOP.glob(pattern)), pattern)
            people = re.findall(r"^[MRL]:.*?([^\s<]+@[^\s>]+)", text, re.MULTILINE)
            sections.append((patterns, set(people)))
        for patch in PATCHES:
            name = str(patch.relative_to(kit.TOP))
            ours = set().union(*(people for patterns, people in sections if any(
                name.startswith(p) if p.endswith("/") else fnmatch.fnmatch(name, p)
                for p in patterns)))
            named = subprocess.run(
                ["scripts/get_maintainer.pl", "--nogit", "--nogit-fallback", "--nokeywords",
                 "--nofixes", "--norolestats", "--nosubstatus", patch],
                cwd=kit.OUT / "base", capture_output=True, text=True, check=True).stdout
            theirs = set(re.findall(r"[^\s<]+@[^\s>]+", named))
            self.assertGreater(len(theirs), 1, named)
            with self.subTest(patch.name):
                self.assertEqual(theirs - ours, set())


if __name__ == "__main__":
    ktap_unittest.main()
