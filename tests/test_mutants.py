#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what makes mutants, plants them in a kernel and tries them."""

import os
import re
import subprocess
import sys
from unittest import mock

import kit
import ktap_unittest

sys.path.insert(0, str(kit.TOOLS))
import scenarios  # noqa: E402


class GenerateTest(kit.ToolTest):
    BASE = """\
int old(int x)
{
	return x == 1 ? -EIO : 0;
}
"""
    FILE = """\
#define LIMIT 1
static int add(struct thing *thing, int x)
{
	/* if (x == 2) */
	if (x < 3 && !thing->fine) {
		report("a == 1");
		return -EIO;
	}
	thing->count += 2;
	return map(x, DMA_ATTR_MMIO | DMA_ATTR_NO_WARN);
}

int old(int x)
{
	return x == 1 ? -EIO : 0;
}
"""
    WHAT = {
        "if (true): if (x < 3 && !thing->fine) {", "if (false): if (x < 3 && !thing->fine) {",
        "no left operand of &&: if (x < 3 && !thing->fine) {",
        "no right operand of &&: if (x < 3 && !thing->fine) {",
        ">= for <: if (x < 3 && !thing->fine) {", "<= for <: if (x < 3 && !thing->fine) {",
        "one more: if (x < 3 && !thing->fine) {", "not without !: if (x < 3 && !thing->fine) {",
        'a statement less: report("a == 1");',
        "-EINVAL for -EIO: return -EIO;", "0 for -EIO: return -EIO;",
        "a statement less: thing->count += 2;", "one more: thing->count += 2;",
        "kernel/dma/thing.c, LIMIT(), one more: #define LIMIT 1",
        "an attribute less: return map(x, DMA_ATTR_MMIO | DMA_ATTR_NO_WARN);",
    }

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.source = self.tree / "kernel/dma/thing.c"
        self.source.parent.mkdir(parents=True)
        self.git("init", "--quiet")
        self.source.write_text(self.BASE)
        self.commit()
        self.git("tag", "base")
        (self.tree / ".git/patches").touch()
        self.source.write_text(self.FILE)
        (self.tree / "kernel/dma/thing.h").write_text("#define VALUE 1\n")
        (self.tree / "kernel/dma/tests").mkdir()
        (self.tree / "kernel/dma/tests/test.c").write_text(self.FILE)
        self.commit()
        self.equivalent = self.folder / "equivalent"
        self.equivalent.write_text("# none\n")

    def git(self, *args):
        subprocess.run(["git", "-C", self.tree, "-c", "user.name=A Tester",
                        "-c", "user.email=tester@example.org", *args], check=True,
                       capture_output=True)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--message", "step")

    def generate(self, *args):
        return self.tool("generate-mutants", *args, self.tree, self.equivalent, self.folder / "out")

    def patches(self):
        """By what they say."""
        return {patch.read_text().splitlines()[2].removeprefix("kernel/dma/thing.c, add(), "): patch
                for patch in (self.folder / "out").glob("*.patch")}

    def test_each_added_line_of_code(self):
        self.succeeds(self.generate())
        patches = self.patches()
        self.assertEqual(patches.keys(), self.WHAT)
        # The one attribute, and the other.
        self.assertEqual(len(list((self.folder / "out").glob("*.patch"))), len(self.WHAT) + 1)
        for patch in patches.values():
            subprocess.run(["git", "apply", "--check", patch], cwd=self.tree, check=True)
            for name in re.search(r"^Scenario: (.*)$", patch.read_text(), re.MULTILINE)[1].split():
                scenarios.load(kit.TOP / "scenarios" / name.removesuffix("/suites"))

    def test_name_is_that_of_what_the_function_becomes(self):
        self.succeeds(self.generate())
        before = {what: patch.name for what, patch in self.patches().items()}
        self.source.write_text(self.FILE.replace("#define LIMIT 1\n", "#define LIMIT 1\n\n\n"))
        self.commit()
        self.succeeds(self.generate())
        self.assertEqual({what: patch.name for what, patch in self.patches().items()}, before)
        self.source.write_text(self.FILE.replace("+= 2", "+= 4"))
        self.commit()
        self.succeeds(self.generate())
        # One of them takes the change away, and one is in another place.
        self.assertEqual({patch.name for patch in self.patches().values()} & {*before.values()},
                         {before["a statement less: thing->count += 2;"],
                          before["kernel/dma/thing.c, LIMIT(), one more: #define LIMIT 1"]})

    def test_equivalent(self):
        one = 'kernel/dma/thing.c, add(), a statement less: report("a == 1");'
        self.equivalent.write_text(f"# one\n{one}\n\tNobody\n\treads it.\n")
        self.succeeds(self.generate())
        kept, = (self.folder / "out/equivalent").iterdir()
        self.assertEqual(kept.read_text().splitlines()[2], one)
        self.assertEqual(self.patches().keys(), self.WHAT - {one.partition("add(), ")[2]})

    def test_equivalent_that_there_is_not(self):
        self.equivalent.write_text("kernel/dma/thing.c, gone(), 0 for -EIO: return;\n\tReason.\n")
        self.refuses(self.generate(), "names a mutant that there is not: kernel/dma/thing.c, gone")
        self.assertFalse((self.folder / "out").exists())
        # It may be of the other series.
        (self.folder / "names.sed").write_text("")
        self.succeeds(self.generate("--names", self.folder / "names.sed"))

    def test_folder_of_somebody_else(self):
        kept = self.folder / "out/work.c"
        kept.parent.mkdir()
        kept.write_text("")
        self.refuses(self.generate(), "out/work.c is no mutant")
        kept.unlink()
        self.succeeds(self.generate())
        # One that it has made is made anew.
        self.succeeds(self.generate())

    def test_ours(self):
        """Each of the equivalent ones is still there."""
        names = kit.TOP / "patches" / os.environ.get("SERIES", "v7.0-rc2") / "names.sed"
        self.succeeds(self.tool("generate-mutants", *(["--names", names] * names.exists()),
                                kit.OUT / "series", kit.TOP / "tests/equivalent-mutants",
                                self.folder / "out"))

    def test_no_series(self):
        (self.tree / ".git/patches").unlink()
        self.refuses(self.generate(), "is not laid out by make-series")


