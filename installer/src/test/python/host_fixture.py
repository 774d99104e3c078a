"""What the tests of the host programs share: a host whose state is in a directory of the test's own."""

from __future__ import annotations

import io
import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from pocketpaas.engine.client import Engine
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.held_back import ENDING
from pocketpaas.machine.process import Ended
from pocketpaas.routing import metadata
from pocketpaas.state import durable, values
from pocketpaas.state.paths import HostPaths


#: Linux's disk in memory (tmpfs(5)), and how much room there has to be on it.
_MEMORY, _ROOM = "/dev/shm", 1 << 25


def _memory() -> str | None:
    """That disk, where there is one: tests make files by the ten thousand, which a real one takes minutes for."""
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    return _MEMORY if os.access(_MEMORY, os.W_OK) and found.f_bavail * found.f_frsize >= _ROOM else None


class RecordingReporter(Reporter):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.written = io.BytesIO()
        super().__init__(self._keep)

    def _keep(self, data: bytes) -> None:
        self.written.write(data)

    @property
    def lines(self) -> list[str]:
        """The lines that were told, without their ends."""
        return self.written.getvalue().decode("utf-8", "surrogateescape").splitlines()


class HostCase(unittest.TestCase):
    """A test with a host of its own: `self.paths`, `self.reporter`."""

    #: Whether the host's directory may be in memory, and so below /dev, where there is room.
    in_memory = True

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="pocketpaas-test.", dir=_memory() if self.in_memory else None)
        self.addCleanup(directory.cleanup)
        root = Path(directory.name)
        self.paths = HostPaths(root / "state", root / "log", Path(values.__file__).parents[2])
        for path in (self.paths.apps, self.paths.keys, self.paths.host, self.paths.works, self.paths.log):
            values.make_directory(path)
        self.reporter = RecordingReporter()
        for number in ENDING:
            # What is beyond cancelling hears none of them any more.
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        # Processes end here, and the machine does not: nothing need be on its disk, which most of the time went to.
        self.enterContext(mock.patch.object(os, "fsync", os.fstat))
        self.enterContext(mock.patch.object(durable, "flush"))
        # The kernel's rules are this machine's own, and so is its engine. This host's does not run.
        self.iptables = mock.Mock(return_value=Ended(0, b"", b""))
        self.enterContext(mock.patch.object(metadata, "run", self.iptables))
        engine = (root / "docker.sock", root / "docker.pid")
        self.enterContext(mock.patch.object(Engine.__init__, "__defaults__", engine))

    def tree(self, directory: Path, files: dict[str, str]) -> Path:
        """Writes the values below the directory, and returns it."""
        for path, text in files.items():
            values.make_directory((directory / path).parent)
            values.put(directory / path, text)
        return directory
