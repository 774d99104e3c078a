"""Whether this machine has open connections to some addresses: asked of the kernel (sock_diag(7)), which picks them
out; on a busy host the list of all is long."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from pocketpaas.release.ending import Target

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST, _NLM_F_DUMP = 1, 0x300
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_INET_DIAG_REQ_BYTECODE = 1
_INET_DIAG_BC_D_COND = 8
_ESTABLISHED = 1
_ANY_PORT = -1
_PROC_TCP = Path("/proc/net/tcp")


def is_busy(targets: Iterable[Target]) -> bool:
    """Whether there is an established connection from here to one of them. Who cannot ask takes it that there is
    one."""
    wanted = {(one.address, one.port) for one in targets}
    try:
        networks = {address.rpartition(".")[0] for address, _ in wanted}
        return any(not wanted.isdisjoint(_asked(network)) for network in networks)
    except OSError:
        pass
    try:
        return not wanted.isdisjoint(_listed())
    except (OSError, ValueError):
        return True


def _asked(network: str) -> Iterator[tuple[str, int]]:
    """The far ends of the established connections to a /24 ("10.213.4")."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(2)
        kernel.sendall(_question(socket.inet_aton(f"{network}.0")))
        while True:
            data = kernel.recv(65536)
            while len(data) >= 16:
                length, kind = struct.unpack_from("=LH", data)
                if kind == _NLMSG_DONE:
                    return
                if kind == _NLMSG_ERROR:
                    raise OSError(-struct.unpack_from("=l", data, 16)[0], "the kernel does not tell its connections")
                # inet_diag_msg: four bytes, then inet_diag_sockid: the two ports, the two addresses.
                (port,) = struct.unpack_from("!H", data, 16 + 6)
                yield socket.inet_ntoa(data[16 + 24 : 16 + 28]), port
                data = data[(length + 3) & ~3 :]


def _question(network: bytes) -> bytes:
    """All of the state ESTABLISHED whose far end is in the network: a condition that leads to the end of the program
    where it holds, past it where it does not."""
    condition = struct.pack("=BBHBBxxi4s", _INET_DIAG_BC_D_COND, 16, 20, socket.AF_INET, 24, _ANY_PORT, network)
    attribute = struct.pack("=HH", 4 + len(condition), _INET_DIAG_REQ_BYTECODE) + condition
    request = struct.pack("=BBBxL48x", socket.AF_INET, socket.IPPROTO_TCP, 0, 1 << _ESTABLISHED)
    length = 16 + len(request) + len(attribute)
    header = struct.pack("=LHHLL", length, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST | _NLM_F_DUMP, 1, 0)
    return header + request + attribute


def _listed() -> Iterator[tuple[str, int]]:
    """The same of all connections, from the kernel's list."""
    for line in _PROC_TCP.read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[3], 16) == _ESTABLISHED:
            address, _, port = fields[2].partition(":")
            yield socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)
