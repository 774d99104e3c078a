"""A step of a move of an app from this host or to it. Whoever drives it asks both hosts in turn (docs/move.md).

Arguments: APP ACTION.
- look: a tree (`move.look`). check: on the other host; a tree of what look said comes, one with the names of `shared`
  variables that this host has not goes.
- begin: the app leaves; a tree with what look said, `peer` and `target` (`host` of its look) comes, one with the
  secrets, `target`, `certificate` and `addresses` goes. expect: it comes; a tree with `peer`, what begin gave, and
  what look said there; one with `host`, `certificate` and `addresses` goes. reach: a tree with those; `address`.
- pass, reclaim, again: the word goes to the other host, comes back, or goes there again; a tree with `word`, which
  says at which turn that was. For pass a tree with `closing`, as the operation close has told it, comes.
- back: before anything of it is stopped there; a tree of what look said there comes: refused where it cannot come back.
- taken: a tree with `taken`, the copy that the other host has of what was halted here, comes. Only then it is dropped.
- names: a tree of what of the lines in `names` leads elsewhere.
- list: a line `SIZE NAME` for each file of the repository. send: names come, parcels go. receive: parcels come.
- hold: `+note` and then nothing, as long as lines come (`move.holding`); while somebody holds it the app may be closed.
- everything else is an operation (`move.operations`); for those of `TOLD_THE_TURN` in it a tree with `word` comes, for
  recover also with `other` (which machine has nothing of the app), for claim one with `ignore`, for bring `closed`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pocketpaas.change.backup_settings import need_packages
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Failed, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.channel import standard_error
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request, answer
from pocketpaas.move import admitting, asking, binding, identity, look, operations, parcels, returning, room, store
from pocketpaas.move.holding import hold
from pocketpaas.operation import work
from pocketpaas.operation.audit import audit
from pocketpaas.operation.follow import follow
from pocketpaas.operation.move_watch import unwatch, watch
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.routing import reach, wellknown
from pocketpaas.routing.passage import Passage
from pocketpaas.routing.fetch import Answer
from pocketpaas.state import moves, names, tree, values

_MAX_BYTES, _MAX_VALUES = 1 << 20, 2048
_WORD = re.compile(r"[0-9a-f]{32}\.[0-9]{1,12}", re.ASCII)
_TURN, _YES = ("word", _WORD), re.compile("yes", re.ASCII)
#: What else comes with an action, by name, and its form.
_TOLD: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {action: (_TURN,) for action in operations.TOLD_THE_TURN}
_TOLD |= {"recover": (_TURN, ("other", identity.PATTERN)), "claim": (("ignore", _YES),), "bring": (("closed", _YES),)}
_SERVICE = ("type", "major", "reference", "digest", "memory")


def serve(request: Request) -> int:
    """See the module."""
    if len(request.arguments) != 2:
        raise BadRequest("move: APP ACTION")
    action = request.arguments[1]
    if action in _STREAMS:
        try:
            return _STREAMS[action](request)
        except Failure as failure:
            Reporter(standard_error).failed(failure)
            return failure.code
    if action in _ANSWERS:
        return answer(_ANSWERS[action](request))
    if action == "tools":
        need_packages(request, "restic")
        return 0
    if action not in operations.ACTIONS:
        raise BadRequest(f"there is no such thing as move {action}")
    client = Client.of_this_process()
    spool = work.create(request.paths, "move", request.app, request.key)
    with work.spooling(spool):
        wanted = _TOLD.get(action, ())
        came = sent(request) if wanted else {}
        told = [value if form.fullmatch(value := came.get(name, "")) else operations.NOTHING for name, form in wanted]
        values.put(spool.directory / "args", "\n".join((action, *told)).rstrip(f"\n{operations.NOTHING}"))
    work.start(request.paths, spool, "move")
    return follow(spool, client)


def sent(request: Request) -> dict[str, str]:
    """The tree that came."""
    return tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)


def _operation(request: Request) -> Operation:
    """For what is done at once."""
    return Operation(
        request.paths,
        request.reporter,
        Engine(request.paths),
        Work("", Path("/nonexistent")),
        request.app,
        "move",
        request.key,
    )


# ---------------------------------------------------------------- answers


def _look(request: Request) -> Mapping[str, str]:
    # Who asks may be about to put right what somebody was told of.
    values.remove(store.unanswered(request.paths, request.app))
    return look.of(_operation(request))


def _check(request: Request) -> Mapping[str, str]:
    told, here = sent(request), request.paths
    look.check(_operation(request), told)
    shared = {"shared": "\n".join(look.lacking(here, told)), "shared-other": "\n".join(look.differing(here, told))}
    return {**shared, "unsaved": "yes" if look.unsaved(here, told) else ""}


def _begin(request: Request) -> Mapping[str, str]:
    paths, app, told = request.paths, request.app, sent(request)
    peer = store.peer(told.get("peer", ""))
    if slots.live_release(paths, app) is None:
        raise Refused("not-live", f"nothing of {app} is live", "deploy it first: pocketpaas deploy")
    phase = moves.phase(paths, app)
    if phase in (moves.ARRIVING, moves.ARRIVED, moves.RETURNING):
        raise Refused(
            "moving",
            f"{app} came here from {moves.fact(paths, app, 'peer')}, and that move has not ended",
            "end it first: pocketpaas apps move THIS-HOST --finish, or --abort, with --host and that host",
        )
    room.refuse_leaving(paths, app, told)
    target = binding.begin(paths, app, peer, told)
    given = store.secrets_of(paths, app)
    store.write(paths, app, given)
    binding.note(paths, app, {"peer": peer, "target": target})
    if not phase:
        moves.begin(paths, app, moves.AHEAD)
    for name, text in (("peer", peer), ("id", given["id"])):
        values.write(moves.directory(paths, app) / name, text)
    return given | asking.way(paths, app) | {"target": target, "word": store.word(paths, app)}


def _expect(request: Request) -> Mapping[str, str]:
    paths, app, told = request.paths, request.app, sent(request)
    operation, bound = _operation(request), binding.expect(paths, told)
    if moves.phase(paths, app) in ("", moves.ARRIVING):
        look.check(operation, told)
    store.write(paths, app, told)
    store.hear_of(paths, app, told.get("word", ""))
    place = store.directory(paths, app)
    binding.note(paths, app, bound | {"peer": store.peer(told.get("peer", ""))})
    facts = {path: text for path, text in told.items() if path.startswith("service/")}
    values.fresh_directory(place / "services")
    for path, text in facts.items():
        _, name, fact = (path.split("/") + ["", ""])[:3]
        if not names.is_service(name) or fact not in (*_SERVICE, "size"):
            raise BadRequest("move: this is no fact of a service")
        values.make_directory(place / "services" / name)
        values.put(place / "services" / name / fact, text)
    asking.keep(paths, app, told)
    return asking.way(paths, app) | {"host": bound["target"]}


def _reach(request: Request) -> Mapping[str, str]:
    """The first address at which the other host shows its certificate and names the move."""
    paths, app, told = request.paths, request.app, sent(request)
    binding.reach(paths, app, told)
    secret, move = values.need(store.directory(paths, app) / "secret"), moves.fact(paths, app, "id")
    lines, certificate = told.get("addresses", "").split("\n"), told.get("certificate", "")
    try:
        found, _ = asking.ask(app, lines, certificate, secret, move)
    except asking.Silent as silent:
        raise Refused(
            "move-unreachable",
            f"this host cannot pass requests on to the other one: {silent}",
            "the other host's port 443 has to be open for this one",
        ) from silent
    return _keep(moves.directory(paths, app), found, certificate)


def _keep(place: Path, found: Passage, certificate: str) -> Mapping[str, str]:
    facts = (("port", str(found.port)), ("secret", found.secret), ("certificate.pem", certificate))
    for name, text in (*facts, ("address", found.address)):
        if values.read(place / name) != text:
            values.write(place / name, text)
    return {"address": f"{found.address}:{found.port}"}


def _back(request: Request) -> Mapping[str, str]:
    """Nothing was stopped yet, and whoever asks may still leave all as it is."""
    paths, app = request.paths, request.app
    if moves.phase(paths, app) != moves.RECLAIMING:
        moves.need(paths, app, moves.PASSED)
    admitting.check(_operation(request), sent(request))
    return {}


def _taken(request: Request) -> Mapping[str, str]:
    paths, app, copy = request.paths, request.app, sent(request).get("taken", "")
    if not names.is_backup(copy):
        raise BadRequest("move: this is no copy")
    moves.need(paths, app, moves.RETURNING)
    moves.note_taken(paths, app, copy)
    return {}


def _turn(request: Request, before: str, after: str) -> Mapping[str, str]:
    """Under the app's lock: the host does not go back by itself meanwhile."""
    paths, app, known = request.paths, request.app, sent(request).get("closing", "")
    lock = locks.app_lock(paths, app, Holder(request.key, "move"), request.reporter)
    try:
        if moves.phase(paths, app) != after:
            moves.need(paths, app, before)
            if before in (moves.CLOSED, moves.PASSED) and not store.has_lease(paths, app):
                raise Refused("move-lease", "nobody drives this move", "run the same command again")
            if before == moves.CLOSED and known != store.last_closing(paths, app):
                # Whoever was away for a while may know of an earlier closing only.
                raise Refused("move-phase", f"{app} was open meanwhile", "run the same command again")
            if after == moves.RECLAIMING:
                returning.begin(paths, app)
                watch(paths, app)
            # First: killed in between, a turn is only counted that was none.
            store.turns(paths, app)
            moves.turn(paths, app, before, after)
            audit(paths, request.key, app, f"move {after}", 0)
        told = store.word(paths, app)
    finally:
        lock.release()
    if after != moves.RECLAIMING:
        unwatch(app)
    return {"word": told}


