#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the repository itself: style, and that what it says of itself is true."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
import unittest.mock

import kit
import ktap_unittest

sys.path.insert(0, str(kit.TOOLS))
import fingerprints  # noqa: E402
import scenarios  # noqa: E402

FILES = [kit.TOP / name for name in subprocess.run(
    ["git", "-C", kit.TOP, "ls-files"], check=True, capture_output=True, text=True)
    .stdout.splitlines() if (kit.TOP / name).is_file()]
SERIES = kit.TOP / "patches/v7.0-rc2"
PATCHES = sorted(set(SERIES.glob("*/*.patch")) - set(SERIES.glob("*/0000-cover-letter.patch")))


def scripts(interpreter):
    return [path for path in FILES if path.suffix in ("", ".sh", ".py") and
            path.read_bytes().startswith(b"#!") and interpreter in path.open().readline()]


class StyleTest(unittest.TestCase):
    def test_shellcheck(self):
        done = subprocess.run(["shellcheck", "-x", *scripts("/sh"), kit.TOOLS / "lib.sh"],
                              cwd=kit.TOP, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_flake8(self):
        """It finds by itself only what is named *.py."""
        named = {path for path in FILES if path.suffix == ".py"}
        done = subprocess.run(["flake8", *sorted(named | set(scripts("python3")))],
                              cwd=kit.TOP, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_every_file_names_its_licence(self):
        bare = [str(path.relative_to(kit.TOP)) for path in FILES
                if "SPDX-License-Identifier" not in path.read_text()[:400]
                and path.name != "COPYING" and SERIES.parent not in path.parents
                and "debian-7.2" not in path.parts]
        self.assertEqual(bare, [])

    def test_every_tool_has_help(self):
        for tool in scripts("/sh") + scripts("python3"):
            if tool.parent.name == "tools":
                done = subprocess.run([tool, "--help"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, tool)
                self.assertIn(f"usage: {tool.name}", done.stdout)

    def test_no_mirror_is_named(self):
        hosts = set()
        for source in ("sources.list", "sources.list.d/*"):
            for path in kit.Path("/etc/apt").glob(source):
                hosts |= set(re.findall(r"https?://([^/\s]+)", path.read_text()))
        for path in FILES:
            named = [host for host in hosts if host in path.read_text()]
            self.assertEqual(named, [], path)


class MakeTest(kit.ToolTest):
    """In a folder where nothing has been built."""

    def make(self, *args):
        for path in kit.TOP.iterdir():
            if path.name not in ("build", "Makefile") and not (self.folder / path.name).exists():
                (self.folder / path.name).symlink_to(path)
        # A make in this clone may have locked it.
        shutil.copy(kit.TOP / "Makefile", self.folder)
        # Not as a part of the make that runs this.
        env = {name: value for name, value in os.environ.items()
               if "MAKE" not in name and
               name not in ("BASE", "BUILT", "DEB", "OUT", "SERIES")}
        return subprocess.run(["make", *args], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def test_help(self):
        done = self.make("help")
        self.succeeds(done)
        makefile = (kit.TOP / "Makefile").read_text()
        commands = re.findall(r"^# (make.*)", makefile, re.MULTILINE)
        self.assertEqual([line for line in done.stdout.splitlines() if line.startswith("make")],
                         commands)
        self.assertNotIn("\n\n\n", done.stdout)
        self.assertNotIn("The folder of patches/;", done.stdout)

    def test_two_at_once(self):
        self.make("help")
        with (self.folder / "Makefile").open() as first, \
                unittest.mock.patch.dict(os.environ):
            os.environ.pop("HAS_CLONE", None)
            fcntl.flock(first, fcntl.LOCK_EX)
            self.refuses(self.make("clean"), "Another make", "another clone")
            self.succeeds(self.make("help"))
            self.succeeds(self.make("-n", "clean"))
            fcntl.flock(first, fcntl.LOCK_UN)
            self.succeeds(self.make("clean"))
            self.succeeds(self.make("clean"))

    def test_dry_run(self):
        for arguments in (("check",), ("boot", "SCENARIO=direct")):
            with self.subTest(arguments):
                done = self.make("-n", *arguments)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertFalse((self.folder / "build").exists())

    def test_values_that_are_refused(self):
        for words in ("JOBS=0", "JOBS=x", "JOBS=", "JOBS='", "TIMEOUT_SCALE=1.5", "KVM=yes",
                      "GDB=0", "SHELL_IN_GUEST=2", "O=", "O=a b", "O=~", "O=$x"):
            done = self.make("-n", "boot", "SCENARIO=direct", words)
            self.assertEqual(done.returncode, 2, words)
            name = words.partition("=")[0]
            self.assertRegex(done.stderr, rf"\*\*\* {name} is '.*': (give|name) ")
        for *words, why in (("all", "KVM=1", "for 'make boot'"),
                            ("check", "GDB=1", "for 'make boot'"),
                            ("boot", "SCENARIO=direct p2p", "GDB=1", "one machine"),
                            ("boot", "SCENARIO=direct p2p", "SHELL_IN_GUEST=1", "one machine")):
            self.assertIn(why, self.make("-n", *words).stderr)

    def booted(self, *words):
        """The options of tools/boot, without the files that all have, and the log."""
        done = self.make("-n", "boot", *words)
        self.succeeds(done)
        boots = re.findall(r"tools/boot --xen \S+ --programs \S+(.*)",
                           done.stdout.replace("\\\n", ""))
        return [(re.findall(r"--[a-z]+(?: /\S+)?", boot), boot.split()[-1]) for boot in boots]

    def test_boot_options(self):
        log = "{}/direct/{}/serial.log".format
        both = ("base", "series")
        self.assertEqual(self.booted("SCENARIO=direct"),
                         [([], log("build/results", kernel)) for kernel in both])
        self.assertEqual(self.booted("SCENARIO=direct", "KVM=1"),
                         [(["--kvm"], log("build/results-kvm", kernel)) for kernel in both])
        self.assertEqual(self.booted("SCENARIO=direct", "GDB=1", "KERNELS=base"),
                         [(["--gdb"], log("build/by-hand", "base"))])
        self.assertEqual(self.booted("SCENARIO=direct", "GDB=1", "SHELL_IN_GUEST=1", "KVM=1"),
                         [(["--kvm", "--gdb", "--shell /bin/busybox"],
                           log("build/by-hand", "series"))])

    def test_environment(self):
        """What counts everywhere is taken from there; what others call so, too, is not."""
        with unittest.mock.patch.dict(os.environ, JOBS="7", KVM="x", GDB="/usr/bin/gdb", O="x"):
            done = self.make("-n")
        self.succeeds(done)
        self.assertIn("make --no-print-directory O=build --keep-going -j7 ", done.stdout)
        done = self.make("-n", "JOBS=6")
        self.assertIn(" -j6 ", done.stdout)

    def test_another_folder(self):
        for goal in ("check", "mutants", "kunit", "toolchains", "docs", "clean"):
            done = self.make("-n", goal, "O=else/where")
            self.succeeds(done)
            self.assertIn("else/where", done.stdout)
            self.assertNotRegex(done.stdout, r"(^|[ /=])build/")
        (self.folder / "mine").mkdir()
        (self.folder / "mine/work").touch()
        self.assertIn("O is mine, which holds other things", self.make("setup", "O=mine").stderr)
        self.assertEqual(len(list((self.folder / "mine").iterdir())), 1)

    def test_what_can_be_set_is_documented(self):
        text = "".join(path.read_text() for path in (kit.TOP / "Documentation").glob("*.rst"))
        said = self.make("help").stdout
        for name in ("KVM=1", "GDB=1", "SHELL_IN_GUEST=1", "HOSTS=", "JOBS=",
                     "TIMEOUT_SCALE=", "O="):
            self.assertRegex(said, rf"(?m)^make (boot )?{name}")
            self.assertRegex(text, rf"[` ]{name}")

    @unittest.skipUnless(shutil.which("sphinx-build"), "sphinx-build is not installed")
    def test_documentation(self):
        """Without results, with them, and with a warning, the second time as well."""
        shutil.copytree(kit.TOP / "Documentation", self.folder / "Documentation")
        self.succeeds(self.make("docs", "O=elsewhere"))
        page = self.folder / "elsewhere/doc/results.html"
        self.assertIn("There are none", page.read_text())

        (self.folder / "elsewhere/report").mkdir()
        results = self.folder / "elsewhere/report/results.rst"
        results.write_text("0 boots of 0 machines; none of them")
        self.succeeds(self.make("docs", "O=elsewhere"))
        self.assertIn(results.read_text(), page.read_text())

        results.write_text(":doc:`nowhere`")
        for _ in range(2):
            done = self.make("docs", "O=elsewhere")
            self.assertEqual(done.returncode, 2)
            self.assertIn("unknown document", done.stderr)

    def test_documented_scenario(self):
        text = (kit.TOP / "Documentation/ci-owners.rst").read_text()
        name, lines = re.search(r":caption: scenarios/(\S+)\n\n((?:   .*\n)+)", text).groups()
        self.assertEqual(len(lines.splitlines()), 5)
        shutil.copytree(kit.TOP / "scenarios", self.folder / "scenarios")
        (self.folder / "scenarios" / name).write_text(textwrap.dedent(lines))
        scenarios.load(self.folder / "scenarios" / name)

        done = self.make("-n", "boot", f"SCENARIO={name}")
        self.succeeds(done)
        self.assertIn(f" scenarios/{name} build/series/", done.stdout)

    def test_steps_take_turns(self):
        """Stand-ins for all tools, which note when two of them run at once."""
        tools = self.folder / "tools"
        tools.mkdir()
        for path in kit.TOOLS.iterdir():
            (tools / path.name).write_text(
                '#!/bin/sh\necho "$0" >>calls\nmkdir running || echo "$0" >>overlaps\n'
                "sleep 0.1\nrmdir running 2>/dev/null\n:\n")
            (tools / path.name).chmod(0o755)
        (self.folder / "build").mkdir()
        self.succeeds(self.make("-j8", "kunit"))
        calls = (self.folder / "calls").read_text().split()
        self.assertGreater(calls.count("tools/run-kunit"), 1)
        self.assertFalse((self.folder / "overlaps").exists())


class SeriesTest(unittest.TestCase):
    def touched(self, patch):
        return set(re.findall(r"^diff --git a/(\S+)", patch.read_text(), re.MULTILINE))

    def test_readme_has_each_posting(self):
        rows = re.findall(r"^\| `(\d-[\w-]+)` \|", (kit.TOP / "README.md").read_text(),
                          re.MULTILINE)
        self.assertEqual(rows, sorted({path.name for path in kit.TOP.glob("patches/v*/*")
                                       if path.is_dir()}))

    def test_fingerprints_are_of_files_that_the_series_touches(self):
        known = fingerprints.Tree(kit.TOP / "base/v7.0-rc2.fingerprints").files
        self.assertLessEqual(set(known), set().union(*map(self.touched, PATCHES)))

    def test_readme_commands_exist(self):
        readme = (kit.TOP / "README.md").read_text()
        rules = "".join(path.read_text()
                        for path in (kit.TOP / "Makefile", *kit.TOP.glob("make/*")))
        targets = set(re.findall(r"^(\w+):", rules, re.MULTILINE))
        for target in re.findall(r"(?:^    |`)make (\w+)", readme, re.MULTILINE):
            if target not in ("BASE", "SERIES"):
                self.assertIn(target, targets)

    def test_maintainers(self):
        """The kernel's own test of the patterns, in what passes for a kernel tree."""
        with tempfile.TemporaryDirectory() as folder:
            for path in kit.TOP.iterdir():
                kit.Path(folder, path.name).symlink_to(path)
            for name in ("CREDITS", "Kbuild", "README", "arch", "drivers", "fs", "include", "init",
                         "ipc", "kernel", "lib", "scripts"):
                kit.Path(folder, name).mkdir()
            done = subprocess.run(["perl", kit.OUT / "base/scripts/get_maintainer.pl",
                                   "--self-test=patterns"], cwd=folder, capture_output=True,
                                  text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    ktap_unittest.main()
