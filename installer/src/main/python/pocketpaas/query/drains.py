"""Where the logs of an app are sent.

Arguments: APP list | APP add | APP remove. `add` and `remove` read a tree, `target` (syslog+tls://HOST:PORT,
syslog+tcp://HOST:PORT or https://…; to remove, also the number, or as it is listed), to add also `format` and `headers`
of HTTPS. `list` answers with a tree, N/{target,format,who,when,waiting,lost,problem,since}; the others tell as an
operation does. Of an HTTPS address no more than the host is ever told."""

from __future__ import annotations

import socket

from pocketpaas import rules
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.schedule import drain_place, drains, forwarder
from pocketpaas.schedule.drain_target import HTTPS, LOGPLEX, Target, headers, is_closed, is_target
from pocketpaas.state import nodes, tree, values
from pocketpaas.state.clock import now

_MAX_BYTES, _MAX_VALUES, _MOST = 32_768, 3, 5


def serve(request: Request) -> int:
    """See the module."""
    action = request.arguments[1]
    if action == "list":
        return answer(_listing(request))
    if action not in ("add", "remove"):
        raise BadRequest("drains: list, add or remove")
    sent = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
    if action == "add":
        _add(request, sent.get("target", ""), sent.get("format", ""), sent.get("headers", ""))
    else:
        _remove(request, sent.get("target", ""))
    audit(request.paths, request.key, request.app, f"drain {action}", 0)
    return 0


def _listing(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    told = drains.states(request.paths)
    for one in drains.of_app(request.paths, request.app):
        state = told.get(one.name)
        problem = drain_place.problem(request.paths, one.name)
        parts = {
            "target": one.to.shown,
            "format": one.format if one.to.kind == HTTPS else "",
            "who": values.read_or(one.directory / "who", ""),
            "when": values.read_or(one.directory / "when", ""),
            "waiting": str(state.waiting + drain_place.held(request.paths, one.name)) if state else "",
            "lost": str(one.lost),
            "problem": problem.text if problem else "",
            "since": problem.since if problem else "",
        }
        found |= {f"{one.number}/{part}": value for part, value in parts.items()}
    return found


def _add(request: Request, target: str, form: str, extra: str) -> None:
    if not is_target(target):
        raise BadRequest("a target is syslog+tls://HOST:PORT, syslog+tcp://HOST:PORT or https://HOST/PATH")
    to = Target(target)
    _check_https(to, form, extra)
    there = drains.of_app(request.paths, request.app)
    if any(one.target == target for one in there):
        request.reporter.result("unchanged", f"the logs of {request.app} are sent to {to.shown} already")
        return
    if len(there) >= _MOST:
        raise Refused("many-drains", f"{request.app} has {_MOST} drains already", "remove one")
    taken = {one.name for one in drains.everywhere(request.paths)}
    free = (n for n in range(1, 2 * _MOST + 1) if all(one.number != n for one in there))
    number = next(n for n in free if f"{request.app}_{n}" not in taken)
    directory = request.paths.app(request.app) / "drains" / str(number)
    _look_at(request, to)
    forwarder.need(request.reporter)
    with host_lock(request.paths, Holder(request.key, "adding a drain")):
        values.make_directory(directory)
        of_https = (("format", form or LOGPLEX), ("headers", extra)) if to.kind == HTTPS else ()
        for name, text in (*of_https, ("who", request.key), ("when", now()), ("target", target)):
            values.write(directory / name, text)
        try:
            drains.apply(request.paths)
        except Failure:
            values.remove_tree(directory)
            drains.apply(request.paths)
            raise
    request.reporter.result("drain", to.shown)
    if nodes.is_home(request.paths):
        request.reporter.note("only what runs on this machine is sent, and nothing from the other ones of the cluster")


def _check_https(to: Target, form: str, extra: str) -> None:
    found = headers(extra)
    if form not in ("", *rules.words("drain-formats")) or found is None or (to.kind != HTTPS and (form or extra)):
        raise BadRequest("the format is logplex or json, headers are lines of Name: value; both are of HTTPS alone")
    if to.login and "authorization" in {name.lower() for name in found}:
        raise Refused("two-logins", "the address has a login, and the headers have one, too", "leave one of them out")


def _look_at(request: Request, to: Target) -> None:
    """Raises `Refused` where the name leads to the machine itself, or to what clouds tell machines."""
    try:
        found = socket.getaddrinfo(to.host, int(to.port), type=socket.SOCK_STREAM)
    except OSError as error:
        request.reporter.warn(f"{to.host} does not resolve on the host yet: {error.strerror or error}")
        return
    for *_, address in found:
        one = str(address[0])
        if is_closed(one):
            raise Refused(
                "bad-target",
                f"logs are not sent to {one}{'' if one == to.host else f' ({to.host})'}",
                "name another machine",
            )


def _remove(request: Request, target: str) -> None:
    found = [
        one
        for one in drains.of_app(request.paths, request.app)
        if target in (one.target, str(one.number), one.to.shown)
    ]
    if len(found) > 1:
        raise Refused("two-drains", f"{request.app} has several drains there", "name its number: pocketpaas logs drain")
    if not found:
        raise Refused("no-drain", f"the logs of {request.app} are not sent there", "pocketpaas logs drain lists them")
    with host_lock(request.paths, Holder(request.key, "removing a drain")):
        values.remove_tree(found[0].directory)
        drains.apply(request.paths)
    request.reporter.result("drain", found[0].to.shown)
