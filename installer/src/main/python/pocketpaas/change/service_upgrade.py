"""A service becomes one of a later major version: a new server beside it, with a volume of its own, is filled from it
while the linked apps are in maintenance, compared, and takes its place. The old one is kept for a while. Until the new
one has taken its place nothing of the old one was changed (`service.generations`, `service.moving`)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pocketpaas.change import service_window as window
from pocketpaas.change.service_window import Copied, Server
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import memory
from pocketpaas.service import access, container, generations, images, kept_places, kinds, moving, store
from pocketpaas.service.generations import TRIAL, UPGRADE, Kept, Move
from pocketpaas.service.images import Chosen
from pocketpaas.service.links import Login
from pocketpaas.service.store import Service
from pocketpaas.state import disk, names, values
from pocketpaas.state.clock import now, text_of

#: How long the old one is kept.
_KEPT_SECONDS = 7 * 86_400
#: What stays free of the disk: apps that serve come first.
_SPARE = 256 << 20
#: What is supposed while nobody has measured.
_BASE_SECONDS, _BYTES_A_SECOND = 5.0, 5_000_000


def upgrade(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME MAJOR IMAGE run|try: `-` for the usual image; `try` does all but the last step, and none of the apps notices
    it."""
    if len(arguments) != 4 or arguments[3] not in ("run", "try"):
        raise BadRequest("service upgrade: NAME MAJOR IMAGE run|try")
    name, major, image, how = arguments
    service = locked(operation, name)
    running = container.running(operation.engine, service)
    reference = _reference(operation, service, major, "" if image == "-" else image)
    size = _size(operation, service, running)
    _refuse_short(operation, service, size)
    chosen = images.choose(operation.paths, operation.engine, operation.reporter, reference)
    old = Server(service, running)
    # From here on whatever happens is put right by what the move says.
    move = Move.begin(service, TRIAL if how == "try" else UPGRADE, generations.following(service))
    operation.undo.append(lambda: settle(operation, service))
    new = _begin(operation, old, move, major, chosen)
    window.tell_others(operation, old)
    reader = window.reader(operation, old, new, move)
    if how == "run":
        _tell_expected(operation, service, size)
    copied = _try(operation, old, new, reader, size) if how == "try" else _run(operation, old, new, move, reader, size)
    values.write(service.directory / "measured", f"{size} {copied.seconds:.1f} {now()}")
    operation.reporter.result("service", service.name)
    return 0


def locked(operation: Operation, name: str) -> Service:
    """The service, its lock held to the end of the operation, with no move under way."""
    found = store.need(operation.paths, name)
    store.lock(operation.paths, found.name, operation.holder(), operation.reporter)
    service = store.need(operation.paths, found.name)
    settle(operation, service)
    return service


def settle(operation: Operation, service: Service) -> None:
    """Ends the move, if there is one."""
    moving.settle(operation.paths, operation.engine, service, operation.reporter, operation.holder())


# ---------------------------------------------------------------- before anything is begun


def _reference(operation: Operation, service: Service, major: str, image: str) -> str:
    """The name of the new image. Raises `Refused` for a version that is none, or not a later one."""
    kind = kinds.named(operation.paths, service.kind.name)
    if major not in kind.majors and not image:
        raise Refused(
            "service-version",
            f"{kind.name}:{major} is not a version that is known here",
            f"known: {', '.join(kind.majors)}; another image: --image",
        )
    if kinds.numbers(major) == kinds.numbers(service.major):
        raise Refused("service-same", f"{service.name} is {kind.name} {service.major} already", _later(service))
    if kinds.is_later(service.major, major):
        raise Refused(
            "service-downgrade",
            f"{service.name} is {kind.name} {service.major}: {major} is an older version, which may not read its data",
            f"to go back after an upgrade: pocketpaas services upgrade {service.name} --undo",
        )
    name = image or images.reference(operation.paths, kind, major)
    if not names.is_image_reference(name):
        raise BadRequest("this is not the name of an image")
    if not image and service.reference and service.reference != _usual(operation, service):
        raise Refused(
            "service-image",
            f"{service.name} was made from an image of its own, {service.reference}",
            f"name its {major}, too: pocketpaas services upgrade {service.name} --to {major} --image IMAGE",
        )
    return name


def _usual(operation: Operation, service: Service) -> str:
    return images.reference(operation.paths, service.kind, service.major)


def _later(service: Service) -> str:
    found = [major for major in service.kind.majors if kinds.is_later(major, service.major)]
    return f"later versions: {', '.join(found)}" if found else "no later version is known here"


def _size(operation: Operation, service: Service, running: str) -> int:
    facts = access.measured(operation.engine, service, running)
    return int(facts["size"]) if names.is_number(facts.get("size", "")) else 0


