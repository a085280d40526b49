#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what fetches, boots and judges: machines that fail, and results that lie."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path
from unittest import mock

import kit
import ktap_unittest

sys.path.insert(0, str(kit.TOOLS))
import scenarios  # noqa: E402

SCENARIO = """
title = made up
arch = x86_64
memory = 256M
timeout = {timeout}
prove = place=here
both = plain=ok
base-log = an old fault
"""
LOG = """
[    0.1] DMA-API: preallocated 65536 debug entries
[    0.1] FACT kernel.release=7.0-series
FACT place=here
[    0.2] FACT plain=ok
FACTS END count=3
"""
SUITES = "".join(f"[    0.1] {line}\n" for line in """KTAP version 1
1..2
    KTAP version 1
    # Subtest: first
    1..3
    ok 1 plain
        KTAP version 1
        # Subtest: wide
        ok 1 eight
        ok 2 sixteen
    # wide: pass:2 fail:0 skip:0 total:2
    ok 2 wide
    ok 3 absent # SKIP no such bus
ok 1 first
    KTAP version 1
    # Subtest: second
    1..2
    ok 1 only
    ok 2 absent # SKIP no such disk
ok 2 second""".splitlines())
# They run once more.
AGAIN = LOG.replace("FACTS END count=3", "FACT kunit.again=2\nFACT kunit.again_passed=4\n"
                    "FACT kunit.again_failed=0\nFACTS END count=6")
OLD_FAULT = """
[    0.2] ------------[ cut here ]------------
[    0.2] DMA-API: edu 0000:00:01.0: an old fault
[    0.2] WARNING: kernel/dma/debug.c:620 at add_dma_entry+0x1/0x2
[    0.2] ---[ end trace 0000000000000000 ]---
"""
IMAGE = kit.OUT / "series/obj-x86_64/arch/x86/boot/bzImage"
INITRAMFS = kit.OUT / "guest/x86_64/series.cpio"


class ScenarioTest(kit.ToolTest):
    def boot(self, text):
        (self.folder / "made-up").write_text(text)
        return self.tool("boot", self.folder / "made-up", IMAGE, INITRAMFS, self.folder / "log")

    def test_wrong_key(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "colour = red\n"),
                     "line 9", "unknown key 'colour'")

    def test_no_value(self):
        self.refuses(self.boot("title\n"), "line 1", "key = value")

    def test_missing_key(self):
        self.refuses(self.boot("title = x\n"), "lacks 'arch'")

    def test_key_twice(self):
        self.refuses(self.boot("title = x\ntitle = y\n"), "line 2", "second time")

    def test_unknown_architecture(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9).replace("x86_64", "pdp11")), "pdp11")

    def test_expectation_for_a_series(self):
        scenario = self.folder / "made-up"
        scenario.write_text(SCENARIO.format(timeout=9) + f"both@{scenarios.SERIES} = plain=bad\n"
                            + "".join(f"both@{path.name} = others=bad\n"
                                      for path in scenarios.PATCHES.iterdir()
                                      if path.name != scenarios.SERIES))
        self.assertEqual(scenarios.load(scenario).both, ["plain=ok", "plain=bad"])
        for key in ("both@v0.0", "memory@v7.3"):
            self.refuses(self.boot(SCENARIO.format(timeout=9) + f"{key} = a=b\n"),
                         f"{key} is no expectation")

    def test_unknown_hypervisor(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "hypervisor = vmware\n"),
                     "vmware", "say xen")

    def test_unknown_clock(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "clock = sundial\n"),
                     "clock is 'sundial'")

    def test_no_number_of_cpus(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "cpus = many\n"), "cpus is 'many'")

    def test_no_such_table(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "acpi = nonsense\n"),
                     "no ACPI table", "guest/nonsense.asl")

    def test_unknown_programs(self):
        for text in (SCENARIO.format(timeout=9) + "programs = games\n",
                     SCENARIO.format(timeout=9).replace("x86_64", "arm64")
                     + "programs = rdma-core\n"):
            self.refuses(self.boot(text), "say rdma-core, for x86_64")

    def test_device_tree_of_a_pc(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "devicetree = noncoherent\n"),
                     "x86_64 has no device tree")

    def test_no_such_device_tree_change(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9).replace("x86_64", "arm64")
                               + "devicetree = nonsense\n"),
                     "no device tree change", "guest/nonsense.dtsi")

    def test_no_such_scenario(self):
        done = self.tool("boot", kit.TOP / "scenarios/nonsense", IMAGE, INITRAMFS, "log")
        self.refuses(done, "no scenario nonsense", "direct")

    def test_wrong_kernel(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "kernels = series bass\n"),
                     "series bass", "base, series")

    def test_no_such_config(self):
        self.refuses(self.boot(SCENARIO.format(timeout=9) + "config = nonsense\n"),
                     "configs/nonsense/*.config")

    def like(self, text):
        (self.folder / "other").write_text(SCENARIO.format(timeout=9) + "config = debug\n")
        (self.folder / "made-up").write_text(text)
        return scenarios.load(self.folder / "made-up")

    def test_like(self):
        scenario = self.like("like = other\ntitle = mine\narch = arm64\ntimeout = 7\n"
                             "prove = place=there\nboth = more=yes\n")
        self.assertEqual((scenario.title, scenario.arch, scenario.config, scenario.timeout,
                          scenario.memory), ("mine", "arm64", "", "7", "256M"))
        self.assertEqual(scenario.expected("series"), [
            ("prove", "place", "there"), ("both", "plain", "ok"), ("both", "more", "yes")])

    def test_like_several(self):
        (self.folder / "parts").mkdir()
        (self.folder / "parts/more").write_text("memory = 1G\nboth = plain=bad\ndevice = edu\n")
        scenario = self.like("like = other parts/more\ntitle = mine\narch = arm64\n"
                             "base = plain=none\n")
        self.assertEqual((scenario.memory, scenario.device), ("1G", ["edu"]))
        self.assertEqual(dict((kernel, scenario.expected(kernel)[-1])
                              for kernel in scenarios.KERNELS),
                         {"base": ("base", "plain", "none"), "series": ("both", "plain", "bad")})

    def test_like_is_not_all(self):
        with self.assertRaisesRegex(scenarios.BadScenario, "lacks 'title'"):
            self.like("like = other\narch = arm64\n")
        with self.assertRaisesRegex(scenarios.BadScenario, "line 2: like follows other keys"):
            self.like("title = mine\nlike = other\n")
        with self.assertRaisesRegex(scenarios.BadScenario, "no scenario nowhere"):
            self.like("like = nowhere\n")
        with self.assertRaisesRegex(scenarios.BadScenario, "line 3: timeout is set a second time"):
            self.like("like = other\ntimeout = 7\ntimeout = 8\n")

    def test_like_itself(self):
        for name in ("made-up", "other"):
            (self.folder / "other").write_text("like = made-up\n")
            (self.folder / "made-up").write_text(f"like = {name}\n")
            with self.assertRaisesRegex(scenarios.BadScenario, "made-up would be like itself"):
                scenarios.load(self.folder / "made-up")

    def test_ours_load(self):
        for path in filter(Path.is_file, sorted((kit.TOP / "scenarios").iterdir())):
            for text in scenarios.load(path).series_log:
                # The suites print such lines for devices of their own.
                if "refused a DMA mapping" in text:
                    self.assertRegex(text, r"^edu 0000:0\d:0\d\.0: ", path)


