#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the commands of the README; 'make check' does when all is built and booted."""

import os
import re
import shlex
import subprocess
import sys
import time
import unittest

import kit
import ktap_unittest

# This one; one that wants a tree of the user's; one that wants the user's name, and leaves
# mails; one that writes to patches/.
OTHERS = {"make check", "make BASE=DIR", "make mail POSTING=", "make refresh"}


@unittest.skipIf(kit.OUT.name == "mainline", "the README's commands are not about BASE")
class ReadmeTest(unittest.TestCase):
    def test_commands(self):
        text = (kit.TOP / "README.md").read_text()
        commands = set(re.findall(r"(?:^    |`)(make\b[\w =.-]*)", text, re.MULTILINE))
        self.assertLessEqual(OTHERS, commands)
        for command in sorted(commands - OTHERS):
            with self.subTest(command):
                # Not as a part of the make that runs this.
                env = {name: value for name, value in os.environ.items()
                       if "MAKE" not in name and name != "DEB"}
                began = time.monotonic()
                done = subprocess.run([*shlex.split(command), f"O={kit.OUT}"], cwd=kit.TOP, env=env,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      check=False)
                print(f"readme: {command} ({time.monotonic() - began:.0f} s)", file=sys.stderr)
                self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)


if __name__ == "__main__":
    ktap_unittest.main()
