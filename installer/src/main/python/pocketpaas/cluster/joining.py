"""A second machine comes to a host, and both are a cluster: `offer` on the host, `join` on the new machine, `admit` on
the host. Each can be done again. The laptop carries what one says to the other over its own two connections, so neither
has to trust the network for that."""

from __future__ import annotations

from collections.abc import Mapping

from pocketpaas.cluster import encryption, firewall, host_firewall, live_restore, log_drains, membership, peers
from pocketpaas.engine import swarm
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Damaged, Refused
from pocketpaas.machine.process import run
from pocketpaas.state import host_settings, listing, moves, names, nodes, renames, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: The addresses of the networks between the machines; the apps' own come from host/subnets.
SUBNETS = "10.214.0.0/16"
_PORTS = "the machines need TCP 2377 and 7946 and UDP 7946 and 4789 between them"
_SENT = ("name", "address", "port", "id", "public", "host-keys")


def offer(paths: HostPaths, engine: Engine, coming: str, role: str, plain: bool) -> dict[str, str]:
    """What the machine at the address `coming` needs to join as `role`; this host becomes a cluster of one where it is
    none. Raises `Refused`, `Failed`, `EngineError`."""
    if not nodes.is_member(paths):
        _begin(paths, engine, coming, plain)
    nodes.refuse_away(paths)
    firewall.guard(paths, (coming,))
    return {
        **_own(paths, engine),
        "token": swarm.token(engine, role),
        "plain": "yes" if encryption.is_plain(paths) else "no",
    }


def _begin(paths: HostPaths, engine: Engine, coming: str, plain: bool) -> None:
    if swarm.local_state(engine) != "inactive":
        raise _foreign()
    name = name_of(paths)
    encryption.refuse_without(plain, name)
    _refuse_moving(paths)
    own = address_towards(coming)
    live_restore.take_off(paths, engine)
    try:
        swarm.begin(engine, own, SUBNETS)
    except EngineError:
        live_restore.put_back(paths, engine)
        raise
    _settle(paths, name, own, plain)
    membership.name_it(engine, swarm.own_id(engine), name)


def join(paths: HostPaths, engine: Engine, name: str, own: str, offered: Mapping[str, str]) -> dict[str, str]:
    """This machine joins the cluster that has made the offer; what that has to know of it. Raises `Refused`, `Failed`,
    `BadRequest`, `EngineError`."""
    home = _node(offered.get("name", ""), offered)
    if nodes.is_member(paths):
        if nodes.home(paths) == home.name and nodes.own_name(paths) == name:
            return _own(paths, engine)
        raise Refused("in-cluster", "this machine is in a cluster already", "take it out first: pocketpaas host leave")
    _refuse_used(paths, engine)
    plain = offered.get("plain") == "yes"
    encryption.refuse_without(plain, name)
    live_restore.take_off(paths, engine)
    host_firewall.let_in(paths, (home.address,), plain)
    try:
        swarm.join(engine, own, home.address, offered.get("token", ""))
    except EngineError as error:
        live_restore.put_back(paths, engine)
        host_firewall.let_in(paths, (), plain)
        raise Refused("join", f"the Docker engine could not join the cluster: {error.text}", _PORTS) from error
    nodes.write(paths, home)
    values.write(nodes.directory(paths) / "home", home.name)
    _settle(paths, name, own, plain)
    membership.settle(paths)
    return _own(paths, engine)


def admit(paths: HostPaths, engine: Engine, sent: Mapping[str, str]) -> tuple[Node, dict[str, str]]:
    """The machine that has joined is one of ours from now on; those of the others that could not be told, each with
    why. Raises `Refused`, `BadRequest`, `EngineError`."""
    node = _node(sent.get("name", ""), sent)
    known = {member.id for member in swarm.members(engine)}
    if node.id not in known:
        raise Refused("not-joined", f"{node.name} has not joined this cluster", "run init host --join again")
    again = nodes.is_known(paths, node.name)
    nodes.write(paths, node)
    if again:
        # What it was told is forgotten here.
        log_drains.doubt(paths, node)
    membership.settle(paths)
    membership.name_it(engine, node.id, node.name)
    return node, membership.tell_others(paths)


def name_of(paths: HostPaths) -> str:
    """This machine's name in a cluster: the first part of the host's name."""
    told = (host_settings.stated(paths, "name") or run(["hostname"]).text).partition(".")[0].lower()
    return told if names.is_node(told) else "home"


def address_towards(other: str) -> str:
    """The address of this machine by which it reaches another one. Raises `Refused`."""
    words = run(["ip", "-4", "route", "get", other]).text.split()
    found = words[words.index("src") + 1] if "src" in words[:-1] else ""
    if words[:1] == ["local"]:
        raise Refused(
            "own-address", f"{other} is an address of this machine itself", "name the other's: --node-address"
        )
    if not names.is_ipv4(found):
        raise Refused("no-route", f"this machine has no way to {other}", "name its address: --node-address")
    return found


def _settle(paths: HostPaths, name: str, address: str, plain: bool) -> None:
    """`name` comes last: with it this machine is in the cluster."""
    peers.make_key(paths)
    encryption.keep(paths, plain)
    values.write(nodes.directory(paths) / "address", address)
    values.write(nodes.directory(paths) / "name", name)


def _own(paths: HostPaths, engine: Engine) -> dict[str, str]:
    values_of = (
        nodes.own_name(paths),
        nodes.own_address(paths),
        str(peers.own_port()),
        swarm.own_id(engine),
        peers.make_key(paths),
        "\n".join(peers.own_host_keys()),
    )
    return dict(zip(_SENT, values_of))


def _node(name: str, sent: Mapping[str, str]) -> Node:
    try:
        return nodes.of_tree(name, dict(sent))
    except Damaged as error:
        raise BadRequest("what the other machine has said of itself is not whole") from error


def _refuse_used(paths: HostPaths, engine: Engine) -> None:
    if swarm.local_state(engine) != "inactive":
        raise _foreign()
    if listing.apps(paths) or values.names(paths.services):
        raise Refused(
            "in-use",
            "this machine has apps or services of its own, which would not come along",
            "move them with the backup commands, or join a machine without apps",
        )


def _refuse_moving(paths: HostPaths) -> None:
    """A move closes and opens the containers of one machine, and so does another name."""
    for app in listing.apps(paths):
        if renames.of_app(paths, app) is not None:
            raise Refused("renaming", f"{app} is just getting another name", "end that first: pocketpaas apps rename")
        if moves.phase(paths, app):
            raise Refused(
                "moving",
                f"{app} is being moved from host to host",
                "end that first: pocketpaas apps move --finish, or --abort",
            )


def _foreign() -> Refused:
    return Refused(
        "foreign-swarm",
        "the Docker engine of this machine is in a swarm that PocketPaaS has not made",
        "leave it first: docker swarm leave",
    )
