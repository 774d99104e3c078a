"""Where the logs of an app are sent.

Arguments: APP list | APP add | APP remove. `add` and `remove` read a tree, `target` (syslog+tls://HOST:PORT,
syslog+tcp://HOST:PORT or https://…; to remove, also the number, or as it is listed), to add also `format` and `headers`
of HTTPS. `list` answers with a tree, N/{target,format,who,when,waiting,lost,problem,since}; the others tell as an
operation does. Of an HTTPS address no more than the host is ever told. Over a cluster, each machine sends what runs
there (`cluster.log_drains`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pocketpaas import rules
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.routing.addresses import is_spread_at_all
from pocketpaas.schedule import drain_counts, drains, forwarder
from pocketpaas.schedule.drain_counts import Told
from pocketpaas.schedule.drain_target import HTTPS, LOGPLEX, Target, headers, is_target
from pocketpaas.state import nodes, tree, values
from pocketpaas.state.clock import now
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

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
    there = drains.of_app(request.paths, request.app)
    told = _told(request.paths, request.app) if there else {}
    for one in there:
        parts = {
            "target": one.to.shown,
            "format": one.format if one.to.kind == HTTPS else "",
            "who": values.read_or(one.directory / "who", ""),
            "when": values.read_or(one.directory / "when", ""),
            **_together({name: _of_drain(said, one.name) for name, said in told.items()}),
        }
        found |= {f"{one.number}/{part}": value for part, value in parts.items()}
    return found


def _told(paths: HostPaths, app: str) -> dict[str, dict[str, Told] | Exception]:
    """What each machine that sends the app's logs says of its drains, by its name (empty where it is the only one)."""
    here = drain_counts.told(paths)
    if not (nodes.is_home(paths) and is_spread_at_all(paths, app)):
        return {"": here}
    # Loaded in a cluster alone.
    from pocketpaas.cluster import log_drains

    others = {node.name: said for node, said in log_drains.counts(paths, nodes.others(paths))}
    return {nodes.own_name(paths): here, **others}


def _of_drain(said: dict[str, Told] | Exception, name: str) -> Told:
    if isinstance(said, Exception):
        return Told(problem=f"could not be asked: {said}")
    return said.get(name, Told(problem="does not send them yet"))


def _together(told: Mapping[str, Told]) -> dict[str, str]:
    """Of a drain on all machines: what waits and was lost added up, which of them have a problem, and since when."""
    waiting = [one.waiting for one in told.values() if one.waiting is not None]
    whose: dict[str, list[str]] = {}
    for machine, one in told.items():
        if one.problem:
            whose.setdefault(one.problem, []).append(machine)
    return {
        "waiting": str(sum(waiting)) if waiting else "",
        "lost": str(sum(one.lost for one in told.values())),
        "problem": "; ".join(f"{', '.join(found)}: {problem}".removeprefix(": ") for problem, found in whose.items()),
        "since": min((one.since for one in told.values() if one.since), default=""),
    }


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
    warning = forwarder.look_at(to.host, to.port)
    if warning:
        request.reporter.warn(f"the host {warning}")
    forwarder.need(request.reporter)
    with _others(request, to) as others, host_lock(request.paths, Holder(request.key, "adding a drain")):
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
        _tell(request, others)
    request.reporter.result("drain", to.shown)


@contextmanager
def _others(request: Request, to: Target | None = None) -> Iterator[Sequence[Node] | None]:
    """The other machines of a cluster that are told of a change, over one connection each; with a target those that can
    send there (`log_drains.prepare`). None for all of them, if there are any."""
    if not (nodes.is_home(request.paths) and is_spread_at_all(request.paths, request.app)):
        yield None
        return
    # Loaded in a cluster alone.
    from pocketpaas.cluster import log_drains, peers

    with peers.kept_open(request.paths):
        yield None if to is None else log_drains.prepare(request.paths, request.reporter, to)


def _tell(request: Request, others: Sequence[Node] | None) -> None:
    """The host's lock is held."""
    if nodes.is_home(request.paths):
        from pocketpaas.cluster import log_drains

        log_drains.settle(request.paths, request.reporter, others)


def _check_https(to: Target, form: str, extra: str) -> None:
    found = headers(extra)
    if form not in ("", *rules.words("drain-formats")) or found is None or (to.kind != HTTPS and (form or extra)):
        raise BadRequest("the format is logplex or json, headers are lines of Name: value; both are of HTTPS alone")
    if to.login and "authorization" in {name.lower() for name in found}:
        raise Refused("two-logins", "the address has a login, and the headers have one, too", "leave one of them out")


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
    with _others(request) as others, host_lock(request.paths, Holder(request.key, "removing a drain")):
        values.remove_tree(found[0].directory)
        drains.apply(request.paths)
        _tell(request, others)
    request.reporter.result("drain", found[0].to.shown)
