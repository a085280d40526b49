#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what the series costs a mapping without the attribute: next to nothing.

One test, where the device does not reach the memory. Of kernels that have no dma-debug, as gcc
makes them for x86_64. What dma-debug costs is counted in scenarios/dma-debug-cost.
"""

import re
import subprocess

import kit
import ktap_unittest

# The command, the object and the source.
SAVED = re.compile(r"^savedcmd_\S+ := (.* -o) \S+ (\S+)")


class CostTest(kit.ToolTest):
    def instructions(self, kernel, function):
        """Those of a function in kernel/dma/mapping.c, without addresses and offsets.

        Behind each stand the symbols that it uses.
        """
        objects = kit.OUT / f"{kernel}/obj-x86_64"
        saved = SAVED.match((objects / "kernel/dma/.mapping.o.cmd").read_text())
        (self.folder / "no-debug.h").write_text("#undef CONFIG_DMA_API_DEBUG\n")
        code = self.folder / f"{kernel}.o"
        # objdump shows with a function the symbols of all before it in its section.
        subprocess.run(f"{saved[1]} {code} {saved[2]} -Wp,-MMD,{code}.d -ffunction-sections "
                       f"-include {self.folder}/no-debug.h", shell=True, cwd=objects, check=True)
        text = subprocess.run([f"{kit.cross('x86_64')}objdump", "-dr", "--no-show-raw-insn",
                               f"--disassemble={function}", code],
                              check=True, capture_output=True, text=True).stdout
        found = []
        for line, symbol in re.findall(
                r"^ +[0-9a-f]+:\t(.*)$|^\t+[0-9a-f]+: R_\S+\t([^-+\s]+)", text, re.MULTILINE):
            if line:
                # Either sets a register to -1.
                line = re.sub(r"^(mov|or) +\$0xffffffffffffffff,", "set ", line)
                found.append(re.sub(r"(?<=\t| )[0-9a-f]+ <.*>|0x[0-9a-f]+(?=\()|# .*", "_",
                                    line).strip())
            else:
                found[-1] += f" {symbol}"
        self.assertIn("ret", found)
        return found

    def test_unmap(self):
        self.assertEqual(self.instructions("series", "dma_unmap_phys"),
                         self.instructions("base", "dma_unmap_phys"))

    def test_map(self):
        """The test, and behind all else what refuses."""
        base = self.instructions("base", "dma_map_phys")
        series = self.instructions("series", "dma_map_phys")
        # The argument of the call comes first.
        here = base.index("call   _ is_swiotlb_active") - 1
        self.assertRegex("; ".join(series[here:here + 2]), r"^test   \$0x1000,\S+; jne    _$")
        del series[here:here + 2]
        self.assertEqual(series[:len(base)], base)
        self.assertIn("call   _ _dev_notice", series[len(base):])


if __name__ == "__main__":
    ktap_unittest.main()
