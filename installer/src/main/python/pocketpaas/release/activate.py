"""From a release to serving: start in the idle slot (and seal, while the engine does that), check, routing, switch,
drain. Until the switch everything that serves stays as it is; whatever ends the program before it takes the candidate
back. The app's lock is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.parallel import Task
from pocketpaas.failure import Cancelled, CannotWrite, Failed, Failure
from pocketpaas.operation.unit import Operation, ignore_signals
from pocketpaas.release import bundle as bundles
from pocketpaas.release import candidates, cron, drain, memory, overlap, scale, seal, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import flags, nginx
from pocketpaas.routing import names as app_names
from pocketpaas.state import moves, nodes, values
from pocketpaas.state.paths import HostPaths

_LATER = "the next command does it"


@dataclass
class _Attempt:
    """What is being tried: what is in the slot, and what had to end before."""

    operation: Operation
    slot: str = ""
    stopped: tuple[str, ...] = ()

    def begin(self) -> None:
        """Whatever ends the operation before its switch takes it back: the last of these first, each whatever
        becomes of the others."""
        operation = self.operation
        operation.undo += [
            self._forget_routing,
            lambda: take_back_command(operation),
            lambda: overlap.undo(operation, self.stopped),
            self._empty_slot,
            self._drop,
            self._wait_for_engine,
        ]

    def _wait_for_engine(self) -> None:
        # What is left on an engine that has gone away would go with the next command only.
        if not self.operation.engine.wait():
            self.operation.reporter.warn(
                "the Docker engine does not answer; what was started goes with the next command"
            )

    def _drop(self) -> None:
        if self.slot:
            candidates.drop(self.operation, self.slot)

    def _empty_slot(self) -> None:
        if self.slot:
            slots.empty(self.operation.paths, self.operation.app, self.slot)

    def _forget_routing(self) -> None:
        if slots.live_slot(self.operation.paths, self.operation.app) is None:
            nginx.remove(self.operation, self.operation.app)


def take_back_command(operation: Operation) -> None:
    """A release command that still runs goes. Raises `EngineError`."""
    candidates.drop(operation, bundles.RELEASE_COMMAND)


#: Begins to end containers of an app's slot; whether somebody does it now.
EndOld = Callable[[HostPaths, str, str, Sequence[str]], bool]


def activate(operation: Operation, running: Running, release: int, end_old: EndOld | None = None) -> None:
    """Returns when the release is live. `running` is what reconcile has found under the same lock. `end_old` ends the
    one before (`drain.start`); over a cluster it has no part. Raises `Failed`, `Refused`, `Cancelled` and what else
    ends an operation; what has to be taken back then is in `operation.undo`."""
    paths, app = operation.paths, operation.app
    if nodes.is_home(paths):
        # Loaded in a cluster alone.
        from pocketpaas.release import spread_activate

        spread_activate.begin(operation, running, release)
        return
    bundle = paths.release(app, release)
    old, slot = slots.live_release(paths, app), slots.idle_slot(paths, app)
    moves.refuse(paths, app)
    attempt = _Attempt(operation)
    attempt.begin()
    memory.guard(operation, running, bundle / "settings", bundle)
    if flags.is_stopped(paths, app) and operation.kind != "start":
        operation.reporter.note(f"{app} was stopped: this starts it again")
    clear_slot(operation, running, slot)
    # From here on what is in it is ours, and goes with a failure.
    attempt.slot = slot
    slots.prepare(paths, app, slot, release)
    started = _start(operation, attempt, release, slot)
    candidates.check_them(operation, bundle, started.candidates)
    # Before the switch, so that what is live always comes back after a crash. The engine takes its time.
    with Task(_make_ready, operation, slot, started.ids) as ready:
        route(operation, bundle)
        ready.result()
    _switch(operation, slot, release)
    _settle(operation, running, release, slots.other(slot), old, end_old)


def _start(operation: Operation, attempt: _Attempt, release: int, slot: str) -> candidates.Started:
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    bundle = paths.release(app, release)
    wanted = scale.instances(paths, app, bundle)
    reporter.step("start", "start", scale.text(wanted))
    ending_ones = overlap.chosen(operation, bundle, slots.other(slot))
    # Kept before they end, so that a failure can start them again.
    attempt.stopped = tuple(one.id for one in ending_ones)
    overlap.end(operation, ending_ones)
    started = candidates.start(operation, release, slot, wanted)
    if started.why:
        reporter.step("start", "fail")
        cure = "the Docker engine on the host says so; look at the command, the volumes and the limits"
        raise Failed("not-started", started.why, cure)
    reporter.step("start", "done")
    return started


def _make_ready(operation: Operation, slot: str, ids: Sequence[str]) -> None:
    """What comes before the switch and waits for others: the slot is on the disk, and the engine starts its containers
    again, whatever ends them."""
    slots.sync(operation.paths, operation.app, slot)
    try:
        containers.set_restart(operation.engine, "unless-stopped", ids)
    except EngineError as error:
        text = f"the new containers cannot be kept running: {error.text}"
        raise Failed("not-started", text) from error


def route(operation: Operation, bundle: Path) -> None:
    """nginx knows the app as the bundle wants it. Raises `Failed`, `CannotWrite`, `Damaged`, `Busy`; all is then as it
    was."""
    if not bundles.has_web(bundle):
        return
    paths, app = operation.paths, operation.app
    web = scale.wanted(paths, app, bundle, "web")
    known = app_names.names_of(paths, app, bundle / "settings")
    try:
        changed = nginx.apply(operation, app, web, known, bundle / "settings")
    except Failure:
        operation.reporter.step("routing", "fail")
        raise
    if changed:
        operation.reporter.step("routing", "done", app_names.shown(known))
    nginx.settle(operation)


def _switch(operation: Operation, slot: str, release: int) -> None:
    """The only point at which a release goes live. What was tried is live then, and nothing is taken back any more."""
    _pass_point_of_no_return(operation)
    operation.reporter.step("switch", "start")
    # Only a release that was healthy once is good; one that is restarted has been already.
    bundles.set_status(operation.paths, operation.app, release, "good")
    slots.switch(operation.paths, operation.app, slot)
    operation.committed()
    operation.down = False
    operation.reporter.step("switch", "done", slot)


def _pass_point_of_no_return(operation: Operation) -> None:
    """From here on this is not stopped any more, to its end. Who wants it stopped says so before the signal: raises
    `Cancelled`."""
    ignore_signals()
    if operation.cancelled_by():
        raise Cancelled


def _settle(
    operation: Operation, running: Running, release: int, old_slot: str, old: int | None, end_old: EndOld | None
) -> None:
    """After the switch. What fails here is put right by the next reconcile."""
    paths, app = operation.paths, operation.app
    bundle = paths.release(app, release)
    try:
        values.remove(paths.app(app) / "operator" / "stopped")
    except OSError:
        operation.reporter.warn(f"{app} could not be marked as started; {_LATER}")
    adopt(operation, release)
    overlap.set_flags(operation, bundle)
    cron.settle(operation)
    serving = running.serving
    try:
        if drain.is_active(app, old_slot):
            # Of a scale before this: its unit is in the way of ours, which takes over what it has not ended yet.
            drain.end(app, old_slot)
            serving = containers.in_slot(operation.engine, app, old_slot)
    except EngineError as error:
        operation.reporter.warn(error.text)
    if serving:
        if (end_old or drain.start)(paths, app, old_slot, serving):
            operation.reporter.step("drain", "start", f"v{old} ends in the background")
        else:
            operation.reporter.warn(f"the old release could not be ended; {_LATER}")
    if not bundles.has_web(bundle):
        _forget_routing(operation)


def _forget_routing(operation: Operation) -> None:
    try:
        nginx.remove(operation, operation.app)
    except Failure as failure:
        operation.reporter.warn(f"{failure.text}; {_LATER}")


def adopt(operation: Operation, release: int) -> None:
    """The settings that it was made with are the app's. Never a reason to fail."""
    try:
        bundles.adopt(operation.paths, operation.app, release)
    except CannotWrite:
        operation.reporter.warn(f"the settings of v{release} could not be stored; {_LATER}")


