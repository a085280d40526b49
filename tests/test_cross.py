#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of tools/compile-touched, with real compilers and a small tree that passes for a kernel."""

import subprocess

import kit
import ktap_unittest

MAKEFILE = """\
real-obj-y := kernel/dma/mapping.o mm/hmm.o
kernelversion:
\t@echo 7.0.0-rc2
allmodconfig:
\tcat $(O)/$(KCONFIG_ALLCONFIG) >$(O)/.config
\techo CONFIG_GIVEN=y >>$(O)/.config
prepare Makefile: ;
FORCE: ;
%.o: FORCE
\t@mkdir -p $(O)/$(@D)
\t@echo '  CC      $@'
\t@gcc -Wall $(if $(findstring e,$(W)),-Werror) -c -o $(O)/$@ $*.c
"""
UNUSED = "static int {};\n"


class CompileTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        self.fragment = self.folder / "fragment.config"
        self.fragment.write_text("CONFIG_A=y\n")
        self.output = self.folder / "out.ktap"
        for tree in ("base", "series"):
            for name, text in (("Kbuild", ""), ("Makefile", MAKEFILE), ("mm/hmm.c", ""),
                               ("kernel/dma/mapping.c", UNUSED.format("old"))):
                self.write(name, text, tree)
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "base")
        self.git("tag", "base")

    def git(self, *args):
        subprocess.run(["git", "-C", self.folder / "series", "-c", "user.name=A Tester",
                        "-c", "user.email=tester@example.org", *args], check=True,
                       stdout=subprocess.DEVNULL)

    def write(self, name, text, tree="series"):
        path = self.folder / tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def compile(self, target="x86_64", **options):
        return self.tool("compile-touched", "base", "series", target, self.output, self.fragment,
                         **options)

    def verdicts(self):
        """The lines of KTAP; what is said of the others is behind a #."""
        self.succeeds(self.compile())
        version, plan, *lines = self.output.read_text().splitlines()
        tests = [line for line in lines if not line.startswith("# ")]
        self.assertEqual((version, plan), ("KTAP version 1", f"1..{len(tests)}"))
        return lines

    def test_new_warning(self):
        """It fails, each time, until it is gone."""
        self.write("kernel/dma/mapping.c", "\n\n" + UNUSED.format("old"))
        self.write("mm/hmm.c", UNUSED.format("new"))
        for _ in range(2):
            lines = self.verdicts()
            self.assertEqual([lines[0], lines[2:]],
                             ["ok 1 kernel/dma/mapping.o", ["not ok 2 mm/hmm.o"]])
            self.assertRegex(lines[1], "^# mm/hmm.c: error: .*new.* defined but not used")
        self.write("mm/hmm.c", "int used;\n")
        self.assertEqual(self.verdicts(), ["ok 1 kernel/dma/mapping.o", "ok 2 mm/hmm.o"])

    def test_warning_that_the_base_has_once(self):
        text = "".join(f"void f{n}(void) {{ int old; }}\n" for n in range(2))
        self.write("kernel/dma/mapping.c", text.splitlines()[0], "base")
        self.write("kernel/dma/mapping.c", text)
        *said, verdict = self.verdicts()
        self.assertEqual((len(said), verdict), (1, "not ok 1 kernel/dma/mapping.o"))

    def test_error_that_the_base_has_too(self):
        """Nobody knows what is behind it."""
        text = '#include "nothere.h"\n'
        self.write("kernel/dma/mapping.c", text, "base")
        self.write("kernel/dma/mapping.c", text + UNUSED.format("new"))
        *said, verdict = self.verdicts()
        self.assertIn("nothere.h", said[0])
        self.assertEqual(verdict, "not ok 1 kernel/dma/mapping.o")

    def test_new_file(self):
        """That the base has not, or the configuration."""
        self.git("rm", "--quiet", "mm/hmm.c")
        self.git("commit", "--quiet", "--message", "another base")
        self.git("tag", "--delete", "base")
        self.git("tag", "base")
        (self.folder / "base/mm/hmm.c").unlink()
        self.write("mm/hmm.c", UNUSED.format("new"))
        self.write("mm/other.c", UNUSED.format("new"))
        self.git("add", ".")
        lines = self.verdicts()
        self.assertEqual(lines[1:], ["not ok 1 mm/hmm.o",
                                     "ok 2 mm/other.o # SKIP this configuration has no "
                                     "such object"])

    def test_compiler_that_says_nothing(self):
        self.write("kernel/dma/mapping.c", "")
        gcc = self.stand_in("gcc", "exit 1")
        self.succeeds(self.compile(path=gcc))
        self.assertIn("\nnot ok 1 kernel/dma/mapping.o\n", self.output.read_text())

    def test_no_such_compiler(self):
        done = self.alone(kit.TOOLS / "compile-touched", "base", "series", "riscv", self.output,
                          self.fragment, commands=(
                              "sh", "dirname", "date", "cat", "sed", "realpath", "make", "gcc",
                              "flex", "bison", "bc", "git", "echo"))
        self.succeeds(done)
        self.assertEqual(self.output.read_text(), "KTAP version 1\n1..1\nok 1 riscv # SKIP "
                         "riscv64-linux-gnu-gcc is not installed\n")

    def test_what_is_not_granted(self):
        self.write("mm/hmm.c", "int used;\n")
        self.fragment.write_text("# CONFIG_GIVEN is not set\n")
        self.output.write_text("of an earlier run\n")
        done = self.compile()
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not grant: CONFIG_GIVEN=n;", done.stderr)
        self.assertFalse(self.output.exists())

    def test_nothing_to_compile(self):
        self.refuses(self.compile(), "changes no .c file")
        self.write("arch/other.c", "")
        self.git("add", ".")
        done = self.compile()
        self.assertEqual(done.returncode, 1)
        self.assertIn("builds nothing that", done.stderr)


if __name__ == "__main__":
    ktap_unittest.main()