class BootTest(kit.ToolTest):
    """Real machines with a real kernel that do not do what they should."""

    def boot(self, timeout=60, cmdline="", initramfs=INITRAMFS, **environment):
        scenario = self.folder / "made-up"
        scenario.write_text(SCENARIO.format(timeout=timeout)
                            + (f"cmdline = {cmdline}\n" if cmdline else ""))
        return subprocess.run([sys.executable, kit.TOOLS / "boot", scenario, IMAGE, initramfs,
                               self.folder / "log"], env={**os.environ, **environment},
                              capture_output=True, text=True, check=False)

    def failed(self, done, *words):
        self.refuses(done, *words)
        self.assertFalse((self.folder / "log").exists())
        lines = (self.folder / "log.failed").read_text(errors="replace").splitlines()
        self.assertIn(lines[-1].removeprefix("boot: "), done.stderr)
        self.assertIn("\n".join(lines[-5:-2]), done.stderr)

    def initramfs_that(self, does):
        """An initramfs whose init does nothing but one statement."""
        (self.folder / "list").write_text(
            "dir /dev 0755 0 0\nnod /dev/console 0600 0 0 c 5 1\n"
            f"file /init {self.folder}/init 0755 0 0\n")
        (self.folder / "init.c").write_text(
            "#include <stdio.h>\n#include <sys/reboot.h>\n#include <unistd.h>\n"
            f"int main(void) {{ return {does}; }}\n")
        subprocess.run([f"{kit.cross('x86_64')}gcc", "-static", "-o", "init", "init.c"],
                       cwd=self.folder, check=True)
        initramfs = self.folder / "made-up.cpio"
        with initramfs.open("wb") as output:
            subprocess.run([kit.OUT / "series/obj-x86_64/usr/gen_init_cpio", "list"],
                           cwd=self.folder, stdout=output, check=True)
        return initramfs

    def test_hang(self):
        """A slow machine is given longer."""
        self.failed(self.boot(timeout=3, initramfs=self.initramfs_that("pause()"),
                              TIMEOUT_SCALE="2"), "hung", "no end after 6 s")

    def test_wrong_scale(self):
        for scale in ("0", "-1", "1.5", "x", ""):
            self.refuses(self.boot(TIMEOUT_SCALE=scale), f"TIMEOUT_SCALE is '{scale}'")

    def test_panic(self):
        self.failed(self.boot(initramfs=self.initramfs_that("1")), "panicked", "Kernel panic")

    def test_end_is_missing(self):
        self.failed(self.boot(initramfs=self.initramfs_that("reboot(RB_POWER_OFF)")),
                    "without its closing line")

    def test_lies_and_warns(self):
        """Our own guest, on a machine that is not what its scenario says."""
        scenario = self.folder / "made-up"
        (self.folder / "parts").symlink_to(kit.TOP / "scenarios/parts")
        scenario.write_text((kit.TOP / "scenarios/unmap-mismatch").read_text()
                            .replace("dma_is_phys=no", "dma_is_phys=yes")
                            .replace("series-log = ", "base-log = "))
        log = self.folder / "log"
        self.succeeds(self.tool("boot", scenario, IMAGE, INITRAMFS, log))
        self.assertEqual(self.tool("judge", kit.OUT / "series", scenario, "series",
                                   log).returncode, 1)
        failed = re.findall(r"^ {4}not ok \d+ (.*)$", (self.folder / "result.ktap").read_text(),
                            re.MULTILINE)
        self.assertEqual(failed, ["in effect: plain.dma_is_phys=yes", "no other report in the log"])

    def test_no_image(self):
        self.refuses(self.boot(initramfs=self.folder / "nowhere"), "there is no", "run 'make'")

    def test_no_xen(self):
        scenario = self.folder / "made-up"
        scenario.write_text(SCENARIO.format(timeout=9) + "hypervisor = xen\n")
        self.refuses(self.tool("boot", "--xen", self.folder / "nowhere", scenario, IMAGE, INITRAMFS,
                               "log"), "there is no", "nowhere")

    def with_programs(self, initramfs, programs):
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=60)
                                             + "programs = rdma-core\n")
        return self.tool("boot", "--programs", programs, self.folder / "made-up", IMAGE, initramfs,
                         self.folder / "log")

    def test_programs_are_in_the_guest(self):
        """The kernel unpacks the second archive over the first, whose init does nothing."""
        programs = self.initramfs_that('puts("FACTS END count=0") + reboot(RB_POWER_OFF)')
        nothing = self.folder / "nothing.cpio"
        # A length that is no multiple of four.
        nothing.write_bytes(b"070701" + b"%08x" * 13 % (*[0] * 11, 11, 0) + b"TRAILER!!!\0")
        self.succeeds(self.with_programs(nothing, programs))

    def test_again_by_hand(self):
        """With a word for the kernel that the shell must not read."""
        initramfs = self.initramfs_that('puts("FACTS END count=0") + reboot(RB_POWER_OFF)')
        self.succeeds(self.boot(cmdline="it's=$HOME", initramfs=initramfs))
        again = self.folder / "log.sh"
        self.assertIn("QEMU emulator version", again.read_text().splitlines()[1])
        done = subprocess.run([again], cwd="/", capture_output=True, text=True, check=False,
                              env={**os.environ, "TMPDIR": str(self.folder)}, timeout=60)
        self.succeeds(done)
        self.assertIn("it's=$HOME", done.stdout)
        self.assertIn("FACTS END", done.stdout)

    def test_no_programs(self):
        self.refuses(self.with_programs(INITRAMFS, self.folder / "nowhere"), "there is no",
                     "nowhere")

    def test_programs_that_could_not_be_had(self):
        (self.folder / "nowhere.why").write_text("W: a warning\nfetch-rdma-core: no mirror.\n")
        done = self.with_programs(self.folder / "no-kernel-needed", self.folder / "nowhere")
        self.succeeds(done)
        self.assertIn("made-up is skipped", done.stdout)
        self.assertEqual((self.folder / "log").read_text(),
                         "boot: skipped: fetch-rdma-core: no mirror.\n")

    def test_table_does_not_compile(self):
        scenario = self.folder / "made-up"
        scenario.write_text(SCENARIO.format(timeout=9) + "acpi = external-port\n")
        self.refuses(self.tool("boot", scenario, IMAGE, INITRAMFS, "log",
                               path=self.stand_in("iasl", "echo 'an error'; exit 1")),
                     "iasl does not compile", "external-port.asl")

    def test_device_tree_change_does_not_compile(self):
        scenario = self.folder / "made-up"
        scenario.write_text(SCENARIO.format(timeout=9).replace("x86_64", "arm64")
                            + "devicetree = noncoherent\n")
        wrong = f'case $* in *"-I dts"*) exit 1 ;; *) exec {shutil.which("dtc")} "$@" ;; esac'
        self.refuses(self.tool("boot", scenario, IMAGE, INITRAMFS, "log",
                               path=self.stand_in("dtc", wrong)),
                     "dtc does not compile", "noncoherent.dtsi")

    def test_messages_that_are_printed_again(self):
        """As a whole, from its middle on, or with others between."""
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        again = "** replaying previous printk message **\\n"
        for printed in (f"FACT a=1\\n{again}FACT a=1\\n", f"FACT{again}FACT a=1\\n",
                        f"{again}FACT a=1\\n"):
            path = self.stand_in("qemu-system-x86_64",
                                 f"printf 'other\\n{printed}FACTS END count=1\\n'")
            self.succeeds(self.tool("boot", self.folder / "made-up", IMAGE, INITRAMFS,
                                    self.folder / "log", path=path))
            self.assertEqual((self.folder / "log").read_text(),
                             "other\nFACT a=1\nFACTS END count=1\n")

    def test_no_qemu(self):
        self.refuses(self.boot(PATH="/nowhere"), "'qemu-system-x86_64' is not installed")

    def test_interrupted(self):
        """Neither QEMU nor its files are left."""
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        (self.folder / "work").mkdir()
        path = self.stand_in("qemu-system-x86_64", "echo $$; exec sleep 60")
        failed = self.folder / "log.failed"
        with mock.patch.dict(os.environ, TMPDIR=str(self.folder / "work")):
            code = self.interrupt(failed, "boot", self.folder / "made-up", IMAGE, INITRAMFS, "log",
                                  path=path)
        self.assertEqual(code, 143)
        self.assertFalse(Path("/proc", failed.read_text().strip()).exists())
        self.assertEqual(list((self.folder / "work").iterdir()), [])

    @unittest.skipIf(os.access("/dev/kvm", os.R_OK | os.W_OK), "this machine has /dev/kvm")
    def test_no_kvm(self):
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        self.refuses(self.tool("boot", "--kvm", self.folder / "made-up", IMAGE, INITRAMFS, "log"),
                     "/dev/kvm cannot be used")

    def with_kvm(self, also="", machine="x86_64"):
        """What becomes of a boot where there is KVM, with a stand-in for QEMU."""
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9) + also)
        path = self.stand_in("qemu-system-x86_64", "echo 'FACTS END count=0'")
        there = ("import os, platform, runpy, sys; os.access = lambda *_: True; "
                 f"platform.machine = lambda: '{machine}'; "
                 "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')")
        return subprocess.run([sys.executable, "-c", there, kit.TOOLS / "boot", "--kvm",
                               self.folder / "made-up", IMAGE, INITRAMFS, self.folder / "log"],
                              env=dict(os.environ, PATH=f"{path}:{os.environ['PATH']}",
                                       PYTHONPATH=str(kit.TOOLS)),
                              capture_output=True, text=True, check=False)

    def test_kvm(self):
        self.succeeds(self.with_kvm())
        self.assertIn("'-accel' 'kvm' '-cpu' 'host'", (self.folder / "log.sh").read_text())
        self.refuses(self.with_kvm("clock = instructions\n"), "counts instructions")
        self.refuses(self.with_kvm(machine="aarch64"), "for x86_64, and KVM here for aarch64")

    def test_what_the_kernel_is_made_of(self):
        """As its build has written it, and nothing where it has not."""
        objects = self.folder / "tree/obj-x86_64"
        image = objects / "arch/x86/boot/bzImage"
        image.parent.mkdir(parents=True)
        image.touch()
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        path = self.stand_in("qemu-system-x86_64", "echo 'FACTS END count=0'")
        for text, lines in ((None, []), ("gcc 12\n", []),
                            ("gcc 12\nmade of Linux 7, patches 1\n",
                             ["# made of Linux 7, patches 1"])):
            if text:
                (objects / "built").write_text(text)
            self.succeeds(self.tool("boot", self.folder / "made-up", image, INITRAMFS,
                                    self.folder / "log", path=path))
            script = (self.folder / "log.sh").read_text().splitlines()
            self.assertEqual([line for line in script if "made of" in line], lines)

    def by_hand(self, *options, says="", timeout=9):
        """The words that the stand-in for QEMU got, and what was printed."""
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=timeout))
        path = self.stand_in("qemu-system-x86_64",
                             "[ $# -eq 1 ] || printf '%s\\n' \"$@\" >words\n" + says)
        done = self.tool("boot", *options, self.folder / "made-up", IMAGE, INITRAMFS,
                         self.folder / "log", path=path)
        self.succeeds(done)
        return (self.folder / "words").read_text().splitlines(), done.stdout

    def test_gdb(self):
        words, said = self.by_hand("--gdb")
        self.assertLessEqual({"tcp:localhost:1234", "-S"}, set(words))
        self.assertTrue(any("nokaslr" in word.split() for word in words))
        vmlinux = kit.OUT.resolve() / "series/obj-x86_64/vmlinux"
        self.assertRegex(said, f"gdb -ex 'target remote localhost:1234' {vmlinux.resolve()}\n")

    def test_gdb_without_vmlinux(self):
        image = self.folder / "bzImage"
        image.touch()
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        self.refuses(self.tool("boot", "--gdb", self.folder / "made-up", image, INITRAMFS, "log"),
                     "there is no vmlinux beside")

    def test_person_has_all_the_time(self):
        """And a panic is no error."""
        _, said = self.by_hand("--gdb", timeout=1,
                               says="sleep 2; echo Kernel panic - not syncing")
        self.assertIn("nothing of this is judged", said)

    def busybox(self):
        """A static program that says how it was called."""
        (self.folder / "busybox.c").write_text(
            "#include <stdio.h>\nint main(int argc, char **argv)\n"
            '{ printf("BUSYBOX %d %s\\n", argc, argv[1]); }\n')
        subprocess.run([f"{kit.cross('x86_64')}gcc", "-static", "-o", "busybox", "busybox.c"],
                       cwd=self.folder, check=True)
        return self.folder / "busybox"

    def test_shell(self):
        """Our own guest has it at its end, and powers off after that."""
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9)
                                             + "cmdline = kunit.enable=0\n")
        done = self.tool("boot", "--shell", self.busybox(), self.folder / "made-up", IMAGE,
                         INITRAMFS, self.folder / "log")
        self.succeeds(done)
        self.assertRegex(done.stdout, r"(?s)FACTS END.*BUSYBOX 4 sh\r?\n.*Power down")
        self.assertIn("BUSYBOX 4 sh", (self.folder / "log").read_text())

    def test_no_busybox(self):
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9))
        for shell, words in ((self.folder / "nowhere", "apt-get install busybox-static"),
                             ("/bin/sh", "is no static program for x86_64"),
                             (self.folder / "made-up", "is no program")):
            self.refuses(self.tool("boot", "--shell", shell, self.folder / "made-up", IMAGE,
                                   INITRAMFS, self.folder / "log"), words)


