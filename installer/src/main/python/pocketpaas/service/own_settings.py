"""An admin's own settings of a service's server: lines NAME = VALUE in /etc/pocketpaas/services/NAME.conf. What we
reach the server by, and where it keeps its data, is not theirs to set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.service.store import Service
from pocketpaas.state import values

PLACE = Path("/etc/pocketpaas/services")
_SQL = ("basedir", "bind-address", "datadir", "port", "skip-grant-tables", "skip-networking", "socket", "user")
_KEYS = (
    *("aclfile", "appendonly", "bind", "cluster-enabled", "daemonize", "dbfilename", "dir", "include", "port"),
    *("protected-mode", "replicaof", "requirepass", "slaveof", "tls-port", "unixsocket", "user"),
)
#: By the kind whose scripts a server has; as `_plain` makes names.
_OURS: Mapping[str, tuple[str, ...]] = {
    "postgres": (
        *("config-file", "data-directory", "hba-file", "ident-file", "listen-addresses", "port"),
        *("unix-socket-directories", "unix-socket-permissions"),
    ),
    "mariadb": _SQL,
    "mongodb": (
        *("auth", "bind-ip", "bind-ip-all", "config", "configsvr", "dbpath", "fork", "keyfile", "noauth"),
        *("nounixsocket", "port", "replset", "shardsvr", "unixsocketprefix"),
    ),
    "redis": _KEYS,
}


def file(service: str) -> Path:
    """Where they are."""
    return PLACE / f"{service}.conf"


def of(service: Service) -> dict[str, str]:
    """Raises `Refused` for a line that is no setting, and for a setting that is not an admin's."""
    found: dict[str, str] = {}
    place = file(service.name)
    for number, line in enumerate(values.read_or(place, "").split("\n"), 1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip() or name.startswith("#"):
            continue
        if not (name and equals):
            raise _refuse(place, number, "is not NAME = VALUE", "write NAME = VALUE, or a # before what is no setting")
        if _plain(name) in _OURS[service.kind.scripts.name]:
            why = f"sets {name}, which PocketPaaS sets: apps, backups and upgrades rely on it"
            raise _refuse(place, number, why, "remove that line")
        found[name] = value
    return found


def _plain(name: str) -> str:
    """Servers take a name in other spellings, too."""
    return name.lower().lstrip("-").replace("_", "-")


def _refuse(place: Path, number: int, why: str, cure: str) -> Refused:
    return Refused("service-settings", f"line {number} of {place} {why}", cure)
