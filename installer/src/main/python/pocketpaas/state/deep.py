"""Directories, however deep: an app makes trees of thousands of levels. Nothing here calls itself for each of them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

#: Each is open while what is below it goes. What is deeper is moved to the top before: no ordinary tree needs that, and
#: not all file systems can.
_DEEPEST = 60
_BELOW = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST)
#: Of what is another thing now than a moment ago.
_OTHER = (errno.ENOTDIR, errno.ELOOP)
#: So often somebody may put something into a directory that was just emptied.
_TIMES = 20


class _Level:
    """A directory that is being emptied. `descriptor` is open."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.descriptor, self.name = descriptor, name
        self.left = os.listdir(descriptor)


def remove_directory(path: Path) -> None:
    """Removes a directory with all that is in it; nothing where it has gone meanwhile. No link is followed, and only so
    many descriptors are open at once. Raises OSError."""
    for tried in range(_TIMES):
        try:
            descriptor = os.open(path, _BELOW)
        except FileNotFoundError:
            return
        _empty(descriptor)
        try:
            os.rmdir(path)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in _NOT_EMPTY or tried == _TIMES - 1:
                raise
        else:
            return


def _empty(descriptor: int) -> None:
    """Closes the descriptor."""
    levels: list[_Level] = []
    try:
        try:
            levels.append(_Level(descriptor, ""))
        except OSError:
            os.close(descriptor)
            raise
        again = 0
        while levels:
            level = levels[-1]
            if level.left:
                name = level.left.pop()
                if _remove_one(level.descriptor, name):
                    continue
                if len(levels) < _DEEPEST:
                    _push(levels, name)
                else:
                    _move_up(level.descriptor, name, levels[0])
                continue
            os.close(levels.pop().descriptor)
            if levels and not _remove_one(levels[-1].descriptor, level.name):
                again += 1
                if again > _TIMES:
                    raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), level.name[:100])
                levels[-1].left.append(level.name)
    finally:
        for level in levels:
            os.close(level.descriptor)


def _remove_one(above: int, name: str) -> bool:
    """Whether it is gone; else it is a directory with something in it. Raises OSError."""
    for tried in range(_TIMES):
        try:
            os.unlink(name, dir_fd=above)
            return True
        except FileNotFoundError:
            return True
        except IsADirectoryError:
            pass
        try:
            os.rmdir(name, dir_fd=above)
            return True
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in _NOT_EMPTY:
                return False
            if error.errno not in _OTHER or tried == _TIMES - 1:
                raise
    return False


def _push(levels: list[_Level], name: str) -> None:
    try:
        descriptor = os.open(name, _BELOW, dir_fd=levels[-1].descriptor)
    except OSError as error:
        if error.errno in _OTHER:
            # It goes as what it is now.
            levels[-1].left.append(name)
        elif error.errno != errno.ENOENT:
            raise
        return
    try:
        levels.append(_Level(descriptor, name))
    except OSError:
        os.close(descriptor)
        raise


def _move_up(above: int, name: str, top: _Level) -> None:
    new = f".gone.{os.urandom(8).hex()}"
    try:
        os.rename(name, new, src_dir_fd=above, dst_dir_fd=top.descriptor)
    except FileNotFoundError:
        return
    top.left.append(new)


def walk(directory: Path, all_of_it: bool = False) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each directory, before what is in it, with the names of the directories and of all else that is there. As with
    os.walk no link is followed, and what cannot be read is left out; for who needs `all_of_it`, raises OSError."""
    left = [directory]
    while left:
        above = left.pop()
        directories: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(above) as found:
                for one in found:
                    (directories if one.is_dir(follow_symlinks=False) else files).append(one.name)
        except OSError:
            # Else it is told as far as it was read.
            if all_of_it:
                raise
        yield above, directories, files
        left += [above / name for name in reversed(directories)]