class JudgeTest(kit.ToolTest):
    def judge(self, log, kernel="series", also="", options=()):
        (self.folder / "made-up").write_text(SCENARIO.format(timeout=9) + also)
        (self.folder / "log").write_text(log.replace("7.0-series", f"7.0-{kernel}"))
        done = self.tool("judge", *options, kit.OUT / "series", self.folder / "made-up",
                         kernel, self.folder / "log")
        ktap = (self.folder / "result.ktap").read_text()
        failed = re.findall(r"^ {4}not ok \d+ (.*)$", ktap, re.MULTILINE)
        self.assertEqual(done.returncode, 1 if failed else 0, done.stdout + done.stderr)
        return failed

    def tally(self):
        done = self.tool("tally", kit.OUT / "series", self.folder / "result.ktap")
        return done.stdout.splitlines()[-1]

    def test_as_expected(self):
        self.assertEqual(self.judge(LOG), [])
        facts = json.loads((self.folder / "facts.json").read_text())
        self.assertEqual(facts, {"kernel.release": "7.0-series", "place": "here", "plain": "ok",
                                 "log.reports": "0"})

    def test_skipped(self):
        self.assertEqual(self.judge("boot: skipped: no mirror\n"), [])
        self.assertEqual(self.tally(), "0 passed, 0 failed, 1 skipped")
        self.assertIn("# SKIP no mirror\n", (self.folder / "result.ktap").read_text())

    def test_another_configuration(self):
        self.assertEqual(self.judge(LOG.replace("place=here", "place=there")),
                         ["in effect: place=here"])

    def test_another_kernel(self):
        for release in ("7.0-base", "7.0-series-debug"):
            self.assertEqual(self.judge(LOG.replace("release=7.0-series", f"release={release}")),
                             ["in effect: kernel series"])
        debug = "config = debug\n"
        self.assertEqual(self.judge(LOG, also=debug), ["in effect: kernel series-debug"])
        self.assertEqual(self.judge(LOG.replace("-series", "-series-debug"), also=debug), [])

    def test_wrong_value(self):
        self.assertEqual(self.judge(LOG.replace("plain=ok", "plain=EIO")), ["plain=ok"])

    def test_lost_fact(self):
        self.assertEqual(self.judge(LOG.replace("[    0.2] FACT plain=ok\n", "")),
                         ["all facts arrived", "plain=ok"])

    def test_failed_probe(self):
        log = LOG.replace("FACTS END count=3", "FACT init.failed=umem:ENOMEM\nFACTS END count=4")
        self.assertEqual(self.judge(log), ["no probe failed"])

    def test_lost_end(self):
        self.assertEqual(self.judge(LOG.partition("FACTS END")[0]), ["all facts arrived"])

    def test_warning(self):
        for line in ("WARNING: kernel/dma/direct.h:120 at x", "BUG: sleeping function called",
                     "DMA-API: edu: device driver frees what it did not map",
                     "UBSAN: shift-out-of-bounds in a.c:1:2",
                     "BUG: KASAN: slab-use-after-free in x",
                     "WARNING: possible circular locking dependency detected",
                     "INFO: trying to register non-static key.",
                     "rcu: INFO: rcu_preempt self-detected stall on CPU",
                     "INFO: task init:1 blocked for more than 122 seconds.",
                     "kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
                     "Badness at mm/slub.c:1", "Warning! Write to protected memory",
                     "kernel BUG at mm/slub.c:1!",
                     "BUG kmalloc-64 (Not tainted): Redzone overwritten",
                     "=============================", "Internal error: Oops: 0000000096000004",
                     "rcu: detected stalls on CPUs/tasks:",
                     "rcu: 0-....: self-detected stall on CPU",
                     "rcu: Stall ended before state dump start",
                     "??? Writer stall state RTWS_EXP_SYNC(4)",
                     "rcu: rcu_preempt kthread starved for 2101 jiffies!",
                     "torture: !!! Something is amiss", "kunit executor: unknown action 'x'"):
            self.assertEqual(self.judge(f"[ 0.2] {line}\n{LOG}"),
                             ["no other report in the log"])

    def test_no_warning(self):
        for line in ("kmemleak: Kernel memory leak detector initialized (mem pool available: 15)",
                     "DMA-API: debugging enabled by kernel config",
                     "rcu: \tMax phase no-delay instances is 400.",
                     "This means that this is a DEBUG kernel and it is",
                     "Warning: unable to open an initial console.",
                     "Warning: Failed to add ttynull console. No stdin, stdout, and stderr for "
                     "the init process!",
                     "NOHZ tick-stop error: Non-RCU local softirq work is pending, handler #08!!!"):
            self.assertEqual(self.judge(f"[ 0.2] {line}\n{LOG}"), [])

    def test_expected_report_of_the_base(self):
        self.assertEqual(self.judge(OLD_FAULT + LOG, "base"), [])
        self.assertEqual(self.judge(OLD_FAULT + LOG, "series"),
                         ["no other report in the log"])

    def test_between_base_and_series(self):
        """What both must report; what either does is no complaint."""
        also = "base = umem=ok\nseries = umem=EOPNOTSUPP\nbase = pinned=0\nseries = pinned=0\n"
        log = LOG.replace("FACTS END count=3", "FACT pinned=0\nFACT umem=EIO\nFACTS END count=5")
        for known in ("", OLD_FAULT):
            self.assertEqual(self.judge(known + log, "between", also), [])
        self.assertEqual(self.judge(log.replace("pinned=0", "pinned=1"), "between", also),
                         ["pinned=0"])
        self.assertEqual(self.judge(OLD_FAULT.replace("an old", "a new") + log, "between", also),
                         ["no other report in the log"])

    def test_expected_report_did_not_come(self):
        self.assertEqual(self.judge(LOG, "base"), ["log: an old fault"])

    def test_expected_report_of_both(self):
        also = "both-log = a new fault\n"
        new_fault = OLD_FAULT.replace("an old", "a new")
        self.assertEqual(self.judge(OLD_FAULT + new_fault + LOG, "base", also), [])
        self.assertEqual(self.judge(new_fault + LOG, "series", also), [])
        self.assertEqual(self.judge(LOG, "series", also), ["log: a new fault"])

    def test_expected_line_of_the_series(self):
        also = "series-log = refused\n"
        self.assertEqual(self.judge(OLD_FAULT + LOG, "base", also), [])
        self.assertEqual(self.judge("[ 0.2] edu: refused\n" + LOG, "series", also), [])
        self.assertEqual(self.judge(LOG, "series", also), ["log: refused"])

    def test_another_report_beside_the_expected(self):
        self.assertEqual(self.judge(OLD_FAULT + OLD_FAULT.replace("an old", "a new") + LOG, "base"),
                         ["no other report in the log"])

    def test_suites_are_counted(self):
        self.assertEqual(self.judge(SUITES + AGAIN, options=["--suites"]), [])
        self.assertEqual(self.tally(), "11 passed, 0 failed, 2 skipped")
        facts = json.loads((self.folder / "facts.json").read_text())
        self.assertEqual(facts["kunit"], "4 passed, 0 failed, 2 skipped")
        self.assertEqual(re.findall("# SKIP (.*)", (self.folder / "result.ktap").read_text()),
                         ["no such bus", "no such disk"])

    def test_suites_and_other_messages(self):
        log = SUITES.replace("KTAP version 1\n", "KTAP version 1\n[    0.1] usb: hello\n", 1)
        self.assertEqual(self.judge(log + AGAIN, options=["--suites"]), [])

    def test_suite_that_fails(self):
        log = SUITES.replace("ok 1 eight", "not ok 1 eight").replace("ok 2 wide", "not ok 2 wide") \
            .replace("ok 1 first", "not ok 1 first") + AGAIN.replace("passed=4", "passed=3")
        self.assertEqual(self.judge(log), ["KUnit"])
        self.assertEqual(self.tally(), "10 passed, 1 failed, 2 skipped")

    def test_suite_that_fails_the_second_time(self):
        for lie in (("again_failed=0", "again_failed=1"), ("again=2", "again=1"),
                    ("again_passed=4", "again_passed=3")):
            self.assertEqual(self.judge(SUITES + AGAIN.replace(*lie)), ["KUnit a second time"])
        self.assertEqual(self.judge(SUITES + LOG), ["KUnit a second time"])

    def test_suite_that_does_not_end(self):
        for lost in ("[    0.1]     ok 1 only\n", "[    0.1] ok 2 second\n"):
            self.assertEqual(self.judge(SUITES.replace(lost, "") + AGAIN)[0], "KUnit", lost)
            self.assertNotIn(" 0 failed", self.tally())
        # Nothing but the header and the plan.
        self.assertEqual(self.judge("\n".join(SUITES.splitlines()[:2]) + "\n" + AGAIN)[0],
                         "KUnit")
        self.assertNotIn(" 0 failed", self.tally())

    def test_no_suite(self):
        for log in (LOG, "[    0.1] KTAP version 1\n[    0.1] 1..0\n" + LOG):
            self.assertEqual(self.judge(log), [])
            self.assertEqual(self.judge(log, options=["--suites"]), ["KUnit"])
            self.assertEqual(self.judge(log, also="cmdline = kunit.enable=0\n",
                                        options=["--suites"]), [])

    def test_compared_with_the_base(self):
        also = "not-above = cost\nbelow = time\n"
        folder = self.folder
        (folder / "base").mkdir()
        self.folder = folder / "base"
        self.assertEqual(self.judge(OLD_FAULT + LOG, "base", also), [])
        (self.folder / "facts.json").write_text('{"cost": "700", "time": "700"}')
        self.folder = folder / "series"
        self.folder.mkdir()
        for cost, time, wrong in ((707, 693, []), (708, 694, ["cost is not above the base's",
                                                              "time is below the base's"])):
            log = LOG.replace("FACTS END count=3",
                              f"FACT cost={cost}\nFACT time={time}\nFACTS END count=5")
            self.assertEqual(self.judge(log, also=also), wrong)
        self.assertEqual(len(self.judge(LOG, also=also)), 2)

    def test_compared_exactly(self):
        """With the base, and with another fact of the same boot."""
        also = "no-more = cost\nno-more = time cost\nbelow = time cost\n"
        folder = self.folder
        (folder / "base").mkdir()
        (folder / "base/facts.json").write_text('{"cost": "700", "time": "1"}')
        self.folder = folder / "series"
        self.folder.mkdir()
        for cost, time, wrong in ((700, 693, []),
                                  (701, 701, ["cost is no more than the base's",
                                              "time is below cost"]),
                                  (700, 701, ["time is no more than cost", "time is below cost"])):
            log = LOG.replace("FACTS END count=3",
                              f"FACT cost={cost}\nFACT time={time}\nFACTS END count=5")
            self.assertEqual(sorted(self.judge(log, also=also)), sorted(wrong))

    def test_nothing_to_compare_with(self):
        for relation in ("below", "not-above", "no-more"):
            (self.folder / "made-up").write_text(SCENARIO.format(timeout=9)
                                                 + f"{relation} = time\n")
            (self.folder / "log").write_text(LOG)
            self.refuses(self.tool("judge", kit.OUT / "series", self.folder / "made-up", "series",
                                   self.folder / "log"), "judge the boot of the base first")

    def test_no_kunit(self):
        self.refuses(self.tool("judge", self.folder, self.folder / "made-up", "series", "log"),
                     "no kunit.py")


