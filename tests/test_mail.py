#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of write-mail: all postings of one series, v7.0-rc2 or what SERIES names."""

import fnmatch
import mailbox
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock
from email.utils import getaddresses

import kit
import ktap_unittest

SERIES = kit.TOP / "patches" / os.environ.get("SERIES", "v7.0-rc2")
POSTINGS = sorted(filter(kit.Path.is_dir, SERIES.iterdir()))
NAME, ADDRESS = "Jörg O. Täster", "taester@example.org"
os.environ |= {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": NAME,
               "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": ADDRESS,
               # git send-email would take another one for the sender.
               "GIT_AUTHOR_NAME": NAME, "GIT_AUTHOR_EMAIL": ADDRESS,
               "GIT_COMMITTER_NAME": NAME, "GIT_COMMITTER_EMAIL": ADDRESS}


def run(*command, **options):
    return subprocess.run([*map(str, command)], check=True, capture_output=True, text=True,
                          **options).stdout


def lib(script, *args):
    return run("sh", "-euc", f'. "$0"\n{script}', kit.TOOLS / "lib.sh", *args)


def text_of(file):
    return lib('suite "$1"', file) if file.suffix == ".suite" else file.read_text()


def matches(path, pattern):
    """As get_maintainer.pl reads F and X of MAINTAINERS."""
    if pattern.endswith("/"):
        return fnmatch.fnmatchcase(path, pattern + "*")
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


class Section:
    def __init__(self, text):
        self.text = text
        self.lines = re.findall(r"^([A-Z]):\s+(.*)", text, re.MULTILINE)

    def values(self, *letters):
        return [value for letter, value in self.lines if letter in letters]

    def covers(self, path):
        return (any(matches(path, pattern) for pattern in self.values("F")) or
                any(re.search(pattern, path) for pattern in self.values("N"))) and \
            not any(matches(path, pattern) for pattern in self.values("X"))

    def recipients(self):
        return {address for value in self.values("M", "R", "L")
                if "subscribers-only" not in value and "Torvalds" not in value
                for address in re.findall(r"[^\s<]+@[^\s>]+", value)}


