"""Links an app to a service, and makes one the first of its kind: each is a release of the app."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path

from pocketpaas.change import link_changes, outcome, service_release
from pocketpaas.change.service_release import AppChange
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import network
from pocketpaas.service import access, container, links, store
from pocketpaas.service.kinds import Kind
from pocketpaas.service.links import Link, Login
from pocketpaas.service.store import Service
from pocketpaas.state import names, values


def locked(operation: Operation, arguments: Sequence[str]) -> tuple[Service, str]:
    """The service, its lock held to the end of the operation, and the app."""
    if len(arguments) < 2:
        raise BadRequest("a service and an app are needed")
    service = store.need(operation.paths, arguments[0])
    store.lock(operation.paths, service.name, operation.holder(), operation.reporter)
    return store.need(operation.paths, service.name), arguments[1]


# ---------------------------------------------------------------- linking


def link(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME APP [VARIABLE…]: the app has a database and a login of its own, in the variables, else in those that are
    usual for the kind. Linked already, it gets the variables."""
    service, app = locked(operation, arguments)
    with service_release.of_app(operation, app) as change:
        return ended(change, link_it(change, service, tuple(arguments[2:])))


def link_it(change: AppChange, service: Service, asked: tuple[str, ...]) -> int | None:
    """The number of the release; 0 where there is nothing to do, None before the first release."""
    wanted = Link(service, change.app)
    # Killed before its release, a link is there that the app does not have yet.
    if not prepare(change, service, asked) and link_changes.has(change.operation.paths, wanted, change.live):
        return 0
    return service_release.make(change, f"service {service.name} linked", {})


def prepare(change: AppChange, service: Service, asked: tuple[str, ...], settings: Path | None = None) -> bool:
    """All but the release: whether there was something to do. The app's settings, or those that it is about to have.
    Taken back with the operation."""
    wanted = Link(service, change.app)
    variables = _variables(change, wanted, asked)
    if wanted.is_linked and (not asked or set(variables) == set(wanted.variables)):
        return False
    refuse_hidden(change.operation, variables, settings)
    if not wanted.is_linked:
        _make_login(change, wanted, variables)
    else:
        before = wanted.variables
        change.operation.undo.append(lambda: wanted.keep_variables(before))
        wanted.keep_variables(variables)
        _tell_dropped(change, wanted, before)
    return True


def _tell_dropped(change: AppChange, wanted: Link, before: tuple[str, ...]) -> None:
    """An app that still reads a variable that held the address would not come up, or take another database."""
    dropped = [one for one in before if one not in wanted.variables]
    if dropped:
        reporter, service = change.operation.reporter, wanted.service
        reporter.warn(
            f"{change.app} has the address of {service.name} in {', '.join(wanted.variables)} alone now, "
            f"and no longer in {', '.join(dropped)}"
        )
        kept = " ".join(f"--as {one}" for one in (*dropped, *wanted.variables))
        reporter.hint(f"to have both: pocketpaas services link {service.name} {kept} --app {change.app}")


def _make_login(change: AppChange, wanted: Link, variables: tuple[str, ...]) -> None:
    """The app can log in, and does so. Taken back with the operation."""
    operation, service = change.operation, wanted.service
    engine, reporter = operation.engine, operation.reporter
    access.refuse_full(wanted)
    running = container.running(engine, service)
    network.ensure(operation)
    login, others, was_there = links.new_login(change.app), wanted.old_logins(), wanted.directory.is_dir()
    operation.undo.append(lambda: _take_back(operation, wanted, running, login, was_there))
    container.connect(engine, service, running, change.app)
    reporter.step("service-login", "start", service.name)
    queried = access.make_and_query(engine, wanted, running, login)
    for old in others:
        access.drop(engine, wanted, running, old)
        wanted.forget_old(old)
    reporter.step("service-login", "done", login.name)
    reporter.step("service-query", "start", service.name)
    if not queried:
        access.await_query(engine, wanted, running, login)
    reporter.step("service-query", "done")
    # A release reads it when its containers are made.
    wanted.keep(login, variables)


def _take_back(operation: Operation, wanted: Link, running: str, login: Login, was_there: bool) -> None:
    wanted.unlink()
    access.drop(operation.engine, wanted, running, login)
    wanted.forget_old(login)
    if not was_there:
        values.remove_tree(wanted.directory)
    container.disconnect(operation.engine, running, wanted.app)


