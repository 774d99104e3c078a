"""What stands in the way of an app that is to come back, asked before anything of it is stopped: everything that it has
on the other host comes along, or it stays there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pocketpaas import rules
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, NoEngine, Refused
from pocketpaas.move import look, room
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import names as app_names
from pocketpaas.service import access, container, kinds
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.state import moves, names
from pocketpaas.state.previews import Preview


def check(operation: Operation, told: Mapping[str, str]) -> None:
    """`told` is what the other host says of the app (`look.of`). Raises `Refused` for what cannot come back,
    `NoEngine`, `BadRequest`."""
    paths, app = operation.paths, operation.app
    peer = moves.fact(paths, app, "peer")
    previews = [one for one in told.get("previews", "").split("\n") if names.is_app(one)]
    _refuse_previews(previews, app, peer)
    room.refuse_returning(paths, app, told)
    taken = app_names.claimed(paths, app, told.get("names", "").split("\n"))
    if taken is not None:
        cure = f"pocketpaas domains remove NAME --app {app} --host {peer}, or remove it from that app"
        raise Refused("domain-taken", f"{taken} on the host that {app} comes back to", cure)
    try:
        for name in look.named(told):
            facts = {key: told.get(f"service/{name}/{key}", "") for key in ("type", "major")}
            _check_service(operation, peer, name, facts, "back" in told)
    except EngineError as error:
        raise NoEngine(error.text) from error


def refuse_previews(there: Sequence[Preview], app: str, peer: str) -> None:
    """Raises `Refused` where there is any: they would go with all their data."""
    _refuse_previews([one.app for one in there], app, peer)


def _refuse_previews(there: Sequence[str], app: str, peer: str) -> None:
    if there:
        where = f" --host {peer}" if peer else ""
        raise Refused(
            "move-previews",
            f"{app} has previews on the host that it was moved to, which do not come back with it: {', '.join(there)}",
            f"remove them with their data first: pocketpaas previews remove LABEL --app {app}{where}",
        )


def _check_service(operation: Operation, peer: str, name: str, told: Mapping[str, str], carries: bool) -> None:
    paths, app = operation.paths, operation.app
    if not names.is_service(name) or rules.service(told["type"]) is None:
        raise BadRequest("move: this is no service")
    kind, service = kinds.named(paths, told["type"]), services.find(paths, name)
    version = f"{kind.name} {told['major']}"
    if not carries and (service is None or app not in service.apps()):
        raise Refused(
            "move-older",
            f"{app} has data in {name} on {peer}, whose programs are too old to say how they come back",
            f"pocketpaas init host {peer}",
        )
    if service is None:
        if told["major"] not in kind.majors:
            text = f"{name} on {peer} is {version}, which the host that {app} comes back to does not know"
            raise Refused("service-version", text, "pocketpaas init host")
        return
    if service.kind.name != kind.name:
        raise Refused(
            "service-there",
            f"{name} on {peer} is {version}, and on the host that {app} comes back to it is {service.kind.name}",
            f"destroy that one, if nobody needs it; or give {app} a {kind.name} of another name on {peer}: "
            "pocketpaas services create, link, copy, unlink",
        )
    if look.order(service.major) < look.order(told["major"]):
        raise Refused(
            "service-version",
            f"{name} on {peer} is {version}, and older on the host that {app} comes back to: {service.version}",
            f"pocketpaas services upgrade {name}",
        )
    access.refuse_full(Link(service, app))
    container.running(operation.engine, service)
