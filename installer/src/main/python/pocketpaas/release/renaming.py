"""What an app has under another name while it is renamed: made before the exchange of the names (`state.renames`), and
taken back or completed after it, by what is on the disk, so that whoever comes next can do it, as often as it takes.

Before the exchange all belongs to the old name, and what there is under the new one goes. After it the app has the new
name, and what is left of the old one goes. Processes run under both names meanwhile, on the same volumes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pocketpaas.engine import containers, images, networks, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, Lock, host_lock
from pocketpaas.operation import work
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import bundle as bundles
from pocketpaas.release import drain, network, reconcile, scale, slots
from pocketpaas.routing import names as app_names
from pocketpaas.routing import nginx, places
from pocketpaas.routing.tried import Tried
from pocketpaas.schedule import drains, timers
from pocketpaas.service import container, store
from pocketpaas.service.generations import Move
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import listing, previews, renames, rights, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.renames import Rename

#: The subnet of the old name, while `network` holds that of the new one.
_NETWORK, _NETWORK_BEFORE = "network", "network.before"
#: Files of a link that name an app.
_NAMING = (store.OF_PREVIEW, store.SHARES, store.TO_BE_COPIED)
_STOP_SECONDS = 10
_WHO = "host"


def of(operation: Operation, app: str) -> Operation:
    """The same operation, about the app by that name."""
    return replace(operation, app=app)


@contextmanager
def told(place: Path) -> Iterator[None]:
    """What the engine, or the disk at the place, does not do ends the operation by a sentence. Raises `Failed`,
    `CannotWrite`."""
    try:
        yield
    except EngineError as error:
        raise Failed("engine", f"the Docker engine on the host: {error.text}", "run the same command again") from error
    except OSError as error:
        raise CannotWrite(place, error) from error


# ---------------------------------------------------------------- before the exchange


def prepare(operation: Operation, rename: Rename) -> None:
    """All that the app needs to start under the new name: it is the old one's still. Raises `Refused`, `CannotWrite`,
    `EngineError`, `NoEngine`."""
    paths, engine = operation.paths, operation.engine
    renames.begin(paths, rename)
    with told(paths.app(rename.old)):
        _rename_rights(operation, rename.new, rename.old, False)
        _rename_references(paths, rename.old, rename.new)
        _rename_logs(rename.old, rename.new)
        directory = paths.app(rename.old)
        if (directory / _NETWORK).exists():
            os.rename(directory / _NETWORK, directory / _NETWORK_BEFORE)
        for image in images.app_images(engine, rename.old):
            name, _, tag = image.reference.rpartition(":")
            if name == images.repository(rename.old):
                images.tag(engine, image.id, images.repository(rename.new), tag)
        volumes.lend(engine, rename.old, rename.new)
    for place in drains.of_app(paths, rename.old):
        place.keep_name(rename.old)
    _send_logs(operation, rename.old)
    if slots.live_release(paths, rename.old) is not None:
        network.ensure(of(operation, rename.new))


def _send_logs(operation: Operation, app: str) -> None:
    """Where logs are sent, lines of the names go that the app has now: both, while it is renamed."""
    if drains.of_app(operation.paths, app):
        with host_lock(operation.paths, operation.holder(f"renaming {app}")):
            drains.apply(operation.paths)


def route(operation: Operation, app: str, instead: str) -> None:
    """nginx serves the app by that name, and no more by the other one. Raises as `nginx.apply` does."""
    own, paths = of(operation, app), operation.paths
    release = slots.live_release(paths, app)
    if release is None or not bundles.has_web(paths.release(app, release)):
        nginx.remove(own, instead)
        return
    bundle = paths.release(app, release)
    web = scale.wanted(paths, app, bundle, "web")
    known = app_names.names_of(paths, app, bundle / "settings")
    nginx.apply(own, app, web, known, bundle / "settings", Tried(instead=instead))


def _rename_references(paths: HostPaths, old: str, new: str) -> None:
    """Previews of the app, clones of it that are not done, its places in services, who shares them, and what has put it
    in maintenance."""
    for app in listing.apps(paths):
        for file in (previews.directory(paths, app) / "parent", paths.app(app) / "clone" / "source"):
            if values.read(file) == old:
                values.write(file, new)
    for service in store.all_of(paths):
        Link(service, old).rename(new)
        for user in service.users():
            for name in _NAMING:
                file = Link(service, user).directory / name
                if values.read(file) == old:
                    values.write(file, new)
        move = Move.of(service)
        if move is not None and old in move.maintained:
            move.maintain(new if app == old else app for app in move.maintained)


def _rename_logs(old: str, new: str) -> None:
    """Those of requests: nginx goes on with the same file."""
    for log in places.logs(old):
        os.rename(log, log.with_name(log.name.replace(f"pocketpaas-{old}.", f"pocketpaas-{new}.", 1)))


def _rename_rights(operation: Operation, added: str, beside: str, replaces: bool) -> None:
    """Keys that are for `beside` are for `added`, too, or instead."""
    paths = operation.paths
    with host_lock(paths, operation.holder(f"renaming {beside}")):
        kept = () if replaces else (beside,)
        rights.replace(paths, beside, (*kept, *([added] if added else [])))


# ---------------------------------------------------------------- back


def take_back(operation: Operation, rename: Rename) -> None:
    """The app has its old name, and nothing is left of the new one. Both locks of the app are held. Raises what keeps
    it from that; then it can be tried again."""
    paths, engine, old, new = operation.paths, operation.engine, rename.old, rename.new
    directory = paths.app(old)
    with told(directory):
        if (directory / _NETWORK_BEFORE).exists():
            os.replace(directory / _NETWORK_BEFORE, directory / _NETWORK)
        _rename_references(paths, new, old)
        _rename_logs(new, old)
        if places.site(new).exists():
            route(operation, old, new)
        _remove_containers(engine, new)
        _remove_networks(operation, new)
        _untag(engine, new)
        volumes.give_up(engine, new)
        _rename_rights(operation, "", new, True)
        renames.take_back(paths, rename)
    _send_logs(operation, old)
    reconcile.reconcile(of(operation, old))


# ---------------------------------------------------------------- after it


def follow(operation: Operation, rename: Rename) -> None:
    """What runs is the app by its new name, with all that it has. The app's lock is held. Raises as `take_back`."""
    paths, old, new = operation.paths, rename.old, rename.new
    with told(paths.app(new)):
        renames.drop_link(paths, rename)
        timers.remove(old)
        volumes.hand_over(operation.engine, old, new)
        if places.site(old).exists():
            route(operation, new, old)
        _rename_rights(operation, new, old, True)
        values.remove(paths.app(new) / _NETWORK_BEFORE)
        for one in work.all_works(paths, old):
            values.write(one.directory / "app", new)
    reconcile.reconcile(of(operation, new))