def _variables(change: AppChange, wanted: Link, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Raises `BadRequest`, `Refused` for a variable that another service has."""
    taken = {
        variable: name
        for variable, name in links.layer(change.operation.paths, change.app).items()
        if name != wanted.service.name
    }
    for variable in asked:
        if not names.is_variable(variable):
            raise BadRequest(f'"{variable}" is not the name of a variable that an app can have')
        if variable in taken:
            raise Refused(
                "variable-taken",
                f"{variable} of {change.app} holds the address of the service {taken[variable]}",
                f"pocketpaas services promote {wanted.service.name}, or another variable: --as NAME",
            )
    if asked:
        return tuple(dict.fromkeys(asked))
    return usual(wanted.service.kind, wanted.service.name, taken)


def usual(kind: Kind, name: str, taken: Container[str]) -> tuple[str, ...]:
    """The variables of a service of that name, where nobody says which, and the app has these already."""
    return (further(name),) if any(one in taken for one in kind.variables) else kind.variables


def further(service: str) -> str:
    """The variable of a service that is not the first of its kind for an app."""
    return f"{service.upper().replace('-', '_')}_URL"


def is_sent(operation: Operation, variable: str) -> bool:
    """Whether a value for it came with a deploy."""
    return (operation.work.directory / "values" / "set" / variable).is_file()


def refuse_hidden(operation: Operation, variables: Sequence[str], settings: Path | None = None) -> None:
    """What the manifest (its `settings`, else those that the app has) or a command has set wins over a service: the app
    would go on with that. Raises `Refused`."""
    app = operation.app
    directory = operation.paths.app(app)
    for variable in variables:
        if (directory / "operator" / "env" / variable).is_file():
            raise Refused(
                "variable-taken",
                f"{variable} of {app} was set by env set, which wins over a service",
                f"pocketpaas env unset {variable} --no-restart --app {app}, or another variable: --as NAME",
            )
        if is_sent(operation, variable):
            raise Refused(
                "variable-taken",
                f"{variable} was sent as one of the secrets of pocketpaas.yml, which win over a service",
                "send no value for it (the service gives it one), or remove it from the secrets",
            )
        if ((settings or directory / "settings") / "env" / variable).is_file():
            raise Refused(
                "variable-taken",
                f"{variable} is set in pocketpaas.yml (env.{variable}), which wins over a service",
                "remove it there and deploy, or use another variable: --as NAME",
            )


# ---------------------------------------------------------------- unlinking


def give_up(wanted: Link) -> None:
    """No release gets the address from here on. Raises `CannotWrite`."""
    # A service that does not run just now is told of it when it starts.
    wanted.set_aside(wanted.login)
    wanted.unlink()


def drop(operation: Operation, wanted: Link) -> None:
    """The login of an app that is not linked any more goes; its data stays. Raises `Failed`, `EngineError`."""
    service, app = wanted.service, wanted.app
    found = container.find(operation.engine, service)
    if found is not None and found.runs:
        access.leave(operation.engine, wanted, found.id, remove=False)
        wanted.forget(data=False)
        return
    if found is not None:
        container.disconnect(operation.engine, found.id, app)
    operation.reporter.warn(f"{service.name} does not run: the login of {app} is dropped when it starts")


# ---------------------------------------------------------------- the first of its kind


def promote(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME APP: the usual variables hold the address of this service, too. The one that they held before keeps its
    others, or is in NAME_URL where it would have none."""
    service, app = locked(operation, arguments[:2])
    with service_release.of_app(operation, app) as change:
        wanted = Link(service, app)
        if not wanted.is_linked:
            raise Refused(
                "not-linked",
                f"{app} is not linked to {service.name}",
                f"pocketpaas services link {service.name} --app {app}",
            )
        usual = service.kind.variables
        # Its own first: killed in between, the usual variables are two services', and never nobody's.
        there = sorted(links.of_app(operation.paths, app), key=lambda one: one.service.name != service.name)
        found = [(one, _after_promotion(one, service)) for one in there]
        changed = [(one, variables) for one, variables in found if variables != one.variables]
        # Killed before its release, it is promoted and the app does not have it yet.
        if not changed and link_changes.has(operation.paths, wanted, change.live):
            return ended(change, 0)
        refuse_hidden(operation, usual)
        for one, variables in changed:
            _keep_variables(operation, one, variables)
        return ended(change, service_release.make(change, f"service {service.name} promoted", {}))


def _after_promotion(one: Link, promoted: Service) -> tuple[str, ...]:
    """The variables of one of an app's links when that service is promoted."""
    usual = promoted.kind.variables
    if one.service.name != promoted.name:
        left = tuple(variable for variable in one.variables if variable not in usual)
        return one.variables if left == one.variables else left or (further(one.service.name),)
    if set(usual) <= set(one.variables):
        return one.variables
    # NAME_URL alone was given because the usual ones were taken: nobody chose it, and it goes.
    kept = () if one.variables == (further(one.service.name),) else one.variables
    return tuple(dict.fromkeys((*usual, *kept)))


def _keep_variables(operation: Operation, one: Link, variables: tuple[str, ...]) -> None:
    before = one.variables
    operation.undo.append(lambda: one.keep_variables(before))
    one.keep_variables(variables)


def ended(change: AppChange, release: int | None) -> int:
    """Tells the app's links, and how it ended; the exit code."""
    operation = change.operation
    for one in links.of_app(operation.paths, change.app):
        operation.reporter.result(f"link-{one.service.name}", " ".join(one.variables))
    if release is None:
        return 0
    return outcome.released(operation, release) if release else outcome.nothing_to_do(operation)
