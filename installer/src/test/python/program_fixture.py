"""What the tests of whole programs and verbs share: standard streams of the test's own, keys and apps, and a repository
of git's."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.machine.request import Request
from pocketpaas.machine.events import Reporter
from pocketpaas.state import tree, values

#: Names, texts and paths that a careless program would do something with.
HOSTILE = (
    "$(touch canary)",
    "`touch canary`",
    "a\nb",
    "a\tb",
    "a'b\"c",
    "; touch canary",
    "--help",
    "../../x",
    "caf\u00e9 \U0001f40d",
    "\udcff\udce9",
    "%s %n {0}",
    "",
    "x" * 100_000,
)

_IDENTITY = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": 'Ann "\u00e9" $(touch canary)',
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "PATH": "/usr/bin:/bin",
}


class Said:
    """What came on the standard streams, once the block has ended."""

    out = b""
    err = b""

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return values.decode(self.out).splitlines()

    @property
    def told(self) -> list[str]:
        """The lines of standard error."""
        return values.decode(self.err).splitlines()

    @property
    def tree(self) -> dict[str, str]:
        """Standard output as a value tree."""
        return tree.parse(self.out)


@contextmanager
def streams(given: bytes = b"") -> Iterator[Said]:
    """Standard input holds `given`, and what goes to the other two is in what this returns."""
    said = Said()
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in range(3)]
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given)
        stdin.seek(0)
        try:
            for number, file in enumerate((stdin, out, err)):
                os.dup2(file.fileno(), number)
            with (
                mock.patch.object(sys, "stdin", io.TextIOWrapper(open(0, "rb", closefd=False))),
                mock.patch.object(sys, "stdout", io.TextIOWrapper(open(1, "wb", closefd=False))),
                mock.patch.object(
                    sys, "stderr", io.TextIOWrapper(open(2, "wb", closefd=False), errors="backslashreplace")
                ),
            ):
                yield said
                sys.stdout.flush()
                sys.stderr.flush()
        finally:
            for number, descriptor in enumerate(kept):
                os.dup2(descriptor, number)
                os.close(descriptor)
            for file, name in ((out, "out"), (err, "err")):
                file.seek(0)
                setattr(said, name, file.read())


class ProgramCase(HostCase):
    """A host with the admin's key boss, the key ci for the app shop, and the apps shop and blog."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.keys / "boss", {"role": "admin"})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "apps": "shop", "fingerprint": "SHA256:x"})
        for app in ("shop", "blog"):
            values.make_directory(self.paths.app(app) / "settings")

    def patch(self, place: Any, name: str, value: Any) -> None:
        """Until the end of the test."""
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def as_somebody(self) -> None:
        """Where tests run as root, too, git is run as who we are: there is no git user."""
        self.patch(os, "geteuid", lambda: 1000)

    def file(self, path: str, text: str) -> Path:
        """Writes a value of the state."""
        self.tree(self.paths.root, {path: text})
        return self.paths.root / path

    def request(self, verb: str, *arguments: str, key: str = "boss", given: bytes = b"") -> Request:
        """A verb's request."""
        return Request(self.paths, self.reporter, key, verb, arguments, io.BytesIO(given))

    def asked(self, serve: Any, verb: str, *arguments: str, key: str = "boss", given: bytes = b"") -> dict[str, str]:
        """The answer of a query."""
        with streams() as said:
            code = serve(self.request(verb, *arguments, key=key, given=given))
        self.assertEqual(code, 0)
        return said.tree

    def told(self) -> list[str]:
        """What was told since this was asked last."""
        lines = self.reporter.lines
        self.reporter.written.seek(0)
        self.reporter.written.truncate()
        return lines


class PipeReporter(Reporter):
    """Tells on standard output, as programs do."""


class Repository:
    """A repository with a work tree."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self.git("init", "--quiet", "--initial-branch=main", ".")

    @property
    def git_directory(self) -> Path:
        """Where its objects are."""
        return self.directory / ".git"

    def git(self, *arguments: str, given: bytes | None = None, more: Mapping[str, str] | None = None) -> str:
        """What git says."""
        done = subprocess.run(
            ["/usr/bin/git", *arguments],
            cwd=self.directory,
            env={**_IDENTITY, **(more or {})},
            input=given,
            capture_output=True,
            check=True,
        )
        return values.decode(done.stdout).strip()

    def write(self, path: str | bytes, text: str | bytes) -> None:
        """A file of the work tree."""
        file = os.path.join(os.fsencode(self.directory), os.fsencode(path))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as target:
            target.write(text.encode() if isinstance(text, str) else text)

    def commit(self, message: str) -> str:
        """All that is there; the commit's id."""
        self.git("add", "--all", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")
