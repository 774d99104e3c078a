"""The machines of a cluster: `cluster/` of the state is there on each machine that is in one (docs/cluster.md). Without
it a host is alone, and nothing of this is ever looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import Damaged, Refused
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: How the key of a machine is named: no key of a person begins like this.
MARK = "@"
_PUBLIC = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{60,16000}={0,2}", re.ASCII)
_FIELDS = ("address", "port", "id", "public", "host-keys")


@dataclass(frozen=True)
class Node:
    """Another machine: where it is, its id in the cluster, its public key, and the lines by which SSH knows it."""

    name: str
    address: str
    port: int
    id: str
    public: str
    host_keys: tuple[str, ...]


def directory(paths: HostPaths) -> Path:
    """All that a machine knows of its cluster."""
    return paths.root / "cluster"


def is_public_key(text: str) -> bool:
    """A public key of OpenSSH's: type and key, without a comment."""
    return _PUBLIC.fullmatch(text) is not None


def is_member(paths: HostPaths) -> bool:
    """Whether this machine is in a cluster."""
    return (directory(paths) / "name").exists()


def is_home(paths: HostPaths) -> bool:
    """Whether the apps of the cluster are at home here: changes are made on this machine."""
    return is_member(paths) and not (directory(paths) / "home").exists()


def home(paths: HostPaths) -> str:
    """The machine where the apps are at home; empty where that is this one."""
    return values.read_or(directory(paths) / "home", "")


def refuse_in_cluster(paths: HostPaths, what: str) -> None:
    """Raises `Refused` for what a host can do only while it is alone; `what` begins the sentence."""
    if is_member(paths):
        raise Refused(
            "in-cluster", f"{what} a machine of a cluster", "take the machines apart first: pocketpaas host leave"
        )


def refuse_away(paths: HostPaths) -> None:
    """Raises `Refused` where the apps of the cluster are at home on another machine."""
    found = home(paths)
    if found:
        raise Refused(
            "not-home", f"this machine belongs to the cluster of {found}, where its apps are at home", "name that host"
        )


def own_name(paths: HostPaths) -> str:
    """This machine's name in the cluster. Raises `Damaged`."""
    return values.need(directory(paths) / "name", names.is_node)


def own_address(paths: HostPaths) -> str:
    """The address at which the others reach it. Raises `Damaged`."""
    return values.need(directory(paths) / "address", names.is_ipv4)


def key_file(paths: HostPaths) -> Path:
    """Its own private key, for SSH to the others."""
    return directory(paths) / "key"


def of_key(key: str) -> str:
    """The name of the machine whose key this is; empty for a key of a person."""
    name = key.removeprefix(MARK)
    return name if name != key and names.is_node(name) else ""


def place(paths: HostPaths, name: str) -> Path:
    """What is known of another machine."""
    return directory(paths) / "nodes" / name


def is_known(paths: HostPaths, name: str) -> bool:
    """Whether the machine is one of the cluster's."""
    return names.is_node(name) and (place(paths, name) / "public").exists()


def others(paths: HostPaths) -> tuple[Node, ...]:
    """The other machines, by name. Raises `Damaged`."""
    found = (name for name in values.names(directory(paths) / "nodes") if names.is_node(name))
    return tuple(read(paths, name) for name in found)


def read(paths: HostPaths, name: str) -> Node:
    """What is known of another machine. Raises `Damaged`."""
    there = place(paths, name)
    return Node(
        name,
        values.need(there / "address", names.is_ipv4),
        values.number(there / "port", 22, 1, 65535),
        values.need(there / "id"),
        values.need(there / "public"),
        values.lines(there / "host-keys"),
    )


def write(paths: HostPaths, node: Node) -> None:
    """Keeps it, all or nothing. Raises `CannotWrite`."""
    there = place(paths, node.name)
    new = there.with_name(f".new.{node.name}")
    values.make_directory(there.parent)
    values.fresh_directory(new)
    texts = (node.address, str(node.port), node.id, node.public, "\n".join(node.host_keys))
    for name, text in zip(_FIELDS, texts):
        values.put(new / name, text)
    values.replace_tree(new, there)


def missed(paths: HostPaths, name: str) -> Path:
    """What could not be told to another machine (`cluster.missed`)."""
    return directory(paths) / "missed" / name


def forget(paths: HostPaths, name: str) -> None:
    """The machine is known no more."""
    values.remove_tree(place(paths, name))
    values.remove_tree(missed(paths, name))


def known_hosts(found: Iterable[Node]) -> str:
    """The text of a file for SSH: each machine by its name, whatever its address."""
    return "".join(f"{node.name} {line}\n" for node in found for line in node.host_keys)


def tree(found: Iterable[Node]) -> dict[str, str]:
    """The machines as a value tree."""
    told: dict[str, str] = {}
    for node in found:
        texts = (node.address, str(node.port), node.id, node.public, "\n".join(node.host_keys))
        told |= {f"{node.name}/{name}": text for name, text in zip(_FIELDS, texts)}
    return told


def of_tree(name: str, fields: dict[str, str]) -> Node:
    """A machine of a value tree that another machine has sent. Raises `Damaged` for what is none."""
    address, port = fields.get("address", ""), fields.get("port", "22")
    lines = tuple(fields.get("host-keys", "").split("\n"))
    if not (names.is_node(name) and names.is_ipv4(address) and names.is_number(port, 1, 65535)):
        raise Damaged(Path(name), "is not a machine of a cluster")
    if not all(is_public_key(line) for line in (fields.get("public", ""), *lines)):
        raise Damaged(Path(name), "has no key")
    if not fields.get("id", "").isalnum():
        raise Damaged(Path(name), "has no id")
    return Node(name, address, int(port), fields["id"], fields["public"], lines)
