"""The ports of the cluster (2377, 7946, 4789) are for its machines alone. A chain of our own in the kernel's table
`raw`, which comes before everything that Docker, ufw and firewalld do; what passes it still has to pass those, which
are opened for it (`host_firewall`)."""

from __future__ import annotations

from collections.abc import Iterable

from pocketpaas.cluster import host_firewall
from pocketpaas.engine import swarm
from pocketpaas.machine.process import run
from pocketpaas.state import nodes
from pocketpaas.state.paths import HostPaths

CHAIN = "POCKETPAAS-CLUSTER"
_PORTS = (
    ("tcp", swarm.PORT),
    ("tcp", swarm.GOSSIP_PORT),
    ("udp", swarm.GOSSIP_PORT),
    ("udp", swarm.DATA_PORT),
)
_IPTABLES = ("iptables", "-w", "5", "-t", "raw")


def guard(paths: HostPaths, coming: Iterable[str] = ()) -> bool:
    """Makes the rules for the machines that are known, and for those at the addresses that are `coming`. Nothing on a
    host that is in no cluster. Whether all could be made."""
    if not nodes.is_member(paths):
        return True
    # First: where firewalld reads its files again, the kernel has none of our rules left.
    opened = host_firewall.guard(paths, coming)
    addresses = sorted({node.address for node in nodes.others(paths)} | set(coming))
    loaded = run(["iptables-restore", "-w", "5", "--noflush"], stdin=text(addresses).encode("ascii"))
    return opened and loaded.ok and all([_jump(protocol, port) for protocol, port in _PORTS])


def facts(paths: HostPaths) -> dict[str, str]:
    """cluster/name, cluster/ports (those of TCP), cluster/guarded: whether every rule is there; cluster/firewall,
    cluster/kept-out and cluster/cure: of ufw or firewalld (`host_firewall`). Nothing on a host that is in no cluster.
    Raises `Damaged`."""
    if not nodes.is_member(paths):
        return {}
    there = [run([*_IPTABLES, "-C", *_rule(protocol, port)]).ok for protocol, port in _PORTS]
    last = run([*_IPTABLES, "-S", CHAIN]).text.splitlines()[-1:]
    kind, kept_out = host_firewall.kept_out(paths)
    return {
        "cluster/name": nodes.own_name(paths),
        "cluster/ports": " ".join(str(port) for protocol, port in _PORTS if protocol == "tcp"),
        "cluster/guarded": "yes" if all(there) and last == [f"-A {CHAIN} -j DROP"] else "no",
        "cluster/firewall": kind,
        "cluster/kept-out": " ".join(kept_out),
        "cluster/cure": host_firewall.cure(kind) if kept_out else "",
    }


def text(addresses: Iterable[str]) -> str:
    """For iptables-restore: the chain is replaced as a whole, at once."""
    lines = [f"-A {CHAIN} -s {address}/32 -j RETURN" for address in addresses]
    return "\n".join(
        ["*raw", f":{CHAIN} - [0:0]", f"-A {CHAIN} -i lo -j RETURN", *lines, f"-A {CHAIN} -j DROP", "COMMIT", ""]
    )


def _rule(protocol: str, port: int) -> list[str]:
    return ["PREROUTING", "-p", protocol, "--dport", str(port), "-j", CHAIN]


def _jump(protocol: str, port: int) -> bool:
    rule = _rule(protocol, port)
    return run([*_IPTABLES, "-C", *rule]).ok or run([*_IPTABLES, "-I", *rule]).ok


def forget(paths: HostPaths) -> bool:
    """None is left; whether that is so."""
    shut = host_firewall.let_in(paths, (), plain=True)
    for protocol, port in _PORTS:
        while run([*_IPTABLES, "-D", *_rule(protocol, port)]).ok:
            continue
    if not run([*_IPTABLES, "-S", CHAIN]).ok:
        return shut
    return run([*_IPTABLES, "-F", CHAIN]).ok and run([*_IPTABLES, "-X", CHAIN]).ok and shut
