"""The unit of `host uninstall`: runs from a spool, so that it can remove the state and the programs of the host."""

from __future__ import annotations

import fcntl
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.work import Work
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system.files import Machine
from pocketpaas.system.removing import Removal

#: The same as that of `init host`: the one would undo the other.
LOCK = Path("/run/lock/pocketpaas-init.lock")


def main(arguments: list[str]) -> NoReturn:
    """The program work/uninstall ID: 0 nothing of ours is left · 4 refused · 5 something is left."""
    paths = HostPaths.of_this_host()
    spool = paths.programs.parent
    here = replace(paths, root=spool)
    work = Work.of(here, arguments[0])
    alive = os.open(work.directory / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # Never closed by us: held as long as this program lives.
    fcntl.flock(alive, fcntl.LOCK_EX)
    values.put(work.directory / "pid", str(os.getpid()))
    reporter = Reporter()
    code = _outcome(paths, here, work, reporter)
    work.give_back_reserve()
    values.write(work.directory / "result", str(code))
    sys.exit(code)


def _outcome(paths: HostPaths, here: HostPaths, work: Work, reporter: Reporter) -> int:
    descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        reporter.fail("locked", "a set-up or a removal is at work on this host")
        reporter.hint("wait for it to end, and run this again")
        return 4
    data = values.read_or(work.directory / "values" / "with-data", "") == "yes"
    # The engine's version is kept where it does not outlive us.
    removal = Removal(paths, Machine(spool=here.root), Engine(here), reporter, data)
    try:
        return removal.run()
    except Failure as failure:
        reporter.failed(failure)
        return failure.code
    except Exception as error:  # noqa: BLE001: the one place where what nobody foresaw becomes a line
        # The log of errors may be gone already: people get all there is.
        reporter.fail("unexpected", f"unexpected error on the host: {type(error).__name__}: {error}")
        reporter.hint("run the same command again; it continues where this one ended")
        return 1
