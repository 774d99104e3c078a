"""Programs for which the machine is another one than for all others; what is so for them is for nobody else.

Some read directories which others write to, meanwhile. They open by path: a link put in the place of a directory would
lead them anywhere on the host. So they have mounts of their own, on which the kernel follows no link (it still tells
where one leads), and which they can only read. And some leave the name of the machine somewhere else, as restic does in
its locks: there it has to be a name that no other machine has.

Run as a program, with nothing else of ours loaded: NAME NUMBER DIRECTORY… COMMAND… (no name: the machine's)"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

#: How it ends where links would be followed, and where it cannot have the name: the command is not begun then.
IMPOSSIBLE, UNNAMED = 126, 123
COMPLAINS = b"Fatal: "
CURE = "the host has to run Linux 5.10 or later: update its system, and run the command again"
_MISSING = 127
_CLONE_NEWNS, _CLONE_NEWUTS = 0x20000, 0x4000000
#: Of mount(2).
_BIND, _REMOUNT, _RECURSIVE, _PRIVATE, _SLAVE = 0x1000, 0x20, 0x4000, 0x40000, 0x80000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _NO_LINKS = 0x1, 0x2, 0x4, 0x8, 0x100
_ALL = _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS | _NO_LINKS
#: Of statvfs(3). A kernel that does not know the flag says nothing.
_HAS_NO_LINKS = 0x2000


def apart(command: Sequence[str], name: str = "", directories: Sequence[Path] = ()) -> list[str]:
    """The command, for which the machine has that name, and no link in these directories leads anywhere. (Where we are
    not root, as in tests, nothing of the host could be read by that: the command itself.)"""
    if not (name or directories) or os.geteuid() != 0:
        return list(command)
    return [sys.executable, "-ISB", __file__, name, str(len(directories)), *map(str, directories), *command]


def main(words: Sequence[str]) -> int:
    """Becomes the command. Returns where it cannot."""
    name, number = words[0], int(words[1])
    directories, command = words[2 : number + 2], list(words[number + 2 :])
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if name:
            _check(library.unshare(_CLONE_NEWUTS), "unshare")
            given = os.fsencode(name)
            _check(library.sethostname(given, ctypes.c_size_t(len(given))), name)
    except OSError as error:
        _complain(f"a name of its own is not possible on this machine: {error.filename}: {error.strerror}")
        return UNNAMED
    try:
        if directories:
            _check(library.unshare(_CLONE_NEWNS), "unshare")
            # What the host mounts and unmounts meanwhile counts here, too, and nothing of ours there.
            _mount(library, None, "/", _SLAVE | _RECURSIVE)
        for directory in directories:
            _close(library, os.path.realpath(directory))
    except OSError as error:
        _complain(f"links could lead out of a volume: {error.filename}: {error.strerror}")
        return IMPOSSIBLE
    for one in (signal.SIGPIPE, signal.SIGXFSZ):
        # Python's own choice is not the command's.
        signal.signal(one, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, dict(os.environ))
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return _MISSING if isinstance(error, FileNotFoundError) else IMPOSSIBLE


def _complain(why: str) -> None:
    print(f"{COMPLAINS.decode()}{why}", file=sys.stderr)


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
