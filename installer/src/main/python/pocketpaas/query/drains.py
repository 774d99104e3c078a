"""Where the logs of an app are sent.

Arguments: APP list | APP add | APP remove. `add` and `remove` read a tree, `target` (syslog+tls://HOST:PORT or
syslog+tcp://HOST:PORT; to remove, also the number). `list` answers with a tree, N/{target,who,when,waiting,lost}; the
others tell as an operation does."""

from __future__ import annotations

import ipaddress
import socket

from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.schedule import drains, forwarder
from pocketpaas.schedule.drains import Drain
from pocketpaas.state import tree, values
from pocketpaas.state.clock import now

_MAX_BYTES, _MAX_VALUES, _MOST = 4096, 1, 5
_CLOUD = ipaddress.ip_address("fd00:ec2::254")


def serve(request: Request) -> int:
    """See the module."""
    action = request.arguments[1]
    if action == "list":
        return answer(_listing(request))
    if action not in ("add", "remove"):
        raise BadRequest("drains: list, add or remove")
    target = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES).get("target", "")
    if action == "add":
        _add(request, target)
    else:
        _remove(request, target)
    audit(request.paths, request.key, request.app, f"drain {action}", 0)
    return 0


def _listing(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    told = drains.states(request.paths)
    for one in drains.of_app(request.paths, request.app):
        state = told.get(one.name)
        parts = {
            "target": one.target,
            "who": values.read_or(one.directory / "who", ""),
            "when": values.read_or(one.directory / "when", ""),
            "waiting": str(state.waiting) if state else "",
            "lost": str(one.lost),
        }
        found |= {f"{one.number}/{part}": value for part, value in parts.items()}
    return found


def _add(request: Request, target: str) -> None:
    if target.startswith("https:") or target.startswith("http:"):
        raise Refused(
            "https-drain",
            "logs cannot be sent by HTTPS: the rsyslog of Debian and Ubuntu has no module for it",
            "most log services also take syslog+tls://HOST:PORT",
        )
    if not drains.is_target(target):
        raise BadRequest("a target is syslog+tls://HOST:PORT or syslog+tcp://HOST:PORT, without a user or a path")
    there = drains.of_app(request.paths, request.app)
    if any(one.target == target for one in there):
        request.reporter.result("unchanged", f"the logs of {request.app} are sent to {target} already")
        return
    if len(there) >= _MOST:
        raise Refused("many-drains", f"{request.app} has {_MOST} drains already", "remove one")
    taken = {one.name for one in drains.everywhere(request.paths)}
    free = (n for n in range(1, 2 * _MOST + 1) if all(one.number != n for one in there))
    number = next(n for n in free if f"{request.app}_{n}" not in taken)
    directory = request.paths.app(request.app) / "drains" / str(number)
    _look_at(request, Drain(request.app, number, target, directory))
    forwarder.need(request.reporter)
    with host_lock(request.paths, Holder(request.key, "adding a drain")):
        values.make_directory(directory)
        for name, text in (("who", request.key), ("when", now()), ("target", target)):
            values.write(directory / name, text)
        try:
            drains.apply(request.paths)
        except Failure:
            values.remove_tree(directory)
            drains.apply(request.paths)
            raise
    request.reporter.result("drain", target)


def _look_at(request: Request, drain: Drain) -> None:
    """Raises `Refused` where the name leads to the machine itself, or to what clouds tell machines."""
    try:
        found = socket.getaddrinfo(drain.host, int(drain.port), type=socket.SOCK_STREAM)
    except OSError as error:
        request.reporter.warn(f"{drain.host} does not resolve on the host yet: {error.strerror or error}")
        return
    for *_, address in found:
        one = ipaddress.ip_address(str(address[0]).partition("%")[0])
        if one.is_link_local or one.is_loopback or one.is_multicast or one.is_unspecified or one == _CLOUD:
            raise Refused(
                "bad-target",
                f"logs are not sent to {one}{'' if str(one) == drain.host else f' ({drain.host})'}",
                "name another machine",
            )


def _remove(request: Request, target: str) -> None:
    found = [one for one in drains.of_app(request.paths, request.app) if target in (one.target, str(one.number))]
    if not found:
        raise Refused("no-drain", f"the logs of {request.app} are not sent there", "pocketpaas logs drain lists them")
    with host_lock(request.paths, Holder(request.key, "removing a drain")):
        values.remove_tree(found[0].directory)
        drains.apply(request.paths)
    request.reporter.result("drain", found[0].target)
