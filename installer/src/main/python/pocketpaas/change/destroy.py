"""Everything of an app that is ours goes, by label; its volumes only when asked to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pocketpaas.change import preview_services
from pocketpaas.engine import containers, images, networks, volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Failure
from pocketpaas.machine import locks
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import all_works
from pocketpaas.release import cron, drain, slots, swapped
from pocketpaas.routing import arrival, nginx, places
from pocketpaas.schedule import drains
from pocketpaas.service import access, container, store
from pocketpaas.service.links import Link
from pocketpaas.state import nodes, previews, rights, values

_STOP_SECONDS = 10
_BUILD = "pocketpaas.build"


@dataclass(frozen=True)
class Kept:
    """What stays of an app of which all goes: volumes, its data in services, and, where it `may_come` once more from
    another host, what keys may do with it then."""

    volumes: Sequence[str] = ()
    services: Sequence[str] = ()
    may_come: bool = False


def change(operation: Operation, arguments: Sequence[str], kept: Kept = Kept()) -> int:
    """[volumes], but for what is `kept`; the app's locks are held. Raises `NoEngine`: without the engine its containers
    would stay."""
    if list(arguments) not in ([], ["volumes"]):
        raise BadRequest(f'"{" ".join(arguments)}" is not volumes')
    # Of a preview nothing is kept.
    with_data = bool(arguments) or previews.is_preview(operation.paths, operation.app)
    operation.engine.need()
    # Where volumes stay, they hold what was live.
    swapped.settle(operation)
    _previews(operation)
    drained = bool(drains.of_app(operation.paths, operation.app))
    for slot in slots.SLOTS:
        drain.end(operation.app, slot)
    # Before what its file names is gone: nginx would take no configuration with it.
    _passage(operation)
    nginx.remove(operation, operation.app)
    cron.remove(operation)
    if nodes.is_home(operation.paths):
        # Loaded in a cluster alone.
        from pocketpaas.release import spread_reconcile

        spread_reconcile.forget(operation)
    left = _containers(operation)
    left += leave_services(operation, with_data, kept.services)
    preview_services.remove_own(operation, operation.app)
    left += _networks(operation)
    left += _images(operation)
    left += _volumes(operation, with_data, kept.volumes)
    # Before the app is gone: somebody who makes a new one by that name shall not find that old keys, or old logs,
    # belong to it.
    _rights(operation, kept.may_come)
    _traces(operation)
    _state(operation)
    _drains(operation, drained)
    if left:
        operation.reporter.result("left", ", ".join(left))
    operation.reporter.result("destroyed", operation.app)
    return 0


def _previews(operation: Operation) -> None:
    """They go first. One at which somebody works is left to the host's timer, which finds that its app is gone."""
    paths, app = operation.paths, operation.app
    for one in previews.of_parent(paths, app):
        own = replace(operation, app=one.app, undo=[])
        try:
            build_lock = locks.build_lock(paths, one.app, own.holder())
        except Failure as failure:
            operation.reporter.warn(f"the preview {one.app} goes within minutes: {failure.text}")
            continue
        lock = locks.app_lock(paths, one.app, own.holder(), own.reporter)
        try:
            change(own, ["volumes"])
        finally:
            lock.release()
            build_lock.release()


def _passage(operation: Operation) -> None:
    """Of a move that was begun: the other host gets no answer any more."""
    try:
        arrival.close(operation)
    except Failed as failure:
        operation.reporter.failed(failure)


# ---------------------------------------------------------------- each tells what it could not remove


def _containers(operation: Operation) -> list[str]:
    engine, app = operation.engine, operation.app
    ours = (*containers.listed(engine, (f"{containers.APP}={app}",)), *containers.listed(engine, (f"{_BUILD}={app}",)))
    ids = tuple(dict.fromkeys(one.id for one in ours))
    containers.stop(engine, _STOP_SECONDS, ids)
    if not containers.remove(engine, ids):
        look = f"docker ps --all --filter label={containers.APP}={app}"
        operation.reporter.warn(f"the engine left a container of {app}: {look}")
        return ["a container"]
    return []


