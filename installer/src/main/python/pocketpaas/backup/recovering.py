"""The home of a cluster is lost for good, and another manager becomes the home, by what the lost one had last told it
(`backup.mirror`). Data comes from backups (`backup.data_recovering`). Each part can be done again: after a cut the same
command goes on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas.backup import data_recovering, host_content, host_settling, mirror, placing
from pocketpaas.cluster import log_drains, membership, missed, peers, truth
from pocketpaas.engine import parallel
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Damaged, Failed, Failure, Refused
from pocketpaas.machine.process import run
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.state import host_settings, names, nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: What the operation says it is about: no app has such a name.
SUBJECT = "host.cluster"
_INCOMPLETE = "put right what is told, and run the same command again: it goes on where it was"
_RECONCILE_SECONDS = 900.0


def is_subject(text: str) -> bool:
    """Whether it is that."""
    return text == SUBJECT


def tell(_operation: Operation) -> int:
    """After a failure: apps serve as they did."""
    return 5


def recover(operation: Operation) -> int:
    """Returns when this machine is the home, and every app is changed here from now on; the exit code. Raises
    `Refused`, `Failed`, `CannotWrite`."""
    operation.engine.need()
    try:
        return _recover(operation)
    except EngineError as error:
        raise Failed("engine", f"the managers of the cluster refuse: {error.text}", "run the command again") from error


def _recover(operation: Operation) -> int:
    paths = operation.paths
    lost = _lost(operation)
    made = host_content.read(mirror.directory(paths) / mirror.HOST)
    values.write(_mark(paths), lost)
    settled = data_recovering.done(paths) / "settings.host"
    if not settled.exists():
        # Once: what somebody says here after that is what counts.
        host_settling.settle(operation, made, by_name=True)
        _names(paths, made.directory)
        values.make_directory(settled.parent)
        values.touch(settled, 0o600)
    apps = sorted(one for one in values.names(mirror.directory(paths) / mirror.APPS) if names.is_app(one))
    for app in apps:
        _bring(operation, app)
        host_settling.came(operation, app)
    host_settling.end(operation)
    _become_home(operation, lost)
    data = data_recovering.Data(operation, mirror.directory(paths) / mirror.BACKUPS)
    linked = {app for service in made.services for app in service.apps}
    # Those that need no data do not wait for that of others.
    first = [app for app in apps if app not in linked and not data.needed(app) and not data.of_app(app)]
    failed = [app for app in first if not _reconciled(operation, app)]
    data.open()
    data.services(made)
    failed += [app for app in apps if app not in first and not _continued(operation, data, app)]
    if failed or data.failed:
        troubled = " ".join(sorted({*failed, *data.failed}))
        raise Failed("recover-incomplete", f"this is not as it should be: {troubled}", _INCOMPLETE)
    values.remove_tree(data_recovering.done(paths))
    values.remove(_mark(paths))
    return 0


def _continued(operation: Operation, data: data_recovering.Data, app: str) -> bool:
    """Nothing of it begins here without its data."""
    return data.volumes(app) and data.are_there(app) and _reconciled(operation, app)


def _reconciled(operation: Operation, app: str) -> bool:
    operation.reporter.step("recover-app", "start", app)
    good = run([str(operation.paths.programs / "reconcile"), app], seconds=_RECONCILE_SECONDS).ok
    operation.reporter.step("recover-app", "done" if good else "fail", app)
    return good


def _mark(paths: HostPaths) -> Path:
    """Holds the name of the machine that was the home, until all is done."""
    return nodes.directory(paths) / "recovering"


def _lost(operation: Operation) -> str:
    """The name of the machine that was the home. Raises `Refused` where this one cannot take its place."""
    paths, engine = operation.paths, operation.engine
    if not nodes.is_member(paths):
        raise Refused("no-cluster", "this host is alone", "restore it from a backup: pocketpaas host restore")
    lost = values.read_or(_mark(paths), nodes.home(paths))
    if not lost:
        raise Refused("home", "this machine is the home of the cluster already", "")
    if not (mirror.directory(paths) / mirror.HOST).is_dir():
        raise Refused(
            "no-mirror",
            f"this machine does not know what {lost} knew: only managers are told",
            "name a machine that was a manager, or restore a backup: pocketpaas host restore",
        )
    for one in membership.need_majority(engine):
        if one.labels.get(membership.NAME) == lost and one.is_ready:
            raise Refused("home-there", f"{lost} is there, and answers the managers", "use it as ever")
    return lost


def _names(paths: HostPaths, host: Path) -> None:
    """Apps keep the names that the lost home gave them: they lead to every machine."""
    domain = values.read(host / "host" / "domain")
    if domain is not None:
        values.write(host_settings.path(paths, "domain"), domain, 0o644)


def _bring(operation: Operation, app: str) -> None:
    """The app's state is here, with the release that the managers say is live. Nothing is started by it."""
    paths, reporter = operation.paths, operation.reporter
    if paths.app(app).is_dir() and slots.live_slot(paths, app) is not None:
        # Of an earlier try.
        return
    stored = mirror.directory(paths) / mirror.APPS / app
    known, slot = _known(stored)
    release = known
    declared = truth.live(operation.engine, app)
    if declared is not None and (stored / "releases" / str(declared[0])).is_dir():
        release, slot = declared
    elif declared is not None:
        reporter.warn(f"v{declared[0]} of {app} was live, of which nothing is known here; v{known} is live again")
        slot = slots.other(declared[1])
    state = nodes.directory(paths) / ".new.recover"
    try:
        values.fresh_directory(state)
        values.copy_tree(stored, state)
        placing.place(replace(operation, app=app), state, placing.look(paths, app)).release()
    finally:
        values.remove_tree(state)
    slots.prepare(paths, app, slot, release)
    values.touch(paths.app(app) / "slots" / slot / "spread")
    slots.sync(paths, app, slot)
    slots.switch(paths, app, slot)


