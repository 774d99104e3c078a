"""Makes what runs equal to (live bundle + scale + stopped or not), and removes whatever else of the app is there.
Idempotent; the app's lock is held."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.engine.parallel import Task
from pocketpaas.failure import CannotWrite, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles, network
from pocketpaas.release import candidates, cron, drain, ending, overlap, scale, seal, slots, still, swapped
from pocketpaas.release.running import Running
from pocketpaas.release.scale import Instance
from pocketpaas.routing import arrival, flags, nginx
from pocketpaas.routing import names as app_names
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

#: How many of the newest releases are looked at for one that was left behind.
_PENDING_MOST = 20
_LIST_SECONDS = 60
_INTERRUPTED = "interrupted: the work was killed, or the machine was restarted"
#: What programs that were killed were just writing, below the app's directory.
_REMAINS = (
    still.MARK,
    ".new.*",
    "slots/*/.new.*",
    "operator/*/.new.*",
    "releases/*/.new.*",
    "operator/.new.*",
    "settings.new",
    "operator/env.new",
    "operator/env.json.new",
)


def reconcile(operation: Operation, meanwhile: Callable[[], None] | None = None) -> Running:
    """`meanwhile`, which only looks at what is there, is called while the engine is asked, where something is live.
    Raises `Damaged` (a damaged release is never started), `NoEngine`, `Refused`, and whatever `meanwhile` raises."""
    paths, app = operation.paths, operation.app
    swapped.settle(operation)
    still.thaw_left(operation)
    slot = slots.live_slot(paths, app)
    if slot is None:
        _nothing_live(operation)
        return Running()
    if is_spread(paths, app, slot):
        return _reconcile_spread(operation, slot, meanwhile)
    # The engine takes its time. One that does not answer is not waited for.
    listing = Task(containers.list_of_app, operation.engine, app)
    return _reconcile_live(operation, slot, listing, meanwhile)


def reach_others(operation: Operation) -> None:
    """After a reconcile that left the other machines of a cluster alone: they are as they should be, too. Raises as
    `reconcile`; what cannot be told to a machine is told here."""
    slot = slots.live_slot(operation.paths, operation.app)
    if slot is not None and is_spread(operation.paths, operation.app, slot):
        operation.settled = False
        _reconcile_spread(operation, slot, None)


def _nothing_live(operation: Operation) -> None:
    _remove_remains(operation.paths, operation.app)
    operation.engine.need()
    settle_pending(operation.paths, operation.app, None)
    cron.settle(operation)
    for slot in slots.SLOTS:
        drain.end(operation.app, slot)
    candidates.drop(operation, *slots.SLOTS, bundles.RELEASE_COMMAND)
    nginx.remove(operation, operation.app)


def _reconcile_spread(operation: Operation, slot: str, meanwhile: Callable[[], None] | None) -> Running:
    from pocketpaas.release import spread_reconcile

    paths, app = operation.paths, operation.app
    _remove_remains(paths, app)
    release = slots.live_release(paths, app)
    assert release is not None
    seal.check_intact(paths, app, release)
    settle_pending(paths, app, release)
    bundles.adopt(paths, app, release)
    network.ensure(operation)
    if meanwhile is not None:
        meanwhile()
    changed = spread_reconcile.make_equal(operation, release, slot, _settle_routing)
    cron.settle(operation)
    return Running(changed=changed)


def _reconcile_live(
    operation: Operation,
    slot: str,
    listing: Task[tuple[Container, ...]],
    meanwhile: Callable[[], None] | None,
) -> Running:
    paths, app = operation.paths, operation.app
    _remove_remains(paths, app)
    release = slots.live_release(paths, app)
    assert release is not None
    bundle = paths.release(app, release)
    seal.check_intact(paths, app, release)
    settle_pending(paths, app, release)
    bundles.adopt(paths, app, release)
    network.ensure(operation)
    if meanwhile is not None:
        meanwhile()
    found = _reconcile_containers(operation, slot, release, _listed(operation, listing))
    _settle_routing(operation, bundle)
    cron.settle(operation)
    # Now nginx sends nothing to them any more.
    ended = [_drain(operation, slot, found.surplus), _drain(operation, slots.other(slot), found.other)]
    return Running(
        changed=found.changed or any(ended),
        serving=tuple(found.serving),
        other=tuple(found.other),
        surplus=tuple(found.surplus),
        types=dict(found.types),
    )


def _settle_routing(operation: Operation, bundle: Path) -> None:
    app = operation.app
    if not bundles.has_web(bundle):
        nginx.remove(operation, app)
        return
    try:
        web = scale.wanted(operation.paths, app, bundle, "web")
        known = app_names.names_of(operation.paths, app, bundle / "settings")
        nginx.apply(operation, app, web, known, bundle / "settings")
        if moves.phase(operation.paths, app) == moves.ARRIVED:
            arrival.serve(operation, web, bundle / "settings")
    except Failure as failure:
        # What stands against it is told, and is put right by the next one.
        operation.reporter.warn(failure.text)
        if failure.cure:
            operation.reporter.hint(failure.cure)
    overlap.set_flags(operation, bundle)


def _drain(operation: Operation, slot: str, ids: Sequence[str]) -> bool:
    """What was killed between the switch and the start of the drain left them running, perhaps in the middle of a
    request. Whether they had to be ended at once."""
    if not ids or drain.is_active(operation.app, slot) or drain.start(operation.paths, operation.app, slot, ids):
        return False
    ending.end_and_remove(operation, ids)
    return True


# ---------------------------------------------------------------- what was left behind


def _remove_remains(paths: HostPaths, app: str) -> None:
    """Under the app's lock nobody writes there now."""
    directory = paths.app(app)
    for pattern in _REMAINS:
        for path in glob.glob(os.path.join(glob.escape(str(directory)), pattern)):
            values.remove_tree(Path(path))


