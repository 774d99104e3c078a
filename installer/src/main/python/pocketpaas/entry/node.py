"""The machines of a cluster (docs/cluster.md): `offer ADDRESS` · `join NAME ADDRESS` · `admit` · `drain|resume NAME` ·
`label NAME LABEL=VALUE…` (`LABEL=` removes it) · `promote|demote NAME` · `leave NAME [lost]` · `alone` (which apps run
on the home alone). Answers with a tree. `recover` is an operation (`backup.recovering`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pocketpaas.cluster import joining, log_drains, membership, missed
from pocketpaas.engine import swarm
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation import work
from pocketpaas.operation.audit import audit
from pocketpaas.operation.follow import follow
from pocketpaas.release import catching_up, slots
from pocketpaas.routing import addresses, flags
from pocketpaas.state import listing, names, nodes, tree
from pocketpaas.state.paths import HostPaths

_MAX_BYTES, _MAX_VALUES = 65536, 16
#: The answer is a tree. `logs drain` names a machine that does not send yet.
_SILENT = Reporter(lambda _data: None)
_ROLES = {"promote": swarm.MANAGER, "demote": swarm.WORKER}


def serve(request: Request) -> int:
    """See the module."""
    action, *words = request.arguments
    if action == "recover" and not words:
        return _recover(request)
    if action == "alone" and not words:
        _need_home(request.paths)
        return answer({"apps": "\n".join(_alone(request.paths))})
    engine = Engine(request.paths)
    engine.need()
    try:
        with host_lock(request.paths, Holder(request.key, f"changing the cluster: {action}")):
            told = _change(request, engine, action, words)
    except EngineError as error:
        raise Refused("engine", f"the Docker engine refuses: {error.text}") from error
    audit(request.paths, request.key, "-", " ".join(("node", *request.arguments)), 0)
    return answer(told)


def _recover(request: Request) -> int:
    # Loaded when it is asked for.
    from pocketpaas.backup import recovering

    client = Client.of_this_process()
    spool = work.create(request.paths, "recover", recovering.SUBJECT, request.key)
    with work.spooling(spool):
        pass
    work.start(request.paths, spool, "recover")
    return follow(spool, client)


def _admit(paths: HostPaths, engine: Engine, sent: Mapping[str, str]) -> dict[str, str]:
    """The apps that run over the cluster come to the machine at once."""
    node, untold = joining.admit(paths, engine, sent)
    warnings = [missed.sentence(one, why) for one, why in untold.items()]
    # Before its first process.
    log_drains.settle(paths, _SILENT, [node])
    for app in catching_up.bring_all(paths):
        missed.note(paths, node.name, app)
        warnings.append(f"{app} could not be brought to {node.name}; the home tries again by itself")
    return {"name": node.name, "warnings": "\n".join(warnings)}


def _change(request: Request, engine: Engine, action: str, words: Sequence[str]) -> dict[str, str]:
    paths = request.paths
    if action == "offer" and len(words) == 1 and names.is_ipv4(words[0]):
        sent = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
        role = swarm.MANAGER if sent.get("role") == swarm.MANAGER else swarm.WORKER
        return joining.offer(paths, engine, words[0], role, sent.get("plain") == "yes")
    if action == "join" and len(words) == 2 and names.is_node(words[0]) and names.is_ipv4(words[1]):
        return joining.join(paths, engine, words[0], words[1], tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES))
    _need_home(paths)
    if action == "admit" and not words:
        return _admit(paths, engine, tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES))
    if action == "label" and len(words) > 1 and names.is_node(words[0]):
        membership.label(paths, engine, words[0], _labels(words[1:]))
        return {}
    if len(words) not in (1, 2) or not names.is_node(words[0]):
        raise BadRequest("node: offer, join, admit, drain, resume, label, promote, demote, leave")
    name, *more = words
    if action in ("drain", "resume") and not more:
        membership.drain(paths, engine, name, action == "drain")
        return {}
    if action in _ROLES and not more:
        return {"managers": str(membership.change_role(paths, engine, name, _ROLES[action]))}
    if action == "leave" and more in ([], ["lost"]):
        untold = membership.leave(paths, engine, name, bool(more))
        return {"warnings": "\n".join(missed.sentence(one, why) for one, why in untold.items())}
    raise BadRequest("node: offer, join, admit, drain, resume, label, promote, demote, leave")


def _need_home(paths: HostPaths) -> None:
    if not nodes.is_member(paths):
        raise Refused("no-cluster", "this host is alone", "add a machine: pocketpaas init host root@HOST --join NAME")
    nodes.refuse_away(paths)


def _alone(paths: HostPaths) -> Iterator[str]:
    """The apps that run, and not over the cluster yet."""
    for app in listing.apps(paths):
        slot = slots.live_slot(paths, app)
        if slot is not None and not addresses.is_spread(paths, app, slot) and not flags.is_stopped(paths, app):
            yield app


def _labels(words: Sequence[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not names.is_labelled(word) and not (equals and names.is_label(name) and not value):
            raise BadRequest("a label is NAME=VALUE, and NAME= to remove it")
        found[name] = value or None
    return found
