#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tests of test_token.py with each toolchain of toolchains/, 'make toolchains'."""

import os
import unittest

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


if __name__ == "__main__":
    ktap_unittest.main()
