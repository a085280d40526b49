#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what tries each patch, with a tree of few files and machines that are made up."""

import subprocess

import kit
import ktap_unittest

# What is built is the code, whose lines say what the compilers and the machines make of it.
MAKEFILE = r"""
real-obj-y := kernel/dma/mapping.o
allmodconfig:
	touch $(O)/.config
	echo >>$(O)/times
prepare Makefile FORCE:;
%.o: FORCE
	@test "$(W)$(C)" = 11 && ! grep silent $*.c
	@[ $(O)/$@ -nt $*.c ] || { echo '  CC      $@' && mkdir -p $(O)/$(@D) && rm -f $(O)/$@ && \
		awk '/^warn/ { print FILENAME ":" FNR ":9: warning: " $$2 } /^error/ { exit 1 }' $*.c && \
		touch $(O)/$@; }
"""
TOOLS = {
    "make-series": """. "${0%/*}/lib.sh"
git clone --quiet "$1/../series" "$2" && base_id "$1" >"$2/.git/copied" """,
    "build-kernel": """shift 2
[ ! -e full ] || exit 2
cd "$1" && ! grep error kernel/dma/mapping.c && mkdir -p obj-x86_64/arch/x86/boot &&
	cp kernel/dma/mapping.c obj-x86_64/arch/x86/boot/bzImage""",
    "build-guest": 'mkdir -p "$3.d" && touch "$3.d/init" "$3.d/edu.ko" && date +%N >"$3"',
    "boot": """echo >>"$0.calls"
mkdir -p "$(dirname "$4")" && ! grep -q nothing "$2" || exit 2
! grep -q panic "$2" || { cp "$2" "$4.failed"; exit 2; }
cp "$2" "$4" """,
    "judge": '[ "$3" = between ] && ! grep -q "^lie" "$4"',
}


class BisectTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        top = self.folder / "kit"
        (top / "tools").mkdir(parents=True)
        for path in (*kit.TOOLS.iterdir(), *(kit.TOP / name for name in ("base", "configs",
                                                                         "scenarios", "tests"))):
            if path.name not in TOOLS:
                (top / path.relative_to(kit.TOP)).symlink_to(path)
        for name, script in TOOLS.items():
            (top / "tools" / name).write_text(f"#!/bin/sh\n{script}\n")
            (top / "tools" / name).chmod(0o755)
        self.base = self.folder / "base"
        for folder in (top, self.base):
            self.git(self.folder, "init", "--quiet", folder)
            self.git(folder, "commit", "--quiet", "--allow-empty", "--message", "it")
        self.calls = top / "tools/boot.calls"
        self.fragment = self.folder / "fragment"
        self.fragment.write_text("CONFIG_EARLY=y\nCONFIG_LATER=y\n# CONFIG_NEVER is not set\n")
        self.tree = self.tiny_kernel(self.folder / "series")
        with (self.tree / "Makefile").open("a") as makefile:
            makefile.write(MAKEFILE)
        self.config = self.folder / "out/kernel.config"
        (self.tree / "Kconfig").write_text("config EARLY\n")
        self.git(self.tree, "init", "--quiet")
        self.commit("base", "warn old\n")
        self.git(self.tree, "tag", "base")
        (self.tree / ".git/copied").write_text("a base\n")
        self.commit("a cover letter", "warn old\n")

    def git(self, tree, *args):
        subprocess.run(["git", "-C", tree, "-c", "user.name=A Tester",
                        "-c", "user.email=tester@example.org", *args], check=True,
                       stdout=subprocess.DEVNULL)

    def commit(self, subject, code):
        (self.tree / "kernel/dma/mapping.c").write_text(code)
        self.git(self.tree, "add", "--all")
        self.git(self.tree, "commit", "--quiet", "--allow-empty", "--message", subject)

    def try_patches(self):
        """What came of it, and the rows of the table; booted is how often."""
        self.calls.write_text("")
        done = self.tool(self.folder / "kit/tools/try-patches", self.base, self.tree,
                         self.folder / "out", self.fragment, path=self.stand_in("sparse", ""))
        self.booted = len(self.calls.read_text())
        table = (self.folder / "out/results.rst").read_text()
        return done, [line.strip() for line in table.splitlines()[3:]]

    def test_each_patch(self):
        (self.tree / "Kconfig").write_text("config EARLY\nmenuconfig LATER\n")
        # It is in no configuration.
        (self.tree / "kernel/dma/kunit.c").write_text("error\n")
        self.commit("moves what the base warns of", "more\nwarn old\n")
        done, rows = self.try_patches()
        self.succeeds(done)
        self.assertEqual(rows, ['"moves what the base warns of",yes,yes,yes,yes'])
        self.assertEqual(self.booted, 2)

        self.commit("warns", "warn old\nwarn new\n")
        self.commit("warns twice", "warn old\nwarn old\n")
        self.commit("panics", "panic\n")
        self.commit('"does" not build', "error\n")
        self.commit("lies", "lie\n")
        for booted in (8, 2):
            done, rows = self.try_patches()
            self.assertEqual(done.returncode, 1)
            self.assertEqual(rows[1:], ['"warns",yes,no,yes,yes', '"warns twice",yes,no,yes,yes',
                                        '"panics",yes,yes,no,no', '"""does"" not build",no,,,',
                                        '"lies",yes,yes,no,no'])
            self.assertIn("# kernel/dma/mapping.o: kernel/dma/mapping.c: warning: new\n",
                          done.stdout)
            self.assertIn("1 passed, 5 failed, 0 left", done.stdout)
            # What panics has no log to be judged again.
            self.assertEqual(self.booted, booted)

        # Of another message, the same tree.
        self.commit("mends all", "mended\n")
        self.try_patches()
        self.git(self.tree, "commit", "--quiet", "--amend", "--message", r"says it \n better")
        done, rows = self.try_patches()
        self.assertEqual(rows[6:], [r'"says it \n better",yes,yes,yes,yes'])
        self.assertNotIn("better (", done.stdout)

    def test_warning_that_stays(self):
        """It is not forgotten where nothing is compiled, or where that was cut off."""
        self.commit("warns", "warn new\n")
        (self.tree / "more").write_text("")
        self.commit("adds a file", "warn new\n")
        for _ in range(2):
            self.assertEqual(self.try_patches()[1], ['"warns",yes,no,yes,yes',
                                                     '"adds a file",yes,no,yes,yes'])
            for name in ("whole", "kernel,dma,mapping.o"):
                (self.folder / "out/said" / name).unlink()

    def test_file_that_only_a_later_patch_touches(self):
        self.commit("adds", "more\n")
        self.succeeds(self.try_patches()[0])
        with (self.tree / "Makefile").open("a") as makefile:
            makefile.write("real-obj-y += Kbuild.o\n")
        (self.tree / "Kbuild.c").write_text("warn new\n")
        self.commit("adds a file", "more\n")
        done, rows = self.try_patches()
        self.assertEqual(rows[1:], ['"adds a file",yes,no,yes,yes'])

    def test_compiler_that_fails_without_a_word(self):
        self.commit("fails", "silent\n")
        done, rows = self.try_patches()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(rows, ['"fails",yes,no,yes,yes'])

    def test_patch_that_only_deletes(self):
        (self.tree / "gone.c").write_text("")
        self.commit("adds", "more\n")
        (self.tree / "gone.c").unlink()
        self.commit("deletes", "more\n")
        self.succeeds(self.try_patches()[0])

    def test_tool_that_cannot_work(self):
        """That says nothing of the patch."""
        self.commit("adds", "more\n")
        (self.folder / "full").touch()
        done, rows = self.try_patches()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(rows, ['"adds"'])

    def test_another_base(self):
        self.commit("adds", "more\n")
        for number in range(2):
            self.succeeds(self.try_patches()[0])
            self.assertEqual(self.booted, 2)
            self.succeeds(self.try_patches()[0])
            self.assertEqual(self.booted, 0)
            (self.base / "Kbuild").write_text(str(number))
            self.git(self.base, "add", "--all")
            self.git(self.base, "commit", "--quiet", "--message", "another")

    def test_folder_of_somebody_else(self):
        self.commit("adds", "more\n")
        own = self.folder / "out/between/file"
        own.parent.mkdir(parents=True)
        own.write_text("mine")
        done = self.tool(self.folder / "kit/tools/try-patches", self.base, self.tree,
                         self.folder / "out", self.fragment, path=self.stand_in("sparse", ""))
        self.refuses(done, "name another folder")
        self.assertEqual(own.read_text(), "mine")

    def test_kunit_reads_it(self):
        self.commit("adds", "more\n")
        self.succeeds(self.try_patches()[0])
        file, = (self.folder / "out").glob("*.ktap")
        done = self.tool("tally", kit.OUT / "series", file)
        self.succeeds(done)
        self.assertIn("4 passed, 0 failed, 0 skipped", done.stdout)

    def test_symbols_that_are_not_there_yet(self):
        self.commit("adds nothing", "more\n")
        self.try_patches()
        self.assertEqual(self.config.read_text(), "CONFIG_EARLY=y\n# CONFIG_NEVER is not set\n")
        (self.tree / "Kconfig").write_text("config EARLY\nmenuconfig LATER\n")
        self.commit("adds one", "more\n")
        times = self.folder / "out/between/obj-check/times"
        self.assertEqual(len(times.read_text()), 1)
        self.try_patches()
        self.assertEqual(self.config.read_text(), self.fragment.read_text())
        self.assertEqual(len(times.read_text()), 2)

    def test_no_machine(self):
        """That says nothing of the patch."""
        self.commit("adds", "nothing is booted\n")
        done, rows = self.try_patches()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(rows, ['"adds"'])

    def test_what_is_not_laid_out(self):
        """What was found before stays."""
        self.commit("adds", "more\n")
        self.try_patches()
        for base, tree in ((self.folder / "none", self.tree), (self.base, self.base)):
            self.refuses(self.tool("try-patches", base, tree, self.folder / "out", self.fragment,
                                   path=self.stand_in("sparse", "")), "make tree")
        self.try_patches()
        self.assertEqual(self.booted, 0)


if __name__ == "__main__":
    ktap_unittest.main()
