#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of fetch-kernel, unpack-kernel and install-packages, on a made-up repository."""

import hashlib
import subprocess
import tarfile

import kit
import ktap_unittest

PACKAGE = "linux-source-7.2"


class Repository:
    """A Debian repository in a folder, with one package and its own key."""

    def __init__(self, top, suite="trixie-backports"):
        self.top = top
        self.dist = top / "dists" / suite
        self.deb = top / f"{PACKAGE}_7.2.99-1_all.deb"
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
        (source / "Makefile").write_text("kernelversion:\n\t@echo 7.2.99\n")
        for name in ("Kbuild", "kernel/dma/mapping.c"):
            (source / name).write_text("")
        with tarfile.open(root / f"usr/src/{PACKAGE}.tar.xz", "w:xz") as archive:
            archive.add(source, PACKAGE)
        subprocess.run(["rm", "-r", source], check=True)
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN/control").write_text(
            f"Package: {PACKAGE}\nVersion: 7.2.99-1\nArchitecture: all\n"
            "Maintainer: Tester <tester@example.org>\nDescription: made up\n")
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", root, self.deb], check=True,
                       capture_output=True)

    def index(self):
        data = self.deb.read_bytes()
        folder = self.dist / "main/binary-amd64"
        folder.mkdir(parents=True)
        (folder / "Packages").write_text(
            f"Package: {PACKAGE}\nVersion: 7.2.99-1\nArchitecture: all\n"
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
    def test_ordinary_user_is_told_the_command(self):
        self.stand_in("dpkg-query", "exit 1")
        path = self.stand_in("id", "echo 1000")
        self.refuses(self.tool("install-packages", path=path), "apt-get install", "qemu-system-x86")

    def test_nothing_missing(self):
        self.succeeds(self.tool("install-packages",
                                path=self.stand_in("dpkg-query", "echo install ok installed")))


if __name__ == "__main__":
    ktap_unittest.main()