def _names(request: Request) -> Mapping[str, str]:
    """Those that do not lead here."""
    wanted = [name for name in sent(request).get("names", "").split("\n") if names.is_domain(name)]
    found = reach.look_at(request.paths, wanted, wellknown.here) if wanted else {}
    return {"elsewhere": "\n".join(name for name, seen in found.items() if seen.answer is not Answer.HERE)}


_ANSWERS: Mapping[str, Callable[[Request], Mapping[str, str]]] = {
    "look": _look,
    "check": _check,
    "begin": _begin,
    "expect": _expect,
    "reach": _reach,
    "pass": lambda request: _turn(request, moves.CLOSED, moves.PASSED),
    "reclaim": lambda request: _turn(request, moves.PASSED, moves.RECLAIMING),
    "again": lambda request: _turn(request, moves.RECLAIMING, moves.PASSED),
    "names": _names,
    "back": _back,
    "taken": _taken,
}


# ---------------------------------------------------------------- streams


def _list(request: Request) -> int:
    text = "".join(f"{size} {name}\n" for name, size in parcels.listed(_repository(request)))
    sys.stdout.buffer.write(values.encode(text))
    sys.stdout.buffer.flush()
    return 0


def _send(request: Request) -> int:
    def wanted() -> Iterator[str]:
        for line in request.stdin:
            yield values.decode(line).rstrip("\n")

    try:
        parcels.send(_repository(request), wanted(), sys.stdout.buffer)
    except OSError as error:
        raise Failed("move-send", f"what is moved could not be sent: {error}", "run the same command again") from error
    return 0


def _receive(request: Request) -> int:
    parcels.receive(_repository(request), request.stdin)
    return 0


def _repository(request: Request) -> Path:
    return Path(store.repository(request.paths, request.app, request.reporter).destination.location)


_STREAMS: Mapping[str, Callable[[Request], int]] = {"list": _list, "send": _send, "receive": _receive, "hold": hold}
