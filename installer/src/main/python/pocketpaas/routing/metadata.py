"""A cloud's metadata service answers, at an address that is the same everywhere, whoever asks from the machine: with
its user data, and often with credentials of the cloud's. Closed to containers and builds, unless the host's owner
opens it (host/metadata)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.engine import networks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.state import host_settings, nodes
from pocketpaas.state.paths import HostPaths

_ADDRESS, _ADDRESS6 = "169.254.169.254", "fd00:ec2::254"
#: Builds are in the engine's own network.
_ENGINE_NETWORK = ("-i", "docker0")
_CLUSTER_NETWORK = ("-i", "docker_gwbridge")
_COMMENT = "pocketpaas: init host --metadata"
_IPV6 = Path("/proc/net/if_inet6")
#: Two programs at once may have made a rule twice.
_TRIES = 3


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `metadata`: 0, or 1 where a rule could not be made."""
    if guard(paths):
        return 0
    reporter.warn("the rules that close the cloud's metadata address could not be made")
    return 1


def guard(paths: HostPaths) -> bool:
    """Makes the kernel's rules as the setting says; whether all could be made. In `raw`, which comes before
    everything that Docker and firewalls do: it needs no chain of theirs, and holds for an address of the machine
    itself, too. Docker leaves these rules alone; whoever flushes all of them has them back with the next command of
    ours, or by the timer, in ten minutes."""
    closed = host_settings.text(paths, "metadata") != "open"
    made = [_rule(closed, "iptables", _ADDRESS, _ENGINE_NETWORK)]
    made += [_rule(closed, "iptables", _ADDRESS, ("-s", one)) for one in networks.ranges(paths)]
    if nodes.is_member(paths):
        # What runs over a cluster reaches the world by the engine's own bridge.
        made.append(_rule(closed, "iptables", _ADDRESS, _CLUSTER_NETWORK))
    # The apps' networks have no IPv6; the engine's own may.
    if _IPV6.exists():
        made.append(_rule(closed, "ip6tables", _ADDRESS6, _ENGINE_NETWORK))
    return all(made)


def rules() -> list[tuple[str, list[str]]]:
    """Our rules that the kernel has: the program, and the words that it takes after `-A`."""
    found = []
    for program in ("iptables", "ip6tables"):
        listed = run([program, "-w", "5", "-t", "raw", "-S", "PREROUTING"])
        for line in listed.text.splitlines() if listed.ok else ():
            words = shlex.split(line)
            if words[:1] == ["-A"] and _COMMENT in words:
                found.append((program, words[1:]))
    return found


def forget() -> bool:
    """Removes every rule of ours, whatever the settings say; whether none is left."""
    gone = [run([program, "-w", "5", "-t", "raw", "-D", *words]).ok for program, words in rules()]
    return all(gone)


def _rule(closed: bool, program: str, address: str, source: Sequence[str]) -> bool:
    """Names may be asked for: at some clouds the name server has that very address."""
    goal = ("-d", address, "-p", "tcp", "!", "--dport", "53", "-m", "comment", "--comment", _COMMENT, "-j", "DROP")
    rule = ("PREROUTING", *source, *goal)

    def table(*what: str) -> int:
        return run([program, "-w", "5", "-t", "raw", *what, *rule]).code

    if closed:
        return table("-C") == 0 or table("-I") == 0
    for _ in range(_TRIES):
        code = table("-C")
        if code == 127:
            return False
        if code != 0:
            return True
        if table("-D") != 0:
            return False
    return True
