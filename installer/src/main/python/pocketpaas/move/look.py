"""What each of two hosts says of an app before it moves: what it needs, and what stands in the way."""

from __future__ import annotations

import hashlib
import platform
import secrets
from collections.abc import Mapping
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import store as backup_store
from pocketpaas.backup import volumes
from pocketpaas.engine import images
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, NoEngine, Refused
from pocketpaas.move import identity, sending, store
from pocketpaas.operation.unit import Operation
from pocketpaas.release import layers, memory, scale, slots
from pocketpaas.release import bundle as bundles
from pocketpaas.routing import flags
from pocketpaas.routing import names as app_names
from pocketpaas.service import access, container, kinds, links
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import disk, host_settings, moves, names, nodes, previews, renames, values
from pocketpaas.state.paths import HostPaths

_MEGABYTE = 1 << 20
#: What has to stay free beside all that comes (MB).
_SPARE = 512


def of(operation: Operation) -> dict[str, str]:
    """host (which machine this is), phase, id, peer, peer-address, target and source (the machines that it goes to, and
    comes from), whole (when what came over was copied), there (yes|no: such an app), live; back (half: it
    writes here again, and not all of it has come back; else no), taken (the copy that has); renamed (what it is
    called here now), renamed-id (of the move that brought it); of an app that is live here what it needs: machine,
    image, volumes, memory (bytes), names, shared (variables that it has of those shared by all apps), shared-salt and
    shared-digest/NAME of their values, and service/NAME/{type,major,reference,digest,memory,size}; its previews, and
    which of them use its very data (sharing). Raises `NoEngine`, `Refused` for a preview."""
    paths, app, engine = operation.paths, operation.app, operation.engine
    nodes.refuse_in_cluster(paths, "an app is not moved from")
    preview = previews.find(paths, app)
    if preview is not None:
        raise Refused(
            "preview", f"{app} is a preview of {preview.parent}, and stays until it ends", f"move {preview.parent}"
        )
    found = {"phase": moves.phase(paths, app), "peer": moves.fact(paths, app, "peer")}
    found |= {"host": identity.of(paths), "target": store.target(paths, app), "source": store.source(paths, app)}
    found["peer-address"] = moves.fact(paths, app, "address")
    found["id"] = values.read_or(store.directory(paths, app) / "id", "")
    found["whole"] = store.whole(paths, app)
    found["back"], found["taken"] = "half" if store.is_half(paths, app) else "no", store.taken(paths, app)
    found["there"] = "yes" if paths.app(app).is_dir() else "no"
    now = renames.now(paths, app)
    if now != app:
        found |= {"renamed": now, "renamed-id": moves.came_with(paths, now)}
    found["backups"] = "yes" if _makes_backups(paths) else ""
    found["domain"] = host_settings.text(paths, "domain")
    found["previews"] = "\n".join(one.app for one in previews.of_parent(paths, app))
    found["sharing"] = "\n".join(_sharing(paths, app))
    live = slots.live_release(paths, app)
    if live is None:
        return found
    found["live"] = str(live)
    bundle = paths.release(app, live)
    try:
        engine.need()
        found["image"] = str(_image_bytes(engine, values.need(bundle / "image", names.is_image)))
        places = [volume.mount for volume in sending.volumes_of(operation, bundle)]
        found |= _services(operation)
    except EngineError as error:
        raise NoEngine(error.text) from error
    found["machine"] = platform.machine()
    found["volumes"] = str(sum(volumes.size(place) for place in places))
    found["memory"] = str(_memory(paths, app, bundle))
    variables = layers.merged(dict(layers.of_bundle(bundle)))
    shared = {name: value for name, (layer, value) in variables.items() if layer == "shared"}
    found["shared"] = "\n".join(shared)
    found |= _digests(shared)
    found["names"] = "\n".join(_names(paths, app, bundle))
    found["stopped"] = "yes" if flags.is_stopped(paths, app) and not found["phase"] else ""
    found["free"] = str(disk.free_kilobytes(paths.root) * 1024)
    return found


def _makes_backups(paths: HostPaths) -> bool:
    return backup_store.destination(paths) is not None and bool(backup_store.schedule(paths))


