"""The links of a restored app: its bundle holds the names of services, and each has to be one that it may log in to."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import network
from pocketpaas.service import access, container, links, store
from pocketpaas.service.links import Link
from pocketpaas.state import names, values


def wanted(bundle: Path) -> dict[str, tuple[str, ...]]:
    """Of each service that the release needs the variables that hold its address."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in values.names(bundle / "service" / "env"):
        service = values.need(bundle / "service" / "env" / variable, names.is_service)
        found[service] = (*found.get(service, ()), variable)
    return found


def link_missing(operation: Operation, bundle: Path) -> None:
    """The app may log in to each of the services that its release needs: where it could not, it has a login now, and
    the database that it has there, or an empty one. Raises `Refused` for a service that is not there, `Failed`."""
    for name, variables in wanted(bundle).items():
        service = store.find(operation.paths, name)
        if service is None:
            raise Refused(
                "no-service",
                f"{operation.app} needs the service {name}, which is not on this host",
                f"pocketpaas services create TYPE {name}, restore its backup, then run this again",
            )
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
    """The app has a database in the service, and a login. Raises `Refused`, `Failed`, `EngineError`."""
    engine, service = operation.engine, link.service
    access.refuse_full(link)
    running = container.running(engine, service)
    network.ensure(operation)
    container.connect(engine, service, running, link.app)
    login = links.new_login(link.app)
    operation.reporter.step("service-login", "start", service.name)
    access.make_new(engine, link, running, login)
    link.keep(login, variables)
    operation.reporter.step("service-login", "done", login.name)
