"""Where logs of apps are sent, on every machine of the cluster. A line goes from the machine that it was printed on, by
a forwarder there (`schedule.drains`), and waits there while the target is away. The home hands over the drains of the
apps that run over the cluster, all of them at once, to each machine that has others: when one is added or removed, when
an app comes to the cluster or goes, and when a machine joins, or is back (the host's timer).

What a drain by HTTPS needs may be a secret: it goes over the machines' SSH, and is in files for root there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pocketpaas import rules
from pocketpaas.cluster import peers
from pocketpaas.engine import parallel
from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.routing.addresses import is_spread_at_all
from pocketpaas.schedule import drain_counts, drains, forwarder
from pocketpaas.schedule.drain_counts import Told
from pocketpaas.schedule.drain_target import HTTPS, Target, headers, is_target
from pocketpaas.state import host_settings, listing, names, nodes, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: Words of the verb `peer`.
PREPARE, HAND, COUNTS = "drain-prepare", "drains", "drain-counts"
#: A package may have to be installed; the forwarder may have to end first.
_INSTALL_SECONDS, _COUNT_SECONDS = 900.0, 12.0
_AUTHORITIES = "authorities"
_FIELDS = ("target", "queue", "format", "headers")
#: Instead of a digest, of a machine of which nobody knows what it has.
_DOUBTFUL = "?"


def handed_over(paths: HostPaths) -> dict[str, str]:
    """What each of the other machines shall have: apps/APP/N/{target,queue,format,headers}, and the home's own
    authorities; empty for nothing."""
    found: dict[str, str] = {}
    for app in listing.apps(paths):
        for one in drains.of_app(paths, app) if is_spread_at_all(paths, app) else ():
            texts = {"target": one.target, "queue": one.name}
            if one.to.kind == HTTPS:
                texts |= {"format": one.format, "headers": values.read_or(one.directory / "headers", "")}
            found |= {f"apps/{app}/{one.number}/{name}": text for name, text in texts.items()}
    return {_AUTHORITIES: host_settings.text(paths, "ca-certificates.pem"), **found} if found else {}


def prepare(paths: HostPaths, reporter: Reporter, to: Target) -> tuple[Node, ...]:
    """The other machines can send to the target: they have what sends, which is installed where it is missing. One that
    does not answer is named here; the others are returned. Raises `Refused`, `Failure` of one that cannot."""
    others = nodes.others(paths)
    sent = {"host": to.host, "port": to.port}
    answered = parallel.tried(lambda one: peers.ask(paths, one, [PREPARE], sent, seconds=_INSTALL_SECONDS), others)
    found = []
    for node, answer in zip(others, answered):
        if isinstance(answer, peers.Unreachable):
            _warn(reporter, node, answer)
        elif isinstance(answer, Exception):
            raise answer
        else:
            found.append(node)
            if answer.get("warning"):
                reporter.warn(f"{node.name} {answer['warning']}")
    return tuple(found)


def settle(paths: HostPaths, reporter: Reporter, among: Sequence[Node] | None = None) -> None:
    """Each of the other machines (or of those) has what it shall have; who has it already is not asked. The host's lock
    is held. One that cannot be told is named here, and told later. Nothing where this is not the home. Raises
    `CannotWrite`, `Damaged`."""
    wanted = handed_over(paths) if nodes.is_home(paths) else {}
    lacking = [node for node in _others(paths, among) if _has(paths, node) != _digest(wanted)]
    for node in lacking:
        doubt(paths, node)
    told = parallel.tried(lambda node: peers.ask(paths, node, [HAND], wanted, seconds=_INSTALL_SECONDS), lacking)
    for node, one in zip(lacking, told):
        if isinstance(one, Exception):
            _warn(reporter, node, one)
        else:
            values.write(_place(paths, node), _digest(wanted))


def settle_alone(paths: HostPaths, reporter: Reporter, holder: Holder, among: Sequence[Node] | None = None) -> None:
    """The same for who does not hold the host's lock. Raises `Busy`, too."""
    now = _digest(handed_over(paths)) if nodes.is_home(paths) else ""
    if any(_has(paths, node) != now for node in _others(paths, among)):
        with host_lock(paths, holder):
            settle(paths, reporter, among)


def doubt(paths: HostPaths, node: Node) -> None:
    """It is told the next time, whatever it was told before. Raises `CannotWrite`."""
    values.write(_place(paths, node), _DOUBTFUL)


def _others(paths: HostPaths, among: Sequence[Node] | None) -> Sequence[Node]:
    if not nodes.is_home(paths):
        return ()
    return nodes.others(paths) if among is None else among


def _place(paths: HostPaths, node: Node) -> Path:
    """The digest of what it has; it goes with the machine. None where it was never told."""
    return nodes.place(paths, node.name) / "drains"


def _has(paths: HostPaths, node: Node) -> str:
    return values.read_or(_place(paths, node), "")


def _digest(wanted: Mapping[str, str]) -> str:
    return hashlib.sha256(tree.text(wanted)).hexdigest() if wanted else ""


