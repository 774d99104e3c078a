"""A firewall of the machine's own (ufw, firewalld) lets the other machines of the cluster in, each at its address, and
nobody else: Docker's ports, SSH, and what is encrypted. What is ours in it is marked, and nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.cluster import encryption, peers
from pocketpaas.engine import swarm
from pocketpaas.failure import CannotWrite
from pocketpaas.machine.process import run
from pocketpaas.routing import metadata
from pocketpaas.state import names, nodes, values
from pocketpaas.state.paths import HostPaths

#: The comment of our rules in ufw; the name of our policy in firewalld, and the file that holds it.
COMMENT = "pocketpaas cluster"
POLICY = "pocketpaas-cluster"
FILE = Path("/etc/firewalld/policies") / f"{POLICY}.xml"
_ADDED = re.compile(r"ufw allow from (\S+)(?: to any port ([0-9,]+))? proto ([a-z]+)(?: comment '(.*)')?")
_SECONDS = 30


@dataclass(frozen=True, order=True)
class Opening:
    """What comes from an address by a protocol is let in; at these ports, where the protocol has some."""

    address: str
    protocol: str
    ports: tuple[int, ...] = ()

    def words(self) -> list[str]:
        """As ufw takes it after `allow`."""
        to = ["to", "any", "port", ",".join(map(str, self.ports))] if self.ports else []
        return ["proto", self.protocol, "from", self.address, *to]

    def rich_rules(self) -> list[str]:
        """As firewalld tells it."""
        start = f'rule family="ipv4" source address="{self.address}"'
        if not self.ports:
            return [f'{start} protocol value="{self.protocol}" accept']
        return [f'{start} port port="{port}" protocol="{self.protocol}" accept' for port in self.ports]

    def xml(self) -> str:
        """As firewalld's file has it."""
        what = [f'<port port="{port}" protocol="{self.protocol}"/>' for port in self.ports]
        return "".join(
            f'  <rule family="ipv4"><source address="{self.address}"/>{one}<accept/></rule>\n'
            for one in what or [f'<protocol value="{self.protocol}"/>']
        )


def openings(addresses: Iterable[str], plain: bool, ssh_port: int) -> list[Opening]:
    """What the machines at these addresses need; `plain`: nothing between them is encrypted."""
    found = []
    for address in sorted(set(addresses)):
        found.append(Opening(address, "tcp", tuple(sorted({ssh_port, swarm.PORT, swarm.GOSSIP_PORT}))))
        found.append(Opening(address, "udp", tuple(sorted((swarm.GOSSIP_PORT, swarm.DATA_PORT)))))
        if not plain:
            found.append(Opening(address, "esp"))
    return found


def let_in(paths: HostPaths, addresses: Iterable[str], plain: bool) -> bool:
    """The machines at these addresses are let in, and no others by rules of ours; whether that is so. A firewall that
    is not at work has the rules for the day when it is."""
    addresses = list(addresses)
    wanted = openings(addresses, plain, peers.own_port()) if addresses else []
    try:
        return all([_ufw(wanted), _firewalld(paths, wanted)])
    except (CannotWrite, OSError):
        return False


def guard(paths: HostPaths, coming: Iterable[str] = ()) -> bool:
    """`let_in` for the machines that are known, and those at the addresses that are `coming`. Raises `Damaged`."""
    addresses = {*(node.address for node in nodes.others(paths)), *coming}
    return let_in(paths, addresses, encryption.is_plain(paths))


def kept_out(paths: HostPaths) -> tuple[str, list[str]]:
    """The firewall that is at work (`ufw`, `firewalld`, or empty), and the names of the machines of the cluster that it
    has no rule for. Raises `Damaged`."""
    kind, there = _at_work()
    if not kind:
        return "", []
    plain, port = encryption.is_plain(paths), peers.own_port()
    lacking = [node.name for node in nodes.others(paths) if not set(openings([node.address], plain, port)) <= there]
    return kind, lacking


def cure(kind: str) -> str:
    """What to do where it keeps machines out: our timer makes the rules again, and says why where it cannot."""
    again = "systemctl start pocketpaas-notices"
    return f"on the host: {again}; then firewall-cmd --reload" if kind == "firewalld" else f"on the host: {again}"


def _at_work() -> tuple[str, set[Opening]]:
    if "Status: active" in run(["ufw", "status"], seconds=_SECONDS).text:
        ours, others = added(run(["ufw", "show", "added"], seconds=_SECONDS).text)
        return "ufw", ours | others
    if not _is_running():
        return "", set()
    there = set(_rich_rules() or ())
    return "firewalld", {one for one in parsed(FILE) if there.issuperset(one.rich_rules())}


