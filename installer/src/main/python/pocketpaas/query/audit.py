"""What an auditor asks of the machine: who may log in how, what listens, what the firewall says, which containers are
published past it, whether containers reach the cloud's metadata, and whether updates come. It changes nothing.

Answers with a tree of facts (docs/protocol.md); what they mean is decided on the laptop. """

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from pocketpaas.cluster import firewall as cluster_firewall
from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine.process import run
from pocketpaas.machine.request import Request, answer
from pocketpaas.notice import reboot
from pocketpaas.query import audit_network, machine
from pocketpaas.routing import metadata
from pocketpaas.state import host_settings, values
from pocketpaas.state.paths import HostPaths

_SSHD = (
    *("permitrootlogin", "passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords", "port"),
    *("pubkeyauthentication", "maxauthtries"),
)
#: As somebody from nowhere in particular would be treated, whatever `Match` blocks there are (RFC 5737).
_STRANGER = "user=root,host=example.invalid,addr=203.0.113.1"
_SHADOW = Path("/etc/shadow")
_LISTS = Path("/var/lib/apt/lists")
_METADATA_URL = "http://169.254.169.254/"
#: Of curl: there was no connection, or no answer in time.
_CLOSED = (7, 28)


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    found: dict[str, str] = {"time": f"{time.time():.3f}"}
    engine = Engine(paths)
    parts: dict[str, Callable[[], dict[str, str]]] = {
        "sshd": sshd,
        "passwords": passwords,
        "listeners": audit_network.listeners,
        "firewall": audit_network.firewall,
        "published": lambda: audit_network.published(engine),
        "cluster": lambda: cluster_firewall.facts(paths),
        "metadata": lambda: metadata_facts(paths, engine),
        "updates": updates,
        "clock": clock,
        "disk": lambda: {name: text for name, text in machine.facts(paths).items() if name.startswith("disk/")},
    }
    for name, part in parts.items():
        try:
            found |= part()
        except (Failure, OSError) as error:
            found[f"unknown/{name}"] = str(error)
    return answer(found)


# ---------------------------------------------------------------- logins


def sshd() -> dict[str, str]:
    """ssh/NAME: sshd's own settings; several values with blanks between them."""
    told = run(["sshd", "-T", "-C", _STRANGER], seconds=20)
    if not told.ok:
        return {"unknown/sshd": told.complaint or "sshd does not tell its settings"}
    found: dict[str, str] = {}
    for line in told.text.splitlines():
        name, _, value = line.partition(" ")
        if name in _SSHD:
            found[f"ssh/{name}"] = f"{found.get(f'ssh/{name}', '')} {value}".strip()
    return found


def passwords(file: Path = _SHADOW) -> dict[str, str]:
    """The users that have a password; the passwords themselves are not looked at any closer."""
    users = []
    for line in values.lines(file):
        name, _, rest = line.partition(":")
        password = rest.partition(":")[0]
        if password == "":
            users.append(f"{name} (empty)")
        elif password.startswith("$") or len(password) >= 13:
            users.append(name)
    return {"passwords": "\n".join(users)}


# ---------------------------------------------------------------- containers


def metadata_facts(paths: HostPaths, engine: Engine) -> dict[str, str]:
    """metadata/setting, metadata/rules (how many there are), metadata/reached by a container: yes, no, or unknown."""
    found = {
        "metadata/setting": host_settings.text(paths, "metadata"),
        "metadata/rules": str(len(metadata.rules())),
        "metadata/reached": "unknown",
    }
    try:
        running = containers.listed(engine, (containers.APP,), ("running",))
        facts = containers.inspect(engine, running[0].id) if running else None
    except EngineError:
        return found
    if facts is not None and facts.pid:
        found["metadata/reached"] = "yes" if _reaches(facts.pid) else "no"
        found["metadata/app"] = facts.app
    return found


def _reaches(process: int) -> bool:
    """Whether what is in that process's network gets an answer. The program that asks is the host's own."""
    ask = ["curl", "--silent", "--noproxy", "*", "--max-time", "2", "--output", "/dev/null", _METADATA_URL]
    return run(["nsenter", "--target", str(process), "--net", "--", *ask], seconds=10).code not in _CLOSED


# ---------------------------------------------------------------- updates, time


def updates() -> dict[str, str]:
    """updates/…: pending, security, age of the lists (days), unattended, reboot."""
    found = {
        "updates/unattended": "yes" if _is_unattended() else "no",
        "updates/reboot": "yes" if reboot.REQUIRED.exists() else "no",
    }
    told = run(["apt-get", "--simulate", "--quiet", "upgrade"], seconds=60)
    if not told.ok:
        return {**found, "unknown/updates": told.complaint}
    pending = [line for line in told.text.splitlines() if line.startswith("Inst ")]
    security = [line for line in pending if "-security" in line.lower() or "debian-security" in line.lower()]
    found |= {"updates/pending": str(len(pending)), "updates/security": str(len(security))}
    try:
        found["updates/age"] = str(int((time.time() - os.stat(_LISTS).st_mtime) // 86_400))
    except OSError:
        pass
    return found


def _is_unattended() -> bool:
    told = run(["apt-config", "dump", "APT::Periodic::Unattended-Upgrade"], seconds=20)
    wanted = told.ok and '"0"' not in told.text and '"' in told.text
    return wanted and Path("/usr/bin/unattended-upgrade").exists()


def clock() -> dict[str, str]:
    """clock/synchronized and clock/ntp, as systemd tells; a container's clock is its machine's."""
    told = run(["timedatectl", "show", "--property", "NTP,NTPSynchronized"], seconds=20)
    known = dict(line.partition("=")[::2] for line in told.text.splitlines())
    container = run(["systemd-detect-virt", "--container"], seconds=20)
    return {
        "clock/ntp": known.get("NTP", "unknown"),
        "clock/synchronized": known.get("NTPSynchronized", "unknown"),
        "clock/container": "yes" if container.ok else "no",
    }
