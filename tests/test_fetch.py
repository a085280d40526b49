#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of fetch-kernel, unpack-kernel and install-packages, on a made-up repository."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import kit
import ktap_unittest

PACKAGE = "linux-source-7.2"
VERSION = "7.2.99-1"
# What the tools take before they look for anything.
BASICS = ("sh", "dirname", "date", "cat", "sed", "basename", "uniq", "grep", "head")
# And to install something.
OWN = (*BASICS, "mkdir", "mktemp", "rm", "setsid", "sleep", "tail", "tr", "cut")


class Repository:
    """A Debian repository in a folder, with one package and its own key."""

    def __init__(self, top, suite="trixie-backports", version=VERSION):
        self.top = top
        self.dist = top / "dists" / suite
        self.version = version
        self.deb = top / f"{PACKAGE}_{version}_all.deb"
        self.suite = suite
        self.gnupg = top / "gnupg"
        self.gnupg.mkdir(parents=True, mode=0o700)
        self.gpg("--quick-gen-key", "tester", "ed25519", "sign")
        (top / "key.asc").write_bytes(self.gpg("--armor", "--export").stdout)
        self.build_package()
        self.index()
        self.sign()
        etc = top / "etc"
        (etc / "sources.list.d").mkdir(parents=True)
        codename = subprocess.run(["sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"],
                                  capture_output=True, text=True, check=True).stdout.strip()
        (etc / "sources.list.d/debian.sources").write_text(
            f"Types: deb\n# a comment inside\nURIs: file:{top}\nSuites: {codename}\n"
            f"Components: main contrib\nSigned-By: {top}/key.asc\n")
        self.etc = etc

    def gpg(self, *args):
        return subprocess.run(["gpg", "--homedir", self.gnupg, "--batch", "--passphrase", "",
                               "--yes", *args], capture_output=True, check=True)

    def build_package(self):
        root = self.top / "root"
        source = root / f"usr/src/{PACKAGE}"
        (source / "kernel/dma").mkdir(parents=True)
        (source / "Makefile").write_text("kernelversion:\n\t@echo 7.2.99$(O)\n")
        for name in ("Kbuild", "kernel/dma/mapping.c"):
            (source / name).write_text("")
        with tarfile.open(root / f"usr/src/{PACKAGE}.tar.xz", "w:xz") as archive:
            archive.add(source, PACKAGE)
        subprocess.run(["rm", "-r", source], check=True)
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN/control").write_text(
            f"Package: {PACKAGE}\nVersion: {self.version}\nArchitecture: all\n"
            "Maintainer: Tester <tester@example.org>\nDescription: made up\n")
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", root, self.deb], check=True,
                       capture_output=True)

    def index(self, package=PACKAGE):
        data = self.deb.read_bytes()
        folder = self.dist / "main/binary-amd64"
        folder.mkdir(parents=True)
        (folder / "Packages").write_text(
            f"Package: {package}\nVersion: {self.version}\nArchitecture: all\n"
            "Maintainer: Tester <tester@example.org>\nDescription: made up\n"
            f"Filename: {self.deb.name}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n")
        index = (folder / "Packages").read_bytes()
        (self.dist / "Release").write_text(
            f"Suite: {self.suite}\nCodename: {self.suite}\nArchitectures: amd64 all\n"
            "Components: main\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
            f" {hashlib.sha256(index).hexdigest()} {len(index)} main/binary-amd64/Packages\n")

    def sign(self):
        self.gpg("--clearsign", "--output", self.dist / "InRelease", self.dist / "Release")


