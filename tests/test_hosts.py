#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of tools/boot-on-hosts, with GNU parallel, and with stand-ins for ssh and tools/boot."""

import os
import shutil
import subprocess
import unittest

import kit
import ktap_unittest

SSH = r"""#!/bin/sh
while :; do
	case $1 in -o | -l) shift 2 ;; -*) shift ;; *) break ;; esac
done
host=$1
shift
[ "$1" != -- ] || shift
case "$host $*" in
gone*) exit 255 ;;
# It takes the files, and is gone when it has to boot.
dies\ *rsync*) ;;
dies*) exit 255 ;;
esac
cd /tmp
exec env -i SHELL=/bin/sh PATH="$PATH" HOME="$HOME" CALLS="$CALLS" HOST="$host" sh -c "$*"
"""
# Like the tool, it has a result also where the guest did wrong.
BOOT = r"""#!/bin/sh
echo "$1" >>"$CALLS"
mkdir -p "${3%/*}"
printf '#!/bin/sh\n# QEMU; this repository at no commit\ncd %s\n' "$PWD" >"$3.sh"
case $1 in
scenarios/bad) echo "$HOST" >"$3.failed"; exit 2 ;;
esac
echo "$HOST $SERIES $TIMEOUT_SCALE $(cat "$1" "$2")" >"$3"
"""


@unittest.skipUnless(shutil.which("parallel") and shutil.which("rsync"),
                     "GNU parallel or rsync is not installed")
class HostsTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        for name in ("scenarios/good", "scenarios/bad", "guest/x", "patches/x", "build/image",
                     "tools/boot"):
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(BOOT if name == "tools/boot" else name)
        (self.folder / "tools/boot").chmod(0o755)

    def boot(self, *hosts, image="build/image"):
        calls = self.folder / "calls"
        calls.write_text("")
        self.stand_in("mktemp", f"echo {self.folder}/there")
        commands = "".join(f"tools/boot scenarios/{name} {image} build/results/{name}/serial.log\n"
                           for name in ("good", "bad"))
        done = subprocess.run(
            [kit.TOOLS / "boot-on-hosts", "build/log/hosts", *hosts], cwd=self.folder,
            input=f"rm -rf build/results\n{commands}", capture_output=True, text=True, check=False,
            env={**os.environ, "HOME": str(self.folder), "CALLS": str(calls),
                 "PARALLEL_SSH": str(self.stand_in("ssh", SSH) / "ssh"),
                 "PATH": f"{self.folder / 'stand-ins'}:{os.environ['PATH']}",
                 "SERIES": "v7.3", "TIMEOUT_SCALE": "3"})
        return done, sorted(calls.read_text().split())

    def check_results(self, host):
        results = self.folder / "build/results"
        self.assertEqual((results / "good/serial.log").read_text(),
                         f"{host} v7.3 3 scenarios/goodbuild/image\n")
        self.assertEqual((results / "bad/serial.log.failed").read_text(), f"{host}\n")
        _, version, folder = (results / "good/serial.log.sh").read_text().splitlines()
        self.assertEqual(folder, f"cd {self.folder}")
        self.assertNotIn("no commit", version)

    def test_boots(self):
        done, calls = self.boot("gone", "1/a")
        self.succeeds(done)
        self.assertIn("does without gone", done.stderr)
        self.assertEqual(calls, ["scenarios/bad", "scenarios/good"])
        self.check_results("a")
        self.assertFalse((self.folder / "there").exists())

    def test_second_try(self):
        done, calls = self.boot("1/dies", "1/a")
        self.succeeds(done)
        self.assertEqual(calls, ["scenarios/bad", "scenarios/good"])
        self.check_results("a")

    def test_what_did_not_come_back(self):
        old = self.folder / "build/results/good/serial.log"
        old.parent.mkdir(parents=True)
        old.touch()
        done, _ = self.boot("1/dies")
        self.assertIn(f"{old.relative_to(self.folder)} has not been written", done.stderr)
        self.assertFalse(old.exists())

    def test_bad_input(self):
        self.refuses(self.boot("gone")[0], "none of the hosts", "ssh HOST true")
        self.refuses(self.boot("4/:")[0], "name this machine")
        self.refuses(self.boot("a", image=self.folder / "build/image")[0], "let O name one")


if __name__ == "__main__":
    ktap_unittest.main()