def _sharing(paths: HostPaths, app: str) -> list[str]:
    return sorted({link.app for service in services.readable(paths) for link in links.sharing(service, app)})


def _digests(shared: Mapping[str, str]) -> dict[str, str]:
    """The other host finds out by them whether it has the same values, and nobody what those are."""
    salt = secrets.token_hex(32)
    return {"shared-salt": salt, **{f"shared-digest/{name}": _digest(salt, value) for name, value in shared.items()}}


def _digest(salt: str, value: str) -> str:
    return hashlib.sha256(values.encode(salt + value)).hexdigest()


def _image_bytes(engine: Engine, image: str) -> int:
    return int((images.inspect(engine, image) or {}).get("Size") or 0)


def _memory(paths: HostPaths, app: str, bundle: Path) -> int:
    """What its limits say, of each process; 0 where nobody says."""
    total = 0
    for kind in bundles.types(bundle):
        total += (memory.limit(bundle / "settings", kind) or 0) * scale.wanted(paths, app, bundle, kind)
    return total


def _names(paths: HostPaths, app: str, bundle: Path) -> tuple[str, ...]:
    """Its own names: the default one is of the host."""
    default = app_names.default_name(paths, app)
    return tuple(name for name in app_names.names_of(paths, app, bundle / "settings") if name != default)


def _services(operation: Operation) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in services.all_of(operation.paths):
        if operation.app not in service.apps():
            continue
        place = f"service/{service.name}"
        running = container.running(operation.engine, service)
        measured = access.measured(operation.engine, service, running)
        facts = {"type": service.kind.name, "major": service.major, "reference": service.reference}
        facts |= {"digest": service.digest, "memory": str(service.memory), "size": measured.get("size", "0")}
        found |= {f"{place}/{name}": value for name, value in facts.items()}
    return found


# ---------------------------------------------------------------- on the other host


def check(operation: Operation, told: Mapping[str, str]) -> None:
    """Raises `Refused` for whatever stands in the way here."""
    paths, app = operation.paths, operation.app
    nodes.refuse_in_cluster(paths, "an app is not moved to")
    known = values.read_or(store.directory(paths, app) / "id", "")
    if paths.app(app).is_dir() and (known != told.get("id") or not moves.phase(paths, app)):
        raise Refused(
            "app-there",
            f"there is an app {app} on the other host already",
            "destroy it there first, or move to another host",
        )
    if moves.phase(paths, app) in ("", moves.ARRIVING):
        refuse_kept(operation, known != "" and known == told.get("id"))
    if told.get("machine", platform.machine()) != platform.machine():
        raise Refused(
            "machine", f"the hosts are of different kinds: {told.get('machine')} and {platform.machine()}", "deploy it"
        )
    taken = app_names.claimed(paths, app, told.get("names", "").split("\n"))
    if taken is not None:
        raise Refused("domain-taken", f"on the other host {taken}", "pocketpaas domains remove")
    for name in named(told):
        check_service(operation, name, {key: told.get(f"service/{name}/{key}", "") for key in ("type", "major")})
    _check_room(paths, told)


def lacking(paths: HostPaths, told: Mapping[str, str]) -> list[str]:
    """The variables shared by all apps that the app has on the other host, and this host has not."""
    here = values.names(paths.root / "shared" / "env")
    return [name for name in told.get("shared", "").split("\n") if names.is_variable(name) and name not in here]


def differing(paths: HostPaths, told: Mapping[str, str]) -> list[str]:
    """Those that this host has with another value. None where the other host is too old to tell."""
    found = []
    for name in values.names(paths.root / "shared" / "env"):
        digest, value = told.get(f"shared-digest/{name}"), values.read(paths.root / "shared" / "env" / name)
        if digest is not None and value is not None and digest != _digest(told.get("shared-salt", ""), value):
            found.append(name)
    return found


def unsaved(paths: HostPaths, told: Mapping[str, str]) -> bool:
    """Whether the app is backed up by a schedule on the other host, and nothing is on this one."""
    return told.get("backups", "") == "yes" and not _makes_backups(paths)


