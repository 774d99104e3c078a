"""The operator's names of an app, and whether it has its default one. Routing only: no container is touched, no
release is made."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import certificates, outcome
from pocketpaas.change.changing import Changing, no_arguments
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle, scale, slots, spread_push
from pocketpaas.routing import names as app_names
from pocketpaas.routing import nginx, reach
from pocketpaas.state import names, values

_TAKEN_CURE = "remove it there first: pocketpaas domains remove"


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """values/add, values/remove (lines), or values/default (on or off)."""
    no_arguments(arguments)
    operation = changing.operation
    switch = values.read(changing.sent / "default")
    if switch is not None:
        return _default(changing, switch)
    add, remove = changing.lines("add"), changing.lines("remove")
    for domain in (*add, *remove):
        if not names.is_domain(domain):
            raise BadRequest(f'"{domain}" is not a valid domain', "bad-domain", "a domain looks like shop.example.com")
    before = app_names.operator_names(operation.paths, operation.app)
    for domain in remove:
        _may_remove(operation, domain, before)
    kept = tuple(domain for domain in dict.fromkeys([*before, *add]) if domain not in remove)
    if kept == before:
        return outcome.nothing_to_do(operation, "these names are there already")
    return _route(changing, kept, [domain for domain in kept if domain not in before])


def _default(changing: Changing, switch: str) -> int:
    """The default name is served again, or no longer. Without a name of its own the app keeps it whatever is said."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    if switch not in ("on", "off"):
        raise BadRequest(f'"{switch}" is neither on nor off')
    before = "on" if app_names.serves_default(paths, app) else "off"
    if switch == before:
        return outcome.nothing_to_do(operation)
    release, file = slots.live_release(paths, app), app_names.default_switch(paths, app)
    values.make_directory(changing.operator)
    values.write(file, switch)
    if release is not None:
        settings = paths.release(app, release) / "settings"
        try:
            _serve(operation, release, app_names.operator_names(paths, app))
        except BaseException:
            values.write(file, before)
            raise
        if switch == "off" and app_names.default_name(paths, app) in app_names.names_of(paths, app, settings):
            operation.reporter.note("it is the only address for now, so it goes once the app has a domain of its own")
        spread_push.push_of(operation)
        changing.lock.release()
        certificates.after(operation, changing.lock, {})
    outcome.tell_names(operation, release)
    return 0


def _may_remove(operation: Operation, domain: str, before: Sequence[str]) -> None:
    """What the manifest states no command removes."""
    if domain in before:
        return
    if domain in values.lines(operation.paths.app(operation.app) / "settings" / "domains"):
        raise Refused(
            "in-manifest",
            f"{domain} is set in pocketpaas.yml (domains)",
            'remove it there and run "pocketpaas deploy"',
        )
    operation.reporter.note(f"{domain} is not a domain of {operation.app}")


def _route(changing: Changing, kept: Sequence[str], new: Sequence[str]) -> int:
    """nginx first; stored only where it serves them. Then it is looked whether the new names lead here: one that does
    not is stored all the same, as DNS may come later."""
    operation = changing.operation
    release = slots.live_release(operation.paths, operation.app)
    values.make_directory(changing.operator)
    if release is None:
        with host_lock(operation.paths, operation.holder(f"adding names of {operation.app}")):
            taken = app_names.claimed(operation.paths, operation.app, kept)
            if taken is not None:
                raise Refused("domain-taken", taken, _TAKEN_CURE)
            values.write_lines(changing.operator / "domains", kept)
        return 0
    _serve(operation, release, kept)
    values.write_lines(changing.operator / "domains", kept)
    # Where the name leads to another machine, nginx there has to know it.
    spread_push.push_of(operation)
    # A name's server may be slow, and a rollback need not wait for it.
    changing.lock.release()
    missed = reach.look_for(operation.paths, operation.reporter, operation.app, new, everywhere)
    certificates.after(operation, changing.lock, missed)
    outcome.tell_names(operation, release)
    return 0


def _serve(operation: Operation, release: int, kept: Sequence[str]) -> None:
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    directory = paths.release(app, release)
    settings = directory / "settings"
    served = app_names.names_of(paths, app, settings, kept)
    reporter.step("routing", "start")
    if bundle.has_web(directory):
        try:
            nginx.apply(operation, app, scale.wanted(paths, app, directory, "web"), served, settings)
        except Failed as failure:
            reporter.step("routing", "fail")
            # Nothing was changed, and the app serves as before.
            raise Refused(failure.cause, failure.text, failure.cure) from failure
    reporter.step("routing", "done", app_names.shown(served))
