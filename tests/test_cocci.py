#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the semantic patches of the series, with the kernel's own coccicheck.

Each has a sample of the same name in tests/cocci/, where /* flagged */ ends the lines that it
has to find. It must not find any other.
"""

import os
import re
import shutil
import subprocess

import kit
import ktap_unittest

SERIES = kit.OUT / "series"
RENAME = "dma_attr_ignore_cachelines"
SYNC = "dma_require_coherence"
FLAGGED = "/* flagged */"


class CocciTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(kit.TOP / "tests/cocci", self.folder, dirs_exist_ok=True)

    def coccicheck(self, name, mode, flags=""):
        done = subprocess.run(
            [SERIES / "scripts/coccicheck"], cwd=self.folder, capture_output=True, text=True,
            check=False, env=dict(
                os.environ, MODE=mode, SPFLAGS=flags, J="1", DEBUG_FILE="/dev/null",
                COCCI=f"{SERIES}/scripts/coccinelle/api/{name}.cocci", srctree=str(SERIES),
                srcroot=str(self.folder)))
        self.succeeds(done)
        return done.stdout

    def sample(self, name):
        return (self.folder / f"{name}.c").read_text().splitlines()

    def finds(self, name):
        """In each mode that only shows something."""
        lines = self.sample(name)
        flagged = [number for number, line in enumerate(lines, 1) if line.endswith(FLAGGED)]
        for mode, where in (("report", r"/{}\.c:(\d+):\d+-\d+: WARNING "),
                            ("org", r"^\* TODO .*/{}\.c::.*::linb=(\d+)::\S*\]\[WARNING ")):
            with self.subTest(mode):
                found = re.findall(where.format(name), self.coccicheck(name, mode), re.MULTILINE)
                self.assertEqual(sorted(map(int, found)), flagged)
        return lines, flagged

    def marks(self, name):
        return re.findall(r"^-(?!--)(.*)", self.coccicheck(name, "context"), re.MULTILINE)

    def test_old_name_is_found(self):
        lines, flagged = self.finds(RENAME)
        self.assertEqual(self.marks(RENAME), [lines[number - 1] for number in flagged])

    def test_old_name_is_replaced(self):
        wanted = [line.replace("DMA_ATTR_CPU_CACHE_CLEAN", "DMA_ATTR_DEBUGGING_IGNORE_CACHELINES")
                  if line.endswith(FLAGGED) else line for line in self.sample(RENAME)]
        self.coccicheck(RENAME, "patch", "--in-place")
        # Lines that become too long are broken.
        self.assertEqual("\n".join(self.sample(RENAME)).split(), "\n".join(wanted).split())

    def test_sync_and_other_unmap_are_found(self):
        lines, flagged = self.finds(SYNC)
        # The maps are marked, too.
        marked = [line for line in self.marks(SYNC) if re.search("dma_(sync|unmap)_", line)]
        self.assertEqual(marked, [lines[number - 1] for number in flagged])

    def test_report_says_what_is_wrong(self):
        lines = self.sample(SYNC)
        found = re.findall(r"\.c:(\d+):.* at line (\d+) is (\w+)", self.coccicheck(SYNC, "report"))
        self.assertTrue(found)
        marked = self.marks(SYNC)
        for there, mapped, what in found:
            self.assertIn("dma_map_", lines[int(mapped) - 1])
            self.assertIn(lines[int(mapped) - 1], marked)
            self.assertIn({"synced": "dma_sync_", "unmapped": "dma_unmap_"}[what],
                          lines[int(there) - 1])


if __name__ == "__main__":
    ktap_unittest.main()
