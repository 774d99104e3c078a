"""What restic says while it stores something."""

from __future__ import annotations

import errno
import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pocketpaas.backup import leases
from pocketpaas.failure import Failed
from pocketpaas.machine.process import Ended
from pocketpaas.state import deep

_LAST = 4000
_SHOWN, _SHOWN_WHY = 200, 500
#: What the tool writes for each byte of a name that is no UTF-8.
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
#: Something else is there than what was to be read, on the way to it, too.
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
#: What could be read of the sources is stored.
INCOMPLETE = 3
_OF_BEFORE = b"the repository could be damaged"
#: A path in a reason, up to what is wrong with it.
_PATH = re.compile(r" /.*: ", re.DOTALL)


class Heard:
    """One run of `backup --json`; `tell` gets how far it is. It is over, with `Failed`, where more than `most` bytes
    were read: an app may make a file longer for ever, or make a hole in it that nobody reads to its end. `others`: the
    volumes of the app, which may have leases on what is in there."""

    def __init__(self, tell: Callable[[str], None], most: float = math.inf, others: Sequence[Path] = ()) -> None:
        self._tell, self._most = tell, most
        self._leases = leases.Watch(others)
        self._said: list[bytes] = []
        #: The same without names of files.
        self._words: list[bytes] = []
        self._summary: dict[str, Any] = {}
        #: What could not be stored; with a reason, as far as it says one.
        self.missed: list[str] = []
        self._unsaid: list[str] = []
        #: What was not there when it was read, as restic says, whether it is now or not.
        self._absent: set[str] = set()

    def hear(self, line: bytes) -> None:
        """A line of it."""
        told = document(line)
        if told.get("message_type") == "summary":
            self._summary.update(told)
        elif told.get("message_type") == "status":
            self._leases.look()
            self._tell_rate(told)
        elif told.get("message_type") == "error":
            item, why = str(told.get("item", "")), _reason(told)
            self.missed.append(item)
            if _is_absent(told):
                self._absent.add(item)
            if why:
                self._said.append(f"error: {_shown(item)}: {_in_a_line(why[:_SHOWN_WHY])}".encode())
                self._words.append(_PATH.sub(" ", why).replace(item, " ").encode())
            else:
                self._unsaid.append(item)
        else:
            self._said.append(line)
            self._words.append(line)

    @property
    def backup(self) -> str:
        """Its id; empty where nothing was stored."""
        return str(self._summary.get("snapshot_id", ""))[:8]

    @property
    def words(self) -> bytes:
        """What it said, without names of files: they may be any words."""
        return b"\n".join(self._words)

    @property
    def files(self) -> int | None:
        """How many it says that it has stored."""
        return self._summary.get("total_files_processed")

    @property
    def is_of_the_one_before(self) -> bool:
        """Whether it could not be compared with the backup before, which is damaged. restic 0.14 tells no reason for
        that."""
        return any(os.path.lexists(item) for item in self._unsaid) or any(_OF_BEFORE in line for line in self._words)

    def has_gone(self, others: Sequence[Path]) -> bool:
        """Whether all that could not be stored was in one of the directories that others write to, and was not there
        when it was read, or is not now: removed, or moved away."""
        return bool(self.missed) and all(
            any(item.startswith(f"{other}/") for other in others) and (item in self._absent or _has_gone(item))
            for item in self.missed
        )

    def ended(self, code: int) -> Ended:
        """How it ended, and what it said of that."""
        for item in self._unsaid:
            self._said.append(f"error: {_shown(item)} could not be stored, and restic does not say why".encode())
        return Ended(code, b"", b"\n".join(self._said)[-_LAST:])

    def _tell_rate(self, told: Mapping[str, Any]) -> None:
        done, total = int(told.get("bytes_done", 0)), int(told.get("total_bytes", 0))
        if done > self._most:
            raise Failed(
                "grows",
                f"the files are not stored: they have grown while they were read, to more than {done >> 30} GB",
                "in pocketpaas.yml: backup: pause, or stop (docs/backups.md)",
            )
        seconds = max(1, int(told.get("seconds_elapsed", 0)))
        if total and told.get("seconds_elapsed"):
            rate = done / seconds / 1e6
            self._tell(f"{100 * done // total} % of {total / 1e6:.1f} MB stored, {rate:.1f} MB/s")


def _in_a_line(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name)


def _has_gone(item: str) -> bool:
    """Whether it is not there, which is not known of a name that is no text: the tool tells another one of those."""
    if _UNKNOWN in item:
        return False
    try:
        os.lstat(item)
    except OSError as error:
        return error.errno in _GONE
    return False


def _shown(item: str) -> str:
    return _in_a_line(item) if len(item) <= _SHOWN else f"{_in_a_line(item[:_SHOWN])}…"


def _reason(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    return str((error.get("message") or error.get("Err") or "") if isinstance(error, dict) else error or "")


def _is_absent(told: Mapping[str, Any]) -> bool:
    """Older versions give the number of the error, newer ones its text."""
    error = told.get("error")
    return _reason(told).endswith(tuple(os.strerror(number).lower() for number in _GONE)) or (
        isinstance(error, dict) and error.get("Err") in _GONE
    )


def files(directory: Path) -> Iterator[Path]:
    """All below it."""
    for parent, _, found in deep.walk(directory):
        for name in found:
            path = parent / name
            if not path.is_symlink():
                yield path


def document(line: bytes) -> dict[str, Any]:
    """A line as a document; an empty one where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
