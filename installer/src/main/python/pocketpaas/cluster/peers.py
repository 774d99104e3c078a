"""Another machine of the cluster asked over SSH, with this machine's own key: its door knows the key, and takes the
verb `peer` from it, nothing else. Nobody is ever asked for a password, and a machine with another host key is not
talked to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pocketpaas import rules
from pocketpaas.engine import parallel
from pocketpaas.failure import Failed, Failure
from pocketpaas.machine.process import Ended, run
from pocketpaas.state import nodes, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_USER = "pocketpaas"
_CONNECT_SECONDS = 5
#: A connection that says nothing for so long is none any more.
_ALIVE_SECONDS, _ALIVE_TIMES = 3, 4
#: The exit code of ssh for what is wrong with the connection.
LOST = 255
_IDLE_SECONDS = "120"
#: Where a program that asks several times keeps its connections; its number follows.
_CONNECTIONS = "/run/pocketpaas-peers."


class Unreachable(Failed):
    """The machine does not answer, or its answer breaks off: what it has done is not known."""

    def __init__(self, node: str, why: str) -> None:
        super().__init__("node-unreachable", f"{node} does not answer: {why}", f"see: pocketpaas hosts, for {node}")
        self.node = node


def make_key(paths: HostPaths) -> str:
    """This machine's public key for the others; made where there is none. Raises `Failed`."""
    file = nodes.key_file(paths)
    if not file.exists():
        values.make_directory(file.parent)
        made = run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)])
        if not made.ok:
            raise Failed("node-key", f"a key for the other machines could not be made: {made.complaint}")
    words = values.need(file.with_name("key.pub")).split()
    return " ".join(words[:2])


def own_host_keys(directory: Path = Path("/etc/ssh")) -> tuple[str, ...]:
    """The public keys of this machine's SSH server."""
    found = (" ".join(values.read_or(file, "").split()[:2]) for file in sorted(directory.glob("ssh_host_*_key.pub")))
    return tuple(line for line in found if nodes.is_public_key(line))


def own_port() -> int:
    """Where this machine's SSH server listens."""
    for line in run(["sshd", "-T"]).text.splitlines():
        name, _, port = line.partition(" ")
        if name == "port" and port.isdigit():
            return int(port)
    return 22


def ask(
    paths: HostPaths,
    node: Node,
    words: Sequence[str],
    sent: Mapping[str, str] | None = None,
    *,
    stdin: IO[bytes] | None = None,
    seconds: float = 60,
) -> dict[str, str]:
    """What the verb `peer` answers there; `sent` is a value tree for it, or `stdin` what it reads. Raises
    `Unreachable`, and `Failure` as the other machine tells it."""
    data: bytes | IO[bytes] = tree.text(sent or {}) if stdin is None else stdin
    ended = run(_asking(paths, node, words), seconds=seconds, stdin=data)
    if ended.code in (124, LOST):
        raise Unreachable(node.name, _why(ended))
    if not ended.ok:
        raise _told(node, ended)
    return tree.parse(ended.out)


@contextmanager
def kept_open(paths: HostPaths) -> Iterator[bool]:
    """In the block each machine is asked over one connection, which is made by the first question and ends with the
    block. False within another such block, to which they belong. A program that is killed leaves them for two minutes,
    or to the end of its unit."""
    place = _connections()
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        # A block around this one does it.
        yield False
        return
    try:
        yield True
    finally:
        for node in nodes.others(paths) if any(place.iterdir()) else ():
            # One that is gone already has nothing to end.
            run([*_command(paths, node), "-O", "exit", node.name], seconds=_CONNECT_SECONDS)
        shutil.rmtree(place, ignore_errors=True)


def meet(paths: HostPaths, node: Node) -> None:
    """Within `kept_open`: there is a connection, for what follows. Raises `Unreachable`."""
    ended = run([*_command(paths, node), "-f", "-N", node.name])
    if not ended.ok:
        raise Unreachable(node.name, _why(ended))


