"""What is in a backup of a service: for each app a dump, and `backup.json`, which says what was in the dump when it was
made. Its format is docs/protocol.md, "Backups"."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pocketpaas.backup import fetched
from pocketpaas.failure import Failed
from pocketpaas.state import names

FILE = "backup.json"
_FORMAT = 1
_LINE = re.compile(r"(?P<table>.*?)[ |](?P<rows>[0-9]+)([ |](?P<checksum>-?[0-9]+|[a-z][0-9]+(\.[0-9]+)?))?", re.DOTALL)
#: Lines that say something else than rows of a table; older backups have none of them. Names of PostgreSQL's tables
#: have a point in them.
_BESIDE = re.compile(
    r"large objects|sequence .*|definitions of (functions|rules|triggers|the rest|views|routines|events)", re.DOTALL
)
_DEFINITIONS, _REST = "definitions of ", "definitions of the rest"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Dump:
    """The dump of an app. `counts` are the lines of the kind's script `count` that were the same before and after the
    dump; `moving` is how many others there were: somebody was writing just then. `stored_as`: its file, where
    the app has another name now."""

    app: str
    size: int
    sha256: str
    counts: tuple[str, ...]
    moving: int
    stored_as: str = ""

    @property
    def file(self) -> str:
        """Its name in the backup."""
        return self.stored_as or dump_file(self.app)


def dump_file(app: str) -> str:
    """The name of the file with its data."""
    return f"{app}.dump"


@dataclass(frozen=True)
class Content:
    """All of it."""

    service: str
    type: str
    major: str
    at: str
    dumps: tuple[Dump, ...]

    @property
    def size(self) -> int:
        """Bytes of all dumps."""
        return sum(dump.size for dump in self.dumps)

    @property
    def text(self) -> str:
        """As `backup.json` holds it."""
        document = {"format": _FORMAT, "service": self.service, "type": self.type, "major": self.major, "at": self.at}
        dumps = {
            dump.app: {
                "file": dump.file,
                "size": dump.size,
                "sha256": dump.sha256,
                "counts": list(dump.counts),
                "moving": dump.moving,
            }
            for dump in self.dumps
        }
        return json.dumps({**document, "apps": dumps}, indent=1, sort_keys=True) + "\n"

    @property
    def tags(self) -> tuple[str, ...]:
        """What a list of backups tells of it."""
        apps = "+".join(dump.app for dump in self.dumps)
        facts = {"service": self.service, "type": self.type, "major": self.major, "size": self.size, "apps": apps}
        return tuple(f"{name}={value}" for name, value in facts.items())


def read(directory: Path) -> Content:
    """What was restored into the directory; raises `Failed` where it is not what was stored, or holds what would lead
    elsewhere."""
    fetched.refuse_odd(directory)
    try:
        found = json.loads((directory / FILE).read_text(encoding="utf-8"))
        if found["format"] != _FORMAT:
            raise Failed("backup-format", f"the backup is of another version of PocketPaaS (format {found['format']})")
        dumps = tuple(_dump(directory, app, told) for app, told in sorted(found["apps"].items()))
        return Content(str(found["service"]), str(found["type"]), str(found["major"]), str(found["at"]), dumps)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failed("backup-damaged", f"the backup is damaged: {FILE} cannot be read") from error


def _dump(directory: Path, app: str, told: Mapping[str, Any]) -> Dump:
    if not names.is_app(app):
        raise ValueError(app)
    counts = tuple(str(line) for line in told["counts"])
    dump = Dump(app, int(told["size"]), str(told["sha256"]), counts, int(told["moving"]))
    if digest(directory / dump.file) != dump.sha256:
        raise Failed("backup-damaged", f"the backup is damaged: {dump.file} is not what was stored")
    return dump


def digest(file: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with open(file, "rb") as stream:
        return digest_of(stream)


def digest_of(stream: BinaryIO, most: float = math.inf) -> str:
    """The same of what is left of a stream, of so many bytes at most."""
    found, left = hashlib.sha256(), most
    while data := stream.read(int(min(_CHUNK, left))):
        found.update(data)
        left -= len(data)
    return found.hexdigest()


def noted(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """What can be said of a dump that was made between two counts: the lines of both, and how many others there are
    after it."""
    same = set(before) & set(after)
    return tuple(line for line in after if line in same), sum(line not in same for line in after)


def parts(line: str) -> tuple[str, str, str]:
    """Table, number of rows and checksum of a line of counts. Of some kinds there is no checksum; PostgreSQL divides
    them by a bar. A letter before a checksum says how it is made; what follows a point one server alone repeats."""
    found = _LINE.fullmatch(line)
    return (found["table"], found["rows"], found["checksum"] or "") if found else (line, "", "")


def comparable(noted_lines: Sequence[str], counted: Sequence[str]) -> Sequence[str]:
    """Of what was counted, that which the note says something of: an older program has noted rows of tables alone."""
    of_all = any(is_beside(parts(line)[0]) for line in noted_lines)
    return counted if of_all else [line for line in counted if not is_beside(parts(line)[0])]


def holding(counted: Sequence[str]) -> Sequence[str]:
    """The same of data that nothing was noted of: an empty database has no tables, and no number of anything else."""
    return [line for line in counted if not is_beside(parts(line)[0]) or parts(line)[1] != "0"]


def is_of_other_sums(noted_lines: Sequence[str], counted: Sequence[str]) -> bool:
    """Whether the checksums of tables are made in another way than those that were noted, by an older program: only
    numbers of rows can be compared then."""
    noted_ways, ways = _ways(noted_lines), _ways(counted)
    return bool(noted_ways and ways and noted_ways != ways)


def _ways(lines: Sequence[str]) -> set[str]:
    checksums = [checksum for table, _, checksum in map(parts, lines) if not is_beside(table)]
    return {checksum[:1] if checksum[:1].isalpha() else "" for checksum in checksums}


def difference(dump: Dump, counted: Sequence[str]) -> str:
    """What of the counts that were noted is not so in a restored dump; empty where all of them are. Of definitions the
    numbers count: each server writes them down in its own way."""
    compared = _rows_of if is_of_other_sums(dump.counts, counted) else _restored
    now = {compared(line): line for line in comparable(dump.counts, counted)}
    missing = [line for line in dump.counts if compared(line) not in now]
    if missing:
        name = parts(missing[0])[0]
        found = next((line for line in counted if parts(line)[0] == name), "nothing")
        return f'{dump.app}: noted "{missing[0]}", restored "{found}"' + (
            f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        )
    if not dump.moving and len(now) != len({compared(line) for line in dump.counts}):
        return f"{dump.app}: noted {len(dump.counts)} tables, restored {len(now)}"
    return ""


def is_beside(name: str) -> bool:
    """Whether that is no table."""
    return _BESIDE.fullmatch(name) is not None


def _restored(line: str) -> str:
    """What of a line is the same after a restore."""
    name, number, checksum = parts(line)
    if name == _REST:
        return name
    if name.startswith(_DEFINITIONS) and is_beside(name):
        return f"{name} {number}"
    return f"{name} {number} {checksum.partition('.')[0]}" if checksum else line


def _rows_of(line: str) -> str:
    name, number, _ = parts(line)
    return f"{name} {number}"
