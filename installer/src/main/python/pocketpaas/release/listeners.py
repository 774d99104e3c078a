"""Which ports a container listens on, as the kernel tells, and whether it answers from within its own network."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path

from pocketpaas.release import asking

_LISTEN = "0A"
_CLONE_NEWNET = 0x40000000
_DNS = "0B00007F"
_LOOPBACK6 = "00000000000000000000000001000000"
_MAPPED = "0000000000000000FFFF0000"


class Reach(IntEnum):
    """From where a port can be reached, what is most open first. OPEN6 may take IPv4, too, or not."""

    OPEN = 1
    OPEN6 = 2
    LOOPBACK = 3


def of_process(pid: int) -> dict[int, Reach]:
    """The listening TCP ports in the process's network, in order, each with what is most open; Docker's own name server
    is left out."""
    found: dict[int, Reach] = {}
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                reach = _reach(address)
                if reach is not None:
                    found[int(port, 16)] = min(reach, found.get(int(port, 16), reach))
    return dict(sorted(found.items()))


def _reach(address: str) -> Reach | None:
    if address == _DNS:
        return None
    if address == _LOOPBACK6:
        return Reach.LOOPBACK
    if address.startswith(_MAPPED) or len(address) == 8:
        return Reach.LOOPBACK if address.endswith("7F") else Reach.OPEN
    return Reach.OPEN6


def answers_inside(pid: int, address: str, port: int) -> bool:
    """Whether the address takes a connection from within the process's own network, where no rule of the host is in the
    way."""
    try:
        connected_inside(pid, (address,), port).close()
        return True
    except OSError:
        return False


def connected_inside(pid: int, addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of the addresses that takes one, made from within the process's own network: no rule of
    the host is in the way, what listens on the loopback alone is reached, too, and nothing else is. Raises OSError."""
    found: list[socket.socket] = []
    failed: list[OSError] = []

    def connect() -> None:
        try:
            _enter(pid)
        except OSError as error:
            failed.append(error)
            return
        for address in addresses:
            try:
                found.append(socket.create_connection((address, port), asking.CONNECT_SECONDS))
                return
            except OSError as error:
                failed.append(error)

    # A thread of its own: it never comes back from there.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join((asking.CONNECT_SECONDS + 1) * len(addresses))
    if found:
        found[0].settimeout(None)
        return found[0]
    raise failed[0] if failed else TimeoutError("no answer")


def _enter(pid: int) -> None:
    """This thread is in the process's network from now on. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if library.setns(network, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(network)
