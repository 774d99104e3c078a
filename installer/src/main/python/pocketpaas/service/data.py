"""The data of an app in a service: out of it as a dump, and into it. What is in the place of the old data has come
whole: until then the old data stays."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import BinaryIO

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.held_back import HeldBack
from pocketpaas.service import reading, scripts, settling
from pocketpaas.service.incoming import Peeked, Unzipped
from pocketpaas.service.links import Link, Login
from pocketpaas.service.reader import Reader, WithRoom
from pocketpaas.service.store import Service

_GZIP = b"\x1f\x8b"
_KEPT = 16384
_LONG = 86_400.0
_KILLED = 137
_READY_SECONDS, _POLL = 120.0, 0.2


def of(service: Service, app: str) -> Link:
    """The app's data; of `-` those of the only app that has some. Raises `Refused`."""
    known = service.apps()
    if app in known:
        return Link(service, app)
    if app == "-" and len(known) == 1:
        return Link(service, known[0])
    if not known:
        raise Refused(
            "no-data",
            f"no app has data in {service.name} yet",
            f"pocketpaas services link {service.name} --app NAME",
        )
    text = f"{app} has no data in {service.name}" if app != "-" else f"several apps have data in {service.name}"
    raise Refused("no-data", text, f"--app NAME, one of: {', '.join(known)}")


def dump(
    engine: Engine, link: Link, running: str, out: Callable[[bytes], None], silence: Patience | float | None = None
) -> None:
    """Writes the dump. Raises `Failed` where the server's own tool does not end well, or writes nothing for `silence`
    seconds: what was written is no dump."""
    said, words = Said(), ("dump", link.database)
    _must(link, scripts.stream(engine, link.service, running, *words, out=out, err=said.add, silence=silence), said)


def dump_from(
    engine: Engine,
    link: Link,
    running: str,
    address: str,
    reader: Login,
    out: Callable[[bytes], None],
    silence: Patience | float | None = None,
) -> None:
    """The same of the server at that address, written by the tools of this one. Raises `Failed`."""
    said, password = Said(), io.BytesIO(f"{reader.password}\n".encode())
    words = ("dump-from", address, link.database, reader.name)
    code = scripts.stream(engine, link.service, running, *words, given=password, out=out, err=said.add, silence=silence)
    _must(link, code, said)


def _must(link: Link, code: int, said: Said) -> None:
    if code != 0:
        raise Failed("dump-failed", f"the dump of {link.app} is not whole: {told(link.service, code, said)}")


def told(service: Service, code: int, said: Said) -> str:
    """What a script says that did not end well. Nobody but the kernel kills the tools: they share the memory of the
    server, and go first where it ends."""
    if code == _KILLED:
        return (
            f"the tool was killed, most likely as the memory of {service.name} ({service.memory >> 20} MB) was used "
            "up: it needs several times the longest row"
        )
    return said.last or f"the tool ended with {code}"


class Said:
    """The last of what a tool has printed."""

    def __init__(self) -> None:
        self._end = b""

    def add(self, data: bytes) -> None:
        """More of it."""
        self._end = (self._end + data)[-_KEPT:]

    @property
    def last(self) -> str:
        """The line that tells most: the first error of what is known, else the last line."""
        lines = [line.strip() for line in self._end.decode("utf-8", "replace").splitlines() if line.strip()]
        return next((line for line in lines if "ERROR" in line or "error:" in line), lines[-1] if lines else "")


