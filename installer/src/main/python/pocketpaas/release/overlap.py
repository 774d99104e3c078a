"""What must not run beside its successor: types with `overlap: false`, with --stop-first all of them. It ends before
that begins, and runs again where that fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.failure import CannotWrite, Failure
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles
from pocketpaas.release import candidates, check, drain, ending, scale, slots
from pocketpaas.routing import flags
from pocketpaas.state import values


def is_allowed(directory: Path, process_type: str) -> bool:
    """Whether a process of the type may run beside its successor, by `processes/` in the directory (a bundle, or
    settings)."""
    return values.read_or(directory / "processes" / process_type / "overlap", "true") != "false"


def chosen(operation: Operation, bundle: Path, old_slot: str) -> tuple[Container, ...]:
    """What runs in the old slot and has to end before the bundle's processes start. Raises `EngineError`."""
    # Most apps have no such process, and need not wait for the question.
    if not operation.stop_first and all(is_allowed(bundle, one) for one in bundles.types(bundle)):
        return ()
    return tuple(
        one
        for one in containers.list_of_app(operation.engine, operation.app)
        if one.slot == old_slot and one.runs and (operation.stop_first or not is_allowed(bundle, one.type))
    )


def end(operation: Operation, ending_ones: Sequence[Container]) -> None:
    """They end; what answers requests first has time for those that it has begun."""
    if not ending_ones:
        return
    app, ids = operation.app, [one.id for one in ending_ones]
    types = sorted({one.type for one in ending_ones})
    operation.reporter.note(f"ends before the new release starts: {' '.join(types)}")
    if "web" in types:
        operation.reporter.warn(f"{app} does not answer until the new release is up")
        operation.down = True
        try:
            flags.unavailable(operation.paths, app)
        except CannotWrite:
            operation.reporter.warn("visitors are not told so (disk full?)")
        facts = containers.inspect_all(operation.engine, ids)
        answering = ending.answering(operation.paths, app, facts.values())
        drain.wait_quiet(answering.seconds, answering.targets)
    ending.end(operation.paths, operation.engine, app, ids)


def undo(operation: Operation, ids: Sequence[str]) -> None:
    """What has ended runs again. Where it had to answer it is asked, so that what is told of it is true."""
    paths, app = operation.paths, operation.app
    for one in ids:
        try:
            containers.start(operation.engine, one)
        except EngineError as error:
            operation.reporter.warn(f"what had ended before does not start again: {error.text}")
    live = slots.live_release(paths, app) if operation.down else None
    if live is None:
        return
    operation.reporter.note(f"starting v{live} again")
    bundle = paths.release(app, live)
    again = candidates.inspect(operation.engine, ids)
    verdicts = check.check_all(bundle, candidates.asked_host(operation, bundle), again)
    if len(verdicts) == len(again) and all(verdict.ok for verdict in verdicts.values()):
        operation.down = False
    else:
        operation.reporter.warn('the old release does not answer again: see "pocketpaas logs"')
    set_flags(operation, bundle)


def set_flags(operation: Operation, bundle: Path) -> None:
    """nginx answers 503 by itself where the app is stopped or no web process is wanted. Never a reason to fail: what it
    cannot be told is told."""
    try:
        flags.settle(operation.paths, operation.app, scale.wanted(operation.paths, operation.app, bundle, "web"))
    except (Failure, OSError):
        operation.reporter.warn(f"nginx cannot be told whether {operation.app} answers (disk full?)")
