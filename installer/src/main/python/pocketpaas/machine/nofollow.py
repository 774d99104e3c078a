"""Programs that read directories which others write to, meanwhile. They open by path: a link put in the place of a
directory would lead them anywhere on the host. So they have mounts of their own, on which the kernel follows no link
(it still tells where one leads), and which they can only read.

Run as a program, with nothing else of ours loaded: NUMBER DIRECTORY… COMMAND…"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

#: How it ends where that cannot be done: the command is not begun then.
IMPOSSIBLE = 126
COMPLAINS = b"Fatal: "
CURE = "the host has to run Linux 5.10 or later: update its system, and run the command again"
_MISSING = 127
_CLONE_NEWNS = 0x20000
#: Of mount(2).
_BIND, _REMOUNT, _RECURSIVE, _PRIVATE, _SLAVE = 0x1000, 0x20, 0x4000, 0x40000, 0x80000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _NO_LINKS = 0x1, 0x2, 0x4, 0x8, 0x100
_ALL = _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS | _NO_LINKS
#: Of statvfs(3). A kernel that does not know the flag says nothing.
_HAS_NO_LINKS = 0x2000


def reading(directories: Sequence[Path], command: Sequence[str]) -> list[str]:
    """The command, for which no link in these directories leads anywhere. (Where we are not root, as in tests, nothing
    of the host could be read by that: the command itself.)"""
    if not directories or os.geteuid() != 0:
        return list(command)
    return [sys.executable, "-ISB", __file__, str(len(directories)), *map(str, directories), *command]


def main(words: Sequence[str]) -> int:
    """Becomes the command. Returns where it cannot."""
    number = int(words[0])
    directories, command = words[1 : number + 1], list(words[number + 1 :])
    try:
        library = ctypes.CDLL(None, use_errno=True)
        _check(library.unshare(_CLONE_NEWNS), "unshare")
        # What the host mounts and unmounts meanwhile counts here, too, and nothing of ours there.
        _mount(library, None, "/", _SLAVE | _RECURSIVE)
        for directory in directories:
            _close(library, os.path.realpath(directory))
    except OSError as error:
        why = f"links could lead out of a volume: {error.filename}: {error.strerror}"
        print(f"{COMPLAINS.decode()}{why}", file=sys.stderr)
        return IMPOSSIBLE
    for one in (signal.SIGPIPE, signal.SIGXFSZ):
        # Python's own choice is not the command's.
        signal.signal(one, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, dict(os.environ))
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return _MISSING if isinstance(error, FileNotFoundError) else IMPOSSIBLE


def _close(library: ctypes.CDLL, directory: str) -> None:
    """No link is followed in the directory, nor in what is mounted below it. Raises OSError."""
    _mount(library, directory, directory, _BIND | _RECURSIVE)
    _mount(library, None, directory, _PRIVATE | _RECURSIVE)
    # From above: on the way to one that is below no link is followed any more.
    for point in _mounted(directory):
        _mount(library, None, point, _REMOUNT | _BIND | _ALL)
        if not os.statvfs(point).f_flag & _HAS_NO_LINKS:
            raise OSError(0, "the kernel does not know the mount option nosymfollow", point)


def _mounted(directory: str) -> list[str]:
    with open("/proc/self/mountinfo", "rb") as file:
        points = {_unescaped(line.split(b" ")[4]) for line in file}
    return sorted(point for point in points if point == directory or point.startswith(f"{directory}/"))


def _unescaped(point: bytes) -> str:
    for code in (b"\\040", b"\\011", b"\\012", b"\\134"):
        point = point.replace(code, bytes([int(code[1:], 8)]))
    return os.fsdecode(point)


def _mount(library: ctypes.CDLL, source: str | None, target: str, flags: int) -> None:
    given = None if source is None else os.fsencode(source)
    _check(library.mount(given, os.fsencode(target), None, ctypes.c_ulong(flags), None), target)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