def _known(stored: Path) -> tuple[int, str]:
    """The release that was live when the home last told it, and its slot. Raises `Damaged`."""
    for slot in slots.SLOTS:
        if (stored / "live" / slot).exists():
            goal = os.path.basename(os.readlink(stored / "slots" / slot / "release"))
            if names.is_release(goal):
                return int(goal), slot
    raise Damaged(stored, "does not say which release is live")


def _send_logs(operation: Operation, others: Sequence[Node]) -> None:
    """Logs are sent by what the apps have here. What the lost machine has told the others, nobody knows."""
    paths = operation.paths
    for node in others:
        log_drains.doubt(paths, node)
    try:
        log_drains.forget(paths)
        log_drains.settle_alone(paths, operation.reporter, operation.holder("sending logs elsewhere"), others)
    except Failure as failure:
        operation.reporter.warn(f"logs are not sent to where they were yet: {failure.text}")


def _become_home(operation: Operation, lost: str) -> None:
    """The managers forget the lost machine, and the others take this one's word from now on."""
    paths, engine = operation.paths, operation.engine
    operation.reporter.step("recover-home", "start", nodes.own_name(paths))
    for one in membership.need_majority(engine):
        if one.labels.get(membership.NAME) == lost:
            membership.strike_out(engine, one)
    values.remove(nodes.directory(paths) / "home")
    nodes.forget(paths, lost)
    membership.settle(paths)
    values.remove_tree(membership.front(paths))
    others, refused = nodes.others(paths), {}
    for node, told in zip(others, parallel.tried(lambda one: peers.ask(paths, one, ["claim"]), others)):
        if isinstance(told, Exception):
            refused[node.name] = str(told)
    # One that does not know its new home does not listen to it, either.
    for name, why in (membership.tell_others(paths) | refused).items():
        operation.reporter.warn(missed.sentence(name, why))
    _send_logs(operation, others)
    operation.reporter.step("recover-home", "done", nodes.own_name(paths))
