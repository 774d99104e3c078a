"""The files of a volume: what is noted of each when it is stored, and compared when it is restored.

A line of the notes is `KIND DIGEST SIZE MTIME PATH` and ends with a NUL, as a path may hold anything else. KIND: `f` a
file, `s` one with holes (DIGEST is that of `holes`), `l` a link (DIGEST is that of its goal), `m` a file that was
written to while it was read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.backup import beneath, content, holes, leases, room
from pocketpaas.backup.beneath import Entry
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.state import values

_SQLITE = b"SQLite format 3\0"
_ABSENT = "-"
_SHOWN = 200
#: So many bytes of notes are written before the room on the disk is looked at again.
_LOOK_BYTES = 1 << 20
_RECENT_SECONDS = 86_400.0


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
    """How many files and bytes there are, how many of those are in no hole, and which files are databases of SQLite."""

    files: int
    bytes: int
    on_disk: int
    databases: tuple[str, ...]

    @property
    def holes(self) -> int:
        """The bytes that are in holes."""
        return self.bytes - self.on_disk


@dataclass(frozen=True)
class Compared:
    """What a comparison has found: `wrong` is empty where all is as noted; `moving` files had changed meanwhile."""

    files: int
    moving: int
    wrong: str


def note(directory: Path, file: Path, before: int = 0) -> Sums:
    """Writes the notes of all that is below the directory, which others may be writing to. All of it is read: what is
    written through a mapping (mmap(2)) need not change a file's time. `before`: so many bytes of holes are in what is
    stored with it. Raises `CannotWrite`; `Failed` where there are more of them than can be stored, and where the disk
    has no room for the notes."""
    files = size = on_disk = notes = 0
    databases: list[str] = []
    try:
        with leases.broken([directory]), open(file, "wb") as written:
            for entry in _walk(directory):
                own = holes.of(entry.told)
                holes.refuse_more(before + size - on_disk + own, own, entry.path)
                noted, database = _noted(entry)
                if noted is None:
                    continue
                line = noted.line
                if notes // _LOOK_BYTES != (notes + len(line)) // _LOOK_BYTES:
                    room.refuse_short(file.parent)
                notes += len(line)
                written.write(line)
                files, size, on_disk = files + 1, size + noted.size, on_disk + max(0, noted.size - own)
                if database:
                    databases.append(noted.path)
    except OSError as error:
        raise CannotWrite(file, error) from error
    return Sums(files, size, on_disk, tuple(databases))


def look_again(directory: Path, file: Path) -> bool:
    """After the files were stored: those that were written to meanwhile, in a way that `compare` could not see by size
    and time, are `m` in the notes from now on; whether there are any. Raises `CannotWrite`, `Failed` without room
    for it, ValueError."""
    found, recent = False, time.time() - _RECENT_SECONDS
    room.refuse_less(file.parent, file.stat().st_size, "the notes of files")
    new = file.with_name(f"{file.name}.new")
    try:
        with open(new, "wb") as written:
            for line in _lines(file):
                noted = Noted.parse(line)
                if noted.kind != "m" and _has_changed(directory, noted, recent):
                    found, noted = True, replace(noted, kind="m", digest=_ABSENT)
                written.write(noted.line)
        os.replace(new, file)
    except OSError as error:
        raise CannotWrite(file, error) from error
    return found


def _has_changed(directory: Path, noted: Noted, recent: float) -> bool:
    """Of another size: what was stored has that, or was read before. Not touched for long: nobody maps it and writes,
    as the kernel sets its time with the first write after it has put one on the disk."""
    try:
        with beneath.found(directory, noted.path) as entry:
            told = entry.told
            if told.st_size != noted.size:
                return False
            if told.st_mtime_ns != noted.mtime:
                return True
            return max(told.st_mtime, told.st_ctime) > recent and _digest(entry, noted.kind) != noted.digest
    except OSError:
        # It is gone.
        return True


def databases(directory: Path) -> tuple[str, ...]:
    """The databases of SQLite that are below the directory."""
    found = []
    for entry in _walk(directory):
        try:
            if _is_database(entry):
                found.append(entry.path)
        except OSError:
            # It is gone.
            continue
    return tuple(found)


def remove_devices(directory: Path) -> None:
    """Of what root has fetched: it would make any of them anew, whatever the app itself may make. What is no device but
    looks like one (of overlayfs) stays. Raises OSError."""
    for entry in _walk(directory):
        mode = entry.told.st_mode
        if (stat.S_ISBLK(mode) or stat.S_ISCHR(mode)) and entry.told.st_rdev:
            os.unlink(entry.name, dir_fd=entry.above)


def count(directory: Path) -> int:
    """The files and links below the directory."""
    kinds = (stat.S_ISREG, stat.S_ISLNK)
    return sum(1 for entry in _walk(directory) if any(is_kind(entry.told.st_mode) for is_kind in kinds))


def size(directory: Path) -> int:
    """The bytes that the files below the directory take on the disk: holes take none."""
    return sum(holes.on_disk(entry.told) for entry in _walk(directory) if stat.S_ISREG(entry.told.st_mode))


def compare(directory: Path, file: Path, still: bool, ahead: bool = False) -> Compared:
    """What is below the directory, beside the notes. `still`: nobody was writing, so everything has to be there; else
    what has another size or time than noted was written to in between. `ahead`: what differs was written to, too, as
    all of it is copied once more. Raises `Failed` for notes that cannot be read."""
    files = moving = 0
    try:
        for line in _lines(file):
            noted = Noted.parse(line)
            files += 1
            try:
                wrong = _differs(directory, noted, still)
            except OSError:
                if still:
                    return Compared(files, moving, f'"{noted.path[:_SHOWN]}" is missing')
                wrong = None
            if wrong is None or (wrong and ahead):
                moving += 1
            elif wrong:
                return Compared(files, moving, f'"{noted.path[:_SHOWN]}" is not what was stored')
    except (OSError, ValueError) as error:
        raise Failed("backup-damaged", f"the backup is damaged: {file.name} cannot be read") from error
    return Compared(files, moving, "")


def _differs(directory: Path, noted: Noted, still: bool) -> bool | None:
    """Whether it is not what was stored; None where that was being written to. Raises OSError where it is not there."""
    with beneath.found(directory, noted.path) as entry:
        changed = (entry.told.st_size, entry.told.st_mtime_ns) != (noted.size, noted.mtime)
        if noted.kind == "m" or (changed and not still):
            return None
        return _digest(entry, noted.kind) != noted.digest


def _walk(directory: Path) -> Iterator[Entry]:
    """Raises `Failed`."""
    try:
        yield from beneath.walk(directory)
    except OSError as error:
        raise Failed("volume-read", f"the files of a volume cannot be read: {directory}: {error.strerror}") from error


def _noted(entry: Entry) -> tuple[Noted | None, bool]:
    told = entry.told
    if stat.S_ISLNK(told.st_mode):
        kind = "l"
    elif stat.S_ISREG(told.st_mode):
        kind = "s" if holes.of(told) else "f"
    else:
        # Sockets and the like have no content.
        return None, False
    try:
        digest = _digest(entry, kind)
        after = entry.again()
        database = _is_database(entry)
    except BlockingIOError as error:
        # It is there: a backup without it would be none.
        raise leases.failed("one is taken again, on", entry.path) from error
    except OSError:
        # It is gone, or something else by now.
        return None, False
    if stat.S_IFMT(after.st_mode) != stat.S_IFMT(told.st_mode):
        return None, False
    if (after.st_size, after.st_mtime_ns) != (told.st_size, told.st_mtime_ns):
        return Noted("m", _ABSENT, after.st_size, after.st_mtime_ns, entry.path), database
    return Noted(kind, digest, told.st_size, told.st_mtime_ns, entry.path), database


def _is_database(entry: Entry) -> bool:
    if not stat.S_ISREG(entry.told.st_mode) or entry.told.st_size < 512:
        return False
    with entry.opened() as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def _digest(entry: Entry, kind: str) -> str:
    """As notes of that kind have it. No more is read than there was when the file was found: an app may write to its
    end for ever."""
    if stat.S_ISLNK(entry.told.st_mode):
        return hashlib.sha256(os.fsencode(entry.goal())).hexdigest()
    with entry.opened() as stream:
        size = entry.told.st_size
        return holes.digest_of(stream, size) if kind == "s" else content.digest_of(stream, size)


def _lines(file: Path) -> Iterator[bytes]:
    rest = b""
    with open(file, "rb") as stream:
        while piece := stream.read(1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            yield from whole
    if rest:
        raise ValueError("cut off")
