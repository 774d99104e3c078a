"""The files of a volume: what is noted of each when it is stored, and compared when it is restored.

A line of the notes is `KIND DIGEST SIZE MTIME PATH` and ends with a NUL, as a path may hold anything else. KIND: `f` a
file, `l` a link (DIGEST is that of its goal), `m` a file that was written to while it was read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pocketpaas.backup import content
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.state import values

_SQLITE = b"SQLite format 3\0"
_ABSENT = "-"


@dataclass(frozen=True)
class Noted:
    """A line of the notes."""

    kind: str
    digest: str
    size: int
    mtime: int
    path: str

    @property
    def line(self) -> bytes:
        """As it is kept."""
        return values.encode(f"{self.kind} {self.digest} {self.size} {self.mtime} {self.path}\0")

    @staticmethod
    def parse(line: bytes) -> Noted:
        """Raises ValueError."""
        kind, digest, size, mtime, path = values.decode(line).split(" ", 4)
        return Noted(kind, digest, int(size), int(mtime), path)


@dataclass(frozen=True)
class Sums:
    """How many files and bytes there are, and which of them are databases of SQLite."""

    files: int
    bytes: int
    databases: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What a comparison has found: `wrong` is empty where all is as noted; `moving` files had changed meanwhile."""

    files: int
    moving: int
    wrong: str


def known(file: Path) -> dict[str, Noted]:
    """What was noted before, by path; nothing where that cannot be read."""
    try:
        found = (Noted.parse(line) for line in _lines(file))
        return {one.path: one for one in found if one.kind != "m"}
    except (OSError, ValueError):
        return {}


def note(directory: Path, file: Path, before: Mapping[str, Noted] = MappingProxyType({}), since: float = 0.0) -> Sums:
    """Writes the notes of all that is below the directory, which others may be writing to. What was noted `before`, and
    has not been touched `since` (s since 1970), is not read again. Raises `CannotWrite`."""
    files = size = 0
    databases: list[str] = []
    try:
        with open(file, "wb") as written:
            for path, told in _walk(directory):
                known_one = before.get(str(path.relative_to(directory))) if told.st_ctime < since else None
                noted, database = _noted(directory, path, told, known_one)
                if noted is None:
                    continue
                written.write(noted.line)
                files, size = files + 1, size + noted.size
                if database:
                    databases.append(noted.path)
    except OSError as error:
        raise CannotWrite(file, error) from error
    return Sums(files, size, tuple(databases))


def databases(directory: Path) -> tuple[str, ...]:
    """The databases of SQLite that are below the directory."""
    found = []
    for path, told in _walk(directory):
        if stat.S_ISREG(told.st_mode) and told.st_size >= 512:
            try:
                with open(path, "rb") as stream:
                    if stream.read(len(_SQLITE)) == _SQLITE:
                        found.append(str(path.relative_to(directory)))
            except OSError:
                # It is gone.
                continue
    return tuple(found)


def size(directory: Path) -> int:
    """The bytes below the directory."""
    return sum(told.st_size for _, told in _walk(directory) if stat.S_ISREG(told.st_mode))


def compare(directory: Path, file: Path, still: bool) -> Compared:
    """What is below the directory, beside the notes. `still`: nobody was writing, so everything has to be there; else
    what has another size or time than noted was written to in between. Raises `Failed` for notes that cannot be
    read."""
    files = moving = 0
    try:
        for line in _lines(file):
            noted = Noted.parse(line)
            files += 1
            path = directory / noted.path
            try:
                told = path.lstat()
            except OSError:
                if still:
                    return Compared(files, moving, f'"{noted.path}" is missing')
                moving += 1
                continue
            changed = (told.st_size, told.st_mtime_ns) != (noted.size, noted.mtime)
            if noted.kind == "m" or (changed and not still):
                moving += 1
            elif _digest(path, told) != noted.digest:
                return Compared(files, moving, f'"{noted.path}" is not what was stored')
    except (OSError, ValueError) as error:
        raise Failed("backup-damaged", f"the backup is damaged: {file.name} cannot be read") from error
    return Compared(files, moving, "")


def _walk(directory: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Files and links, in order; what vanishes meanwhile is left out."""
    for parent, directories, files in os.walk(directory):
        directories.sort()
        links = [name for name in directories if os.path.islink(os.path.join(parent, name))]
        for name in sorted([*files, *links]):
            path = Path(parent, name)
            try:
                yield path, path.lstat()
            except FileNotFoundError:
                continue


def _noted(directory: Path, path: Path, told: os.stat_result, found: Noted | None) -> tuple[Noted | None, bool]:
    name = str(path.relative_to(directory))
    if found is not None and (found.size, found.mtime) == (told.st_size, told.st_mtime_ns):
        if (found.kind == "l") == stat.S_ISLNK(told.st_mode):
            return found, False
    if stat.S_ISLNK(told.st_mode):
        kind = "l"
    elif stat.S_ISREG(told.st_mode):
        kind = "f"
    else:
        # Sockets and the like are nothing that can be kept.
        return None, False
    try:
        digest = _digest(path, told)
        after = path.lstat()
        database = kind == "f" and told.st_size >= 512 and _begins(path)
    except OSError:
        return None, False
    if (after.st_size, after.st_mtime_ns) != (told.st_size, told.st_mtime_ns):
        return Noted("m", _ABSENT, after.st_size, after.st_mtime_ns, name), database
    return Noted(kind, digest, told.st_size, told.st_mtime_ns, name), database


def _begins(path: Path) -> bool:
    with open(path, "rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def _digest(path: Path, told: os.stat_result) -> str:
    if stat.S_ISLNK(told.st_mode):
        return hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
    return content.digest(path)


def _lines(file: Path) -> Iterator[bytes]:
    rest = b""
    with open(file, "rb") as stream:
        while piece := stream.read(1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            yield from whole
    if rest:
        raise ValueError("cut off")