def meet_all(paths: HostPaths) -> None:
    """Within `kept_open`, where some time passes before the first question: the connections are made. One that cannot
    be is told by the question."""
    parallel.tried(lambda node: meet(paths, node), nodes.others(paths))


def session(paths: HostPaths, node: Node, words: Sequence[str], tty: bool) -> list[str]:
    """The command that asks over the connection that `meet` has made, with the streams that it is started with."""
    command = _command(paths, node, LogLevel="QUIET", ControlMaster="no")
    return [*command, "-tt" if tty else "-T", node.name, _verb(words)]


def refuse_lost(paths: HostPaths, node: Node) -> None:
    """Raises `Unreachable` where the connection that `meet` has made is there no more."""
    if not run([*_command(paths, node), "-O", "check", node.name], seconds=_CONNECT_SECONDS).ok:
        raise Unreachable(node.name, "the connection was lost")


def reading(paths: HostPaths, node: Node, words: Sequence[str]) -> list[str]:
    """The command that asks over a connection of its own, for an answer that is read while it comes."""
    return _asking(paths, node, words)


def _connections() -> Path:
    return Path(f"{_CONNECTIONS}{os.getpid()}")


def sweep() -> None:
    """What programs that were killed have left of their connections goes."""
    for place in Path(_CONNECTIONS).parent.glob(f"{Path(_CONNECTIONS).name}*"):
        if not Path("/proc", place.suffix.removeprefix(".")).exists():
            shutil.rmtree(place, ignore_errors=True)


def _asking(paths: HostPaths, node: Node, words: Sequence[str]) -> list[str]:
    return [*_command(paths, node), "-T", node.name, _verb(words)]


def _verb(words: Sequence[str]) -> str:
    return " ".join((f"pocketpaas/{rules.protocol()}", "peer", *words))


def _command(paths: HostPaths, node: Node, **more: str) -> list[str]:
    """Nothing of the machine's or of root's own configuration of SSH has a say."""
    known = nodes.directory(paths) / "known_hosts"
    options = {
        "IdentityFile": str(nodes.key_file(paths)),
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": str(known),
        "GlobalKnownHostsFile": "/dev/null",
        "HostName": node.address,
        "User": _USER,
        "HostKeyAlias": node.name,
        "StrictHostKeyChecking": "yes",
        "CheckHostIP": "no",
        "BatchMode": "yes",
        "PasswordAuthentication": "no",
        "ConnectTimeout": str(_CONNECT_SECONDS),
        "ServerAliveInterval": str(_ALIVE_SECONDS),
        "ServerAliveCountMax": str(_ALIVE_TIMES),
        "LogLevel": "ERROR",
    }
    if _connections().exists():
        options |= {"ControlMaster": "auto", "ControlPersist": _IDLE_SECONDS, "ControlPath": f"{_connections()}/%C"}
    command = ["/usr/bin/ssh", "-F", "/dev/null", "-p", str(node.port)]
    for name, value in (options | more).items():
        command += ["-o", f"{name}={value}"]
    return command


def _why(ended: Ended) -> str:
    return "it was silent for too long" if ended.code == 124 else ended.complaint or "the connection was lost"


def _told(node: Node, ended: Ended) -> Failure:
    """What the other machine has said, as a failure here."""
    cause, text, cure = "node-failed", "", ""
    for line in ended.text.split("\n"):
        mark, *fields = line.split("\t")
        if mark == "+fail" and len(fields) >= 2:
            cause, text = fields[0], fields[1]
        elif mark == "+hint" and fields:
            cure = fields[0]
    failure = Failure(cause, f"{node.name}: {text or ended.complaint or 'it failed without a word'}", cure)
    failure.code = ended.code if ended.code in (2, 4, 5, 6) else 1
    return failure


def remember(paths: HostPaths) -> None:
    """What SSH has to know of the others. Raises `CannotWrite`, `Damaged`."""
    values.write(nodes.directory(paths) / "known_hosts", nodes.known_hosts(nodes.others(paths)))