def leave_services(operation: Operation, with_data: bool, kept: Sequence[str] = ()) -> list[str]:
    """The app's logins go; its databases only where `with_data` says so, and not in those services where they are
    `kept`. What cannot be done is told, and tried again by the host's timer: the app goes all the same."""
    engine, reporter = operation.engine, operation.reporter
    left = []
    for service in store.all_of(operation.paths):
        link, remove = Link(service, operation.app), with_data and service.name not in kept
        if operation.app not in service.users():
            continue
        lock = store.lock(operation.paths, service.name, operation.holder(), reporter)
        try:
            found = container.find(engine, service)
            # What cannot be dropped now goes later (`service.retiring`).
            link.give_up(remove)
            if found is None or not found.runs:
                if found is not None:
                    # The app's networks go: it would not start any more.
                    container.disconnect(engine, found.id, operation.app)
                what = f"the data of {operation.app}" if remove else f"the login of {operation.app}"
                reporter.warn(f"the service {service.name} does not run; {what} goes when it does")
                left.append(_left_in(service.name, remove))
                continue
            access.leave(engine, link, found.id, remove)
            link.forget(remove)
            if not remove:
                reporter.note(f"data kept in the service {service.name}")
        except (EngineError, Failed) as failure:
            reporter.warn(f"{failure.text}; it is tried again by itself")
            left.append(_left_in(service.name, remove))
        finally:
            lock.release()
    return left


def _left_in(service: str, with_data: bool) -> str:
    return f"its {'data' if with_data else 'login'} in the service {service}"


def _networks(operation: Operation) -> list[str]:
    try:
        for network in networks.of_app(operation.engine, operation.app):
            networks.remove(operation.engine, network)
    except EngineError:
        operation.reporter.warn(f"the network {networks.name(operation.app)} could not be removed")
        return ["a network"]
    return []


def _images(operation: Operation) -> list[str]:
    try:
        for image in images.app_images(operation.engine, operation.app):
            images.remove(operation.engine, image.reference, force=True)
        images.layers_collect(operation.paths, operation.engine)
    except EngineError as error:
        operation.reporter.warn(f"not every image of {operation.app} could be removed: {error.text}")
        return ["images"]
    return []


def _volumes(operation: Operation, remove: bool, kept: Sequence[str]) -> list[str]:
    reporter = operation.reporter
    found = volumes.of_app(operation.engine, operation.app)
    stay = [name for name in found if not remove or name in kept]
    if stay:
        reporter.note(f"volumes kept: {' '.join(stay)}")
        reporter.hint("they come back with the app; to remove one on the host: docker volume rm NAME")
    removed, left = [], []
    for volume in found:
        if volume in stay:
            continue
        try:
            volumes.remove(operation.engine, volume)
            removed.append(volume)
        except EngineError:
            left.append(volume)
    if left:
        reporter.warn(f"not every volume could be removed: {' '.join(left)}")
    if removed:
        reporter.note(f"volumes removed: {' '.join(removed)}")
    return [f"the volume {volume}" for volume in left]


def _rights(operation: Operation, may_come: bool = False) -> None:
    """No key is for the app any more. A key that is left without any app stays, and can do nothing."""
    paths, app = operation.paths, operation.app
    with host_lock(paths, operation.holder(f"taking {app} from the keys")):
        if may_come:
            rights.wait_again(paths, app)
        else:
            rights.replace(paths, app, ())


def _traces(operation: Operation) -> None:
    """The logs of its requests, and of its operations but for this one."""
    for log in places.logs(operation.app):
        values.remove(log)
    for work in all_works(operation.paths, operation.app):
        if work.id != operation.work.id and (work.ended or work.dead()):
            values.remove_tree(work.directory)


def _drains(operation: Operation, drained: bool) -> None:
    """Nothing of it is sent any more, and what waits is gone."""
    if not drained:
        return
    try:
        with host_lock(operation.paths, operation.holder(f"ending the drains of {operation.app}")):
            drains.apply(operation.paths)
            if nodes.is_home(operation.paths):
                # Loaded in a cluster alone.
                from pocketpaas.cluster import log_drains

                log_drains.settle(operation.paths, operation.reporter)
    except Failed as failure:
        operation.reporter.warn(failure.text)


def _state(operation: Operation) -> None:
    """Out of the way at once, whatever happens to its parts: git may be writing in there."""
    paths, app = operation.paths, operation.app
    try:
        # Of a move that was begun.
        values.remove_tree(paths.moves / app)
        os.rename(paths.app(app), paths.apps / f".gone.{os.getpid()}")
    except OSError as error:
        raise CannotWrite(paths.app(app), error) from error
    for gone in paths.apps.glob(".gone.*"):
        try:
            values.remove_tree(gone)
        except OSError:
            operation.reporter.warn(f"some files of {app} could not be removed yet; the next start of the host does it")
