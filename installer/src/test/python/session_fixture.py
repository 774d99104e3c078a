"""Somebody in the data of a service by hand, as the tests of what ends such have it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import unittest

from pocketpaas.engine.client import Engine
from pocketpaas.machine.locks import Holder
from pocketpaas.service import sessions
from pocketpaas.service.links import Link


def console(case: unittest.TestCase, engine: Engine, link: Link, command: str, stubborn: bool = False) -> int:
    """The program of a console, known by `command` in the container, which runs until it is told to end. It is gone
    when the test is over."""
    near, far = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN if stubborn else lambda *_: os._exit(0))
            with sessions.known(engine, link, Holder("ann", "console")) as session:
                session.note(command)
                os.write(far, b".")
                time.sleep(60)
        finally:
            os._exit(1)
    os.close(far)
    case.assertEqual(os.read(near, 1), b".")
    os.close(near)
    case.addCleanup(_gone, pid)
    return pid


def _gone(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