# ---------------------------------------------------------------- ufw


def added(text: str) -> tuple[set[Opening], set[Opening]]:
    """Of what `ufw show added` prints, our rules, and those of others that say the same as one of ours could."""
    ours: set[Opening] = set()
    others: set[Opening] = set()
    for line in text.splitlines():
        match = _ADDED.fullmatch(line.strip())
        if match is not None and names.is_ipv4(match[1]):
            ports = tuple(sorted(int(port) for port in (match[2] or "").split(",") if port))
            (ours if match[4] == COMMENT else others).add(Opening(match[1], match[3], ports))
    return ours, others


def _ufw(wanted: list[Opening]) -> bool:
    """Ours come first: a rule that somebody has for the whole network does not keep the machines apart."""
    told = run(["ufw", "show", "added"], seconds=_SECONDS)
    if not told.ok:
        return told.code == 127
    ours, others = added(told.text)
    good = [run(["ufw", "delete", "allow", *one.words()], seconds=_SECONDS).ok for one in sorted(ours - set(wanted))]
    for one in wanted:
        if one not in ours | others:
            good.append(run(["ufw", "prepend", "allow", *one.words(), "comment", COMMENT], seconds=_SECONDS).ok)
    return all(good)


# ---------------------------------------------------------------- firewalld


def policy(wanted: Iterable[Opening]) -> str:
    """The file of our policy. It comes before the zones, whatever zone the other machines are in."""
    rules = "".join(one.xml() for one in wanted)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<policy priority="-100" target="CONTINUE">\n'
        "  <short>PocketPaaS</short>\n  <description>Written by PocketPaaS; changes are overwritten.</description>\n"
        f'  <ingress-zone name="ANY"/>\n  <egress-zone name="HOST"/>\n{rules}</policy>\n'
    )


def parsed(file: Path) -> list[Opening]:
    """What the file of our policy lets in."""
    ports: dict[tuple[str, str], list[int]] = {}
    pattern = r'<source address="([0-9.]+)"/><(?:port port="([0-9]+)" protocol|protocol value)="([a-z]+)"/>'
    for address, port, protocol in re.findall(pattern, values.read_or(file, "")):
        ports.setdefault((address, protocol), []).extend([int(port)] if port else [])
    return [Opening(address, protocol, tuple(sorted(found))) for (address, protocol), found in ports.items()]


def _firewalld(paths: HostPaths, wanted: list[Opening]) -> bool:
    if not FILE.parent.is_dir():
        return not (wanted and _is_running())
    if not wanted:
        if not FILE.exists():
            return True
        values.remove(FILE)
        return not _is_running() or _reload(paths)
    changed = values.read_or(FILE, "") != policy(wanted)
    if changed:
        values.write(FILE, policy(wanted), 0o644)
    return not _is_running() or _is_applied(wanted) or (changed and _reload(paths) and _is_applied(wanted))


def _is_applied(wanted: list[Opening]) -> bool:
    """The firewall that runs has our policy, and no other rules in it than these. Nothing of it is read anew where the
    policy is there: then people's own changes that are not in files stay."""
    there = _rich_rules()
    if there is None:
        return False
    should = [rule for one in wanted for rule in one.rich_rules()]
    change = ["firewall-cmd", "--quiet", "--policy", POLICY]
    good = []
    for action, rules in (
        ("--add-rich-rule", [one for one in should if one not in there]),
        ("--remove-rich-rule", [one for one in there if one not in should]),
    ):
        if rules:
            options = [word for rule in rules for word in (action, rule)]
            good.append(run([*change, *options], seconds=_SECONDS).ok)
    return all(good)


def _rich_rules() -> list[str] | None:
    """Those of our policy in the firewall that runs; None where it has no such policy."""
    told = run(["firewall-cmd", "--policy", POLICY, "--list-rich-rules"], seconds=_SECONDS)
    # It may say more than what it is asked for.
    return [line for line in told.text.splitlines() if line.startswith("rule ")] if told.ok else None


def _is_running() -> bool:
    return run(["firewall-cmd", "--state"], seconds=_SECONDS).ok


def _reload(paths: HostPaths) -> bool:
    """It forgets all rules of the kernel's, and those of ours with them."""
    done = run(["firewall-cmd", "--quiet", "--reload"], seconds=60).ok
    return metadata.guard(paths) and done
