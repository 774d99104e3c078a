"""Waiting for a change in a directory without looking all the time, by the kernel's own notices (F_NOTIFY in fcntl(2)):
each look would wake the processor, which on a small machine others need."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Ignored where nobody waits for it.
_SIGNAL = signal.SIGURG
#: F_SETOWN_EX with F_OWNER_TID (fcntl(2)): the notice goes to one thread. Another one, that does not block the signal,
#: would take it, and ignore it.
_SET_OWNER, _THREAD = 15, 0
_CHANGES = fcntl.DN_CREATE | fcntl.DN_MODIFY | fcntl.DN_RENAME | fcntl.DN_MULTISHOT


@contextmanager
def watched(directory: Path, poll: float) -> Iterator[Callable[[float], None]]:
    """A function that waits until something in the directory was made, renamed or written to since it was called last,
    and for so many seconds at most. Where the file system gives no notices it waits for `poll` seconds at most."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {_SIGNAL})
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        noticed = _notices(descriptor)

        def wait(seconds: float) -> None:
            if noticed:
                signal.sigtimedwait({_SIGNAL}, seconds)
            else:
                time.sleep(min(seconds, poll))

        yield wait
    finally:
        os.close(descriptor)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _notices(descriptor: int) -> bool:
    try:
        fcntl.fcntl(descriptor, _SET_OWNER, struct.pack("ii", _THREAD, threading.get_native_id()))
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, _SIGNAL)
        fcntl.fcntl(descriptor, fcntl.F_NOTIFY, _CHANGES)
    except OSError:
        return False
    return True