class SurveyTest(kit.ToolTest):
    def test_each_fate(self):
        (self.folder / "patches/equivalent").mkdir(parents=True)
        (self.folder / "series").mkdir()
        said = []
        for number, (name, says, result) in enumerate((
                ("a", "{}", "# caught by: a case, in direct/suites\nok 1 a\n"),
                ("b", "{}", "# caught by: plain=ok, in direct\nok 1 b\n"),
                ("c", "{}", "# survived: it\nnot ok 1 c\n"),
                ("d", "{}", "ok 1 d # SKIP no mirror\n"),
                ("e", "{}", ""),
                ("f", "skip f not built here", ""),
                ("g", "skip g no such variable", ""))):
            (self.folder / f"patches/{name}.patch").write_text(f"x\n\nmm/{name}.c, f(), it: x;\n")
            said.append(says.format(f"{number} {name}"))
            if result:
                (self.folder / f"{name}.ktap").write_text(result)
        (self.folder / "patches/equivalent/h.patch").write_text("x\n\nmm/h.c, f(), it: x;\n")
        (self.folder / "series/mutants").write_text("\n".join(said) + "\n")
        done = self.tool("survey", self.folder)
        self.assertEqual(done.returncode, 1)
        rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()[1:]}
        self.assertEqual(rows, {
            "mm/a.c": list("100010000"), "mm/b.c": list("100001000"), "mm/c.c": list("100000010"),
            "mm/d.c": list("100000100"), "mm/e.c": list("100000001"), "mm/f.c": list("101000000"),
            "mm/g.c": list("100100000"), "mm/h.c": list("110000000"), "all": list("811111111"),
            "survived:": ["c:", "mm/c.c,", "f(),", "it:", "x;"]})
        for name in "ce":
            self.assertEqual(self.tool("survey", self.folder).returncode, 1)
            (self.folder / f"{name}.ktap").write_text(f"# caught by: x, in direct\nok 1 {name}\n")
        self.succeeds(self.tool("survey", self.folder))

    def test_nothing_planted(self):
        self.refuses(self.tool("survey", self.folder), "run 'make generated'")