def refuse_kept(operation: Operation, has_begun: bool = True) -> None:
    """Raises `Refused` where an app of that name has left volumes or data in services: from here on they would be this
    app's, and be backed up, moved on and destroyed with it. `has_begun`: what is noted is of this move, and what it
    has brought is no such thing. Raises `NoEngine`, `Damaged`."""
    paths, app = operation.paths, operation.app
    volumes_here = store.volumes_made(paths, app) if has_begun else ()
    services_here = store.filled(paths, app) if has_begun else ()
    try:
        found = [name for name in engine_volumes.of_app(operation.engine, app) if name not in volumes_here]
    except EngineError as error:
        raise NoEngine(error.text) from error
    if found:
        raise Refused(
            "volume-there",
            f"on the other host there are volumes of an app {app} already: {' '.join(found)}",
            "if nobody needs them, remove them there: docker volume rm NAME",
        )
    for service in sending.of_app(operation, app):
        if service.name not in services_here:
            raise _kept(operation, service)


def _kept(operation: Operation, service: Service) -> Refused:
    app, cure = operation.app, "move to another host; or, if nobody needs that data, remove it there: "
    if moves.phase(operation.paths, app) == moves.ARRIVING:
        cure = "end the move first: pocketpaas apps move --abort; then, if nobody needs that data, remove it there: "
    return Refused(
        "service-data",
        f"on the other host {service.name} holds data of an app {app} already, which did not come with this move",
        f"{cure}pocketpaas services unlink {service.name} --app {app} --data --confirm {app}",
    )


def named(told: Mapping[str, str]) -> list[str]:
    """The services of which something is told."""
    return sorted({path.split("/")[1] for path in told if path.startswith("service/")})


def check_service(operation: Operation, name: str, told: Mapping[str, str]) -> None:
    """Whether what the app has in a service, of which `type` and `major` are told, can come. Raises `Refused`,
    `BadRequest`, `EngineError`."""
    paths, app = operation.paths, operation.app
    if not names.is_service(name) or rules.service(told["type"]) is None:
        raise BadRequest("move: this is no service")
    kind = kinds.named(paths, told["type"])
    service = services.find(paths, name)
    if service is None:
        if told["major"] not in kind.majors:
            raise Refused(
                "service-version", f"the other host does not know {kind.name}:{told['major']}", "pocketpaas init host"
            )
        return
    if service.kind.name != kind.name:
        raise Refused(
            "service-there",
            f"on the other host the service {name} is {service.kind.name}, not {kind.name}",
            "move to another host",
        )
    if order(service.major) < order(told["major"]):
        raise Refused(
            "service-version",
            f"on the other host {name} is {kind.name}:{service.major}, older than {told['major']} here",
            f"pocketpaas services upgrade {name} there",
        )
    access.refuse_full(Link(service, app))
    container.running(operation.engine, service)


def order(major: str) -> tuple[int, ...]:
    """A later version has a greater one."""
    return tuple(int(part) for part in major.split(".") if part.isdigit())


def _check_room(paths: HostPaths, told: Mapping[str, str]) -> None:
    """Each byte is there twice for a while: as it came, and in its place."""

    def number(name: str) -> int:
        text = told.get(name, "")
        return int(text) if names.is_number(text) else 0

    data = number("volumes") + sum(number(path) for path in told if path.endswith("/size"))
    needed = (2 * data + 2 * number("image")) // _MEGABYTE + _SPARE
    room = disk.room(paths)
    if room.free < needed:
        raise Refused(
            "disk-full",
            f"the other host has too little room: {room.free} MB are free in {room.where}, the app needs {needed} MB "
            "while it comes",
            "make room there: pocketpaas prune --host HOST; then run the same command again",
        )
    services_bytes = sum(number(path) for path in told if path.endswith("/memory"))
    wanted, free = (number("memory") + services_bytes) // _MEGABYTE, memory.available() // _MEGABYTE
    if wanted > free:
        raise Refused(
            "no-memory", f"the other host has too little memory: {free} MB are free, {wanted} MB are needed", ""
        )
