"""The app gets another name. Its processes start under the new one beside those that serve, nginx goes over to them,
and then the state changes its name: until that it is the old one's, from then on the new one's, whoever kills this
(`release.renaming`). No release is made: nothing of what one holds changes."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.backup import store as backup_store
from pocketpaas.change import certificates, outcome
from pocketpaas.engine import containers, volumes
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation import deploys, preview
from pocketpaas.operation.audit import audit
from pocketpaas.operation.unit import Operation, ignore_signals
from pocketpaas.release import activate, candidates, drain, memory, overlap, reconcile, renaming, scale, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import flags, nginx
from pocketpaas.schedule import runs, timers
from pocketpaas.service import store as services
from pocketpaas.state import moves, names, nodes, previews, renames
from pocketpaas.state.renames import Rename

_ROUNDS = ("run", "cron", "release")


def change(operation: Operation, arguments: Sequence[str]) -> int:
    """NEW. What a killed program has begun is ended before. The exit code."""
    if len(arguments) != 1 or not names.is_app(arguments[0]):
        raise BadRequest("rename: the new name")
    paths, app = operation.paths, operation.app
    operation.engine.need()
    backup_store.lock(paths, operation.holder("rename"))
    killed = renames.of_app(paths, app)
    for service in renaming.services_of(paths, app, *((killed.old, killed.new) if killed else ())):
        services.lock(paths, service.name, operation.holder(), operation.reporter)
    locks.build_lock(paths, app, operation.holder())
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    begun = renames.of_app(paths, app)
    if begun is not None:
        operation.reporter.note(f"ending the rename of {begun.old} to {begun.new} that was interrupted")
        renaming.end(operation, begun)
        if begun.has_passed(paths):
            return _ended(operation, begun)
    return _rename(operation, Rename(app, arguments[0]), lock)


def _rename(operation: Operation, rename: Rename, lock: Lock) -> int:
    paths, old, new = operation.paths, rename.old, rename.new
    _refuse(operation, rename)
    running = reconcile.reconcile(operation)
    operation.undo.append(lambda: renaming.take_back(operation, rename))
    with renaming.told(paths.app(old)):
        running = _settle_drains(operation, running)
        renaming.prepare(operation, rename)
        ids = _start(operation, rename, running)
        renaming.route(operation, new, old)
        nginx.settle(operation)
        containers.set_restart(operation.engine, "unless-stopped", ids)
        _refuse_jobs(operation)
        timers.remove(old)
    ignore_signals()
    operation.reporter.step("switch", "start")
    renames.exchange(paths, rename)
    # What follows is completed by whoever comes next, if not by this.
    operation.committed()
    operation.down = False
    operation.app = new
    operation.reporter.step("switch", "done", new)
    renaming.follow(operation, rename)
    lock.release()
    operation.reporter.step("drain", "start", f"what runs as {old} ends")
    renaming.complete(operation, rename)
    operation.reporter.step("drain", "done")
    certificates.after(operation, locks.app_lock(paths, new, operation.holder(), operation.reporter))
    return _ended(operation, rename)


def _ended(operation: Operation, rename: Rename) -> int:
    operation.app = rename.new
    audit(operation.paths, operation.who, rename.old, f"renamed to {rename.new}", 0)
    operation.reporter.result("app", rename.new)
    live = slots.live_release(operation.paths, rename.new)
    outcome.tell_urls(operation, live)
    outcome.tell_seconds(operation)
    return 0


# ---------------------------------------------------------------- before anything is touched


def _refuse(operation: Operation, rename: Rename) -> None:
    paths, old, new = operation.paths, rename.old, rename.new
    nodes.refuse_in_cluster(paths, "no app gets another name on")
    if previews.is_preview(paths, old):
        parent = previews.parent_of(paths, old)
        raise Refused("is-preview", f"{old} is a preview of {parent}, whose name it has", "clone it: apps clone")
    if moves.phase(paths, old):
        raise Refused(
            "moving",
            f"{old} moves between this host and {moves.fact(paths, old, 'peer')}",
            "end the move first: pocketpaas apps move --finish, or --abort",
        )
    deploys.refuse_locked(paths, old)
    if preview.is_taken(paths, new):
        there = f"there is an app {new} on this host already"
        left = f"an earlier app {new} has left data on this host, which would be this app's"
        raise Refused("name-taken", there if paths.app(new).exists() else left, "choose another name")
    _refuse_jobs(operation)
    with renaming.told(paths.app(old)):
        volumes.refuse_foreign(operation.engine, old)


def _refuse_jobs(operation: Operation) -> None:
    """What runs beside the processes goes on by the old name, and what is kept of it would be lost. Raises
    `Refused`."""
    paths, app = operation.paths, operation.app
    busy = [run.job or f"run {run.number}" for run in runs.all_of(paths, app) if run.is_alive()]
    known = {one.id for one in containers.list_of_app(operation.engine, app)}
    listed = containers.listed(operation.engine, (f"{containers.APP}={app}", containers.SLOT))
    if not busy and any(one.runs and one.slot in _ROUNDS and one.id not in known for one in listed):
        busy = ["a command of pocketpaas run"]
    if busy:
        raise Refused(
            "busy-runs",
            f"something of {app} is at work beside its processes: {', '.join(busy)}",
            "wait for its end, or stop it: pocketpaas runs stop RUN",
        )


# ---------------------------------------------------------------- started beside what serves


def _settle_drains(operation: Operation, running: Running) -> Running:
    """What ends still looks for its release by the old name."""
    live = slots.live_slot(operation.paths, operation.app)
    if live is None:
        return running
    if running.surplus:
        drain.await_end(operation, live, running.surplus)
    return activate.clear_slot(operation, running, slots.other(live))


def _start(operation: Operation, rename: Rename, running: Running) -> tuple[str, ...]:
    """The ids of the processes under the new name, which answer. Raises `Failed`, `Refused`."""
    paths, own = operation.paths, renaming.of(operation, rename.new)
    slot, release = slots.live_slot(paths, rename.old), slots.live_release(paths, rename.old)
    if slot is None or release is None or flags.is_stopped(paths, rename.old):
        return ()
    bundle = paths.release(rename.new, release)
    memory.guard(operation, running, bundle / "settings", bundle)
    wanted = scale.instances(paths, rename.new, bundle)
    operation.reporter.step("start", "start", scale.text(wanted))
    overlap.end(operation, overlap.chosen(operation, bundle, slot))
    started = candidates.start(own, release, slot, wanted)
    if started.why:
        operation.reporter.step("start", "fail")
        raise Failed("not-started", started.why, "the app serves as before under its old name")
    operation.reporter.step("start", "done")
    candidates.check_them(own, bundle, started.candidates)
    return started.ids