def _refuse_short(operation: Operation, service: Service, size: int) -> None:
    """Raises `Refused` where the disk or the memory does not hold both servers."""
    # The new data, and the dump on its way into it.
    needed = 2 * size + _SPARE
    free, where = min((disk.free_kilobytes(place) << 10, place) for place in disk.places(operation.paths))
    if free < needed:
        raise Refused(
            "disk-full",
            f"{service.name} has {size >> 20} MB of data: upgrading needs {needed >> 20} MB, "
            f"and {free >> 20} MB are free in {where}",
            "make room on the host: pocketpaas prune",
        )
    left = memory.available()
    if left < service.memory // 2:
        raise Refused(
            "no-memory",
            f"there is not enough memory to run two servers: {service.memory >> 21} MB needed, {left >> 20} MB left",
            "stop something on the host, or add swap",
        )


def _tell_expected(operation: Operation, service: Service, size: int) -> None:
    seconds, why = expected(service, size)
    operation.reporter.result("expected-downtime", f"{seconds:.0f}")
    operation.reporter.note(
        f"{service.name} holds {size / 1e6:.1f} MB; its apps are expected to be in maintenance for "
        f"about {seconds:.0f} s {why}"
    )


def expected(service: Service, size: int) -> tuple[float, str]:
    """How long the apps will be without it, in seconds, and where that comes from."""
    words = values.read_or(service.directory / "measured", "").split(" ")
    try:
        measured, seconds = int(words[0]), float(words[1])
    except (IndexError, ValueError):
        return _BASE_SECONDS + size / _BYTES_A_SECOND, "(estimated from the size)"
    return max(1.0, seconds * max(size, 1) / max(measured, 1)), "(as the last run took)"


# ---------------------------------------------------------------- doing it


def _begin(operation: Operation, old: Server, move: Move, major: str, chosen: Chosen) -> Server:
    """The new server, empty, which no app reaches."""
    # Whatever was there under its number was never in use.
    generations.drop(operation.engine, old.service, move.target)
    service = generations.describe(old.service, move.target, major, chosen)
    with container.goes_when_it_fails(service):
        running = container.ensure(
            operation.paths, operation.engine, service, operation.reporter, operation.holder(), connected=False
        )
    access.refuse_other_version(operation.engine, service, running)
    return Server(service, running)


def _try(operation: Operation, old: Server, new: Server, reader: Login | None, size: int) -> Copied:
    version = new.service.version
    copied = window.copy_all(operation, old, new, reader, frozen=False, size=size)
    window.make_logins(operation, new)
    settle(operation, old.service)
    operation.committed()
    operation.reporter.note(f"copied and compared in {copied.seconds:.1f} s; counts equal: {copied.tables}")
    operation.reporter.result("tried", version)
    operation.reporter.result("expected-downtime", f"{max(1.0, copied.seconds):.0f}")
    operation.reporter.result("copy-seconds", f"{copied.seconds:.1f}")
    return copied


def _run(operation: Operation, old: Server, new: Server, move: Move, reader: Login | None, size: int) -> Copied:
    service, until = old.service, time.time() + _KEPT_SECONDS
    before, after = service.version, new.service.version
    downtime = window.Downtime(operation, old, move)
    downtime.begin()
    copied = window.copy_all(operation, old, new, reader, frozen=True, size=size)
    logins = window.make_logins(operation, new)
    moving.drop_reader(operation.engine, service, move)
    Kept.write(move, now(), until, kept_places.found(service, copied.counts, logins))
    take_place(operation, service, move)
    downtime.end()
    settle(operation, service)
    downtime.close()
    downtime.tell()
    operation.reporter.note(f"copied and compared in {copied.seconds:.1f} s; counts equal: {copied.tables}")
    operation.reporter.result("upgraded", after)
    operation.reporter.result("kept", before)
    operation.reporter.result("kept-until", text_of(until))
    return copied


def take_place(operation: Operation, service: Service, move: Move) -> None:
    """The only moment at which anything changes: the target of the move is in use, and the apps reach it."""
    operation.reporter.step("switch", "start", service.name)
    operation.beyond_cancelling()
    values.write(service.directory / "generation", move.target)
    operation.committed()
    try:
        container.ensure(
            operation.paths, operation.engine, service, operation.reporter, operation.holder(), renew=False
        )
    except Failed as failure:
        if move.kind == UPGRADE:
            back = f"pocketpaas services upgrade {service.name} --undo --confirm {service.name}"
            failure.cure = f"back to what it was: {back}; {failure.cure}"
        raise
    moving.open_again(operation.paths, move)
    operation.reporter.step("switch", "done", service.version)