class CheckSuitesTest(kit.ToolTest):
    def check(self, *boots):
        """The tests of boots as {case: skipped}."""
        files = []
        for number, cases in enumerate(boots):
            files.append(self.folder / f"{number}.ktap")
            files[-1].write_text(
                "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: a boot\n    1..2\n"
                "    ok 1 fact=1 # SKIP not a case of a suite\n"
                "        KTAP version 1\n        # Subtest: KUnit\n        1..1\n"
                "            KTAP version 1\n            # Subtest: suite\n"
                f"            1..{len(cases)}\n"
                + "".join(f"            ok {place} {case}{' # SKIP why' if skipped else ''}\n"
                          for place, (case, skipped) in enumerate(cases.items(), 1))
                + "        ok 1 suite\n    ok 2 KUnit\nok 1 a boot\n")
        done = self.tool("check-suites", kit.OUT / "series", *files)
        return done.returncode, done.stdout.splitlines()[2:]

    def test_skipped_in_one_boot(self):
        self.assertEqual(self.check({"a": True, "b": False}, {"a": False, "b": False}),
                         (0, ["ok 1 suite: each case passes somewhere"]))

    def test_skipped_in_each_boot(self):
        self.assertEqual(self.check({"a": True, "b": False}, {"a": True, "b": False}),
                         (1, ["# suite: a: passes nowhere",
                              "not ok 1 suite: each case passes somewhere"]))

    def test_no_suite(self):
        (self.folder / "a.ktap").write_text("KTAP version 1\n1..1\nok 1 a\n")
        self.refuses(self.tool("check-suites", kit.OUT / "series", self.folder / "a.ktap"),
                     "no suite ran")

    def test_no_verdict(self):
        (self.folder / "torn.ktap").write_text("KTAP version 1\n1..2\nok 1 a\n")
        (self.folder / "empty.ktap").write_text("")
        for name in ("nowhere", "empty", "torn"):
            self.refuses(self.tool("check-suites", kit.OUT / "series",
                                   self.folder / f"{name}.ktap"), name, "no complete verdict")


