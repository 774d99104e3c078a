"""Whether the kernel can encrypt what containers send from machine to machine (IPsec's ESP). Where it cannot, an
encrypted network of the engine's carries nothing at all, and the engine says so only in its log."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.machine.process import run
from pocketpaas.state import nodes, values
from pocketpaas.state.paths import HostPaths

#: A state that no packet ever meets: both ends are addresses for documentation (RFC 5737).
_STATE = ("src", "192.0.2.1", "dst", "192.0.2.2", "proto", "esp", "spi", "0x7070")
_CIPHER = ("mode", "transport", "aead", "rfc4106(gcm(aes))", f"0x{'11' * 20}", "64")


def is_possible() -> bool:
    """Tried with a state that goes at once."""
    added = run(["ip", "xfrm", "state", "add", *_STATE, *_CIPHER])
    run(["ip", "xfrm", "state", "delete", *_STATE])
    return added.ok


def refuse_without(plain: bool, name: str) -> None:
    """Raises `Refused` where the kernel of this machine, `name`, cannot and nobody has said that it need not."""
    if not plain and not is_possible():
        raise Refused(
            "no-encryption",
            f"the kernel of {name} cannot encrypt what apps send from machine to machine (no ESP)",
            "load its module esp4, or use a kernel with CONFIG_INET_ESP; or say --plain if the network between the "
            "machines is yours alone",
        )


def _file(paths: HostPaths) -> Path:
    return nodes.directory(paths) / "plain"


def is_plain(paths: HostPaths) -> bool:
    """Whether the cluster was made without encryption."""
    return _file(paths).exists()


def keep(paths: HostPaths, plain: bool) -> None:
    """Raises `CannotWrite`."""
    if plain:
        values.touch(_file(paths))