class PlantTest(kit.ToolTest):
    """A tree of one C file, which is compiled with what is planted in it."""
    FILE = """\
#define ADDED	(1 | \\
		 2)
#define SAY(format, arg...) do {	\\
		printf(format, ## arg);	\\
	} while (0);

/* Calls what it is given. */
static int
apply(int (*function)(int), int value[1])
{
	return function(value[0]);
}

int twice(int x)
{
	return 2 * x;
}

void mapping(void)
{
	int value[1] = { 20 };

	if (value[0])
		SAY("%d", apply(twice, value) + ADDED)
	else
		SAY("nothing");
}
"""
    MAIN = """\
#include <stdio.h>
#include <stdlib.h>
#define unlikely(condition) (condition)
#define EXPORT_SYMBOL(symbol)
#include "kernel/dma/mapping.c"
int main(int argc, char **argv)
{
	dma_mutant = atoi(argv[1]);
	mapping();
	return 0;
}
"""

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.source = self.tree / "kernel/dma/mapping.c"
        self.source.parent.mkdir(parents=True)
        self.source.write_text(self.FILE)
        (self.tree / "other.c").write_text("other\n")
        (self.tree / "obj-x86_64").mkdir()

    def mutant(self, name, old, new):
        """A patch that replaces `old`."""
        changed = self.folder / "changed.c"
        changed.write_text(self.FILE.replace(old, new))
        diff = subprocess.run(["diff", "-u", "--label", "a/kernel/dma/mapping.c", "--label",
                               "b/kernel/dma/mapping.c", self.source, changed],
                              capture_output=True, text=True, check=False).stdout
        mutant = self.folder / f"{name}.patch"
        mutant.write_text(f"Scenario: direct\n\n{diff}")
        return mutant

    def plant(self, *args):
        return self.tool("plant-mutants", self.tree, self.folder / "copy", *args)

    def run_as(self, number):
        """What the planted file does as the mutant of that number."""
        include = self.folder / "include/linux"
        include.mkdir(parents=True, exist_ok=True)
        (include / "moduleparam.h").write_text("#define core_param(...)\n")
        (self.folder / "main.c").write_text(self.MAIN)
        subprocess.run(["gcc", "-Wall", "-Werror", "-Wno-redundant-decls", "-I", include.parent,
                        "-I", self.folder / "copy", "-o", self.folder / "main",
                        self.folder / "main.c"], check=True)
        return subprocess.run([self.folder / "main", str(number)], capture_output=True, text=True,
                              check=True).stdout

    def test_each_does_what_it_says_and_no_other(self):
        self.succeeds(self.plant(
            self.mutant("a", "2 * x", "3 * x"),
            self.mutant("b", "value[0])", "value[0] + 1)"),
            self.mutant("c", "\\\n\t\t 2)", "\\\n\t\t 4)"),
            self.mutant("d", "printf(format", 'printf("d: " format'),
            self.mutant("e", "2 * x", "2 * x + 1"),
            self.mutant("f", "\tif (value[0])", "\tvalue[0] = 0;\n\tif (value[0])")))
        self.assertEqual([self.run_as(number) for number in range(8)],
                         ["43", "63", "45", "45", "d: 43", "44", "nothing", "43"])
        self.assertEqual((self.folder / "copy/mutants").read_text(),
                         "1 a\n2 b\n3 c\n4 d\n5 e\n6 f\n")

    def test_tree_is_left_alone(self):
        self.succeeds(self.plant(self.mutant("a", "2 * x", "3 * x")))
        self.assertEqual(self.source.read_text(), self.FILE)
        self.assertEqual((self.folder / "copy/other.c").resolve(), self.tree / "other.c")
        self.assertFalse((self.folder / "copy/obj-x86_64").exists())

    def test_folder_of_somebody_else(self):
        mutant = self.mutant("a", "2 * x", "3 * x")
        for mark in ("work", ".git/HEAD"):
            kept = self.folder / "copy" / mark
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text("")
            (self.folder / "copy/.git").mkdir(exist_ok=True)
            if mark == ".git/HEAD":
                (self.folder / "copy/.git/copied").write_text("")
            self.refuses(self.plant(mutant), "was not made by plant-mutants")
            self.assertTrue(kept.exists())
        kept.unlink()
        self.succeeds(self.plant(mutant))

    def test_change_outside_of_functions(self):
        self.refuses(self.plant(self.mutant("a", "/* Calls", "int more;\n/* Calls")),
                     "a.patch changes kernel/dma/mapping.c outside of functions")
        self.refuses(self.plant(self.mutant("a", "int twice(int x)", "long twice(int x)")),
                     "a.patch changes kernel/dma/mapping.c outside of functions")

    def test_does_not_apply(self):
        mutant = self.mutant("a", "2 * x", "3 * x")
        self.source.write_text("another\n")
        self.refuses(self.plant(mutant), "a.patch does not apply to")

    def test_another_series(self):
        """Names are replaced, and what is not there is skipped."""
        (self.folder / "names.sed").write_text("s/thrice/twice/\n")
        renamed = self.mutant("a", "2 * x", "3 * x")
        renamed.write_text(renamed.read_text().replace("twice", "thrice"))
        other = self.mutant("b", "2 * x", "3 * x")
        other.write_text(other.read_text().replace("2 * x", "2 * y"))
        self.succeeds(self.plant("--names", self.folder / "names.sed", renamed, other))
        self.assertRegex((self.folder / "copy/mutants").read_text(),
                         r"\A1 a\nskip b .*: error: patch failed: .*\n\Z")
        self.assertEqual(self.run_as(1), "63")

    def test_for_one_series(self):
        mutant = self.mutant("a", "2 * x", "3 * x")
        mutant.write_text("Series: v7.3\n" + mutant.read_text())
        self.succeeds(self.plant(mutant))
        self.assertEqual((self.folder / "copy/mutants").read_text(), "skip a it is for v7.3\n")
        with mock.patch.dict(os.environ, SERIES="v7.3"):
            self.succeeds(self.plant(mutant))
            self.assertEqual(self.run_as(1), "63")
            # There it is not skipped.
            self.source.write_text("another\n")
            self.refuses(self.plant("--names", os.devnull, mutant), "a.patch does not apply to")

    def leave_out(self, *mutants):
        """What is said of them; kbuild has noted how it compiled the file."""
        note = self.tree / "obj-x86_64/kernel/dma/.mapping.o.cmd"
        note.parent.mkdir(parents=True, exist_ok=True)
        for name in ("printk", "moduleparam"):
            header = self.tree / f"include/linux/{name}.h"
            header.parent.mkdir(parents=True, exist_ok=True)
            header.write_text("#define core_param(...)\n#define EXPORT_SYMBOL(symbol)\n"
                              "#define unlikely(condition) (condition)\n")
        note.write_text("savedcmd_kernel/dma/mapping.o := gcc -Wp,-MMD,kernel/dma/.mapping.o.d "
                        "-I../include -Werror=unused-but-set-variable -c "
                        "-o kernel/dma/mapping.o ../kernel/dma/mapping.c ; true\n\nmore\n")
        self.succeeds(self.plant("--leave-out", *mutants))
        return (self.folder / "copy/mutants").read_text()

    def test_what_does_not_compile_is_left_out(self):
        said = self.leave_out(self.mutant("a", "2 * x", "2 * y"),
                              self.mutant("b", "2 * x", "3 * x"),
                              self.mutant("c", "20 };", '20 };\n\tint set;\n\tset = 1;'),
                              self.mutant("d", "/* Calls", "int more;\n/* Calls"))
        self.assertRegex(said, "^skip a .*y.* undeclared.*\n2 b\nskip c .*set but not used.*\n"
                               "skip d changes kernel/dma/mapping.c outside of functions.*\n$")
        self.assertEqual(self.run_as(2), "63")

    def test_what_is_not_built_is_left_out(self):
        """Another file's, for which kbuild has no note."""
        other = self.tree / "kernel/dma/other.c"
        other.write_text(self.FILE)
        mutant = self.mutant("a", "2 * x", "3 * x")
        mutant.write_text(mutant.read_text().replace("mapping.c", "other.c"))
        self.assertEqual(self.leave_out(mutant), "skip a not built here\n")

    def test_no_series(self):
        self.source.unlink()
        self.refuses(self.plant(self.mutant("a", "2 * x", "3 * x")), "no kernel/dma/mapping.c")

    def test_ours_can_be_planted(self):
        """Each changes one file, in one place, and names a scenario."""
        mutants = sorted((kit.TOP / "tests/mutants").glob("*.patch"))
        self.assertGreaterEqual(len(mutants), 25)
        for mutant in mutants:
            text = mutant.read_text()
            self.assertEqual(len(re.findall(r"^@@ ", text, re.MULTILINE)), 1, mutant)
            scenarios.load(kit.TOP / "scenarios" / re.search(r"^Scenario: (.*)$", text,
                                                             re.MULTILINE).group(1))
        self.succeeds(self.tool("plant-mutants", kit.OUT / "series", self.folder / "all", *mutants))
        self.assertEqual(len((self.folder / "all/mutants").read_text().splitlines()), len(mutants))