class FetchXenTest(kit.ToolTest):
    def fetch(self, script):
        self.stand_in("apt-cache", "echo xen-hypervisor-4.9-amd64 - Xen\n"
                                   "echo xen-hypervisor-4.20-amd64 - Xen")
        return self.tool("fetch-xen", self.folder / "xen", path=self.stand_in("apt-get", script))

    def failed(self, done, *words):
        self.refuses(done, *words)
        self.assertEqual(list(self.folder.glob("xen*")), [self.folder / "xen.d"])
        self.assertEqual({path.suffix for path in (self.folder / "xen.d").iterdir()} - {".deb"},
                         {".log"})

    def test_apt_does_not_know_it(self):
        self.failed(self.fetch("echo 'E: Unable to locate package'; exit 100"),
                    "xen-hypervisor-4.20-amd64", "Unable to locate package", "apt-get update",
                    "/boot/xen-*.gz")

    def test_release_without_xen(self):
        self.refuses(self.tool("fetch-xen", self.folder / "xen",
                               path=self.stand_in("apt-cache", "")),
                     "apt knows no xen-hypervisor", "/boot/xen-*.gz")

    def test_no_apt(self):
        for tool, way_out in (("fetch-xen", "/boot/xen-*.gz"), ("fetch-rdma-core", "archive")):
            self.refuses(self.alone(kit.TOOLS / tool, self.folder / "out",
                                    commands=("sh", "dirname", "date", "cat", "sed", "basename")),
                         "there is no apt-get", way_out, f"there as {self.folder}/out")

    def test_not_a_package(self):
        self.failed(self.fetch("for word; do :; done; echo truncated >${word}_1_amd64.deb"),
                    "holds no hypervisor")

    def test_package_without_hypervisor(self):
        (self.folder / "empty/DEBIAN").mkdir(parents=True)
        (self.folder / "empty/DEBIAN/control").write_text(
            "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: tester\nDescription: x\n")
        self.failed(self.fetch("for word; do :; done; dpkg-deb --build "
                               f"{self.folder}/empty ${{word}}_1_amd64.deb"),
                    "holds no hypervisor")