class MailTest(kit.ToolTest):
    @classmethod
    def setUpClass(cls):
        """Write all postings, in a copy of the tree: what is laid out is used by others."""
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.top = kit.Path(folder.name)
        cls.tree = cls.top / "series"
        laid_out = kit.OUT / "series"
        # Sparse: what a patch touches is there once it is applied.
        run("git", "clone", "-q", "--shared", "--sparse", "--no-checkout", laid_out, cls.tree)
        for name in ("imported", "patches"):
            shutil.copy(laid_out / ".git" / name, cls.tree / ".git")
        cls.head = (cls.tree / ".git/imported").read_text().strip()
        run("git", "checkout", "-q", "--detach", cls.head, cwd=cls.tree)
        for path in laid_out.iterdir():
            if path.is_dir():
                (cls.tree / path.name).mkdir(exist_ok=True)
                (cls.tree / path.name / ".keep").touch()
            else:
                shutil.copy(path, cls.tree)
        for path in (laid_out / "scripts").glob("*"):
            if path.is_file():
                shutil.copy(path, cls.tree / "scripts")
        cls.texts = {file: text_of(file) for posting in POSTINGS for file in posting.iterdir()}
        cls.touched = {file: set(re.findall(r"^diff --git a/(\S+)", text, re.MULTILINE))
                       for file, text in cls.texts.items()}
        # Those who can be meant: get_maintainer.pl takes its time to read all of them.
        files = set().union(*cls.touched.values())
        cls.sections = [section for section in map(
            Section, (laid_out / "MAINTAINERS").read_text().split("\n\n"))
            if any(map(section.covers, files))]
        (cls.tree / "MAINTAINERS").write_text("\n\n".join(s.text for s in cls.sections))
        for posting in POSTINGS:
            run(kit.TOOLS / "write-mail", cls.tree, posting.name, cls.top / posting.name)

    def setUp(self):
        super().setUp()
        self.addCleanup(run, "git", "checkout", "-q", "--detach", self.head, cwd=self.tree)

    def mails(self, posting):
        """What it was made of, and the mail, decoded."""
        for file in sorted(posting.iterdir()):
            yield file, mailbox.mbox(self.top / posting.name / f"{file.stem}.patch")[0]

    def mailbox(self, folder):
        path = self.folder / f"{folder.name}.mbox"
        path.write_text("".join(mail.read_text() for mail in sorted(folder.iterdir())))
        return path

    def commit_after(self, posting):
        """A commit of the tree is a file of the series, in this order."""
        count = sum(len(list(other.iterdir())) for other in POSTINGS if other <= posting)
        return run("git", "rev-list", "--reverse", f"base..{self.head}",
                   cwd=self.tree).split()[count - 1]

    def apply(self, *mboxes):
        done = subprocess.run(["git", "am", "-q", "--empty=drop", *mboxes], cwd=self.tree,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_applies(self):
        run("git", "checkout", "-q", "--detach", "base", cwd=self.tree)
        for posting in POSTINGS:
            self.apply(self.mailbox(self.top / posting.name))
            run("git", "diff", "--quiet", "HEAD", self.commit_after(posting), cwd=self.tree)
        log = run("git", "log", "--format=%an <%ae>%n%(trailers)%x00", "base..", cwd=self.tree)
        commits = log.strip("\0\n").split("\0\n")
        self.assertEqual(len(commits), len(self.texts) - len(POSTINGS))
        for commit in commits:
            author, *trailers = commit.strip().splitlines()
            self.assertEqual(author, f"{NAME} <{ADDRESS}>")
            self.assertEqual([line for line in trailers if line.startswith("Signed-off-by:")],
                             trailers[-1:])
            self.assertEqual(trailers[-1], f"Signed-off-by: {author}")

    def test_holds_what_the_series_holds(self):
        """To the line number: the tree is not mainline."""
        for posting in POSTINGS:
            for file, mail in self.mails(posting):
                body = mail.get_payload(decode=True).decode()
                # The name of the submitter wants it.
                self.assertEqual(mail.get_content_charset(), "utf-8")
                if self.touched[file]:
                    self.assertEqual(body.partition("\n---\n")[2],
                                     self.texts[file].partition("\n---\n")[2])
                    continue
                base = re.findall(r"^(?:base-commit|prerequisite-patch-id): .*\n", self.texts[file],
                                  re.MULTILINE)
                self.assertTrue(body.endswith("".join(["\n", *base] if base else "")), body[-99:])

    def test_recipients(self):
        ignored = set(re.findall(r"[^\s<]+@[^\s>]+",
                                 (self.tree / ".get_maintainer.ignore").read_text()))
        # Nobody is asked at two addresses.
        names = {address: name for section in self.sections
                 for name, address in getaddresses(section.values("M", "R"))}
        for posting in POSTINGS:
            everybody = set()
            (_, cover), *patches = self.mails(posting)
            for file, mail in patches:
                people, lists = ({address for _, address in getaddresses(mail.get_all(field))}
                                 for field in ("To", "Cc"))
                wanted = set().union(*(section.recipients() for section in self.sections
                                       if any(map(section.covers, self.touched[file]))))
                # Who has moved since is known by another address.
                now = run("git", "check-mailmap", *(f"<{address}>" for address in wanted - ignored),
                          cwd=self.tree)
                self.assertEqual(*({names.get(address, address) for address in addresses}
                                   for addresses in (people | lists, re.findall("<(.*)>", now))),
                                 file)
                self.assertIn("linux-kernel@vger.kernel.org", lists)
                self.assertGreater(len(people), 0)
                everybody |= people | lists
            self.assertEqual(everybody, {address for _, address in getaddresses(
                cover.get_all("To") + cover.get_all("Cc"))})
            ours = [section for section in map(
                Section, (kit.TOP / "MAINTAINERS").read_text().split("\n\n"))
                if any(section.covers(str(file.relative_to(kit.TOP))) for file, _ in patches)]
            self.assertEqual({address for section in ours for address in section.values("L")},
                             {address for _, address in getaddresses(cover.get_all("Cc"))})

    def test_thread(self):
        seen = set()
        for posting in POSTINGS:
            (_, cover), *patches = self.mails(posting)
            self.assertNotIn("In-Reply-To", cover)
            for number, (_, mail) in enumerate(patches, 1):
                self.assertEqual([int(at) for at in re.match(
                    r"\[PATCH (\d+)/(\d+)\] ", mail["Subject"]).groups()], [number, len(patches)])
                self.assertEqual(mail.get_all("In-Reply-To"), [cover["Message-ID"]])
            seen |= {mail["Message-ID"] for _, mail in [(None, cover), *patches]}
        self.assertEqual(len(seen), len(self.texts))

    def test_cover_letter_has_an_overview(self):
        for posting in POSTINGS:
            (_, cover), *patches = self.mails(posting)
            body = cover.get_payload(decode=True).decode()
            subjects = " ".join(mail["Subject"].partition("] ")[2] for _, mail in patches)
            self.assertIn(f"{NAME} ({len(patches)}): {subjects} ", re.sub(r"\s+", " ", body))
            files = set().union(*(self.touched[file] for file, _ in patches))
            self.assertIn(f"\n {len(files)} file", body)

    def test_checkpatch_finds_the_sign_off(self):
        """Once, as it takes long; for the rest of it see check-patches."""
        smallest = min((self.top / POSTINGS[0].name).glob("*[1-9]-*"),
                       key=lambda path: path.stat().st_size)
        done = subprocess.run(
            ["perl", "scripts/checkpatch.pl", "--strict", "--terse", "--types",
             "MISSING_SIGN_OFF,NO_AUTHOR_SIGN_OFF,FROM_SIGN_OFF_MISMATCH,BAD_SIGN_OFF", "-"],
            cwd=self.tree, input=smallest.read_text(), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    @unittest.skipUnless(kit.Path(run("git", "--exec-path").strip(), "git-send-email").exists(),
                         "git-email is not installed")
    def test_send_email(self):
        folder = self.top / POSTINGS[1].name
        sent = run("git", "send-email", "--dry-run", "--confirm=never", *sorted(folder.iterdir()),
                   stdin=subprocess.DEVNULL, cwd=self.folder)
        count = len(list(folder.iterdir()))
        self.assertEqual(sent.count("\nDry-OK. "), count)
        self.assertEqual(len(re.findall("^In-Reply-To: ", sent, re.MULTILINE)), count - 1)
        self.assertEqual(len(re.findall("^To: ", sent, re.MULTILINE)), count)

    @unittest.skipUnless(shutil.which("b4"), "b4 is not installed")
    def test_b4_am(self):
        posting = POSTINGS[1]
        out = self.folder / "b4"
        out.mkdir()
        run("b4", "--offline-mode", "--no-interactive", "am", "--add-link", "-o", out,
            "-m", self.mailbox(self.top / posting.name), stdin=subprocess.DEVNULL,
            cwd=self.tree, env={**os.environ, "HOME": str(self.folder)})
        run("git", "checkout", "-q", "--detach", self.commit_after(POSTINGS[0]), cwd=self.tree)
        self.apply(*out.glob("*.mbx"))
        run("git", "diff", "--quiet", "HEAD", self.commit_after(posting), cwd=self.tree)

    def write(self, *args, top=kit.TOP):
        return subprocess.run([top / "tools/write-mail", *map(str, args)], capture_output=True,
                              text=True, check=False)

    def test_next_version(self):
        """What it is compared with is there no more, but in its mails."""
        posting = POSTINGS[-1].name
        old = self.folder / "old"
        shutil.copytree(self.top / posting, old)
        first, second = sorted(old.glob("000[12]*"))
        first.write_text(first.read_text().replace("\n\n", "\n\nOnce it said this.\n\n", 1))
        self.succeeds(self.write("--rfc", "--reroll", 2, "--previous", old, self.tree, posting,
                                 self.folder / "new"))
        cover = (self.folder / "new/0000-cover-letter.patch").read_text()
        self.assertRegex(cover, r"\nRange-diff against v1:\n1:  \w+ ! 1:  .*\n(    .*\n)*"
                                r"    .*-    Once it said this\.\n(    .*\n)*2:  \w+ = 2:  ")
        for mail in (self.folder / "new").iterdir():
            self.assertIn("\nSubject: [RFC PATCH v2 ", mail.read_text())
        second.write_text(second.read_text().replace("\n-", "\n-x"))
        self.refuses(self.write("--reroll", 2, "--previous", old, self.tree, posting,
                                self.folder / "no"), "cannot be compared")
        self.assertFalse(list(self.folder.glob("no*")))

    def test_another_author(self):
        """remains the author; for the rest see test_applies."""
        top = self.folder / "top"
        for name in ("tools", "base", "patches"):
            shutil.copytree(kit.TOP / name, top / name, symlinks=True)
        series = top / SERIES.relative_to(kit.TOP)
        # This one is no suite in either series.
        number = [path.name for path in POSTINGS].index("7-approved-modules")
        patch = next(series.glob(f"{POSTINGS[number].name}/0001-*"))
        patch.write_text(re.sub("^From: .*\n( .*\n)*", "From: Jane Doe <jane@example.org>\n",
                                patch.read_text(), count=1, flags=re.MULTILINE))
        laid_out = self.tree / ".git/patches"
        self.addCleanup(laid_out.write_text, laid_out.read_text())
        self.refuses(self.write(self.tree, POSTINGS[number].name, self.folder / "out", top=top),
                     "is not what patches/ holds now")
        laid_out.write_text(lib('series_id "$1"', series))
        self.succeeds(self.write(self.tree, POSTINGS[number].name, self.folder / "out", top=top))
        before = self.commit_after(POSTINGS[number - 1])
        run("git", "checkout", "-q", "--detach", before, cwd=self.tree)
        self.apply(self.mailbox(self.folder / "out"))
        self.assertEqual(run("git", "log", "-2", "--format=%an", cwd=self.tree).splitlines(),
                         [NAME, "Jane Doe"])

    def test_refuses(self):
        posting, output = POSTINGS[0].name, self.folder / "out"
        self.refuses(self.write(self.tree, "0-none", output), "no posting '0-none'", posting)
        self.refuses(self.write(self.tree, "", output), "no posting ''")
        self.refuses(self.write("--previous", self.folder, self.tree, posting, output),
                     "mails of the version before")
        with unittest.mock.patch.dict(os.environ, GIT_CONFIG_VALUE_1=""):
            self.refuses(self.write(self.tree, posting, output), "git config --global user.email")
        self.refuses(self.write(self.folder, posting, output), "is not laid out")
        run("git", "checkout", "-q", "--detach", "HEAD^", cwd=self.tree)
        self.refuses(self.write(self.tree, posting, output), "has work that is not in patches/")
        self.assertEqual(list(self.folder.iterdir()), [])
        self.refuses(self.write(self.tree, posting, self.top / posting), "exists already")


if __name__ == "__main__":
    ktap_unittest.main()
