# SPDX-License-Identifier: GPL-2.0
"""What the tests of the tools share: running one, and a folder to do it in."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TOOLS = TOP / "tools"
# Where make has built the kernels.
OUT = TOP / os.environ.get("OUT", "build")


def cross(arch):
    """The prefix of the compiler for `arch` on this machine."""
    return subprocess.run(["sh", "-c", '. "$0" && architecture "$1" && echo "$cross"',
                           TOOLS / "lib.sh", arch], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def tool(self, name, *args, path=None):
        """Run a tool; `path` is a folder of stand-in commands that come first."""
        env = dict(os.environ)
        if path:
            env["PATH"] = f"{path}:{env['PATH']}"
        return subprocess.run([TOOLS / name, *map(str, args)], env=env, cwd=self.folder,
                              capture_output=True, text=True, check=False)

    def alone(self, tool, *args, commands):
        """Run a tool where there are no other commands than the stand-ins and `commands`."""
        for name in commands:
            self.stand_in(name, f'exec {shutil.which(name)} "$@"')
        return subprocess.run([tool, *map(str, args)], cwd=self.folder,
                              env={"PATH": str(self.folder / "stand-ins"),
                                   "TMPDIR": str(self.folder)},
                              capture_output=True, text=True, check=False)

    def interrupt(self, started, name, *args, path, **options):
        """Run a tool and end it as soon as the file `started` has text; its exit code."""
        with subprocess.Popen([TOOLS / name, *map(str, args)], cwd=self.folder,
                              env=dict(os.environ, PATH=f"{path}:{os.environ['PATH']}"),
                              stdout=subprocess.DEVNULL, **options) as job:
            while not (started.exists() and started.read_text()) and job.poll() is None:
                time.sleep(0.01)
            job.terminate()
            return job.wait(timeout=30)

    def stand_in(self, command, script):
        """A folder with a stand-in for `command`."""
        folder = self.folder / "stand-ins"
        folder.mkdir(exist_ok=True)
        (folder / command).write_text(f"#!/bin/sh\n{script}\n")
        (folder / command).chmod(0o755)
        return folder

    def tiny_kernel(self, folder):
        """A tree that passes for a kernel with build-kernel; what it builds is empty."""
        for name, text in (("Kbuild", ""), ("kernel/dma/mapping.c", ""),
                           ("Makefile", "kernelversion kernelrelease:\n\t@echo 7.0.0-rc2\n"
                                        "bzImage:\n\tmkdir -p $(O)/arch/x86/boot\n"
                                        "\ttouch $(O)/arch/x86/boot/bzImage\nmodules:;\n"),
                           ("scripts/kconfig/merge_config.sh",
                            '#!/bin/sh\nshift 2\nfolder=$1\nshift 2\n'
                            'cat "$@" >"$folder/.config"\n')):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (folder / "scripts/kconfig/merge_config.sh").chmod(0o755)
        return folder

    def refuses(self, done, *words):
        """Exit code 2, and the last line of stderr is a sentence with all of `words`."""
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        sentence = done.stderr.strip().splitlines()[-1]
        for word in words:
            self.assertIn(word, sentence)

    def succeeds(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
