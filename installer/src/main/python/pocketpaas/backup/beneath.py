"""The files below a directory that an app writes to while root reads it. No link is followed, in no part of a path, and
nothing but a file is opened: what an app puts in the place of a file or a directory meanwhile leads nowhere else, and a
pipe keeps nobody waiting."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pocketpaas.failure import Failed

#: Each is open while what is below it is read.
_DEEPEST = 500
#: Bytes of a path below the directory: whoever stores and restores the file puts others before it, and a path has 4095.
_LONGEST = 3500
_SHOWN = 100
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = _DIRECTORY | os.O_NOFOLLOW
#: Of what was another thing a moment ago.
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


@dataclass(frozen=True)
class Entry:
    """A file or the like, in the directory of that path below the first one, and what was told of it. The directory
    that it is in is open as `above` until the next one is asked for."""

    directory: str
    name: str
    told: os.stat_result
    above: int

    @property
    def path(self) -> str:
        """Its path below the first directory."""
        return os.path.join(self.directory, self.name)

    def again(self) -> os.stat_result:
        """What is told of it now. Raises OSError."""
        return os.stat(self.name, dir_fd=self.above, follow_symlinks=False)

    def goal(self) -> str:
        """Where a link leads. Raises OSError."""
        return os.readlink(self.name, dir_fd=self.above)

    def attributes(self) -> tuple[tuple[str, bytes], ...]:
        """Its extended attributes, as `attributes_of`."""
        # The last part of it is not followed; what is above is the very directory.
        return attributes_of(Path(f"/proc/self/fd/{self.above}/{self.name}"))

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Of a file. Raises OSError, also where there is something else by now."""
        # Nothing is opened by that, neither a pipe nor a device: it is only found.
        found = os.open(self.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.above)
        try:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise FileNotFoundError(errno.ENOENT, "it is no file any more", self.path)
            descriptor = os.open(f"/proc/self/fd/{found}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        finally:
            os.close(found)
        with os.fdopen(descriptor, "rb") as stream:
            yield stream


def attributes_of(path: Path) -> tuple[tuple[str, bytes], ...]:
    """The extended attributes of a file, in order: an app's own, lists of access (ACLs), capabilities of a program.
    None of what is gone, and where the disk has none. Raises OSError."""
    found = []
    try:
        for name in sorted(os.listxattr(path, follow_symlinks=False)):
            found.append((name, os.getxattr(path, name, follow_symlinks=False)))
    except OSError as error:
        # Taken away meanwhile (ENODATA), it is not as it was: whoever compares sees that by the rest of them.
        if error.errno not in (*_GONE, errno.ENODATA, errno.ENOTSUP):
            raise
    return tuple(found)


def walk(directory: Path, with_directories: bool = False) -> Iterator[Entry]:
    """All of it that is no directory, else each of those before what is in it, in order; what vanishes meanwhile is
    left out. Raises OSError, `Failed` where directories are nested too deep, or a path is too long to be stored."""
    # What is above the app's files is not the app's.
    levels = [_Level(os.open(directory, _DIRECTORY), "")] if directory.is_dir() else []
    try:
        while levels:
            level = levels[-1]
            yield from level.entries()
            below = level.next()
            if below is None:
                levels.pop().close()
            elif len(levels) >= _DEEPEST:
                raise Failed(
                    "volume-deep",
                    f"directories are nested more than {_DEEPEST} deep in the volume: {below.path[:_SHOWN]}…",
                    "have the app remove them",
                )
            else:
                if with_directories:
                    yield below
                inside = _opened_below(level.descriptor, below.name)
                if inside is not None:
                    levels.append(_Level(inside, below.path))
    finally:
        for level in levels:
            level.close()


class _Level:
    """A directory that is being read: its files first, then what is below it. Of each no more than its name is kept: an
    app may have millions."""

    def __init__(self, descriptor: int, path: str) -> None:
        self.descriptor, self._path = descriptor, path
        self._above = len(os.fsencode(path)) + 1
        self._names = sorted(os.listdir(descriptor), reverse=True)
        self._directories: list[str] = []

    def entries(self) -> Iterator[Entry]:
        """Those that were not asked for yet."""
        if not self._names:
            return
        while self._names:
            found = self._entry(self._names.pop())
            if found is not None and stat.S_ISDIR(found.told.st_mode):
                self._directories.append(found.name)
            elif found is not None:
                yield found
        self._directories.reverse()

    def next(self) -> Entry | None:
        """The next directory."""
        while self._directories:
            found = self._entry(self._directories.pop())
            if found is not None and stat.S_ISDIR(found.told.st_mode):
                return found
        return None

    def _entry(self, name: str) -> Entry | None:
        """None where it is gone. Raises `Failed` for one whose path is too long."""
        if self._above + len(os.fsencode(name)) > _LONGEST:
            raise Failed(
                "path-too-long",
                f"a path in the volume is longer than {_LONGEST} bytes, and could not be stored or restored: "
                f"{os.path.join(self._path, name)[:_SHOWN]}…",
                "have the app remove or rename it",
            )
        try:
            return Entry(
                self._path, name, os.stat(name, dir_fd=self.descriptor, follow_symlinks=False), self.descriptor
            )
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Once."""
        os.close(self.descriptor)


def _opened_below(descriptor: int, name: str) -> int | None:
    try:
        return os.open(name, _BELOW, dir_fd=descriptor)
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise


@contextmanager
def found(directory: Path, path: str) -> Iterator[Entry]:
    """What has that path below the directory. Raises OSError where there is nothing, or where the way there leads over
    a link."""
    above = os.open(directory, _DIRECTORY)
    try:
        *parents, name = path.split("/")
        for parent in parents:
            below = os.open(parent, _BELOW, dir_fd=above)
            os.close(above)
            above = below
        yield Entry("/".join(parents), name, os.stat(name, dir_fd=above, follow_symlinks=False), above)
    finally:
        os.close(above)
