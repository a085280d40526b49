#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what a series documents: the kernel's own tools have nothing new to say of it.

What they say of the base, too, is left out.
"""

import os
import re
import shutil
import subprocess
from collections import Counter

import kit
import ktap_unittest

GIT = kit.OUT / "series/.git"
# Files that are new in a tree would have the next build look at all.
ENV = {**os.environ, "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1", "srctree": "."}


def touched(pattern):
    return subprocess.run(["git", "--no-optional-locks", "-C", GIT.parent, "diff", "--name-only",
                           "--diff-filter=d", "base", "--", pattern],
                          check=True, capture_output=True, text=True).stdout.split()


class DocsTest(kit.ToolTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.sources = touched("*.[ch]")
        self.documents = touched("Documentation/*.rst")
        self.assertTrue(self.sources and self.documents)

    def there(self, tree, names):
        return [name for name in names if (kit.OUT / tree / name).exists()]

    def warnings(self, tree, *command, **env):
        done = subprocess.run(command, cwd=kit.OUT / tree, env={**ENV, **env},
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Neither the line numbers nor the folders of the two are the same.
        return Counter(re.sub(r":\d+", "", line).replace(str(self.folder / tree), "")
                       for line in done.stderr.splitlines())

    def nothing_is_new(self, warnings):
        self.assertEqual(sorted(warnings("series") - warnings("base")), [])

    def test_kernel_doc(self):
        self.nothing_is_new(lambda tree: self.warnings(
            tree, "scripts/kernel-doc", "-none", "-Wall", *self.there(tree, self.sources)))

    def test_references(self):
        """Those to other documents, in all folders that the series touches."""
        self.nothing_is_new(lambda tree: self.warnings(
            tree, "tools/docs/documentation-file-ref-check", "--warn",
            GIT_DIR=GIT, GIT_WORK_TREE=kit.OUT / tree))

    def test_sphinx(self):
        """With the kernel's configuration, but not the minutes that 'make htmldocs' takes.

        It reads the documents that the series touches and the kernel-doc of all sources.
        """
        def warnings(tree):
            text = ""
            docs = self.folder / tree / "Documentation"
            for name in self.there(tree, self.documents):
                copy = self.folder / tree / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(kit.OUT / tree / name, copy)
                text += copy.read_text()
            # Twice would be a warning.
            sources = [name for name in self.there(tree, self.sources)
                       if f".. kernel-doc:: {name}\n" not in text
                       and "/**\n" in (kit.OUT / tree / name).read_text()]
            (docs / "index.rst").write_text(
                "All\n===\n\n.. toctree::\n   :glob:\n\n   */**\n\n"
                + "".join(f".. kernel-doc:: {name}\n" for name in sources))
            # The configuration looks for it.
            (docs.parent / "MAINTAINERS").symlink_to(kit.OUT / tree / "MAINTAINERS")
            found = self.warnings(tree, "sphinx-build", "-q", "-b", "dummy", "-c", "Documentation",
                                  "-D", "kerneldoc_srctree=.", docs, docs.parent / "out")
            # Other documents are not read; test_references is about them.
            return Counter({line: count for line, count in found.items()
                            if "unknown document" not in line})
        self.nothing_is_new(warnings)


if __name__ == "__main__":
    ktap_unittest.main()