class MutantTest(kit.ToolTest):
    try_mutant = "try-mutant"

    def setUp(self):
        super().setUp()
        self.build = self.folder / "build"
        planted = self.build / "mutants/series"
        (planted / "kernel/dma").mkdir(parents=True)
        (planted / "tools/testing").mkdir(parents=True)
        (planted / "tools/testing/kunit").symlink_to(kit.OUT / "series/tools/testing/kunit")
        (planted / "mutants").write_text("7 made-up\nskip another not there\n")
        self.unchanged("ok 1 a\n")

    def unchanged(self, ktap, scenario="direct"):
        """What became of the boot without a mutant."""
        result = self.build / f"mutants/{scenario}/series/result.ktap"
        result.parent.mkdir(parents=True, exist_ok=True)
        result.write_text(f"KTAP version 1\n1..1\n{ktap}")
        return result

    def mutant(self, scenario="direct", name="made-up", path=None):
        mutant = self.folder / f"{name}.patch"
        mutant.write_text(f"Scenario: {scenario}\n" if scenario else "nothing\n")
        done = self.tool(self.try_mutant, self.build, self.build / "mutants", mutant,
                         self.folder / "out.ktap", path=path)
        self.assertEqual((self.folder / "out.ktap").exists(), done.returncode == 0)
        return done

    def skipped(self, why):
        self.assertRegex((self.folder / "out.ktap").read_text(), f"ok 1 [a-z-]+ # SKIP {why}\n")

    def test_no_scenario(self):
        self.refuses(self.mutant(scenario=""), "names no scenario")

    def test_not_planted(self):
        self.refuses(self.mutant(name="made"), "has no mutant made; run plant-mutants again")

    def test_nothing_planted(self):
        (self.build / "mutants/series/mutants").unlink()
        self.refuses(self.mutant(), "run plant-mutants first")

    def test_of_another_series(self):
        self.succeeds(self.mutant(name="another"))
        self.skipped("not there")

    def test_unchanged_series_was_not_booted(self):
        self.unchanged("").unlink()
        self.refuses(self.mutant(), "there is no", "direct/series/result.ktap")

    def test_unchanged_series_does_not_pass(self):
        self.unchanged("    not ok 1 a\nnot ok 1 all\n")
        self.refuses(self.mutant(), "does not pass either")

    def test_unchanged_series_was_skipped(self):
        self.unchanged("ok 1 direct series # SKIP no mirror\n")
        self.succeeds(self.mutant())
        self.skipped("no mirror")

    def test_nothing_was_booted(self):
        done = self.mutant()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "made-up was not booted: .* there is no .*bzImage")

    def boot(self, says, config="", scenarios=""):
        """What becomes of a mutant whose QEMU says that."""
        scenario = f"{config}-direct".strip("-")
        self.unchanged("ok 1 a\n", scenario)
        build = f"x86_64-{config}".strip("-")
        for file in (self.build / f"mutants/series/obj-{build}/arch/x86/boot/bzImage",
                     self.build / f"guest/{build}/series.cpio"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        # The kernel is told which mutant it is.
        return self.mutant(scenarios or scenario, path=self.stand_in(
            "qemu-system-x86_64", f'case "$*" in *\' dma_mutant=7 \'*|*" dma_mutant=7"*) '
            f"printf '{says}' ;; esac"))

    def test_caught(self):
        for config, says, by in (
            ("debug", "FACT kernel.release=7.0-series-debug\nFACTS END count=1\n", "in effect: "),
            ("", "FACT kernel.release=7.0-series\nFACTS END count=1\n", "in effect: "),
            ("", "FACT kernel.release=7.0-series\nKernel panic - not syncing\n", "panicked"),
            ("", "FACT kernel.release=7.0-series\n", "stopped without its closing line"),
            ("", "Linux version 7.0-series (gcc)\n[ 1.5]     not ok 1 case\n",
             "case, and .*stopped"),
        ):
            self.succeeds(self.boot(says, config))
            ktap = (self.folder / "out.ktap").read_text()
            self.assertRegex(ktap, f"# caught by: .*{by}.*\nok 1 made-up\n")
            (self.folder / "out.ktap").unlink()

    def test_did_not_come_up(self):
        for config, says, why in (
            ("", "qemu: no such device\n", "not reported"),
            ("", "Kernel panic - not syncing\n", "not reported"),
            ("", "FACTS END count=0\n", "not reported"),
            ("", "Linux version 7.0-base (gcc)\nnot ok 1 case\n", "not reported"),
            ("", "Linux version 7.0-series (gcc)\nok 1 case\n", "not reported"),
            ("", "FACT kernel.release=7.0-base\nFACTS END count=1\n", "7.0-base"),
            ("debug", "FACT kernel.release=7.0-series\nFACTS END count=1\n", "7.0-series"),
        ):
            done = self.boot(says, config)
            self.assertEqual(done.returncode, 1, says)
            self.assertRegex(done.stderr,
                             f"made-up did not come up as .*release is {why}; see .*out")

    def test_hang_has_to_come_twice(self):
        """Of a machine that has no more than a second."""
        (self.folder / "top/scenarios").mkdir(parents=True)
        for path in (*kit.TOP.iterdir(), *(kit.TOP / "scenarios").iterdir()):
            link = self.folder / "top" / path.relative_to(kit.TOP)
            if not link.exists():
                link.symlink_to(path)
        scenario = self.folder / "top/scenarios/direct"
        scenario.unlink()
        scenario.write_text((kit.TOP / "scenarios/direct").read_text() + "timeout = 1\n")
        self.try_mutant = self.folder / "top/tools/try-mutant"
        first = self.folder / "first"
        up = "Linux version 7.0-series (gcc)\n"
        hangs = f"{up}'; sleep 9; printf '"
        for says, by in (
            (f"'; [ -e {first} ] || {{ touch {first}; printf '{hangs}'; }}; printf 'FACT "
             "kernel.release=7.0-series\nFACTS END count=1\n", "in effect: .*"),
            (hangs, "the kernel came up, and .*the guest hung.*"),
        ):
            self.succeeds(self.boot(says))
            self.assertRegex((self.folder / "out.ktap").read_text(), f"# caught by: {by}\n")
        # Not even that, so it says nothing of the mutant.
        done = self.boot("'; sleep 9; printf '")
        self.assertEqual(done.returncode, 1)
        self.assertIn("did not come up as", done.stderr)

    def test_suites_then_the_rest(self):
        """Of the suites alone nothing but their verdicts counts, and that the machine stops."""
        up, off = "Linux version 7.0-series (gcc)\n", "reboot: Power down\n"
        suite = ("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..1\n"
                 "    {} 1 c\n{} 1 s\n")
        passes = up + suite.format("ok", "ok") + off
        for says, by in ((up + suite.format("not ok", "not ok") + off, "c, in direct/suites"),
                         (up + suite.format("ok", "ok"), "stopped without .*, in direct/suites"),
                         (up + off, "no suite ran|KUnit, in direct/suites"),
                         (passes + "FACT kernel.release=7.0-series\nFACTS END count=1\n",
                          ".*, in direct$")):
            self.succeeds(self.boot(says, scenarios="direct/suites direct"))
            self.assertRegex((self.folder / "out.ktap").read_text().splitlines()[2],
                             f"^# caught by: .*{by}")
            (self.folder / "out.ktap").unlink()
        done = self.boot(passes, scenarios="direct/suites")
        self.succeeds(done)
        self.assertRegex((self.folder / "out.ktap").read_text(),
                         "# survived: .*\nnot ok 1 made-up\n")
        (self.folder / "out.ktap").unlink()
        done = self.boot(suite.format("not ok", "not ok"), scenarios="direct/suites")
        self.assertEqual(done.returncode, 1)
        self.assertIn("made-up did not come up as series", done.stderr)

    def test_scenario_that_compares(self):
        """It is judged with what the base did there, and nothing is caught without that."""
        done = self.boot("FACT kernel.release=7.0-series\nFACTS END count=1\n")
        self.succeeds(done)
        self.assertEqual((self.folder / "out/direct/base").resolve(),
                         (self.build / "results/direct/base").resolve())


if __name__ == "__main__":
    ktap_unittest.main()
