#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of .github/ and .gitlab-ci.yml: their jobs, one after the other, with stand-ins for
the tools, each in a folder that holds only what the artefacts of other jobs brought. And of
make with HOSTS."""

import json
import os
import re
import shutil
import subprocess

import yaml

import kit
import ktap_unittest

# They note their calls, write what the tool writes, and fail without what the tool reads.
TOOL = r"""#!/bin/sh
echo "${0##*/} $*" >>calls
put() { mkdir -p "$(dirname "$1")" && : >"$1"; }
here() { [ -e "$1" ] || { echo "$0: there is no $1" >&2; exit 2; }; }
for last; do :; done
case ${0##*/} in
make-base|make-series) put "$2/tools/testing/kunit/kunit.py" ;;
build-kernel)
	[ "$1" != --from ] || shift 2
	case $2 in
	arm64*) put "$1/obj-$2/arch/arm64/boot/Image" ;;
	*) put "$1/obj-$2/arch/x86/boot/bzImage" ;;
	esac ;;
build-guest|fetch-*) put "$last" ;;
boot)
	case $5 in
	*/xen*) here "$2" ;;
	*/rxe) here "$4" ;;
	esac
	here "$6"
	here "$7"
	put "$last" ;;
judge)
	[ "$1" != --suites ] || shift
	here "$1/tools/testing/kunit/kunit.py"
	put "$(dirname "$last")/result.ktap" ;;
report)
	[ "$1" != --detail ] || shift
	put "$1" ;;
boot-on-hosts) grep '^tools/boot ' >given ;;
tally)
	here "$3/tools/testing/kunit/kunit.py"
	put "$2" ;;
