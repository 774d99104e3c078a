"""What needs the caller's standard streams: a service's console, its dump, a restore, a connection to it, its logs.

Arguments: console NAME APP tty|pipe [COMMAND] (base64url of its NUL-separated words) · dump NAME APP ·
restore NAME APP [pieces] (in pieces that tell where the dump ends: `service.incoming.Pieces`) · connect NAME APP ·
logs NAME [follow] [lines=N] [since=S]. APP may be `-`: the only app that has data there. Exit codes:
those of the program inside; 2 and 4 with +fail on standard error. A restore has no stream of its own to its caller and
tells its events on standard output, as operations do. """

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import BinaryIO

from pocketpaas.engine import execs
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Cancelled, Failed
from pocketpaas.machine.channel import HANGUP, ended_by_signals, raw_terminal, standard_error, watched, window
from pocketpaas.machine.client import Client
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.passage import both_ways
from pocketpaas.machine.request import Request, words_of
from pocketpaas.operation.audit import audit
from pocketpaas.query import logs
from pocketpaas.query.beside import told_beside, told_by
from pocketpaas.service import client_words, container, data, moving, reading, scripts, sessions, store
from pocketpaas.service.incoming import Pieces
from pocketpaas.service.links import Link
from pocketpaas.service.reader import Reader
from pocketpaas.service.sessions import Session
from pocketpaas.state import moves

_CONNECT_SECONDS = 10.0


def serve(request: Request) -> int:
    """See the module."""
    action, name, *more = request.arguments
    if action == "logs":
        # Lines and failures alike are told on standard output.
        return logs.of_service(request, store.need(request.paths, name).name, more)
    if action == "restore":
        return told_by(request.reporter, lambda: _streamed(request, action, name, more))
    return told_beside(lambda: _streamed(request, action, name, more))


def _streamed(request: Request, action: str, name: str, more: Sequence[str]) -> int:
    if action not in ("console", "dump", "restore", "connect") or not more:
        raise BadRequest(f"service-stream: no such thing as {action}")
    code = _inside(request, action, name, more)
    audit(request.paths, request.key, f"service.{name}", action, code)
    return code


def _inside(request: Request, action: str, name: str, more: Sequence[str]) -> int:
    engine = Engine(request.paths)
    engine.look()
    service = store.need(request.paths, name)
    link = data.of(service, more[0])
    if action != "dump":
        moves.refuse(request.paths, link.app)
    # A restore finds it when it holds the lock: what it waits for may put another server in its place.
    running = "" if action == "restore" else container.running(engine, service)
    if action in ("console", "connect"):
        moving.refuse_moving(service)
    client = Client.of_this_process()
    try:
        with ended_by_signals(), watched(client):
            if action == "dump":
                data.dump(engine, link, running, _write)
                return 0
            if action == "restore":
                return _restore(request, engine, link, more)
            with sessions.known(engine, link, Holder(request.key, action)) as session:
                # Whoever has closed the app, or moves the service, since did not see this session yet.
                moves.refuse(request.paths, link.app)
                moving.refuse_moving(service)
                if action == "connect":
                    return _connect(engine, link, running)
                return _console(engine, link, running, more[1:], session)
    except Cancelled:
        if action != "dump":
            # It was ended because the app leaves, or the service is moved: so it is told.
            moves.refuse(request.paths, link.app)
            moving.refuse_moving(service)
        return HANGUP


def _connect(engine: Engine, link: Link, running: str) -> int:
    """The caller's streams are a connection to the server, which asks for a login as it asks everybody."""
    service = link.service
    address = container.own_address(engine, service, running)
    try:
        connection = socket.create_connection((address, service.kind.port), _CONNECT_SECONDS)
    except OSError as error:
        raise Failed(
            "service-connect",
            f"{service.name} takes no connection: {error.strerror or error}",
            f"pocketpaas services logs {service.name}",
        ) from error
    with connection:
        connection.settimeout(None)
        both_ways(connection)
    return 0


def _write(piece: bytes) -> None:
    while piece:
        piece = piece[os.write(1, piece) :]


def _restore(request: Request, engine: Engine, asked: Link, more: Sequence[str]) -> int:
    app, *rest = more
    if rest not in ([], ["pieces"]):
        raise BadRequest("restore NAME APP, or with pieces")
    given: BinaryIO | Reader = Pieces(request.stdin) if rest else request.stdin
    holder = Holder(request.key, f"restoring the data of {asked.app}")
    lock = store.lock(request.paths, asked.service.name, holder, request.reporter)
    try:
        # All of it may be other than it was before the wait.
        service = store.need(request.paths, asked.service.name)
        link = data.of(service, app)
        moves.refuse(request.paths, link.app)
        data.restore(engine, link, reading.fillable(engine, service), given)
    finally:
        lock.release()
    request.reporter.result("service", link.service.name)
    return 0


# ---------------------------------------------------------------- a terminal


def _command(link: Link, given: Sequence[str]) -> list[str]:
    """As the script of the kind takes it: whole, or in words. One may hold all of it; several are what they are."""
    if not link.service.kind.takes_words:
        return [" ".join(given)]
    return client_words.split(given[0]) if len(given) == 1 else list(given)


def _console(engine: Engine, link: Link, running: str, more: Sequence[str], session: Session) -> int:
    if not more or more[0] not in ("tty", "pipe") or len(more) > 2:
        raise BadRequest("console: tty or pipe, and a command")
    given = words_of(more[1]) if len(more) == 2 else ()
    command = _command(link, given) if given else []
    words = scripts.words(link.service, "console", link.database, *command)
    user, stdin = link.service.kind.user, sys.stdin.buffer
    if more[0] == "pipe":
        source = None if given else stdin
        return execs.stream(engine, running, words, user, source, _write, standard_error, False, created=session.note)
    began: list[str] = []
    with raw_terminal():

        def resize() -> None:
            for one in began:
                execs.resize(engine, one, *window())

        def started(name: str) -> None:
            began.append(name)
            resize()

        signal.signal(signal.SIGWINCH, lambda _number, _frame: resize())
        return execs.stream(engine, running, words, user, stdin, _write, _write, True, started, created=session.note)