def store(operation: Operation, running: Running, release: int) -> None:
    """A stopped app gets the release without running it. It is not good before it was healthy once, so nothing goes
    back to it. Raises as `activate`."""
    paths, app = operation.paths, operation.app
    moves.refuse(paths, app)
    slot = slots.idle_slot(paths, app)
    attempt = _Attempt(operation)
    attempt.begin()
    clear_slot(operation, running, slot)
    attempt.slot = slot
    slots.prepare(paths, app, slot, release)
    seal.seal(paths.release(app, release))
    _pass_point_of_no_return(operation)
    bundles.set_status(paths, app, release, "stored")
    slots.sync(paths, app, slot)
    slots.switch(paths, app, slot)
    operation.committed()
    adopt(operation, release)
    operation.reporter.note(f"{app} is stopped: kept for its next start")


def clear_slot(operation: Operation, running: Running, slot: str) -> Running:
    """Nothing is left in the idle slot; what runs then. What is still being done there ends first: as a drain lets it,
    but for --now. Raises `EngineError`, `NoEngine`."""
    if not running.other:
        return running
    if not operation.now:
        # What its drain has left goes with the rest below.
        drain.await_end(operation, slot, running.other)
    drain.end(operation.app, slot)
    candidates.drop(operation, slot)
    return replace(running, other=())