class FetchRdmaCoreTest(kit.ToolTest):
    def fetch(self, script):
        return self.tool("fetch-rdma-core", self.folder / "tools.cpio",
                         path=self.stand_in("apt-get", script))

    def leaves_nothing(self):
        self.assertEqual(list(self.folder.glob("tools*")), [self.folder / "tools.cpio.d"])
        self.assertEqual({path.suffix for path in (self.folder / "tools.cpio.d").iterdir()}
                         - {".deb"}, {".log"})

    def breaks(self, done, words):
        """A fault of the tool is a failure, which nobody takes for a reason to skip."""
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(words, done.stderr)
        self.leaves_nothing()

    def package(self, *commands):
        """What apt-get does to deliver a package with what `commands` put in it."""
        return "\n".join([
            "root=$(mktemp -d)", "mkdir -p $root/DEBIAN $root/usr/bin $root/usr/share/doc",
            "printf 'Package: ibverbs-utils\\nVersion: 1\\nArchitecture: all\\n"
            "Maintainer: tester\\nDescription: x\\n' >$root/DEBIAN/control", *commands,
            "dpkg-deb --build $root ibverbs-utils_1_all.deb", "rm -r $root"])

    def test_apt_does_not_know_it(self):
        self.refuses(self.fetch("echo 'E: Unable to locate package'; exit 100"),
                     "Unable to locate package", "apt-get update")
        self.leaves_nothing()

    def test_not_a_package(self):
        self.breaks(self.fetch("echo truncated >ibverbs-utils_1_all.deb"), "cannot be unpacked")

    def test_package_without_tools(self):
        self.breaks(self.fetch(self.package("touch $root/usr/bin/other")), "no ibv_rc_pingpong")

    def test_archive(self):
        """It has the tools, and what is no use in a guest is left out."""
        self.succeeds(self.fetch(self.package(
            "echo run >$root/usr/bin/ibv_rc_pingpong", "ln -s ibv_rc_pingpong $root/usr/bin/ibv_x",
            "touch $root/usr/bin/other $root/usr/share/doc/text")))
        data = (self.folder / "tools.cpio").read_bytes()
        self.assertEqual(len(data) % 4, 0)
        found = []
        while not found or not found[-1][0].startswith("TRAILER"):
            self.assertEqual(data[:6], b"070701")
            _, mode, *_, size, _, _, _, _, length, _ = (
                int(data[at:at + 8], 16) for at in range(6, 110, 8))
            start = (110 + length + 3) // 4 * 4
            found.append((data[110:110 + length].decode(), mode, data[start:start + size].decode()))
            data = data[(start + size + 3) // 4 * 4:]
        self.assertEqual(found, [
            ("usr\0", 0o40755, ""), ("usr/bin\0", 0o40755, ""),
            ("usr/bin/ibv_rc_pingpong\0", 0o100644, "run\n"),
            ("usr/bin/ibv_x\0", 0o120777, "ibv_rc_pingpong"), ("TRAILER!!!\0", 0, "")])


class TallyTest(kit.ToolTest):
    def tally(self, *ktaps):
        files = []
        for number, ktap in enumerate(ktaps):
            files.append(self.folder / f"{number}.ktap")
            files[-1].write_text(ktap)
        done = self.tool("tally", kit.OUT / "series", *files)
        return done.returncode, done.stdout.splitlines()[-1]

    def test_counts(self):
        self.assertEqual(self.tally("KTAP version 1\n1..2\nok 1 a\nok 2 b # SKIP because\n",
                                    "KTAP version 1\n1..1\nok 1 c\n"),
                         (0, "2 passed, 0 failed, 1 skipped"))

    def test_failure(self):
        self.assertEqual(self.tally("KTAP version 1\n1..2\nok 1 a\nnot ok 2 b\n"),
                         (1, "1 passed, 1 failed, 0 skipped"))

    def test_truncated_or_empty_is_a_failure(self):
        self.assertEqual(self.tally("KTAP version 1\n1..2\nok 1 a\n"),
                         (1, "1 passed, 1 failed, 0 skipped"))
        self.assertEqual(self.tally(""), (1, "0 passed, 1 failed, 0 skipped"))

    def test_says_why_something_was_skipped(self):
        (self.folder / "a.ktap").write_text(
            "KTAP version 1\n1..3\nok 1 a # SKIP because\nok 2 b # SKIP because\nok 3 c\n")
        done = self.tool("tally", kit.OUT / "series", self.folder / "a.ktap")
        self.assertIn("2 skipped: because", done.stdout)

    def test_missing_file_is_a_failure(self):
        done = self.tool("tally", kit.OUT / "series", self.folder / "nowhere.ktap")
        self.assertEqual(done.returncode, 1)

    def test_junit(self):
        (self.folder / "a.ktap").write_text(
            "KTAP version 1\n1..3\nok 1 <a>\nnot ok 2 b\nok 3 c # SKIP because\n")
        self.tool("tally", "--junit", self.folder / "junit.xml", kit.OUT / "series",
                  self.folder / "a.ktap")
        suite = ET.parse(self.folder / "junit.xml").getroot()[0]
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "skipped")],
                         ["3", "1", "1"])
        self.assertEqual([(case.get("name"), [what.tag for what in case]) for case in suite],
                         [("<a>", []), ("b", ["failure"]), ("c", ["skipped"])])


class ReportTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "report/index.html"

    def boot(self, kernel, ktap="ok 1 a", scenario="made-up", results="results", **facts):
        boot = self.folder / results / scenario / kernel
        boot.mkdir(parents=True)
        facts = {f"umem.{name}": value for name, value in facts.items()}
        (boot / "facts.json").write_text(json.dumps({"umem.size": "2048", **facts}))
        (boot / "serial.log").write_text(f"log of {kernel}\n")
        (boot / "result.ktap").write_text(f"KTAP version 1\n1..1\n    1..2\n    {ktap}\n")

    def report(self, *options):
        done = self.tool("report", self.page, f"v1={self.folder}/results/made-up/base",
                         f"v1={self.folder}/results/made-up/series", *options)
        self.succeeds(done)
        return done.stdout, self.page.read_text(), self.page.with_name("results.rst").read_text()

    def test_shows_what_was_measured(self):
        self.boot("base", "ok 1 a\n    not ok 2 <b>", register="ok", fresh="512")
        self.boot("series", register="EOPNOTSUPP")
        for text in self.report():
            self.assertIn("stale: 512 of 2048 bytes", text)
            self.assertIn("refused: EOPNOTSUPP", text)
            self.assertNotIn("v1 without the series", text)
            self.assertIn("1 of 2", text)
            self.assertIn("2 boots of 1 machines; 1 did not come out as expected.", text)

    def test_series_side_by_side(self):
        """What is there of an earlier boot has no column."""
        self.boot("base", register="ok", fresh="512")
        self.boot("base", results="others", register="ENOMEM")
        self.boot("series", results="others", register="EIO")
        for text in self.report(f"v2={self.folder}/others/made-up/series"):
            self.assertIn("v1 without the series", text)
            self.assertIn("v2 with the series", text)
            self.assertNotIn("v2 without the series", text)
            self.assertNotIn("ENOMEM", text)
            self.assertLess(text.index("stale: 512 of 2048 bytes"), text.index("refused: EIO"))
            self.assertIn("2 boots of 1 machines", text)
        self.assertEqual({path.name for path in (self.page.parent / "log").iterdir()},
                         {"made-up-v1-base.txt", "made-up-v2-series.txt"})

    def test_details(self):
        self.boot("base", register="ok", fresh="2048", again="5:EIO")
        self.assertIn("5:EIO", self.report("--detail")[0])

    def test_only_what_was_booted_now(self):
        self.boot("series", register="ok", fresh="2048")
        self.boot("series", "not ok 1 a", "older", register="ok", fresh="2048")
        for text in self.report():
            self.assertIn("1 boots of 1 machines; all came out as expected.", text)
            self.assertNotIn("older", text)
        self.assertFalse((self.page.parent / "log/older-v1-series.txt").exists())

    def test_cells_lead_to_logs(self):
        self.boot("base", register="ok", fresh="2048")
        self.boot("series", register="ok", fresh="2048")
        links = set(re.findall(r'href="([^"#]+)"', self.report()[1]))
        self.assertEqual(links, {"log/made-up-v1-base.txt", "log/made-up-v1-series.txt"})
        for link in links:
            self.assertTrue((self.page.parent / link).read_text().startswith("log of"))

    def test_page_needs_nothing_else(self):
        self.boot("series", register="ok", fresh="2048")
        self.assertNotRegex(self.report()[1], r"<script|https?:|<img|<link|@import|url\(")

    def test_boot_that_failed(self):
        folder = self.folder / "results/made-up/series"
        folder.mkdir(parents=True)
        (folder / "serial.log.failed").write_text("it was fine\n\nboot: the guest hung\n")
        for text in self.report():
            self.assertIn("the guest hung", text)
            self.assertIn("1 did not come out as expected", text)

    def test_skipped(self):
        self.boot("base", register="ok", fresh="2048")
        self.boot("series")
        ktap = self.folder / "results/made-up/series/result.ktap"
        ktap.write_text("KTAP version 1\n1..1\nok 1 made-up series # SKIP no mirror\n")
        for text in self.report():
            self.assertIn("no mirror", text)
            self.assertIn("1 boots of 1 machines; all came out as expected. 1 were skipped.", text)

    def test_tools(self):
        for kernel, result, shown in (("base", "ok", "tools work"),
                                      ("series", "exit_1", "tools fail")):
            self.boot(kernel)
            facts = self.folder / f"results/made-up/{kernel}/facts.json"
            facts.write_text(json.dumps({"rxe.rc_pingpong": result, "rxe.ud_pingpong": "ok"}))
            for text in self.report():
                self.assertIn(f"RDMA {shown}", text)

    def used(self, scenario, kernel, made, compiler="gcc 1", commit="1a", qemu="1",
             accelerator="tcg"):
        """A boot that had nothing of what is here."""
        self.boot(kernel, scenario=scenario)
        boot = self.folder / "results" / scenario / kernel
        (boot / "serial.log").write_text(
            f"[ 0.0] Linux version 1.0-{kernel} (me@vm) ({compiler}) #1 SMP\n")
        (boot / "serial.log.sh").write_text(
            f"#!/bin/sh\n# QEMU emulator version {qemu}; this repository at {commit}\n"
            f"# made of {made}\nexec 'qemu' '-accel' '{accelerator}'\n")
        return f"v1={boot}"

    def test_what_was_used(self):
        """Each value once, with what the boots have in common for which it holds."""
        page = self.report(
            *(self.used(name, "base", "Linux 1.0")
              for name in ("direct", "amd-iommu", "intel-iommu", "virtio-iommu")),
            self.used("direct", "series", "Linux 1.0, patches 1b, with changes", commit="1c"),
            self.used("swiotlb-force", "series", "Linux 1.0, patches 1d", accelerator="kvm"),
            self.used("arm64-coherent", "series", "Linux 1.0, patches 1d", "<arm gcc>"))[1]
        rows = re.findall(r'<th scope="row">([^<]*)</th><td>(.*)</td>',
                          page.partition("What was used")[2])
        self.assertEqual(
            {label.partition(",")[0]: re.findall("<div>(.*?)(?:<small>(.*?)</small>)?</div>", cells)
             for label, cells in rows},
            {"kernel": [("1.0-base", "without the series"), ("1.0-series", "with the series")],
             "compiler": [("&lt;arm gcc&gt;", "arm64"), ("gcc 1", "x86_64")],
             "made of": [("Linux 1.0", "")],
             "patches": [("1b, with changes", "direct"), ("1d", "arm64-coherent, swiotlb-force")],
             "the kit's commit": [("1a", "6 boots"), ("1c", "direct with the series")],
             "QEMU": [("QEMU emulator version 1", "")]})
        self.assertIn("<p>KVM ran these machines, not TCG: swiotlb-force.</p>", page)

    def test_all_under_kvm_or_none(self):
        for accelerator, told in (("tcg", []),
                                  ("kvm", ["KVM ran these machines, not TCG: all boots."])):
            boot = self.used("direct", "series", "Linux 1.0", accelerator=accelerator)
            self.assertEqual(re.findall("KVM[^<]*", self.report(boot)[1]), told)
            shutil.rmtree(self.folder / "results")

    def test_no_results(self):
        self.refuses(self.tool("report", self.page, f"v1={self.folder}/made-up/base"),
                     "no results of v1=")


