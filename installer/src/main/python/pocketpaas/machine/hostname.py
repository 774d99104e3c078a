"""Programs that leave the name of the machine somewhere else, as restic does in its locks: there it has to be a name
that no other machine has. It is the program's own alone; that of the host stays.

Run as a program, with nothing else of ours loaded: NAME COMMAND…"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

#: How it ends where that cannot be done: the command is not begun then.
IMPOSSIBLE = 126
_MISSING = 127
_CLONE_NEWUTS = 0x4000000


def under(name: str, command: Sequence[str]) -> list[str]:
    """The command, on a machine of that name as far as it can see. (Where we are not root, as in tests, the command
    itself.)"""
    if os.geteuid() != 0:
        return list(command)
    return [sys.executable, "-ISB", __file__, name, *command]


def main(words: Sequence[str]) -> int:
    """Becomes the command. Returns where it cannot."""
    name, command = os.fsencode(words[0]), list(words[1:])
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWUTS) != 0 or library.sethostname(name, ctypes.c_size_t(len(name))) != 0:
        why = os.strerror(ctypes.get_errno())
        print(f"Fatal: restic cannot have a name of its own on this machine: {why}", file=sys.stderr)
        return IMPOSSIBLE
    for one in (signal.SIGPIPE, signal.SIGXFSZ):
        # Python's own choice is not the command's.
        signal.signal(one, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, dict(os.environ))
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return _MISSING if isinstance(error, FileNotFoundError) else IMPOSSIBLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
