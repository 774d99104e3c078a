"""Where one host of a move may find the other one."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

from pocketpaas.routing import names as app_names
from pocketpaas.state import host_settings
from pocketpaas.state.paths import HostPaths


def addresses(paths: HostPaths) -> list[tuple[str, int]]:
    """Where the other host may find this one's HTTPS: as people are told, then each address of the machine."""
    told = host_settings.text(paths, "address")
    found = [(told, app_names.https_port(paths))] if told else []
    for address in own_addresses():
        found.append((address, 443))
    return list(dict.fromkeys(found))


def own_addresses() -> Sequence[str]:
    """Those of this machine, by the kernel's tables: of IPv4, and neither of the machine alone nor of a network of
    Docker's."""
    found = []
    for _, name in socket.if_nameindex():
        if name == "lo" or name.startswith(("docker", "br-", "veth")):
            continue
        address = _address_of(name)
        if address:
            found.append(address)
    return found


def _address_of(interface: str) -> str:
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # SIOCGIFADDR (netdevice(7)).
            told = fcntl.ioctl(asking, 0x8915, struct.pack("256s", os.fsencode(interface)[:15]))
        except OSError:
            return ""
    return socket.inet_ntoa(told[20:24])
