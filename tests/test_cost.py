#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what the series costs a mapping without the attribute, and of the tool that shows it.

Next to nothing: one test, where the device does not reach the memory. Of kernels that have no
dma-debug, as gcc makes them for x86_64. What dma-debug costs is counted in 'make cost'.
"""

import json
import re
import shutil
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


# A source of both kernels; what the option brings is no cost.
SOURCE = """int f(int a) {{ return {0}; }}
#ifdef CONFIG_F_KUNIT_TEST
int test[64] = {{ 1 }};
int suite(int a) {{ return a / 7 / f(a); }}
#endif
"""


class ToolsCostTest(kit.ToolTest):
    """With facts of boots that never took place, and trees of one object."""

    def setUp(self):
        super().setUp()
        for kernel, value in (("base", "a"), ("series", "a / 7")):
            objects = self.folder / kernel / "obj-x86_64"
            objects.mkdir(parents=True)
            (self.folder / kernel / "f.c").write_text(SOURCE.format(value))
            option = "-DCONFIG_F_KUNIT_TEST" if kernel == "series" else ""
            command = f"{kit.cross('x86_64')}gcc {option} -c -o f.o {self.folder}/{kernel}/f.c"
            subprocess.run(command, shell=True, cwd=objects, check=True)
            (objects / ".f.o.cmd").write_text(
                f"savedcmd_f.o := {command}\ndeps := $(wildcard include/config/F_KUNIT_TEST)\n")
        (self.folder / "series/scripts").mkdir()
        shutil.copy(kit.OUT / "series/scripts/bloat-o-meter", self.folder / "series/scripts")
        self.commit("git init --quiet", "git add f.c", "git {} commit --quiet -m base",
                    "git tag base")
        (self.folder / "series/Kconfig").write_text("config F_KUNIT_TEST\n")
        (self.folder / "series/f.c").write_text("/* touched */" + SOURCE.format("a / 7"))
        self.commit("git add Kconfig f.c", "git {} commit --quiet -m series")

    def commit(self, *commands):
        for command in commands:
            subprocess.run(command.format("-c user.name=n -c user.email=e"), shell=True, check=True,
                           cwd=self.folder / "series")

    def cost(self, base, series):
        """What the tool prints, in lines, and its page."""
        folders = []
        for kernel, facts in (("base", base), ("series", series)):
            folders.append(self.folder / "cost-direct" / kernel)
            folders[-1].mkdir(parents=True)
            if facts is not None:
                (folders[-1] / "facts.json").write_text(json.dumps(
                    {f"cost.{fact}": value for fact, value in facts.items()}))
        return self.tool("cost", "page.html", "base", "series", *folders)

    def test_table_and_page(self):
        base = {"page_1.plain": "205", "page_1.coherent": "absent", "sg_1.plain": "1000",
                "sg_1024.plain": "100000", "overlap_8.both": "5676"}
        done = self.cost(base, base | {"page_1.plain": "1222", "page_1.coherent": "1200",
                                       "sg_16.coherent": "EOPNOTSUPP", "overlap_8.both": "4778"})
        self.succeeds(done)
        rows = {title: numbers for title, *numbers in
                (re.split(r"  +", line) for line in done.stdout.splitlines())}
        self.assertEqual(rows["a page, no attribute"], ["205", "1,222", "+1,017"])
        self.assertEqual(rows["a page, coherence required"], ["-", "1,200", "-"])
        self.assertEqual(rows["scatterlist of 16, coherence required"], ["-", "EOPNOTSUPP", "-"])
        self.assertEqual(rows["a page with 8 mappings"], ["5,676", "4,778", "-898"])
        self.assertNotIn("2 MiB linked in one piece, no attribute", rows)
        page = (self.folder / "page.html").read_text()
        self.assertIn("+1,017", page)
        # Downwards, y is more.
        (left, low), (right, high) = (map(float, point.split(",")) for point in re.search(
            r'points="(\S+) (\S+)"', page).groups())
        self.assertLess(left, right)
        self.assertLess(high, low)
        self.assertEqual(page.count("<svg"), page.count("</svg>"))
        self.assertEqual(page.count("<svg"), 2)

    def test_bytes(self):
        """Without what the option brings, and nothing is written to the tree."""
        before = {path: path.stat().st_mtime_ns for path in self.folder.rglob("*.o")}
        done = self.cost({"page_1.plain": "1"}, {"page_1.plain": "1"})
        self.succeeds(done)
        sizes = [subprocess.run(["nm", "--size-sort", self.folder / kernel / "obj-x86_64/f.o"],
                                check=True, capture_output=True, text=True).stdout
                 for kernel in ("base", "series")]
        old, new = (int(re.search(r"^(\w+) T f$", size, re.MULTILINE)[1], 16) for size in sizes)
        self.assertRegex(done.stdout, rf"x86_64: f.o +{old} +{new} +\+{new - old} +\+0\n")
        self.assertGreater(new, old)
        self.assertEqual(before, {path: path.stat().st_mtime_ns
                                  for path in self.folder.rglob("*.o")})

    def test_nothing_was_booted(self):
        self.refuses(self.cost({}, None), "make cost")


if __name__ == "__main__":
    ktap_unittest.main()