def _warn(reporter: Reporter, node: Node, why: Exception) -> None:
    text = f"{node.name} could not be told where logs are sent, and does as before; the host's timer tells it: {why}"
    reporter.warn(text)


# ---------------------------------------------------------------- what became of lines


def counts(paths: HostPaths, of: Sequence[Node]) -> Iterator[tuple[Node, dict[str, Told] | Exception]]:
    """What each of these machines says of its drains, or why it says nothing."""
    asked = parallel.tried(lambda node: peers.ask(paths, node, [COUNTS], seconds=_COUNT_SECONDS), of)
    for node, told in zip(of, asked):
        yield node, told if isinstance(told, Exception) else drain_counts.of_tree(told)


def keep_counts(paths: HostPaths, of: Sequence[Node]) -> None:
    """For the host's timer: what they say is kept for `known`. Who has nothing to send is not asked. Raises
    `CannotWrite`, `Damaged`."""
    for node, told in counts(paths, [node for node in of if _has(paths, node)]):
        if not isinstance(told, Exception):
            found: dict[str, str] = {}
            for name, one in told.items():
                found |= one.tree(name)
            values.write(_counts(paths, node), json.dumps(found), durable=False)


def known(paths: HostPaths) -> Iterator[tuple[str, dict[str, Told]]]:
    """What is known of the drains of all machines without asking one, by name (this one's is empty): of the others what
    they have said to the host's timer."""
    yield "", drain_counts.told(paths)
    for node in _others(paths, None):
        try:
            yield node.name, drain_counts.of_tree(json.loads(values.read_or(_counts(paths, node), "{}")))
        except ValueError:
            # Cut off by a power cut; the timer writes it anew.
            continue


def _counts(paths: HostPaths, node: Node) -> Path:
    return nodes.place(paths, node.name) / "drain-counts"


# ---------------------------------------------------------------- on the other machine


def prepare_here(reporter: Reporter, sent: Mapping[str, str]) -> dict[str, str]:
    """This machine can send there: `warning`, where it does not know the target's name. Raises `Refused`, `Failed`,
    `BadRequest`."""
    target = f"syslog+tcp://{sent.get('host', '')}:{sent.get('port', '')}"
    if not is_target(target):
        raise BadRequest("this is not a target for logs")
    warning = forwarder.look_at(Target(target).host, Target(target).port)
    forwarder.need(reporter)
    return {"warning": warning} if warning else {}


def take(paths: HostPaths, reporter: Reporter, sent: Mapping[str, str]) -> None:
    """From now on this machine sends what is sent, and nothing else. Raises `BadRequest`, `Failed`, `CannotWrite`."""
    wanted = _read(tree.below(sent, "apps"))
    if wanted:
        forwarder.need(reporter)
    with host_lock(paths, Holder(f"{nodes.MARK}{nodes.home(paths)}", "sending logs elsewhere")):
        _store(drains.handed(paths), wanted, sent.get(_AUTHORITIES, ""))
        drains.apply(paths)


def forget(paths: HostPaths) -> None:
    """This machine leaves the cluster: it sends nothing for it any more. Raises `Failed`, `Busy`."""
    if drains.handed(paths).exists():
        with host_lock(paths, Holder("host", "ending what is sent elsewhere")):
            values.remove_tree(drains.handed(paths))
            drains.apply(paths)


def _read(sent: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields by APP/N. Raises `BadRequest`."""
    found: dict[str, dict[str, str]] = {}
    for path, value in sent.items():
        app, number, name = (*path.split("/", 2), "", "")[:3]
        if not (names.is_app(app) and names.is_number(number, 1) and name in _FIELDS):
            raise BadRequest("this is no drain of an app")
        found.setdefault(f"{app}/{number}", {})[name] = value
    for one in found.values():
        queue, number = one.get("queue", "").rpartition("_")[::2]
        formats = ("", *rules.words("drain-formats"))
        if not (is_target(one.get("target", "")) and names.is_app(queue) and names.is_number(number, 1)):
            raise BadRequest("this is no drain of an app")
        if one.get("format", "") not in formats or headers(one.get("headers", "")) is None:
            raise BadRequest("this is no drain of an app")
    return found


def _store(place: Path, wanted: Mapping[str, Mapping[str, str]], authorities: str) -> None:
    """What was counted of a drain stays while it has the same target."""
    for app in values.names(place / "apps"):
        for number in values.names(place / "apps" / app):
            directory = place / "apps" / app / number
            target = wanted.get(f"{app}/{number}", {}).get("target")
            if target != values.read(directory / "target"):
                values.remove_tree(directory)
    if not wanted:
        values.remove_tree(place)
        return
    for directory in (place, place / "apps"):
        values.make_directory(directory)
    values.write(place / _AUTHORITIES, authorities)
    for path, one in wanted.items():
        for directory in ((place / "apps" / path).parent, place / "apps" / path):
            values.make_directory(directory)
        # The target last: with it it is one.
        for name in reversed(_FIELDS):
            values.write(place / "apps" / path / name, one.get(name, ""))
