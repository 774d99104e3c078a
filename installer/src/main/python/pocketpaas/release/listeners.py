"""Which ports a container listens on, as the kernel tells, and whether it answers from within its own network."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
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
    found: list[bool] = []
    # A thread of its own: it never comes back from there.
    thread = threading.Thread(target=lambda: found.append(_from_inside(pid, address, port)), daemon=True)
    thread.start()
    thread.join(asking.CONNECT_SECONDS + 1)
    return bool(found) and found[0]


def _from_inside(pid: int, address: str, port: int) -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    try:
        network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if library.setns(network, _CLONE_NEWNET) != 0:
            return False
        with socket.create_connection((address, port), asking.CONNECT_SECONDS):
            return True
    except OSError:
        return False
    finally:
        os.close(network)
