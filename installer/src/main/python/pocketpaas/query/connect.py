"""The caller's standard streams are a connection to a port of a process that runs, also to one that listens on its
loopback alone. It ends with its client.

Arguments: APP TYPE.N PORT; PORT may be `-`: the one that the app's visitors reach. Exit codes: 0 the connection has
ended; 2, 4 and 5 with +fail on standard error."""

from __future__ import annotations

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Cancelled, Failed, Refused
from pocketpaas.machine.channel import HANGUP, ended_by_signals, watched
from pocketpaas.machine.client import Client
from pocketpaas.machine.passage import both_ways
from pocketpaas.machine.request import Request
from pocketpaas.operation.audit import audit
from pocketpaas.query import far, instances
from pocketpaas.query.beside import told_beside
from pocketpaas.query.instances import Far
from pocketpaas.release import listeners
from pocketpaas.release.check import CheckSettings
from pocketpaas.state import names

_LOOPBACK = ("127.0.0.1", "::1")
_HIGHEST = 65535


def serve(request: Request) -> int:
    """See the module. Standard output is the connection's, so failures are told on standard error."""
    return told_beside(lambda: _connect(request))


def _connect(request: Request) -> int:
    process, text = request.arguments[1:]
    stated = None if text == "-" else port_of(text)
    engine = Engine(request.paths)
    engine.look()
    found = instances.look_up(request, engine, process)
    bundle = request.paths.release(request.app, found.release)
    port = CheckSettings.of_bundle(bundle).port if stated is None else stated
    if isinstance(found, Far):
        return far.handed_on(request, found, "connect", [str(port)], f"connect {found.name} {port}")
    return within(request, engine, found, port)


def port_of(text: str) -> int:
    """The port that a verb names. Raises `BadRequest`."""
    if not (names.is_number(text, 1) and int(text) <= _HIGHEST):
        raise BadRequest("connect: a port is a number from 1 to 65535")
    return int(text)


def within(request: Request, engine: Engine, container: Container, port: int) -> int:
    """The caller's streams are a connection to the port of the container. Raises `Refused`, `Failed`, OSError."""
    process = f"{container.type}.{container.instance}"
    facts = containers.inspect(engine, container.id)
    if facts is None or not facts.pid:
        raise Refused("no-process", f"{process} of {container.app} has just ended", "pocketpaas ps")
    client = Client.of_this_process()
    try:
        with ended_by_signals(), watched(client):
            addresses = (*_LOOPBACK, facts.address) if facts.address else _LOOPBACK
            try:
                connection = listeners.connected_inside(facts.pid, addresses, port)
            except OSError as error:
                raise _nobody(facts.pid, process, port) from error
            with connection:
                both_ways(connection)
    except Cancelled:
        return HANGUP
    finally:
        audit(request.paths, request.key, container.app, f"connect {process} {port}", 0)
    return 0


def _nobody(pid: int, process: str, port: int) -> Failed:
    there = " ".join(str(one) for one in listeners.of_process(pid))
    cure = f"it listens on: {there}" if there else "it listens on no port"
    return Failed("nobody-listens", f"{process} takes no connection on port {port}", cure)
