"""At boot, after Docker and nginx: every app as it should be, and what a restart left half-done out of the way."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.cluster import firewall
from pocketpaas.routing import arrival, metadata
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.process import run
from pocketpaas.move import asking
from pocketpaas.operation import move_watch
from pocketpaas.operation.unexpected import tell_unexpected
from pocketpaas.operation.work import Work
from pocketpaas.release import renaming
from pocketpaas.release.alone import reconcile_app
from pocketpaas.service.start import bring_up
from pocketpaas.state import listing, moves, names, values
from pocketpaas.state.paths import HostPaths

_ENDED = ("created", "exited", "dead")


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `boot`: 0, or 1 where an app could not be brought up (the others were)."""
    since = _begun()
    engine = Engine(paths)
    sweep_works(paths, since)
    sweep_containers(engine)
    sweep_remains(paths, since)
    _sweep_arrivals(paths, reporter)
    good = all([metadata.guard(paths), firewall.guard(paths)])
    # Before the services: they are connected to no app that is closed.
    for app in listing.apps(paths):
        _settle_move(paths, reporter, app)
    good = bring_up(paths, engine, reporter) and good
    good = renaming.settle(paths, engine, reporter) and good
    for app in listing.apps(paths):
        good = _bring_up(paths, engine, reporter, app) and good
    return 0 if good else 1


def _sweep_arrivals(paths: HostPaths, reporter: Reporter) -> None:
    """nginx does not start with the file of a move that is gone: what is brought up after this starts it."""
    try:
        with host_lock(paths, Holder("host", "removing files of moves")):
            arrival.sweep(paths)
    except Failure as failure:
        reporter.failed(failure)


def _settle_move(paths: HostPaths, reporter: Reporter, app: str) -> None:
    """Nobody goes on with a move that had closed the app before the restart: it serves here again. And one that is open
    is looked after again."""
    phase = moves.phase(paths, app)
    try:
        if phase == moves.CLOSED:
            moves.turn_open(paths, app, moves.CLOSED, moves.AHEAD)
            move_watch.watch(paths, app)
        elif phase != moves.ARRIVED and moves.is_opening(paths, app):
            move_watch.watch(paths, app)
        elif phase == moves.ARRIVED:
            _ask_for_word(paths, app)
            move_watch.watch(paths, app)
        elif phase in (moves.RECLAIMING, moves.ARRIVING, moves.RETURNING):
            move_watch.watch(paths, app)
    except Failure as failure:
        reporter.failed(failure)


def _ask_for_word(paths: HostPaths, app: str) -> None:
    """While this machine was away somebody may have said that it is lost, and the app serves on the other host: then it
    does not here. Where nobody answers it does. Raises `CannotWrite`, `Damaged`."""
    try:
        if not asking.is_passed(paths, app):
            moves.turn(paths, app, moves.ARRIVED, moves.RETURNING)
    except asking.Silent:
        # The timer asks again.
        pass


def _bring_up(paths: HostPaths, engine: Engine, reporter: Reporter, app: str) -> bool:
    try:
        reconcile_app(paths, engine, reporter, app)
    except Failure as failure:
        reporter.failed(failure)
        return False
    except Exception as error:  # noqa: BLE001: the apps after this one are brought up all the same
        tell_unexpected(paths, reporter, error)
        return False
    return True


def _begun() -> float:
    """When this start of the machine began, in seconds."""
    shown = run(["systemctl", "show", "--timestamp=unix", "--property", "UserspaceTimestamp", "--value"]).text
    seconds = shown.removeprefix("@")
    return float(seconds) if seconds.isdigit() else 0.0


def _left(directory: Path, pattern: str, since: float) -> Iterator[Path]:
    """What was there before this start of the machine: people may be back already."""
    try:
        found = os.listdir(directory)
    except OSError:
        return
    for name in sorted(found):
        path = directory / name
        if fnmatch.fnmatchcase(name, pattern) and path.lstat().st_mtime <= since:
            yield path


def sweep_works(paths: HostPaths, since: float) -> None:
    """No operation survives a restart. What they were given is only in the way, and may be secret; their logs stay
    as long as the app."""
    for directory in _left(paths.works, "*", since):
        work = Work(directory.name, directory)
        if work.runs():
            continue
        if names.is_app(work.app) and paths.app(work.app).is_dir():
            work.clean()
        else:
            values.remove_tree(directory)


def sweep_remains(paths: HostPaths, since: float) -> None:
    """What was being made, or removed. (No app and no key has a name that begins with a dot.)"""
    for directory, pattern in (
        (paths.apps, ".*"),
        (paths.keys, ".*"),
        (paths.services, ".*"),
        (paths.root, ".keys.*"),
        (paths.programs.parent, ".new*"),
    ):
        for path in _left(directory, pattern, since):
            values.remove_tree(path)


def sweep_containers(engine: Engine) -> None:
    """Of builds, release commands and one-off commands, which nobody waits for any more. What the engine does not
    let go now goes another time."""
    if not engine.wait():
        return
    slots = ("run", "cron", "release")
    for label in (containers.BUILD, *(f"{containers.SLOT}={slot}" for slot in slots)):
        try:
            found = containers.listed(engine, (label,), _ENDED)
        except EngineError:
            continue
        containers.remove(engine, [one.id for one in found])
