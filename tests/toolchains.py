#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tests of test_token.py with each toolchain of toolchains/, 'make toolchains'.

And the KUnit suites that can be modules, as modules.
"""

import os
import sys
import tempfile
import unittest
from pathlib import Path

import kit
import ktap_unittest
import test_token

sys.path.insert(0, str(kit.TOOLS))
import ktap  # noqa: E402


class Clang:
    """make takes it from the environment."""

    @classmethod
    def setUpClass(cls):
        os.environ["LLVM"] = test_token.LLVM
        cls.addClassCleanup(os.environ.pop, "LLVM")
        super().setUpClass()


class X86TrimTest(test_token.Modules, unittest.TestCase):
    kernel = "x86_64-trim"


class X86LtoTest(Clang, test_token.Modules, unittest.TestCase):
    kernel = "x86_64-lto"


class Arm64ClangTest(Clang, test_token.Modules, unittest.TestCase):
    kernel = "arm64-clang"


class X86BuiltinTest(test_token.Kernel, unittest.TestCase):
    kernel = "x86_64-builtin"


class X86SuitesTest(test_token.Kernel, unittest.TestCase):
    kernel = "x86_64-suites"
    SUITES = {"drivers/infiniband/core/tests/ib_umem_kunit.ko": "ib_umem",
              "drivers/virtio/tests/virtio_ring_kunit.ko": "virtio_ring",
              "mm/tests/hmm_dma_kunit.ko": "hmm_dma"}

    def test_suites_pass_as_modules(self):
        with tempfile.TemporaryDirectory() as folder:
            log = self.load(Path(folder), {name: self.objects / path
                                           for path, name in self.SUITES.items()})
            for name in self.SUITES.values():
                self.assertIn(f"FACT load/{name}.ko=ok", log)
            result = ktap.parse(kit.OUT / "series", Path(folder) / "log")
        print(result)


if __name__ == "__main__":
    ktap_unittest.main()
