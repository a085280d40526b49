#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What each kernel of toolchains/ shows, 'make toolchains'.

The tests of test_token.py with other compilers and configurations, and the suites as modules.
"""

import os
import re
import tempfile
import unittest
from pathlib import Path

import kit
import ktap
import ktap_unittest
import test_token


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
    SUITES = {"hmm_dma": "mm/tests/hmm_dma_kunit.ko",
              "ib_umem": "drivers/infiniband/core/tests/ib_umem_kunit.ko",
              "virtio_ring": "drivers/virtio/tests/virtio_ring_kunit.ko"}

    def test_suites_pass_as_modules(self):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            log = self.load(work, {suite: self.objects / module
                                   for suite, module in self.SUITES.items()})
            loaded = re.findall(r"(?s)(.*?)FACT load/(\w+)\.ko=(\w+)", log)
            self.assertEqual([(suite, how) for _, suite, how in loaded],
                             [(suite, "ok") for suite in self.SUITES])
            for output, suite, _ in loaded:
                (work / suite).write_text(output)
                result = ktap.parse(kit.OUT / "series", work / suite)
                self.assertTrue(result and ktap.passed(result), output)
                self.assertEqual({names[-2] for names, _ in ktap.cases(result)}, {suite}, output)


if __name__ == "__main__":
    ktap_unittest.main()
