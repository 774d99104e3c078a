"""What an operation tells: the lines of docs/protocol.md ("The channel of a verb"), and their form for people behind
`git push`."""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable

from pocketpaas import rules
from pocketpaas.failure import Failure
from pocketpaas.state import values

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
MAX_FIELD = 4000
_NOWHERE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT)
MAX_LINE = 4000


def clean(text: str) -> str:
    """The text as one field: control characters become spaces, at most 4000 bytes."""
    return _CONTROL.sub(" ", values.decode(values.encode(text)[:MAX_FIELD]))


def line(word: str, *fields: str) -> str:
    """One event line without its end, every field cleaned."""
    return "\t".join([f"+{word}", *(clean(field) for field in fields)])


class Reporter:
    """Writes events. Safe for several threads; a reader that is gone is no failure of the work."""

    def __init__(self, write: Callable[[bytes], None] | None = None) -> None:
        self._write = write or _standard_output
        self._lock = threading.Lock()
        #: The cause of the first failure that was told; a release keeps it as its reason.
        self.failure = ""

    def event(self, word: str, *fields: str) -> None:
        """Any event."""
        self.raw(line(word, *fields))

    def raw(self, text: str) -> None:
        """A line as it is."""
        with self._lock:
            self._write(values.encode(text + "\n"))

    def step(self, name: str, state: str, detail: str = "") -> None:
        """`name` is one of the steps that `rules.title` knows; `state` start, done, skip or fail."""
        self.event("step", name, state, detail)

    def note(self, text: str) -> None:
        """Worth knowing."""
        self.event("note", text)

    def warn(self, text: str) -> None:
        """Wrong, but not in the way."""
        self.event("warn", text)

    def fail(self, cause: str, text: str) -> None:
        """Why this ends: `cause` is one word with dashes, `text` one sentence."""
        self.failure = self.failure or text
        self.event("fail", cause, text)

    def hint(self, text: str) -> None:
        """What to do about it."""
        self.event("hint", text)

    def result(self, key: str, value: str) -> None:
        """What came of it: release, url, commit, previous, unchanged, serving …"""
        self.event("result", key, value)

    def failed(self, failure: Failure) -> None:
        """The lines of a failure."""
        self.fail(failure.cause, failure.text)
        if failure.cure:
            self.hint(failure.cure)

    def output(self, data: bytes) -> None:
        """One line of another program's output, as `|text`: of a progress bar what stands there at last; a long line is
        broken."""
        shown = data.replace(b"\0", b"").rstrip(b"\r\n")
        shown = shown[shown.rfind(b"\r") + 1 :]
        with self._lock:
            for at in range(0, max(len(shown), 1), MAX_LINE):
                self._write(b"|" + shown[at : at + MAX_LINE] + b"\n")


def _standard_output(data: bytes) -> None:
    descriptor = sys.stdout.fileno()
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        # Whoever read this is gone, or its file has no room: the work goes on, and above all what takes it back.
        if error.errno not in _NOWHERE:
            raise


class HumanText:
    """Turns the stream into text for people (git puts "remote: " before each line)."""

    MAX_NOTICES = 5

    def __init__(self) -> None:
        self._urls: list[str] = []
        self._notices: list[str] = []
        self._results: dict[str, str] = {}

    def lines_of(self, text: str) -> Iterable[str]:
        """What is shown for one line of the stream, at once."""
        if text.startswith("|"):
            return [f"       {text[1:]}"]
        word, *fields = text.split("\t")
        fields += [""] * (4 - len(fields))
        if word == "+step":
            return self._step(*fields[:3])
        if word == "+note":
            return [f"       {fields[0]}"]
        if word in ("+warn", "+hint"):
            return [f" !     {fields[0]}"]
        if word == "+fail":
            return [" !", f" !     {fields[1]}"]
        if word == "+notice":
            self._notices.append(fields[2] + (f"; {fields[3]}" if fields[3] else ""))
        elif word == "+result" and fields[0] == "url":
            self._urls.append(fields[1])
        elif word == "+result":
            self._results[fields[0]] = fields[1]
        return []

    @staticmethod
    def _step(name: str, state: str, detail: str) -> Iterable[str]:
        title = rules.title(name)
        if state == "start":
            return [f"-----> {title}" + (f": {detail}" if detail else "")]
        if state == "skip":
            return [f"-----> {title}: {detail or 'skipped'}"]
        if state == "fail":
            return [f" !     {title} failed" + (f": {detail}" if detail else "")]
        return [f"       {detail}"] if state == "done" and detail else []

    def ending(self) -> Iterable[str]:
        """What comes last: the release, its addresses, and what the host has to say besides."""
        release = self._results.get("release", "")
        tag = release if not release or release.startswith("v") else f"v{release}"
        shown = []
        if self._results.get("unchanged"):
            shown.append("-----> Already live" + (f": {tag}" if tag else ""))
        elif tag:
            shown.append(f"-----> Released {tag}")
        shown += [f"       {url}" for url in self._urls]
        shown += [f" !     {notice}" for notice in self._notices[: self.MAX_NOTICES]]
        more = len(self._notices) - self.MAX_NOTICES
        if more > 0:
            shown.append(f" !     and {more} more: pocketpaas apps -v")
        return shown