def restore(
    engine: Engine,
    link: Link,
    running: str,
    given: BinaryIO | Reader,
    silence: Patience | float | None = None,
    exchange: Callable[[], None] | None = None,
) -> str:
    """The dump takes the place of the app's data; the id of the container that runs then, which may be a new one.
    `exchange` is called before that place is taken, and can still raise; without it signals wait until it is taken.
    Raises `Failed`, and OSError or `Failed` for a dump that ends too early, or one that the server gets no further with
    for `silence` seconds; the data is then as it was."""
    service = link.service
    plain = Peeked(given)
    if plain.head.startswith(_GZIP):
        plain = Peeked(Unzipped(plain))
    if not plain.head:
        raise Refused("no-dump", "there is no dump on standard input", "pocketpaas services restore NAME <FILE")
    kind = next(
        (name for name, mark in service.kind.data.get("dumps", {}).items() if plain.head.startswith(mark.encode())),
        "plain",
    )
    if kind == "plain" and b"\0" in plain.head:
        if plain.is_tar:
            raise Refused(
                "no-dump",
                f"what is on standard input is a tar archive, which {service.kind.name} is not restored from here",
                "of pg_dump the custom format is taken (-Fc); of another tool the dump itself, unpacked",
            )
        raise Refused(
            "no-dump",
            f"what is on standard input is neither a dump of {service.kind.name} nor SQL",
            "if it is SQL in UTF-16, as PowerShell's > writes it: convert it to UTF-8",
        )
    with_room = WithRoom(engine, plain)
    # Before anything of the server is touched.
    with_room.refuse_short()
    with HeldBack() as held:
        begin = exchange or held.begin
        if not service.kind.reads_at_start:
            reading.need_in_use(engine, service, running)
            _restore(engine, link, running, kind, with_room, silence, begin)
            return running
        with reading.place(engine, service, running) as place:
            _restore(engine, link, place.inside, kind, with_room, silence, begin)
        why = reading.await_read(engine, service, place.server, link.database)
        if why:
            raise _not_restored(link, kind, why)
        return place.server


def _restore(
    engine: Engine,
    link: Link,
    running: str,
    kind: str,
    plain: Reader,
    silence: Patience | float | None,
    exchange: Callable[[], None],
) -> None:
    service, new = link.service, f"{link.database}.new"
    scripts.must(engine, service, running, "database", link.database)
    said = Said()
    words = (kind, link.database, new)
    whole = False
    try:
        code = scripts.stream(
            engine, service, running, "restore", *words, given=plain, out=said.add, err=said.add, silence=silence
        )
        if code == 0:
            exchange()
            whole = True
    except Failed as failure:
        raise Failed(failure.cause, failure.text, failure.cure or _as_before(link)) from failure
    finally:
        if not whole:
            settling.clear(engine, service, running, new)
    if code != 0:
        raise _not_restored(link, kind, told(service, code, said))
    ended = scripts.inside(engine, service, running, "swap", link.database, new, seconds=_LONG)
    # A server that reads what was restored when it starts again takes the script with it when it ends.
    if not ended.ok and not (service.kind.reads_at_start and ended.code == _KILLED):
        failed = Failed("service-script", f"{service.name} (swap): {ended.complaint}")
        if service.kind.data.get("settles"):
            _settle(engine, link, running, failed)
        raise failed


def _settle(engine: Engine, link: Link, running: str, failed: Failed) -> None:
    """A swap that was cut off is brought to its end at once: until then views and triggers are missing."""
    try:
        await_ready(engine, link.service, running)
        scripts.must(engine, link.service, running, "database", link.database, seconds=_LONG)
    except (Failed, EngineError):
        failed.cure = (
            f"views, triggers and routines of {link.app} may be missing: pocketpaas services dump brings them back, "
            f"or tells why it cannot; pocketpaas services logs {link.service.name}"
        )


def await_ready(engine: Engine, service: Service, running: str) -> None:
    """Returns when the server takes queries: it may have ended with what was done before, and the engine starts it
    again. Raises `Failed`."""
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        try:
            if scripts.inside(engine, service, running, "ready").ok:
                return
        except EngineError:
            # It is just between its end and its start.
            pass
        time.sleep(_POLL)
    raise Failed("too-slow", f"{service.name} takes no query", f"pocketpaas services logs {service.name}")


def _not_restored(link: Link, kind: str, why: str) -> Failed:
    return Failed("restore-failed", f"the dump ({kind}) could not be restored: {why}", _as_before(link))


def _as_before(link: Link) -> str:
    return f"the data of {link.app} is as it was"
