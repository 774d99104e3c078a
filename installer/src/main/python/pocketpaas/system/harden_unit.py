"""The unit of `host harden`: installs what is missing, and changes the machine under the timer that takes it back."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from pocketpaas.cluster import firewall
from pocketpaas.failure import Busy, Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unexpected import tell_unexpected
from pocketpaas.operation.work import Work
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system.files import Machine
from pocketpaas.system.hardening import Hardening
from pocketpaas.system.unit import LOCK


def of(paths: HostPaths, reporter: Reporter) -> Hardening:
    """The hardening of this host, by these very programs."""
    opened = partial(firewall.guard, paths)
    return Hardening(Machine(), paths.root / "harden", paths.programs / "harden", reporter, opened)


@contextmanager
def alone(seconds: bool = True) -> Iterator[None]:
    """Nobody else sets this machine up, hardens it or takes back what was done. With `seconds` false it does not wait;
    raises `Busy`."""
    descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if seconds else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise Busy("another set-up of this host is at work") from error
        yield
    finally:
        os.close(descriptor)


def main(arguments: list[str]) -> NoReturn:
    """The program work/harden ID: 0 done, and waits to be confirmed · 4 refused · 5 failed, and taken back."""
    paths = HostPaths.of_this_host()
    work = Work.of(replace(paths, root=paths.programs.parent), arguments[0])
    alive = os.open(work.directory / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # Never closed by us: held as long as this program lives.
    fcntl.flock(alive, fcntl.LOCK_EX)
    values.put(work.directory / "pid", str(os.getpid()))
    reporter = Reporter()
    code = _outcome(paths, work.directory / "values", reporter)
    work.give_back_reserve()
    values.write(work.directory / "result", str(code))
    sys.exit(code)


def _outcome(paths: HostPaths, given: Path, reporter: Reporter) -> int:
    try:
        with alone(seconds=False):
            allow = [port for port in values.lines(given / "allow") if port.isdigit()]
            of(paths, reporter).apply(list(values.lines(given / "wanted")), allow)
    except Failure as failure:
        reporter.failed(failure)
        return failure.code
    except Exception as error:  # noqa: BLE001: the one place where what nobody foresaw becomes a line
        tell_unexpected(paths, reporter, error)
        return 1
    return 0
