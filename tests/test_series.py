#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of one series, v7.0-rc2 or what SERIES in the environment names, and of its tree."""

import fnmatch
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import kit
import ktap_unittest

SERIES = kit.TOP / "patches" / os.environ.get("SERIES", "v7.0-rc2")
COVERS = sorted(SERIES.glob("*/0000-cover-letter.patch"))
# Links to what is the same in another series but for the names in names.sed.
SUITES = sorted(SERIES.glob("*/*.suite"))
PATCHES = sorted((set(SERIES.glob("*/*.patch")) | set(SUITES)) - set(COVERS))


def text_of(patch):
    if patch in SUITES:
        return subprocess.run(["sed", "-f", SERIES / "names.sed", patch], check=True,
                              capture_output=True, text=True).stdout
    return patch.read_text()


class SeriesTest(unittest.TestCase):
    def test_readme_command_applies_all(self):
        command = re.search(rf"^    ((?:git|cat) .*patches/{SERIES.name}/.*)$",
                            (kit.TOP / "README.md").read_text(), re.MULTILINE)[1]
        with tempfile.TemporaryDirectory() as folder:
            tree = kit.Path(folder) / "linux"
            subprocess.run(["git", "clone", "-q", kit.OUT / "series", tree], check=True)
            subprocess.run(["git", "checkout", "-q", "base"], cwd=tree, check=True)
            (tree / "patches").symlink_to(kit.TOP / "patches")
            done = subprocess.run(
                command, shell=True, cwd=tree, capture_output=True, text=True, check=False,
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
            for name in ("tools", "base", "patches"):
                shutil.copytree(kit.TOP / name, top / name, symlinks=True)
            tree = top / "series"
            subprocess.run(["git", "clone", "-q", kit.OUT / "series", tree], check=True)
            # Which line names a function is for the kernel's own attributes to say.
            shutil.copy(kit.OUT / "series/.gitattributes", tree / ".git/info/attributes")
            patches = {path: top / path.relative_to(kit.TOP) for path in COVERS + PATCHES
                       if path not in SUITES}

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
        self.assertEqual([cover.parent for cover in COVERS],
                         sorted(filter(kit.Path.is_dir, SERIES.iterdir())))
        # Debian's kernel is no commit of mainline.
        commit = re.search(rf"^{SERIES.name}  *\S+  *\S+  *(\S+)",
                           (kit.TOP / "base/sources").read_text(), re.MULTILINE)[1]
        for cover in COVERS:
            text = cover.read_text()
            count = str(len(list(cover.parent.iterdir())) - 1)
            self.assertIn(f"[PATCH {0:0{len(count)}}/{count}]", text)
            self.assertEqual(re.findall(r"^base-commit: (\w+)$", text, re.MULTILINE),
                             [commit] if commit != "-" else [])
            self.assertEqual(re.findall(r"^prerequisite-patch-id: (\w+)$", text, re.MULTILINE),
                             wanted, cover)
            for patch in PATCHES:
                if patch.parent == cover.parent:
                    wanted += subprocess.run(
                        ["git", "patch-id", "--stable"], input=text_of(patch), check=True,
                        capture_output=True, text=True).stdout.split()[:1]

    def test_nobody_signed_off(self):
        for patch in PATCHES + COVERS:
            self.assertNotIn("\nSigned-off-by:", text_of(patch), patch.name)

    def test_new_files_have_maintainers(self):
        """By the kernel's own MAINTAINERS, which the series does not change."""
        patterns = re.findall(r"^F:\s+(\S+)", (kit.OUT / "base/MAINTAINERS").read_text(),
                              re.MULTILINE)
        new = [path for patch in PATCHES for path in
               re.findall(r"^--- /dev/null\n\+\+\+ b/(\S+)", text_of(patch), re.MULTILINE)]
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


if __name__ == "__main__":
    ktap_unittest.main()
