"""The links of a restored app: its bundle holds the names of services, and each has to be one that it may log in to."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import layers, network
from pocketpaas.service import access, container, creating, links, store
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import names, values


def wanted(bundle: Path) -> dict[str, tuple[str, ...]]:
    """Of each service that the release needs the variables that hold its address."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in values.names(bundle / "service" / "env"):
        service = values.need(bundle / "service" / "env" / variable, names.is_service)
        found[service] = (*found.get(service, ()), variable)
    return found


def refuse(operation: Operation, bundle: Path, is_copy: bool, missing: Sequence[str] = ()) -> None:
    """Before anything is made: raises `Refused` for a service that is not there, or whose data are `missing`, or that
    holds the data of another app and keeps no two apart. A copy of an app gets one of its own in the place of that."""
    for name in wanted(bundle):
        if name in missing:
            raise Refused(
                "service-missing",
                f"it is not started: {name}, which it needs, was not restored",
                f"to start it without its data in {name}: --keep {name}",
            )
        link = Link(_need(operation, name), operation.app)
        if not (link.is_linked or (is_copy and _is_full(link))):
            access.refuse_full(link)


def give_own(operation: Operation, bundle: Path, settings: Sequence[Path]) -> None:
    """Of a copy of an app: a service of its own takes the place of each that holds another app's data and keeps no two
    apart, in its bundle and its `settings`. The same one when it is done again. Raises what keeps it from that."""
    for name, variables in wanted(bundle).items():
        link = Link(_need(operation, name), operation.app)
        if link.is_linked or not _is_full(link):
            continue
        own = creating.like(operation, link.service, creating.own_name(name, operation.app)).name
        for variable in variables:
            values.put(bundle / "service" / "env" / variable, own)
            values.put(bundle / "service" / "env.json" / variable, json.dumps(f"{variable}={own}"))
        layers.assemble(bundle, {})
        for place in (one / "services" for one in settings):
            try:
                if (place / name).exists():
                    os.rename(place / name, place / own)
            except OSError as error:
                raise CannotWrite(place / own, error) from error
        operation.reporter.note(
            f"{name} holds the data of one app only: {operation.app} has the service {own} in its place"
        )


def _is_full(link: Link) -> bool:
    return link.service.kind.apps == 1 and any(app != link.app for app in link.service.apps())


def _need(operation: Operation, name: str) -> Service:
    service = store.find(operation.paths, name)
    if service is None:
        raise Refused(
            "no-service",
            f"{operation.app} needs the service {name}, which is not on this host",
            f"pocketpaas services create TYPE {name}, restore its backup, then run this again",
        )
    return service


def link_missing(operation: Operation, bundle: Path) -> None:
    """The app may log in to each of the services that its release needs: where it could not, it has a login now, and
    the database that it has there, or an empty one. Raises `Refused` for a service that is not there, `Failed`."""
    for name, variables in wanted(bundle).items():
        service = _need(operation, name)
        link = Link(service, operation.app)
        if not link.is_linked:
            empty = link.app not in service.apps()
            make(operation, link, variables)
            if empty:
                operation.reporter.note(
                    f"{link.app} has an empty database in {service.name}; its data: pocketpaas backups restore ID, or "
                    "services copy"
                )


def make(operation: Operation, link: Link, variables: tuple[str, ...]) -> None:
    """The app has a database in the service, and a login. Raises `Refused`, `Failed`, `EngineError`; `Busy` where what
    has the service waits for the app in its turn."""
    engine, name = operation.engine, link.service.name
    lock = store.lock(operation.paths, name, operation.holder(), operation.reporter)
    try:
        # A login in a server that an upgrade has just replaced would be lost with it.
        link = Link(store.need(operation.paths, name), link.app)
        access.refuse_full(link)
        running = container.running(engine, link.service)
        network.ensure(operation)
        container.connect(engine, link.service, running, link.app)
        login = links.new_login(link.app)
        operation.reporter.step("service-login", "start", name)
        access.make_new(engine, link, running, login)
        link.keep(login, variables)
        operation.reporter.step("service-login", "done", login.name)
    finally:
        lock.release()