class KunitTest(kit.ToolTest):
    def test_unknown_architecture(self):
        self.refuses(self.tool("run-kunit", kit.OUT / "series", "pdp11", "out"), "pdp11")

    def test_no_kernel(self):
        self.refuses(self.tool("run-kunit", self.folder, "um", "out"), "no kunit.py")

    def run_stand_in(self, *more):
        """What kunit.py is called with for a tree with the suites of both series, and `more`."""
        for folder in ("drivers/infiniband/core", "drivers/virtio", "kernel/dma", "mm", *more):
            (self.folder / folder / "tests").mkdir(parents=True)
            (self.folder / folder / "tests/.kunitconfig").touch()
        (self.folder / "tools/testing/kunit").mkdir(parents=True)
        (self.folder / "tools/testing/kunit/kunit.py").write_text(
            "import sys\nprint('KTAP version 1', sys.argv, 'KTAP version 1', sep='\\n')\n")
        with mock.patch.dict(os.environ, JOBS="7"):
            self.succeeds(self.tool("run-kunit", self.folder, "um", self.folder / "out"))
        return (self.folder / "out").read_text()

    def test_jobs(self):
        self.assertIn("'--jobs=7'", self.run_stand_in())

    def test_suite_of_one_series(self):
        self.assertIn("'--kunitconfig=drivers/dma-buf/tests/.kunitconfig'",
                      self.run_stand_in("drivers/dma-buf"))

    def test_no_suites(self):
        self.refuses(self.tool("run-kunit", kit.OUT / "base", "um", "out"),
                     "/tests/.kunitconfig")


if __name__ == "__main__":
    ktap_unittest.main()
