"""What can be reached on this machine: what listens, what the firewall lets in, and what Docker publishes past it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine.process import run
from pocketpaas.state import values

_PROC = Path("/proc")
_LISTENING = "0A"
_MOST = 64
#: What ufw and firewalld call ports.
_NAMES = {
    **{"OpenSSH": "22", "SSH": "22", "ssh": "22", "Nginx HTTP": "80", "Nginx HTTPS": "443", "Nginx Full": "80 443"},
    **{"http": "80", "https": "443", "WWW": "80", "WWW Full": "80 443", "WWW Secure": "443"},
}
_UFW_LINE = re.compile(r"^(.+?)(?:/tcp)?(?: \(v6\))?\s+(?:ALLOW|LIMIT)(?: IN)?\s+(?:Anywhere|0\.0\.0\.0/0|::/0)")
_LOOPBACK4, _LOOPBACK6 = "7F", "00000000000000000000000001000000"
_MAPPED = "0000000000000000FFFF0000"


def listeners(proc: Path = _PROC) -> dict[str, str]:
    """listen/N/{port,program}: what takes TCP connections from outside of the machine."""
    found: dict[int, str] = {}
    names = None
    for port, inode in _sockets(proc):
        if port not in found:
            names = _holders(proc) if names is None else names
            found[port] = names.get(inode, "")
    told: dict[str, str] = {}
    for number, port in enumerate(sorted(found)[:_MOST], 1):
        told |= {f"listen/{number:02}/port": str(port), f"listen/{number:02}/program": found[port]}
    return told


def _sockets(proc: Path) -> Iterator[tuple[int, str]]:
    """Port and inode of the sockets that listen, but for those that only the machine itself reaches."""
    for name in ("tcp", "tcp6"):
        for line in values.read_or(proc / "net" / name, "").splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            own = address.endswith(_LOOPBACK4) if len(address) == 8 or _MAPPED in address else address == _LOOPBACK6
            if fields[3] == _LISTENING and not own:
                yield int(port, 16), fields[9]


def _holders(proc: Path) -> dict[str, str]:
    """The name of a program that has the socket open, by inode."""
    found: dict[str, str] = {}
    for process in proc.glob("[0-9]*"):
        try:
            with os.scandir(process / "fd") as entries:
                goals = [os.readlink(entry.path) for entry in entries]
        except OSError:
            # It has ended meanwhile, or has closed one.
            continue
        name = values.read_or(process / "comm", "").strip()
        found |= {goal[8:-1]: name for goal in goals if goal.startswith("socket:[")}
    return found


# ---------------------------------------------------------------- the firewall


def firewall() -> dict[str, str]:
    """firewall/kind: ufw, firewalld, nftables, iptables or none; firewall/open: the ports that it lets in from
    anywhere, where it says so in words (ufw, firewalld); `all` where its rule is to let in."""
    return _ufw() or _firewalld() or _nftables() or _iptables() or {"firewall/kind": "none", "firewall/open": "all"}


def _ufw() -> dict[str, str]:
    told = run(["ufw", "status", "verbose"], seconds=20)
    if not told.ok or "Status: active" not in told.text:
        return {}
    if "Default: allow (incoming)" in told.text:
        return {"firewall/kind": "ufw", "firewall/open": "all"}
    ports = []
    for line in told.text.splitlines():
        match = _UFW_LINE.match(line)
        if match is not None:
            ports += ports_of(match.group(1).strip())
    return {"firewall/kind": "ufw", "firewall/open": " ".join(dict.fromkeys(ports))}


def ports_of(text: str) -> list[str]:
    """The ports that a rule of ufw names: `80`, `80,443/tcp (Nginx Full)`, `8000:8010`, `Nginx Full`."""
    name = re.sub(r" \(.*\)$", "", text).removesuffix("/tcp")
    if name in _NAMES:
        return _NAMES[name].split()
    return [one.replace(":", "-") for one in name.split(",") if re.fullmatch("[0-9]+(:[0-9]+)?", one)]


def _firewalld() -> dict[str, str]:
    if not run(["firewall-cmd", "--state"], seconds=20).ok:
        return {}
    # It prints advice, too, where the default zone is not the one at work.
    told = run(["firewall-cmd", "--list-ports"], seconds=20).text.split()
    ports = [one.removesuffix("/tcp") for one in told if re.fullmatch("[0-9]+(-[0-9]+)?/tcp", one)]
    for service in run(["firewall-cmd", "--list-services"], seconds=20).text.split():
        ports += _NAMES.get(service, "").split()
    return {"firewall/kind": "firewalld", "firewall/open": " ".join(ports)}


def _nftables() -> dict[str, str]:
    """Chains of iptables-nft are among them: the policy is what counts."""
    told = run(["nft", "list", "chains"], seconds=20)
    drops = told.ok and re.search(r"hook input [^;]*; policy drop;", told.text) is not None
    return {"firewall/kind": "nftables"} if drops else {}


def _iptables() -> dict[str, str]:
    told = run(["iptables", "-w", "5", "-S", "INPUT"], seconds=20)
    lines = told.text.splitlines() if told.ok else []
    ends = lines[-1:] and re.fullmatch("-A INPUT -j (DROP|REJECT.*)", lines[-1]) is not None
    return {"firewall/kind": "iptables"} if "-P INPUT DROP" in lines or ends else {}


# ---------------------------------------------------------------- Docker


def published(engine: Engine) -> dict[str, str]:
    """published/N/{port,container}: what containers publish to everybody. Docker's own rules let it past a firewall on
    this machine."""
    try:
        listed = engine.get("/containers/json")
    except EngineError as error:
        return {"unknown/published": error.text}
    found: dict[int, str] = {}
    for one in listed or ():
        for port in one.get("Ports") or ():
            if port.get("PublicPort") and port.get("Type") == "tcp" and not _is_own(str(port.get("IP", ""))):
                name = next((name.lstrip("/") for name in one.get("Names") or ()), str(one["Id"])[:12])
                found[int(port["PublicPort"])] = name
    told: dict[str, str] = {}
    for number, port in enumerate(sorted(found)[:_MOST], 1):
        told |= {f"published/{number:02}/port": str(port), f"published/{number:02}/container": found[port]}
    return told


def _is_own(address: str) -> bool:
    return address.startswith("127.") or address == "::1"
