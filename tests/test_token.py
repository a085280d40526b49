#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of who may use DMA_ATTR_REQUIRE_COHERENCE: modules that are built and loaded.

A stand-in for ib_mthca is approved, a module of another name is not. That one is also built
by force, and by the name of the attribute that takes no approval.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import kit
import ktap_unittest

SOURCE = kit.TOP / "tests/token"
# The suffix of clang's commands, as the kernel's make takes it, where it is not gcc.
LLVM = "-19"
ATTRIBUTE = "DMA_ATTR_REQUIRE_COHERENCE"
TOKEN = "dma_attr_require_coherence_approval"
# Turns modpost's error into a warning, as another configuration would.
FORCE = "CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS=y"
SCENARIO = """
title = modules
arch = {arch}
memory = 256M
timeout = 120
prove = loaded=ok
"""


class Kernel:
    """A kernel of the series, by the end of its folder's name."""
    kernel: str

    @classmethod
    def setUpClass(cls):
        cls.arch = cls.kernel.partition("-")[0]
        cls.objects = kit.OUT / f"series/obj-{cls.kernel}"
        cls.cross = kit.cross(cls.arch)
        cls.image = {"x86_64": "arch/x86/boot/bzImage", "arm64": "arch/arm64/boot/Image"}[cls.arch]

    def objdump(self, *args):
        return subprocess.run([f"{self.cross}objdump", *args], capture_output=True, text=True,
                              check=True).stdout

    def load(self, work, modules):
        """Boot a machine that loads `modules`, name to file; returns its log."""
        subprocess.run([f"{self.cross}gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
                        work / "init", SOURCE / "init.c"], check=True)
        (work / "list").write_text(
            "dir /dev 0755 0 0\nnod /dev/console 0600 0 0 c 5 1\n"
            f"file /init {work}/init 0755 0 0\n"
            + "".join(f"file /{name}.ko {path} 0644 0 0\n" for name, path in modules.items()))
        with (work / "cpio").open("wb") as output:
            subprocess.run([self.objects / "usr/gen_init_cpio", work / "list"],
                           stdout=output, check=True)
        (work / "modules").write_text(SCENARIO.format(arch=self.arch))
        done = subprocess.run(
            [kit.TOOLS / "boot", work / "modules", self.objects / self.image, work / "cpio",
             work / "log"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (work / "log").read_text(errors="replace")

    def test_nothing_is_left_in_the_kernel(self):
        """But the token, and what exports it."""
        vmlinux = self.objects / "vmlinux"
        self.assertNotIn(".discard", self.objdump("-h", vmlinux))
        symbols = set(re.findall(rf"\S*{TOKEN}\S*", self.objdump("-t", vmlinux)))
        self.assertIn(TOKEN, symbols)
        for symbol in symbols - {TOKEN}:
            self.assertRegex(symbol, rf"^__(crc|export_symbol|flags|k[a-z]+)_{TOKEN}$")


class Modules(Kernel):
    """One that has its modules built, each kind once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.work = Path(folder.name)
        cls.approved = cls.build("ib_mthca")
        cls.refused = cls.build("abuser")
        cls.forced = cls.build("abuser", FORCE, folder="forced")
        cls.raw = cls.build("raw", "RAW=1")

    @classmethod
    def build(cls, module, *words, folder=None):
        """Build one module in a folder of its own."""
        return subprocess.run(
            ["make", "-C", cls.objects, f"ARCH={cls.arch}", f"CROSS_COMPILE={cls.cross}",
             *([f"CC=clang{LLVM}"] if "LLVM" in os.environ else []),
             f"M={SOURCE}", f"MO={cls.work / (folder or module)}", f"MODULE={module}", *words,
             "modules"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)

    def builds(self, done):
        self.assertEqual(done.returncode, 0, done.stdout)

    def does_not_build(self, done, *words):
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for word in words:
            self.assertIn(word, done.stdout)

    def code(self, folder):
        """All instructions, and what they refer to."""
        text = self.objdump("--no-show-raw-insn", "-dr", self.work / folder / "ib_mthca.ko")
        return text.partition("Disassembly")[2]

    def test_approved_module_builds(self):
        self.builds(self.approved)
        self.assertNotIn("WARNING", self.approved.stdout)

    def test_other_module_does_not_build(self):
        self.does_not_build(self.refused, f"ERROR: modpost: module abuser uses symbol {TOKEN}",
                            "from namespace module:", "ib_mthca")

    def test_unresolved_symbols_allowed_is_not_enough(self):
        self.does_not_build(self.build("abuser", "KBUILD_MODPOST_WARN=1", folder="warn"),
                            f"ERROR: modpost: module abuser uses symbol {TOKEN}")

    def test_other_module_can_be_forced(self):
        self.builds(self.forced)
        self.assertIn(f"WARNING: modpost: module abuser uses symbol {TOKEN}", self.forced.stdout)

    def test_static_initialiser_does_not_compile(self):
        done = self.build("ib_mthca", "SOURCE=static", folder="static")
        self.does_not_build(done, "static.c:7:", "static.c:11:", "not for static initialisers",
                            ATTRIBUTE)

    def test_static_initialiser_compiles_by_the_other_name(self):
        self.builds(self.build("ib_mthca", "SOURCE=static", "RAW=1", folder="static-raw"))

    def test_code_is_the_same(self):
        self.builds(self.build("ib_mthca", "RAW=1", folder="same"))
        self.assertIn("<user_set", self.code("ib_mthca"))
        self.assertEqual(self.code("ib_mthca"), self.code("same"))

    def test_nothing_is_left_in_the_module(self):
        module = self.work / "ib_mthca/ib_mthca.ko"
        self.assertNotIn(".discard", self.objdump("-h", module))
        self.assertEqual(re.findall(rf".*{TOKEN}", self.objdump("-t", module)),
                         [line for line in self.objdump("-t", module).splitlines()
                          if "*UND*" in line and TOKEN in line])

    def test_loading(self):
        for done in (self.approved, self.forced, self.raw):
            self.builds(done)
        log = self.load(self.work, {module: self.work / folder / f"{module}.ko"
                                    for module, folder in (("abuser", "forced"), ("raw", "raw"),
                                                           ("ib_mthca", "ib_mthca"))})
        self.assertEqual(dict(re.findall(r"FACT load/(\w+)\.ko=(\w+)", log)),
                         {"abuser": "EINVAL", "ib_mthca": "ok", "raw": "ok"})
        self.assertIn(f"abuser: module uses symbol ({TOKEN}) from namespace module:", log)
        self.assertEqual(log.count("the attribute is 0x1000"), 2)


class X86Test(Modules, unittest.TestCase):
    kernel = "x86_64"


class Arm64Test(Modules, unittest.TestCase):
    kernel = "arm64"


if __name__ == "__main__":
    ktap_unittest.main()