def settle_pending(paths: HostPaths, app: str, live: int | None) -> None:
    """Under the lock nobody is at work on a release: one that is pending was left behind. Every operation begins by
    this, so it is the newest one; earlier programs may have left a few. Raises `Damaged`, `CannotWrite`."""
    newest = bundles.newest(paths, app)
    last = max(newest - _PENDING_MOST, 0)
    for number in range(newest, last, -1):
        _settle_status(paths, app, number, live)
    if live is not None and live <= last:
        _settle_status(paths, app, live, live)


def _settle_status(paths: HostPaths, app: str, release: int, live: int | None) -> None:
    directory = paths.release(app, release)
    if not directory.is_dir():
        return
    # Without a status it was killed before it got one.
    known = release == live or (directory / "status").exists()
    status = bundles.status(paths, app, release) if known else "pending"
    # A stopped app may have been given a release that never ran.
    if status == "stored":
        return
    if release == live:
        if status != "good":
            bundles.set_status(paths, app, release, "good")
    elif status == "pending":
        bundles.set_status(paths, app, release, "failed")
        try:
            values.write(directory / "failure", _INTERRUPTED)
        except CannotWrite:
            # The status says enough.
            pass


# ---------------------------------------------------------------- containers


@dataclass
class _Found:
    changed: bool = False
    serving: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)


def _listed(operation: Operation, listing: Task[tuple[Container, ...]]) -> tuple[Container, ...]:
    """Half of them would have what runs started once more: an engine that was just going away, or coming, is waited for
    and asked again, and then this ends. One that does not say anything for a minute says nothing."""
    try:
        return listing.result(_LIST_SECONDS)
    except (EngineError, TimeoutError):
        operation.engine.need()
    try:
        return containers.list_of_app(operation.engine, operation.app)
    except EngineError as error:
        text = f"the Docker engine on the host does not tell what runs of {operation.app}"
        raise Refused("no-engine", text, "run the command again") from error


def _reconcile_containers(operation: Operation, slot: str, release: int, listed: Sequence[Container]) -> _Found:
    paths, app = operation.paths, operation.app
    found = _Found()
    wanted: dict[Instance, None] = {}
    if not flags.is_stopped(paths, app):
        wanted = dict.fromkeys(scale.instances(paths, app, paths.release(app, release)))
    for one in listed:
        instance = Instance(one.type, one.instance)
        found.types[one.id] = one.type
        serves = one.slot == slot and one.release == release and instance in wanted
        if serves and _runs(operation, one, found):
            found.serving.append(one.id)
            del wanted[instance]
        else:
            _spare(app, slot, one, instance in wanted, found)
    if found.extra:
        _end_extra(operation, found)
    if wanted:
        _start_missing(operation, slot, release, sorted(wanted), found)
    return found


def _runs(operation: Operation, container: Container, found: _Found) -> bool:
    """Whether it runs, started where it did not."""
    if container.runs:
        return True
    if container.state not in ("created", "exited", "paused"):
        return False
    found.changed = True
    try:
        # A backup that was killed has left it frozen.
        (containers.unpause if container.state == "paused" else containers.start)(operation.engine, container.id)
    except EngineError:
        return False
    return True


def _spare(app: str, slot: str, container: Container, wanted: bool, found: _Found) -> None:
    """What does not serve: it drains, or is in the way."""
    drains = container.slot == slots.other(slot) or (container.slot == slot and not wanted)
    if drains and (container.runs or drain.is_active(app, container.slot)):
        (found.surplus if container.slot == slot else found.other).append(container.id)
    else:
        found.extra.append(container.id)


def _end_extra(operation: Operation, found: _Found) -> None:
    # A drain that was just through has removed its own since we asked.
    known = containers.inspect_all(operation.engine, found.extra)
    left = [one for one in found.extra if one in known]
    if left:
        found.changed = True
        ending.end_and_remove(operation, left)


def _start_missing(operation: Operation, slot: str, release: int, missing: Sequence[Instance], found: _Found) -> None:
    found.changed = True
    started = candidates.start(operation, release, slot, missing)
    if started.why:
        operation.reporter.warn(started.why)
    try:
        containers.set_restart(operation.engine, "unless-stopped", started.ids)
    except EngineError as error:
        operation.reporter.warn(error.text)
    found.serving += started.ids
    found.types.update({one.id: one.instance.type for one in started.candidates})
