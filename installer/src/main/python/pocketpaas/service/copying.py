"""The data of one service into another one, through the tools of both; nothing of it leaves the host, or is kept on its
disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from pocketpaas.engine.client import Engine
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed, Refused
from pocketpaas.service import container, data
from pocketpaas.service.links import Link, Login
from pocketpaas.service.reader import Reader

_CHUNK = 65536
#: Both services wait for it, and what is changed of them.
_PATIENCE = Patience(900, 3600)
_END_SECONDS = 5.0


def refuse(source: Link, target: Link) -> None:
    """Raises `Refused` where the data of the one cannot be those of the other."""
    if source.service.kind.name != target.service.kind.name:
        raise Refused(
            "service-type",
            f"{source.service.name} is of the kind {source.service.kind.name}, "
            f"{target.service.name} of the kind {target.service.kind.name}",
            "both have to be of one kind",
        )
    if (source.service.name, source.app) == (target.service.name, target.app):
        raise Refused(
            "service-same",
            f"{source.app}'s data in {source.service.name} cannot be copied to itself",
            "for another app's data in it: --to-app NAME",
        )


def copy(
    engine: Engine,
    source: Link,
    running: str,
    target: Link,
    target_running: str,
    reader: Login | None = None,
    silence: Patience = _PATIENCE,
    exchange: Callable[[], None] | None = None,
) -> None:
    """The data of `source` take the place of those of `target`; what stops half-way has changed nothing. With a
    `reader`, a login of the source's server, the target's own tools read them. `exchange`: see `data.restore`. Raises
    `Failed`, also where either stands for so long, `Refused`, `EngineError`."""
    taken, given = os.pipe()
    dump = _Dump(taken)

    def write() -> None:
        try:
            with open(given, "wb", buffering=0) as out:
                if reader is None:
                    data.dump(engine, source, running, lambda piece: _write(out.fileno(), piece), silence)
                else:
                    address = container.own_address(engine, source.service, running)
                    words = (engine, target, target_running, address, reader)
                    data.dump_from(*words, lambda piece: _write(out.fileno(), piece), silence)
                dump.whole = True
        except BrokenPipeError:
            # What restores has ended, and tells why.
            pass
        except Exception as error:  # noqa: BLE001: told by who reads
            dump.failed = error

    writer = threading.Thread(target=write, daemon=True)
    dump.writer = writer
    writer.start()
    try:
        data.restore(engine, target, target_running, dump, silence, exchange)
    finally:
        dump.close()
        # Whoever is stopped ends with it, and the engine would let the dump's command go on.
        writer.join(_END_SECONDS)


def _write(out: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(out, piece) :]


class _Dump(Reader):
    """What the tool writes. Its end is one only where the tool has ended well: else reading raises, so that a part
    never counts as the whole."""

    def __init__(self, source: int) -> None:
        super().__init__()
        self._source = source
        self.writer: threading.Thread | None = None
        self.whole = False
        self.failed: Exception | None = None

    def read1(self, size: int = _CHUNK) -> bytes:
        found = os.read(self._source, size)
        if found:
            return found
        if self.writer is not None:
            self.writer.join()
        if self.failed is not None:
            raise self.failed
        if not self.whole:
            raise Failed("dump-failed", "the dump is not whole")
        return b""

    def close(self) -> None:
        """Who still writes learns that nobody reads."""
        if not self.closed:
            os.close(self._source)
        super().close()
