#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what the series costs a mapping without the attribute: not one instruction.

Of kernels that have no dma-debug, as gcc makes them for x86_64. What dma-debug costs is
counted in scenarios/dma-debug-cost.
"""

import re
import subprocess
import unittest

import kit
import ktap_unittest

# The command, the object and the source.
SAVED = re.compile(r"^savedcmd_\S+ := (.* -o) \S+ (\S+)")


class CostTest(kit.ToolTest):
    def instructions(self, kernel, function):
        """Those of a function in kernel/dma/mapping.c, without addresses and offsets."""
        objects = kit.OUT / f"{kernel}/obj-x86_64"
        saved = SAVED.match((objects / "kernel/dma/.mapping.o.cmd").read_text())
        (self.folder / "no-debug.h").write_text("#undef CONFIG_DMA_API_DEBUG\n")
        code = self.folder / f"{kernel}.o"
        subprocess.run(f"{saved[1]} {code} {saved[2]} -Wp,-MMD,{code}.d "
                       f"-include {self.folder}/no-debug.h", shell=True, cwd=objects, check=True)
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}",
                               code], check=True, capture_output=True, text=True).stdout
        lines = re.findall(r"^ +[0-9a-f]+:\t(.*)$", text, re.MULTILINE)
        self.assertIn("ret", "".join(lines))
        return [re.sub(r"(?<=\t| )[0-9a-f]+ <.*>|0x[0-9a-f]+(?=\()|# .*", "_", line).strip()
                for line in lines]

    def hot(self, kernel, function):
        """gcc puts what is unlikely, such as failures, behind the return."""
        lines = self.instructions(kernel, function)
        return lines[:next(n for n, line in enumerate(lines) if line.startswith("ret")) + 1]

    def test_unmap(self):
        self.assertEqual(self.instructions("series", "dma_unmap_phys"),
                         self.instructions("base", "dma_unmap_phys"))

    def test_map(self):
        self.assertEqual(self.hot("series", "dma_map_phys"), self.hot("base", "dma_map_phys"))


if __name__ == "__main__":
    ktap_unittest.main()
