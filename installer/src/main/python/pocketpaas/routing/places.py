"""Where nginx and its files are."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.state.paths import HostPaths

#: The apps' files (APP.conf) and copies of the admins' snippets (snippets/APP.conf), included by the base file.
SITES = Path("/etc/nginx/pocketpaas")
#: The base file, written by `init host`.
BASE = Path("/etc/nginx/conf.d/pocketpaas.conf")
#: Where nginx logs the requests of each app, and what went wrong with them.
LOGS = Path("/var/log/nginx")
#: Where candidates are tried.
RUN = Path("/run")
PID_FILE = Path("/run/nginx.pid")


def site(app: str) -> Path:
    """nginx's file of an app."""
    return SITES / f"{app}.conf"


def arrival(app: str) -> Path:
    """nginx's file of what the host passes on that the app was moved from. No app's name has a dot."""
    return SITES / f"{app}.move.conf"


def snippet(app: str) -> Path:
    """nginx's copy of an app's snippet."""
    return SITES / "snippets" / f"{app}.conf"


def access_log(app: str) -> Path:
    """Where nginx logs the app's requests."""
    return LOGS / f"pocketpaas-{app}.log"


def error_log(app: str) -> Path:
    """Where nginx says what went wrong with them."""
    return LOGS / f"pocketpaas-{app}.error.log"


def logs(app: str) -> list[Path]:
    """Both logs of an app's requests, turned ones included."""
    found = []
    for log in (access_log(app), error_log(app)):
        found += [
            path for path in LOGS.glob(f"{log.name}*") if path.name == log.name or path.name[len(log.name)] == "."
        ]
    return found


def stale(paths: HostPaths) -> Path:
    """A flag: nginx may not yet work by what is in `SITES`. Whatever ends a program in between, the next one
    reloads."""
    return paths.root / "proxy-stale"


def challenges(paths: HostPaths) -> Path:
    """The root of the answers to an ACME authority."""
    return paths.root / "acme"


def tokens(paths: HostPaths) -> Path:
    """The root of what the host fetches through a name, to see whether it leads here."""
    return paths.root / "tokens"