esac
"""
# One that has no needs, one under Xen, one that takes programs, one for arm64.
BOOTED = ("direct", "xen-dom0", "rxe", "arm64-coherent")


class CiTest(kit.ToolTest):
    def run_job(self, name, commands, artefacts=(), **variables):
        """Run the commands of a job that gets `artefacts`, folders with patterns of files."""
        folder = self.folder / name
        folder.mkdir()
        for path in kit.TOP.iterdir():
            if path.name not in ("build", "tools", "Makefile"):
                (folder / path.name).symlink_to(path)
        shutil.copy(kit.TOP / "Makefile", folder)
        (folder / "tools").mkdir()
        for path in kit.TOOLS.iterdir():
            (folder / "tools" / path.name).write_text(TOOL)
            (folder / "tools" / path.name).chmod(0o755)
        for source, patterns in artefacts:
            for pattern in patterns:
                found = list(source.glob(pattern.rstrip("/")))
                self.assertTrue(found, f"{source} has no {pattern}")
                for path in found:
                    copy = shutil.copytree if path.is_dir() else shutil.copy
                    target = folder / path.relative_to(source)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    copy(path, target)
        self.stand_in("apt-get", ":")
        env = {key: value for key, value in os.environ.items() if "MAKE" not in key and
               key not in ("BASE", "BUILT", "DEB", "HAS_CLONE", "OUT", "SERIES")}
        env.update(variables, PATH=f"{self.folder / 'stand-ins'}:{env['PATH']}",
                   GITHUB_OUTPUT=str(folder / "output"))
        done = subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=folder, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.succeeds(done)
        return folder

    def calls(self, folder):
        return [line.split() for line in (folder / "calls").read_text().splitlines()]

    def matrix(self, folder):
        """The scenarios that 'make matrix' boots."""
        done = subprocess.run(["make", "-n", "matrix"], cwd=folder, capture_output=True, text=True,
                              check=True, env={"PATH": os.environ["PATH"]})
        found = set(re.findall(r"^tools/boot .* scenarios/(\S+) ", done.stdout, re.MULTILINE))
        self.assertLessEqual(set(BOOTED), found)
        return found

    def check_boots(self, jobs):
        for name, folder in jobs.items():
            calls = self.calls(folder)
            booted = [call[5] for call in calls if call[0] == "boot"]
            self.assertEqual(booted, [f"scenarios/{name}"] * 2)
            self.assertEqual([call for call in calls if call[0].startswith(("build-", "make-",
                                                                            "fetch-"))], [])

    def check_report(self, folder):
        """One page and one count of the whole matrix."""
        report, = (call for call in self.calls(folder) if call[0] == "report")
        self.assertEqual({boot.split("/")[-2] for boot in report[2:]}, self.matrix(folder))

    def test_github(self):
        workflow = yaml.safe_load((kit.TOP / ".github/workflows/boots.yml").read_text())
        jobs = workflow["jobs"]

        def commands(job):
            return [step["run"] for step in jobs[job]["steps"] if "run" in step]

        def kept(job):
            return [step["with"]["path"].split() for step in jobs[job]["steps"]
                    if step.get("uses", "").startswith("actions/upload-artifact@")][0]

        series = re.search(r"\|\| '(.*)'", workflow["env"]["SERIES"]).group(1)
        for series in (series, "v7.3"):
            with self.subTest(series):
                listed = self.run_job(f"list-{series}", commands("list"), SERIES=series)
                name, _, names = (listed / "output").read_text().partition("=")
                self.assertIn(f"steps.list.outputs.{name} ", jobs["list"]["outputs"]["scenarios"])
                self.assertEqual(set(json.loads(names)), self.matrix(listed))

                build = self.run_job(f"build-{series}", commands("build"), SERIES=series)
                bundle = (build, kept("build"))
                self.assertEqual(jobs["boot"]["env"]["SCENARIO"], "${{ matrix.scenario }}")
                boots = {name: self.run_job(f"{name}-{series}", commands("boot"), [bundle],
                                            SERIES=series, SCENARIO=name) for name in BOOTED}
                self.check_boots(boots)
                self.check_report(self.run_job(
                    f"report-{series}", commands("report"),
                    [bundle, (boots["rxe"], kept("boot"))], SERIES=series))

    def test_gitlab(self):
        parent = yaml.safe_load((kit.TOP / ".gitlab-ci.yml").read_text())
        local, generated = parent["boots"]["trigger"]["include"]
        child = yaml.safe_load((kit.TOP / local["local"]).read_text())
        kept = {name: job["artifacts"]["paths"]
                for name, job in (*child.items(), ("build", parent["build"])) if "artifacts" in job}
        for series in (parent["variables"]["SERIES"]["value"], "v7.3"):
            with self.subTest(series):
                build = self.run_job(f"build-{series}", parent["build"]["script"], SERIES=series)
                self.assertIn(generated["artifact"], kept["build"])
                jobs = yaml.safe_load((build / generated["artifact"]).read_text())
                self.assertEqual(set(jobs), self.matrix(build))
                self.assertEqual({str(job) for job in jobs.values()}, {"{'extends': '.boot'}"})
                self.assertEqual(set(jobs) & set(child), set())

                boots = {name: self.run_job(f"{name}-{series}", child[".boot"]["script"],
                                            [(build, kept["build"])],
                                            SERIES=series, CI_JOB_NAME=name) for name in BOOTED}
                self.check_boots(boots)
                for folder in boots.values():
                    self.assertTrue(list(folder.glob(
                        child[".boot"]["artifacts"]["reports"]["junit"])))
                self.check_report(self.run_job(f"report-{series}", child["report"]["script"],
                                               [(boots["rxe"], kept[".boot"])], SERIES=series))

    def test_hosts(self):
        """They get what has to be booted, and when they boot nothing, it is not booted here."""
        for words, results in (("", "build/results"), (" KVM=1", "build/results-kvm")):
            with self.subTest(words):
                folder = self.run_job(f"hosts{words}", [
                    f"make boot SCENARIO='direct rxe' HOSTS='a b'{words}"])
                given = (folder / "given").read_text().splitlines()
                self.assertEqual({boot.split()[-1] for boot in given},
                                 {f"{results}/{boot}/serial.log" for boot in
                                  ("direct/base", "direct/series", "rxe/base", "rxe/series")})
                calls = [call[0] for call in self.calls(folder)]
                self.assertNotIn("boot", calls)
                self.assertEqual(calls.count("judge"), 4)
                hosts = self.calls(folder).index(["boot-on-hosts", "build/log/hosts", "a", "b"])
                self.assertLess(calls.index("fetch-rdma-core"), hosts)
                self.assertLess(hosts, calls.index("judge"))


if __name__ == "__main__":
    ktap_unittest.main()
