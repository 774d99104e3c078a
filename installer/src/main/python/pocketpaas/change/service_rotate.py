"""Other passwords for the apps of a service, with no query that fails: a second login, a release with it, and when
nothing of the release before runs any more, the first one goes. Where a cron job or a command that runs beside the app
began with it, it goes when that has ended (`service.retiring`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pocketpaas.change import service_release
from pocketpaas.failure import BadRequest, Failed, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, links, retiring, store
from pocketpaas.service.links import Link, Login
from pocketpaas.service.store import Service
from pocketpaas.state import values


def rotate(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME [APP]: of all apps that are linked, or of one."""
    if len(arguments) > 2:
        raise BadRequest("service rotate: NAME [APP]")
    found = store.need(operation.paths, arguments[0])
    store.lock(operation.paths, found.name, operation.holder(), operation.reporter)
    service = store.need(operation.paths, found.name)
    running = container.running(operation.engine, service)
    wanted = _wanted(service, arguments[1:])
    failed: dict[str, Failure] = {}
    for one in wanted:
        try:
            _rotate(operation, one, running)
        except Failure as failure:
            if len(wanted) == 1:
                raise
            # The others' passwords are theirs: what keeps one from a new one keeps none of them from it.
            operation.reporter.warn(f"{one.app}: {failure.text}")
            operation.take_back()
            failed[one.app] = failure
    if failed:
        raise _not_all(service, failed)
    operation.reporter.result("service", service.name)
    return 0


def _not_all(service: Service, failed: Mapping[str, Failure]) -> Failed:
    (app, first), *others = failed.items()
    more = f"; so did that for {' and '.join(other for other, _ in others)}" if others else ""
    return Failed(
        first.cause,
        f"the rotation in {service.name} for {app} failed: {first.text}{more}",
        first.cure or f"once more, for one app: pocketpaas services credentials rotate {service.name} --only {app}",
        max(5, *(failure.code for failure in failed.values())),
    )


def _wanted(service: Service, asked: Sequence[str]) -> list[Link]:
    """The links of these apps; of all that are linked, where none is named. Raises `Refused` where there is none."""
    linked = links.of_service(service)
    if not linked:
        raise Refused("not-linked", f"no app is linked to {service.name}", "there is nothing to rotate")
    found = [one for one in linked if not asked or one.app in asked]
    if not found:
        there = ", ".join(one.app for one in linked)
        raise Refused("not-linked", f"{asked[0]} is not linked to {service.name}", f"linked to {service.name}: {there}")
    return found


def _rotate(operation: Operation, link: Link, running: str) -> None:
    with service_release.of_app(operation, link.app) as change:
        own = change.operation
        before, new = link.login, links.new_login(link.app)
        own.reporter.step("service-login", "start", f"{link.service.name} for {link.app}")
        own.undo.append(lambda: _take_back(own, link, running, before, new))
        try:
            queried = access.make_another_and_query(own.engine, link, running, new)
        except Failure:
            own.reporter.step("service-login", "fail")
            raise
        own.reporter.step("service-login", "done", new.name)
        if not queried:
            access.await_query(own.engine, link, running, new)
        # Killed from here on, the one before is known, and goes with the next rotation.
        link.set_aside(before)
        link.keep(new, link.variables)
        earlier = service_release.Before(change)
        words = f"service {link.service.name}: another password"
        release = service_release.make(change, words, {}, earlier.end)
        if release is not None:
            own.reporter.result("rotated", f"{link.app} v{release}")
        earlier.await_end()
        for old in link.old_logins():
            users = retiring.retire(own.engine, link, running, old)
            if users:
                own.reporter.note(
                    f"cron jobs and commands of {link.app} that still use the login {old.name}: {users}; "
                    "it is dropped when they have ended"
                )


def _take_back(operation: Operation, link: Link, running: str, before: Login, new: Login) -> None:
    link.keep(before, link.variables)
    values.remove(link.directory / "old" / before.name)
    access.drop(operation.engine, link, running, new)
    link.forget_old(new)