class FetchTest(kit.ToolTest):
    def setUp(self):
        super().setUp()
        self.repository = Repository(self.folder / "mirror")
        self.output = self.folder / "out/kernel.deb"

    def fetch(self):
        return self.tool("fetch-kernel", "--apt-dir", self.repository.etc, self.output)

    def test_signed_package_arrives(self):
        self.succeeds(self.fetch())
        self.assertEqual(self.output.read_bytes(), self.repository.deb.read_bytes())

    def test_next_suite_is_asked(self):
        self.repository = Repository(self.folder / "late", suite="sid")
        done = self.fetch()
        self.succeeds(done)
        self.assertIn("from sid", done.stdout)

    def test_unsigned_repository(self):
        (self.repository.dist / "InRelease").unlink()
        self.refuses(self.fetch(), "no trustworthy", "not signed")
        self.assertFalse(self.output.exists())

    def test_foreign_signature(self):
        other = Repository(self.folder / "other")
        (self.repository.top / "key.asc").write_bytes((other.top / "key.asc").read_bytes())
        self.refuses(self.fetch(), "no trustworthy", "couldn't be verified")
        self.assertFalse(self.output.exists())

    def test_truncated_package(self):
        data = self.repository.deb.read_bytes()
        self.repository.deb.write_bytes(data[:-1])
        self.refuses(self.fetch(), "no trustworthy")
        self.assertFalse(self.output.exists())

    def test_no_debian_in_sources(self):
        (self.repository.etc / "sources.list.d/debian.sources").unlink()
        self.refuses(self.fetch(), "name no Debian repository")

    def test_mirror_without_it(self):
        """It has the suites, and not the package any more."""
        for suite in ("forky", "sid"):
            shutil.copytree(self.repository.dist, self.repository.top / "dists" / suite)
        for dist in (self.repository.top / "dists").iterdir():
            self.repository.dist, self.repository.suite = dist, dist.name
            shutil.rmtree(dist / "main")
            self.repository.index("another")
            self.repository.sign()
        self.refuses(self.fetch(), f"has no {PACKAGE} any more", "DEB=FILE", "BASE=DIR",
                     "SERIES=v7.3")
        self.assertFalse(self.output.exists())

    def test_no_apt(self):
        self.refuses(self.alone(kit.TOOLS / "fetch-kernel", self.output,
                                commands=BASICS),
                     "there is no apt-get", "DEB=FILE", "BASE=DIR", "SERIES=v7.3")

    def kit_for(self, version, content):
        """A kit that was tested on another package."""
        (self.folder / "base").mkdir()
        (self.folder / "tools").symlink_to(kit.TOOLS)
        (self.folder / "base/sources").write_text(
            f"v7.0-rc2 {PACKAGE} 7.0.0-rc2 - {version} {hashlib.sha256(content).hexdigest()}\n"
            "v7.3 linux-source-7.3 7.3.* - 7.3.4-1 0\n")
        return self.folder / "tools/fetch-kernel"

    def test_what_was_tested(self):
        tool = self.kit_for(VERSION, self.repository.deb.read_bytes())
        for words in (["--apt-dir", self.repository.etc], ["--saved", self.repository.deb]):
            done = self.tool(tool, *words, self.output)
            self.succeeds(done)
            self.assertNotIn("not the version", done.stdout)

    def test_another_patch_level(self):
        tool = self.kit_for("7.2.98-1", b"")
        for words in (["--apt-dir", self.repository.etc], ["--saved", self.repository.deb]):
            done = self.tool(tool, *words, self.output)
            self.succeeds(done)
            self.assertIn(f"{VERSION} is not the version that was tested, 7.2.98-1\n", done.stdout)

    def test_another_file_of_that_version(self):
        tool = self.kit_for(VERSION, b"what was tested")
        for words in (["--apt-dir", self.repository.etc], ["--saved", self.repository.deb]):
            self.refuses(self.tool(tool, *words, self.output),
                         f"is not the {PACKAGE} {VERSION} that was tested")
            self.assertFalse(self.output.exists())

    def test_package_of_the_other_series(self):
        with_series = dict(os.environ, SERIES="v7.3")
        done = subprocess.run([kit.TOOLS / "fetch-kernel", "--saved", self.repository.deb,
                               self.output], env=with_series, capture_output=True, text=True,
                              check=False)
        self.refuses(done, f"is {PACKAGE} and v7.3 is made on linux-source-7.3", "SERIES=v7.0-rc2")

    def test_no_saved_package(self):
        done = self.tool("fetch-kernel", "--saved", self.folder / "x", self.output)
        self.refuses(done, "no file")
        (self.folder / "x").write_text("x")
        self.refuses(self.tool("fetch-kernel", "--saved", self.folder / "x", self.output),
                     "no Debian package")

    def test_saved_package_becomes_a_tree(self):
        """It is neither copied nor changed, and is known the next time; another is taken over.

        What is built elsewhere does not tell the kernel's make so.
        """
        self.kit_for(VERSION, self.repository.deb.read_bytes())
        for name in ("Makefile", "make", "scenarios", "tests"):
            (self.folder / name).symlink_to(kit.TOP / name)
        patches = self.folder / "patches/v7.0-rc2/1-all"
        patches.mkdir(parents=True)
        (patches / "0001-add.patch").write_text(
            "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
            "From: A Tester <tester@example.org>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
            "Subject: [PATCH] mapping: Add it\n\nBecause.\n---\n"
            "diff --git a/kernel/dma/a.c b/kernel/dma/a.c\nnew file mode 100644\n"
            "--- /dev/null\n+++ b/kernel/dma/a.c\n@@ -0,0 +1 @@\n+it\n")
        # Not as a part of the make that runs this.
        env = {name: value for name, value in os.environ.items()
               if "MAKE" not in name and name not in ("BASE", "BUILT", "DEB", "SERIES")}
        before = self.repository.deb.read_bytes()
        other = Repository(self.folder / "other", version="7.2.98-1").deb
        os.utime(other, (0, 0))
        made = []
        for words in ([f"DEB={self.repository.deb}"], [], [f"DEB={other}"], [f"DEB={other}"], []):
            done = subprocess.run(["make", "tree", "O=else/where", *words], cwd=self.folder,
                                  env=env, capture_output=True, text=True, check=False)
            self.succeeds(done)
            made.append("make-base:" in done.stdout)
            self.assertNotIn("7.2.99else", done.stdout)
        self.assertEqual(made, [True, False, True, False, False])
        self.assertFalse((self.folder / "build").exists())
        built = self.folder / "else/where"
        self.assertEqual((built / "download/linux-source.deb").readlink(), other)
        self.assertEqual(self.repository.deb.read_bytes(), before)
        said = subprocess.run(["git", "-C", built / "base", "log", "--format=%s"],
                              capture_output=True, text=True, check=True).stdout
        self.assertIn("Debian's linux-source 7.2.98-1\n", said)
        self.assertEqual((built / "series/kernel/dma/a.c").read_text(), "it\n")

    def test_one_line_sources(self):
        text = (self.repository.etc / "sources.list.d/debian.sources").read_text()
        codename = text.partition("Suites: ")[2].partition("\n")[0]
        (self.repository.etc / "sources.list.d/debian.sources").unlink()
        top = self.repository.top
        (self.repository.etc / "sources.list").write_text(
            f"deb [signed-by={top}/key.asc] file:{top} {codename} main contrib\n")
        self.succeeds(self.fetch())

    def test_no_space(self):
        df = self.stand_in("df", "echo h; echo x 100 99 1 99% /")
        done = self.tool("fetch-kernel", self.output, path=df)
        self.refuses(done, "has 1 MB free", "needs")

    def test_package_unpacks(self):
        self.succeeds(self.tool("unpack-kernel", self.repository.deb, self.folder / "tree"))
        self.assertTrue((self.folder / "tree/Kbuild").exists())

    def test_truncated_package_unpacks_nothing(self):
        data = self.repository.deb.read_bytes()
        self.repository.deb.write_bytes(data[:len(data) // 2])
        self.refuses(self.tool("unpack-kernel", self.repository.deb, self.folder / "tree"),
                     "truncated")
        self.assertEqual(list(self.folder.glob("tree*")), [])

    def test_interrupted_unpacking_leaves_nothing(self):
        started = self.folder / "started"
        path = self.stand_in("dpkg-deb", f"echo >{started}; exec sleep 60")
        self.assertEqual(self.interrupt(started, "unpack-kernel", self.repository.deb,
                                        self.folder / "tree", path=path), 130)
        self.assertEqual(list(self.folder.glob("tree*")), [])


class InstallTest(kit.ToolTest):
    def install(self, *purposes, user="0", machine="x86_64", apt="exit 1"):
        """Where no other commands are than what the tool itself needs, and apt-get."""
        self.stand_in("id", f"echo {user}")
        self.stand_in("uname", f"echo {machine}")
        if apt:
            self.stand_in("apt-get", apt)
        return self.alone(kit.TOOLS / "install-packages", *purposes, commands=OWN)

    def test_ordinary_user_is_told_the_command(self):
        done = self.install("tree", "arm64", user="1000")
        self.refuses(done, "as root run: apt-get update && apt-get install", " git ",
                     " gcc-aarch64-linux-gnu ", "qemu-system-arm")
        self.assertNotIn("qemu-system-x86", done.stderr)

    def test_without_apt_the_commands_are_named(self):
        done = self.install("tree", "arm64", apt="")
        self.refuses(done, "git, make, python3, aarch64-linux-gnu-gcc, "
                           "aarch64-linux-gnu-gcc:libc.a")
        self.assertNotIn("apt-get", done.stderr)

    def test_all_but_clang(self):
        done = self.install(apt="")
        self.assertEqual(done.stderr.count(" gcc,"), 1, "each is named once")
        self.refuses(done, "git", "qemu-system-x86_64", "qemu-system-aarch64", "shellcheck")
        self.assertNotIn("clang", done.stderr)

    def test_unknown_purpose(self):
        self.refuses(self.install("game"), "no purpose 'game'")

    def test_compilers_of_another_machine(self):
        done = self.install("x86_64", "arm64", apt="", machine="aarch64")
        self.refuses(done, "x86_64-linux-gnu-gcc, ", " gcc, ", " gcc:libc.a, ")
        self.assertNotIn("aarch64-linux-gnu-gcc", done.stderr)

    def test_nothing_is_missing(self):
        for name in ("git", "make", "python3"):
            self.stand_in(name, "exit 1")
        self.succeeds(self.install("tree"))

    def test_library_that_is_missing(self):
        for name in ("bc", "bison", "flex", "perl"):
            self.stand_in(name, "exit 1")
        self.stand_in("gcc", 'case $1 in *libc*) echo "/lib/${1#*=}" ;; *) echo "${1#*=}" ;; esac')
        self.refuses(self.install("build", "x86_64", apt="", machine="x86_64"),
                     ": gcc:libelf.so, qemu-system-x86_64.")

    def test_root_has_it_installed(self):
        done = self.install("tree", apt=f'echo "$@" >>{self.folder}/calls')
        self.succeeds(done)
        self.assertEqual(done.stdout.splitlines()[0], "install-packages: installing, for git, "
                         "make, python3: git make python3")
        install = "install --yes --no-install-recommends"
        self.assertEqual((self.folder / "calls").read_text().splitlines(),
                         ["update", f"{install} --download-only git make python3",
                          f"{install} git make python3"])
        self.assertEqual(list(self.folder.glob("tmp*")), [])

    def interrupted(self, step):
        """Whether apt-get came to the end of `step`, in which its terminal interrupts all.

        It has dpkg see the interrupts of the terminal, as apt does.
        """
        self.stand_in("apt-get", f"""case $* in {step})
            exec {sys.executable} -c '
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
pathlib.Path("started").touch()
time.sleep(3)
pathlib.Path("ended").touch()' ;; esac""")
        self.stand_in("id", "echo 0")
        self.stand_in("uname", "echo x86_64")
        for name in OWN:
            self.stand_in(name, f'exec {shutil.which(name)} "$@"')
        with subprocess.Popen([kit.TOOLS / "install-packages", "tree"], cwd=self.folder,
                              env={"PATH": str(self.folder / "stand-ins")},
                              stdout=subprocess.DEVNULL, start_new_session=True) as job:
            while not (self.folder / "started").exists() and job.poll() is None:
                time.sleep(0.05)
            # The terminal signals the group; make, being ended, its child.
            os.killpg(job.pid, signal.SIGINT)
            job.terminate()
            self.assertEqual(job.wait(timeout=30), 130)
        return (self.folder / "ended").exists()

    def test_interrupted_download(self):
        self.assertFalse(self.interrupted("*--download-only*"))

    def test_installing_is_not_interrupted(self):
        self.assertTrue(self.interrupted('"install --yes --no-install-recommends git"*'))

    def test_goals_take_what_they_need(self):
        # Not as a part of the make that runs this.
        env = {name: value for name, value in os.environ.items()
               if "MAKE" not in name and name not in ("BASE", "BUILT", "DEB", "SERIES")}
        for goal, purposes, xen in (
                (["tree", "BASE=x"], "tree", False), (["setup"], "", False),
                (["docs"], "docs", False), (["lint"], "docs lint package tree", False),
                ([], "build package tree x86_64", False),
                (["boot", "SCENARIO=xen-dom0"], "build package tree x86_64", True),
                (["boot", "SCENARIO=arm64-noncoherent"], "arm64 build devicetree package tree",
                 False)):
            done = subprocess.run(["make", "-n", f"OUT={self.folder}", *goal], cwd=kit.TOP, env=env,
                                  capture_output=True, text=True, check=False)
            told = re.search("^tools/install-packages(.*)", done.stdout, re.MULTILINE)
            self.assertEqual(told[1].strip(), purposes)
            self.assertEqual("tools/fetch-xen" in done.stdout, xen)

    def test_log_is_not_in_the_build_folder(self):
        done = self.install("tree", apt="echo no mirror; exit 1")
        self.assertEqual(done.returncode, 1)
        log = kit.Path(re.search(r"see (\S+)\.$", done.stderr)[1])
        self.assertEqual(log.read_text(), "no mirror\n")
        self.assertNotIn(kit.TOP, log.parents)


if __name__ == "__main__":
    ktap_unittest.main()