def complete(operation: Operation, rename: Rename) -> None:
    """What runs by the old name ends as after any switch, and then nothing of it is left. Raises as `take_back`."""
    paths, engine, old, new = operation.paths, operation.engine, rename.old, rename.new
    with told(paths.app(new)):
        serving = [one.id for one in containers.list_of_app(engine, old) if one.runs]
        if not operation.now:
            drain.work(paths, engine, new, serving)
        _remove_containers(engine, old)
        _remove_networks(operation, old)
        _untag(engine, old)
        volumes.give_up(engine, old)
        renames.end(paths, rename)
    _send_logs(operation, new)


def _remove_containers(engine: Engine, app: str) -> None:
    ids = [one.id for one in containers.listed(engine, (f"{containers.APP}={app}",))]
    containers.stop(engine, _STOP_SECONDS, ids)
    if not containers.remove(engine, ids):
        raise EngineError(500, f"it left a container of {app}")


def _remove_networks(operation: Operation, app: str) -> None:
    engine = operation.engine
    for service in store.all_of(operation.paths):
        found = container.find(engine, service)
        if found is not None:
            container.disconnect(engine, found.id, app)
    for one in networks.of_app(engine, app):
        networks.remove(engine, one)


def _untag(engine: Engine, app: str) -> None:
    for image in images.app_images(engine, app):
        if image.reference.startswith(f"{images.repository(app)}:"):
            images.remove(engine, image.reference)


# ---------------------------------------------------------------- when nobody does it


def settle(paths: HostPaths, engine: Engine, reporter: Reporter, patience: float = 0) -> bool:
    """Ends every rename that was killed; whether none is left. Those at which somebody is at work are left to it."""
    good = True
    for rename in list(renames.pending(paths)):
        try:
            good = _settle_alone(paths, engine, reporter, rename, patience) and good
        except (Failed, CannotWrite, EngineError) as error:
            reporter.warn(f"{rename.old}, which is being renamed to {rename.new}: {error}")
            good = False
    return good


def _settle_alone(paths: HostPaths, engine: Engine, reporter: Reporter, rename: Rename, patience: float) -> bool:
    import tempfile

    name = rename.new if rename.has_passed(paths) else rename.old
    with tempfile.TemporaryDirectory(prefix="pocketpaas-rename.") as directory:
        operation = Operation(paths, reporter, engine, Work("", Path(directory)), name, "rename", _WHO)
        held: list[Lock] = []
        try:
            places = [one.directory / "lock" for one in services_of(paths, rename.old, rename.new)]
            for file in (*places, paths.app(name) / "build.lock", paths.app(name) / "lock"):
                lock = locks.take(file, Holder(_WHO, "ending a rename"), patience)
                if lock is None:
                    return True
                held.append(lock)
            engine.need()
            end(operation, rename)
        finally:
            for one in held:
                one.release()
    return True


def services_of(paths: HostPaths, *apps: str) -> list[Service]:
    """Those in which one of the apps has a place: nobody may be at work in them while that gets another name."""
    return [service for service in store.all_of(paths) if not set(apps).isdisjoint(service.users())]


def end(operation: Operation, rename: Rename) -> None:
    """By what is on the disk it goes back, or on to its end. Both locks of the app are held, and those of its
    services."""
    if rename.has_passed(operation.paths):
        follow(operation, rename)
        complete(operation, rename)
    else:
        take_back(operation, rename)


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `settle-rename`: after the work of a rename, however that has ended."""
    return 0 if settle(paths, Engine(paths), reporter, 20.0) else 1
